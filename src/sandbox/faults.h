/* What an error of an operation looks like as a fault, and the faults of the limits. */
#pragma once

#include "sandbox/service.h"
#include "sandbox/soap_fault.h"

/* A SoapException that the service throws on purpose: its text stands in it twice. */
SoapFault *fault_said (const char *text, const char *operation);

/* Of an error in the domain SERVICE_ERROR. */
SoapFault *fault_from_error (const GError *error, const char *operation);

/* Of the hourly limit, exceeded by so many calls; @until is the end of the quarantine, in words. */
SoapFault *fault_of_quarantine (gint64 excess, const char *until, const char *operation);
