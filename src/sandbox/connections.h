/* Connections taken away from HTTP, to be treated badly: closed, reset, cut off, or left without an answer.
   Each function takes the connection of a paused message; the message is of no use afterwards. */
#pragma once

#include <libsoup/soup.h>

typedef struct Connections Connections;

Connections *connections_new (void);

/* Ends what is left of them. Runs the main context until they are gone. */
void connections_free (Connections *connections);

/* Nothing more comes, until the client goes. */
void connections_leave_hanging (Connections *connections, SoupServerMessage *message);

/* Closed in good order. */
void connections_close (SoupServerMessage *message);

/* Closed by a TCP reset. */
void connections_reset (SoupServerMessage *message);

/* Sends @bytes as they are, and closes. */
void connections_send_and_close (Connections *connections, SoupServerMessage *message, GBytes *bytes);
