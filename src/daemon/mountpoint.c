/* Finding the mountpoint and clearing it of a dead mount. May unmount; touches nothing else. */
#include "daemon/mountpoint.h"

#include "base/error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* A dead mount cannot be looked into, so only the folder it lies in is resolved. */
static char *
resolve (const char *path)
{
  g_autofree char *whole = realpath (path, NULL);
  g_autofree char *parent = NULL;
  g_autofree char *resolved = NULL;
  g_autofree char *name = NULL;

  if (whole != NULL)
    return g_strdup (whole);
  parent = g_path_get_dirname (path);
  name = g_path_get_basename (path);
  resolved = realpath (parent, NULL);
  return resolved == NULL ? g_strdup (path) : g_build_filename (resolved, name, NULL);
}

/* The file system type of the topmost mount on @path, or NULL. */
static char *
mounted_type (const char *path)
{
  g_autofree char *table = NULL;
  g_auto (GStrv) lines = NULL;
  char *type = NULL;

  if (!g_file_get_contents ("/proc/self/mountinfo", &table, NULL, NULL))
    return NULL;
  lines = g_strsplit (table, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    {
      g_auto (GStrv) halves = g_strsplit (*line, " - ", 2);
      g_auto (GStrv) fields = g_strsplit (*line, " ", 6);
      g_autofree char *where = g_strv_length (fields) > 5 ? g_strcompress (fields[4]) : NULL;

      if (where == NULL || strcmp (where, path) != 0 || halves[1] == NULL)
        continue;
      g_free (type);
      type = g_strndup (halves[1], strcspn (halves[1], " "));
    }
  return type;
}

static void
unmount (const char *path)
{
  const char *command[] = {"fusermount3", "-u", "-z", "--", path, NULL};

  if (umount2 (path, MNT_DETACH | UMOUNT_NOFOLLOW) != 0)
    g_spawn_sync (NULL, (char **)command, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL,
                  NULL, NULL, NULL);
}

/* Of a mount the kernel may still have the attributes though whoever served it is dead; of how full it is it asks each time. */
static int
look (const char *path, struct stat *attributes)
{
  struct statvfs space;

  return stat (path, attributes) == 0 && statvfs (path, &space) == 0 ? 0 : errno;
}

char *
mountpoint_prepare (const char *path, GError **error)
{
  g_autofree char *resolved = resolve (path);
  g_autofree char *type = mounted_type (resolved);
  gboolean ours = g_strcmp0 (type, "fuse.so24fs") == 0;
  struct stat attributes;
  int failure;

  failure = look (resolved, &attributes);
  if (failure == ENOTCONN && ours)
    {
      g_message ("%s: taking away what a daemon that was killed left mounted", resolved);
      unmount (resolved);
      failure = look (resolved, &attributes);
      ours = FALSE;
    }
  if (failure == ENOTCONN)
    g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID,
                 "%s: a dead mount is in the way; take it away with: fusermount3 -u %s", resolved, resolved);
  else if (failure != 0)
    g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "%s: %s", path, g_strerror (failure));
  else if (!S_ISDIR (attributes.st_mode))
    g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "%s: %s", path, g_strerror (ENOTDIR));
  else if (ours)
    g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID,
                 "%s: an account is mounted there already; to end it: "
                 "fusermount3 -u %s",
                 resolved, resolved);
  else
    return g_steal_pointer (&resolved);
  return NULL;
}
