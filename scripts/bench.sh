#!/usr/bin/env bash
# Benchmarks that compare two things in one run. The machine is shared and noisy: read medians and ratios.
set -euo pipefail
cd "$(dirname "$0")/.."
export ASSAY_PYTHON=$PWD/.venv/bin/python
echo "== the kernel against plain ipykernel and a bare TCP splice"
.venv/bin/python scripts/bench/roundtrip.py "$@"
echo
echo "== relaying alone, against a bare TCP splice"
go test -run '^$' -bench . -benchtime 2s ./kernel/wire
echo
echo "== verdicts"
go test -run '^$' -bench . -benchtime 2s ./checks/...
