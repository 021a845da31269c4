/* Making the client. Looks whether the file of certificates can be read; calls nobody. */
#include "daemon/service_client.h"

#include "base/error.h"

#include <errno.h>
#include <unistd.h>

Client *
service_client_new (const Options *options, const char *endpoint, GError **error)
{
  /* The daemon goes to / later on. */
  g_autofree char *ca_file = options->ca_file == NULL ? NULL : g_canonicalize_filename (options->ca_file, NULL);
  ClientConfig config = {.endpoint = endpoint, .ca_file = ca_file, .timeout_s = (guint)options->timeout_s};
  Client *client;

  if (ca_file != NULL && access (ca_file, R_OK) != 0)
    {
      g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "ca_file: %s: %s", options->ca_file, g_strerror (errno));
      return NULL;
    }
  client = client_new (&config, error);
  if (client == NULL)
    g_prefix_error (error, "endpoint: ");
  return client;
}
