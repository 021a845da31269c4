/* What is to go wrong, and how slowly: a list that tests fill and calls use up. Memory only. */
#pragma once

#include <glib.h>

typedef struct Operation Operation;

typedef enum
{
  FAIL_FAULT,
  FAIL_THROTTLE,
  FAIL_QUARANTINE,
  FAIL_NIL,
  FAIL_BLANK,
  FAIL_HANG,
  FAIL_DROP,
  FAIL_RESET,
  FAIL_TRUNCATED,
  FAIL_HTML,
  FAIL_EMPTY,
  FAIL_GARBAGE,
  FAIL_REDIRECT,
  FAIL_STATUS,
} FailureKind;

typedef struct
{
  const char *name;
  gboolean executes; /* the operation is performed before its answer is spoilt */
} FailureTraits;

typedef struct
{
  FailureKind kind;
  const Operation *operation; /* NULL: any of the AuthenticateService */
  gint64 remaining;           /* 0: without end */
  guint status;               /* FAIL_STATUS */
  char *text;                 /* FAIL_FAULT; NULL: a text of the sandbox's own */
  char *retry_after;          /* NULL: no such header */
  char *until;                /* FAIL_QUARANTINE; NULL: the end of the hour */
} Failure;

typedef struct Failures Failures;

Failures *failures_new (void);
void failures_free (Failures *failures);

const FailureTraits *failure_traits (FailureKind kind);

/* As in the query that armed it: "status-503". Free it. */
char *failure_name (const Failure *failure);

/* Reads a kind's name, `status-NNN` included. FALSE if there is no such kind. */
gboolean failure_parse_kind (const char *name, FailureKind *kind, guint *status);

Failure *failure_new (FailureKind kind);
void failure_free (Failure *failure);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Failure, failure_free)

/* Takes @failure over, as the last of the list. */
void failures_add (Failures *failures, Failure *failure);
void failures_clear (Failures *failures);
guint failures_count (const Failures *failures);

/* The failure that a call of @operation is to suffer, used up by one; NULL: none. The caller frees it. */
Failure *failures_take (Failures *failures, const Operation *operation);

/* How many seconds calls of @operation take, NULL: all of them; 0 ends that. */
void failures_set_slowness (Failures *failures, const Operation *operation, double seconds);
double failures_slowness (const Failures *failures, const Operation *operation, double otherwise);
