/* A second web service behind the same cookie, as 24SevenOffice's others are: it tells which client a session is on.
   So a test can see with other eyes than so24fs's what a cookie is good for. */
#include "sandbox/service.h"
#include "sandbox/xml_text.h"

static gboolean
perform_get_client_information (const Invocation *invocation, GString *result, GError **error)
{
  const Identity *identity = invocation->session->identity;

  if (identity == NULL)
    {
      g_set_error_literal (error, SERVICE_ERROR, SERVICE_ERROR_EXCEPTION, "Not authenticated");
      return FALSE;
    }
  g_string_append_printf (result, "<ClientId>%" G_GINT64_FORMAT "</ClientId>", identity->client_id);
  if (identity->client_name != NULL)
    xml_element_append (result, "ClientName", identity->client_name);
  xml_element_append (result, "IdentityId", identity->id.text);
  return TRUE;
}

static const FieldType takes_nothing[] = {{.name = NULL}};

static const Operation operations[] = {
  {"GetClientInformation", TRUE, takes_nothing, perform_get_client_information},
};

const Service *
client_service (void)
{
  static const Service service = {
    .name = "ClientService",
    .path = "/client/v001/clientservice.asmx",
    .contract = "/sandbox/client_service.wsdl",
    .operations = operations,
    .n_operations = G_N_ELEMENTS (operations),
  };

  return &service;
}
