/*
 * Mounting before anything else, by who may, for a daemon that may not.
 *
 * With -o drop_privileges that is root, who then becomes nobody special. Under systemd it is a process that runs before the daemon,
 * as root and outside of its sandbox (so24fs --leave-mount): a mount made in a sandbox could be seen in there alone. It
 * leaves the mount with systemd, who gives it to the daemon, and a third process unmounts after it (--end-mount).
 */
#pragma once

#include "daemon/janitor.h"
#include "daemon/options.h"

typedef struct
{
  char
    *mountpoint; /* where it is, as /proc/self/mountinfo has it; NULL: there is none, and the daemon mounts by itself */
  int channel;   /* its descriptor (fs/fs.h); 0: as above */
  Janitor *janitor; /* unmounts; NULL: that is somebody else's */
} EarlyMount;

/*
 * Takes over what was left to us, or does what setuid= and drop_privileges ask for; afterwards we are who we stay. Before any
 * thread is started and any secret is read. FALSE with @error set if something failed; then nothing stays mounted.
 */
gboolean early_mount_make (Options *options, EarlyMount *mount, GError **error);

/* Unmounts it, if that is ours, and frees what is in @mount. */
void early_mount_end (EarlyMount *mount);

/* --leave-mount and --end-mount. FALSE with @error set if that fails. */
gboolean early_mount_leave (Options *options, GError **error);
gboolean early_mount_clear (const Options *options, GError **error);
