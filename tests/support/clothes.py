"""The same answer in different clothes: how XML may be written, and how HTTP may carry it.

`Clothes` turns an Element or a Fault of `answers` into the bytes of a document; the functions below it turn a document
into the bytes of an HTTP response. A client must understand all of them alike.
"""

import gzip
from dataclasses import dataclass
from xml.sax.saxutils import escape

from support.answers import Fault
from support.request import NAMESPACE

SOAP_11 = 'http://schemas.xmlsoap.org/soap/envelope/'
SOAP_12 = 'http://www.w3.org/2003/05/soap-envelope'
XSI = 'http://www.w3.org/2001/XMLSchema-instance'
BYTE_ORDER_MARKS = {'utf-8': b'\xef\xbb\xbf', 'utf-16-le': b'\xff\xfe', 'utf-16-be': b'\xfe\xff'}


@dataclass(frozen=True)
class Clothes:
    """How the XML is written; what is not set is as the service's own runtime does it."""

    soap: str = SOAP_11
    soap_prefix: str = 'soap'       # '' makes the envelope's the default namespace
    service_prefix: str = ''        # '' makes the service's the default namespace
    declare_everywhere: bool = False  # each element declares its namespace itself, under a prefix of its own
    xsi_prefix: str = 'xsi'
    reverse: bool = False           # children in another order
    indent: bool = False
    comments: bool = False          # comments and processing instructions between elements and within texts
    cdata: bool = False
    character_references: bool = False
    empty_pairs: bool = False       # <a></a> instead of <a />
    write_defaults: bool = False    # write what the runtime leaves out
    nil_defaults: bool = False      # write it as xsi:nil
    unknown_elements: bool = False  # a soap:Header, attributes, and elements that a later version might add
    numeric_booleans: bool = False
    blanks_around_values: bool = False
    encoding: str = 'utf-8'
    bom: bool = False
    declaration: str = '<?xml version="1.0" encoding="{}"?>'
    content_type: str = ''          # '' makes it fit

    @property
    def media_type(self):
        """The Content-Type header that goes with it."""
        kind = 'application/soap+xml' if self.soap == SOAP_12 else 'text/xml'
        charset = 'utf-16' if self.encoding.startswith('utf-16') else self.encoding
        return self.content_type or f'{kind}; charset={charset}'

    def write(self, content):
        """The bytes of the document whose Body holds `content`."""
        name = 'utf-16' if self.encoding.startswith('utf-16') else self.encoding
        text = self.declaration.format(name) + self._envelope(content)
        mark = BYTE_ORDER_MARKS[self.encoding] if self.bom else b''
        return mark + text.encode(self.encoding, 'xmlcharrefreplace')

    # --- inside ---

    def _envelope(self, content):
        inner = self._fault(content) if isinstance(content, Fault) else self._element(content, 3, top=True)
        header = self._soap('Header', '<x:Trace xmlns:x="urn:x" x:id="1"/>', 1) if self.unknown_elements else ''
        declarations = f' xmlns:{self.xsi_prefix}="{XSI}"'
        declarations += f' xmlns{self.soap_prefix and ":" + self.soap_prefix}="{self.soap}"'
        return self._soap('Envelope', header + self._soap('Body', inner, 1), 0, declarations)

    def _soap(self, name, inner, depth, attributes=''):
        tag = f'{self.soap_prefix}:{name}' if self.soap_prefix else name
        if self.declare_everywhere and depth:
            tag, attributes = f'e{depth}:{name}', attributes + f' xmlns:e{depth}="{self.soap}"'
        return f'{self._gap(depth)}<{tag}{attributes}>{inner}{self._gap(depth)}</{tag}>'

    def _fault(self, fault):
        """A fault of SOAP 1.1 has children without a namespace, one of SOAP 1.2 has not."""
        prefix = 'e1' if self.declare_everywhere else self.soap_prefix
        bare = '' if self.soap_prefix or self.declare_everywhere else ' xmlns=""'
        text = self._text(fault.text)
        if self.soap == SOAP_12:
            code = {'Server': 'Receiver', 'Client': 'Sender'}[fault.code]
            colon = f'{prefix}:' if prefix else ''
            inner = (f'<{colon}Code><{colon}Value>{colon}{code}</{colon}Value></{colon}Code>'
                     f'<{colon}Reason><{colon}Text xml:lang="en">{text}</{colon}Text></{colon}Reason>'
                     f'<{colon}Detail>{fault.detail}</{colon}Detail>')
        else:
            inner = (f'<faultcode{bare}>{prefix or "soap"}:{fault.code}</faultcode>'
                     f'<faultstring{bare}>{text}</faultstring><detail{bare}>{fault.detail}</detail>')
        if self.declare_everywhere:
            return f'<e1:Fault xmlns:e1="{self.soap}">{inner}</e1:Fault>'
        return self._soap('Fault', inner, 2)

    def _element(self, element, depth, top=False):
        if element.default and not (self.write_defaults or self.nil_defaults):
            return ''
        nil = element.nil or (element.default and self.nil_defaults)
        prefix = f'n{depth}' if self.declare_everywhere else self.service_prefix
        tag = f'{prefix}:{element.name}' if prefix else element.name
        declared = f' xmlns{prefix and ":" + prefix}="{NAMESPACE}"' if top or self.declare_everywhere else ''
        attributes = declared + (f' {self.xsi_prefix}:nil="true"' if nil else '')
        inner = '' if nil else self._content(element, depth)
        if not inner and not self.empty_pairs:
            return f'{self._gap(depth)}<{tag}{attributes} />'
        closing_gap = self._gap(depth) if element.children else ''
        return f'{self._gap(depth)}<{tag}{attributes}>{inner}{closing_gap}</{tag}>'

    def _content(self, element, depth):
        if element.text is not None:
            return self._value(element.text)
        children = reversed(element.children) if self.reverse and self._may_be_reordered(element) else element.children
        inner = ''.join(self._element(child, depth + 1) for child in children)
        return inner + ('<Later xmlns="urn:later"><Id>1</Id></Later>' if self.unknown_elements and inner else '')

    def _value(self, text):
        if self.numeric_booleans and text in ('true', 'false'):
            text = '1' if text == 'true' else '0'
        is_string = not (text.lstrip('-').isdigit() or text in ('true', 'false') or len(text) == 36)
        blank = '\n    ' if self.blanks_around_values and not is_string else ''
        return blank + self._text(text) + blank

    def _text(self, text):
        if self.cdata and text:
            middle = len(text) // 2
            return f'<![CDATA[{text[:middle]}]]><![CDATA[{text[middle:]}]]>'
        if self.character_references:
            return ''.join(f'&#x{ord(char):X};' if index % 2 else f'&#{ord(char)};' for index, char in enumerate(text))
        if self.comments and len(text) > 1:
            return f'{escape(text[:1])}<!-- <Id>no</Id> -->{escape(text[1:])}'
        return escape(text)

    def _gap(self, depth):
        gap = '\r\n' + '\t' * depth if self.indent else ''
        return gap + ('<!-- <LoginResult>no</LoginResult> --><?php echo 1 ?>' if self.comments else '')

    @staticmethod
    def _may_be_reordered(element):
        """Lists keep their order, it means something to a reader."""
        return not any(child.name in ('Identity', 'Server') for child in element.children)


