<?php
// Asks another web service of 24SevenOffice which client the mounted session acts for:
//   php which_client.php /srv/acme [URL]
// PHP's SoapClient (Debian: php-soap) is all that it needs.

$mount = $argv[1];
$url = $argv[2] ?? 'https://api.24sevenoffice.com/Client/V001/ClientService.asmx';

function give_up(string $mount): never
{
    $reason = @file_get_contents("$mount/error");
    fwrite(STDERR, $reason !== false ? $reason : "which_client: $mount: nothing is mounted there\n");
    exit(1);
}

// The session id, anew for each call. file_get_contents() only warns, and the call would go on without a cookie.
function read_cookie(string $mount): string
{
    $cookie = @file_get_contents("$mount/export/cookie.raw");
    if ($cookie === false || $cookie === '') {
        give_up($mount);
    }
    return $cookie;
}

// PHP knows no O_DIRECT: with it, so24fs asks the service whether the session is alive, and renews it if not.
function renew_cookie(string $mount): void
{
    exec('dd iflag=direct of=/dev/null status=none 2>/dev/null if=' . escapeshellarg("$mount/cookie"), $_, $status);
    if ($status !== 0) {
        give_up($mount);
    }
}

function which_client(SoapClient $client, string $mount): object
{
    $client->__setCookie('ASP.NET_SessionId', read_cookie($mount));
    return $client->GetClientInformation()->GetClientInformationResult;
}

try {
    $client = new SoapClient("$url?wsdl", ['location' => $url]);
    try {
        $answer = which_client($client, $mount);
    } catch (SoapFault $fault) {
        if (stripos($fault->getMessage(), 'not authenticated') === false) {
            throw $fault;
        }
        renew_cookie($mount);
        $answer = which_client($client, $mount);
    }
    echo "$answer->ClientId $answer->ClientName\n";
} catch (SoapFault $fault) {
    fwrite(STDERR, "which_client: {$fault->getMessage()}\n");
    exit(1);
}
