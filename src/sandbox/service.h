/* What a web service is: a table of operations, each a name, the type of its parameters and a function.
   The SOAP machinery works on these tables and knows no operation by name. */
#pragma once

#include <libxml/tree.h>

#include "sandbox/sandbox.h"
#include "sandbox/soap_values.h"

typedef struct
{
  Sandbox *sandbox;
  Session *session;          /* held; NULL for an operation that has none */
  const xmlNode *parameters; /* the wrapper element, checked against Operation.parameters; NULL: all are null */
  gint64 now;                /* monotonic, microseconds */
} Invocation;

/* Texts that more than one place says. */
#define THROTTLE_TEXT   "Too many login attempts. Please try again later."
#define QUARANTINE_DATE "%Y-%m-%d %H:%M:%S"

/* What an operation throws. */
#define SERVICE_ERROR (service_error_quark ())
typedef enum
{
  SERVICE_ERROR_SAID,           /* a SoapException that the service throws on purpose; its text comes twice */
  SERVICE_ERROR_EXCEPTION,      /* a System.Exception that the runtime wraps */
  SERVICE_ERROR_NULL_REFERENCE, /* somebody passed null */
} ServiceError;
GQuark service_error_quark (void);

struct Operation
{
  const char *name;
  gboolean has_session;
  const FieldType *parameters;
  /* Appends what is inside the Result element; nothing: an empty one. FALSE and an error: a fault. */
  gboolean (*perform) (const Invocation *invocation, GString *result, GError **error);
};

typedef struct
{
  const char *name;
  const char *path;     /* in lower case: the path's case does not matter */
  const char *contract; /* resource: its WSDL */
  const Operation *operations;
  gsize n_operations;
} Service;

/* The two services (authenticate.c, client_service.c). */
const Service *authenticate_service (void);
const Service *client_service (void);

/* An operation of either service. NULL if there is none of that name. */
const Operation *service_find_operation (const Service *service, const char *name);
const Operation *services_find_operation (const char *name);

gboolean service_has_operation (const Service *service, const Operation *operation);
