/*
 * Ways in which a call goes wrong. What a fault's text means is read by soap/fault.h, once for each operation: that takes
 * longer than all the rest of a call. Touches nothing.
 */
#include "faults.h"

#include "base/error.h"
#include "soap/fault.h"

typedef struct
{
  const char *name;
  const char *text;   /* of a fault of SOAP; NULL: it is none */
  So24ErrorCode code; /* of what is none */
  const char *words;
} FaultRow;

static const FaultRow rows[N_FAULTS] = {
  [FAULT_NONE] = {"nothing"},
  [FAULT_REFUSED] = {"refused", NULL, SO24_ERROR_REFUSED, "connection refused"},
  [FAULT_UNREACHABLE] = {"unreachable", NULL, SO24_ERROR_UNREACHABLE, "no route to host"},
  [FAULT_TIMED_OUT] = {"a time-out, not executed", NULL, SO24_ERROR_TIMED_OUT, "timed out"},
  [FAULT_TLS] = {"a TLS failure", NULL, SO24_ERROR_TLS, "certificate has expired"},
  [FAULT_GARBLED] = {"garbage", NULL, SO24_ERROR_NOT_UNDERSTOOD, "the answer was not understood"},
  [FAULT_BROKEN] = {"a fault of its own", "Server was unable to process request. ---> It broke"},
  [FAULT_THROTTLED] = {"throttling", "Too many requests, try again later"},
  [FAULT_TOO_MANY] = {"HTTP 429", NULL, SO24_ERROR_THROTTLED, "HTTP 429: too many calls at once"},
  [FAULT_UNAVAILABLE] = {"HTTP 503", NULL, SO24_ERROR_REMOTE, "HTTP 503: the service is unavailable"},
  [FAULT_NOT_AUTHENTICATED] = {"not authenticated", "Server was unable to process request. ---> Not authenticated"},
  [FAULT_BLOCKED]
  = {"blocked", "The provided IdentityId is blocked. Please use GetIdentitiesWithCredential to get a list of "
                "available Identities and reauthenticate with a valid IdentityId"},
  [FAULT_REJECTED] = {"rejected", "Invalid username or password"},
  [FAULT_EMPTY] = {"no, and no reason", NULL, SO24_ERROR_REJECTED, "the service answered without a session"},
  [FAULT_QUARANTINED]
  = {"quarantine", "Limit exceeded by 1. Request is blocked. Quarantine ends at 2026-11-25 14:00:00"},
  [FAULT_QUARANTINED_PAST]
  = {"quarantine that is past", "Limit exceeded by 1. Request is blocked. Quarantine ends at 2026-11-25 02:00:00"},
  [FAULT_QUARANTINED_SOME_TIME]
  = {"quarantine until some time", "Limit exceeded by 1. Request is blocked. Quarantine ends at some time"},
  [FAULT_LOST] = {"a time-out, executed", NULL, SO24_ERROR_TIMED_OUT, "timed out"},
  [FAULT_CUT] = {"a cut answer, executed", NULL, SO24_ERROR_NOT_UNDERSTOOD, "the answer was cut off"},
  [FAULT_SLOW] = {"slowness"},
  [FAULT_TWICE] = {"an answer that comes twice"},
  [FAULT_LATE] = {"an answer that comes late"},
  [FAULT_STILLBORN] = {"a session that is over at once"},
};

const char *
fault_name (Fault fault)
{
  return rows[fault].name;
}

const char *
class_name (CallClass class)
{
  static const char *const names[N_CLASSES] = {"call", "Login", "HasSession", "GetIdentity", "Set*", "list"};

  return names[class];
}

gboolean
fault_executes (Fault fault)
{
  return fault == FAULT_NONE || fault >= FAULT_LOST;
}

Answer *
answer_good (Operation operation)
{
  Answer *answer = g_new0 (Answer, 1);

  answer->operation = operation;
  return answer;
}

Answer *
answer_fault (Operation operation, Fault fault)
{
  static Answer *read[N_OPERATIONS][N_FAULTS];
  Answer **answer = &read[operation][fault];

  if (*answer == NULL)
    {
      gint64 until_us = 0;

      *answer = answer_new_failure (operation, fault_to_error (operation, rows[fault].text, NULL, &until_us));
      (*answer)->is_fault = TRUE;
      (*answer)->until_us = until_us;
    }
  return answer_again (*answer);
}

Answer *
answer_quarantine (Operation operation, gint64 until_wall_us)
{
  Answer *answer = answer_fault (operation, FAULT_QUARANTINED);

  answer->until_us = until_wall_us;
  return answer;
}

static Answer *
answer_empty (Operation operation)
{
  const OperationRow *row = operation_row (operation);

  if (row->answers == ANSWERS_BOOLEAN)
    return answer_good (operation);
  if (row->answers == ANSWERS_SESSION || row->answers == ANSWERS_PASSPORT)
    return answer_new_failure (operation,
                               g_error_new_literal (SO24_ERROR, SO24_ERROR_REJECTED, rows[FAULT_EMPTY].words));
  return answer_fault (operation, FAULT_BROKEN);
}

Answer *
answer_failed (Operation operation, const Armed *met, gint64 now_us)
{
  const FaultRow *row = &rows[met->fault];
  Answer *answer;

  if (met->fault == FAULT_EMPTY)
    return answer_empty (operation);
  if (met->fault == FAULT_QUARANTINED)
    return answer_quarantine (operation, CALENDAR_US + now_us + met->ms * (gint64)1000);
  if (met->fault == FAULT_QUARANTINED_PAST)
    return answer_quarantine (operation, CALENDAR_US + now_us - 3600 * (gint64)G_USEC_PER_SEC);
  if (row->text != NULL)
    answer = answer_fault (operation, met->fault);
  else
    answer = answer_new_failure (operation, g_error_new_literal (SO24_ERROR, (gint)row->code, row->words));
  if (met->fault == FAULT_TOO_MANY || met->fault == FAULT_UNAVAILABLE)
    answer->retry_after_s = met->ms / 1000;
  return answer;
}

Answer *
answer_again (const Answer *answer)
{
  Answer *again = g_memdup2 (answer, sizeof *answer);

  again->error = answer->error == NULL ? NULL : g_error_copy (answer->error);
  again->session = answer->session == NULL ? NULL : secret_ref (answer->session);
  again->identity = answer->identity == NULL ? NULL : identity_ref (answer->identity);
  again->identities = answer->identities == NULL ? NULL : g_ptr_array_ref (answer->identities);
  again->passport.email = g_strdup (answer->passport.email);
  return again;
}
