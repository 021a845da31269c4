#!/bin/sh
# Builds and runs every test: sh tests/run.sh
# Each suite runs twice: on the build that users get (warnings are errors), and with ASan and UBSan.
# Ends in a line "N passed, N failed" over all test cases, and fails if one failed or none ran.
set -eu
cd "$(dirname "$0")/.."

sh examples/dependencies.sh test
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

[ -c /dev/fuse ] || echo "run.sh: there is no /dev/fuse here, so the tests that mount will fail" >&2

export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0:exitcode=99
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1:exitcode=99
export G_DEBUG=fatal-criticals

# build NAME OPTION...: NAME is the folder, too.
build() {
  folder=$1
  shift
  if [ -f "$folder/build.ninja" ]; then
    meson configure "$folder" "$@" >/dev/null
  else
    meson setup "$folder" "$@" >/dev/null
  fi
  ninja -C "$folder"
}

# unit_tests FOLDER: they keep all processors busy.
unit_tests() {
  echo "== $1: unit tests"
  meson test -C "$1" --print-errorlogs --no-rebuild || true
  cp "$1/meson-logs/testlog.junit.xml" "$results/$1-unit.xml"
}

# program_tests NAME FOLDER TEST...: the tests that start the programs in FOLDER; NAME is the suite's.
program_tests() {
  name=$1
  folder=$2
  shift 2
  SO24FS=$PWD/$folder/so24fs SO24_SANDBOX=$PWD/$folder/so24-sandbox \
    /usr/bin/python3 -m pytest -q -p no:cacheprovider --junitxml="$results/$name.xml" "$@" >"$results/$name.log" 2>&1 || true
}

build build --werror -Dbuildtype=debugoptimized
unit_tests build
build build-sanitized --werror -Db_sanitize=address,undefined -Db_lundef=false
unit_tests build-sanitized

# These mostly wait; so several run side by side, and what they say is shown when they have ended. What is packaged is the build
# that users get, so that is tested once.
program_tests build-mount-1 build tests/mount/test_[a-s]*.py &
{
  SO24_SLOW=1 program_tests build-sanitized-mount-1 build-sanitized tests/mount/test_[a-m]*.py
  program_tests build-mount-2 build tests/mount/test_[!a-s]*.py tests/interop
} &
SO24_SLOW=1 program_tests build-sanitized-mount-2 build-sanitized tests/mount/test_[!a-m]*.py tests/interop
program_tests package build tests/package
wait
suites="build-mount-1 build-mount-2 build-sanitized-mount-1 build-sanitized-mount-2 package"
for suite in $suites; do
  echo "== $suite"
  cat "$results/$suite.log"
done

/usr/bin/python3 tests/tally.py "$results" build-unit build-sanitized-unit $suites
