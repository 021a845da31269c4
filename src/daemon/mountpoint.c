/* Finding the mountpoint and clearing it of a dead mount. May unmount; touches nothing else. */
#include "daemon/mountpoint.h"

#include "base/error.h"
#include "base/mount_table.h"

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
char *
mountpoint_resolve (const char *path)
{
  g_autofree char *whole = realpath (path, NULL);

  return whole != NULL ? g_strdup (whole) : mountpoint_untouched (path);
}

char *
mountpoint_device (const char *path)
{
  g_autoptr (GPtrArray) table = mount_table_read ();
  const MountRow *mounted = mount_table_find (table, path);

  return mounted != NULL && mounted->ours ? g_strdup (mounted->device) : NULL;
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
ask (const char *path, struct stat *attributes)
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

static MountpointState
look (const char *path, const char *resolved, GError **error)
{
  g_autoptr (GPtrArray) table = mount_table_read ();
  const MountRow *mounted = mount_table_find (table, resolved);
  gboolean ours = mounted != NULL && mounted->ours;
  struct stat attributes;
  int failure = ask (resolved, &attributes);

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
    return MOUNTPOINT_FREE;
  if (failure == 0 && ours)
    return MOUNTPOINT_MOUNTED;
  return failure == ENOTCONN && ours ? MOUNTPOINT_DEAD : MOUNTPOINT_UNFIT;
}

MountpointState
mountpoint_look (const char *path, GError **error)
{
  g_autofree char *resolved = mountpoint_resolve (path);

  return look (path, resolved, error);
}

char *
mountpoint_prepare (const char *path, GError **error)
{
  g_autofree char *resolved = mountpoint_resolve (path);
  g_autoptr (GError) wrong = NULL;
  MountpointState state;

  /* mount.fuse3(8) has mounted, but without the options that keep others from the cookie. */
  if (g_str_has_prefix (path, "/dev/fd/"))
    {
      g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID,
                   "%s: so24fs mounts by itself, with drop_privileges too: use the type fuse.so24fs", path);
      return NULL;
    }
  state = look (path, resolved, &wrong);
  if (state == MOUNTPOINT_DEAD)
    {
      g_message ("%s: taking away what a daemon that was killed left mounted", resolved);
      unmount (resolved);
      g_clear_error (&wrong);
      state = look (path, resolved, &wrong);
    }
  if (state == MOUNTPOINT_FREE)
    return g_steal_pointer (&resolved);
  g_propagate_error (error, g_steal_pointer (&wrong));
  return NULL;
}
