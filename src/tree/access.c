/* Modes and groups of files, by what the table says of them. Touches nothing. */
#include "tree/access.h"

TreeAccess
access_for_owner (gid_t gid)
{
  return (TreeAccess){.reading_gid = gid, .cookie_mode = 0400, .writing_gid = gid};
}

mode_t
access_mode (const TreeAccess *access, const NodeKind *kind)
{
  if (kind->bears_cookie)
    return (kind->mode & (mode_t)S_IFMT) | access->cookie_mode;
  return kind->input != INPUT_NONE && access->group_writes ? kind->mode | S_IWGRP : kind->mode;
}

gid_t
access_gid (const TreeAccess *access, const NodeKind *kind, gid_t gid)
{
  if (kind->bears_cookie)
    return access->reading_gid;
  return kind->input != INPUT_NONE && access->group_writes ? access->writing_gid : gid;
}
