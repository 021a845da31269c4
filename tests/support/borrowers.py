"""Programs that borrow the session of a mount through a file of export/, called as their users call them.

Each asks one URL and prints what comes back. They run in the folder beside the mount, which is ./mnt there.
"""

import shutil

PYTHON = '''
import http.cookiejar, ssl, sys, urllib.request
jar = http.cookiejar.MozillaCookieJar('mnt/export/cookies.txt')
jar.load()
trust = ssl.create_default_context(cafile=sys.argv[1] or None)
opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar),
                                     urllib.request.HTTPSHandler(context=trust))
for url in sys.argv[2:]:
    sys.stdout.buffer.write(opener.open(url, timeout=20).read())
'''

PHP = '''
$client = new SoapClient($argv[1] . '?wsdl', ['cache_wsdl' => WSDL_CACHE_NONE]);
$client->__setCookie('ASP.NET_SessionId', file_get_contents('mnt/export/cookie.raw'));
print_r($client->__soapCall('GetClientInformation', [[]]));
'''

# Without a contract, for a server that has none: what it answers is no SOAP, but it was asked.
BARE_PHP = '''
$client = new SoapClient(null, ['location' => $argv[1], 'uri' => 'urn:x']);
$client->__setCookie('ASP.NET_SessionId', file_get_contents('mnt/export/cookie.raw'));
try { $client->__soapCall('Anything', []); } catch (SoapFault $fault) { }
'''

JAVA = '''
import java.net.URI;
import java.net.http.*;
import java.nio.file.*;

class Borrower {
    public static void main(String[] arguments) throws Exception {
        String cookie = "ASP.NET_SessionId=" + Files.readString(Path.of("mnt/export/cookie.raw"));
        HttpRequest request = HttpRequest.newBuilder(URI.create(arguments[0])).header("Cookie", cookie).build();
        System.out.print(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());
    }
}
'''

# The jar decides which host gets the cookie; the others give it to whatever they are pointed at.
JAR_READERS = {
    'curl -b': lambda urls, ca: ['curl', '-s', '-m', '20', '--cacert', ca, '-b', 'mnt/export/cookies.txt', *urls],
    'wget': lambda urls, ca: ['wget', '-q', '-T', '20', '-t', '1', '-O', '-', '--no-hsts', f'--ca-certificate={ca}',
                              '--load-cookies', 'mnt/export/cookies.txt', *urls],
    'Python': lambda urls, ca: ['/usr/bin/python3', '-c', PYTHON, ca, *urls],
}


def sourcing(shell):
    return lambda url: [*shell, '-c', '. mnt/export/env && curl -s -m 20 -b "$SO24_COOKIE" "$0"', url]


BORROWERS = {
    'curl -b': lambda url: ['curl', '-s', '-m', '20', '-b', 'mnt/export/cookies.txt', url],
    'curl -H': lambda url: ['curl', '-s', '-m', '20', '-H', '@mnt/export/header', url],
    'curl -K': lambda url: ['curl', '-s', '-m', '20', '-K', 'mnt/export/curlrc', url],
    'wget': lambda url: ['wget', '-q', '-T', '20', '-t', '1', '-O', '-', '--load-cookies', 'mnt/export/cookies.txt',
                         url],
    'Python': lambda url: ['/usr/bin/python3', '-c', PYTHON, '', url],
    'dash': sourcing(['dash']),
    'bash': sourcing(['bash']),
    'busybox': sourcing(['busybox', 'sh']),
    'PHP': lambda url: ['php', '-r', PHP, url],
}


def add_java(folder):
    """The same with Java, whose source is put into `folder`; without a compiler there is none."""
    if not shutil.which('javac'):
        return BORROWERS
    source = folder / 'Borrower.java'
    source.write_text(JAVA)
    return {**BORROWERS, 'Java': lambda url: ['java', '-Xshare:auto', '-XX:TieredStopAtLevel=1', str(source), url]}
