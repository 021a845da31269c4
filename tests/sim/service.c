/* The service. Touches nothing. */
#include "service.h"

#include "faults.h"

#define SECOND_US         ((gint64)G_USEC_PER_SEC)
#define LOGINS_A_MINUTE   8
#define LATENCY_US        (40 * (gint64)1000)
#define CALL_TIMES_OUT_US (30 * SECOND_US)

void
service_init (Service *service, gint64 idle_us)
{
  service->n_sessions = 0;
  service->idle_us = idle_us;
  service_heal (service);
}

void
service_heal (Service *service)
{
  service->latency_us = LATENCY_US;
  service->present = AT_FIRST;
  service->blocked = 0;
  service->initial = FJORD;
  service->ignores = FALSE;
  service->version = 0;
  service->away = FAULT_NONE;
  service->quarantine_us = service->throttle_us = service->allowed_us = G_MININT64;
  service->busy_us = 0;
  service->logins = 0;
  service->n_armed = 0;
}

void
service_arm (Service *service, const Armed *armed)
{
  if (service->n_armed < ARMED_MAX)
    service->armed[service->n_armed++] = *armed;
}

static CallClass
class_of (Operation operation)
{
  static const CallClass classes[N_OPERATIONS] = {
    [OPERATION_LOGIN] = CLASS_LOGIN,
    [OPERATION_AUTHENTICATE_BY_TOKEN] = CLASS_LOGIN,
    [OPERATION_HAS_SESSION] = CLASS_HAS,
    [OPERATION_GET_IDENTITY] = CLASS_GET,
    [OPERATION_GET_IDENTITIES] = CLASS_LIST,
    [OPERATION_SET_IDENTITY] = CLASS_SET,
    [OPERATION_SET_IDENTITY_BY_ID] = CLASS_SET,
    [OPERATION_GET_IDENTITIES_WITH_CREDENTIAL] = CLASS_LIST,
    [OPERATION_GET_IDENTITIES_WITH_CREDENTIAL_BY_SERVICE] = CLASS_LIST,
  };

  return classes[operation];
}

Armed
service_meet (Service *service, Operation operation)
{
  CallClass class = class_of (operation);

  if (service->away != FAULT_NONE)
    return (Armed){class, service->away, 0};
  for (guint i = 0; i < service->n_armed; i++)
    {
      Armed met = service->armed[i];

      if (met.class != CLASS_ANY && met.class != class)
        continue;
      service->n_armed--;
      for (guint j = i; j < service->n_armed; j++)
        service->armed[j] = service->armed[j + 1];
      return met;
    }
  return (Armed){class, FAULT_NONE, 0};
}

gint64
service_takes_us (const Service *service, const Armed *met)
{
  if (met->fault == FAULT_SLOW || met->fault == FAULT_LATE)
    return MIN (met->ms * (gint64)1000, 2 * CALL_TIMES_OUT_US);
  if (met->fault == FAULT_TIMED_OUT || met->fault == FAULT_LOST)
    return CALL_TIMES_OUT_US;
  return service->latency_us;
}

gboolean
service_alive (const Service *service, gint session, gint64 now_us)
{
  const ServiceSession *there = &service->sessions[session];

  return session >= 0 && session < service->n_sessions && there->alive && now_us - there->used_us < service->idle_us;
}

void
service_end_all (Service *service)
{
  for (gint i = 0; i < service->n_sessions; i++)
    service->sessions[i].alive = FALSE;
}

void
service_switch_all (Service *service, gint identity)
{
  for (gint i = 0; i < service->n_sessions; i++)
    service->sessions[i].active = identity;
}

static gboolean
is_there (const Service *service, gint identity)
{
  return identity != NO_IDENTITY && (service->present & 1u << identity) != 0;
}

static gboolean
is_blocked (const Service *service, gint identity)
{
  return (service->blocked & 1u << identity) != 0;
}

/* Repeated Logins are throttled. */
static gboolean
too_many_logins (Service *service, gint64 now_us)
{
  if (now_us - service->busy_us > 60 * SECOND_US)
    {
      service->busy_us = now_us;
      service->logins = 0;
    }
  return now_us < service->throttle_us || ++service->logins > LOGINS_A_MINUTE;
}

static gint
new_session (Service *service, gint identity, gboolean stillborn, gint64 now_us)
{
  gint session = MIN (service->n_sessions, SESSIONS_MAX - 1);

  service->sessions[session] = (ServiceSession){!stillborn, identity, now_us};
  service->n_sessions = session + 1;
  return session;
}

