<?php
/*
 * What a test may ask and do, beside the service:
 *     GET    /control/calls    every call so far: [{"operation": "Login", "cookie": null, "used_by": null}, ...],
 *                              where used_by is what the header X-Used-By says, by which scripts of a test are known
 *     DELETE /control/calls    forget them
 *     GET    /control/account  the account to log in with
 *     POST   /control/expire   all sessions end
 */
declare(strict_types=1);

function control(State $state, string $method, string $name): void
{
    $answer = match ("$method $name") {
        'GET calls' => $state->read('calls'),
        'DELETE calls' => $state->write('calls', []),
        'GET account' => account(),
        'POST expire' => $state->write('sessions', []),
        default => http_response_code(404),
    };
    header('Content-Type: application/json');
    echo json_encode($answer, JSON_THROW_ON_ERROR);
}

function account(): array
{
    return ['application' => APPLICATION, 'password' => PASSWORD, 'token' => TOKEN, 'passport' => PASSPORT,
        'usernames' => array_keys(ACCOUNTS), 'identities' => IDENTITIES];
}
