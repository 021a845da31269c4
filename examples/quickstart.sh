#!/bin/sh
# so24fs in two minutes: installs what is missing, builds, mounts an invented account and walks through the main job.
#   sh examples/quickstart.sh [--keep]      --keep leaves the account mounted for you to play with
set -eu
cd "$(dirname "$0")/.."

keep=no
case "${1-}" in
  '') ;;
  --keep) keep=yes ;;
  *) echo "usage: sh examples/quickstart.sh [--keep]" >&2; exit 2 ;;
esac

if [ ! -c /dev/fuse ]; then
  echo "quickstart: there is no /dev/fuse here, and a FUSE file system cannot be mounted without (modprobe fuse?)" >&2
  exit 1
fi

sh examples/dependencies.sh try
[ -f build/build.ninja ] || meson setup build >build.log 2>&1 || { cat build.log >&2; exit 1; }
rm -f build.log
ninja -C build so24fs so24-sandbox >build/quickstart.log 2>&1 || { cat build/quickstart.log >&2; exit 1; }

so24fs=$PWD/build/so24fs
place=$(mktemp -d)
mkdir "$place/mnt"
cd "$place"
tidy_up() {
  status=$?
  if [ $keep = yes ] && [ $status -eq 0 ]; then
    printf '\nStill mounted on %s; when you are done: fusermount3 -u %s\n' "$place/mnt" "$place/mnt"
  else
    fusermount3 -u -z mnt 2>/dev/null || true
    cd / && rm -rf --one-file-system "$place"
  fi
  exit $status
}
trap tidy_up EXIT
trap 'exit 130' INT TERM

say() {
  printf '\n# %s\n' "$*"
}

# Prints a command as one would type it, then runs it; fails unless it ends as expected ($2, 0 if not given).
run() {
  printf '$ %s\n' "$1"
  status=0
  sh -c "$1" 2>&1 || status=$?
  [ "$status" -eq "${2-0}" ] || { echo "quickstart: exit status $status was not expected" >&2; exit 1; }
}

say 'One command: a sandbox of the service comes with -o sandbox, so nothing here needs an account or the network.'
printf '$ so24fs -o sandbox acme mnt\n'
"$so24fs" -o sandbox acme mnt
run 'ls mnt'
run 'tail -n 10 mnt/README'

say 'Log in: write a credential. The exit status of the write is the result.'
run 'cat > mnt/login <<END
username = ola@example.com
password = fjord-2026
application_id = 5a0d50c1-2024-4a7e-9b1e-24f524f524f5
END'
run 'cat mnt/session'

say 'Whom may I act as, and who am I now?'
run 'ls mnt/identities'
run 'readlink mnt/current'
run 'cat mnt/identity'

say 'Switch, by client name or by GUID.'
run "echo 'Ærlig Økonomi ÅS' > mnt/identity"
run 'cat mnt/current/client_name'

say 'The session id is good for every other web service of 24SevenOffice. This one says which client it is on.'
service=$(grep -o 'http://.*/ClientService.asmx' mnt/README)
run "curl -s -b \"ASP.NET_SessionId=\$(cat mnt/cookie)\" $service"

say 'What fails, fails with an exit status and a message, and error has the reason in the words of the service.'
sed 's/fjord-2026/fjord-2025/' <<END >wrong
username = ola@example.com
password = fjord-2026
application_id = 5a0d50c1-2024-4a7e-9b1e-24f524f524f5
END
run 'cp wrong mnt/login' 1
run 'cat mnt/error'
run 'cat mnt/current/client_name'

say 'The end.'
run 'echo bye > mnt/logout'
run 'cat mnt/session'
[ $keep = yes ] || run 'fusermount3 -u mnt'
