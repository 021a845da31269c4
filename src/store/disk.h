/* Reading a record's file, if it can be trusted. */
#pragma once

#include "store/format.h"
#include "store/place.h"

#include <sys/stat.h>

typedef enum
{
  DISK_NOTHING,
  DISK_FOUND,
  DISK_FOREIGN, /* something else is there than a file that we may have written */
  DISK_FAILED   /* errno says why */
} DiskState;

/* Any thread may call it. DISK_FOREIGN: also when there is no generation to be found. */
DiskState disk_read_generation (const Place *place, Generation generation);

/* Appends the file to @bytes, or a bit more than the longest one there can be. @found: what was looked at; @why: as in format.h. */
DiskState disk_read (const Place *place, SecretBuffer *bytes, struct stat *found, const char **why);

/* Renames the file to @target. FALSE with errno set: it could not be, or is not the one any more that was @found (ENOENT). */
gboolean disk_set_aside (const Place *place, const struct stat *found, const char *target);
