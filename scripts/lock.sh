#!/usr/bin/env bash
# Renews env/*.txt from env/*.in. No lock file names a package index: which one to ask is the user's setting.
set -euo pipefail
cd "$(dirname "$0")/.."
compile() { .venv/bin/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --python-version 3.11 "$@"; }
compile env/uv.in -o env/uv.txt
compile --universal env/lab.in -o env/lab.txt
compile --universal env/test.in -o env/test.txt
compile --python-platform linux env/torch.in -o env/torch.txt
