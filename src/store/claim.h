/* Waiting for the lock of logins on the default main context, and having it. */
#pragma once

#include "store/place.h"

typedef struct Claim Claim;

/* Called from the main loop, once; @error: the lock is not to be had. */
typedef void (*ClaimDecided) (gpointer data, const GError *error);

Claim *claim_new (const Place *place, guint patience_s, ClaimDecided decided, gpointer data);

/* Gives the lock up, or stops waiting for it. May be called by @decided. */
void claim_free (Claim *claim);
