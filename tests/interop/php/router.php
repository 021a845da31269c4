<?php
/*
 * The service as PHP's SoapServer understands its WSDL, for `php -S 127.0.0.1:PORT router.php`.
 *
 * It shares no code with so24fs, so it shows what another reader of the WSDL makes of the contract.
 * The environment says where its state and the WSDL are:
 *     SO24_STATE  a folder of its own
 *     SO24_WSDL   authenticate.wsdl
 * Beside the endpoint there are URLs for the test: see control.php.
 */
declare(strict_types=1);

require __DIR__ . '/state.php';
require __DIR__ . '/accounts.php';
require __DIR__ . '/service.php';
require __DIR__ . '/control.php';

const ENDPOINT = '/authenticate/v001/authenticate.asmx';

$state = new State(getenv('SO24_STATE'));
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);

if (str_starts_with($path, '/control/')) {
    control($state, $_SERVER['REQUEST_METHOD'], substr($path, strlen('/control/')));
} elseif (strtolower($path) !== ENDPOINT) {
    http_response_code(404);
    echo '<html><body>The resource cannot be found.</body></html>';
} elseif ($_SERVER['REQUEST_METHOD'] === 'POST') {
    serve_soap($state);
} else {
    header('Content-Type: text/xml; charset=utf-8');
    readfile(wsdl_of_this_server($state));
}

function serve_soap(State $state): void
{
    $server = new SoapServer(wsdl_of_this_server($state), ['cache_wsdl' => WSDL_CACHE_NONE, 'send_errors' => true]);
    $server->setObject(new Service($state));
    $server->handle();
}

/* The WSDL with the address of this server in it. */
function wsdl_of_this_server(State $state): string
{
    $file = $state->folder . '/authenticate.wsdl';
    if (!is_file($file)) {
        $address = 'location="http://' . $_SERVER['HTTP_HOST'] . ENDPOINT . '"';
        $wsdl = file_get_contents(getenv('SO24_WSDL'));
        file_put_contents($file, preg_replace('/location="http[^"]*"/', $address, $wsdl));
    }
    return $file;
}
