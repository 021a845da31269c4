/* What differs between the two versions of SOAP: see soap_version.h. */
#include "sandbox/soap_version.h"

static const SoapTraits traits[] = {
  [SOAP_1_1] = {"1.1", "text/xml", "http://schemas.xmlsoap.org/soap/envelope/"},
  [SOAP_1_2] = {"1.2", "application/soap+xml", "http://www.w3.org/2003/05/soap-envelope"},
};

const SoapTraits *
soap_traits (SoapVersion version)
{
  return &traits[version];
}
