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

# Asking the loader is quicker and truer than asking the package manager.
missing_libraries() {
    [ "$(uname -s)" = Linux ] || return 0
    "$1" visualizer/commands/checkup/libraries.py
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
