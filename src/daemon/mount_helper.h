/*
 * so24fs as mount(8) calls it: /sbin/mount.so24fs and /sbin/mount.fuse.so24fs are links to the program. The words come in
 * mount(8)'s own form then, SOURCE MOUNTPOINT [-sfnv] [-N namespace] [-o options] [-t type], where -f means another thing.
 */
#pragma once

#include <glib.h>

/* Whether that is the name we were called by. */
gboolean mount_helper_is_meant (const char *program);

/* What so24fs would be called with: options, "--", names. Words are left out, none is changed. NULL: nothing is to be done (-f). */
char **mount_helper_words (char **argv);

/* Goes on as so24fs itself, so that ps(1) shows what runs. Returns, with an exit status, only where that is not to be. */
int mount_helper_run (char **argv);
