/*
 * One HTTP POST a call, by libcurl. Touches the network; wipes what it sent.
 *
 * The one hard thing is the kept connection: at any moment it may turn out to be dead, and then nobody knows whether the
 * last call on it was executed. Calls that only ask go over it and are sent once more by themselves. Those that do something
 * have a connection of their own, and are never sent twice. After a call that did not come to its end, HTTP/2 would go on
 * with the same connection, and if that is dead, wait on it again and again: it is closed, as with HTTP/1.1.
 */
#include "net/client.h"

#include "base/error.h"
#include "base/locked.h"
#include "net/endpoint.h"
#include "net/failure.h"
#include "net/headers.h"
#include "net/multi.h"
#include "net/progress.h"

#include <string.h>

struct Client
{
  Multi *multi;
  Endpoint *endpoint;
  guint timeout_s;
  GHashTable *transfers; /* set of ClientTransfer, owned */
};

struct ClientTransfer
{
  Client *client;
  CURL *easy;
  guint timer; /* 0: it has run out */
  struct curl_slist *headers;
  gboolean only_asks;
  gboolean was_again; /* sent a second time */
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

  g_clear_handle_id (&transfer->timer, g_source_remove);
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

/*
 * One connection is kept, or as many as there are calls at once. It is the newest one: with the end of a connection its
 * session of TLS is over, too, and the next new one must have one to take up.
 */
static void
limit_connections (Client *client)
{
  multi_limit (client->multi, MAX (1, g_hash_table_size (client->transfers)));
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

/* The last that is heard of it. */
static void
finish (ClientTransfer *transfer, const GError *error)
{
  read_head (transfer);
  g_hash_table_steal (transfer->client->transfers, transfer);
  limit_connections (transfer->client);
  tell_progress (transfer);
  transfer->sink.done (transfer->data, &transfer->head, error);
  transfer_free (transfer);
}

/* Ends it where it is, and its connection with it. */
static void
give_up (ClientTransfer *transfer)
{
  curl_easy_setopt (transfer->easy, CURLOPT_FORBID_REUSE, 1L);
  multi_remove (transfer->client->multi, transfer->easy);
}

static gboolean
on_timeout (gpointer data)
{
  ClientTransfer *transfer = data;
  g_autoptr (GError) error = failure_to_error (CURLE_OPERATION_TIMEDOUT, 0, "");

  transfer->timer = 0;
  give_up (transfer);
  finish (transfer, error);
  return G_SOURCE_REMOVE;
}

/* The kept connection was dead. Over HTTP/1.1 libcurl sees to that by itself, over HTTP/2 only now and then. */
static gboolean
send_again (ClientTransfer *transfer, CURLcode result)
{
  long connects = 0, status = 0;

  curl_easy_getinfo (transfer->easy, CURLINFO_NUM_CONNECTS, &connects);
  curl_easy_getinfo (transfer->easy, CURLINFO_RESPONSE_CODE, &status);
  if (!transfer->only_asks || transfer->was_again || connects > 0 || status != 0 || !failure_is_of_connection (result))
    return FALSE;
  transfer->was_again = TRUE;
  curl_easy_setopt (transfer->easy, CURLOPT_FRESH_CONNECT, 1L);
  multi_add (transfer->client->multi, transfer->easy);
  return TRUE;
}

static void
on_finished (CURL *easy, CURLcode result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  ClientTransfer *transfer;

  curl_easy_getinfo (easy, CURLINFO_PRIVATE, (char **)&transfer);
  if (result != CURLE_OK)
    {
      long os_errno = 0;

      if (send_again (transfer, result))
        return;
      curl_easy_getinfo (easy, CURLINFO_OS_ERRNO, &os_errno);
      error = failure_to_error (result, (int)os_errno, transfer->curl_says);
    }
  finish (transfer, error);
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
  client->endpoint = endpoint_new (config->endpoint, config->ca_file, config->timeout_s);
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
  endpoint_free (client->endpoint);
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
choose_connection (ClientTransfer *transfer, gboolean own)
{
  transfer->only_asks = !own;
  curl_easy_setopt (transfer->easy, CURLOPT_FRESH_CONNECT, own ? 1L : 0L);
  /* Calls of several sessions at once had better share one of HTTP/2 than make one each. */
  curl_easy_setopt (transfer->easy, CURLOPT_PIPEWAIT, own ? 0L : 1L);
}

static void
set_callbacks (ClientTransfer *transfer)
{
  curl_easy_setopt (transfer->easy, CURLOPT_PRIVATE, transfer);
  curl_easy_setopt (transfer->easy, CURLOPT_ERRORBUFFER, transfer->curl_says);
  curl_easy_setopt (transfer->easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt (transfer->easy, CURLOPT_WRITEDATA, transfer);
  curl_easy_setopt (transfer->easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt (transfer->easy, CURLOPT_HEADERDATA, transfer);
}

ClientTransfer *
client_call (Client *client, const ClientCall *call, const ClientSink *sink, gpointer data)
{
  ClientTransfer *transfer = g_new0 (ClientTransfer, 1);

  transfer->client = client;
  transfer->sink = *sink;
  transfer->data = data;
  transfer->envelope = *call->envelope;
  *call->envelope = (SecretBuffer){0};
  transfer->easy = curl_easy_init ();
  endpoint_prepare (client->endpoint, transfer->easy);
  set_callbacks (transfer);
  curl_easy_setopt (transfer->easy, CURLOPT_POSTFIELDS, transfer->envelope.data);
  curl_easy_setopt (transfer->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)transfer->envelope.length);
  choose_connection (transfer, call->own_connection);
  set_headers (transfer, call);
  transfer->timer = g_timeout_add (client->timeout_s * 1000, on_timeout, transfer);
  g_hash_table_add (client->transfers, transfer);
  limit_connections (client);
  multi_add (client->multi, transfer->easy);
  return transfer;
}

void
client_cancel (Client *client, ClientTransfer *transfer)
{
  give_up (transfer);
  g_hash_table_remove (client->transfers, transfer);
  limit_connections (client);
}
