#!/bin/sh
# Builds the Debian packages from a clean copy of the tree: sh examples/packaging/build-deb.sh [FOLDER]
# They are put into FOLDER (the working directory, if none is given). What the build needs must be installed:
# sh examples/dependencies.sh package
set -eu
target=$(realpath "${1-.}")
cd "$(dirname "$0")/../.."

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
mkdir "$place/so24fs"
tar -c --exclude='./build*' --exclude=./.git --exclude=__pycache__ . | tar -x -C "$place/so24fs"
cp -R examples/packaging/debian "$place/so24fs/debian"
cd "$place/so24fs"
export DEB_BUILD_OPTIONS="${DEB_BUILD_OPTIONS-nocheck} parallel=$(nproc)"
dpkg-buildpackage -b -us -uc >"$place/log" 2>&1 || { cat "$place/log" >&2; exit 1; }
cp "$place"/*.deb "$place"/*.changes "$place"/*.buildinfo "$target"
