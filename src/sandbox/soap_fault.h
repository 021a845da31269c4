/* A SOAP fault as .NET writes an exception: Exception.ToString() with types, causes and stack, or the messages alone
   when customErrors are on. Text only, touches nothing. */
#pragma once

#include <glib.h>

#include "sandbox/soap_version.h"

typedef enum
{
  FAULT_CLIENT,
  FAULT_SERVER,
  FAULT_MUST_UNDERSTAND, /* a SoapHeaderException: no detail */
  FAULT_VERSION_MISMATCH,
} FaultCode;

typedef struct SoapFault SoapFault;

/* An exception with no cause yet. @thrower: the method of its one line of stack, NULL: it was never thrown. */
SoapFault *soap_fault_new (FaultCode code, const char *message, const char *thrower);
void soap_fault_free (SoapFault *fault);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SoapFault, soap_fault_free)

/* Adds the cause of the last exception in the chain. */
void soap_fault_add_cause (SoapFault *fault, const char *type, const char *message, const char *thrower);

/* The message that a person needs: the innermost. */
const char *soap_fault_message (const SoapFault *fault);

/* The whole envelope. */
GString *soap_fault_render (const SoapFault *fault, SoapVersion version, gboolean custom_errors);
