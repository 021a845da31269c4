/* The table of forms. Touches nothing. */
#include "tree/export.h"

#include "base/error.h"

#include <string.h>

#define COOKIE_NAME "ASP.NET_SessionId"

/* Where all of the services live that take the cookie (service.md). */
static const char *const service_hosts[] = {"api.24sevenoffice.com", "webservices.24sevenoffice.com"};

static gboolean
is_service_host (const char *host)
{
  for (guint i = 0; i < G_N_ELEMENTS (service_hosts); i++)
    if (strcmp (host, service_hosts[i]) == 0)
      return TRUE;
  return FALSE;
}

/* As cookie jars write it: lower case, punycode, an IPv6 address without brackets. NULL if it can be no host's name. */
static char *
jar_host (const char *host)
{
  g_autofree char *ascii = host == NULL ? NULL : g_hostname_to_ascii (host);
  g_autofree char *lower = ascii == NULL ? NULL : g_ascii_strdown (ascii, -1);

  if (lower == NULL || *lower == '\0' || *lower == '.'
      || strspn (lower, "abcdefghijklmnopqrstuvwxyz0123456789-._:") != strlen (lower))
    return NULL;
  return g_steal_pointer (&lower);
}

void
export_endpoint_init (ExportEndpoint *endpoint, const char *url)
{
  g_autoptr (GUri) uri = url == NULL ? NULL : g_uri_parse (url, G_URI_FLAGS_NONE, NULL);

  *endpoint = (ExportEndpoint){.secure = TRUE};
  if (uri == NULL)
    return;
  endpoint->host = jar_host (g_uri_get_host (uri));
  endpoint->secure = g_strcmp0 (g_uri_get_scheme (uri), "http") != 0;
  if (endpoint->host != NULL && endpoint->secure && is_service_host (endpoint->host))
    g_clear_pointer (&endpoint->host, g_free);
}

void
export_endpoint_clear (ExportEndpoint *endpoint)
{
  g_clear_pointer (&endpoint->host, g_free);
}

/* RFC 6265, section 4.1.1, cookie-octet: anything else would end the cookie, its line or its quotes, or be changed on its way. */
static gboolean
is_cookie_octet (char c)
{
  return c > ' ' && c < 0x7f && strchr ("\",;\\", c) == NULL;
}

/* What may stand between the quotes of a shell, and be read from a file as one value. */
static gboolean
is_text (char c)
{
  return !g_ascii_iscntrl (c);
}

/*
 * A cookie jar must name an end in the future: 0 would be a cookie for this session of a browser, which some tools do not take
 * from a file. When the service ends the session, nobody knows, so any far date will do. The last one that fits into 32 bits
 * does for all tools, and it never changes; when it is near, the date goes with the session.
 */
static gint64
expiry_s (const ExportContext *context)
{
  return MAX ((gint64)G_MAXINT32, context->since_us / G_USEC_PER_SEC + 366 * 24 * 3600);
}

/* Plain lines: one that begins with #HttpOnly_ is a comment to some tools. The second field: not for hosts below this one. */
static void
write_jar_line (const char *host, gboolean secure, gint64 expires_s, const Secret *session, SecretBuffer *content)
{
  secret_buffer_append_printf (content, "%s\tFALSE\t/\t%s\t%" G_GINT64_FORMAT "\t" COOKIE_NAME "\t", host,
                               secure ? "TRUE" : "FALSE", expires_s);
  secret_buffer_append (content, secret_text (session), secret_length (session));
  secret_buffer_append_text (content, "\n");
}

static void
write_cookies_txt (const Secret *session, const ExportContext *context, SecretBuffer *content)
{
  const ExportEndpoint *endpoint = context->endpoint;
  gint64 expires_s = expiry_s (context);

  secret_buffer_append_text (content, "# Netscape HTTP Cookie File\n");
  for (guint i = 0; i < G_N_ELEMENTS (service_hosts); i++)
    write_jar_line (service_hosts[i], TRUE, expires_s, session, content);
  if (endpoint->host == NULL)
    return;
  write_jar_line (endpoint->host, endpoint->secure, expires_s, session, content);
  /* Python's name for it (http.cookiejar.eff_request_host). */
  if (strcmp (endpoint->host, "localhost") == 0)
    write_jar_line ("localhost.local", endpoint->secure, expires_s, session, content);
}

static void
write_pair (const Secret *session, SecretBuffer *content)
{
  secret_buffer_append_text (content, COOKIE_NAME "=");
  secret_buffer_append (content, secret_text (session), secret_length (session));
}

static void
write_header (const Secret *session, const ExportContext *context, SecretBuffer *content)
{
  secret_buffer_append_text (content, "Cookie: ");
  write_pair (session, content);
  secret_buffer_append_text (content, "\n");
}

/* No quotation mark and no backslash is a cookie-octet, so nothing has to be escaped. */
static void
write_curlrc (const Secret *session, const ExportContext *context, SecretBuffer *content)
{
  secret_buffer_append_text (content, "cookie = \"");
  write_pair (session, content);
  secret_buffer_append_text (content, "\"\n");
}

/* Quoted only where a shell needs it: others that read such files, docker's --env-file for one, take quotes for part of the value. */
static void
write_assignment (const char *name, const SecretBuffer *value, SecretBuffer *content)
{
  gboolean plain = value->length > 0;

  for (gsize i = 0; i < value->length; i++)
    plain = plain && (g_ascii_isalnum (value->data[i]) || strchr ("._=-", value->data[i]) != NULL);
  secret_buffer_append_printf (content, "%s=%s", name, plain ? "" : "'");
  for (gsize i = 0; i < value->length; i++)
    if (value->data[i] == '\'')
      secret_buffer_append_text (content, "'\\''");
    else
      secret_buffer_append (content, &value->data[i], 1);
  secret_buffer_append_text (content, plain ? "\n" : "'\n");
}

static void
write_env (const Secret *session, const ExportContext *context, SecretBuffer *content)
{
  g_auto (SecretBuffer) id = {0}, pair = {0};

  secret_buffer_append (&id, secret_text (session), secret_length (session));
  write_pair (session, &pair);
  write_assignment ("SO24_SESSION_ID", &id, content);
  write_assignment ("SO24_COOKIE", &pair, content);
}

static void
write_cookie_raw (const Secret *session, const ExportContext *context, SecretBuffer *content)
{
  secret_buffer_append (content, secret_text (session), secret_length (session));
}

static const struct
{
  const char *name;
  gboolean (*carries) (char c);
  void (*write) (const Secret *session, const ExportContext *context, SecretBuffer *content);
} forms[N_EXPORT_FORMS] = {
  [EXPORT_COOKIES_TXT] = {"cookies.txt", is_cookie_octet, write_cookies_txt},
  [EXPORT_HEADER] = {"header", is_cookie_octet, write_header},
  [EXPORT_CURLRC] = {"curlrc", is_cookie_octet, write_curlrc},
  [EXPORT_ENV] = {"env", is_text, write_env},
  [EXPORT_COOKIE_RAW] = {"cookie.raw", is_text, write_cookie_raw},
};

gboolean
export_write (ExportForm form, const Secret *session, const ExportContext *context, SecretBuffer *content,
              GError **error)
{
  const char *text = secret_text (session);

  for (gsize i = 0; i < secret_length (session); i++)
    if (!forms[form].carries (text[i]))
      {
        g_set_error (error, SO24_ERROR, SO24_ERROR_NOT_UNDERSTOOD,
                     "the session id has a character that %s cannot carry", forms[form].name);
        return FALSE;
      }
  forms[form].write (session, context, content);
  return TRUE;
}
