/* The options that say who may use the files: group=, mode= and write_group=. */
#pragma once

#include "daemon/options.h"
#include "tree/access.h"

/* FALSE with @error set to one line if they make no sense, alone or together. @gid: the group of the one who mounts. */
gboolean access_from_options (const Options *options, gid_t gid, TreeAccess *access, GError **error);
