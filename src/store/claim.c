/* One who wants the lock of logins: asks again and again, because nobody tells when it is free. Touches the lock file. */
#include "store/claim.h"

#include "store/lock.h"

#include <errno.h>
#include <unistd.h>

#define STEP_MS 50

struct Claim
{
  const Place *place;
  ClaimDecided decided;
  gpointer data;
  gint64 until_us;
  GSource *source;
  int lock; /* -1: we do not have it */
};

static GError *
explain (const Place *place, int failure)
{
  if (failure == EAGAIN)
    return g_error_new (SO24_ERROR, SO24_ERROR_THROTTLED,
                        "another so24fs is logging in to this account and has not finished");
  return g_error_new (SO24_ERROR, SO24_ERROR_NOT_PERMITTED, "%s/%s cannot be locked: %s", place->directory, place->lock,
                      g_strerror (failure));
}

/* The directory may be on its way back, too (place_renew()). */
static gboolean
may_pass (int failure)
{
  return failure == EAGAIN || failure == EINTR || failure == ENOENT;
}

static gboolean
try_it (gpointer data)
{
  Claim *claim = data;
  g_autoptr (GError) error = NULL;

  claim->lock = lock_try (claim->place, LOCK_LOGIN);
  if (claim->lock < 0)
    {
      int failure = errno;

      if (may_pass (failure) && g_get_monotonic_time () < claim->until_us)
        return G_SOURCE_CONTINUE;
      error = explain (claim->place, failure);
    }
  claim->decided (claim->data, error);
  return G_SOURCE_REMOVE;
}

Claim *
claim_new (const Place *place, guint patience_s, ClaimDecided decided, gpointer data)
{
  Claim *claim = g_new0 (Claim, 1);

  claim->place = place;
  claim->decided = decided;
  claim->data = data;
  claim->until_us = g_get_monotonic_time () + (gint64)patience_s * G_USEC_PER_SEC;
  claim->lock = -1;
  claim->source = g_timeout_source_new (STEP_MS);
  g_source_set_callback (claim->source, try_it, claim, NULL);
  g_source_set_ready_time (claim->source, 0);
  g_source_attach (claim->source, NULL);
  return claim;
}

void
claim_free (Claim *claim)
{
  g_source_destroy (claim->source);
  g_source_unref (claim->source);
  if (claim->lock >= 0)
    close (claim->lock);
  g_free (claim);
}
