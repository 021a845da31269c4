#!/bin/sh
# Runs a job if the mount has a session for it; what a session needs (renewing, confirming) is done before:
#   sh when_live.sh /srv/acme COMMAND [ARGUMENT...]
# The exit status is the job's. If there is no session:
#   75  later: out of reach, asked to wait, or over the hourly limit. Says nothing, so that cron sends no mail
#   78  a person must act; the mount's reason is printed
#   69  nothing is mounted there, or the daemon does not answer
set -u
mount=${1?usage: when_live.sh MOUNT COMMAND...}
shift

state() {
  so24fs status "$mount" >/dev/null 2>&1
}

state
case $? in
  1 | 9) # it never waits for a daemon that hangs, as `cat` would
    so24fs status "$mount" >/dev/null
    exit 69 ;;
esac

cat "$mount/cookie" >/dev/null 2>&1 && exec "$@"

state
case $? in
  4 | 5 | 8) exit 75 ;; # throttled, offline, quarantined
esac
cat "$mount/error" >&2
exit 78
