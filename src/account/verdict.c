/* Verdicts as values. Touches nothing. */
#include "account/machine.h"

Verdict
verdict_ready (void)
{
  return (Verdict){VERDICT_READY};
}

Verdict
verdict_fail (GError *error)
{
  return (Verdict){VERDICT_FAIL, .error = error};
}

Verdict
verdict_needs (Operation operation)
{
  return (Verdict){VERDICT_NEEDS, .operation = operation};
}

Verdict
verdict_needs_unless (Operation operation, GError *refusal)
{
  return refusal != NULL ? verdict_fail (refusal) : verdict_needs (operation);
}

gboolean
verdict_is_login (Verdict verdict)
{
  g_clear_error (&verdict.error);
  return verdict.kind == VERDICT_NEEDS && operation_logs_in (verdict.operation);
}
