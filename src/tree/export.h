/*
 * The forms in which other tools take a session: the files of an export/ folder. One table (export.c), and one function that
 * writes a form of any session: the account's, or an identity's own. Knows nothing of the tree and reads no clock.
 */
#pragma once

#include "base/secret.h"

typedef enum
{
  EXPORT_COOKIES_TXT, /* a Netscape cookie jar */
  EXPORT_HEADER,      /* a header line of HTTP */
  EXPORT_CURLRC,      /* a configuration of curl */
  EXPORT_ENV,         /* assignments for a shell */
  EXPORT_COOKIE_RAW,  /* the session id alone, without a newline */
  N_EXPORT_FORMS
} ExportForm;

/* Where the cookie goes, besides the hosts that all of 24SevenOffice's services live on. */
typedef struct
{
  char *host;      /* of the endpoint, owned; NULL: none of its own, or none that a cookie could be for */
  gboolean secure; /* it is spoken to by TLS only */
} ExportEndpoint;

/* @url: of the endpoint; NULL: none is known. */
void export_endpoint_init (ExportEndpoint *endpoint, const char *url);
void export_endpoint_clear (ExportEndpoint *endpoint);

typedef struct
{
  const ExportEndpoint *endpoint;
  gint64
    since_us; /* when the session became what it is, by the wall clock: it does not change from one read to the next */
} ExportContext;

/*
 * Appends @session in that form. The same session in the same context always gives the same bytes. FALSE with @error set, and
 * nothing appended, if the session id has a character that the form cannot carry; so none can end a value and begin
 * something else.
 */
gboolean export_write (ExportForm form, const Secret *session, const ExportContext *context, SecretBuffer *content,
                       GError **error);
