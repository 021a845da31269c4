/* Connections taken away from HTTP: see connections.h. */
#include "sandbox/connections.h"

#include <sys/socket.h>

#include "sandbox/visitors.h"

struct Connections
{
  GCancellable *end;
  guint count; /* that work goes on with */
};

/* A connection and what is done with it. */
typedef struct
{
  Connections *connections;
  GIOStream *stream;
  GBytes *bytes;
} Taken;

Connections *
connections_new (void)
{
  Connections *connections = g_new0 (Connections, 1);

  connections->end = g_cancellable_new ();
  return connections;
}

void
connections_free (Connections *connections)
{
  g_cancellable_cancel (connections->end);
  while (connections->count > 0)
    g_main_context_iteration (NULL, TRUE);
  g_object_unref (connections->end);
  g_free (connections);
}

/* NULL if the connection is gone already. */
static Taken *
take (Connections *connections, SoupServerMessage *message, GBytes *bytes)
{
  GIOStream *stream = soup_server_message_steal_connection (message);
  if (stream == NULL)
    return NULL;

  Taken *taken = g_new0 (Taken, 1);
  taken->connections = connections;
  taken->stream = stream;
  taken->bytes = bytes != NULL ? g_bytes_ref (bytes) : NULL;
  connections->count++;
  return taken;
}

static void
let_go (Taken *taken)
{
  g_io_stream_close (taken->stream, NULL, NULL);
  g_object_unref (taken->stream);
  g_clear_pointer (&taken->bytes, g_bytes_unref);
  taken->connections->count--;
  g_free (taken);
}

static void wait_for_client (Taken *taken);

static void
heard_from_client (GObject *source, GAsyncResult *result, gpointer data)
{
  if (g_input_stream_skip_finish (G_INPUT_STREAM (source), result, NULL) > 0)
    wait_for_client (data);
  else
    let_go (data);
}

static void
wait_for_client (Taken *taken)
{
  g_input_stream_skip_async (g_io_stream_get_input_stream (taken->stream), 4096, G_PRIORITY_DEFAULT,
                             taken->connections->end, heard_from_client, taken);
}

void
connections_leave_hanging (Connections *connections, SoupServerMessage *message)
{
  Taken *taken = take (connections, message, NULL);

  if (taken != NULL)
    wait_for_client (taken);
}

void
connections_close (SoupServerMessage *message)
{
  g_autoptr (GIOStream) stream = soup_server_message_steal_connection (message);

  if (stream != NULL)
    g_io_stream_close (stream, NULL, NULL);
}

void
connections_reset (SoupServerMessage *message)
{
  const struct linger at_once = {.l_onoff = 1, .l_linger = 0};

  setsockopt (g_socket_get_fd (visitor_socket (message)), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  connections_close (message);
}

static void
sent (GObject *source, GAsyncResult *result, gpointer data)
{
  g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL);
  let_go (data);
}

void
connections_send_and_close (Connections *connections, SoupServerMessage *message, GBytes *bytes)
{
  Taken *taken = take (connections, message, bytes);
  gsize length = 0;
  const char *data = g_bytes_get_data (bytes, &length);

  if (taken == NULL)
    return;
  g_output_stream_write_all_async (g_io_stream_get_output_stream (taken->stream), data, length, G_PRIORITY_DEFAULT,
                                   connections->end, sent, taken);
}
