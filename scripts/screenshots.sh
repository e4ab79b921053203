#!/usr/bin/env bash
# Remakes the pictures of the README from a real session: JupyterLab and the interviewer's page in headless Chromium.
set -euo pipefail
cd "$(dirname "$0")/.."
(cd e2e && npm ci --silent --no-fund --no-audit)
shots=$(mktemp -d)
trap 'rm -rf "$shots"' EXIT
ASSAY_SHOTS=$shots node --test e2e/warmup.test.mjs
mkdir -p docs
cp "$shots/card-looping.png" docs/card.png
cp "$shots/page.png" docs/page.png
ls -l docs
