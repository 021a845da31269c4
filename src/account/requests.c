/* Typed requests, filled from the state. Touches nothing. */
#include "account/machine.h"

Operation
login_operation (const Credential *credential)
{
  return credential->token != NULL ? OPERATION_AUTHENTICATE_BY_TOKEN : OPERATION_LOGIN;
}

Operation
list_operation (const Holder *holder, const Session *session)
{
  if (holder->account->config.service_id != 0)
    return OPERATION_GET_IDENTITIES_WITH_CREDENTIAL_BY_SERVICE;
  return session->id != NULL ? OPERATION_GET_IDENTITIES : OPERATION_GET_IDENTITIES_WITH_CREDENTIAL;
}

Request *
request_for (const Holder *holder, Operation operation, const Session *session, const Command *command)
{
  const Account *account = holder->account;
  const OperationRow *row = operation_row (operation);
  Credential *credential = command != NULL && command->credential != NULL ? command->credential : account->credential;
  gboolean switching = command != NULL && command->kind == COMMAND_SWITCH;
  Request *request = request_new (operation);

  if (row->in_session)
    request->session = secret_ref (session->id);
  if (operation_presents_credential (operation))
    request->credential = credential_ref (credential);
  if (operation == OPERATION_LOGIN && session->chosen_by != CHOSEN_BY_NOBODY)
    request->identity_id = session->chosen;
  if (row->sends == SENDS_IDENTITY_ID)
    request->identity_id = switching ? command->identity_id : session->chosen;
  if (row->sends == SENDS_IDENTITY)
    request->identity = identity_ref (command->identity);
  request->service_id = account->config.service_id;
  return request;
}
