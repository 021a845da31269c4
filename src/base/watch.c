/* Sources for descriptors. Touches the default main context. */
#include "base/watch.h"

guint
watch_fd (int fd, GIOCondition condition, GUnixFDSourceFunc function, gpointer data)
{
  GSource *source = g_unix_fd_source_new (fd, condition);
  guint id;

  g_source_set_callback (source, G_SOURCE_FUNC (function), data, NULL);
  g_source_set_can_recurse (source, TRUE);
  id = g_source_attach (source, NULL);
  g_source_unref (source);
  return id;
}