static Answer *
log_in (Service *service, const Request *request, gboolean stillborn, gint64 now_us)
{
  Operation operation = request->operation;
  gboolean named = operation == OPERATION_LOGIN && !service->ignores;
  gint start = named ? identity_of (&request->identity_id) : NO_IDENTITY;
  Answer *answer;

  if (too_many_logins (service, now_us))
    return answer_fault (operation, FAULT_THROTTLED);
  if (person_version (person_of (request->credential)) != service->version)
    return answer_fault (operation, FAULT_REJECTED);
  if (!is_there (service, start))
    start = service->initial;
  if (is_blocked (service, start))
    return answer_fault (operation, FAULT_BLOCKED);
  answer = answer_good (operation);
  answer->session = session_secret (new_session (service, start, stillborn, now_us));
  if (operation == OPERATION_AUTHENTICATE_BY_TOKEN)
    {
      answer->passport.id = *identity_guid (FJORD);
      answer->passport.email = g_strdup ("ola@example.com");
      answer->identities = identity_list (service->present);
    }
  return answer;
}

static Answer *
list_for_credential (const Service *service, const Request *request)
{
  Answer *answer;

  if (person_version (person_of (request->credential)) != service->version)
    return answer_fault (request->operation, FAULT_REJECTED);
  answer = answer_good (request->operation);
  answer->identities = identity_list (service->present);
  return answer;
}

static Answer *
set_identity (const Service *service, const Request *request, ServiceSession *session)
{
  gint identity = identity_of (request->identity != NULL ? &request->identity->id : &request->identity_id);
  Answer *answer;

  if (is_there (service, identity) && is_blocked (service, identity))
    return answer_fault (request->operation, FAULT_BLOCKED);
  answer = answer_good (request->operation);
  answer->truth = is_there (service, identity);
  if (answer->truth)
    session->active = identity;
  return answer;
}

static Answer *
in_session (Service *service, const Request *request, gint64 now_us)
{
  gint number = session_of (request->session);
  ServiceSession *session = &service->sessions[number];
  gboolean alive = service_alive (service, number, now_us);
  Answer *answer;

  if (!alive && request->operation != OPERATION_HAS_SESSION)
    return answer_fault (request->operation, FAULT_NOT_AUTHENTICATED);
  session->used_us = now_us;
  session->alive = alive;
  if (request->operation == OPERATION_SET_IDENTITY || request->operation == OPERATION_SET_IDENTITY_BY_ID)
    return set_identity (service, request, session);
  answer = answer_good (request->operation);
  answer->truth = alive;
  if (request->operation == OPERATION_GET_IDENTITIES)
    answer->identities = identity_list (service->present);
  if (request->operation != OPERATION_GET_IDENTITY)
    return answer;
  if (!is_there (service, session->active))
    session->active = service->initial;
  answer->identity = identity_whole (session->active);
  return answer;
}

static Answer *
execute (Service *service, const Request *request, const Armed *met, gint64 now_us)
{
  if (now_us < service->quarantine_us)
    return answer_quarantine (request->operation, CALENDAR_US + service->quarantine_us);
  if (operation_row (request->operation)->in_session)
    return in_session (service, request, now_us);
  if (request->operation == OPERATION_LOGIN || request->operation == OPERATION_AUTHENTICATE_BY_TOKEN)
    return log_in (service, request, met->fault == FAULT_STILLBORN, now_us);
  return list_for_credential (service, request);
}

/* What the service says of its own limit: one call less with each. */
static void
say_what_is_allowed (Service *service, Answer *answer, gint64 now_us)
{
  if (now_us >= service->allowed_us)
    return;
  answer->says_allowed = TRUE;
  answer->allowed = service->allowed;
  answer->allowed_until_us = CALENDAR_US + service->allowed_us;
  service->allowed = MAX (0, service->allowed - 1);
}

Answer *
service_answer (Service *service, const Request *request, const Armed *met, gint64 now_us)
{
  Answer *answer;

  if (!fault_executes (met->fault))
    return answer_failed (request->operation, met, now_us);
  answer = execute (service, request, met, now_us);
  if (met->fault != FAULT_LOST && met->fault != FAULT_CUT)
    {
      say_what_is_allowed (service, answer, now_us);
      return answer;
    }
  answer_free (answer);
  return answer_failed (request->operation, met, now_us);
}
