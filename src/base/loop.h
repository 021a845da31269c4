/* Waiting in the main loop, where something must come to its end before we do. */
#pragma once

#include <glib.h>

/* Serves the default main context while @goes_on says so, but no longer than @longest_ms. FALSE: it became too late. */
gboolean loop_while (gboolean (*goes_on) (gconstpointer data), gconstpointer data, guint longest_ms);
