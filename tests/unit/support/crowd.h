/*
 * The account on a bench for many sessions at once: unlike the rig, it lets calls of several sessions be on their way, and
 * fails a test when one session has two, or when two Logins are on their way. The lock is granted at once.
 */
#pragma once

#include "support/sentences.h"
#include "support/service.h"

#include "account/account.h"

typedef struct
{
  AccountConfig config;
  Account *account;
  Effects *effects;
  Service *service;
  Instant now;
  gint64 timer_us;  /* NEVER: none */
  GPtrArray *calls; /* of Request, owned: on their way, */
  GArray *numbers;  /* and their numbers */
  guint most_calls; /* that were on their way at once */
  guint calls_made[N_OPERATIONS];
  GHashTable *answers; /* waiter -> GError, or NULL: done; absent: he waits */
  guint64 last_waiter;
  Record *record;    /* the last one that was stored */
  guint own_changes; /* that were told of */
  GString *events;   /* the lines of the file events, without their times */
} Crowd;

/* Logged in on the default identity, with @identities more of them (crowd_identity()), at @rate. */
Crowd *crowd_new (guint identities, gint64 rate);
void crowd_free (Crowd *crowd);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Crowd, crowd_free)

Guid crowd_identity (guint number);

/* Somebody reads the cookie of the identity's own session. */
guint64 crowd_want (Crowd *crowd, guint number);
/* The same, a second later, for the truth of that moment. */
guint64 crowd_want_now (Crowd *crowd, guint number);
void crowd_interrupt (Crowd *crowd, guint64 waiter);

/* Answers the oldest call; FALSE if none is on its way. */
gboolean crowd_serve_one (Crowd *crowd);

/* Lets the service answer, and the timer ring within @seconds, until nothing is on its way. Returns the seconds that passed. */
double crowd_live (Crowd *crowd, double seconds);

/* It crashes, and starts again with what was stored; the credential is presented anew. */
void crowd_restart (Crowd *crowd);

/* Somebody writes an identity to the mount's own session, and that succeeds. */
void crowd_switch (Crowd *crowd, const char *identity);
/* Somebody writes the credential to the mount's login. */
void crowd_log_in (Crowd *crowd);
void crowd_stop (Crowd *crowd);
void crowd_log_out (Crowd *crowd);
/* The list is fetched again, because of a switch to an identity that is not in it. */
void crowd_fetch_list (Crowd *crowd);

gboolean crowd_waits (const Crowd *crowd, guint64 waiter);
const GError *crowd_error (const Crowd *crowd, guint64 waiter);
void assert_served (const Crowd *crowd, guint64 waiter);
/* The cookie of this identity's own session, which is active in it at the service; NULL: there is none to be had. */
const char *crowd_cookie (const Crowd *crowd, guint number);
guint crowd_logins (const Crowd *crowd);
