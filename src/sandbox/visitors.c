/* The connections of clients: see visitors.h.

   Every connection has a SoupServer of its own. One for all would do, if libsoup 3.2 noticed that a client closes a
   connection that it had kept: it does not, and a descriptor is lost each time. So we look ourselves, whenever no
   request is under way, and then let go of the SoupServer. That is allowed in any state, and takes the connection
   along. A SoupServer that listens nowhere keeps no connection, so each listens at a blind door, to which nobody comes.
   While a request is under way its client may hang up as it likes: the call goes on, as in ASP.NET. */
#include "sandbox/visitors.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib-unix.h>

#define SOCKET_KEY "sandbox-socket"

/* The ten that GLib lets wait are too few when thirty programs start at once. */
#define BACKLOG 128

struct Visitors
{
  GSocketService *door;
  int blind_door; /* a socket without a name; each SoupServer has a duplicate of the descriptor */
  int port;
  VisitorWelcome welcome;
  gpointer welcome_data;
  GHashTable *present; /* set of Visitor */
};

typedef struct
{
  Visitors *visitors;
  SoupServer *soup;
  GSocket *socket;
  SoupServerMessage *message; /* the last request; NULL: there was none yet */
  guint source;               /* 0: a request is under way */
} Visitor;

static void
stop_looking (Visitor *visitor)
{
  if (visitor->source != 0)
    g_source_remove (visitor->source);
  visitor->source = 0;
}

static void
forget_message (Visitor *visitor)
{
  if (visitor->message != NULL)
    g_signal_handlers_disconnect_by_data (visitor->message, visitor);
  g_clear_object (&visitor->message);
}

static void
visitor_free (gpointer data)
{
  Visitor *visitor = data;

  stop_looking (visitor);
  forget_message (visitor);
  g_signal_handlers_disconnect_by_data (visitor->soup, visitor);
  soup_server_disconnect (visitor->soup);
  g_object_unref (visitor->soup);
  g_object_unref (visitor->socket);
  g_free (visitor);
}

static gboolean
say_goodbye (gpointer data)
{
  Visitor *visitor = data;

  visitor->source = 0;
  g_hash_table_remove (visitor->visitors->present, visitor);
  return G_SOURCE_REMOVE;
}

