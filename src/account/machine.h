/* The inside of the account, shared by the files of account/ and by nobody else. */
#pragma once

#include "account/account.h"
#include "account/limits.h"
#include "account/report.h"
#include "account/session.h"
#include "account/outlook.h"

/* Somebody who waits to read. */
typedef struct
{
  guint64 id;
  Want want;
  gboolean ask_now;
  gboolean keeps;  /* it is the keep-alive, and nobody is there to be answered */
  gint64 since_us; /* what was confirmed by a call sent before then is too old for it */
  guint logins;    /* that were made while it waited */
} Waiter;

/* Somebody who waits for what he wrote. Commands run one after the other. */
typedef struct
{
  guint64 id;
  CommandKind kind;
  Credential *credential;
  Guid identity_id;
  Identity *identity;
  Session *session;      /* COMMAND_LOGIN: the one being made, which replaces the account's when all went well */
  GPtrArray *identities; /* COMMAND_LOGIN: its list, likewise */
  gboolean carried;      /* it was a switch, and there was no session: the Login carries the identity */
  gboolean set;          /* COMMAND_SWITCH: the service says it is done */
  gboolean unconfirmed;  /* GetIdentity was tried and failed */
  gboolean listed;       /* the list was tried */
} Command;

/* The one call on its way. */
typedef struct
{
  guint64 number; /* 0: none */
  Operation operation;
  gint64 sent_us;
  Guid identity_id;       /* of a Set* */
  Session *session;       /* that it asks about or makes */
  Command *command;       /* it is made for; NULL: for the waiters, or for one who left */
  Credential *credential; /* that it presents; NULL: none */
} Call;

/* The lock that the mounts of one account share; whoever has it may log in. */
typedef enum
{
  LOCK_FREE,
  LOCK_ASKED_FOR,
  LOCK_HELD
} Lock;

/* Whether an identity's own session may call: the few that may at a time leave room for others. */
typedef enum
{
  TURN_NONE,
  TURN_WAITED_FOR,
  TURN_HAD
} Turn;

/* What was told of a session, and of the account, last (account/telling.h). */
typedef struct SessionTelling SessionTelling;
typedef struct Telling Telling;

/* Keeps one session: those who wait for it, and its one call on its way. */
typedef struct
{
  Account *account;
  Guid identity_id; /* whose own session it is; zero: it is the mount's */
  Session *session;
  GQueue waiters;  /* of Waiter */
  GQueue commands; /* of Command; the mount's only */
  Call call;
  gint64 used_us;   /* somebody last used the session */
  gboolean keeping; /* the keep-alive is among the waiters */
  gint64 kept_us;   /* and last tried then */

  /* An identity's own session (own.c). */
  Turn turn;
  gboolean gone; /* the account has no such identity any more */
  Secret *told;  /* the session id that was last said to be served; NULL: none */
  Secret *kept;  /* the one that is to be stored */
  gboolean kept_proven;
  Outlook told_outlook;
  guint failures;  /* in a row, for reasons of the identity's own */
  gint64 login_us; /* no Login before then, because of */
  GError *cause;   /* this */

  SessionTelling *telling;
} Holder;

/* The state of the mount's session when it was last noted, and since when it is that. */
typedef struct
{
  SessionState state;
  gint64 since_us;
  gboolean noted;
} NotedState;

/* What all sessions of the account share, and the mount's own session. */
struct Account
{
  AccountConfig config;
  Limits limits;
  Credential *credential; /* at hand for renewals */
  char *owner;            /* whose the session is or was (credential_owner_key()) */
  GError *rejected;       /* the service's word on the last credential, when it was refused: never tried again */
  Credential *filed;      /* the last one that came from a file */
  Credential *rejected_credential; /* the one that was refused, if it came from a file; a written one is forgotten */
  char *rejected_digest;           /* as in the record that was restored */
  char *rejected_cause;            /* likewise */
  GPtrArray *identities;           /* of Identity; NULL: not known */
  IdentityIndex *index;            /* of them, or of those before */
  Holder main;
  GPtrArray *own;          /* of Holder, owned */
  GHashTable *own_by_id;   /* text of identity_id -> Holder */
  GQueue turns;            /* of Holder: those who wait for theirs */
  guint turns_had;         /* how many have one */
  gint64 turn_us;          /* no call in an own session before then */
  gint64 own_check_ttl_us; /* how old a confirmation of an own session may be, for the sake of the budget */
  gboolean own_moved;      /* an own session is not as it was last stored */
  Holder *logging_in;      /* whose Login is on its way; NULL: nobody's */
  guint64 last_call;
  Lock lock;
  gint64 offline_us;       /* the service was last out of reach; NEVER: it has answered since */
  gint64 timer_us;         /* that was last asked for */
  Record *stored;          /* what was last to be stored */
  gboolean unsynced;       /* nobody has waited for that */
  gint64 their_attempt_us; /* another mount's or run's Login is on its way, or was: stored on, until we have the lock */
  guint their_attempt_by;
  gboolean their_put_back; /* and so is what it would put back */
  gboolean stopping;
  NotedState standing;
  guint64 logins;   /* that brought a session */
  guint64 renewals; /* those of them that were our own idea */
  Telling *telling;
};

