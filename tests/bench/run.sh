#!/bin/sh
# Measures so24fs against the kernel's own file systems, other FUSE daemons and the scripts that it stands in for:
#
#     sh tests/bench/run.sh [--quick] [--only PART] [--docs]
#
# Builds a release of its own in build-bench/, prints one table with the bounds and whether they are met, and writes it as
# CSV and SVG into that folder; with --docs into docs/, too. Fails for no figure.
set -eu
cd "$(dirname "$0")/../.."

sh examples/dependencies.sh build
if [ -f build-bench/build.ninja ]; then
  meson configure build-bench -Dbuildtype=release >/dev/null
else
  meson setup build-bench -Dbuildtype=release >/dev/null
fi
ninja -C build-bench >/dev/null
exec /usr/bin/python3 tests/bench/main.py --build build-bench "$@"