static gboolean
look_whether_gone (int fd, GIOCondition condition, gpointer data)
{
  char byte;

  /* What there is to read may be a last request. */
  if (recv (fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0)
    return G_SOURCE_CONTINUE;
  return say_goodbye (data);
}

static void
start_looking (Visitor *visitor)
{
  stop_looking (visitor);
  /* After libsoup's own sources, so that it reads first what there is to read. */
  visitor->source = g_unix_fd_add_full (G_PRIORITY_LOW, g_socket_get_fd (visitor->socket), (GIOCondition)POLLRDHUP,
                                        look_whether_gone, visitor, NULL);
}

static void
request_finished (SoupServer *soup, SoupServerMessage *message, gpointer data)
{
  Visitor *visitor = data;

  if (!g_socket_is_closed (visitor->socket))
    start_looking (visitor);
}

/* Closed by libsoup, or taken away. We may be deep inside libsoup here. */
static void
disconnected (SoupServerMessage *message, gpointer data)
{
  Visitor *visitor = data;

  stop_looking (visitor);
  visitor->source = g_idle_add (say_goodbye, visitor);
}

static void
request_started (SoupServer *soup, SoupServerMessage *message, gpointer data)
{
  Visitor *visitor = data;

  stop_looking (visitor);
  forget_message (visitor);
  visitor->message = g_object_ref (message);
  g_object_set_data_full (G_OBJECT (message), SOCKET_KEY, g_object_ref (visitor->socket), g_object_unref);
  g_signal_connect (message, "disconnected", G_CALLBACK (disconnected), visitor);
}

GSocket *
visitor_socket (SoupServerMessage *message)
{
  return g_object_get_data (G_OBJECT (message), SOCKET_KEY);
}

static int
open_blind_door (void)
{
  const struct sockaddr_un any_name = {.sun_family = AF_UNIX};
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  /* Only the family: the kernel invents an abstract name. */
  if (fd >= 0
      && (bind (fd, (const struct sockaddr *)&any_name, sizeof any_name.sun_family) != 0 || listen (fd, 0) != 0))
    {
      close (fd);
      return -1;
    }
  return fd;
}

/* NULL if there are no descriptors left. */
static SoupServer *
soup_server_at_blind_door (int blind_door)
{
  g_autoptr (SoupServer) soup = soup_server_new (NULL, NULL);
  int fd = fcntl (blind_door, F_DUPFD_CLOEXEC, 0);
  g_autoptr (GSocket) socket = fd >= 0 ? g_socket_new_from_fd (fd, NULL) : NULL;

  if (socket == NULL || !soup_server_listen_socket (soup, socket, 0, NULL))
    return NULL;
  return g_steal_pointer (&soup);
}

static Visitor *
visitor_new (Visitors *visitors, GSocket *socket, SoupServer *soup)
{
  Visitor *visitor = g_new0 (Visitor, 1);

  visitor->visitors = visitors;
  visitor->socket = g_object_ref (socket);
  visitor->soup = g_object_ref (soup);
  g_signal_connect (visitor->soup, "request-started", G_CALLBACK (request_started), visitor);
  g_signal_connect (visitor->soup, "request-finished", G_CALLBACK (request_finished), visitor);
  /* So libsoup calls it when the answer was a 500. */
  g_signal_connect (visitor->soup, "request-aborted", G_CALLBACK (request_finished), visitor);
  visitors->welcome (visitor->soup, visitors->welcome_data);
  return visitor;
}

static gboolean
receive (GSocketService *door, GSocketConnection *connection, GObject *source, gpointer data)
{
  Visitors *visitors = data;
  GSocket *socket = g_socket_connection_get_socket (connection);
  g_autoptr (GSocketAddress) here = g_socket_connection_get_local_address (connection, NULL);
  g_autoptr (GSocketAddress) there = g_socket_connection_get_remote_address (connection, NULL);
  g_autoptr (SoupServer) soup = soup_server_at_blind_door (visitors->blind_door);

  /* Who was reset before we looked has no address any more. */
  if (here == NULL || there == NULL || soup == NULL)
    return TRUE;
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);

  Visitor *visitor = visitor_new (visitors, socket, soup);
  g_hash_table_add (visitors->present, visitor);
  start_looking (visitor);
  soup_server_accept_iostream (soup, G_IO_STREAM (connection), here, there, NULL);
  return TRUE;
}

Visitors *
visitors_new (int port, VisitorWelcome welcome, gpointer data, GError **error)
{
  g_autoptr (Visitors) visitors = g_new0 (Visitors, 1);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new_from_string ("127.0.0.1", (guint)port);
  g_autoptr (GSocketAddress) actual = NULL;

  visitors->welcome = welcome;
  visitors->welcome_data = data;
  visitors->present = g_hash_table_new_full (NULL, NULL, visitor_free, NULL);
  visitors->blind_door = open_blind_door ();
  visitors->door = g_socket_service_new ();
  g_socket_listener_set_backlog (G_SOCKET_LISTENER (visitors->door), BACKLOG);
  if (visitors->blind_door < 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "no socket to be had");
      return NULL;
    }
  if (!g_socket_listener_add_address (G_SOCKET_LISTENER (visitors->door), wanted, G_SOCKET_TYPE_STREAM,
                                      G_SOCKET_PROTOCOL_TCP, NULL, &actual, error))
    return NULL;
  visitors->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (actual));
  g_signal_connect (visitors->door, "incoming", G_CALLBACK (receive), visitors);
  return g_steal_pointer (&visitors);
}

void
visitors_free (Visitors *visitors)
{
  g_socket_service_stop (visitors->door);
  g_socket_listener_close (G_SOCKET_LISTENER (visitors->door));
  g_object_unref (visitors->door);
  g_hash_table_unref (visitors->present);
  if (visitors->blind_door >= 0)
    close (visitors->blind_door);
  g_free (visitors);
}

int
visitors_port (const Visitors *visitors)
{
  return visitors->port;
}
