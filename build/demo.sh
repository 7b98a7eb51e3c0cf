#!/usr/bin/env bash
# Runs the demo with the rights it can get: as root, through sudo where that asks for no password, else without.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
if [ "$(id -u)" != 0 ] && command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    exec sudo -n --preserve-env=JAVA_HOME,NO_COLOR,TERM "$root/bin/clustermesh" demo "$@"
fi
exec "$root/bin/clustermesh" demo "$@"
