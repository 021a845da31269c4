/* Renewed: design.md, section 5, rule 4. An ended session is renewed; a rejected credential is not tried again. */
#include "support/rig.h"

static void
end_and_wait (Rig *rig)
{
  service_end_sessions (rig->service);
  rig_pass (rig, 61);
}

static void
an_ended_session_is_renewed_with_the_identity_that_was_chosen (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  guint64 reader;

  rig_write_identity (rig, FJELL);
  rig_serve (rig);
  assert_calls (rig, "SetIdentityById GetIdentity");
  end_and_wait (rig);
  reader = rig_want (rig, WANT_COOKIE);
  rig_serve_one (rig);
  g_assert_cmpstr (assert_calling (rig, OPERATION_LOGIN)->identity_id.text, ==, FJELL);
  rig_serve (rig);
  assert_done (rig, reader);
  assert_calls (rig, "HasSession Login GetIdentity");
  assert_cookie (rig, "sid-2");
  g_assert_cmpuint (rig->changed & CHANGED_SESSION, !=, 0);
}

static void
readers_of_identity_and_identities_renew_too (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  end_and_wait (rig);
  assert_read (rig, WANT_IDENTITY);
  assert_calls (rig, "HasSession Login GetIdentity");
}

static void
a_session_that_ends_between_two_calls_is_renewed (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  guint64 reader;

  rig_pass (rig, 61);
  reader = rig_want (rig, WANT_COOKIE);
  rig_serve_one (rig);
  service_end_sessions (rig->service);
  rig_serve (rig);
  assert_done (rig, reader);
  assert_calls (rig, "HasSession GetIdentity Login GetIdentity");
  assert_cookie (rig, "sid-2");
}

static void
a_rejected_credential_is_never_tried_again (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  rig->service->password = "changed";
  end_and_wait (rig);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REJECTED);
  assert_calls (rig, "HasSession Login");
  for (guint i = 0; i < 1000; i++)
    {
      rig_pass (rig, 600);
      assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REJECTED);
      assert_read_fails (rig, WANT_IDENTITY, SO24_ERROR_REJECTED);
      assert_failed_with (rig, rig_write_identity (rig, FJELL), SO24_ERROR_REJECTED);
    }
  assert_calls (rig, "");
}

static void
a_credential_is_rejected_for_good_by_an_empty_answer_too (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  end_and_wait (rig);
  service_next (rig->service, OPERATION_LOGIN, answer_failed (OPERATION_LOGIN, SO24_ERROR_REJECTED));
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REJECTED);
  rig_pass (rig, 86400);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REJECTED);
  assert_calls (rig, "HasSession Login");
}

static void
a_right_credential_written_after_a_rejection_works (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  rig->service->password = "changed";
  end_and_wait (rig);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REJECTED);
  rig->service->password = PASSWORD;
  rig_log_in (rig, NULL);
  assert_cookie (rig, "sid-2");
}

/* A fresh Login starts on the default identity, and whoever had switched would book in another client's books. */
static void
a_new_password_of_the_same_user_stays_on_the_identity_that_was_chosen (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJELL);

  rig->service->password = "changed";
  end_and_wait (rig);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REJECTED);
  rig_write_login (rig, credential_by_password ("ops@example.com", "changed", NULL));
  rig_serve (rig);
  assert_cookie (rig, "sid-2");
  g_assert_cmpstr (account_identity (rig->account, NULL)->text, ==, FJELL);
}

static void
a_wrong_credential_written_first_of_all_is_not_kept (void)
{
  g_autoptr (Rig) rig = rig_new ();
  guint64 writer = rig_write_login (rig, credential_by_password ("ops@example.com", "wrong", NULL));

  rig_serve (rig);
  assert_failed_with (rig, writer, SO24_ERROR_REJECTED);
  rig_pass (rig, 3600);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REJECTED);
  assert_read_fails (rig, WANT_IDENTITIES, SO24_ERROR_REJECTED);
  assert_calls (rig, "Login");
}

static void
a_wrong_credential_does_not_spoil_the_one_at_hand (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  rig_write_login (rig, credential_by_password ("ops@example.com", "wrong", NULL));
  rig_serve (rig);
  end_and_wait (rig);
  assert_cookie (rig, "sid-2");
}

