/*
 * One HTTP POST a call, by libcurl. Touches the network; wipes what it sent.
 *
 * What is never done here: follow a redirect, keep a cookie that an answer sets (there is no cookie engine), ask a
 * proxy of the environment for http:// (that is only this machine), send a body twice.
 */
#include "net/client.h"

#include "base/error.h"
#include "base/locked.h"
#include "net/failure.h"
#include "net/headers.h"
#include "net/multi.h"
#include "net/progress.h"

#include <string.h>

#define LARGEST_ANSWER ((gsize)64 << 20)

struct Client
{
  Multi *multi;
  char *endpoint;
  char *ca_file;
  guint timeout_s;
  GHashTable *transfers; /* set of ClientTransfer, owned */
};

struct ClientTransfer
{
  CURL *easy;
  struct curl_slist *headers;
  SecretBuffer envelope;
  SecretBuffer cookie;
  ClientSink sink;
  gpointer data;
  Headers seen;
  HttpHead head;
  gsize received;
  char curl_says[CURL_ERROR_SIZE];
};

static void
transfer_free (gpointer memory)
{
  ClientTransfer *transfer = memory;

  curl_easy_cleanup (transfer->easy);
  curl_slist_free_all (transfer->headers);
  secret_buffer_clear (&transfer->envelope);
  secret_buffer_clear (&transfer->cookie);
  headers_clear (&transfer->seen);
  g_free (transfer);
}

static void
read_head (ClientTransfer *transfer)
{
  long status = 0;
  char *content_type = NULL;
  curl_off_t retry_after = 0;

  curl_easy_getinfo (transfer->easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo (transfer->easy, CURLINFO_CONTENT_TYPE, &content_type);
  curl_easy_getinfo (transfer->easy, CURLINFO_RETRY_AFTER, &retry_after);
  transfer->head
    = (HttpHead){(int)status, content_type, retry_after, transfer->seen.allowed, transfer->seen.allowed_until};
}

static size_t
on_header (char *line, size_t size, size_t count, void *data)
{
  headers_take_line (&((ClientTransfer *)data)->seen, line, size * count);
  return size * count;
}

static size_t
on_body (char *bytes, size_t size, size_t count, void *data)
{
  ClientTransfer *transfer = data;
  gsize length = size * count;

  transfer->received += length;
  if (transfer->received > LARGEST_ANSWER)
    return 0;
  read_head (transfer);
  transfer->sink.body (transfer->data, &transfer->head, bytes, length);
  return length;
}

static void
tell_progress (ClientTransfer *transfer)
{
  ClientProgress progress;

  if (transfer->sink.progress == NULL)
    return;
  progress_read (transfer->easy, &transfer->seen, &progress);
  transfer->sink.progress (transfer->data, &progress);
}

static void
on_finished (CURL *easy, CURLcode result, gpointer data)
{
  Client *client = data;
  g_autoptr (GError) error = NULL;
  ClientTransfer *transfer;

  curl_easy_getinfo (easy, CURLINFO_PRIVATE, (char **)&transfer);
  read_head (transfer);
  if (result != CURLE_OK)
    {
      long os_errno = 0;

      curl_easy_getinfo (easy, CURLINFO_OS_ERRNO, &os_errno);
      error = failure_to_error (result, (int)os_errno, transfer->curl_says);
    }
  g_hash_table_steal (client->transfers, transfer);
  tell_progress (transfer);
  transfer->sink.done (transfer->data, &transfer->head, error);
  transfer_free (transfer);
}

gboolean
client_check_endpoint (const char *endpoint, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (endpoint, G_URI_FLAGS_NONE, error);
  const char *host, *scheme;

  if (uri == NULL)
    return FALSE;
  host = g_uri_get_host (uri);
  scheme = g_uri_get_scheme (uri);
  if (host == NULL || *host == '\0' || g_uri_get_userinfo (uri) != NULL)
    {
      g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "not a URL with a host and without a user");
      return FALSE;
    }
  if (g_str_equal (scheme, "https"))
    return TRUE;
  if (!g_str_equal (scheme, "http"))
    {
      g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "neither https:// nor http://");
      return FALSE;
    }
  if (g_ascii_strcasecmp (host, "localhost") != 0
      && !(g_str_has_prefix (host, "127.") && g_hostname_is_ip_address (host)) && !g_str_equal (host, "::1"))
    {
      g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID,
                   "http:// sends passwords in the clear, so it is for this machine only (127.0.0.1, localhost)");
      return FALSE;
    }
  return TRUE;
}

