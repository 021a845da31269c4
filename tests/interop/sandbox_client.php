<?php
// Calls one operation with PHP's own SoapClient, for test_sandbox_toolkits.py.
// Arguments: WSDL, SOAP version, operation, parameters as JSON, session id or "". Prints one JSON object.
[, $wsdl, $version, $operation, $parameters, $session] = $argv;

$client = new SoapClient($wsdl, [
    'soap_version' => $version === '1.2' ? SOAP_1_2 : SOAP_1_1,
    'cache_wsdl' => WSDL_CACHE_NONE,
    'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
    'trace' => true,
]);
if ($session !== '') {
    $client->__setCookie('ASP.NET_SessionId', $session);
}
try {
    $answer = ['result' => $client->__soapCall($operation, [json_decode($parameters, true)])];
} catch (SoapFault $fault) {
    $answer = ['fault' => $fault->faultstring, 'code' => $fault->faultcode];
}
$answer['headers'] = $client->__getLastResponseHeaders();
echo json_encode($answer, JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR);
