<?php
/* The nine operations. SoapServer calls a method with the parameters' object, and encodes its result by the WSDL. */
declare(strict_types=1);

class Service
{
    public function __construct(private State $state)
    {
    }

    public function Login(object $parameters): array
    {
        $this->note('Login');
        $credential = $parameters->credential;
        $default = $this->default_identity_of($credential);
        $chosen = $credential->IdentityId ?? ZERO_GUID;
        return ['LoginResult' => $this->new_session($chosen === ZERO_GUID ? $default : $chosen, $default)];
    }

    public function AuthenticateByToken(object $parameters): array
    {
        $this->note('AuthenticateByToken');
        if ($parameters->token->Id !== TOKEN || $parameters->token->ApplicationId !== APPLICATION) {
            throw new SoapFault('Server', 'Invalid token');
        }
        $default = ACCOUNTS['php@example.com'];
        $session = $this->new_session($default, $default);
        return ['AuthenticateByTokenResult' => [
            'Id' => PASSPORT,
            'Email' => 'php@example.com',
            'Identities' => ['Identity' => identities_for_soap($default, $default)],
            'SessionId' => $session,
        ]];
    }

    public function HasSession(object $parameters): array
    {
        $this->note('HasSession');
        return ['HasSessionResult' => $this->session() !== null];
    }

    public function GetIdentity(object $parameters): array
    {
        $this->note('GetIdentity');
        $session = $this->authenticated();
        $current = fn (array $identity): bool => $identity['IsCurrent'];
        $identities = identities_for_soap($session['identity'], $session['default']);
        return ['GetIdentityResult' => array_values(array_filter($identities, $current))[0]];
    }

    public function GetIdentities(object $parameters): array
    {
        $this->note('GetIdentities');
        $session = $this->authenticated();
        $identities = identities_for_soap($session['identity'], $session['default']);
        return ['GetIdentitiesResult' => ['Identity' => $identities]];
    }

    public function SetIdentity(object $parameters): array
    {
        $this->note('SetIdentity');
        return ['SetIdentityResult' => $this->switch_to($parameters->identity->Id)];
    }

    public function SetIdentityById(object $parameters): array
    {
        $this->note('SetIdentityById');
        return ['SetIdentityByIdResult' => $this->switch_to($parameters->identityId)];
    }

    public function GetIdentitiesWithCredential(object $parameters): array
    {
        $this->note('GetIdentitiesWithCredential');
        $default = $this->default_identity_of($parameters->credential);
        $identities = identities_for_soap('', $default);
        return ['GetIdentitiesWithCredentialResult' => ['Identity' => $identities]];
    }

    public function GetIdentitiesWithCredentialByService(object $parameters): array
    {
        $this->note('GetIdentitiesWithCredentialByService');
        $default = $this->default_identity_of($parameters->credential);
        $identities = $parameters->serviceId === SERVICE_OF_SOME ? identities_for_soap('', $default, true) : [];
        return ['GetIdentitiesWithCredentialByServiceResult' => ['Identity' => $identities]];
    }

    /* --- inside --- */

    private function default_identity_of(object $credential): string
    {
        $default = ACCOUNTS[$credential->Username ?? ''] ?? null;
        if ($default === null || $credential->Password !== PASSWORD || $credential->ApplicationId !== APPLICATION) {
            throw new SoapFault('Server', 'Invalid username or password');
        }
        return $default;
    }

    private function new_session(string $identity, string $default): string
    {
        $this->refuse_blocked($identity);
        $id = bin2hex(random_bytes(12));
        $sessions = $this->state->read('sessions');
        $sessions[$id] = ['identity' => $identity, 'default' => $default];
        $this->state->write('sessions', $sessions);
        return $id;
    }

    private function switch_to(string $identity): bool
    {
        $session = $this->authenticated();
        if (!is_known_identity($identity)) {
            return false;
        }
        $this->refuse_blocked($identity);
        $sessions = $this->state->read('sessions');
        $sessions[self::cookie()] = ['identity' => $identity] + $session;
        $this->state->write('sessions', $sessions);
        return true;
    }

    private function refuse_blocked(string $identity): void
    {
        if (!is_known_identity($identity) || is_blocked_identity($identity)) {
            throw new SoapFault('Server', BLOCKED);
        }
    }

    private function authenticated(): array
    {
        return $this->session() ?? throw new SoapFault('Server', 'Not authenticated');
    }

    private function session(): ?array
    {
        return $this->state->read('sessions')[self::cookie() ?? ''] ?? null;
    }

    /* Writes the call down; as ASP.NET does, gives a caller without a live session a cookie that nobody should keep. */
    private function note(string $operation): void
    {
        $calls = $this->state->read('calls');
        $used_by = $_SERVER['HTTP_X_USED_BY'] ?? null;
        $calls[] = ['operation' => $operation, 'cookie' => self::cookie(), 'used_by' => $used_by];
        $this->state->write('calls', $calls);
        if ($this->session() === null) {
            header('Set-Cookie: ASP.NET_SessionId=' . bin2hex(random_bytes(12)) . '; path=/; HttpOnly; SameSite=Lax');
        }
    }

    /* PHP turns the dot in a cookie's name into an underscore. */
    private static function cookie(): ?string
    {
        return $_COOKIE['ASP_NET_SessionId'] ?? null;
    }
}