PLAIN = Clothes()

CLOTHES = {
    "the runtime's own": PLAIN,
    'prefix s': Clothes(soap_prefix='s', service_prefix='m', xsi_prefix='i'),
    'prefix SOAP-ENV': Clothes(soap_prefix='SOAP-ENV', service_prefix='ns1'),
    'default namespaces only': Clothes(soap_prefix='', service_prefix=''),
    'prefixes swapped': Clothes(soap_prefix='tns', service_prefix='soap'),
    'a namespace on every element': Clothes(declare_everywhere=True),
    'another order': Clothes(reverse=True),
    'pretty-printed with CR LF': Clothes(indent=True),
    'comments and processing instructions': Clothes(comments=True),
    'CDATA': Clothes(cdata=True),
    'character references': Clothes(character_references=True),
    'empty elements as pairs': Clothes(empty_pairs=True, indent=True),
    'defaults written out': Clothes(write_defaults=True),
    'defaults as xsi:nil': Clothes(nil_defaults=True),
    'a header and unknown elements': Clothes(unknown_elements=True),
    'booleans 1 and 0': Clothes(numeric_booleans=True),
    'blanks around values': Clothes(blanks_around_values=True),
    'UTF-8 with BOM': Clothes(bom=True),
    'UTF-16LE': Clothes(encoding='utf-16-le', bom=True),
    'UTF-16BE': Clothes(encoding='utf-16-be', bom=True),
    'UTF-16LE without a declaration': Clothes(encoding='utf-16-le', bom=True, declaration=''),
    'Latin-1': Clothes(encoding='iso-8859-1'),
    'Latin-1, said by the document alone': Clothes(encoding='iso-8859-1', content_type='text/xml'),
    'US-ASCII': Clothes(encoding='us-ascii'),
    'no declaration': Clothes(declaration=''),
    'declaration in single quotes': Clothes(declaration="<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n"),
    'no charset': Clothes(content_type='text/xml'),
    'charset in quotes and capitals': Clothes(content_type='Text/XML;Charset="UTF-8"'),
    'SOAP 1.2': Clothes(soap=SOAP_12),
    'SOAP 1.2, default namespaces': Clothes(soap=SOAP_12, soap_prefix=''),
}


