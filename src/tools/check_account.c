/* The checks that log in. Each costs one call that the service counts, so they are made only when they are asked for. */
#include "tools/doctor.h"

#include "base/error.h"
#include "daemon/credentials.h"
#include "tools/ask.h"

#define MOST_NAMED 3

static gboolean
ask_for_credential (Doctor *doctor, GError **error)
{
  const Guid *application_id = &doctor->options->application_id;
  g_auto (SecretBuffer) text = {0};

  if (!ask_is_possible ())
    g_set_error (error, SO24_ERROR, SO24_ERROR_NO_KEY, "there is no credentials file, and no terminal to ask at");
  else if (ask_credential (guid_is_zero (application_id) ? ASK_ALWAYS : ASK_NOT, &text, error))
    doctor->credential = credentials_parse (&text, application_id, error);
  return doctor->credential != NULL;
}

static Request *
new_request (const Doctor *doctor, Operation operation)
{
  Request *request = request_new (operation);

  request->credential = credential_ref (doctor->credential);
  request->identity_id = doctor->credential->identity_id;
  request->service_id = (gint32)doctor->options->service_id;
  return request;
}

static const struct
{
  So24ErrorCode code;
  const char *advice;
} login_rows[] = {
  {SO24_ERROR_REJECTED, "mend user name, password or application_id before anything tries again"},
  {SO24_ERROR_BLOCKED, "choose another one (see identities): identity_id in the credential"},
  {SO24_ERROR_REVOKED, "choose another one (see identities): identity_id in the credential"},
  {SO24_ERROR_THROTTLED, "wait some minutes; each try makes it longer"},
  {SO24_ERROR_QUARANTINED, "wait until then; every call before that may make it longer"},
};

static const char *
advice_on_login (const GError *error)
{
  for (guint i = 0; i < G_N_ELEMENTS (login_rows); i++)
    if (g_error_matches (error, SO24_ERROR, (gint)login_rows[i].code))
      return login_rows[i].advice;
  return NULL;
}

void
check_login (Doctor *doctor, Finding *finding)
{
  g_autoptr (GError) error = NULL;
  const GError *failure;

  if (!doctor->options->login)
    {
      finding_skip (finding, "not asked for (--login); it counts against the service's limits");
      return;
    }
  if (doctor->credential == NULL && !ask_for_credential (doctor, &error))
    {
      finding_wrong (finding, NULL, "%s", error->message);
      return;
    }
  doctor->login = reply_to (
    doctor->client,
    new_request (doctor, doctor->credential->token == NULL ? OPERATION_LOGIN : OPERATION_AUTHENTICATE_BY_TOKEN));
  failure = doctor->login->answer->error;
  if (failure == NULL)
    finding_ok (finding, "the service takes the credential of %s", credential_owner (doctor->credential));
  else
    finding_wrong (finding, advice_on_login (failure), "%s", failure->message);
}

/* Those that can be used, the first few by name: one of them is what somebody with a blocked one needs. */
static void
tell_identities (const Doctor *doctor, const GPtrArray *identities, Finding *finding)
{
  const Guid *wanted = &doctor->credential->identity_id;
  const Identity *found = NULL;
  g_autoptr (GString) names = g_string_new (NULL);
  guint usable = 0;

  for (guint i = 0; i < identities->len; i++)
    {
      const Identity *identity = g_ptr_array_index (identities, i);

      if (guid_equal (&identity->id, wanted))
        found = identity;
      if (!identity->is_disabled && usable++ < MOST_NAMED)
        g_string_append_printf (names, "%s%s (%s)", usable == 1 ? "" : ", ", identity->client_name, identity->id.text);
    }
  if (usable > MOST_NAMED)
    g_string_append (names, ", ...");
  if (usable == 0)
    finding_wrong (finding, "ask who administers the account", "%u, and none that is not disabled", identities->len);
  else if (!guid_is_zero (wanted) && (found == NULL || found->is_disabled))
    finding_wrong (finding, "put another one into the credential", "identity_id %s is %s; there are %s", wanted->text,
                   found == NULL ? "none of them" : "disabled", names->str);
  else
    finding_ok (finding, "%u, %u of them not disabled: %s", identities->len, usable, names->str);
}

/* A blocked identity keeps nobody from asking for the others. */
void
check_identities (Doctor *doctor, Finding *finding)
{
  const Answer *login = doctor->login == NULL ? NULL : doctor->login->answer;
  Operation operation = doctor->options->service_id == 0 ? OPERATION_GET_IDENTITIES_WITH_CREDENTIAL
                                                         : OPERATION_GET_IDENTITIES_WITH_CREDENTIAL_BY_SERVICE;
  Reply *reply;

  if (login == NULL || (login->error != NULL && !error_is_of_identity (login->error)))
    finding_skip (finding, "for want of login");
  else if (login->identities != NULL)
    tell_identities (doctor, login->identities, finding);
  else if (doctor->credential->token != NULL)
    finding_skip (finding, "they cannot be asked for with a token alone");
  else
    {
      reply = reply_to (doctor->client, new_request (doctor, operation));
      if (reply->answer->error == NULL)
        tell_identities (doctor, reply->answer->identities, finding);
      else
        finding_wrong (finding, advice_on_login (reply->answer->error), "%s", reply->answer->error->message);
      reply_free (reply);
    }
}
