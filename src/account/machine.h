/* The inside of the account, shared by the files of account/ and by nobody else. */
#pragma once

#include "account/account.h"
#include "account/limits.h"
#include "account/session.h"
#include "account/standing.h"

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

/* Keeps one session: those who wait for it, and its one call on its way. */
typedef struct
{
  Account *account;
  Session *session;
  GQueue waiters;  /* of Waiter */
  GQueue commands; /* of Command */
  Call call;
  gint64 used_us;   /* somebody last used the session */
  gboolean keeping; /* the keep-alive is among the waiters */
  gint64 kept_us;   /* and last tried then */
} Holder;

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
  Holder main;
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
/* Answers those who can be answered, and makes the call that the first of the others needs. */
void waiters_advance (Holder *holder, Instant now, Effects *effects);
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

/* requests.c: the typed request for @operation, in @session, for @command (NULL: for the waiters). */
Request *request_for (const Holder *holder, Operation operation, const Session *session, const Command *command);

/* What Login, and what a list without a session, is with the credential @credential. */
Operation login_operation (const Credential *credential);
Operation list_operation (const Holder *holder, const Session *session);

/* serving.c */
/* What users see of the state, to tell afterwards what has changed. Holds references, so that pointers can be compared. */
typedef struct
{
  Secret *id;
  gboolean withheld;
  Identity *active;
  GPtrArray *identities;
  char *passport; /* what it says, as one text; NULL: there is none */
  Standing standing;
} Sight;

Sight sight_take (const Account *account);
void sight_clear (Sight *sight);
void sight_tell_changes (const Sight *before, const Sight *after, Effects *effects);
