/* A cookie is handed out only while the chosen identity is the active one: design.md, section 5, rule 6. */
#include "support/rig.h"

#include <string.h>

static void
somebody_elses_switch_withholds_the_cookie (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJORD);

  service_switch_all (rig->service, FJELL);
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
  assert_calls (rig, "HasSession GetIdentity");
  assert_withheld (rig, SO24_ERROR_REVOKED);
  g_assert_nonnull (strstr (rig->log->str, FJELL));
  g_assert_nonnull (strstr (rig->log->str, FJORD));
  g_assert_cmpuint (rig->changed & CHANGED_SESSION, !=, 0);
}

static void
a_withheld_cookie_stays_withheld_without_a_call (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJORD);

  service_switch_all (rig->service, FJELL);
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
  assert_calls (rig, "HasSession GetIdentity");
  for (guint i = 0; i < 100; i++)
    {
      rig_pass (rig, 600);
      assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
    }
  assert_calls (rig, "");
}

static void
a_withheld_cookie_stays_withheld_when_the_other_one_switches_back (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJORD);

  service_switch_all (rig->service, FJELL);
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
  service_switch_all (rig->service, FJORD);
  rig_pass (rig, 61);
  assert_read (rig, WANT_IDENTITY);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
}

static void
identity_tells_which_one_is_active_while_the_cookie_is_withheld (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJORD);

  service_switch_all (rig->service, FJELL);
  rig_pass (rig, 61);
  assert_read (rig, WANT_IDENTITY);
  g_assert_cmpstr (account_identity (rig->account, NULL)->text, ==, FJELL);
  assert_withheld (rig, SO24_ERROR_REVOKED);
}

static void
writing_the_chosen_one_to_identity_gives_the_cookie_back (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJORD);
  guint64 writer;

  service_switch_all (rig->service, FJELL);
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
  writer = rig_write_identity (rig, FJORD);
  rig_serve (rig);
  assert_done (rig, writer);
  assert_cookie (rig, "sid-1");
  assert_calls (rig, "HasSession GetIdentity SetIdentityById GetIdentity");
}

static void
choosing_what_is_active_gives_the_cookie_back (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJORD);
  guint64 writer;

  service_switch_all (rig->service, FJELL);
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
  writer = rig_write_identity (rig, FJELL);
  rig_serve (rig);
  assert_done (rig, writer);
  assert_cookie (rig, "sid-1");
}

static void
a_failed_write_to_identity_keeps_the_cookie_withheld (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJORD);
  guint64 writer;

  service_switch_all (rig->service, FJELL);
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
  writer = rig_write_identity (rig, NOWHERE);
  rig_serve (rig);
  assert_failed_with (rig, writer, SO24_ERROR_NOT_FOUND);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
}

static void
a_withheld_cookie_is_not_renewed_by_itself (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJORD);

  service_switch_all (rig->service, FJELL);
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
  service_end_sessions (rig->service);
  rig_pass (rig, 61);
  assert_read (rig, WANT_SESSION);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
  g_assert_cmpuint (rig->calls_made[OPERATION_LOGIN], ==, 1);
}

static void
a_new_login_ends_the_withholding (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJORD);

  service_switch_all (rig->service, FJELL);
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
  rig_log_in (rig, FJORD);
  assert_cookie (rig, "sid-2");
}

static void
the_default_identity_counts_as_chosen_when_none_was_named (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  service_switch_all (rig->service, SKOG);
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
}

static void
a_renewal_that_lands_on_the_default_identity_is_put_right_first (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJELL);

  rig->service->ignores_identity_id = TRUE;
  service_end_sessions (rig->service);
  rig_pass (rig, 61);
  assert_cookie (rig, "sid-2");
  assert_calls (rig, "HasSession Login GetIdentity SetIdentityById GetIdentity");
}

static void
a_chosen_identity_that_is_gone_withholds_the_renewed_session (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJELL);

  service_remove (rig->service, FJELL);
  service_end_sessions (rig->service);
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
  assert_calls (rig, "HasSession Login GetIdentity SetIdentityById");
  rig_pass (rig, 6000);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
  assert_calls (rig, "");
}

static void
putting_back_is_tried_once_and_then_left_to_people (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJELL);

  service_end_sessions (rig->service);
  rig_pass (rig, 61);
  for (guint i = 0; i < 2; i++)
    service_next (rig->service, OPERATION_GET_IDENTITY, answer_identity (FJORD));
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
  assert_calls (rig, "HasSession Login GetIdentity SetIdentityById GetIdentity");
  rig_pass (rig, 6000);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
  assert_calls (rig, "");
}

static void
when_putting_back_fails_no_cookie_is_served (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJELL);

  rig->service->ignores_identity_id = TRUE;
  service_end_sessions (rig->service);
  service_next (rig->service, OPERATION_SET_IDENTITY_BY_ID, answer_fault (OPERATION_SET_IDENTITY_BY_ID, "It broke"));
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
  assert_withheld (rig, SO24_ERROR_REVOKED);
  assert_cookie (rig, "sid-2");
  g_assert_cmpstr (account_identity (rig->account, NULL)->text, ==, FJELL);
}

static void
a_switch_that_ends_on_another_identity_fails_and_withholds (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJORD);
  guint64 writer;

  service_next (rig->service, OPERATION_GET_IDENTITY, answer_identity (SKOG));
  writer = rig_write_identity (rig, FJELL);
  rig_serve (rig);
  assert_failed_with (rig, writer, SO24_ERROR_REVOKED);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
}

static const Sentence sentences[] = {
  SENTENCE (somebody_elses_switch_withholds_the_cookie),
  SENTENCE (a_withheld_cookie_stays_withheld_without_a_call),
  SENTENCE (a_withheld_cookie_stays_withheld_when_the_other_one_switches_back),
  SENTENCE (identity_tells_which_one_is_active_while_the_cookie_is_withheld),
  SENTENCE (writing_the_chosen_one_to_identity_gives_the_cookie_back),
  SENTENCE (choosing_what_is_active_gives_the_cookie_back),
  SENTENCE (a_failed_write_to_identity_keeps_the_cookie_withheld),
  SENTENCE (a_withheld_cookie_is_not_renewed_by_itself),
  SENTENCE (a_new_login_ends_the_withholding),
  SENTENCE (the_default_identity_counts_as_chosen_when_none_was_named),
  SENTENCE (a_renewal_that_lands_on_the_default_identity_is_put_right_first),
  SENTENCE (a_chosen_identity_that_is_gone_withholds_the_renewed_session),
  SENTENCE (putting_back_is_tried_once_and_then_left_to_people),
  SENTENCE (when_putting_back_fails_no_cookie_is_served),
  SENTENCE (a_switch_that_ends_on_another_identity_fails_and_withholds),
};

MAIN ("account, right")
