"""Round trips, starts and memory of our kernel against plain ipykernel and a bare TCP splice, in one run.

Blocks of 25 in random order share the machine's ups and downs; figures are medians and their ratios to direct.
"""

import argparse
import json
import pathlib
import random
import statistics
import sys
import tempfile
import time

import kernels


def quantile(values, q):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))]


def interleaved(subjects, call, total, block=25):
    """Milliseconds of call(kernel) per kernel, total each, in random blocks."""
    times = {k.name: [] for k in subjects}
    for k in subjects:
        for _ in range(10):
            call(k)
    for _ in range(total // block):
        for k in random.sample(subjects, len(subjects)):
            for _ in range(block):
                start = time.perf_counter()
                call(k)
                times[k.name].append((time.perf_counter() - start) * 1e3)
            k.drain()
    return times


def table(title, times, unit="ms"):
    base = statistics.median(times["direct"])
    splice = statistics.median(times["splice"]) if "splice" in times else None
    print(f"\n{title}")
    print(f"  {'kernel':<10} {'p50':>9} {'p95':>9}  {'/direct':>8} {'/splice':>8}")
    rows = {}
    for name, values in times.items():
        p50, p95 = statistics.median(values), quantile(values, 0.95)
        over = f"{p50 / splice:8.3f}" if splice else " " * 8
        print(f"  {name:<10} {p50:7.2f} {unit} {p95:6.2f} {unit} {p50 / base:8.3f} {over}")
        rows[name] = {"p50": p50, "p95": p95, "to_direct": p50 / base, "to_splice": p50 / splice if splice else None}
    return rows


def starts(make, rounds):
    times = {name: [] for name in make}
    for _ in range(rounds):
        for name in random.sample(list(make), len(make)):
            kernel = make[name]()
            times[name].append(kernel.first_reply * 1e3)
            kernel.stop()
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=500, help="round trips of each kind per kernel")
    parser.add_argument("--starts", type=int, default=8)
    parser.add_argument("--json", type=pathlib.Path, help="also write the figures here")
    args = parser.parse_args()
    home = tempfile.mkdtemp(prefix="assay-bench-home-")
    binary = kernels.build_splice(home)
    subjects = [kernels.direct(), kernels.splice(binary), kernels.assay(home), kernels.recording(home)]
    result = {}
    try:
        result["kernel_info"] = table("kernel_info round trip", interleaved(subjects, lambda k: k.kernel_info(), args.rounds))
        result["execute"] = table("execute `1`, reply and idle", interleaved(subjects, lambda k: k.execute("1"), args.rounds))
        result["heartbeat"] = table("heartbeat", interleaved(subjects, lambda k: k.ping(), args.rounds))
        time.sleep(3)
        result["rss_mb"] = {k.name: k.rss_mb() for k in subjects if k.name != "direct"}
        print("\nresident MB of the proxy after all that:", {n: round(v, 1) for n, v in result["rss_mb"].items()})
    finally:
        for k in subjects:
            k.stop()
        kernels.stop_companion(home)
    make = {"direct": kernels.direct, "splice": lambda: kernels.splice(binary), "assay": lambda: kernels.assay(home)}
    result["start"] = table("start to first kernel_info_reply", starts(make, args.starts))
    size = kernels.ASSAY.stat().st_size / 1e6
    print(f"\nbinary: {size:.1f} MB")
    result["binary_mb"] = size
    if args.json:
        args.json.write_text(json.dumps(result, indent=1))


sys.exit(main())
