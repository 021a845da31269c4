<?php
/* Who may log in here, and as whom. */
declare(strict_types=1);

const APPLICATION = '11111111-2222-4333-8444-555555555555';
const PASSWORD = 'blåbær & "syltetøy" <1>';
const TOKEN = '70ce1111-0000-4000-8000-00000000beef';
const PASSPORT = '9a550000-0000-4000-8000-000000000007';
const ZERO_GUID = '00000000-0000-0000-0000-000000000000';
const SERVICE_OF_SOME = 54;

const BLOCKED = 'The provided IdentityId is blocked. Please use GetIdentitiesWithCredential to get a list of '
    . 'available Identities and reauthenticate with a valid IdentityId';

/* User name => the identity that is its default. */
const ACCOUNTS = [
    'php@example.com' => 'b0b00000-0000-4000-8000-000000000001',
    'blocked@example.com' => 'b0b00000-0000-4000-8000-000000000005',
];

/* id, client id, client name, user name, and whether it has the service SERVICE_OF_SOME, and is blocked. */
const IDENTITIES = [
    ['b0b00000-0000-4000-8000-000000000001', 1001, 'Blåbær & Sønn AS', 'Åse Ødegård', true, false],
    ['b0b00000-0000-4000-8000-000000000002', 1002, 'AC/DC "Høyspent" \'Lyn\' <AS>', 'Ola', false, false],
    ['b0b00000-0000-4000-8000-000000000003', 9007199254740993, '🎸 Gitar 100 %', '', true, false],
    ['b0b00000-0000-4000-8000-000000000004', 1004, 'Ærlig Økonomi', 'Kari', false, false],
    ['b0b00000-0000-4000-8000-000000000005', 1005, 'Stengt AS', 'Kari', false, true],
];

function is_known_identity(string $id): bool
{
    return in_array($id, array_column(IDENTITIES, 0), true);
}

function is_blocked_identity(string $id): bool
{
    foreach (IDENTITIES as [$known, , , , , $blocked]) {
        if ($known === $id) {
            return $blocked;
        }
    }
    return false;
}

/* The identities, or those with the service, as the WSDL wants them; what has its default is left out. */
function identities_for_soap(string $current, string $default, bool $with_service_only = false): array
{
    $list = [];
    foreach (IDENTITIES as [$id, $client_id, $client_name, $user_name, $has_service, $blocked]) {
        if ($with_service_only && !$has_service) {
            continue;
        }
        $user = ['Id' => 'cafe0000-0000-4000-8000-000000000001'] + ($user_name === '' ? [] : ['Name' => $user_name]);
        $list[] = [
            'Id' => $id,
            'User' => $user,
            'Client' => ['Id' => $client_id, 'Name' => $client_name],
            'IsCurrent' => $id === $current,
            'IsDefault' => $id === $default,
            'IsProtected' => false,
        ] + ($has_service ? ['Servers' => ['Server' => [['Id' => 1, 'Type' => 2]]]] : [])
          + ($blocked ? ['IsDisabled' => true] : []);
    }
    return $list;
}
