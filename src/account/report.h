/*
 * Where things stand, for the files status and metrics: what a reader would meet now, and until when. Made from the machine's
 * state at any moment, without a call, and without changing anything.
 */
#pragma once

#include "account/account.h"

/* The state of a session, in one word. The first that fits counts, in this order of what keeps a reader from a cookie. */
typedef enum
{
  STATE_QUARANTINED, /* no call may be made, because of an hourly limit */
  STATE_REVOKED,     /* there is a session, but the cookie is withheld: another identity is active than was chosen */
  STATE_REJECTED,    /* there is no session, and the credential was rejected */
  STATE_OFFLINE,     /* the service was out of reach at the last call */
  STATE_THROTTLED,   /* what is needed next is held back by the service's wish or our own back-off */
  STATE_EXPIRED,     /* the session has ended, and was not renewed yet, or cannot be */
  STATE_NONE,        /* there was no session yet */
  STATE_LIVE,        /* there is one, and nothing is known against it */
  N_STATES
} SessionState;

/* The word. */
const char *session_state_word (SessionState state);

/* Which hourly limit forbids every call. */
typedef enum
{
  LIMIT_NONE,
  LIMIT_QUARANTINE, /* the service's quarantine */
  LIMIT_ALLOWANCE,  /* the service said that it allows no more */
  LIMIT_RATE,       /* the mount's own rate */
  N_LIMITS
} HourlyLimit;

/* All times are of the wall clock, NEVER where there is none. All texts stay the account's; NULL where there is none. */
typedef struct
{
  SessionState state;
  gint64 since_us;    /* NEVER: since the account was made */
  const char *reason; /* for rejected, revoked and throttled: why, in words */

  const char *owner;        /* whose the session is, or would be */
  const Identity *identity; /* active as GetIdentity last said */
  const Guid *chosen;       /* the identity that was chosen */
  gint64 confirmed_us;      /* identity and session were last confirmed by a call sent then */
  gint64 fresh_until_us;    /* a reader makes no call before then */
  gint64 next_check_us;     /* the keep-alive's next call */

  gint64 rate; /* calls in any hour at most; 0: no limit, and then the next two mean nothing */
  gint64 used;
  gint64 left;
  gint64 allowed; /* calls that the service said it still allows; -1: it did not say */
  gint64 allowed_until_us;

  gint64 backoff_until_us;    /* nothing (or no Login) is called by ourselves before then */
  const char *backoff_reason; /* in words */
  HourlyLimit limit;
  gint64 limited_until_us; /* by @limit */

  guint waiters;           /* who reads or writes and was not answered yet */
  const char *waiting_for; /* the name of the call on its way, or "lock" */

  guint own_sessions[N_STATES]; /* of identities */
  gint64 own_waiters;           /* who reads of those, and was not answered yet */
  gint64 own_queue;             /* own sessions that wait for their turn to call */
  gint64 own_check_ttl_us;      /* how old a confirmation of theirs may be; more than check_ttl when there are many */
  guint64 logins;               /* that brought a session, since the account was made */
  guint64 renewals;             /* those among them that nobody had asked for by writing */
} AccountReport;

void account_report (const Account *account, Instant now, AccountReport *report);
