/* The way to the service, as a mount's options have it. */
#pragma once

#include "daemon/options.h"
#include "net/client.h"

/* NULL with @error set, which names the option that cannot be. */
Client *service_client_new (const Options *options, const char *endpoint, GError **error);
