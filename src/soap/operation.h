/* The nine operations of AuthenticateService, as a table (authenticate.wsdl), and a request for one of them. */
#pragma once

#include "soap/credential.h"
#include "soap/identity.h"

#define SERVICE_NAMESPACE "http://24sevenOffice.com/webservices"

typedef enum
{
  OPERATION_LOGIN,
  OPERATION_AUTHENTICATE_BY_TOKEN,
  OPERATION_HAS_SESSION,
  OPERATION_GET_IDENTITY,
  OPERATION_GET_IDENTITIES,
  OPERATION_SET_IDENTITY,
  OPERATION_SET_IDENTITY_BY_ID,
  OPERATION_GET_IDENTITIES_WITH_CREDENTIAL,
  OPERATION_GET_IDENTITIES_WITH_CREDENTIAL_BY_SERVICE,
  N_OPERATIONS
} Operation;

typedef enum
{
  SENDS_NOTHING,
  SENDS_CREDENTIAL,
  SENDS_CREDENTIAL_AND_SERVICE,
  SENDS_TOKEN,
  SENDS_IDENTITY,
  SENDS_IDENTITY_ID
} Sends;

typedef enum
{
  ANSWERS_SESSION,
  ANSWERS_PASSPORT,
  ANSWERS_BOOLEAN,
  ANSWERS_IDENTITY,
  ANSWERS_IDENTITIES
} Answers;

typedef struct
{
  const char *name;
  const char *response; /* the element that answers it, and the one inside */
  const char *result;
  const char *action; /* the value of SOAPAction, quotes included */
  Sends sends;
  Answers answers;
  gboolean in_session; /* goes with the cookie of a session; the others go without one */
  gboolean only_asks;  /* changes nothing at the service, and so may be sent again */
} OperationRow;

const OperationRow *operation_row (Operation operation);

/* Whether the operation presents a credential, and so can be told that it is wrong. */
gboolean operation_presents_credential (Operation operation);

/* Whether the operation makes a session. */
gboolean operation_logs_in (Operation operation);

/* Everything a call carries. What the operation does not send is left empty. Owns what it points to. */
typedef struct
{
  Operation operation;
  Credential *credential;
  Guid identity_id; /* Login: the identity to start on (zero: the default one); SetIdentityById: the one to switch to */
  Identity *identity;
  gint32 service_id;
  Secret *session; /* goes into the cookie */
} Request;

Request *request_new (Operation operation);
void request_free (Request *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)
