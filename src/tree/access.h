/* Who may do what with a file, besides its owner: the kernel holds everybody to it (default_permissions). Touches nothing. */
#pragma once

#include "tree/node.h"

typedef struct
{
  gid_t reading_gid;     /* of the files that bear a cookie */
  mode_t cookie_mode;    /* their permission bits */
  gid_t writing_gid;     /* of the files that are written to */
  gboolean group_writes; /* it may write to them */
} TreeAccess;

/* What is usual: nobody but the owner reads a cookie or writes. @gid: the group of everything. */
TreeAccess access_for_owner (gid_t gid);

/* The mode of a file of this kind, type and all, and its group; @gid: of those that nothing is said of. */
mode_t access_mode (const TreeAccess *access, const NodeKind *kind);
gid_t access_gid (const TreeAccess *access, const NodeKind *kind, gid_t gid);
