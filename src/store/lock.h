/*
 * Two locks of an account, between all who share its record; each is a byte of a file that stays. The kernel gives them up
 * when the one who has them dies (F_OFD_SETLK, fcntl(2)). Any thread may call these.
 */
#pragma once

#include "store/place.h"

typedef enum
{
  LOCK_LOGIN, /* for as long as a Login takes */
  LOCK_SAVE   /* for as long as it takes to compare and replace the record */
} Lock;

/* A descriptor: closing it gives the lock up. -1 with errno set; EAGAIN: somebody else has it. */
int lock_try (const Place *place, Lock lock);

/* The same, but waits for up to @patience_ms. */
int lock_wait (const Place *place, Lock lock, guint patience_ms);
