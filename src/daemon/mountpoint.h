/* The folder to mount on. */
#pragma once

#include <glib.h>

/*
 * The absolute path of @path, fit to be mounted on: what a daemon that was killed left mounted there is taken away. NULL
 * with @error set to what is wrong and what to do.
 */
char *mountpoint_prepare (const char *path, GError **error);

/*
 * The absolute path of @path, without a look at what it leads to: one that nobody serves yet, or any more, would have us wait
 * for ever. The folder that it lies in must be there; @path itself must be no link.
 */
char *mountpoint_untouched (const char *path);

/* The device of the topmost mount on @path (absolute), as /proc/self/mountinfo writes it; NULL if that is none of so24fs. */
char *mountpoint_device (const char *path);

/*
 * Takes that mount away, whoever uses it, if it is @device's. NULL: in any case, and those who wait for it get an error. Needs
 * root's privileges.
 */
void mountpoint_clear (const char *path, const char *device);
/* The absolute path, links followed as far as that can be done without waiting for whoever serves it. */
char *mountpoint_resolve (const char *path);

typedef enum
{
  MOUNTPOINT_FREE,
  MOUNTPOINT_MOUNTED, /* by so24fs, and it answers */
  MOUNTPOINT_DEAD,    /* by so24fs, and nobody answers any more */
  MOUNTPOINT_UNFIT
} MountpointState;

/* What there is at @path. If nothing can be mounted there, @error says why. Waits for whoever serves it. */
MountpointState mountpoint_look (const char *path, GError **error);
