/* Bytes to typed answers: what the service said to one call, or why that could not be told. */
#pragma once

#include "soap/http_head.h"
#include "soap/operation.h"

typedef struct
{
  Guid id;
  char *email; /* never NULL */
} Passport;

Passport *passport_copy (const Passport *passport);
void passport_free (Passport *passport);

typedef struct
{
  Operation operation;
  GError *error;           /* set: the call failed, and no result below counts */
  gboolean is_fault;       /* the service itself refused, and so executed nothing */
  gint64 until_us;         /* the end of a quarantine, wall clock; 0: none named */
  gint64 retry_after_s;    /* Retry-After of HTTP; 0: none */
  gboolean says_allowed;   /* APILimitRemaining was there: */
  gint64 allowed;          /* calls that the service still allows */
  gint64 allowed_until_us; /* APILimitReset, wall clock: when it allows more; 0: it did not say */

  gboolean truth;        /* HasSession, Set* */
  Secret *session;       /* Login, AuthenticateByToken; never empty */
  Identity *identity;    /* GetIdentity */
  GPtrArray *identities; /* of Identity: the lists, and AuthenticateByToken if it sent one */
  Passport passport;     /* AuthenticateByToken */
} Answer;

/* The answer of a call that brought none: @error says why; it is taken. */
Answer *answer_new_failure (Operation operation, GError *error);
void answer_free (Answer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Answer, answer_free)

typedef struct AnswerReader AnswerReader;

/* @request: what is answered. Its secrets will not show in an error. */
AnswerReader *answer_reader_new (const Request *request);
void answer_reader_free (AnswerReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnswerReader, answer_reader_free)

/* Takes the next bytes of the body. @head is the same at each call. */
void answer_reader_feed (AnswerReader *reader, const HttpHead *head, const char *bytes, gsize length);

/* The body has ended. Never NULL: a failure is an answer with its error set. */
Answer *answer_reader_finish (AnswerReader *reader, const HttpHead *head);

/* The answer broke off, maybe before its head (@head's status is 0): @error says why; it is taken. */
Answer *answer_reader_break_off (AnswerReader *reader, const HttpHead *head, GError *error);
