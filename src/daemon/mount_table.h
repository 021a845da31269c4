/* What is mounted where: /proc/self/mountinfo, of which nobody has to wait for an answer. */
#pragma once

#include <glib.h>

typedef struct
{
  char *mountpoint;
  char *source;
  char *device;  /* as the table writes it: 0:53 */
  gboolean ours; /* so24fs serves it, or did */
} MountRow;

/* All mounts (of MountRow) in the order in which they were made. Empty if the table cannot be read. */
GPtrArray *mount_table_read (void);

/* The topmost one on @mountpoint; NULL: none. */
const MountRow *mount_table_find (const GPtrArray *table, const char *mountpoint);
