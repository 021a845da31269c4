/* What an error of an operation looks like as a fault: see faults.h. */
#include "sandbox/faults.h"

#define CANNOT_PROCESS "Server was unable to process request."

/* A line of the stack as IIS has it. */
static char *
thrower_in (const char *operation, const char *file, int line)
{
  return g_strdup_printf ("Service.Authenticate.%s() in D:\\Web\\Authenticate\\%s.cs:line %d", operation, file, line);
}

SoapFault *
fault_said (const char *text, const char *operation)
{
  g_autofree char *thrower = thrower_in (operation, operation, 58);
  SoapFault *fault = soap_fault_new (FAULT_SERVER, text, thrower);

  soap_fault_add_cause (fault, "System.Exception", text, NULL);
  return fault;
}

SoapFault *
fault_from_error (const GError *error, const char *operation)
{
  const char *type = g_error_matches (error, SERVICE_ERROR, SERVICE_ERROR_NULL_REFERENCE)
                       ? "System.NullReferenceException"
                       : "System.Exception";

  if (g_error_matches (error, SERVICE_ERROR, SERVICE_ERROR_SAID))
    return fault_said (error->message, operation);

  g_autofree char *thrower = thrower_in (operation, "Session", 23);
  SoapFault *fault = soap_fault_new (FAULT_SERVER, CANNOT_PROCESS, NULL);
  soap_fault_add_cause (fault, type, error->message, thrower);
  return fault;
}

SoapFault *
fault_of_quarantine (gint64 excess, const char *until, const char *operation)
{
  g_autofree char *text = g_strdup_printf (
    "Limit exceeded by %" G_GINT64_FORMAT ". Request is blocked. Quarantine ends at %s", excess, until);

  return fault_said (text, operation);
}
