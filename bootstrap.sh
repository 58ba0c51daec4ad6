#!/bin/sh
# Sets up what `make run` and `make test` need: system libraries of Qt, a virtual environment, pinned packages.
# usage: bootstrap.sh LOCKFILE. A second call with the same lock file does nothing.
set -eu
cd "$(dirname "$0")"
lock=$1
environment=.venv
stamp="$environment/.installed-$(basename "$lock")"

say() { printf '%s\n' "$*" >&2; }

find_python() {
    for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
        [ -n "$candidate" ] || continue
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    say "No Python 3.11 or newer was found: install one, or name it with 'make run PYTHON=/path/to/python3'."
    exit 2
}

# Qt loads these at start; asking the loader is quicker and truer than asking the package manager.
missing_libraries() {
    [ "$(uname -s)" = Linux ] || return 0
    "$1" - <<'PYTHON'
import ctypes

PACKAGES = {
    "libEGL.so.1": "libegl1", "libGL.so.1": "libgl1", "libGLX.so.0": "libglx0",
    "libfontconfig.so.1": "libfontconfig1", "libfreetype.so.6": "libfreetype6", "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0", "libdbus-1.so.3": "libdbus-1-3",
    "libxcb-cursor.so.0": "libxcb-cursor0", "libxkbcommon-x11.so.0": "libxkbcommon-x11-0", "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-icccm.so.4": "libxcb-icccm4", "libxcb-image.so.0": "libxcb-image0", "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0", "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0", "libxcb-shm.so.0": "libxcb-shm0", "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0", "libxcb-xkb.so.1": "libxcb-xkb1",
}


def missing(library):
    try:
        ctypes.CDLL(library)
    except OSError:
        return True
    return False


print(" ".join(package for library, package in PACKAGES.items() if missing(library)))
PYTHON
}

install_libraries() {
    packages=$(missing_libraries "$1")
    [ -n "$packages" ] || return 0
    if ! command -v apt-get >/dev/null 2>&1; then
        say "Qt needs system libraries that are missing here. Their names on Debian: $packages"
    elif [ "$(id -u)" = 0 ]; then
        say "Installing the system libraries that Qt needs: $packages"
        export DEBIAN_FRONTEND=noninteractive
        # shellcheck disable=SC2086
        { apt-get -qq update && apt-get -qq install -y --no-install-recommends $packages; } >/dev/null ||
            say "That did not work; try: apt-get install $packages"
    else
        say "Qt needs system libraries that are missing here. Run once: sudo apt-get install -y $packages"
    fi
}

wanted=$(cat requirements.lock "$lock")
if [ -f "$stamp" ] && [ "$wanted" = "$(cat "$stamp")" ]; then
    exit 0
fi

python=$(find_python)
install_libraries "$python"
if [ ! -x "$environment/bin/python" ]; then
    say "Creating the virtual environment $environment."
    "$python" -m venv "$environment" || {
        say "Python's venv module does not work here. On Debian: sudo apt-get install -y python3-venv"
        exit 2
    }
fi
say "Installing the packages of $lock (once; PyTorch takes a while)."
"$environment/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$lock"
printf '%s\n' "$wanted" >"$stamp"
