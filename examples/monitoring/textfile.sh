#!/bin/sh
# Gives a mount's metrics to node_exporter's textfile collector: sh textfile.sh /srv/acme [FOLDER]
# Run it each minute, as a user who may read the mount. FOLDER is the one of --collector.textfile.directory.
# Each series gets a label `mount`, since those of two mounts must not be the same. When there are no metrics the file goes, and
# so absent(so24fs_build_info) tells of it.
set -eu
mount=${1?usage: textfile.sh MOUNT [FOLDER]}
name=$(basename "$mount")
case $name in
  *[!A-Za-z0-9._-]*) echo "textfile.sh: $name cannot be a label; give the mount another path" >&2; exit 2 ;;
esac
target=${2-/var/lib/prometheus/node-exporter}/so24fs_$name.prom
new=$(mktemp "$target.XXXXXX")
trap 'rm -f "$new"' EXIT

if ! metrics=$(timeout -k 1 10 cat "$mount/metrics"); then
  rm -f "$target"
  exit 1
fi
printf '%s\n' "$metrics" | sed -E \
  -e "/^#/!{s/^([a-z0-9_]+)\\{/\\1{mount=\"$name\",/;t;s/^([a-z0-9_]+) /\\1{mount=\"$name\"} /}" >"$new"
chmod 644 "$new"
mv "$new" "$target"
