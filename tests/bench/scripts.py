"""What a script pays for a confirmed cookie: by cat, and by the SOAP clients that it would use without so24fs.

The clients do the least that is right: they have a session stored, ask HasSession, and print the cookie.
"""

import shutil
import subprocess

from calling import NAMESPACE, log_in

CURL = '''
answer=$(curl -sf -b "ASP.NET_SessionId=SESSION" -H 'Content-Type: text/xml; charset=utf-8' \\
  -H 'SOAPAction: "NAMESPACE/HasSession"' -d '<?xml version="1.0" encoding="utf-8"?><soap:Envelope
  xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><HasSession xmlns="NAMESPACE" /></soap:Body>
  </soap:Envelope>' URL)
[ "$(printf %s "$answer" | xmllint --xpath 'string(//*[local-name()="HasSessionResult"])' -)" = true ]
echo SESSION
'''
PHP = '''<?php
$client = new SoapClient('URL?wsdl', ['location' => 'URL']);
$client->__setCookie('ASP.NET_SessionId', 'SESSION');
if (!$client->HasSession()->HasSessionResult) exit(1);
echo 'SESSION';
'''
ZEEP = '''
import zeep
client = zeep.Client('URL?wsdl')
client.transport.session.cookies.set('ASP.NET_SessionId', 'SESSION')
service = client.create_service(next(iter(client.wsdl.bindings)), 'URL')
assert service.HasSession()
print('SESSION')
'''
CLIENTS = {  # name: (the interpreter, its script, what succeeds where it is installed)
    'curl and xmllint': (['sh', '-e'], CURL, ['sh', '-c', 'command -v curl && command -v xmllint']),
    'PHP SoapClient': (['php'], PHP, ['php', '-r', 'exit(class_exists("SoapClient") ? 0 : 1);']),
    'zeep': (['/usr/bin/python3'], ZEEP, ['/usr/bin/python3', '-c', 'import zeep']),
}


def measure_scripts(stage):
    with stage.part() as part:
        sandbox = part.enter_context(stage.sandbox())
        warm = part.enter_context(stage.mount(sandbox.url))
        stale = part.enter_context(stage.mount(sandbox.url, check_ttl=0))
        commands = {'cat cookie, warm': ['cat', warm.path / 'cookie'],
                    'cat cookie, confirmed by the service now': ['cat', stale.path / 'cookie']}
        folder, session, missing = stage.place('scripts'), log_in(sandbox), []
        for name, (interpreter, script, check) in CLIENTS.items():
            if not works(check):
                missing.append(name)
                continue
            file = folder / name.replace(' ', '-')
            file.write_text(script.replace('SESSION', session).replace('URL', sandbox.url)
                            .replace('NAMESPACE', NAMESPACE))
            commands[name] = [*interpreter, file]
        measures = {name: lambda command=command: stage.loop.ask('run', *command)[0] / 1e6
                    for name, command in commands.items()}
        for name, values in stage.interleave(measures, rounds=min(stage.scale.rounds, 11)).items():
            stage.results.add('script', name, 'ms', values)
        for name in missing:
            stage.results.skip('script', name, 'not installed')


def works(check):
    return shutil.which(check[0]) is not None and subprocess.run(check, capture_output=True).returncode == 0
