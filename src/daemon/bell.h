/*
 * The bell: the daemon's side of the ringer (daemon/ringer.h). Never blocks; a file that changes again before its turn has
 * come is told once.
 */
#pragma once

#include <glib.h>
#include <sys/types.h>

typedef struct Bell Bell;

/* Forks the ringer. Before any thread is started, any secret is read and anything is mounted. NULL: files cannot be told of. */
Bell *bell_start (void);

/* The ringer's. */
pid_t bell_process (const Bell *bell);

/* Where rings go: the mount on @device (as in /proc/self/mountinfo) at @mountpoint. Without it nothing is told. */
void bell_hang (Bell *bell, const char *device, const char *mountpoint);

typedef void (*BellSilent) (gpointer data);

/* What is called when all that was to be told has been told, or nothing can be told any more. */
void bell_on_silence (Bell *bell, BellSilent silent, gpointer data);
gboolean bell_is_silent (const Bell *bell);

/* Those who watch the file at @path (from the mountpoint) are to be told that it has changed. */
void bell_ring (Bell *bell, const char *path);

/* Ends the ringer, while the mount is still served (from the default main context); what was not told yet is dropped. */
void bell_stop (Bell *bell);
