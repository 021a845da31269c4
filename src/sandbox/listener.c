/* HTTP: see listener.h. */
#include "sandbox/listener.h"

#include <string.h>

#include <libsoup/soup.h>

#include "sandbox/call.h"
#include "sandbox/control.h"
#include "sandbox/cookie.h"
#include "sandbox/host.h"
#include "sandbox/pages.h"
#include "sandbox/visitors.h"

/* ASP.NET's maxRequestLength, unless a site says otherwise. */
#define LONGEST_REQUEST (4 * 1024 * 1024)
#define TOO_LONG        "sandbox-request-too-long"

struct Listener
{
  Sandbox *sandbox;
  Visitors *visitors;
  char *endpoint;
};

/* What a request is, for the functions that answer it. */
typedef struct
{
  Sandbox *sandbox;
  SoupServerMessage *message;
  const char *method;
  const char *path; /* in lower case */
  const char *original_path;
  const char *query; /* NULL: none */
} Request;

static void
reply (const Request *request, Answer *answer)
{
  answer_send (answer, request->message);
  answer_free (answer);
}

/* What the session of the cookie is on, in one line for curl. */
static Answer *
page_client (Sandbox *sandbox, const char *cookie)
{
  gint64 now = g_get_monotonic_time ();
  gboolean is_fresh = FALSE;
  JournalEntry *entry = journal_begin (sandbox->journal, &client_service ()->operations[0], g_get_real_time ());
  Session *session = sessions_hold (sandbox->sessions, cookie, now, &is_fresh);
  const Identity *identity = session->identity;
  GString *line = g_string_new (NULL);

  if (identity == NULL)
    g_string_append (line, "Not authenticated");
  else
    g_string_append_printf (line, "%" G_GINT64_FORMAT " %s", identity->client_id,
                            identity->client_name != NULL ? identity->client_name : "");
  g_strdelimit (line->str, "\r\n", ' ');
  g_string_append_c (line, '\n');

  Answer *answer = answer_new (identity != NULL ? 200 : 401, "text/plain; charset=utf-8", line);
  answer->from_runtime = TRUE;
  entry->had_cookie = TRUE;
  journal_complete (entry, identity != NULL ? "ok" : "refused", identity != NULL ? identity->id.text : NULL,
                    answer->status);
  journal_entry_unref (entry);
  sessions_release (sandbox->sessions, session, now);
  return answer;
}

static void
answer_get (const Request *request, const Service *service)
{
  g_autofree char *host = host_of (request->message);
  g_autofree char *cookie = cookie_read (soup_server_message_get_request_headers (request->message));

  if (request->query != NULL && g_ascii_strcasecmp (request->query, "wsdl") == 0)
    reply (request, page_contract (service, host));
  else if (service == client_service () && cookie != NULL)
    reply (request, page_client (request->sandbox, cookie));
  else
    reply (request, page_help (request->sandbox, service));
}

static void
answer_service (const Request *request, const Service *service)
{
  if (g_object_get_data (G_OBJECT (request->message), TOO_LONG) != NULL)
    reply (request, page_runtime_error (500, "Maximum request length exceeded."));
  else if (g_str_equal (request->method, "POST"))
    call_begin (request->sandbox, service, request->message);
  else if (g_str_equal (request->method, "GET"))
    answer_get (request, service);
  else
    reply (request, page_error (405, "Method Not Allowed", "HTTP Error 405. The HTTP verb used is not allowed."));
}

/* `…asmx/Operation`, a form of HTTP GET and POST that is off unless a site turns it on. */
static void
answer_operation_path (const Request *request, const char *rest)
{
  g_autofree char *sentence
    = g_strdup_printf ("Request format is unrecognized for URL unexpectedly ending in '%s'.", rest);

  reply (request, page_runtime_error (500, sentence));
}

static void
answer_request (const Request *request)
{
  const Service *const services[] = {authenticate_service (), client_service ()};

  for (gsize i = 0; i < G_N_ELEMENTS (services); i++)
    {
      gsize length = strlen (services[i]->path);

      if (strncmp (request->path, services[i]->path, length) != 0)
        continue;
      if (request->path[length] == '\0')
        {
          answer_service (request, services[i]);
          return;
        }
      if (request->path[length] == '/')
        {
          answer_operation_path (request, request->original_path + length);
          return;
        }
    }
  if (g_str_has_prefix (request->path, "/sandbox/"))
    reply (request,
           control_answer (request->sandbox, request->method, request->path + strlen ("/sandbox/"), request->query));
  else
    reply (request, page_runtime_error (404, "The resource cannot be found."));
}

static void
handle (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  const Listener *listener = data;
  /* Without a Host header (HTTP/1.0) libsoup leaves the query in the path. */
  g_auto (GStrv) parts = g_strsplit (path, "?", 2);
  const char *uri_query = g_uri_get_query (soup_server_message_get_uri (message));
  g_autofree char *lower = g_ascii_strdown (parts[0] != NULL ? parts[0] : "", -1);
  Request request = {
    .sandbox = listener->sandbox,
    .message = message,
    .method = soup_server_message_get_method (message),
    .path = lower,
    .original_path = path,
    .query = uri_query == NULL && parts[0] != NULL ? parts[1] : uri_query,
  };

  answer_request (&request);
}

static void
got_chunk (SoupServerMessage *message, GBytes *chunk, gpointer data)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);

  if (body->length <= LONGEST_REQUEST)
    return;
  /* The rest is read, so that the client hears the answer, but not kept. */
  soup_message_body_set_accumulate (body, FALSE);
  soup_message_body_truncate (body);
  g_object_set_data (G_OBJECT (message), TOO_LONG, GINT_TO_POINTER (TRUE));
}

static void
watch_length (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  g_signal_connect (message, "got-chunk", G_CALLBACK (got_chunk), NULL);
}

static void
welcome (SoupServer *soup, gpointer data)
{
  soup_server_add_early_handler (soup, NULL, watch_length, data, NULL);
  soup_server_add_handler (soup, NULL, handle, data, NULL);
}

Listener *
listener_new (Sandbox *sandbox, GError **error)
{
  g_autofree Listener *listener = g_new0 (Listener, 1);

  listener->sandbox = sandbox;
  listener->visitors = visitors_new (sandbox->options->port, welcome, listener, error);
  if (listener->visitors == NULL)
    {
      g_prefix_error (error, "cannot listen on port %d: ", sandbox->options->port);
      return NULL;
    }
  listener->endpoint
    = g_strdup_printf ("http://127.0.0.1:%d/authenticate/v001/authenticate.asmx", visitors_port (listener->visitors));
  return g_steal_pointer (&listener);
}

void
listener_free (Listener *listener)
{
  calls_abandon (listener->sandbox);
  visitors_free (listener->visitors);
  g_free (listener->endpoint);
  g_free (listener);
}

const char *
listener_endpoint (const Listener *listener)
{
  return listener->endpoint;
}
