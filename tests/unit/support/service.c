/* The small service. */
#include "support/service.h"

#include "soap/fault.h"

#include <string.h>

Guid
guid_of (const char *text)
{
  Guid guid = guid_zero;

  g_assert_true (guid_parse (text, strlen (text), &guid));
  return guid;
}

void
service_add (Service *service, const char *identity, const char *client_name)
{
  Identity *added = identity_new ();

  added->id = guid_of (identity);
  added->client_id = 400000000000 + service->identities->len;
  g_free (added->client_name);
  added->client_name = g_strdup (client_name);
  g_ptr_array_add (service->identities, added);
}

static Identity *
find_identity (const GPtrArray *identities, const Guid *id)
{
  for (guint i = 0; i < identities->len; i++)
    {
      Identity *identity = g_ptr_array_index (identities, i);

      if (guid_equal (&identity->id, id))
        return identity;
    }
  return NULL;
}

Service *
service_new (void)
{
  Service *service = g_new0 (Service, 1);

  service->identities = identities_new ();
  service->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  service->default_identity = FJORD;
  service->password = PASSWORD;
  service_add (service, FJORD, "Fjord AS");
  service_add (service, FJELL, "Fjell AS");
  service_add (service, SKOG, "Skog AS");
  return service;
}

void
service_free (Service *service)
{
  for (Operation operation = 0; operation < N_OPERATIONS; operation++)
    g_queue_clear_full (&service->next[operation], (GDestroyNotify)answer_free);
  g_hash_table_unref (service->sessions);
  g_ptr_array_unref (service->identities);
  g_free (service);
}

void
service_next (Service *service, Operation operation, Answer *answer)
{
  g_queue_push_tail (&service->next[operation], answer);
}

void
service_start_session (Service *service, const char *sid, const char *identity)
{
  g_hash_table_replace (service->sessions, g_strdup (sid), g_strdup (identity));
}

void
service_end_sessions (Service *service)
{
  g_hash_table_remove_all (service->sessions);
}

void
service_switch_all (Service *service, const char *identity)
{
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, service->sessions);
  while (g_hash_table_iter_next (&iter, NULL, NULL))
    g_hash_table_iter_replace (&iter, g_strdup (identity));
}

void
service_remove (Service *service, const char *identity)
{
  Guid id = guid_of (identity);

  g_ptr_array_remove (service->identities, find_identity (service->identities, &id));
}

static Answer *
answer_new (Operation operation)
{
  Answer *answer = g_new0 (Answer, 1);

  answer->operation = operation;
  return answer;
}

Answer *
answer_failed (Operation operation, So24ErrorCode code)
{
  return answer_new_failure (operation,
                             g_error_new (SO24_ERROR, (gint)code, "told to fail with %s", error_code_name (code)));
}

Answer *
answer_fault (Operation operation, const char *text)
{
  gint64 until_us = 0;
  Answer *answer = answer_new_failure (operation, fault_to_error (operation, text, NULL, &until_us));

  answer->is_fault = TRUE;
  answer->until_us = until_us;
  return answer;
}

static Answer *
answer_boolean (Operation operation, gboolean truth)
{
  Answer *answer = answer_new (operation);

  answer->truth = truth;
  return answer;
}

Answer *
answer_false (Operation operation)
{
  return answer_boolean (operation, FALSE);
}

Answer *
answer_identity (const char *identity)
{
  Answer *answer = answer_new (OPERATION_GET_IDENTITY);

  answer->identity = identity_new ();
  answer->identity->id = guid_of (identity);
  return answer;
}

static GPtrArray *
copy_identities (const Service *service)
{
  GPtrArray *copy = identities_new ();

  for (guint i = 0; i < service->identities->len; i++)
    g_ptr_array_add (copy, identity_ref (g_ptr_array_index (service->identities, i)));
  return copy;
}

static gboolean
credential_is_right (const Service *service, const Credential *credential)
{
  const char *secret = secret_text (credential->token != NULL ? credential->token : credential->password);

  return strcmp (secret, credential->token != NULL ? TOKEN : service->password) == 0;
}

