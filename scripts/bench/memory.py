"""Idle memory of the companion: its Go process before and after a grading, and the warm Python processes that it keeps.

The zygote and its waiting children share most of theirs, so that each page counts once among those that have it (Pss).
"""

import argparse
import json
import os
import pathlib
import signal
import sys
import tempfile
import time

import kernels

TARGET_MB = 40
CHALLENGE = "sk-oof-target-encoder"  # needs NumPy, pandas and scikit-learn


def status(pid, field):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1])
    return 0


def resident_mb(pid):
    return status(pid, "VmRSS") / 1024


def shared_mb(pid):
    """Proportional share of a process, in MB; needs root, since no child lets itself be looked at."""
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0


def children(pid):
    """Yield (pid, command line) of a process's children."""
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if status(folder.name, "PPid") == pid:
                yield int(folder.name), (folder / "cmdline").read_text()
        except OSError:
            continue


def wait_for(what, check, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        got = check()
        if got:
            return got
        time.sleep(0.2)
    sys.exit(f"memory: waited {seconds} s for {what}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=pathlib.Path, help="also write the figures here")
    args = parser.parse_args()
    home = pathlib.Path(tempfile.mkdtemp(prefix="assay-bench-home-"))
    answer = (kernels.ROOT / "notebooks" / "challenges" / CHALLENGE / "solution.py").read_text()
    kernel = kernels.Kernel("assay", [str(kernels.ASSAY), "kernel", "-f", "{file}", "--python", sys.executable],
                            metadata={"assay": {"challenge": CHALLENGE, "role": "solution"}}, env={"ASSAY_HOME": str(home)})
    figures, companion = {}, 0
    try:
        kernel.execute("1")
        address = wait_for("the companion", (home / "companion.json").exists) and json.loads((home / "companion.json").read_text())
        companion = address["pid"]
        time.sleep(5)
        figures["companion idle"] = resident_mb(companion)
        kernel.execute(answer, timeout=120)
        time.sleep(10)
        figures["companion after a grading"] = resident_mb(companion)
        for name in ("zygote", "oracle"):
            pids = [pid for pid, line in children(companion) if f"import {name}" in line]
            figures[name] = sum(map(resident_mb, pids))
            waiting = [child for pid in pids for child, _ in children(pid)]
            if waiting and os.getuid() == 0:
                figures[f"{name} and {len(waiting)} children"] = sum(map(shared_mb, pids + waiting))
    finally:
        kernel.stop()
        if companion:
            os.kill(companion, signal.SIGTERM)
    for name, mb in figures.items():
        beside = f"  (target {TARGET_MB})" if name == "companion idle" else ""
        print(f"  {name:<28} {mb:7.1f} MB{beside}")
    if args.json:
        args.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
