/* Reading /proc/self/mountinfo (proc(5)). A stat(2) of our own mount would wait for ourselves. */
#include "fs/private.h"

#include <string.h>

static char **
read_lines (void)
{
  g_autofree char *table = NULL;

  if (!g_file_get_contents ("/proc/self/mountinfo", &table, NULL, NULL))
    return NULL;
  return g_strsplit (table, "\n", -1);
}

/* Fields: 36 35 98:0 /root /mountpoint options ... - type source options; blanks in them are \040. */
char *
mounts_find_device (const char *mountpoint)
{
  g_auto (GStrv) lines = read_lines ();
  char *device = NULL;

  for (char **line = lines; line != NULL && *line != NULL; line++)
    {
      g_auto (GStrv) fields = g_strsplit (*line, " ", 7);
      g_autofree char *path = g_strv_length (fields) > 5 ? g_strcompress (fields[4]) : NULL;

      if (path != NULL && strcmp (path, mountpoint) == 0)
        {
          g_free (device);
          device = g_strdup (fields[2]);
        }
    }
  return device;
}

gboolean
mounts_have_device (const char *device)
{
  g_auto (GStrv) lines = read_lines ();

  for (char **line = lines; line != NULL && *line != NULL; line++)
    {
      g_auto (GStrv) fields = g_strsplit (*line, " ", 4);

      if (g_strv_length (fields) > 3 && strcmp (fields[2], device) == 0)
        return TRUE;
    }
  return lines == NULL;
}
