/* The nine operations of the AuthenticateService. Each reads its parameters, works on the session and the accounts, and
   writes its result; of envelopes and HTTP they know nothing.

   Texts that the service is known for are kept to the letter; the others are the sandbox's own choice:
     Unknown application                       the accounts name their applications, and it is none of them
     Invalid token                             no user has it
     The provided IdentityId is not valid      the user has no such identity
   An identity that is disabled is refused with the text of a blocked one. */
#include "sandbox/identity_xml.h"
#include "sandbox/service.h"
#include "sandbox/xml_text.h"

static gboolean
say (GError **error, const char *text)
{
  g_set_error_literal (error, SERVICE_ERROR, SERVICE_ERROR_SAID, text);
  return FALSE;
}

static gboolean
throw_null_reference (GError **error)
{
  g_set_error_literal (error, SERVICE_ERROR, SERVICE_ERROR_NULL_REFERENCE,
                       "Object reference not set to an instance of an object.");
  return FALSE;
}

static gboolean
say_blocked (GError **error)
{
  return say (error, "The provided IdentityId is blocked. Please use GetIdentitiesWithCredential to get a list of "
                     "available Identities and reauthenticate with a valid IdentityId");
}

static gboolean
require_login (const Invocation *invocation, GError **error)
{
  if (invocation->session->user != NULL)
    return TRUE;
  g_set_error_literal (error, SERVICE_ERROR, SERVICE_ERROR_EXCEPTION, "Not authenticated");
  return FALSE;
}

static gboolean
require_application (const Invocation *invocation, const xmlNode *parent, GError **error)
{
  Guid application = value_guid (parent, "ApplicationId");

  if (accounts_know_application (invocation->sandbox->accounts, &application))
    return TRUE;
  return say (error, "Unknown application");
}

static gboolean
require_login_allowed (const Invocation *invocation, const char *username, GError **error)
{
  if (limits_take_login (invocation->sandbox->limits, username, invocation->now))
    return TRUE;
  return say (error, THROTTLE_TEXT);
}

/* Whose credential it is; NULL and an error if it is wrong. */
static const User *
check_credential (const Invocation *invocation, const xmlNode *credential, GError **error)
{
  if (credential == NULL)
    {
      throw_null_reference (error);
      return NULL;
    }
  if (!require_application (invocation, credential, error))
    return NULL;

  g_autofree char *username = value_string (credential, "Username");
  g_autofree char *password = value_string (credential, "Password");
  const User *user = username != NULL ? accounts_find_user (invocation->sandbox->accounts, username) : NULL;

  if (user == NULL || g_strcmp0 (user->password, password) != 0)
    {
      say (error, "Invalid username or password");
      return NULL;
    }
  return user;
}

/* The zero GUID is the default identity. */
static gboolean
log_in (const Invocation *invocation, const User *user, const Guid *wanted, GError **error)
{
  const Identity *identity = guid_is_zero (wanted) ? user->default_identity : user_find_identity (user, wanted);

  if (identity == NULL || identity->is_removed)
    return say (error, "The provided IdentityId is not valid");
  if (!identity_is_usable (identity))
    return say_blocked (error);
  session_log_in (invocation->session, user, identity);
  return TRUE;
}

static gboolean
perform_login (const Invocation *invocation, GString *result, GError **error)
{
  const xmlNode *credential = value_object (invocation->parameters, "credential");
  g_autofree char *username = value_string (credential, "Username");

  if (!require_login_allowed (invocation, username != NULL ? username : "", error))
    return FALSE;
  const User *user = check_credential (invocation, credential, error);
  if (user == NULL)
    return FALSE;

  Guid wanted = value_guid (credential, "IdentityId");
  if (!log_in (invocation, user, &wanted, error))
    return FALSE;
  g_string_append (result, invocation->session->id);
  return TRUE;
}

static gboolean
is_any (const Identity *identity, gconstpointer data)
{
  return TRUE;
}

