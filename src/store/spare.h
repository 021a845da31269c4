/*
 * Replacing the record as a whole. A spare file with some space reserved lies ready for the next record, so that it can
 * be stored on a full disk too. Its owner has it locked; one that is not locked has been left behind by a process that died.
 * Any thread may call these, one at a time.
 */
#pragma once

#include "store/place.h"

typedef struct
{
  int fd;     /* -1: there is none */
  char *name; /* in the directory */
} Spare;

/* Removes what was left behind. */
void spare_clean (const Place *place);

/* Makes one if there is none. If it cannot be made, that will show when it is needed. */
void spare_prepare (Spare *spare, const Place *place);

/* The record is @bytes from now on, or is what it was, and errno is returned. There is no spare afterwards. */
int spare_become_record (Spare *spare, const Place *place, const char *bytes, gsize length);

void spare_remove (Spare *spare, const Place *place);
