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

char *
mountpoint_untouched (const char *path)
{
  g_autofree char *parent = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *resolved = realpath (parent, NULL);

  return resolved == NULL ? g_strdup (path) : g_build_filename (resolved, name, NULL);
}

/* A dead mount cannot be looked into, so only the folder it lies in is resolved. */
static char *
resolve (const char *path)
{
  g_autofree char *whole = realpath (path, NULL);

  return whole != NULL ? g_strdup (whole) : mountpoint_untouched (path);
}

/* The line of the topmost mount on @path in /proc/self/mountinfo (proc(5)), split at blanks, or NULL. */
static char **
find_mount (const char *path)
{
  g_autofree char *table = NULL;
  g_auto (GStrv) lines = NULL;
  char **found = NULL;

  if (!g_file_get_contents ("/proc/self/mountinfo", &table, NULL, NULL))
    return NULL;
  lines = g_strsplit (table, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    {
      g_auto (GStrv) fields = g_strsplit (*line, " ", -1);
      g_autofree char *where = g_strv_length (fields) > 5 ? g_strcompress (fields[4]) : NULL;

      if (g_strcmp0 (where, path) != 0)
        continue;
      g_strfreev (found);
      found = g_steal_pointer (&fields);
    }
  return found;
}

/* The type stands after a "-" that ends the fields of which there may be any number. */
static gboolean
is_our_kind (char **mount)
{
  while (mount != NULL && *mount != NULL && strcmp (*mount, "-") != 0)
    mount++;
  return mount != NULL && *mount != NULL && g_strcmp0 (mount[1], "fuse.so24fs") == 0;
}

char *
mountpoint_device (const char *path)
{
  g_auto (GStrv) mount = find_mount (path);

  return is_our_kind (mount) ? g_strdup (mount[2]) : NULL;
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

void
mountpoint_clear (const char *path, const char *device)
{
  g_autofree char *found = mountpoint_device (path);

  /* Force is for one that is not served, so that nobody goes on waiting for it. */
  if (found != NULL && (device == NULL || strcmp (found, device) == 0))
    umount2 (path, (device == NULL ? MNT_FORCE : 0) | MNT_DETACH | UMOUNT_NOFOLLOW);
}

char *
mountpoint_prepare (const char *path, GError **error)
{
  g_autofree char *resolved = resolve (path);
  g_autofree char *device = mountpoint_device (resolved);
  gboolean ours = device != NULL;
  struct stat attributes;
  int failure;

  /* mount.fuse3(8) has mounted, but without the options that keep others from the cookie. */
  if (g_str_has_prefix (path, "/dev/fd/"))
    {
      g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID,
                   "%s: so24fs mounts by itself, with drop_privileges too: use the type fuse.so24fs", path);
      return NULL;
    }
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
