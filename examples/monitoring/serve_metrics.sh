#!/bin/sh
# Answers one HTTP request with a mount's metrics, on the connection that is stdin and stdout: an exporter of one line.
#   systemd-socket-activate -l 9724 --accept --inetd sh serve_metrics.sh /srv/acme
# so24fs-metrics.socket and so24fs-metrics@.service beside this do the same at boot; so do inetd and socat.
mount=${1?usage: serve_metrics.sh MOUNT}

while read -r line && [ "$line" != "$(printf '\r')" ] && [ -n "$line" ]; do :; done
if metrics=$(timeout -k 1 10 cat "$mount/metrics" 2>/dev/null); then
  printf 'HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nConnection: close\r\n\r\n%s\n' "$metrics"
else
  printf 'HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nno metrics\n'
fi
