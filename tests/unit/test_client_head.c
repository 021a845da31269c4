/* The head of an answer as the client hands it on (net/client.h), off the wire of a server that says one thing. */
#include "net/client.h"

#include "support/sentences.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LIMITS "APILimitRemaining: 12\r\napilimitRESET: 2026-11-25T14:00:00Z\r\n"

typedef struct
{
  int listener;
  const char *says;
} Server;

/* Takes one connection, reads the request to the end of its body, and answers. */
static gpointer
serve (gpointer data)
{
  const Server *server = data;
  int peer = accept (server->listener, NULL, NULL);
  char request[4096] = "";
  gsize length = 0;

  g_assert_cmpint (peer, >=, 0);
  while (!g_str_has_suffix (request, "</ask>"))
    {
      ssize_t got = read (peer, request + length, sizeof request - 1 - length);

      g_assert_cmpint (got, >, 0);
      length += (gsize)got;
    }
  g_assert_cmpint (write (peer, server->says, strlen (server->says)), ==, strlen (server->says));
  close (peer);
  return NULL;
}

static guint16
listen_anywhere (Server *server)
{
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK)};
  socklen_t length = sizeof address;

  server->listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (server->listener, (struct sockaddr *)&address, length), ==, 0);
  g_assert_cmpint (listen (server->listener, 1), ==, 0);
  g_assert_cmpint (getsockname (server->listener, (struct sockaddr *)&address, &length), ==, 0);
  return ntohs (address.sin_port);
}

/* What the client said at the end, in one line: STATUS ALLOWED ALLOWED_UNTIL, and "failed" if it did. */
typedef struct
{
  GMainLoop *loop;
  char *line;
  gboolean differs; /* a head with the body said something else than the head at the end */
  GString *bodies;
  guint progresses;
  gboolean connected;
  int port;
  gint64 date_us;
} Said;

static char *
line_of (const HttpHead *head)
{
  return g_strdup_printf ("%d %s %s", head->status, head->allowed, head->allowed_until);
}

static void
on_body (gpointer data, const HttpHead *head, const char *bytes, gsize length)
{
  g_autofree char *line = line_of (head);

  g_string_append_printf (((Said *)data)->bodies, "[%s]", line);
}

static void
on_done (gpointer data, const HttpHead *head, const GError *error)
{
  Said *said = data;
  g_autofree char *line = line_of (head);

  said->differs = said->bodies->len > 0 && strstr (said->bodies->str, line) == NULL;
  said->line = g_strconcat (line, error != NULL ? " failed" : "", NULL);
  g_main_loop_quit (said->loop);
}

static void
on_progress (gpointer data, const ClientProgress *progress)
{
  Said *said = data;

  g_assert_null (said->line);
  g_assert_true (progress->resolved && !progress->secured);
  g_assert_cmpint (progress->proxy_status, ==, 0);
  g_assert_cmpstr (progress->address, ==, "127.0.0.1");
  said->progresses++;
  said->connected = progress->connected;
  said->port = progress->port;
  said->date_us = progress->date_us;
}

/* @date_us: what the server's clock says. */
static void
assert_heard_at (const char *says, const char *line, gint64 date_us)
{
  static const ClientSink sink = {on_body, on_done, on_progress};
  Server server = {.says = says};
  int port = listen_anywhere (&server);
  g_autofree char *endpoint = g_strdup_printf ("http://127.0.0.1:%d/", port);
  GThread *thread = g_thread_new ("server", serve, &server);
  ClientConfig config = {.endpoint = endpoint, .timeout_s = 10};
  g_autoptr (Client) client = client_new (&config, NULL);
  g_auto (SecretBuffer) envelope = {0};
  ClientCall call = {.action = "\"ask\"", .envelope = &envelope};
  Said said = {.loop = g_main_loop_new (NULL, FALSE), .bodies = g_string_new (NULL)};

  secret_buffer_append_text (&envelope, "<ask></ask>");
  client_call (client, &call, &sink, &said);
  g_main_loop_run (said.loop);
  g_thread_join (thread);
  close (server.listener);
  g_assert_cmpstr (said.line, ==, line);
  g_assert_false (said.differs);
  g_assert_cmpuint (said.progresses, ==, 1);
  g_assert_true (said.connected);
  g_assert_cmpint (said.port, ==, port);
  g_assert_cmpint (said.date_us, ==, date_us);
  g_free (said.line);
  g_string_free (said.bodies, TRUE);
  g_main_loop_unref (said.loop);
}