static gboolean
perform_authenticate_by_token (const Invocation *invocation, GString *result, GError **error)
{
  const xmlNode *token = value_object (invocation->parameters, "token");
  Guid nobody, id = value_guid (token, "Id");

  if (token == NULL)
    return throw_null_reference (error);
  if (!require_application (invocation, token, error))
    return FALSE;
  const User *user = accounts_find_token (invocation->sandbox->accounts, &id);
  if (!require_login_allowed (invocation, user != NULL ? user->username : "", error))
    return FALSE;
  if (user == NULL)
    return say (error, "Invalid token");
  guid_clear (&nobody);
  if (!log_in (invocation, user, &nobody, error))
    return FALSE;

  xml_element_append (result, "Id", user->id.text);
  xml_element_append (result, "Email", user->username);
  g_string_append (result, "<Identities>");
  identity_xml_append_all (result, user, invocation->session->identity, is_any, NULL);
  g_string_append (result, "</Identities>");
  xml_element_append (result, "SessionId", invocation->session->id);
  return TRUE;
}

static gboolean
perform_has_session (const Invocation *invocation, GString *result, GError **error)
{
  g_string_append (result, invocation->session->user != NULL ? "true" : "false");
  return TRUE;
}

static gboolean
perform_get_identity (const Invocation *invocation, GString *result, GError **error)
{
  const Session *session = invocation->session;

  if (!require_login (invocation, error))
    return FALSE;
  identity_xml_append (result, session->user, session->identity, session->identity);
  return TRUE;
}

static gboolean
perform_get_identities (const Invocation *invocation, GString *result, GError **error)
{
  const Session *session = invocation->session;

  if (!require_login (invocation, error))
    return FALSE;
  identity_xml_append_all (result, session->user, session->identity, is_any, NULL);
  return TRUE;
}

static gboolean
set_identity (const Invocation *invocation, const Guid *id, GString *result, GError **error)
{
  Session *session = invocation->session;
  const Identity *identity = user_find_identity (session->user, id);

  if (identity != NULL && !identity_is_usable (identity))
    return say_blocked (error);
  if (identity != NULL)
    session_log_in (session, session->user, identity);
  g_string_append (result, identity != NULL ? "true" : "false");
  return TRUE;
}

static gboolean
perform_set_identity (const Invocation *invocation, GString *result, GError **error)
{
  const xmlNode *identity = value_object (invocation->parameters, "identity");
  Guid id = value_guid (identity, "Id");

  if (!require_login (invocation, error))
    return FALSE;
  if (identity == NULL)
    return throw_null_reference (error);
  return set_identity (invocation, &id, result, error);
}

static gboolean
perform_set_identity_by_id (const Invocation *invocation, GString *result, GError **error)
{
  Guid id = value_guid (invocation->parameters, "identityId");

  return require_login (invocation, error) && set_identity (invocation, &id, result, error);
}

static gboolean
is_available (const Identity *identity, gconstpointer data)
{
  return !identity->is_blocked;
}

static gboolean
perform_list_with_credential (const Invocation *invocation, GString *result, GError **error)
{
  const xmlNode *credential = value_object (invocation->parameters, "credential");
  const User *user = check_credential (invocation, credential, error);

  if (user == NULL)
    return FALSE;
  identity_xml_append_all (result, user, NULL, is_available, NULL);
  return TRUE;
}

static gboolean
is_available_with_service (const Identity *identity, gconstpointer data)
{
  const gint32 *service = data;

  return !identity->is_blocked && identity_has_service (identity, *service);
}

static gboolean
perform_list_with_service (const Invocation *invocation, GString *result, GError **error)
{
  const xmlNode *credential = value_object (invocation->parameters, "credential");
  gint32 service = value_int (invocation->parameters, "serviceId");
  const User *user = check_credential (invocation, credential, error);

  if (user == NULL)
    return FALSE;
  identity_xml_append_all (result, user, NULL, is_available_with_service, &service);
  return TRUE;
}

