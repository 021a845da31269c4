/*
 * What is mounted where: /proc/self/mountinfo (proc(5)). Nobody has to wait for an answer of that; a stat(2) of our own mount
 * would wait for ourselves.
 */
#pragma once

#include <glib.h>

typedef struct
{
  char *mountpoint;
  char *source;
  char *device;   /* as the table writes it: 0:53 */
  gboolean ours;  /* so24fs serves it, or did */
  gboolean whole; /* it shows the file system from its root on, and not one folder or file of it */
} MountRow;

/* All mounts (of MountRow) that can be seen from here, in the order of the table. NULL if that cannot be read. */
GPtrArray *mount_table_read (void);

/* The topmost one on @mountpoint; NULL: none, for all we know. */
const MountRow *mount_table_find (const GPtrArray *table, const char *mountpoint);

/* Whether the file system on @device is mounted anywhere. TRUE if we do not know. */
gboolean mount_table_has_device (const GPtrArray *table, const char *device);
