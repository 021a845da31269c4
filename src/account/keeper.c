/* The keep-alive: a session that somebody uses is confirmed now and then, so that it does not die of idleness. Touches nothing. */
#include "account/machine.h"

/* What failed is tried again sooner: by then the service has not heard of the session for long. */
#define TRIES_IN_A_PERIOD 10

static gint64
period_of (const Holder *holder)
{
  const Account *account = holder->account;
  gint64 period_us = account->config.keepalive_us;

  return period_us == 0 || !holder_is_own (holder) ? period_us : MAX (period_us, own_check_ttl_us (account));
}

gint64
keeper_due_us (const Holder *holder, Instant now)
{
  const Account *account = holder->account;
  const Session *session = holder->session;
  gint64 period_us = period_of (holder);
  gint64 heard_us = MAX (session->logged_in_us, MAX (session->asked_us, session->confirmed_us));
  gint64 due_us = holder->kept_us == NEVER ? NEVER : holder->kept_us + period_us / TRIES_IN_A_PERIOD;

  if (period_us == 0 || session->id == NULL || holder->used_us == NEVER || account->stopping || holder->keeping)
    return NEVER;
  if (heard_us != NEVER)
    due_us = MAX (due_us, heard_us + period_us);
  return MAX (due_us, now.boot_us) > holder->used_us + account->config.idle_after_us ? NEVER : due_us;
}

void
keeper_start (Holder *holder, Instant now)
{
  gint64 due_us = keeper_due_us (holder, now);
  Waiter *waiter;

  if (due_us == NEVER || now.boot_us < due_us)
    return;
  waiter = g_new0 (Waiter, 1);
  waiter->keeps = holder->keeping = TRUE;
  waiter->since_us = now.boot_us;
  holder->kept_us = now.boot_us;
  g_queue_push_tail (&holder->waiters, waiter);
}
