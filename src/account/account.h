/*
 * The core: one account, its session and what keeps it right. A pure machine: no I/O, no clock, no thread.
 *
 * Events come in (somebody wants something, a write was made, a call was answered), each with the time; effects go out
 * (make a call, answer a waiter). Whoever owns the machine carries them out. Calls of a session go out one at a time,
 * because the service runs them one at a time; a thousand readers share one call.
 */
#pragma once

#include "account/effects.h"
#include "account/record.h"
#include "soap/answer.h"

typedef struct Account Account;

typedef struct
{
  gint64 check_ttl_us;     /* what is served was confirmed at most so long ago */
  gint64 offline_grace_us; /* a cookie is served so long after that when the service can't be reached */
  gint64 keepalive_us;     /* a session is confirmed so often while it is used; 0: no */
  gint64 idle_after_us;    /* it counts as used so long after somebody used it */
  gint64 backoff_min_us;
  gint64 backoff_max_us;
  gint64 rate;       /* calls in any hour; 0: as many as are wanted */
  gboolean remember; /* a credential that was written is kept for renewals */
  gboolean stored;   /* there is a store: its lock is taken before a Login */
  gint32 service_id; /* narrows the list of identities; 0: no */
  guint32 seed;      /* of the back-off's jitter, and this run's mark on its Logins: another one in each run */
} AccountConfig;

typedef enum
{
  WANT_NOTHING,
  WANT_SESSION,    /* whether the session is alive; never logs in */
  WANT_COOKIE,     /* a right, confirmed session id */
  WANT_IDENTITY,   /* the identity that is active */
  WANT_IDENTITIES, /* the list, once there is one of any age */
  N_WANTS
} Want;

typedef enum
{
  COMMAND_LOGIN,  /* with a credential */
  COMMAND_SWITCH, /* to an identity, by its id or as a whole */
  COMMAND_LOGOUT
} CommandKind;

typedef enum
{
  EVENT_WANT,       /* waiter, want, ask_now */
  EVENT_COMMAND,    /* waiter, command and what it is for */
  EVENT_ANSWER,     /* call, answer */
  EVENT_INTERRUPT,  /* waiter */
  EVENT_TIME,       /* the time came that EFFECT_TIMER had named */
  EVENT_CREDENTIAL, /* one was found in a file: credential, known_rejected */
  EVENT_LOCKED,     /* what EFFECT_LOCK asked for: we have the lock, or else error; base and record as below, or NULL */
  EVENT_RECORD, /* another process has replaced what is stored: base (what we last knew to be there, or NULL), record */
  EVENT_STOP,
  N_EVENTS
} EventKind;

/* What an event holds is borrowed for the time of the call; an answer's results may be taken out of it. */
typedef struct
{
  EventKind kind;
  guint64 waiter; /* chosen by the sender; never used twice */
  Want want;
  const Guid *own;  /* of EVENT_WANT: the identity whose own session is wanted; NULL: the mount's is */
  gboolean ask_now; /* nothing confirmed earlier will do */
  CommandKind command;
  Credential *credential; /* of COMMAND_LOGIN */
  Guid identity_id;       /* of COMMAND_SWITCH */
  Identity *identity;     /* of COMMAND_SWITCH by a whole one, else NULL */
  guint64 call;
  Answer *answer;
  gboolean known_rejected; /* of EVENT_CREDENTIAL: it is the one that a restored record says was rejected */
  const GError *error;     /* of EVENT_LOCKED */
  const Record *base;
  const Record *record;
} Event;

Account *account_new (const AccountConfig *config);
void account_free (Account *account);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Account, account_free)

/* Goes on where @record left off, which is moved to @now. To be called first, if at all; EVENT_TIME then sets the timer. */
void account_restore (Account *account, Record *record, Instant now);

/* Takes one event and appends what it wants done to @effects. Each waiter is answered exactly once. */
void account_handle (Account *account, const Event *event, Instant now, Effects *effects);

/*
 * Whether EVENT_WANT would be answered at once, without error, and change nothing; so that it need not be sent. The use of a
 * session is noted once in a second.
 */
gboolean account_is_ready (const Account *account, Want want, const Guid *own, Instant now);

/* What can be served at this moment without a call. All results stay the account's. */

/* Whether there is a session that is not known to have ended. */
gboolean account_has_session (const Account *account);
/* Whether a session or its identity is being made or found out, so that what is served is about to be known better. */
gboolean account_is_unsettled (const Account *account, const Guid *own); /* NULL: of the mount's session */
/* Whether the credential was rejected, and another one is waited for. */
gboolean account_is_rejected (const Account *account);
/* The session id, or NULL with @error set when there is none that may be handed out. */
const Secret *account_cookie (const Account *account, GError **error);
/* The same for the session that is this identity's own. */
const Secret *account_own_cookie (const Account *account, const Guid *identity_id, GError **error);
/*
 * For one who was let in a moment ago to read a session id, when at this moment none may be handed out: the one that is being
 * switched, or else @last (may be NULL), the last one that anybody was served, while another one is being made. NULL: he is too late.
 */
const Secret *account_latest_cookie (const Account *account, const Guid *own, const Secret *last);
gboolean account_has_own_session (const Account *account, const Guid *identity_id);
/*
 * The identity that is active; while it is found out, or put right, which one is, that is the chosen one. NULL with @error set when
 * there is no session, or nobody knows.
 */
const Guid *account_identity (const Account *account, GError **error);
/* The same, also when the session has ended since; NULL if none is known. */
const Guid *account_last_identity (const Account *account);
/* What GetIdentity said of that one; NULL if it did not yet. */
Identity *account_described_identity (const Account *account);
/* The list, or NULL if there is none yet; replaced as a whole when it changes. */
const GPtrArray *account_identities (const Account *account);
/* Whom the token belonged to that the session was made with, or NULL. */
const Passport *account_passport (const Account *account);
