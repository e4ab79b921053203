"""Reads the JSON of `go test -json` and prints what failed with its output: gotest.py JSON AGAIN.

Writes to AGAIN a line `PACKAGE TEST` for each top-level test that failed, for the caller to run alone, and ends with a line
`GO PASSED`. A package that did not build or failed outside of its tests has `.*` for TEST: all of it is to be run. A passed
test counts with its subtests.
"""

import json
import sys


def main(path: str, again_path: str) -> None:
    output: dict[tuple[str, str], list[str]] = {}
    passed = 0
    again: dict[tuple[str, str], None] = {}
    broken = set()
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            try:
                event = json.loads(line)
            except ValueError:
                print(line.rstrip())
                continue
            package, test = key = ((event.get("Package") or event.get("ImportPath", "")).split(" ")[0], event.get("Test", ""))
            action = event["Action"]
            if action in ("output", "build-output"):
                output.setdefault(key, []).append(event.get("Output", ""))
            elif action == "pass" and test:
                passed += 1
            elif action == "skip" and test:
                print(f"skipped: {package} {test}: {''.join(output.get(key, [])).strip()[-300:]}")
            elif action == "fail" and test:
                again[package, test.split("/")[0]] = None
                broken.add(package)
                print(f"--- FAIL {package} {test}")
                print("".join(output.get(key, []))[-6000:])
            elif action in ("fail", "build-fail") and package not in broken:
                again[package, ".*"] = None
                broken.add(package)
                print(f"--- FAIL {package}")
                print("".join(output.get(key, []))[-6000:])
    with open(again_path, "w", encoding="utf-8") as names:
        names.writelines(f"{package} {test}\n" for package, test in again)
    print(f"GO {passed}")


main(*sys.argv[1:])
