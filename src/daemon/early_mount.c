/* Mounting early (early_mount.h). Mounts and unmounts, and may change who this process is. */
#include "daemon/early_mount.h"

#include "base/error.h"
#include "daemon/mountpoint.h"
#include "daemon/notify.h"
#include "daemon/privileges.h"
#include "fs/fs.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* What systemd keeps the descriptor as. */
#define LEFT_AS "so24fs"

static gboolean
fail (GError **error, const char *where, const char *reason)
{
  g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "%s: %s", where, reason);
  return FALSE;
}

static int
mount_now (const Options *options, const char *mountpoint, GError **error)
{
  FsConfig config = {.source = options->source, .mountpoint = mountpoint, .mount_options = options->mount_options->str};

  return fs_open_channel (&config, error);
}

/*
 * The daemon is a user of its own there, whose mount would be closed to root, too; nobody who runs a service expects that.
 * Both who mounts and who serves need to know.
 */
static void
let_root_in (Options *options)
{
  g_auto (GStrv) list = g_strsplit (options->mount_options->str, ",", -1);

  if (!g_strv_contains ((const char *const *)list, "allow_other")
      && !g_strv_contains ((const char *const *)list, "allow_root"))
    g_string_append (options->mount_options, options->mount_options->len > 0 ? ",allow_root" : "allow_root");
}

gboolean
early_mount_leave (Options *options, GError **error)
{
  g_autofree char *mountpoint = mountpoint_prepare (options->mountpoint, error);
  g_autofree char *untouched = mountpoint == NULL ? NULL : mountpoint_untouched (options->mountpoint);
  gboolean left;
  int fd;

  if (mountpoint == NULL)
    return FALSE;
  if (strcmp (mountpoint, untouched) != 0)
    return fail (error, options->mountpoint, "is a symbolic link; name the folder itself");
  let_root_in (options);
  fd = mount_now (options, mountpoint, error);
  if (fd < 0)
    return FALSE;
  left = notify_leave (fd, LEFT_AS, error);
  if (!left)
    mountpoint_clear (mountpoint, NULL);
  close (fd);
  return left;
}

gboolean
early_mount_clear (const Options *options, GError **error)
{
  g_autofree char *mountpoint = mountpoint_untouched (options->mountpoint);

  mountpoint_clear (mountpoint, NULL);
  return TRUE;
}

static gboolean
make (const Options *options, EarlyMount *mount, GError **error)
{
  mount->mountpoint = mountpoint_prepare (options->mountpoint, error);
  if (mount->mountpoint == NULL)
    return FALSE;
  mount->channel = mount_now (options, mount->mountpoint, error);
  if (mount->channel < 0)
    {
      mount->channel = 0;
      return FALSE;
    }
  mount->janitor = janitor_start (mount->mountpoint);
  if (mount->janitor == NULL)
    {
      fail (error, "no process that unmounts", g_strerror (errno));
      mountpoint_clear (mount->mountpoint, NULL);
      return FALSE;
    }
  return privileges_drop (error);
}

gboolean
early_mount_make (Options *options, EarlyMount *mount, GError **error)
{
  int left = notify_found (LEFT_AS);

  *mount = (EarlyMount){0};
  if (left >= 0)
    {
      let_root_in (options);
      mount->channel = left;
      mount->mountpoint = mountpoint_untouched (options->mountpoint);
      return TRUE;
    }
  if (options->drop_privileges && geteuid () != 0)
    return fail (error, "option drop_privileges", "only root has any");
  if (options->setuid != NULL && !privileges_become (options->setuid, options->drop_privileges, error))
    return FALSE;
  return !options->drop_privileges || make (options, mount, error);
}

void
early_mount_end (EarlyMount *mount)
{
  g_clear_pointer (&mount->janitor, janitor_finish);
  g_clear_pointer (&mount->mountpoint, g_free);
}