Client *
client_new (const ClientConfig *config, GError **error)
{
  Client *client;

  if (!client_check_endpoint (config->endpoint, error))
    return NULL;
  curl_global_init_mem (CURL_GLOBAL_DEFAULT, wiping_malloc, wiping_free, wiping_realloc, wiping_strdup, wiping_calloc);
  client = g_new0 (Client, 1);
  client->endpoint = g_strdup (config->endpoint);
  client->ca_file = g_strdup (config->ca_file);
  client->timeout_s = config->timeout_s;
  client->transfers = g_hash_table_new_full (NULL, NULL, transfer_free, NULL);
  client->multi = multi_new (on_finished, client);
  return client;
}

void
client_free (Client *client)
{
  GHashTableIter iter;
  gpointer transfer;

  g_hash_table_iter_init (&iter, client->transfers);
  while (g_hash_table_iter_next (&iter, &transfer, NULL))
    multi_remove (client->multi, ((ClientTransfer *)transfer)->easy);
  g_hash_table_unref (client->transfers);
  multi_free (client->multi);
  g_free (client->endpoint);
  g_free (client->ca_file);
  g_free (client);
  curl_global_cleanup ();
}

static void
add_header (ClientTransfer *transfer, const char *name, const char *value)
{
  g_autofree char *header = g_strdup_printf ("%s: %s", name, value);

  transfer->headers = curl_slist_append (transfer->headers, header);
}

/* "Expect:" turned off: waiting for a 100 costs a second where a server does not send one. */
static void
set_headers (ClientTransfer *transfer, const ClientCall *call)
{
  add_header (transfer, "Content-Type", "text/xml; charset=utf-8");
  add_header (transfer, "SOAPAction", call->action);
  transfer->headers = curl_slist_append (transfer->headers, "Expect:");
  curl_easy_setopt (transfer->easy, CURLOPT_HTTPHEADER, transfer->headers);
  if (call->session == NULL)
    return;
  secret_buffer_append_text (&transfer->cookie, "ASP.NET_SessionId=");
  secret_buffer_append (&transfer->cookie, secret_text (call->session), secret_length (call->session));
  curl_easy_setopt (transfer->easy, CURLOPT_COOKIE, transfer->cookie.data);
}

static void
set_manners (const Client *client, CURL *easy)
{
  curl_easy_setopt (easy, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
  /* A name lookup that hangs must not be waited for when the call is given up. */
  curl_easy_setopt (easy, CURLOPT_QUICK_EXIT, 1L);
#endif
  curl_easy_setopt (easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)LARGEST_ANSWER);
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt (easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  curl_easy_setopt (easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
  curl_easy_setopt (easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt (easy, CURLOPT_TIMEOUT_MS, (long)client->timeout_s * 1000);
  curl_easy_setopt (easy, CURLOPT_CONNECTTIMEOUT_MS, (long)client->timeout_s * 1000);
  curl_easy_setopt (easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS);
  curl_easy_setopt (easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
  curl_easy_setopt (easy, CURLOPT_USERAGENT, "so24fs/" SO24_VERSION);
  curl_easy_setopt (easy, CURLOPT_TCP_NODELAY, 1L);
  if (g_str_has_prefix (client->endpoint, "http:"))
    curl_easy_setopt (easy, CURLOPT_PROXY, "");
  if (client->ca_file != NULL)
    curl_easy_setopt (easy, CURLOPT_CAINFO, client->ca_file);
}

ClientTransfer *
client_call (Client *client, const ClientCall *call, const ClientSink *sink, gpointer data)
{
  ClientTransfer *transfer = g_new0 (ClientTransfer, 1);

  transfer->sink = *sink;
  transfer->data = data;
  transfer->envelope = *call->envelope;
  *call->envelope = (SecretBuffer){0};
  transfer->easy = curl_easy_init ();
  curl_easy_setopt (transfer->easy, CURLOPT_PRIVATE, transfer);
  curl_easy_setopt (transfer->easy, CURLOPT_ERRORBUFFER, transfer->curl_says);
  curl_easy_setopt (transfer->easy, CURLOPT_URL, client->endpoint);
  curl_easy_setopt (transfer->easy, CURLOPT_POSTFIELDS, transfer->envelope.data);
  curl_easy_setopt (transfer->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)transfer->envelope.length);
  curl_easy_setopt (transfer->easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt (transfer->easy, CURLOPT_WRITEDATA, transfer);
  curl_easy_setopt (transfer->easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt (transfer->easy, CURLOPT_HEADERDATA, transfer);
  curl_easy_setopt (transfer->easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (call->own_connection)
    curl_easy_setopt (transfer->easy, CURLOPT_FRESH_CONNECT, 1L);
  set_headers (transfer, call);
  set_manners (client, transfer->easy);
  g_hash_table_add (client->transfers, transfer);
  multi_add (client->multi, transfer->easy);
  return transfer;
}

void
client_cancel (Client *client, ClientTransfer *transfer)
{
  multi_remove (client->multi, transfer->easy);
  g_hash_table_remove (client->transfers, transfer);
}
