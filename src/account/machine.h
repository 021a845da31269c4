/* The inside of the account, shared by the files of account/ and by nobody else. */
#pragma once

#include "account/account.h"
#include "account/limits.h"
#include "account/session.h"

/* Somebody who waits to read. */
typedef struct
{
  guint64 id;
  Want want;
  gboolean ask_now;
  gint64 since_us;    /* what was confirmed by a call sent before then is too old for it */
  gboolean logged_in; /* a Login was already tried for it */
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
  Guid identity_id; /* of a Set* */
  Session *session; /* that it asks about or makes */
  Command *command; /* it is made for; NULL: for the waiters, or for one who left */
} Call;

struct Account
{
  AccountConfig config;
  Limits limits;
  Credential *credential; /* at hand for renewals */
  Credential *owner;      /* whose the session is or was; without the password */
  GError *rejected;       /* the service's word on it, when it was refused: never tried again */
  Session *session;
  GPtrArray *identities; /* of Identity; NULL: not known */
  GQueue waiters;        /* of Waiter */
  GQueue commands;       /* of Command */
  Call call;
  guint64 last_call;
};

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

/* wants.c */
Verdict want_judge (Account *account, const Waiter *waiter, Instant now);
/* What a waiter gets when the call that it needed failed: @error, or the last confirmed cookie (NULL). */
GError *want_failure (const Account *account, const Waiter *waiter, const GError *error, Instant now);

/* commands.c */
void command_free (Command *command);
Verdict command_judge (Account *account, Command *command, Instant now);
/* Takes note of what the answer to @call means for the command that made it; a failure to be reported is returned. */
GError *command_answered (Account *account, Command *command, const Call *call, Answer *answer);
/* All went well: what the command made becomes the account's. */
void command_commit (Account *account, Command *command, Effects *effects);
/* Somebody gave up on a command that runs. */
void command_abandon (Account *account, Command *command, Effects *effects);

/* apply.c: what an answer means for the session it belongs to and for the account. */
void apply_answer (Account *account, const Call *call, Answer *answer, Instant now, Effects *effects);

/* requests.c: the typed request for @operation, in @session, for @command (NULL: for the waiters). */
Request *request_for (const Account *account, Operation operation, const Session *session, const Command *command);

/* What Login, and what a list without a session, is with the credential @credential. */
Operation login_operation (const Credential *credential);
Operation list_operation (const Account *account, const Session *session);

/* serving.c */
/* What users see of the state, to tell afterwards what has changed. Holds references, so that pointers can be compared. */
typedef struct
{
  Secret *id;
  gboolean withheld;
  Identity *active;
  GPtrArray *identities;
  char *passport; /* what it says, as one text; NULL: there is none */
} Sight;

Sight sight_take (const Account *account);
void sight_clear (Sight *sight);
void sight_tell_changes (const Sight *before, const Sight *after, Effects *effects);
