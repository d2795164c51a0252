# What `run` and `test` share: finding a Python, making .venv from a lock, system libraries.
# Sourced with `root` set to the project's folder. POSIX sh, and nothing outside Debian's base system.
# shellcheck shell=sh

venv=$root/.venv
python=$venv/bin/python

say() { printf '%s\n' "emailcleaner: $*" >&2; }

fail() {
    say "$@"
    exit 2
}

# Prints how this user may install packages: nothing (is root), "sudo -n", or fails.
privilege() {
    if [ "$(id -u)" = 0 ]; then
        return 0
    fi
    command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null && echo "sudo -n"
}

# Prints the first of the alternatives "a|b" that the package lists know, else the last.
known_package() {
    rest=$1
    while [ "$rest" != "${rest#*|}" ]; do
        first=${rest%%|*}
        if apt-cache show "$first" >/dev/null 2>&1; then
            printf '%s\n' "$first"
            return 0
        fi
        rest=${rest#*|}
    done
    printf '%s\n' "$rest"
}

# install_packages WHY PACKAGE... : installs Debian packages, or says what to type and returns 1.
install_packages() {
    why=$1
    shift
    if ! command -v apt-get >/dev/null 2>&1; then
        say "$why. Please install what these Debian packages hold and start again: $*"
        return 1
    fi
    if ! may=$(privilege); then
        names=
        for package in "$@"; do
            names="$names $(known_package "$package")"
        done
        say "$why. Please type this and start again:"
        printf '    sudo apt-get install%s\n' "$names" >&2
        return 1
    fi
    # Package lists first: a fresh system has none, and names differ between releases.
    log=$(mktemp) || return 1
    names=
    # shellcheck disable=SC2086 # `may` is empty or two words
    $may apt-get -qq -o Acquire::Retries=3 update >"$log" 2>&1 </dev/null || true
    for package in "$@"; do
        names="$names $(known_package "$package")"
    done
    say "$why: installing$names"
    # shellcheck disable=SC2086 # lists of words
    if $may env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o Acquire::Retries=3 \
        -o DPkg::Lock::Timeout=300 install --no-install-recommends $names >>"$log" 2>&1 </dev/null; then
        rm -f "$log"
        return 0
    fi
    tail -n 15 "$log" >&2
    rm -f "$log"
    say "Installing failed. Please type this, see what it says, and start again:"
    printf '    %s apt-get install%s\n' "${may:+sudo}" "$names" >&2
    return 1
}

# Prints the real path of the first Python that can make an environment, else fails. Each candidate is
# run, since a name on the PATH may be a shim without a Python behind it, or one without venv.
find_python() {
    for candidate in "${EMAILCLEANER_PYTHON:-}" python3.13 python3.12 python3.11 python3 python3.14 \
        /usr/bin/python3 /usr/bin/python3.13 /usr/bin/python3.12 /usr/bin/python3.11 \
        /usr/local/bin/python3 python; do
        [ -n "$candidate" ] || continue
        found=$("$candidate" -I -c '
import sys
if not (3, 11) <= sys.version_info < (3, 15):
    sys.exit(1)
import ctypes, sqlite3, ssl, venv
if sys.argv[1] == "pip":
    import ensurepip
print(sys.executable)' "$installer" 2>/dev/null) || continue
        printf '%s\n' "$found"
        return 0
    done
    return 1
}

ensure_python() {
    base=$(find_python) && return 0
    install_packages "There is no Python 3.11 or newer with venv here" python3 python3-venv || exit 2
    base=$(find_python) && return 0
    # The release's own python3 is too old (Ubuntu 22.04): it may offer a newer one beside it.
    for version in 3.13 3.12 3.11; do
        if apt-cache show "python$version-venv" >/dev/null 2>&1; then
            install_packages "The python3 of this system is too old" "python$version" "python$version-venv" || exit 2
            base=$(find_python) && return 0
        fi
    done
    fail "Python 3.11 or newer is needed, and this system's packages have none. Please install one and start again."
}

# make_environment LOCK : brings .venv to exactly what the lock says; hashes are checked.
make_environment() {
    # uv if there is one that runs, else the environment's own pip.
    installer=pip
    if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then
        installer=uv
    fi
    if ! "$python" -I -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        ensure_python
        say "First start: making the environment (about a minute, once)"
        rm -rf "$venv"
        if [ $installer = uv ]; then
            uv venv --quiet --python "$base" "$venv"
        else
            "$base" -I -m venv "$venv"
        fi || fail "The environment .venv could not be made in $root."
    fi
    if [ $installer = uv ]; then
        uv pip install --quiet --compile-bytecode --python "$python" --only-binary :all: --require-hashes -r "$root/$1"
    else
        # An environment whose making was interrupted has no pip yet.
        "$python" -I -m pip --version >/dev/null 2>&1 || "$python" -I -m ensurepip >/dev/null
        "$python" -I -m pip install --quiet --disable-pip-version-check --no-input --only-binary :all: \
            --require-hashes -r "$root/$1"
    fi || fail "Installing the libraries into .venv failed. Is the network up? Start again to go on."
    # The package is used where it stands; a .pth file finds it from every folder.
    for site in "$venv"/lib/python3.*/site-packages; do
        printf '%s\n' "$root" >"$site/emailcleaner-source.pth"
    done
}

# The state that a stamp stands for: where we are, and what the packages are made from.
fingerprint() {
    printf '%s\n' "$root"
    cat "$root/pyproject.toml" "$root/tools/environment.sh" "$root/$1" | cksum
}

# ensure_environment LOCK : does nothing if the stamp of this lock still fits, which costs a few ms.
ensure_environment() {
    wanted=$(fingerprint "$1")
    stamp=$venv/$1.stamp
    if [ -x "$python" ] && [ -r "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
        return 0
    fi
    # Two starts at once must not build the same folder; the second waits and finds all done.
    if command -v flock >/dev/null 2>&1 && exec 9>"$root/.venv.lock"; then
        flock 9
        if [ -x "$python" ] && [ -r "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
            exec 9>&-
            return 0
        fi
    fi
    make_environment "$1"
    printf '%s\n' "$wanted" >"$stamp"
    exec 9>&-
}

# ensure_libraries x11|wayland|offscreen : the system libraries Qt loads. Returns 1 if they are still missing.
ensure_libraries() {
    done_before=$venv/libraries-$1.stamp
    [ -e "$done_before" ] && return 0
    missing=$("$python" -I "$root/tools/system_libraries.py" "$1")
    if [ -n "$missing" ]; then
        # shellcheck disable=SC2086 # a list of words
        install_packages "A window needs libraries that are missing here" $missing || return 1
        missing=$("$python" -I "$root/tools/system_libraries.py" "$1")
        [ -z "$missing" ] || { say "Still missing after installing: $missing"; return 1; }
    fi
    : >"$done_before"
}
