#!/bin/sh
# Asks another web service of 24SevenOffice which client the mounted session acts for:
#   sh which_client.sh /srv/acme [URL]
# Any POSIX shell, curl, and xmllint (Debian: libxml2-utils). The cookie stands on no command line, where ps would show it.
set -u
mount=${1?usage: which_client.sh MOUNT [URL]}
url=${2-https://api.24sevenoffice.com/Client/V001/ClientService.asmx}

give_up() {
  cat "$mount/error" >&2 || echo "which_client: $mount: nothing is mounted there" >&2
  exit 1
}

# Each call takes the cookie from the mount, so that it finds the session that was renewed meanwhile.
call() {
  cookie=$(cat "$mount/export/curlrc" 2>/dev/null) || give_up
  answer=$(printf '%s\n' "$cookie" | curl -sS -m 60 -K - -H 'Content-Type: text/xml; charset=utf-8' \
    -H 'SOAPAction: "http://24sevenOffice.com/webservices/GetClientInformation"' -d \
    '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>
       <GetClientInformation xmlns="http://24sevenOffice.com/webservices"/></e:Body></e:Envelope>' "$url") || exit 1
}

text_of() {
  printf '%s' "$answer" | xmllint --xpath "string(//*[local-name()='$1'])" - 2>/dev/null
}

call
case $(text_of faultstring) in
  *[Nn]'ot authenticated'*)
    # It ended since so24fs last looked. An open with O_DIRECT has it look now, and renew.
    dd if="$mount/cookie" iflag=direct of=/dev/null status=none 2>/dev/null || give_up
    call ;;
esac
if [ -z "$(text_of ClientId)" ]; then
  echo "which_client: $(text_of faultstring)" >&2
  exit 1
fi
echo "$(text_of ClientId) $(text_of ClientName)"
