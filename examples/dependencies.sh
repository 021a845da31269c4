#!/bin/sh
# Installs what is missing of Debian's packages (12 or newer): sh examples/dependencies.sh build|try|package|test
# Says nothing and does nothing when all are there.
set -eu

build="gcc libc6-dev meson ninja-build pkg-config libglib2.0-dev libglib2.0-dev-bin libfuse3-dev fuse3
       libcurl4-openssl-dev libxml2-dev libjson-glib-dev libsoup-3.0-dev"
try="curl ca-certificates"
package="debhelper dpkg-dev libcrypt-dev python3"
test="python3 python3-pytest python3-zeep php-cli php-soap rsync busybox ed vim-tiny openssl curl wget git dash
      perl libxml2-utils python3-yaml jq python3-prometheus-client inotify-tools man-db mandoc zsh fish
      nghttp2-proxy python3-h2 lintian procps systemd samba smbclient sshfs openssh-sftp-server"

case "${1-}" in
  build) wanted=$build ;;
  try) wanted="$build $try" ;;
  package) wanted="$build $package" ;;
  test)
    wanted="$build $try $package $test"
    command -v javac >/dev/null || wanted="$wanted default-jdk-headless"
    ;;
  *) echo "usage: sh examples/dependencies.sh build|try|package|test" >&2; exit 2 ;;
esac

is_there() {
  case "$1" in
    busybox | vim-tiny) command -v "${1%-tiny}" >/dev/null ;; # other packages bring the same command
    *) dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed' ;;
  esac
}

missing=
for package in $wanted; do
  is_there "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
  as_root=
elif command -v sudo >/dev/null; then
  as_root=sudo
else
  echo "these packages are missing, and installing them needs root or sudo:$missing" >&2
  exit 1
fi
echo "installing:$missing"
log=$(mktemp)
export DEBIAN_FRONTEND=noninteractive
# libsoup's headers bring three hundred packages; not syncing each file to the disk saves most of that time. Installing
# again mends what a power cut in the middle would leave.
options="-y --no-install-recommends -o Dpkg::Options::=--force-unsafe-io"
if ! { $as_root apt-get update && $as_root apt-get install $options $missing; } >"$log" 2>&1; then
  cat "$log" >&2
  rm -f "$log"
  exit 1
fi
rm -f "$log"
