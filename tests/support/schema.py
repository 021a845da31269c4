"""Whether what the daemon sends is what the WSDL's schema allows."""

import functools
import tempfile
from pathlib import Path

from lxml import etree

from support.php_server import WSDL

XSD = '{http://www.w3.org/2001/XMLSchema}'


def violations(body):
    """What is wrong with the element in the Body of a SOAP 1.1 request (bytes), by the schema; '' if nothing is."""
    envelope = etree.fromstring(body)
    payload = envelope.find('{http://schemas.xmlsoap.org/soap/envelope/}Body')[0]
    schema = _schema()
    return '' if schema.validate(payload) else str(schema.error_log)


@functools.cache
def _schema():
    """The two schemas in the WSDL; each import gets told where the other one is."""
    service, types = etree.parse(str(WSDL)).iter(f'{XSD}schema')
    with tempfile.TemporaryDirectory() as folder:
        for name, schema in ('types.xsd', types), ('service.xsd', service):
            for imported in schema.iter(f'{XSD}import'):
                imported.set('schemaLocation', 'types.xsd')
            Path(folder, name).write_bytes(etree.tostring(schema))
        return etree.XMLSchema(etree.parse(f'{folder}/service.xsd'))
