#!/bin/sh
# Install Bản đồ ANTT số hóa from this folder. Nothing is fetched from anywhere.
# Usage: ./install.sh [FOLDER]        (default: bando-antt in the home folder)
set -eu
here="$(cd "$(dirname "$0")" && pwd)"
target="${1:-$HOME/bando-antt}"

say() { # say VIETNAMESE ENGLISH
    printf '%s\n%s\n' "$1" "$2"
}

if ! (cd "$here" && sha256sum --check --quiet SHA256SUMS); then
    say "Bộ cài bị hỏng: có tệp không đúng mã kiểm tra. Hãy chép lại." \
        "The bundle is damaged: a file does not match its checksum. Copy it again." >&2
    exit 1
fi

python=""
for name in ${ANTT_PYTHON:-python3 python3.13 python3.12 python3.11}; do
    if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
        python="$name"
        break
    fi
done
if [ -z "$python" ]; then
    say "Cần Python 3.11, 3.12 hoặc 3.13 trên máy này." "Python 3.11, 3.12 or 3.13 is needed on this machine." >&2
    exit 1
fi

# The installer comes along as a wheel, so the package python3-venv is not needed.
"$python" -m venv --without-pip "$target"
set -- "$here"/wheelhouse/pip-*.whl
pip() {
    "$target/bin/python" "$1/pip" install --no-index --find-links "$here/wheelhouse" \
        --disable-pip-version-check --no-input --quiet $2
}
say "Đang cài đặt …" "Installing …"
installer="$1"
cd "$here"
pip "$installer" "--require-hashes --requirement requirements.lock"
pip "$installer" "--no-deps bando-antt"

say "Đã cài xong. Mở bản đồ mẫu bằng lệnh:" "Installed. Open the sample map with:"
printf '    %s/bin/antt demo\n' "$target"
