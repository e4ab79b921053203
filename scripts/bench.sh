#!/usr/bin/env bash
# Benchmarks that compare two things in one run. The machine is shared and noisy: read medians and ratios.
# The first argument names one of them to run alone: roundtrip, bursts, early, wire, verdicts, memory or card. Others go to it.
set -euo pipefail
cd "$(dirname "$0")/.."
export ASSAY_PYTHON=$PWD/.venv/bin/python
only=all
case "${1:-}" in roundtrip | bursts | early | wire | verdicts | memory | card) only=$1; shift ;; esac
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
    printf '\n== verdicts, from code to points; the second list by library, beside what they should be\n'
    go test -run '^$' -bench . -benchtime 2s ./checks/...
    scripts/venv.sh torch
    go test -run '^$' -bench Verdict -benchtime 20x . | grep -E 'Verdict|FAIL|Error'
fi
if want memory; then
    printf '\n== idle memory of the companion, and what it keeps warm\n'
    .venv/bin/python scripts/bench/memory.py $([ $only = all ] || echo "$@")
fi
if want card; then
    printf '\n== Shift+Enter to painted, in JupyterLab\n'
    missing=
    for tool in node npm "${CHROMIUM:-chromium}"; do command -v "$tool" >/dev/null || missing="$missing $tool"; done
    if [ -n "$missing" ]; then
        echo "not measured: it needs$missing (Debian: apt-get install nodejs npm chromium)"
    else
        [ -d e2e/node_modules ] || (cd e2e && npm ci --silent --no-fund --no-audit)
        node e2e/card.bench.mjs $([ $only = all ] || echo "$@")
    fi
fi
