/* Finding the mount. A word with a slash is a folder; any other one is looked for as a name first (cron has no folder of its own). */
#include "tools/mounted.h"

#include "base/error.h"
#include "base/mount_table.h"
#include "daemon/mountpoint.h"

#include <string.h>

static gboolean
is_ours (const GPtrArray *table, const char *mountpoint)
{
  const MountRow *row = mount_table_find (table, mountpoint);

  return row != NULL && row->ours;
}

/*
 * The one mount of this source, wherever else it is bound to; NULL: there is none, or @error is set because there are
 * several.
 */
static char *
find_source (const GPtrArray *table, const char *source, GError **error)
{
  const MountRow *found = NULL;

  for (guint i = 0; table != NULL && i < table->len; i++)
    {
      const MountRow *row = g_ptr_array_index (table, i);

      if (!row->ours || !row->whole || strcmp (row->source, source) != 0)
        continue;
      if (found != NULL && strcmp (found->device, row->device) == 0)
        continue;
      if (found != NULL && strcmp (found->mountpoint, row->mountpoint) != 0)
        {
          g_set_error (error, SO24_ERROR, SO24_ERROR_NOT_UNIQUE, "%s is mounted on %s and on %s: name one of them",
                       source, found->mountpoint, row->mountpoint);
          return NULL;
        }
      found = row;
    }
  return found == NULL ? NULL : g_strdup (found->mountpoint);
}

char *
mounted_find (const Options *options, GError **error)
{
  g_autoptr (GPtrArray) table = mount_table_read ();
  const char *meant = options->mountpoint != NULL ? options->mountpoint : options->source;
  g_autofree char *resolved = mountpoint_resolve (meant);
  g_autoptr (GError) several = NULL;
  char *found;

  if (is_ours (table, resolved))
    return g_steal_pointer (&resolved);
  found = options->mountpoint == NULL ? find_source (table, options->source, &several) : NULL;
  if (several != NULL)
    g_propagate_error (error, g_steal_pointer (&several));
  else if (found == NULL)
    g_set_error (error, SO24_ERROR, SO24_ERROR_NOT_FOUND, "no account is mounted on %s", resolved);
  return found;
}
