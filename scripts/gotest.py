"""Reads the JSON of `go test -json`, prints what failed with its output, and ends with a line `GO PASSED FAILED`.

A package that does not build or dies outside of a test counts as one failure.
"""

import json
import sys


def main(path: str) -> None:
    output: dict[tuple[str, str], list[str]] = {}
    passed = failed = 0
    broken = set()
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            try:
                event = json.loads(line)
            except ValueError:
                print(line.rstrip())
                continue
            key = (event.get("Package") or event.get("ImportPath", ""), event.get("Test", ""))
            action = event["Action"]
            if action in ("output", "build-output"):
                output.setdefault(key, []).append(event.get("Output", ""))
            elif action == "pass" and key[1]:
                passed += 1
            elif action == "skip" and key[1]:
                print(f"skipped: {key[0]} {key[1]}: {''.join(output.get(key, [])).strip()[-300:]}")
            elif action == "fail" and key[1]:
                failed += 1
                broken.add(key[0])
                print(f"--- FAIL {key[0]} {key[1]}")
                print("".join(output.get(key, []))[-6000:])
            elif action in ("fail", "build-fail") and key[0] not in broken:
                failed += 1
                broken.add(key[0])
                print(f"--- FAIL {key[0]}")
                print("".join(output.get(key, []))[-6000:])
    print(f"GO {passed} {failed}")


main(sys.argv[1])
