#!/bin/bash
# Sees to it that the named Debian packages are installed: installs what is missing with apt-get where that is allowed
# (root, or sudo without a password), else prints the one line to run and fails. With --if-possible in front they are
# wanted, not needed: nothing is said, and nothing fails.
set -u

if [[ ${1:-} == --if-possible ]]; then
    shift
    "$0" "$@" >/dev/null 2>&1
    exit 0
fi

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    echo '#include <hdf5.h>' | cc -E - >/dev/null 2>&1 && exit 0
    echo "This is no Debian or Ubuntu: please install HDF5 with its headers and a C compiler, then run make again."
    exit 1
fi

missing=()
for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
done
((${#missing[@]} == 0)) && exit 0

if ((EUID == 0)); then
    as_root=(env)
elif sudo -n true 2>/dev/null; then
    as_root=(sudo -n)
else
    echo "Some system packages are missing. Please run this line, then make again:"
    echo "    sudo apt-get install -y ${missing[*]}"
    exit 1
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300
         install -y --no-install-recommends "${missing[@]}")
echo "Installing ${missing[*]}"
# The package lists of a fresh machine are empty or stale; reading them anew is only needed then.
"${install[@]}" >"$log" 2>&1 && exit 0
"${as_root[@]}" apt-get update >>"$log" 2>&1
"${install[@]}" >>"$log" 2>&1 && exit 0
tail -n 30 "$log"
echo "Could not install ${missing[*]}."
exit 1
