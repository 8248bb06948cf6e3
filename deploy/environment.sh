# Sourced by deploy/run and deploy/test: one place that knows how the Python environment is made.
# Sets project, venv; offers say, fail, private_home, make_environment.

project=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
venv=$project/.venv
started=$SECONDS

# Where bytecode is not kept, every start compiles every library again (seconds each time).
unset PYTHONDONTWRITEBYTECODE PYTHONHOME PYTHONPATH

say() { printf '[%3d s] %s\n' "$((SECONDS - started))" "$*"; }

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

# pip, npm and Chromium want a home they can write to; without one they get a folder of the project.
private_home() {
    if [ -z "${HOME:-}" ] || [ ! -d "$HOME" ] || [ ! -w "$HOME" ]; then
        export HOME=$project/build/home
        mkdir -p -- "$HOME"
    fi
}

is_supported() {
    "$1" -c 'import sqlite3, ssl, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
        2>/dev/null
}

find_python() {
    local candidate
    for candidate in ${MINSHENG_PYTHON:+"$MINSHENG_PYTHON"} python3 python3.13 python3.12 python3.11 \
        /usr/bin/python3; do
        if command -v "$candidate" >/dev/null && is_supported "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    fail 'No Python 3.11, 3.12 or 3.13 found.' \
        'Install one (Debian 12: as root, apt-get install python3 python3-venv) and run this again,' \
        'or name one: MINSHENG_PYTHON=/path/to/python3 deploy/run'
}

# Debian ships venv apart from python3: without ensurepip an environment would have no pip.
require_ensurepip() {
    local python=$1 package
    "$python" -c 'import ensurepip' 2>/dev/null && return
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "Installing $package"
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$package" >/dev/null &&
            "$python" -c 'import ensurepip' && return
    fi
    fail "This Python cannot make environments yet: the package $package is missing." \
        "As root: apt-get install $package" 'Then run this again.'
}

create_venv() {
    local python
    if [ -x "$venv/bin/python" ] && is_supported "$venv/bin/python"; then
        return
    fi
    python=$(find_python)
    say "Creating .venv with $("$python" --version)"
    require_ensurepip "$python"
    "$python" -m venv --clear -- "$venv"
}

# pip tells a line or more a package; one line for every tenth is enough to see it move.
count_packages() {
    local line fetched=0 total=$1
    while IFS= read -r line; do
        case $line in
            Collecting*)
                fetched=$((fetched + 1))
                [ "$((fetched % 10))" != 0 ] || say "  fetched $fetched of about $total packages" ;;
            'Installing collected packages'*) say '  unpacking them' ;;
        esac
    done
}

# uv takes a fifth of pip's time, but only pip knows the index a site has set in pip's own settings.
install_lock() {
    local lock=$1 quiet=()
    if command -v uv >/dev/null; then
        say "Installing $(basename -- "$lock") with uv"
        [ -t 2 ] || quiet=(--quiet)
        uv pip install "${quiet[@]}" --python "$venv/bin/python" --require-hashes -r "$lock" && return
        say 'uv failed; trying pip'
    fi
    say "Installing $(basename -- "$lock") with pip"
    "$venv/bin/python" -m pip --version >/dev/null 2>&1 || "$venv/bin/python" -m ensurepip >/dev/null
    "$venv/bin/python" -m pip install --disable-pip-version-check --no-deps --require-hashes --no-compile \
        -r "$lock" | count_packages "$(grep -c == "$lock")" ||
        fail 'The Python packages could not be installed.' \
            'Check that this machine reaches a Python package index (pip config list) and run this again.'
}

project_version() { sed -n 's/^version = "\(.*\)"$/\1/p' "$project/pyproject.toml"; }

# The checkout itself is used in place: a path file and a start script, nothing to build. The path is
# relative because Python 3.11 reads path files in the locale's encoding, and a folder may be Chinese.
install_project() {
    local site metadata
    site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')
    printf '../../../..\n' >"$site/minsheng.pth"
    rm -rf -- "$site"/minsheng-*.dist-info
    metadata=$site/minsheng-$(project_version).dist-info
    mkdir -p -- "$metadata"
    printf 'Metadata-Version: 2.1\nName: minsheng\nVersion: %s\n' "$(project_version)" >"$metadata/METADATA"
    echo deploy >"$metadata/INSTALLER"
    cat >"$venv/bin/minsheng" <<'SCRIPT'
#!/bin/sh
'''exec' "$(dirname -- "$0")/python" "$0" "$@"
' '''
import sys

from intake.cli import main

if __name__ == "__main__":
    sys.exit(main())
SCRIPT
    chmod +x "$venv/bin/minsheng"
}

# What an environment is made of; any change installs again.
environment_key() {
    { "$venv/bin/python" -VV && printf '%s\n' "$project" "$(project_version)" "$1" && cat "${@:2}" "$project/deploy/environment.sh"; } |
        sha256sum | cut -d' ' -f1
}

# make_environment run|test: the second call with nothing changed does nothing.
make_environment() {
    local purpose=$1 stamp=$venv/installed key run_lock test_lock
    run_lock=$project/deploy/requirements.lock
    test_lock=$project/deploy/requirements-test.lock
    create_venv
    local test_key
    test_key=$(environment_key test "$run_lock" "$test_lock")
    key=$test_key
    [ "$purpose" = test ] || key=$(environment_key run "$run_lock")
    if [ -f "$stamp" ] && grep -qxF -e "$key" -e "$test_key" "$stamp"; then
        return
    fi
    rm -f -- "$stamp"
    if [ "$purpose" = test ]; then install_lock "$test_lock"; else install_lock "$run_lock"; fi
    install_project
    say 'Compiling bytecode'
    # Some libraries ship files for other Python versions, which do not compile: no reason to stop.
    "$venv/bin/python" -m compileall -qq -j 0 -x '/(tests|pip|setuptools)/' "$venv/lib" || true
    printf '%s\n' "$key" >"$stamp"
}
