#!/bin/bash
# Fails with a sentence unless a Swift toolchain of version 6.1 or later is on PATH.
set -u
if ! command -v swift >/dev/null; then
    echo "Wingbeat is built with Swift 6.1 or later, and no swift was found on PATH." \
        "It can be had at https://www.swift.org/install/linux/."
    exit 1
fi
version=$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' | head -n 1)
if [[ -z $version || $(printf '%s\n' 6.1 "$version" | sort -V | head -n 1) != 6.1 ]]; then
    echo "Wingbeat is built with Swift 6.1 or later; the swift on PATH is ${version:-of unknown version}."
    exit 1
fi
