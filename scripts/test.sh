#!/usr/bin/env bash
# Runs every test and says at the end how many there were. Beyond Go and Python 3.11 it needs Chromium and Node for the
# browser test and the page's own tests: as root on Debian it installs them, else it says what is missing and fails.
set -uo pipefail
cd "$(dirname "$0")/.."
export ASSAY_PYTHON=$PWD/.venv/bin/python

say() { printf '\n== %s\n' "$*"; }
stop() { echo "test: $1" >&2; echo "0 passed, 1 failed"; exit 1; }

need() { # need COMMAND PACKAGE...
    local cmd=$1; shift
    command -v "$cmd" >/dev/null && return
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || stop "no $cmd found; install it (Debian: apt-get install $*)"
    say "installing $*"
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q "$@"; } >/tmp/assay-apt.log 2>&1 ||
        { tail -n 5 /tmp/assay-apt.log; stop "apt-get could not install $*"; }
}

need chromium chromium
need node nodejs
need npm npm
need gcc gcc libc6-dev
scripts/venv.sh lab test torch || stop "the Python environment could not be made"
make -s build || stop "the build failed"
(cd e2e && npm ci --silent --no-fund --no-audit) || stop "npm ci failed in e2e/"

passed=0 failed=0
count() { passed=$((passed + $1)); failed=$((failed + $2)); }

say "gofmt and go vet"
bad=$(gofmt -l $(git ls-files '*.go'))
if [ -z "$bad" ]; then count 1 0; else echo "not gofmt-ed: $bad"; count 0 1; fi
if go vet ./...; then count 1 0; else count 0 1; fi

out=$(mktemp -d)
beside=
trap '[ -z "$beside" ] || kill $beside 2>/dev/null; rm -rf "$out"' EXIT

say "go test -race"
go test -race -timeout 30m -json ./... >"$out/go.json"
code=$?
.venv/bin/python scripts/gotest.py "$out/go.json" "$out/again" | tee "$out/go.txt"
# A test that failed beside others gets one more chance alone: some wait for real processes on a machine that may be busy.
# It is named either way; what fails alone has failed.
while read -r package name; do
    if go test -race -count=1 -timeout 10m -run "^$name\$" "$package" >"$out/one.txt" 2>&1; then
        echo "passed when run alone: $package $name"
    else
        tail -n 60 "$out/one.txt"
        echo "failed again: $package $name"
        count 0 1
    fi
done <"$out/again"
read -r _ good lost < <(tail -n 1 "$out/go.txt")
count "$good" "$lost"
[ $code -eq 0 ] || [ "$failed" -gt 0 ] || [ -s "$out/again" ] || count 0 1

say "memory, which the race detector would distort"
if go test -count=1 -run 'TestLargeMessageMemory' ./kernel/wire; then count 1 0; else count 0 1; fi

# What mostly waits runs beside the challenges, which mostly compute.
browser() { node --test --test-reporter=tap e2e/*.test.mjs >"$out/e2e.txt" 2>&1; }
{ .venv/bin/python scripts/conformance/run.py >"$out/conformance.txt" 2>&1; browser; } &
beside=$!

say "every challenge on one seed: right answers pass, traps meet their fate (make verify: 20 seeds)"
bin/assay verify --python .venv/bin/python --seeds 1 >"$out/verify.txt" 2>&1
code=$?
count "$(grep -c ' as expected on 1 of 1 seeds$' "$out/verify.txt")" 0
[ $code -eq 0 ] || { tail -n 40 "$out/verify.txt"; count 0 1; }

say "public kernel suites, plain ipykernel beside ours"
wait $beside
beside=
cat "$out/conformance.txt"
read -r good bad < <(sed -nE 's/^([0-9]+) passed, ([0-9]+) failed$/\1 \2/p' "$out/conformance.txt")
count "${good:-0}" "${bad:-1}"

say "the page's own tests"
node --test --test-reporter=tap kernel/companion/page/test/*.test.mjs >"$out/page.txt" 2>&1
grep -E '^not ok|^  +error:' "$out/page.txt"
count "$(sed -nE 's/^# pass ([0-9]+)$/\1/p' "$out/page.txt")" "$(sed -nE 's/^# fail ([0-9]+)$/\1/p' "$out/page.txt")"

say "JupyterLab in a browser"
if ! grep -q '^# fail 0$' "$out/e2e.txt"; then
    grep -E '^ *not ok' "$out/e2e.txt"
    echo "once more alone"
    browser
fi
sed -nE 's/^ *((not )?ok .*)$/\1/p' "$out/e2e.txt"
grep -q '^# fail 0$' "$out/e2e.txt" || tail -n 80 "$out/e2e.txt"
count "$(sed -nE 's/^# pass ([0-9]+)$/\1/p' "$out/e2e.txt")" "$(sed -nE 's/^# fail ([0-9]+)$/\1/p' "$out/e2e.txt")"

echo
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
