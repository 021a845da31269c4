/* The name under which a client reached us: see host.h. */
#include "sandbox/host.h"

#include <string.h>

#define FIT "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]"

char *
host_of (SoupServerMessage *message)
{
  const char *host = soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Host");
  GSocketAddress *address = soup_server_message_get_local_address (message);
  int port = G_IS_INET_SOCKET_ADDRESS (address) ? g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)) : 0;

  if (host != NULL && *host != '\0' && strspn (host, FIT) == strlen (host))
    return g_strdup (host);
  return g_strdup_printf ("127.0.0.1:%d", port);
}
