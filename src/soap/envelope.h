/* Typed requests to bytes: the SOAP 1.1 envelope of a call, and an identity as a document of its own. */
#pragma once

#include "soap/operation.h"

/* Lets libxml2 wipe what it frees. Once, before anything else of soap/. */
void soap_start (void);

/* The body of the POST for @request, UTF-8; the caller clears it. Cannot fail: what a request holds was checked before. */
void envelope_write (const Request *request, SecretBuffer *envelope);

/* <Identity> as a document, the form that SetIdentity takes; ends in a line break. */
void identity_write_document (const Identity *identity, SecretBuffer *document);

/* Whether XML 1.0 can carry @text: valid UTF-8 without control characters but tab, CR and LF. */
gboolean text_fits_xml (const char *text, gsize length);
