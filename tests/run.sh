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

# mount_tests FOLDER: they mostly wait, so those of both builds run side by side, and what they say is shown when they have ended.
mount_tests() {
  SO24FS=$PWD/$1/so24fs SO24_SANDBOX=$PWD/$1/so24-sandbox \
    /usr/bin/python3 -m pytest -q -p no:cacheprovider --junitxml="$results/$1-pytest.xml" tests/mount tests/interop \
    >"$results/$1.log" 2>&1 || true
}

# What is packaged is the build that users get, so these run once.
package_tests() {
  SO24FS=$PWD/build/so24fs SO24_SANDBOX=$PWD/build/so24-sandbox \
    /usr/bin/python3 -m pytest -q -p no:cacheprovider --junitxml="$results/package.xml" tests/package \
    >"$results/package.log" 2>&1 || true
}

build build --werror -Dbuildtype=debugoptimized
unit_tests build
build build-sanitized --werror -Db_sanitize=address,undefined -Db_lundef=false
unit_tests build-sanitized
mount_tests build &
package_tests &
SO24_SLOW=1 mount_tests build-sanitized
wait
for folder in build build-sanitized; do
  echo "== $folder: mounts and interop"
  cat "$results/$folder.log"
done
echo "== package"
cat "$results/package.log"

/usr/bin/python3 tests/tally.py "$results" build-unit build-pytest build-sanitized-unit build-sanitized-pytest package