static void
assert_heard (const char *says, const char *line)
{
  assert_heard_at (says, line, 0);
}

static void
the_time_of_whoever_answers_is_told (void)
{
  gint64 then = G_GINT64_CONSTANT (1764191400) * G_USEC_PER_SEC; /* date -d @1764191400 */

  assert_heard_at ("HTTP/1.1 200 OK\r\nDate: Wed, 26 Nov 2025 21:10:00 GMT\r\nContent-Length: 4\r\n\r\n<a/>",
                   "200 (null) (null)", then);
  assert_heard_at ("HTTP/1.1 200 OK\r\ndate: Wed, 26 Nov 2025 21:10:00 GMT\r\nContent-Length: 40\r\n\r\n<a",
                   "200 (null) (null) failed", then);
  assert_heard_at ("HTTP/1.1 200 OK\r\nDate: soon\r\nContent-Length: 4\r\n\r\n<a/>", "200 (null) (null)", 0);
}

static void
the_limit_is_handed_on_with_the_body_and_at_the_end (void)
{
  assert_heard ("HTTP/1.1 200 OK\r\n" LIMITS "Content-Length: 4\r\n\r\n<a/>", "200 12 2026-11-25T14:00:00Z");
}

static void
it_is_handed_on_under_any_status (void)
{
  assert_heard ("HTTP/1.1 429 Slow\r\n" LIMITS "Content-Length: 0\r\n\r\n", "429 12 2026-11-25T14:00:00Z");
  assert_heard ("HTTP/1.0 500 Fault\r\n" LIMITS "\r\n<a/>", "500 12 2026-11-25T14:00:00Z");
  assert_heard ("HTTP/1.1 302 Away\r\nLocation: /\r\n" LIMITS "Content-Length: 0\r\n\r\n",
                "302 12 2026-11-25T14:00:00Z");
}

static void
an_answer_without_it_says_nothing (void)
{
  assert_heard ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "200 (null) (null)");
}

static void
an_interim_answer_and_trailers_say_nothing (void)
{
  assert_heard ("HTTP/1.1 100 Continue\r\nAPILimitRemaining: 1\r\n\r\nHTTP/1.1 200 OK\r\nAPILimitReset: x\r\n"
                "Transfer-Encoding: chunked\r\n\r\n4\r\n<a/>\r\n0\r\nAPILimitRemaining: 2\r\nAPILimitReset: y\r\n\r\n",
                "200 (null) x");
}

static void
an_answer_that_is_cut_off_still_has_its_head (void)
{
  assert_heard ("HTTP/1.1 200 OK\r\n" LIMITS "Content-Length: 40\r\n\r\n<a", "200 12 2026-11-25T14:00:00Z failed");
}

static void
no_answer_has_no_status (void)
{
  assert_heard ("", "0 (null) (null) failed");
}

static const Sentence sentences[] = {
  SENTENCE (the_time_of_whoever_answers_is_told),
  SENTENCE (the_limit_is_handed_on_with_the_body_and_at_the_end),
  SENTENCE (it_is_handed_on_under_any_status),
  SENTENCE (an_answer_without_it_says_nothing),
  SENTENCE (an_interim_answer_and_trailers_say_nothing),
  SENTENCE (an_answer_that_is_cut_off_still_has_its_head),
  SENTENCE (no_answer_has_no_status),
};

MAIN ("client, heads")
