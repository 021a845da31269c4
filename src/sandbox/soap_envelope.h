/* The envelope around every answer, byte by byte as the genuine runtime writes it. Text only. */
#pragma once

#include <glib.h>

#include "sandbox/soap_version.h"

/* The header of a VersionMismatch fault: which envelopes would have been taken. */
#define SOAP_UPGRADE_HEADER                                                                                            \
  "<soap:Header><soap12:Upgrade xmlns:soap12=\"http://www.w3.org/2003/05/soap-envelope\">"                             \
  "<soap12:SupportedEnvelope qname=\"soap:Envelope\" xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" />"      \
  "<soap12:SupportedEnvelope qname=\"soap12:Envelope\" xmlns:soap12=\"http://www.w3.org/2003/05/soap-envelope\" />"    \
  "</soap12:Upgrade></soap:Header>"

/* Everything up to the inside of Body; @header is a whole Header element or "". */
void soap_envelope_open (GString *xml, SoapVersion version, const char *header);
void soap_envelope_close (GString *xml);

/* The whole answer to an operation. @result is what is inside its Result element; "": an empty one, NULL: null. */
GString *soap_envelope_render_result (SoapVersion version, const char *operation, const char *result);