# --- HTTP ---

def respond(document, content_type, status='200 OK', headers=(), version='HTTP/1.1'):
    """A response as IIS writes it, with Content-Length."""
    lines = ['Cache-Control: private, max-age=0', f'Content-Type: {content_type}', *headers,
             'X-AspNet-Version: 4.0.30319', 'Server: Microsoft-IIS/10.0', f'Content-Length: {len(document)}']
    return _head(status, lines, version) + document


def set_cookie_of_another_session(request, document, content_type, status):
    cookies = ('Set-Cookie: ASP.NET_SessionId=zzzzzzzzzzzzzzzzzzzzzzzz; path=/; HttpOnly; SameSite=Lax',
               'Set-Cookie: ARRAffinity=5c2; Path=/; Domain=127.0.0.1')
    return respond(document, content_type, status, cookies)


def http_1_0(request, document, content_type, status):
    """Without a length: the end of the connection ends the document."""
    return _head(status, [f'Content-Type: {content_type}'], 'HTTP/1.0') + document


def length_unknown_until_close(request, document, content_type, status):
    return _head(status, [f'Content-Type: {content_type}', 'Connection: close']) + document


def chunked(request, document, content_type, status):
    return _chunked(document, content_type, status, size=17)


def chunked_with_extensions_and_trailers(request, document, content_type, status):
    trailers = b'X-Checksum: 1\r\nSet-Cookie: ASP.NET_SessionId=zzzzzzzzzzzzzzzzzzzzzzzz; path=/\r\n'
    return _chunked(document, content_type, status, 100, b';name="value";flag', trailers)


def gzip_if_asked_for(request, document, content_type, status):
    if 'gzip' not in (request.header('Accept-Encoding') or ''):
        return respond(document, content_type, status)
    return respond(gzip.compress(document), content_type, status, ['Content-Encoding: gzip', 'Vary: Accept-Encoding'])


def continue_first(request, document, content_type, status):
    return b'HTTP/1.1 100 Continue\r\n\r\n' + respond(document, content_type, status)


def early_hints_first(request, document, content_type, status):
    return b'HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n' + respond(document, content_type, status)


def odd_headers(request, document, content_type, status):
    """Lower case, no blank after the colon, an empty value, no reason phrase, a header of 8 KiB."""
    lines = [f'content-type:{content_type}', 'x-empty:', f'x-long: {"x" * 8192}',
             f'CONTENT-LENGTH:   {len(document)}  ']
    return _head(status.split(' ')[0] + ' ', lines) + document


def plain(request, document, content_type, status):
    return respond(document, content_type, status)


HTTP_CLOTHES = {
    'plain': plain,
    'Set-Cookie of another session': set_cookie_of_another_session,
    'HTTP/1.0': http_1_0,
    'length unknown until the close': length_unknown_until_close,
    'chunked': chunked,
    'chunked with extensions and trailers': chunked_with_extensions_and_trailers,
    'gzip if asked for': gzip_if_asked_for,
    '100 Continue first': continue_first,
    '103 Early Hints first': early_hints_first,
    'odd headers': odd_headers,
}


def _chunked(document, content_type, status, size, extension=b'', trailers=b''):
    head = _head(status, [f'Content-Type: {content_type}', 'Transfer-Encoding: chunked'])
    chunks = [document[start:start + size] for start in range(0, len(document), size)]
    body = b''.join(b'%X%s\r\n%s\r\n' % (len(chunk), extension, chunk) for chunk in chunks)
    return head + body + b'0%s\r\n%s\r\n' % (extension, trailers)


def _head(status, lines, version='HTTP/1.1'):
    return '\r\n'.join([f'{version} {status}', *lines, '', '']).encode()

