#!/usr/bin/env bash
# Makes .venv from hashed lock files: scripts/venv.sh SET..., where a SET is lab, test or torch (env/SET.txt).
#
# A set that is already there, from the same lock file and the same Python, costs nothing. A first install that fails
# takes .venv away again, so that there is never half an environment; a failed extra leaves what was there before usable.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }
fail() { say "venv: $1"; say "      $2"; exit 1; }

python=${PYTHON:-python3}
command -v "$python" >/dev/null || fail "no $python found" "install Python 3.11 or newer (Debian: apt-get install python3 python3-venv), or set PYTHON=/path/to/python3"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$("$python" --version) is too old" "Assay's environment needs Python 3.11 or newer; set PYTHON=/path/to/python3"

stamp() { echo ".venv/.assay-$1"; }
wanted() { { "$python" --version; cat "env/$1.txt"; } | sha256sum | cut -d' ' -f1; }

# One at a time in one folder: a second `make` waits for the first, then finds its work done.
if command -v flock >/dev/null; then
    exec 9<env
    flock -n 9 || { say "venv: another make is at work on .venv; waiting for it"; flock 9; }
fi

fresh= log=
if [ ! -f "$(stamp base)" ] || [ "$(cat "$(stamp base)")" != "$(wanted uv)" ] || ! .venv/bin/python -c '' 2>/dev/null; then
    fresh=1
fi
undo() {
    code=$?
    rm -f "$log"
        if [ $code -ne 0 ] && [ -n "$fresh" ]; then rm -rf .venv; say "venv: removed the unfinished .venv; nothing is half made"; fi
    exit $code
}
trap undo EXIT
trap 'exit 130' INT HUP
trap 'exit 143' TERM

log=$(mktemp)
run() { # run WHAT COMMAND...: quiet unless it fails
    local what=$1; shift
    if "$@" >"$log" 2>&1; then return; fi
    tail -n 8 "$log" >&2
    if grep -qiE 'no space left' "$log"; then fail "$what: the disk is full" "free some space (df -h .) and run make again"; fi
    if grep -qiE 'connect|network|resolve|timed? ?out|dns|from versions: none' "$log"; then fail "$what: a package could not be fetched" "check the network or pip's index settings and run make again"; fi
    if grep -qiE 'ensurepip|no module named venv' "$log"; then fail "$what: this Python cannot make environments" "Debian: apt-get install python3-venv"; fi
    fail "$what failed" "the lines above say why; run make again when it is mended"
}

if [ -n "$fresh" ]; then
    say "venv: making .venv with $("$python" --version)"
    rm -rf .venv
    run "making .venv" "$python" -m venv .venv
    run "installing uv" .venv/bin/python -m pip install --disable-pip-version-check --require-hashes -r env/uv.txt
    wanted uv >"$(stamp base)"
fi
for set in "${@:-lab}"; do
    [ -f "env/$set.txt" ] || fail "no set named $set" "the sets are: $(cd env && echo *.txt | sed 's/\.txt//g')"
    if [ -f "$(stamp "$set")" ] && [ "$(cat "$(stamp "$set")")" = "$(wanted "$set")" ]; then continue; fi
    case $set in
        torch) say "venv: installing PyTorch (several GB on disk, about a minute)" ;;
        *) say "venv: installing the $set packages" ;;
    esac
    run "installing the $set packages" .venv/bin/uv pip install --python .venv/bin/python --require-hashes -r "env/$set.txt"
    wanted "$set" >"$(stamp "$set")"
    fresh=
done
