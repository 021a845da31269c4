/*
 * Whose turn it is. A thousand own sessions that are read at once must be no burst: a few have a turn at a time, in the order
 * in which they asked, and keep it until their readers are served; and their calls go out at a pace. Touches nothing.
 */
#include "account/machine.h"

#define MOST_TURNS 8

/* The service refuses bursts of about 25 calls in a second. */
#define PACE_US (G_USEC_PER_SEC / 16)
#define BURST   8

/* When half of the budget is used, the rest must do for the hour. */
static gint64
pace_us (const Account *account, Instant now)
{
  gint64 rate = account->config.rate;

  if (rate == 0 || (gint64)budget_left (&account->limits.budget, rate, now) > rate / 2)
    return PACE_US;
  return MAX (PACE_US, G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC / rate);
}

gboolean
turn_take (Holder *holder, Instant now)
{
  Account *account = holder->account;

  if (holder->turn == TURN_NONE)
    {
      holder->turn = TURN_WAITED_FOR;
      g_queue_push_tail (&account->turns, holder);
    }
  return holder->turn == TURN_HAD && now.boot_us >= account->turn_us;
}

void
turn_spend (Holder *holder, Instant now)
{
  Account *account = holder->account;
  gint64 pace = pace_us (account, now);

  account->turn_us = MAX (account->turn_us, now.boot_us - BURST * pace) + pace;
}

void
turn_give_back (Holder *holder)
{
  Account *account = holder->account;

  if (holder->turn == TURN_WAITED_FOR)
    g_queue_remove (&account->turns, holder);
  else if (holder->turn == TURN_HAD)
    account->turns_had--;
  holder->turn = TURN_NONE;
}

Holder *
turns_next (Account *account)
{
  Holder *holder;

  if (account->turns_had == MOST_TURNS || g_queue_is_empty (&account->turns))
    return NULL;
  holder = g_queue_pop_head (&account->turns);
  holder->turn = TURN_HAD;
  account->turns_had++;
  return holder;
}

gint64
turns_due_us (const Account *account, Instant now)
{
  return account->turns_had > 0 && now.boot_us < account->turn_us ? account->turn_us : NEVER;
}
