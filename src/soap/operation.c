/* The table of operations. Touches nothing. */
#include "soap/operation.h"

#define ROW(name, sends, answers, in_session, asks)                                                                    \
  {                                                                                                                    \
    name, name "Response", name "Result", "\"" SERVICE_NAMESPACE "/" name "\"", sends, answers, in_session, asks       \
  }

static const OperationRow rows[N_OPERATIONS] = {
  [OPERATION_LOGIN] = ROW ("Login", SENDS_CREDENTIAL, ANSWERS_SESSION, FALSE, FALSE),
  [OPERATION_AUTHENTICATE_BY_TOKEN] = ROW ("AuthenticateByToken", SENDS_TOKEN, ANSWERS_PASSPORT, FALSE, FALSE),
  [OPERATION_HAS_SESSION] = ROW ("HasSession", SENDS_NOTHING, ANSWERS_BOOLEAN, TRUE, TRUE),
  [OPERATION_GET_IDENTITY] = ROW ("GetIdentity", SENDS_NOTHING, ANSWERS_IDENTITY, TRUE, TRUE),
  [OPERATION_GET_IDENTITIES] = ROW ("GetIdentities", SENDS_NOTHING, ANSWERS_IDENTITIES, TRUE, TRUE),
  [OPERATION_SET_IDENTITY] = ROW ("SetIdentity", SENDS_IDENTITY, ANSWERS_BOOLEAN, TRUE, FALSE),
  [OPERATION_SET_IDENTITY_BY_ID] = ROW ("SetIdentityById", SENDS_IDENTITY_ID, ANSWERS_BOOLEAN, TRUE, FALSE),
  [OPERATION_GET_IDENTITIES_WITH_CREDENTIAL]
  = ROW ("GetIdentitiesWithCredential", SENDS_CREDENTIAL, ANSWERS_IDENTITIES, FALSE, TRUE),
  [OPERATION_GET_IDENTITIES_WITH_CREDENTIAL_BY_SERVICE]
  = ROW ("GetIdentitiesWithCredentialByService", SENDS_CREDENTIAL_AND_SERVICE, ANSWERS_IDENTITIES, FALSE, TRUE),
};

const OperationRow *
operation_row (Operation operation)
{
  return &rows[operation];
}

gboolean
operation_logs_in (Operation operation)
{
  return operation == OPERATION_LOGIN || operation == OPERATION_AUTHENTICATE_BY_TOKEN;
}

gboolean
operation_presents_credential (Operation operation)
{
  return !rows[operation].in_session;
}

Request *
request_new (Operation operation)
{
  Request *request = g_new0 (Request, 1);

  request->operation = operation;
  request->identity_id = guid_zero;
  return request;
}

void
request_free (Request *request)
{
  g_clear_pointer (&request->credential, credential_unref);
  g_clear_pointer (&request->identity, identity_unref);
  g_clear_pointer (&request->session, secret_unref);
  g_free (request);
}
