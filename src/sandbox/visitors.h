/* The connections of clients: accepts them on 127.0.0.1, and has a SoupServer read and answer what comes on each.
   Owns the listening socket and every connection that nobody has taken away (connections.h). */
#pragma once

#include <libsoup/soup.h>

typedef struct Visitors Visitors;

/* Adds to @soup the handlers that answer requests. Called for every connection. */
typedef void (*VisitorWelcome) (SoupServer *soup, gpointer data);

/* Listens on @port, 0: any free one. NULL and an error if it cannot. */
Visitors *visitors_new (int port, VisitorWelcome welcome, gpointer data, GError **error);

/* Stops listening and drops every connection. */
void visitors_free (Visitors *visitors);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Visitors, visitors_free)

int visitors_port (const Visitors *visitors);

/* The socket on which @message came. */
GSocket *visitor_socket (SoupServerMessage *message);
