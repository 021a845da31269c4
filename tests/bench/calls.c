/*
 * The bare libcurl call that so24fs is measured against: one easy handle, one connection that is kept, the headers made
 * once, the answer copied and not looked at. Touches the network.
 */
#include "command.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>

#define NAMESPACE "http://24sevenOffice.com/webservices"

static CURL *easy;
static char *cookie;

static size_t
keep (char *bytes, size_t size, size_t count, void *data)
{
  g_string_append_len (data, bytes, (gssize)(size * count));
  return size * count;
}

/* to URL [CA_FILE] */
static void
command_to (char **words, guint count)
{
  curl_easy_setopt (easy, CURLOPT_URL, words[0]);
  if (count > 1)
    curl_easy_setopt (easy, CURLOPT_CAINFO, words[1]);
  curl_easy_setopt (easy, CURLOPT_PROXY, "");
  curl_easy_setopt (easy, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt (easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
  curl_easy_setopt (easy, CURLOPT_WRITEFUNCTION, keep);
  curl_easy_setopt (easy, CURLOPT_MAXCONNECTS, 1L);
  answer ("0");
}

static void
command_session (char **words, guint count)
{
  g_free (cookie);
  cookie = g_strconcat ("ASP.NET_SessionId=", words[0], NULL);
  answer ("0");
}

/* The answer; one that is not 200 ends the program. */
static GString *
call (const char *operation, const char *inner)
{
  g_autofree char *action = g_strdup_printf ("SOAPAction: \"" NAMESPACE "/%s\"", operation);
  g_autofree char *body = g_strdup_printf (
    "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\">"
    "<soap:Body><%s xmlns=\"" NAMESPACE "\">%s</%s></soap:Body></soap:Envelope>",
    operation, inner, operation);
  struct curl_slist *headers = curl_slist_append (NULL, "Content-Type: text/xml; charset=utf-8");
  GString *said = g_string_new (NULL);
  long status = 0;

  headers = curl_slist_append (headers, action);
  headers = curl_slist_append (headers, "Expect:");
  curl_easy_setopt (easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt (easy, CURLOPT_COOKIE, cookie);
  curl_easy_setopt (easy, CURLOPT_POSTFIELDS, body);
  curl_easy_setopt (easy, CURLOPT_POSTFIELDSIZE, (long)strlen (body));
  curl_easy_setopt (easy, CURLOPT_WRITEDATA, said);
  if (curl_easy_perform (easy) != CURLE_OK || curl_easy_getinfo (easy, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK
      || status != 200)
    {
      errno = EREMOTEIO;
      give_up (operation);
    }
  curl_slist_free_all (headers);
  return said;
}

/* call COUNT [+]OPERATION[=INNER]...: all of them, COUNT times, those with a plus each on a new connection. */
static void
command_call (char **words, guint count)
{
  guint often = command_number (words[0]);
  gint64 begun = now_ns ();

  for (guint i = 0; i < often; i++)
    for (guint at = 1; at < count; at++)
      {
        gboolean fresh = *words[at] == '+';
        g_auto (GStrv) parts = g_strsplit (words[at] + fresh, "=", 2);

        curl_easy_setopt (easy, CURLOPT_FRESH_CONNECT, (long)fresh);
        g_string_free (call (parts[0], parts[1] != NULL ? parts[1] : ""), TRUE);
      }
  answer ("%" G_GINT64_FORMAT, now_ns () - begun);
}

static const Command commands[] = {
  {"to", 1, command_to},
  {"session", 1, command_session},
  {"call", 2, command_call},
  {NULL},
};

int
main (void)
{
  curl_global_init (CURL_GLOBAL_DEFAULT);
  easy = curl_easy_init ();
  return command_serve (commands);
}
