/*
 * What is kept of an account between two runs, as a value. The account makes it and takes it up again; store/ writes and
 * reads it. A password or a token is never part of it: the owner is named, and a rejected credential is known by a digest.
 */
#pragma once

#include "account/instant.h"
#include "base/error.h"
#include "soap/answer.h"

/* Who chose the identity that a session is to be on. */
typedef enum
{
  CHOSEN_BY_NOBODY,
  CHOSEN_BY_LOGIN,      /* it is what the first Login gave */
  CHOSEN_BY_CREDENTIAL, /* the credential named it */
  CHOSEN_BY_WRITE,      /* somebody wrote it to identity */
  N_CHOSEN_BY
} ChosenBy;

/* A session that is an identity's own. */
typedef struct
{
  Guid identity_id;
  Secret *session;
  gboolean proven;
  gint64 used_us; /* as below */
} OwnSession;

#define RECORD_MINUTES 61
#define MINUTE_US      (60 * G_USEC_PER_SEC)

typedef struct
{
  Instant saved;      /* when the record was made; all boot clock values below belong to this run of the machine */
  gboolean same_boot; /* the reader's to say: that boot clock is the one which goes on now */

  char *owner;        /* whose session it is (credential_owner_key()); NULL: nobody's */
  Secret *session;    /* its id; NULL: none */
  gboolean ended;     /* there was one, and the service said that it is over */
  gboolean proven;    /* it lived long enough for GetIdentity to answer */
  Passport *passport; /* whom the token belongs to that made it; NULL: it was made with a password */

  ChosenBy chosen_by;
  Guid chosen;       /* zero: none */
  gboolean put_back; /* if another identity than the chosen one is active, that is our own doing */
  char *withheld;    /* why the cookie may not be handed out; NULL: it may */

  GArray *own; /* of OwnSession, by identity_id; NULL: there is none */

  gint64 used_us; /* boot clock: somebody last used the session; NEVER: nobody did */

  guint failures;            /* of Logins, in a row */
  gint64 login_us;           /* boot clock: no Login before then; NEVER: none is held back */
  gint64 attempt_us;         /* a Login was on its way: what login_us is to be, if that came to nothing; else NEVER */
  guint attempt_by;          /* the mark of the run whose Login that is */
  gint64 throttle_us;        /* boot clock: no call before then */
  gint64 quarantine_us;      /* boot clock: no call before then, not even a written one */
  gint64 quarantine_wall_us; /* the same by the calendar, as the service said it */
  So24ErrorCode cause_code;  /* of the first two */
  char *cause;               /* in words; NULL: there is none */

  gint64 allowed;          /* calls that the service still allows; -1: it did not say */
  gint64 allowed_until_us; /* boot clock: when it allows more */

  guint spent[RECORD_MINUTES]; /* calls made: in the minute of @saved, in the one before, and so on */

  Credential *rejected;  /* as made: it must not be tried again. NULL: none, or known by the digest alone */
  char *rejected_digest; /* as read: stands for the one that was rejected (store/digest.h). NULL: none */
  char *rejected_cause;  /* in words; NULL: none was rejected */
} Record;

Record *record_new (void);
void record_free (Record *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Record, record_free)

/* An array for Record.own; and the one of this identity in it (which may be NULL), or NULL. */
GArray *own_sessions_new (void);
void own_sessions_add (GArray *sessions, const OwnSession *session);
void own_sessions_sort (GArray *sessions);
const OwnSession *own_sessions_find (const GArray *sessions, const Guid *identity_id);

Record *record_copy (const Record *record);

/* Whether both know of the same session; have the same identity chosen, by the same; and withhold it or not for the same reason. */
gboolean record_same_session (const Record *a, const Record *b);
gboolean record_same_identity (const Record *a, const Record *b);
gboolean record_same_choice (const Record *a, const Record *b);

/* The calls of each minute, when so many @minutes have begun since (fewer than one: none). */
void record_age_spent (guint *spent, gint64 minutes);

/* Moves all boot clock values of @record to the clock of @now. Time that passed while nobody looked counts as passed. */
void record_shift (Record *record, Instant now);
