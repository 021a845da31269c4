/*
 * The service in a few lines: sessions, which identity is active in each, and answers to requests. It does as
 * service.md says, unless a test has told it what to answer next. Nothing here is taken from src/sandbox.
 */
#pragma once

#include "base/error.h"
#include "soap/answer.h"

#define FJORD    "310d5fd3-0002-4047-a03b-00000000000a" /* the default identity */
#define FJELL    "310d5fd3-0002-4047-a03b-00000000000b"
#define SKOG     "310d5fd3-0002-4047-a03b-00000000000c"
#define NOWHERE  "310d5fd3-0002-4047-a03b-0000000000ff" /* no identity of this user */
#define PASSWORD "hunter2"
#define TOKEN    "99999999-0000-4000-8000-000000000009"

typedef struct
{
  GPtrArray *identities;        /* of Identity */
  const char *default_identity; /* one of the ids above */
  GHashTable *sessions;         /* session id -> id of the active identity; only living ones */
  guint sessions_made;          /* they are called sid-1, sid-2 ... */
  const char *blocked;          /* an identity that a Login may not start on; NULL: none */
  gboolean ignores_identity_id; /* each Login starts on the default identity */
  gboolean away;                /* no call arrives: they time out */
  const char *password;         /* the right one */
  gboolean says_allowed;        /* it says how many calls it still allows: */
  gint64 allowed;               /* so many, */
  gint64 allowed_until_us;      /* until then, wall clock; 0: it does not say when */
  GQueue next[N_OPERATIONS];    /* of Answer: what is answered before anything else */
  guint lost[N_OPERATIONS];     /* so many calls are executed, and their answer gets lost */
} Service;

Service *service_new (void);
void service_free (Service *service);

Answer *service_answer (Service *service, const Request *request);

/* The next call of @operation is answered so, and not executed. Takes @answer. */
void service_next (Service *service, Operation operation, Answer *answer);

/* A session that somebody else has made. */
void service_start_session (Service *service, const char *sid, const char *identity);

/* All sessions are over. */
void service_end_sessions (Service *service);

/* Somebody else switches all sessions to @identity. */
void service_switch_all (Service *service, const char *identity);

void service_remove (Service *service, const char *identity);
void service_add (Service *service, const char *identity, const char *client_name);

/* Answers to be given, the first by no service at all. */
Answer *answer_failed (Operation operation, So24ErrorCode code);
Answer *answer_fault (Operation operation, const char *text);
Answer *answer_false (Operation operation);
Answer *answer_identity (const char *identity);

Guid guid_of (const char *text);

/* Ways to log in. @identity may be NULL. */
Credential *credential_by_password (const char *username, const char *password, const char *identity);
Credential *credential_by_token (void);
