/* Answers of the service as documents, and what is read from them as one line that can be compared. */
#pragma once

#include "base/error.h"
#include "soap/answer.h"

#define XML_DECLARATION "<?xml version=\"1.0\" encoding=\"utf-8\"?>"
#define SOAP_1_1        "http://schemas.xmlsoap.org/soap/envelope/"
#define SOAP_1_2        "http://www.w3.org/2003/05/soap-envelope"
#define SID             "ixehrdywkhcx2fjnoaqscnpz"
#define ID_1            "310d5fd3-0002-4047-a03b-000000000001"
#define ID_2            "310d5fd3-0002-4047-a03b-000000000002"
#define ID_3            "310d5fd3-0002-4047-a03b-000000000003"
#define USER_ID         "aaaaaaaa-0000-4000-8000-000000000001"

/* As wire.md, section 1 shows them: the first has no servers, the second has two, one of them nil. */
#define IDENTITY_1_FIELDS                                                                                              \
  "<Id>" ID_1 "</Id><User><ContactId>100</ContactId><Id>" USER_ID "</Id><Name>Ola Nordmann</Name>"                     \
  "<EmployeeId>7</EmployeeId></User><Client><Id>400000000000</Id><Name>Fjord &amp; Fjell AS</Name></Client>"           \
  "<IsCurrent>true</IsCurrent><IsDefault>true</IsDefault><IsProtected>false</IsProtected>"
#define IDENTITY_2_FIELDS                                                                                              \
  "<Id>" ID_2 "</Id><User><ContactId>12</ContactId><Id>00000000-0000-0000-0000-000000000000</Id></User>"               \
  "<Client><Id>400000000001</Id><Name>Ærlig Økonomi ÅS 🌲</Name></Client><IsCurrent>false</IsCurrent>"            \
  "<IsDefault>false</IsDefault><IsProtected>true</IsProtected><Servers><Server><Id>1</Id><Type>2</Type></Server>"      \
  "<Server xsi:nil=\"true\" /></Servers><IsDisabled>true</IsDisabled>"
#define IDENTITY_1 "<Identity>" IDENTITY_1_FIELDS "</Identity>"
#define IDENTITY_2 "<Identity>" IDENTITY_2_FIELDS "</Identity>"

/* @body in an envelope of SOAP 1.1, as the service's own runtime writes it. The caller frees it. */
char *envelope (const char *body);

/* The same for an answer to @operation, with @results inside its response element. */
char *response (Operation operation, const char *results);

/* A good answer to @operation, with everything in it that it can hold. */
char *good_answer (Operation operation);

typedef struct
{
  const char *bytes;
  gsize length;
} Bytes;

Bytes bytes_of (const char *text);

extern const HttpHead ok_head; /* 200, text/xml; charset=utf-8 */

/* Reads an answer that comes in two pieces, the first one @split bytes long; or in pieces of @step bytes. */
Answer *read_split (Operation operation, const HttpHead *head, Bytes document, gsize split);
Answer *read_in_steps (Operation operation, const HttpHead *head, Bytes document, gsize step);

/* Reads @document at once, with ok_head. */
Answer *read_answer (Operation operation, const char *document);

/* All that an answer says, in one line; the caller frees it. */
char *answer_describe (const Answer *answer);

/* Fails unless all ways to cut @document into two pieces, and single bytes, are read as the whole is; returns that. */
char *assert_same_in_all_pieces (Operation operation, const HttpHead *head, Bytes document);

/* Fails unless @document is read and says @description. */
void assert_reads (Operation operation, const char *document, const char *description);

/* Fails unless @document is refused with @code, and @words stand in the message. */
void assert_refused (Operation operation, const char *document, So24ErrorCode code, const char *words);