/* account.c: the account's session from now on (taken). A call on its way in the one before is dropped. */
void account_use_session (Account *account, Session *session, Effects *effects);

/* credentials.c */
/* The credential at hand goes, and what is known of one that was rejected. */
void credential_forget (Account *account);
/* Whose the session is, or would be, by what is at hand; NULL: nobody's. */
char *credential_owner_so_far (const Account *account);
/* Without one at hand, that of the file is, if it is the same user's. */
void credential_fall_back (Account *account);
void credential_reject (Account *account, const Credential *credential, const GError *error);
void credential_found (Account *account, const Event *event, Instant now, Effects *effects);

/* What is to be done for a waiter or a command now. */
typedef enum
{
  VERDICT_READY, /* it can be answered */
  VERDICT_FAIL,  /* it fails, with the error */
  VERDICT_NEEDS, /* a call must be made first */
  VERDICT_WAIT   /* another call must end first */
} VerdictKind;

typedef struct
{
  VerdictKind kind;
  Operation operation;
  GError *error;
} Verdict;

/* verdict.c */
Verdict verdict_ready (void);
Verdict verdict_fail (GError *error); /* takes @error */
Verdict verdict_needs (Operation operation);
/* The same, unless @refusal (taken) forbids the call. */
Verdict verdict_needs_unless (Operation operation, GError *refusal);

/* Whether a Login is what it needs; frees its error. */
gboolean verdict_is_login (Verdict verdict);

/* calls.c: the one call at a time, and the lock that a Login takes. */
/* Makes a call, or asks for the lock first. */
void call_make (Holder *holder, Operation operation, Command *command, Instant now, Effects *effects);
/* It is over. */
void call_end (Holder *holder);
/* Its answer is not wanted any more. */
void call_cancel (Holder *holder, Effects *effects);
/* Gives up the lock if nobody needs it now. */
void lock_release (Account *account, Instant now, Effects *effects);

/* waiters.c: those who wait to read, as a queue. */
void waiters_add (Holder *holder, const Event *event, Instant now);
/* Whether one who came now, and wanted that, would not have to wait. */
gboolean waiters_would_go_on (Holder *holder, Want want, Instant now);
/* Answers those who can be answered, and makes the call that the first of the others needs. */
void waiters_advance (Holder *holder, Instant now, Effects *effects);
/* Whether a Login is what one of them needs next. */
gboolean waiters_need_login (Holder *holder, Instant now);
/* Those whom @call is made for; the array is the caller's, and holds while none of them is answered. */
GPtrArray *waiters_concerned (Holder *holder, const Call *call, Instant now);
/* The call failed: so do they, unless there is another way or a grace. */
void waiters_fail (Holder *holder, GPtrArray *concerned, const Call *call, const GError *error, Instant now,
                   Effects *effects);
/* There is no way to log in at this moment. */
void waiters_fail_logins (Holder *holder, const GError *error, Instant now, Effects *effects);
void waiters_note_login (Holder *holder);
/* FALSE if @id does not wait. */
gboolean waiters_dismiss (Holder *holder, guint64 id, const GError *error, Effects *effects);
void waiters_dismiss_all (Holder *holder, const GError *error, Effects *effects);

/* own.c: the sessions that are an identity's own. */
gboolean holder_is_own (const Holder *holder);
void holder_init (Holder *holder, Account *account);
void holder_clear (Holder *holder);
void holder_free (gpointer holder);
/* The one of this identity: made if need be; NULL: there is none. */
Holder *own_open (Account *account, const Guid *identity_id);
Holder *own_find (const Account *account, const Guid *identity_id);
/* The same; NULL for @own: the mount's. */
Holder *holder_find (const Account *account, const Guid *own);
/* Whether there is a list, and no such identity in it. */
gboolean own_is_gone (const Account *account, const Guid *identity_id);
/* Its session is, with the call in it. */
void own_drop (Holder *holder, Effects *effects);
/* Who waits for one of them is told @error, and their calls are cancelled. */
void own_dismiss_all (Account *account, const GError *error, Effects *effects);
/* Their sessions are dropped: they are another user's, or nobody's. */
void own_drop_all (Account *account, Effects *effects);
/* How old a confirmation may be: with many in use the checks are to leave half of the budget to others. */
gint64 own_check_ttl_us (const Account *account);
/* Whether one that has its turn waits for nothing but the lock, to log in. */
gboolean own_need_login (Account *account, Instant now);
/* Who waits for a Login is told @error. */
void own_fail_logins (Account *account, const GError *error, Instant now, Effects *effects);
/* The one whose call this is; NULL: it is not on its way any more. */
Holder *own_find_call (const Account *account, guint64 call);
/* FALSE if @waiter waits for none of them. */
gboolean own_dismiss (Account *account, guint64 waiter, const GError *error, Effects *effects);
/* When one of them is to be confirmed, or may call, if that is before @due_us (NEVER: it is not due). */
gint64 own_due_us (const Account *account, Instant now, gint64 due_us);
void own_keep (Account *account, Instant now);
/* Whether the answer to a Login tells of a reason of the identity's own; then its next Login waits. */
gboolean own_is_to_blame (const Call *call, const Answer *answer);
void own_put_off (Holder *holder, const GError *cause, Instant now);
/* Its Login brought a session that was over at once: the first such is tried again at once. */
void own_login_was_in_vain (Holder *holder, const GError *cause, Instant now);
/* After the answer to @asked: another identity than its own is of no use, and no person can choose here. */
void own_judge_session (Holder *holder, Operation asked, Instant now, Effects *effects);
/* The list of identities is another one. */
void own_list_changed (Account *account, Effects *effects);
/* Goes on with all of them. */
void own_advance (Account *account, Instant now, Effects *effects);
/* Tells which are served otherwise than before, and forgets those that nothing needs. */
void own_tell_changes (Account *account, Instant now, Effects *effects);

