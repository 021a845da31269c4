/*
 * The service as it is known (service.md), lean and without a wire: sessions, which identity is active in each, limits,
 * and the ways in which a call can go wrong. Times are true microseconds since the history began.
 */
#pragma once

#include "people.h"

/* 2026-11-25T09:46:40Z: the service's calendar when a history begins. */
#define CALENDAR_US (G_GINT64_CONSTANT (1795600000) * G_USEC_PER_SEC)

typedef enum
{
  FAULT_NONE,
  FAULT_REFUSED, /* the first ones: nothing is executed */
  FAULT_UNREACHABLE,
  FAULT_TIMED_OUT,
  FAULT_TLS,
  FAULT_GARBLED,
  FAULT_BROKEN,
  FAULT_THROTTLED,
  FAULT_TOO_MANY,    /* HTTP 429 with Retry-After */
  FAULT_UNAVAILABLE, /* HTTP 503 with Retry-After */
  FAULT_NOT_AUTHENTICATED,
  FAULT_BLOCKED,
  FAULT_REJECTED,
  FAULT_EMPTY, /* a Login without a session; a Set* or HasSession that says no */
  FAULT_QUARANTINED,
  FAULT_QUARANTINED_PAST,
  FAULT_QUARANTINED_SOME_TIME, /* that nobody can read */
  FAULT_LOST,                  /* from here on: it is executed */
  FAULT_CUT,
  FAULT_SLOW,
  FAULT_TWICE,
  FAULT_LATE,      /* the answer comes even if it is not wanted any more */
  FAULT_STILLBORN, /* the session that a Login makes is over at once */
  N_FAULTS
} Fault;

typedef enum
{
  CLASS_ANY,
  CLASS_LOGIN,
  CLASS_HAS,
  CLASS_GET,
  CLASS_SET,
  CLASS_LIST,
  N_CLASSES
} CallClass;

typedef struct
{
  CallClass class;
  Fault fault;
  gint32 ms;
} Armed;

#define ARMED_MAX    16
#define SESSIONS_MAX 192

typedef struct
{
  gboolean alive;
  gint active;
  gint64 used_us;
} ServiceSession;

typedef struct
{
  gint64 idle_us;
  gint64 latency_us;
  guint present, blocked; /* bits of identities */
  gint initial;           /* the default identity */
  gboolean ignores;       /* each Login starts on it */
  guint version;          /* of the right password and token */
  Fault away;             /* FAULT_NONE: it is there */
  gint64 quarantine_us, throttle_us, allowed_us;
  gint64 allowed; /* calls that it says it still allows, until allowed_us */
  gint64 busy_us; /* when the Logins began that are counted */
  guint logins;   /* since then */
  Armed armed[ARMED_MAX];
  guint n_armed;
  ServiceSession sessions[SESSIONS_MAX];
  gint n_sessions;
} Service;

void service_init (Service *service, gint64 idle_us);
/* All is as it was at first, but for the sessions, which go on. */
void service_heal (Service *service);

void service_arm (Service *service, const Armed *armed);
/* What a call of @operation meets that is sent now. */
Armed service_meet (Service *service, Operation operation);
gboolean fault_executes (Fault fault);
/* How long it takes until the answer is there. */
gint64 service_takes_us (const Service *service, const Armed *met);

/* The answer to @request, which is executed if what it met lets it. */
Answer *service_answer (Service *service, const Request *request, const Armed *met, gint64 now_us);

/* Another answer that says the same. */
Answer *answer_again (const Answer *answer);

void service_end_all (Service *service);
void service_switch_all (Service *service, gint identity);
gboolean service_alive (const Service *service, gint session, gint64 now_us);

const char *fault_name (Fault fault);
const char *class_name (CallClass class);
