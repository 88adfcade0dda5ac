#!/usr/bin/env bash
# Make a virtual environment with a Python that the program supports (3.11 to 3.13).
#
# Debian and Ubuntu ship Python without what `venv` needs. As root it is installed, otherwise the
# one line to type is printed.
set -euo pipefail

venv="${1:?usage: scripts/make_venv.sh FOLDER}"

is_supported() { # is_supported PYTHON
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1
}

find_python() {
    local name
    for name in ${ANTT_PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if command -v "$name" >/dev/null && is_supported "$name"; then
            echo "$name"
            return
        fi
    done
    return 1
}

if [ -x "$venv/bin/python" ] && is_supported "$venv/bin/python" && "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    exit 0
fi

if ! python="$(find_python)"; then
    echo "Cần Python 3.11, 3.12 hoặc 3.13, nhưng máy này không có." >&2
    echo "Python 3.11, 3.12 or 3.13 is needed and none was found. On Debian or Ubuntu:" >&2
    echo "    sudo apt-get install python3 python3-venv" >&2
    exit 1
fi

if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
    package="$("$python" -c 'import sys; print("python3.%d-venv" % sys.version_info[1])')"
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Cài đặt $package · installing $package …"
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$package" >/dev/null
    else
        echo "Thiếu gói $package. Hãy chạy lệnh sau rồi chạy lại:" >&2
        echo "The package $package is missing. Run this line, then try again:" >&2
        echo "    sudo apt-get install $package" >&2
        exit 1
    fi
fi

rm -rf "$venv"
"$python" -m venv "$venv"
echo "$venv: $("$venv/bin/python" --version)"
