#!/usr/bin/env bash
# Write the four lock files: every package with its hashes, one version for Python 3.11 to 3.13.
#
# uv lives in a throwaway environment, so nothing of it stays on the machine. No index address is
# written, so a lock works wherever pip finds its packages.
set -euo pipefail
cd "$(dirname "$0")/.."

python_for_uv="${1:?usage: scripts/make_locks.sh PYTHON}"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
"$python_for_uv" -m venv "$scratch/uv"
"$scratch/uv/bin/python" -m pip install --quiet --disable-pip-version-check uv

compile() { # compile OUTPUT ARGUMENTS...
    local output="$1"
    shift
    # One version of numpy and scipy for every Python: the same seed must give the same bytes.
    "$scratch/uv/bin/uv" pip compile --universal --python-version 3.11 --fork-strategy fewest \
        --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
        --quiet --upgrade --output-file "$output" "$@" >/dev/null
    printf '%-28s %s packages\n' "$output" "$(grep -c '^[a-z0-9]' "$output")"
}

compile requirements.lock pyproject.toml
compile requirements-build.lock --constraint requirements.lock --group build
compile requirements-dev.lock --constraint requirements.lock --constraint requirements-build.lock \
    pyproject.toml --group dev
compile requirements-bench.lock --constraint requirements.lock pyproject.toml --group bench
