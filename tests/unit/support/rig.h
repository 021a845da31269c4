/*
 * The account on a bench: a clock that is turned by hand, waiters whose answers are noted, and a small service. The rig
 * fails a test when two calls are on their way at once, when somebody is answered twice or was never waiting, when a
 * request lacks what its operation sends, or when a Login goes out without the lock. What is stored, and runs that follow
 * one another, are in support/runs.h.
 */
#pragma once

#include "account/account.h"
#include "support/sentences.h"
#include "support/service.h"

#define WALL_START G_GINT64_CONSTANT (1795600000) /* 2026-11-25T09:46:40Z */

typedef struct
{
  AccountConfig config;
  Account *account;
  Effects *effects;
  Service *service;
  Instant now;
  GHashTable *waiters; /* number -> Outcome */
  guint64 last_waiter;
  guint64 call; /* on its way; 0: none */
  Request *request;
  GString *calls; /* the names of those made since they were last looked at */
  guint calls_made[N_OPERATIONS];
  GString *log;
  GString *events; /* the lines of the file events, without their times, since they were last looked at */
  guint changed;   /* Changed flags since they were last looked at */

  gint64 timer_us;         /* when EVENT_TIME is asked for; NEVER: not at all */
  Record *record;          /* the last one to be stored; NULL: there was none */
  Record *synced;          /* the one that is stored for sure: as of the last EFFECT_SYNC */
  guint stores;            /* how many there were */
  GString *trace;          /* STORE, SYNC, LOCK, UNLOCK, CALL, CANCEL and ANSWER in their order, since last looked at */
  gboolean lock_asked;     /* and neither granted nor refused */
  gboolean lock_held;      /* by the account */
  gboolean lock_held_back; /* by the test, which grants or refuses it; else it is granted at once */
  guint crash_in;          /* so many effects are carried out and no more; 0: it does not crash */
  gboolean crashed;        /* it did */
} Rig;

/* check_ttl 60 s, offline_grace 300 s, back-off from 1 s to 15 min. */
Rig *rig_new (void);
Rig *rig_new_for_service (gint32 service_id);
Rig *rig_new_with (const AccountConfig *config);
AccountConfig rig_config (void);
void rig_free (Rig *rig);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Rig, rig_free)

void rig_pass (Rig *rig, double seconds);

/* The machine gets @event, and what it wants done is done. */
void rig_post (Rig *rig, const Event *event);

/* Forgets who waits, as when the process ends. */
void rig_forget_waiters (Rig *rig);

/* Somebody wants something; the number of who waits is returned. */
guint64 rig_want (Rig *rig, Want want);
guint64 rig_want_now (Rig *rig, Want want);

/* Somebody writes; takes @credential. */
guint64 rig_write_login (Rig *rig, Credential *credential);
guint64 rig_write_identity (Rig *rig, const char *identity);
guint64 rig_write_whole_identity (Rig *rig, const char *identity);
guint64 rig_write_logout (Rig *rig);

void rig_interrupt (Rig *rig, guint64 waiter);
void rig_stop (Rig *rig);

/* Answers the call on its way: with @answer, which is taken, or as the service does. */
void rig_answer (Rig *rig, Answer *answer);
void rig_serve_one (Rig *rig);

/* Lets the service answer until no call is on its way. */
void rig_serve (Rig *rig);

/* An answer to a call that may not be on its way any more; takes @answer. */
void rig_answer_late (Rig *rig, guint64 call, Answer *answer);

/* What became of who waits. */
gboolean rig_is_waiting (const Rig *rig, guint64 waiter);
void assert_waiting (const Rig *rig, guint64 waiter);
void assert_done (const Rig *rig, guint64 waiter);
void assert_failed_with (const Rig *rig, guint64 waiter, So24ErrorCode code);
const GError *rig_error (const Rig *rig, guint64 waiter);

/* What had been said to have changed when @waiter was answered. */
guint rig_changed_before (const Rig *rig, guint64 waiter);

/* The calls that were made since this was last asked, by name, separated by blanks. */
void assert_calls (Rig *rig, const char *names);

/* The call on its way is one of @operation; it is returned. */
const Request *assert_calling (const Rig *rig, Operation operation);

/* Somebody reads, and the service answers: it succeeds, or it fails with @code. */
void assert_read (Rig *rig, Want want);
void assert_read_fails (Rig *rig, Want want, So24ErrorCode code);

/* Somebody reads cookie, and gets this one. */
void assert_cookie (Rig *rig, const char *sid);

/* No cookie may be handed out at this moment, for @code. */
void assert_withheld (const Rig *rig, So24ErrorCode code);

/* A rig that was logged in with the right password, whose calls were looked at; @identity may be NULL. */
Rig *rig_logged_in (const char *identity);

/* Somebody writes the right credential, and that succeeds. */
void rig_log_in (Rig *rig, const char *identity);
