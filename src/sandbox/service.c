/* What a web service is: see service.h. */
#include "sandbox/service.h"

G_DEFINE_QUARK (sandbox - service - error - quark, service_error)

const Operation *
service_find_operation (const Service *service, const char *name)
{
  for (gsize i = 0; i < service->n_operations; i++)
    if (g_str_equal (service->operations[i].name, name))
      return &service->operations[i];
  return NULL;
}

const Operation *
services_find_operation (const char *name)
{
  const Operation *operation = service_find_operation (authenticate_service (), name);

  return operation != NULL ? operation : service_find_operation (client_service (), name);
}

gboolean
service_has_operation (const Service *service, const Operation *operation)
{
  return operation >= service->operations && operation < service->operations + service->n_operations;
}
