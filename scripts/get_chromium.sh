#!/usr/bin/env bash
# See to it that a Chromium for the browser tests is there; say plainly when it is not.
#
# With CI=true a missing browser is a failure. Otherwise the tests run without it and name what
# they skipped.
set -euo pipefail

for name in "${ANTT_CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [ -n "$name" ] && command -v "$name" >/dev/null; then
        exit 0
    fi
done

distribution="$(. /etc/os-release 2>/dev/null && echo "${ID:-unknown}" || echo unknown)"
as_root=()
if [ "$(id -u)" != 0 ]; then
    as_root=(sudo -n)
fi

if [ "$distribution" = debian ] && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; then
    echo "Cài đặt Chromium · installing Chromium …"
    "${as_root[@]}" apt-get update -qq
    if "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; then
        exit 0
    fi
fi

{
    echo "Không có Chromium; các phép thử trình duyệt sẽ bị bỏ qua. Để cài đặt:"
    echo "Chromium is missing; the browser tests will be skipped. To install it:"
    case "$distribution" in
        ubuntu)
            echo "    sudo snap install chromium        (on Ubuntu, Chromium is a snap package)"
            ;;
        *)
            echo "    sudo apt-get install chromium"
            ;;
    esac
} >&2
if [ "${CI:-}" = true ]; then
    exit 1
fi