static void
the_reader_who_starts_a_renewal_that_fails_is_told_its_cause (void)
{
  static const So24ErrorCode codes[]
    = {SO24_ERROR_TIMED_OUT, SO24_ERROR_TLS, SO24_ERROR_REMOTE, SO24_ERROR_NOT_UNDERSTOOD};

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autoptr (Rig) rig = rig_logged_in (NULL);

      end_and_wait (rig);
      service_next (rig->service, OPERATION_LOGIN, answer_failed (OPERATION_LOGIN, codes[i]));
      assert_read_fails (rig, WANT_COOKIE, codes[i]);
      assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_THROTTLED);
      assert_calls (rig, "HasSession Login");
      rig_pass (rig, 1);
      assert_cookie (rig, "sid-2");
    }
}

static void
a_session_that_ends_just_as_it_was_made_is_renewed_at_once (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  end_and_wait (rig);
  service_next (rig->service, OPERATION_GET_IDENTITY, answer_fault (OPERATION_GET_IDENTITY, "Not authenticated"));
  assert_cookie (rig, "sid-3");
  assert_calls (rig, "HasSession Login GetIdentity Login GetIdentity");
}

static void
a_session_that_ends_again_right_after_that_is_not_chased (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  end_and_wait (rig);
  for (guint i = 0; i < 2; i++)
    service_next (rig->service, OPERATION_GET_IDENTITY, answer_fault (OPERATION_GET_IDENTITY, "Not authenticated"));
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_EXPIRED);
  assert_calls (rig, "HasSession Login GetIdentity Login GetIdentity");
}

static void
not_authenticated_that_persists_has_expired_and_backs_off (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  end_and_wait (rig);
  for (guint i = 0; i < 2; i++)
    service_next (rig->service, OPERATION_GET_IDENTITY, answer_fault (OPERATION_GET_IDENTITY, "Not authenticated"));
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_EXPIRED);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_THROTTLED);
  assert_calls (rig, "HasSession Login GetIdentity Login GetIdentity");
}

static void
a_renewal_keeps_the_list (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  end_and_wait (rig);
  assert_cookie (rig, "sid-2");
  assert_read (rig, WANT_IDENTITIES);
  assert_calls (rig, "HasSession Login GetIdentity");
}

static void
a_rejection_of_the_list_for_a_service_is_final_too (void)
{
  g_autoptr (Rig) rig = rig_new_for_service (5);
  Operation list = OPERATION_GET_IDENTITIES_WITH_CREDENTIAL_BY_SERVICE;

  service_next (rig->service, list, answer_fault (list, "It broke"));
  rig_log_in (rig, NULL);
  rig->service->password = "changed";
  assert_read_fails (rig, WANT_IDENTITIES, SO24_ERROR_REJECTED);
  assert_read_fails (rig, WANT_IDENTITIES, SO24_ERROR_REJECTED);
  assert_calls (rig, "GetIdentitiesWithCredentialByService");
  assert_cookie (rig, "sid-1");
}

static const Sentence sentences[] = {
  SENTENCE (an_ended_session_is_renewed_with_the_identity_that_was_chosen),
  SENTENCE (readers_of_identity_and_identities_renew_too),
  SENTENCE (a_session_that_ends_between_two_calls_is_renewed),
  SENTENCE (a_rejected_credential_is_never_tried_again),
  SENTENCE (a_credential_is_rejected_for_good_by_an_empty_answer_too),
  SENTENCE (a_right_credential_written_after_a_rejection_works),
  SENTENCE (a_new_password_of_the_same_user_stays_on_the_identity_that_was_chosen),
  SENTENCE (a_wrong_credential_written_first_of_all_is_not_kept),
  SENTENCE (a_wrong_credential_does_not_spoil_the_one_at_hand),
  SENTENCE (the_reader_who_starts_a_renewal_that_fails_is_told_its_cause),
  SENTENCE (a_session_that_ends_just_as_it_was_made_is_renewed_at_once),
  SENTENCE (a_session_that_ends_again_right_after_that_is_not_chased),
  SENTENCE (not_authenticated_that_persists_has_expired_and_backs_off),
  SENTENCE (a_renewal_keeps_the_list),
  SENTENCE (a_rejection_of_the_list_for_a_service_is_final_too),
};

MAIN ("account, renewal")
