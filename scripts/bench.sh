#!/usr/bin/env bash
# Benchmarks that compare two things in one run. The machine is shared and noisy: read medians and ratios.
# The first argument names one of them to run alone: roundtrip, bursts, early, wire or verdicts. Others go to it.
set -euo pipefail
cd "$(dirname "$0")/.."
export ASSAY_PYTHON=$PWD/.venv/bin/python
only=all
case "${1:-}" in roundtrip | bursts | early | wire | verdicts) only=$1; shift ;; esac
want() { [ "$only" = all ] || [ "$only" = "$1" ]; }

if want roundtrip; then
    echo "== the kernel against plain ipykernel and a bare TCP splice"
    .venv/bin/python scripts/bench/roundtrip.py "$@"
fi
if want bursts; then
    printf '\n== more than a client reads\n'
    .venv/bin/python scripts/bench/bursts.py $([ $only = all ] || echo "$@")
fi
if want early; then
    printf '\n== a cell that is there before the kernel\n'
    .venv/bin/python scripts/bench/early.py $([ $only = all ] || echo "$@")
fi
if want wire; then
    printf '\n== relaying alone, against a bare TCP splice\n'
    go test -run '^$' -bench . -benchtime 2s ./kernel/wire
fi
if want verdicts; then
    printf '\n== verdicts\n'
    go test -run '^$' -bench . -benchtime 2s ./checks/...
fi
