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

out=$(mktemp -d)
beside=
trap '[ -z "$beside" ] || kill $beside 2>/dev/null; rm -rf "$out"' EXIT

passed=0 failed=0
pass() { passed=$((passed + ${1:-0})); }
# lose NAME [FILE] counts a failure and keeps its name and FILE's last lines for the very end: whoever sees only the end of
# a long log sees what to mend.
lose() {
    failed=$((failed + 1))
    { echo "FAILED $1"; [ -z "${2:-}" ] || tail -n 15 "$2" | cut -c1-300 | sed 's/^/    /'; } >>"$out/lost"
}
# check NAME COMMAND... is one test.
check() {
    local name=$1; shift
    if "$@" >"$out/check.txt" 2>&1; then pass 1; else cat "$out/check.txt"; lose "$name" "$out/check.txt"; fi
}
# tap NAME FILE counts the tests in a file that `node --test` wrote.
tap() {
    sed -nE 's/^ *((not )?ok .*)$/\1/p' "$2"
    pass "$(sed -nE 's/^# pass ([0-9]+)$/\1/p' "$2")"
    grep -q '^# fail 0$' "$2" && return
    tail -n 80 "$2"
    grep -E '^ *(not ok|error:)' "$2" >"$out/tap.txt"
    lose "$1" "$out/tap.txt"
}

say "gofmt and go vet"
formatted() { local bad; bad=$(gofmt -l $(git ls-files '*.go')) && [ -z "$bad" ] || { echo "not gofmt-ed: $bad"; return 1; }; }
check gofmt formatted
check "go vet" go vet ./...

say "go test -race"
go test -race -timeout 30m -json ./... >"$out/go.json"
code=$?
.venv/bin/python scripts/gotest.py "$out/go.json" "$out/again" | tee "$out/go.txt"
# What failed beside others gets one more chance alone: some wait for real processes on a machine that may be busy.
# It is named either way; what fails alone has failed.
while read -r package name; do
    if go test -race -count=1 -timeout 20m -run "^$name\$" "$package" >"$out/one.txt" 2>&1; then
        echo "passed when run alone: $package $name"
        pass 1
    else
        tail -n 60 "$out/one.txt"
        lose "$package $name" "$out/one.txt"
    fi
done <"$out/again"
read -r _ good < <(tail -n 1 "$out/go.txt")
pass "$good"
[ $code -eq 0 ] || [ "$failed" -gt 0 ] || [ -s "$out/again" ] || lose "go test" "$out/go.txt"

say "memory, which the race detector would distort"
check "large messages' memory" go test -count=1 -run TestLargeMessageMemory ./kernel/wire

# What mostly waits runs beside the challenges, which mostly compute.
browser() { node --test --test-reporter=tap e2e/*.test.mjs >"$out/e2e.txt" 2>&1; }
suites() { .venv/bin/python scripts/conformance/run.py >"$out/conformance.txt" 2>&1; }
prove() { bin/assay verify --python .venv/bin/python --seeds 1 "$@"; }
{ suites; echo $? >"$out/suites"; browser; echo $? >"$out/browser"; } &
beside=$!
say "challenges, public kernel suites and JupyterLab side by side: several minutes"
proven=1
prove >"$out/verify.txt" 2>&1 || proven=
wait $beside
beside=

say "every challenge on one seed: right answers pass, traps meet their fate (make verify: 20 seeds)"
pass "$(grep -c ' as expected on 1 of 1 seeds$' "$out/verify.txt")"
if [ -z "$proven" ]; then
    tail -n 40 "$out/verify.txt"
    echo "once more alone"
    prove $(sed -nE 's/^([^ ]+): not proven, .*/\1/p' "$out/verify.txt") >"$out/verify.txt" 2>&1 ||
        { tail -n 40 "$out/verify.txt"; lose "assay verify" "$out/verify.txt"; }
fi

say "public kernel suites, plain ipykernel beside ours"
if [ "$(cat "$out/suites")" != 0 ]; then
    cat "$out/conformance.txt"
    echo "once more alone"
    suites || lose "public kernel suites" "$out/conformance.txt"
fi
cat "$out/conformance.txt"
pass "$(sed -nE 's/^([0-9]+) passed, [0-9]+ failed$/\1/p' "$out/conformance.txt")"

say "the page's own tests"
node --test --test-reporter=tap kernel/companion/page/test/*.test.mjs >"$out/page.txt" 2>&1
tap "the page's own tests" "$out/page.txt"

say "JupyterLab in a browser"
if [ "$(cat "$out/browser")" != 0 ]; then
    grep -E '^ *not ok' "$out/e2e.txt"
    echo "once more alone"
    browser
fi
tap "JupyterLab in a browser" "$out/e2e.txt"

echo
[ ! -e "$out/lost" ] || cat "$out/lost"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