/* The types of the contract (authenticate.wsdl). */
static const FieldType credential_fields[] = {
  {.name = "ApplicationId", .kind = FIELD_GUID},
  {.name = "IdentityId", .kind = FIELD_GUID, .has_default = TRUE},
  {.name = "Password", .kind = FIELD_STRING},
  {.name = "Username", .kind = FIELD_STRING},
  {.name = NULL},
};
static const FieldType token_fields[]
  = {{.name = "ApplicationId", .kind = FIELD_GUID}, {.name = "Id", .kind = FIELD_GUID}, {.name = NULL}};
static const FieldType user_fields[] = {
  {.name = "ContactId", .kind = FIELD_INT, .has_default = TRUE},
  {.name = "Id", .kind = FIELD_GUID, .has_default = TRUE},
  {.name = "Name", .kind = FIELD_STRING},
  {.name = "EmployeeId", .kind = FIELD_INT, .has_default = TRUE},
  {.name = NULL},
};
static const FieldType client_fields[]
  = {{.name = "Id", .kind = FIELD_LONG}, {.name = "Name", .kind = FIELD_STRING}, {.name = NULL}};
static const FieldType server_fields[]
  = {{.name = "Id", .kind = FIELD_INT}, {.name = "Type", .kind = FIELD_INT}, {.name = NULL}};
static const FieldType servers_items[]
  = {{.name = "Server", .kind = FIELD_OBJECT, .fields = server_fields, .repeats = TRUE}, {.name = NULL}};
static const FieldType identity_fields[] = {
  {.name = "Id", .kind = FIELD_GUID},
  {.name = "User", .kind = FIELD_OBJECT, .fields = user_fields},
  {.name = "Client", .kind = FIELD_OBJECT, .fields = client_fields},
  {.name = "IsCurrent", .kind = FIELD_BOOLEAN},
  {.name = "IsDefault", .kind = FIELD_BOOLEAN},
  {.name = "IsProtected", .kind = FIELD_BOOLEAN},
  {.name = "Servers", .kind = FIELD_OBJECT, .fields = servers_items},
  {.name = "IsDisabled", .kind = FIELD_BOOLEAN, .has_default = TRUE},
  {.name = NULL},
};

static const FieldType takes_nothing[] = {{.name = NULL}};
static const FieldType takes_credential[]
  = {{.name = "credential", .kind = FIELD_OBJECT, .fields = credential_fields}, {.name = NULL}};
static const FieldType takes_token[]
  = {{.name = "token", .kind = FIELD_OBJECT, .fields = token_fields}, {.name = NULL}};
static const FieldType takes_identity[]
  = {{.name = "identity", .kind = FIELD_OBJECT, .fields = identity_fields}, {.name = NULL}};
static const FieldType takes_identity_id[] = {{.name = "identityId", .kind = FIELD_GUID}, {.name = NULL}};
static const FieldType takes_credential_and_service[]
  = {{.name = "credential", .kind = FIELD_OBJECT, .fields = credential_fields},
     {.name = "serviceId", .kind = FIELD_INT},
     {.name = NULL}};

/* clang-format off */
static const Operation operations[] = {
  /* name                                 session  parameters                     what it does */
  { "AuthenticateByToken",                  TRUE,  takes_token,                   perform_authenticate_by_token },
  { "Login",                                TRUE,  takes_credential,              perform_login },
  { "HasSession",                           TRUE,  takes_nothing,                 perform_has_session },
  { "GetIdentity",                          TRUE,  takes_nothing,                 perform_get_identity },
  { "GetIdentities",                        TRUE,  takes_nothing,                 perform_get_identities },
  { "SetIdentity",                          TRUE,  takes_identity,                perform_set_identity },
  { "SetIdentityById",                      TRUE,  takes_identity_id,             perform_set_identity_by_id },
  { "GetIdentitiesWithCredential",          FALSE, takes_credential,              perform_list_with_credential },
  { "GetIdentitiesWithCredentialByService", FALSE, takes_credential_and_service,  perform_list_with_service },
};
/* clang-format on */

const Service *
authenticate_service (void)
{
  static const Service service = {
    .name = "AuthenticateService",
    .path = "/authenticate/v001/authenticate.asmx",
    .contract = "/sandbox/authenticate.wsdl",
    .operations = operations,
    .n_operations = G_N_ELEMENTS (operations),
  };

  return &service;
}
