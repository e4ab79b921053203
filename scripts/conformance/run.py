"""Runs public kernel test suites against plain ipykernel and against Assay in one run, and compares.

The suites are jupyter_kernel_test and ipykernel's own tests that start a kernel; the latter come from ipykernel's source
package in the version that .venv has, fetched by name into .cache/ and never committed. The command fails when a test
passes against plain ipykernel and fails through Assay, unless exceptions.toml gives a reason why a proxy cannot pass it.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import xml.etree.ElementTree as ET
from importlib.metadata import version

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
ASSAY = ROOT / "bin" / "assay"
# ipykernel's test files that start a kernel by its spec; the others test its classes in-process.
IPYKERNEL_FILES = ["test_kernel.py", "test_message_spec.py", "test_subshells.py", "test_debugger.py", "test_async.py"]


def ipykernel_tests() -> pathlib.Path:
    """The folder with ipykernel's own tests, fetched once per version."""
    name = f"ipykernel-{version('ipykernel')}"
    folder = ROOT / ".cache" / name
    if not (folder / "tests").is_dir():
        cache = ROOT / ".cache"
        cache.mkdir(exist_ok=True)
        print(f"fetching {name}'s source package", file=sys.stderr)
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-binary",
             "ipykernel", "--dest", cache, name.replace("-", "==")],
            check=True,
        )
        with tarfile.open(cache / f"{name}.tar.gz") as archive:
            archive.extractall(cache, filter="data")
    return folder / "tests"


def shadow(folder: pathlib.Path) -> pathlib.Path:
    """A Jupyter data folder in which `python3` is Assay in front of this interpreter's ipykernel."""
    spec = json.loads((ROOT / "kernel.json").read_text())
    fill = {"{assay}": str(ASSAY), "{python}": sys.executable}
    spec["argv"] = [fill.get(a, a) for a in spec["argv"]]
    where = folder / "kernels" / "python3"
    where.mkdir(parents=True)
    (where / "kernel.json").write_text(json.dumps(spec))
    return folder


def run_suite(files: list[pathlib.Path], env: dict[str, str], extra: list[str]) -> dict[str, str]:
    """Outcome per test: passed, failed or skipped."""
    with tempfile.TemporaryDirectory() as tmp:
        xml = pathlib.Path(tmp) / "junit.xml"
        # Our own settings: the suites' would turn any warning of a newer library into a failure.
        ini = pathlib.Path(tmp) / "pytest.ini"
        ini.write_text("[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n")
        subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-c", ini, "--timeout=120", "-p", "no:cacheprovider",
             f"--junitxml={xml}", *extra, *map(str, files)],
            env=env, cwd=tmp, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        results = {}
        for case in ET.parse(xml).iter("testcase"):
            outcome = "passed"
            for child in case:
                if child.tag in ("failure", "error"):
                    outcome = "failed"
                elif child.tag == "skipped":
                    outcome = "skipped"
            module = case.get("classname", "").rsplit("tests.", 1)[-1]
            results[f"{module}::{case.get('name')}"] = outcome
        return results


def both(files, extra, data) -> dict[str, tuple[str, str]]:
    plain_env = {k: v for k, v in os.environ.items() if not re.match(r"JUPYTER_|JPY_|ASSAY_", k)}
    with tempfile.TemporaryDirectory() as home:
        ours_env = dict(plain_env, JUPYTER_PATH=str(data), ASSAY_HOME=home)
        plain = run_suite(files, plain_env, extra)
        ours = run_suite(files, ours_env, extra)
    return {name: (plain.get(name, "absent"), ours.get(name, "absent")) for name in sorted(plain | ours)}


def confirm(name, files, extra, data) -> tuple[str, str]:
    """A difference is run once more on both sides: suites with timeouts have bad moments on a busy machine."""
    test = re.escape(name.split("::", 1)[1].split("[", 1)[0])
    return both(files, [*extra, "-k", test], data).get(name, ("absent", "absent"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-k", dest="only", help="only tests that match, as pytest's -k")
    parser.add_argument("--verbose", action="store_true", help="print every test, not only what differs")
    args = parser.parse_args()
    tests = ipykernel_tests()
    suites = [[tests / f for f in IPYKERNEL_FILES], [HERE / "test_jupyter_kernel_test.py"]]
    extra = ["-k", args.only] if args.only else []
    exceptions = tomllib.loads((HERE / "exceptions.toml").read_text())
    data = pathlib.Path(tempfile.mkdtemp(prefix="assay-conformance-"))
    bad = total = passed_plain = passed_ours = 0
    try:
        shadow(data)
        print(f"{'plain':>8} {'assay':>8}")
        for files in suites:
            for name, (plain, ours) in both(files, extra, data).items():
                worse = plain == "passed" and ours != "passed"
                if worse and name not in exceptions:
                    plain, ours = confirm(name, files, extra, data)
                    worse = plain == "passed" and ours != "passed"
                total += 1
                passed_plain += plain == "passed"
                passed_ours += ours == "passed"
                note = ""
                if worse:
                    note = "excepted: " + exceptions[name] if name in exceptions else "DIFFERS"
                    bad += name not in exceptions
                if args.verbose or plain != ours:
                    print(f"{plain:>8} {ours:>8}  {name}  {note}")
    finally:
        shutil.rmtree(data, ignore_errors=True)
    print(f"{passed_plain:>8} {passed_ours:>8}  of {total} tests")
    print(f"{total - bad} passed, {bad} failed")
    return 1 if bad or not total else 0


sys.exit(main())