static Answer *
log_in (Service *service, const Request *request)
{
  Operation operation = request->operation;
  gboolean named
    = operation == OPERATION_LOGIN && !guid_is_zero (&request->identity_id) && !service->ignores_identity_id;
  const char *start = named ? request->identity_id.text : service->default_identity;
  g_autofree char *sid = NULL;
  Guid id = guid_of (start);
  Answer *answer;

  if (!credential_is_right (service, request->credential))
    return answer_fault (operation, "Invalid username or password");
  if (g_strcmp0 (start, service->blocked) == 0)
    return answer_fault (operation, "The provided IdentityId is blocked. Please use GetIdentitiesWithCredential");
  if (find_identity (service->identities, &id) == NULL)
    start = service->default_identity;
  sid = g_strdup_printf ("sid-%u", ++service->sessions_made);
  answer = answer_new (operation);
  answer->session = secret_new (sid, strlen (sid));
  g_hash_table_insert (service->sessions, g_steal_pointer (&sid), g_strdup (start));
  if (operation == OPERATION_AUTHENTICATE_BY_TOKEN)
    {
      answer->passport = (Passport){guid_of (TOKEN), g_strdup ("ola@example.com")};
      answer->identities = copy_identities (service);
    }
  return answer;
}

static Answer *
list_with_credential (Service *service, const Request *request)
{
  Answer *answer;

  if (!credential_is_right (service, request->credential))
    return answer_fault (request->operation, "Invalid username or password");
  answer = answer_new (request->operation);
  answer->identities = copy_identities (service);
  return answer;
}

static Answer *
set_identity (Service *service, const Request *request)
{
  const Guid *id = request->identity != NULL ? &request->identity->id : &request->identity_id;

  if (find_identity (service->identities, id) == NULL)
    return answer_false (request->operation);
  g_hash_table_replace (service->sessions, g_strdup (secret_text (request->session)), g_strdup (id->text));
  return answer_boolean (request->operation, TRUE);
}

static Answer *
get_identity (Service *service, const char *active)
{
  Guid id = guid_of (active);
  Answer *answer = answer_identity (active);
  Identity *known = find_identity (service->identities, &id);

  if (known != NULL)
    {
      identity_unref (answer->identity);
      answer->identity = identity_ref (known);
    }
  return answer;
}

static Answer *
answer_in_session (Service *service, const Request *request)
{
  const char *active = g_hash_table_lookup (service->sessions, secret_text (request->session));
  Answer *answer;

  if (request->operation == OPERATION_HAS_SESSION)
    return answer_boolean (OPERATION_HAS_SESSION, active != NULL);
  if (active == NULL)
    return answer_fault (request->operation, "Server was unable to process request. ---> Not authenticated");
  if (request->operation == OPERATION_GET_IDENTITY)
    return get_identity (service, active);
  if (request->operation != OPERATION_GET_IDENTITIES)
    return set_identity (service, request);
  answer = answer_new (request->operation);
  answer->identities = copy_identities (service);
  return answer;
}

static Answer *
execute (Service *service, const Request *request)
{
  if (operation_row (request->operation)->in_session)
    return answer_in_session (service, request);
  if (request->operation == OPERATION_LOGIN || request->operation == OPERATION_AUTHENTICATE_BY_TOKEN)
    return log_in (service, request);
  return list_with_credential (service, request);
}

static Answer *
answer_or_lose (Service *service, const Request *request)
{
  Answer *answer;

  if (!g_queue_is_empty (&service->next[request->operation]))
    return g_queue_pop_head (&service->next[request->operation]);
  if (service->away)
    return answer_failed (request->operation, SO24_ERROR_TIMED_OUT);
  answer = execute (service, request);
  if (service->lost[request->operation] == 0)
    return answer;
  service->lost[request->operation]--;
  answer_free (answer);
  return answer_failed (request->operation, SO24_ERROR_TIMED_OUT);
}

Answer *
service_answer (Service *service, const Request *request)
{
  Answer *answer = answer_or_lose (service, request);

  answer->says_allowed = service->says_allowed;
  answer->allowed = service->allowed;
  answer->allowed_until_us = service->allowed_until_us;
  return answer;
}

Credential *
credential_by_password (const char *username, const char *password, const char *identity)
{
  Credential *credential = credential_new ();

  credential->application_id = guid_of ("88888888-0000-4000-8000-000000000008");
  credential->identity_id = identity == NULL ? guid_zero : guid_of (identity);
  credential->username = g_strdup (username);
  credential->password = secret_new (password, strlen (password));
  return credential;
}

Credential *
credential_by_token (void)
{
  Credential *credential = credential_new ();

  credential->application_id = guid_of ("88888888-0000-4000-8000-000000000008");
  credential->token = secret_new (TOKEN, GUID_LENGTH);
  return credential;
}
