/* Who may use the files. Asks the system what its groups are called; touches nothing. */
#include "daemon/access.h"

#include "base/error.h"

#include <grp.h>
#include <string.h>

#define GROUP_READS 0440

/* As for chown(1): a name, or a number if no group has that name. */
static gboolean
find_group (const char *option, const char *name, gid_t *gid, GError **error)
{
  const struct group *group = getgrnam (name);
  guint64 number;

  if (group != NULL)
    *gid = group->gr_gid;
  else if (g_ascii_string_to_unsigned (name, 10, 0, G_MAXUINT32 - 1, &number, NULL))
    *gid = (gid_t)number;
  else
    return error_refuse (error, "option %s: there is no group %s", option, name);
  return TRUE;
}

/* Whoever reads the cookie can do all that its user may, so it is never for everybody, as a key of ssh(1) is not. */
static gboolean
check_mode (mode_t mode, GError **error)
{
  if ((mode & S_IROTH) != 0)
    return error_refuse (error,
                         "option mode: with %04o every user of this machine could act as you; name a group that may "
                         "(group=NAME)",
                         mode);
  if ((mode & ~(mode_t)GROUP_READS) != 0)
    return error_refuse (error, "option mode: the cookie can only be read, so %04o cannot be; 0400, 0440 and 0040 can",
                         mode);
  return TRUE;
}

/* Without it the kernel keeps everybody else out of the mount, whatever the modes say. */
static gboolean
lets_others_in (const Options *options)
{
  g_auto (GStrv) list = g_strsplit (options->mount_options->str, ",", -1);

  return g_strv_contains ((const char *const *)list, "allow_other");
}

gboolean
access_from_options (const Options *options, gid_t gid, TreeAccess *access, GError **error)
{
  *access = access_for_owner (gid);
  if (options->group != NULL && !find_group ("group", options->group, &access->reading_gid, error))
    return FALSE;
  if (options->write_group != NULL && !find_group ("write_group", options->write_group, &access->writing_gid, error))
    return FALSE;
  if (options->mode != 0 && !check_mode (options->mode, error))
    return FALSE;
  if (options->mode != 0)
    access->cookie_mode = options->mode;
  else if (options->group != NULL)
    access->cookie_mode = GROUP_READS;
  access->group_writes = options->write_group != NULL;
  if ((options->group != NULL || access->group_writes || (access->cookie_mode & S_IRGRP) != 0)
      && !lets_others_in (options))
    return error_refuse (error,
                         "option %s lets nobody in without allow_other: add it, and user_allow_other to /etc/fuse.conf "
                         "if it is not root who mounts",
                         options->group != NULL ? "group"
                         : access->group_writes ? "write_group"
                                                : "mode");
  if (options->group != NULL && (access->cookie_mode & S_IRGRP) == 0)
    return error_refuse (error, "option mode: %04o does not let the group read that group= names", access->cookie_mode);
  return TRUE;
}
