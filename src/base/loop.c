/* Waiting in the main loop. Touches the default main context. */
#include "base/loop.h"

static gboolean
on_late (gpointer data)
{
  *(gboolean *)data = TRUE;
  return G_SOURCE_CONTINUE;
}

gboolean
loop_while (gboolean (*goes_on) (gconstpointer data), gconstpointer data, guint longest_ms)
{
  gboolean late = FALSE;
  guint timeout = g_timeout_add (longest_ms, on_late, &late);

  while (!late && goes_on (data))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (timeout);
  return !late;
}