/* own_record.c: what is stored of them. */
/* NULL: there is none. */
GArray *own_save (Account *account);
void own_restore (Account *account, const Record *record);
void own_adopt (Account *account, const Record *base, const Record *record, Effects *effects);
gboolean own_differ (Account *account, const Record *record);

/* turns.c: whose turn it is to call, among the own sessions. */
/* TRUE if @holder may call now; else it waits for its turn. */
gboolean turn_take (Holder *holder, Instant now);
/* It has called. */
void turn_spend (Holder *holder, Instant now);
void turn_give_back (Holder *holder);
/* The next one that may call, from now on; NULL: nobody. */
Holder *turns_next (Account *account);
/* When a call that only waits for the pace may go out; NEVER: there is none. */
gint64 turns_due_us (const Account *account, Instant now);

/* keeper.c: the keep-alive. */
/* When the session is to be confirmed next; NEVER: it is not. */
gint64 keeper_due_us (const Holder *holder, Instant now);
void keeper_start (Holder *holder, Instant now);

/* storing.c: what is kept between runs. */
/* Appends what is to be stored, and then @own, the other effects of an event, in the order that makes them hold after a crash. */
void storing_append (Account *account, Effects *own, Instant now, Effects *effects);
/* What another process has stored since @base. */
void storing_adopt (Account *account, const Record *base, const Record *record, Instant now, Effects *effects);

/* wants.c */
Verdict want_judge (Holder *holder, const Waiter *waiter, Instant now);
/* What a waiter gets when the call that it needed failed: @error, or the last confirmed cookie (NULL). */
GError *want_failure (const Holder *holder, const Waiter *waiter, const GError *error, Instant now);

/* commands.c */
void command_free (Command *command);
Verdict command_judge (Holder *holder, Command *command, Instant now);
/* Takes note of what the answer to @call means for the command that made it; a failure to be reported is returned. */
GError *command_answered (Holder *holder, Command *command, const Call *call, Answer *answer);
/* All went well: what the command made becomes the account's. */
void command_commit (Holder *holder, Command *command, Effects *effects);
/* Somebody gave up on a command that runs. */
void command_abandon (Holder *holder, Command *command, Effects *effects);

/* apply.c: what an answer means for the session it belongs to and for the account. */
void apply_answer (Holder *holder, const Call *call, Answer *answer, Instant now, Effects *effects);

/* report.c: to be called after each event, so that it is known since when things stand as they do. */
void report_note_state (Account *account, Instant now);

/* requests.c: the typed request for @operation, in @session, for @command (NULL: for the waiters). */
Request *request_for (const Holder *holder, Operation operation, const Session *session, const Command *command);

/* What Login, and what a list without a session, is with the credential @credential. */
Operation login_operation (const Credential *credential);
Operation list_operation (const Holder *holder, const Session *session);

/* outlook.c */
Outlook holder_outlook (const Holder *holder);

/* serving.c */
/* What users see of the state, to tell afterwards what has changed. Holds references, so that pointers can be compared. */
typedef struct
{
  Secret *id;
  gboolean withheld;
  Guid identity;       /* account_last_identity(); zero: none */
  Identity *described; /* account_described_identity() */
  GPtrArray *identities;
  char *passport; /* what it says, as one text; NULL: there is none */
  Outlook outlook;
} Sight;

/* The session id, or NULL with @error set when it must not be handed out. */
const Secret *session_cookie (const Session *session, GError **error);

Sight sight_take (const Account *account);
void sight_clear (Sight *sight);
void sight_tell_changes (const Sight *before, const Sight *after, Effects *effects);
