/* Reading the table of mounts (proc(5)). Touches nothing else. */
#include "base/mount_table.h"

#include <string.h>

static void
row_free (gpointer memory)
{
  MountRow *row = memory;

  g_free (row->mountpoint);
  g_free (row->source);
  g_free (row->device);
  g_free (row);
}

/* Fields: 36 35 98:0 /root /mountpoint options ... - type source options; blanks in them are \040. */
static MountRow *
read_line (const char *line)
{
  g_auto (GStrv) halves = g_strsplit (line, " - ", 2);
  g_auto (GStrv) before = g_strsplit (line, " ", 6);
  g_auto (GStrv) after = halves[0] == NULL || halves[1] == NULL ? NULL : g_strsplit (halves[1], " ", 3);
  MountRow *row;

  if (g_strv_length (before) < 6 || after == NULL || g_strv_length (after) < 2)
    return NULL;
  row = g_new0 (MountRow, 1);
  row->mountpoint = g_strcompress (before[4]);
  row->source = g_strcompress (after[1]);
  row->device = g_strdup (before[2]);
  row->ours = strcmp (after[0], "fuse.so24fs") == 0;
  row->whole = strcmp (before[3], "/") == 0;
  return row;
}

GPtrArray *
mount_table_read (void)
{
  GPtrArray *table;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents ("/proc/self/mountinfo", &text, NULL, NULL))
    return NULL;
  table = g_ptr_array_new_with_free_func (row_free);
  lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    {
      MountRow *row = read_line (*line);

      if (row != NULL)
        g_ptr_array_add (table, row);
    }
  return table;
}

const MountRow *
mount_table_find (const GPtrArray *table, const char *mountpoint)
{
  for (guint i = table == NULL ? 0 : table->len; i-- > 0;)
    {
      const MountRow *row = g_ptr_array_index (table, i);

      if (strcmp (row->mountpoint, mountpoint) == 0)
        return row;
    }
  return NULL;
}

gboolean
mount_table_has_device (const GPtrArray *table, const char *device)
{
  for (guint i = 0; table != NULL && i < table->len; i++)
    {
      const MountRow *row = g_ptr_array_index (table, i);

      if (strcmp (row->device, device) == 0)
        return TRUE;
    }
  return table == NULL;
}
