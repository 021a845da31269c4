/* One mount, from its making to its end. */
#pragma once

#include "daemon/options.h"

/* Mounts, serves until the mount ends or a signal asks for it, unmounts. FALSE with @error set if it could not be mounted. */
gboolean daemon_run (Options *options, GError **error);
