/* Logging in with a token: AuthenticateByToken carries no identity, and brings a passport and a list (service.md). */
#include "support/rig.h"

static void
log_in_by_token (Rig *rig)
{
  guint64 writer = rig_write_login (rig, credential_by_token ());

  rig_serve (rig);
  assert_done (rig, writer);
}

static void
a_token_brings_session_passport_and_list_in_one_call (void)
{
  g_autoptr (Rig) rig = rig_new ();

  log_in_by_token (rig);
  assert_calls (rig, "AuthenticateByToken GetIdentity");
  g_assert_cmpstr (account_passport (rig->account)->email, ==, "ola@example.com");
  g_assert_cmpuint (account_identities (rig->account)->len, ==, 3);
  g_assert_cmpuint (rig->changed & CHANGED_PASSPORT, !=, 0);
  assert_cookie (rig, "sid-1");
}

static void
a_token_that_brings_no_list_has_it_fetched (void)
{
  g_autoptr (Rig) rig = rig_new ();
  guint64 writer = rig_write_login (rig, credential_by_token ());
  Answer *answer = service_answer (rig->service, rig->request);

  g_clear_pointer (&answer->identities, g_ptr_array_unref);
  rig_answer (rig, answer);
  rig_serve (rig);
  assert_done (rig, writer);
  assert_calls (rig, "AuthenticateByToken GetIdentity GetIdentities");
}

static void
a_token_written_with_an_identity_is_switched_to_it (void)
{
  g_autoptr (Rig) rig = rig_new ();
  Credential *credential = credential_by_token ();
  guint64 writer;

  credential->identity_id = guid_of (SKOG);
  writer = rig_write_login (rig, credential);
  rig_serve (rig);
  assert_done (rig, writer);
  assert_calls (rig, "AuthenticateByToken GetIdentity SetIdentityById GetIdentity");
  g_assert_cmpstr (account_identity (rig->account, NULL)->text, ==, SKOG);
}

static void
a_session_by_token_is_renewed_by_token_and_put_on_its_identity (void)
{
  g_autoptr (Rig) rig = rig_new ();
  guint64 writer;

  log_in_by_token (rig);
  writer = rig_write_identity (rig, FJELL);
  rig_serve (rig);
  assert_done (rig, writer);
  service_end_sessions (rig->service);
  rig_pass (rig, 61);
  g_string_truncate (rig->calls, 0);
  assert_cookie (rig, "sid-2");
  assert_calls (rig, "HasSession AuthenticateByToken GetIdentity SetIdentityById GetIdentity");
  g_assert_cmpstr (account_identity (rig->account, NULL)->text, ==, FJELL);
  g_assert_nonnull (account_passport (rig->account));
}

static void
no_cookie_is_served_between_a_renewal_by_token_and_its_switch (void)
{
  g_autoptr (Rig) rig = rig_new ();
  guint64 reader;

  log_in_by_token (rig);
  rig_write_identity (rig, FJELL);
  rig_serve (rig);
  service_end_sessions (rig->service);
  rig_pass (rig, 61);
  reader = rig_want (rig, WANT_COOKIE);
  while (rig_is_waiting (rig, reader))
    {
      g_assert_true (account_cookie (rig->account, NULL) == NULL || rig->service->sessions_made == 1);
      rig_serve_one (rig);
    }
  assert_done (rig, reader);
}

static void
a_passport_that_changes_with_a_renewal_is_told (void)
{
  g_autoptr (Rig) rig = rig_new ();
  guint64 reader;
  Answer *answer;

  log_in_by_token (rig);
  service_end_sessions (rig->service);
  rig_pass (rig, 61);
  rig->changed = 0;
  reader = rig_want (rig, WANT_COOKIE);
  rig_serve_one (rig);
  assert_calling (rig, OPERATION_AUTHENTICATE_BY_TOKEN);
  answer = service_answer (rig->service, rig->request);
  g_free (answer->passport.email);
  answer->passport.email = g_strdup ("kari@example.com");
  rig_answer (rig, answer);
  rig_serve (rig);
  assert_done (rig, reader);
  g_assert_cmpstr (account_passport (rig->account)->email, ==, "kari@example.com");
  g_assert_cmpuint (rig->changed & CHANGED_PASSPORT, !=, 0);
}

static void
a_login_by_password_after_one_by_token_has_no_passport (void)
{
  g_autoptr (Rig) rig = rig_new ();

  log_in_by_token (rig);
  rig->changed = 0;
  rig_write_login (rig, credential_by_password ("ops@example.com", PASSWORD, NULL));
  rig_serve (rig);
  g_assert_null (account_passport (rig->account));
  g_assert_cmpuint (rig->changed & CHANGED_PASSPORT, !=, 0);
}

static void
a_wrong_token_is_rejected (void)
{
  g_autoptr (Rig) rig = rig_new ();
  Credential *credential = credential_by_token ();
  guint64 writer;

  secret_unref (credential->token);
  credential->token = secret_new (NOWHERE, GUID_LENGTH);
  writer = rig_write_login (rig, credential);
  rig_serve (rig);
  assert_failed_with (rig, writer, SO24_ERROR_REJECTED);
  assert_calls (rig, "AuthenticateByToken");
}

/* GetIdentitiesWithCredentialByService takes a user name and a password, and a token is neither. */
static void
a_token_for_a_mount_with_a_service_id_logs_in_without_a_list (void)
{
  g_autoptr (Rig) rig = rig_new_for_service (5);

  log_in_by_token (rig);
  assert_cookie (rig, "sid-1");
  assert_calls (rig, "AuthenticateByToken GetIdentity");
}

static void
the_list_for_a_service_cannot_be_had_with_a_token (void)
{
  g_autoptr (Rig) rig = rig_new_for_service (5);

  log_in_by_token (rig);
  assert_read_fails (rig, WANT_IDENTITIES, SO24_ERROR_NO_KEY);
}

static const Sentence sentences[] = {
  SENTENCE (a_token_brings_session_passport_and_list_in_one_call),
  SENTENCE (a_token_that_brings_no_list_has_it_fetched),
  SENTENCE (a_token_written_with_an_identity_is_switched_to_it),
  SENTENCE (a_session_by_token_is_renewed_by_token_and_put_on_its_identity),
  SENTENCE (no_cookie_is_served_between_a_renewal_by_token_and_its_switch),
  SENTENCE (a_passport_that_changes_with_a_renewal_is_told),
  SENTENCE (a_login_by_password_after_one_by_token_has_no_passport),
  SENTENCE (a_wrong_token_is_rejected),
  SENTENCE (a_token_for_a_mount_with_a_service_id_logs_in_without_a_list),
  SENTENCE (the_list_for_a_service_cannot_be_had_with_a_token),
};

MAIN ("account, token")
