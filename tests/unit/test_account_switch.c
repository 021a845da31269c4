/* Writes to identity (design.md, sections 2, 3 and 5): what is called, and what is kept when they fail. */
#include "support/rig.h"

static void
assert_active (const Rig *rig, const char *identity)
{
  const Identity *active = account_described_identity (rig->account);

  g_assert_nonnull (active);
  g_assert_cmpstr (active->id.text, ==, identity);
}

static void
assert_switch (Rig *rig, const char *identity, const char *calls)
{
  guint64 writer = rig_write_identity (rig, identity);

  rig_serve (rig);
  assert_done (rig, writer);
  assert_calls (rig, calls);
}

static void
a_switch_by_id_is_made_and_confirmed (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  assert_switch (rig, FJELL, "SetIdentityById GetIdentity");
  assert_active (rig, FJELL);
  g_assert_cmpuint (rig->changed & CHANGED_IDENTITY, !=, 0);
  assert_cookie (rig, "sid-1");
  assert_calls (rig, "");
}

static void
a_switch_by_a_whole_identity_uses_set_identity (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  guint64 writer = rig_write_whole_identity (rig, FJELL);

  rig_serve (rig);
  assert_done (rig, writer);
  assert_calls (rig, "SetIdentity GetIdentity");
  assert_active (rig, FJELL);
}

static void
a_switch_to_an_identity_that_is_not_listed_has_the_list_fetched_again (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  service_add (rig->service, NOWHERE, "New AS");
  assert_switch (rig, NOWHERE, "SetIdentityById GetIdentity GetIdentities");
  g_assert_cmpuint (account_identities (rig->account)->len, ==, 4);
  g_assert_cmpuint (rig->changed & CHANGED_IDENTITIES, !=, 0);
}

static void
an_identity_that_the_service_does_not_know_is_not_found (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJELL);
  guint64 by_id = rig_write_identity (rig, NOWHERE), whole;

  rig_serve (rig);
  assert_failed_with (rig, by_id, SO24_ERROR_NOT_FOUND);
  whole = rig_write_whole_identity (rig, NOWHERE);
  rig_serve (rig);
  assert_failed_with (rig, whole, SO24_ERROR_NOT_FOUND);
  assert_calls (rig, "SetIdentityById SetIdentity");
  assert_cookie (rig, "sid-1");
  assert_active (rig, FJELL);
}

static void
a_switch_that_the_service_refuses_changes_nothing (void)
{
  static const struct
  {
    const char *fault;
    So24ErrorCode code;
  } rows[] = {{"The identity is disabled", SO24_ERROR_BLOCKED}, {"It broke", SO24_ERROR_REMOTE}};

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Rig) rig = rig_logged_in (FJORD);
      guint64 writer;

      service_next (rig->service, OPERATION_SET_IDENTITY_BY_ID,
                    answer_fault (OPERATION_SET_IDENTITY_BY_ID, rows[i].fault));
      writer = rig_write_identity (rig, FJELL);
      rig_serve (rig);
      assert_failed_with (rig, writer, rows[i].code);
      assert_calls (rig, "SetIdentityById");
      assert_cookie (rig, "sid-1");
      assert_calls (rig, "");
      assert_active (rig, FJORD);
    }
}

static void
a_switch_that_never_left_changes_nothing (void)
{
  static const So24ErrorCode codes[] = {SO24_ERROR_REFUSED, SO24_ERROR_UNREACHABLE, SO24_ERROR_TLS};

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autoptr (Rig) rig = rig_logged_in (FJORD);
      guint64 writer;

      service_next (rig->service, OPERATION_SET_IDENTITY_BY_ID, answer_failed (OPERATION_SET_IDENTITY_BY_ID, codes[i]));
      writer = rig_write_identity (rig, FJELL);
      rig_serve (rig);
      assert_failed_with (rig, writer, codes[i]);
      assert_cookie (rig, "sid-1");
      assert_calls (rig, "SetIdentityById");
    }
}

static void
after_a_lost_answer_the_identity_is_asked_and_the_chosen_one_put_back (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJORD);
  guint64 writer;

  rig->service->lost[OPERATION_SET_IDENTITY_BY_ID] = 1;
  writer = rig_write_identity (rig, FJELL);
  rig_serve (rig);
  assert_failed_with (rig, writer, SO24_ERROR_TIMED_OUT);
  assert_withheld (rig, SO24_ERROR_REVOKED);
  assert_calls (rig, "SetIdentityById");
  assert_cookie (rig, "sid-1");
  assert_calls (rig, "GetIdentity SetIdentityById GetIdentity");
  assert_active (rig, FJORD);
}

static void
after_a_lost_answer_to_a_call_that_did_nothing_one_question_is_enough (void)
{
  static const So24ErrorCode codes[] = {SO24_ERROR_TIMED_OUT, SO24_ERROR_NOT_UNDERSTOOD, SO24_ERROR_REMOTE};

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autoptr (Rig) rig = rig_logged_in (FJORD);
      guint64 writer;

      service_next (rig->service, OPERATION_SET_IDENTITY, answer_failed (OPERATION_SET_IDENTITY, codes[i]));
      writer = rig_write_whole_identity (rig, FJELL);
      rig_serve (rig);
      assert_failed_with (rig, writer, codes[i]);
      assert_withheld (rig, SO24_ERROR_REVOKED);
      assert_cookie (rig, "sid-1");
      assert_calls (rig, "SetIdentity GetIdentity");
    }
}

static void
after_a_lost_answer_there_is_no_grace (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJORD);

  rig->service->lost[OPERATION_SET_IDENTITY_BY_ID] = 1;
  rig_write_identity (rig, FJELL);
  rig_serve (rig);
  rig->service->away = TRUE;
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_TIMED_OUT);
}

static void
while_a_switch_is_on_its_way_no_cookie_is_served (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJORD);
  guint64 reader, writer = rig_write_identity (rig, FJELL);

  reader = rig_want (rig, WANT_COOKIE);
  assert_waiting (rig, reader);
  assert_withheld (rig, SO24_ERROR_REVOKED);
  rig_serve_one (rig);
  assert_waiting (rig, reader);
  assert_withheld (rig, SO24_ERROR_REVOKED);
  rig_serve (rig);
  assert_done (rig, writer);
  assert_done (rig, reader);
  assert_active (rig, FJELL);
}

static void
an_interrupted_switch_is_undone_before_a_cookie_is_served (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJORD);
  guint64 reader, writer = rig_write_identity (rig, FJELL);

  rig_interrupt (rig, writer);
  assert_failed_with (rig, writer, SO24_ERROR_INTERRUPTED);
  reader = rig_want (rig, WANT_COOKIE);
  assert_waiting (rig, reader);
  assert_withheld (rig, SO24_ERROR_REVOKED);
  rig_serve (rig);
  assert_done (rig, reader);
  assert_calls (rig, "SetIdentityById GetIdentity SetIdentityById GetIdentity");
  assert_active (rig, FJORD);
}

static void
a_switch_that_waits_its_turn_is_interrupted_without_a_trace (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJORD);
  guint64 first = rig_write_identity (rig, FJELL), second = rig_write_identity (rig, SKOG);

  rig_interrupt (rig, second);
  assert_failed_with (rig, second, SO24_ERROR_INTERRUPTED);
  rig_serve (rig);
  assert_done (rig, first);
  assert_calls (rig, "SetIdentityById GetIdentity");
  assert_active (rig, FJELL);
}

static void
switches_run_in_the_order_in_which_they_were_written (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJORD);
  guint64 writers[3]
    = {rig_write_identity (rig, FJELL), rig_write_identity (rig, NOWHERE), rig_write_identity (rig, SKOG)};

  rig_serve (rig);
  assert_done (rig, writers[0]);
  assert_failed_with (rig, writers[1], SO24_ERROR_NOT_FOUND);
  assert_done (rig, writers[2]);
  assert_active (rig, SKOG);
  assert_cookie (rig, "sid-1");
}

static void
a_switch_without_a_session_or_credential_has_no_key (void)
{
  g_autoptr (Rig) rig = rig_new ();

  assert_failed_with (rig, rig_write_identity (rig, FJELL), SO24_ERROR_NO_KEY);
  assert_calls (rig, "");
}

/* Whichever call of it is the first to hear so: it was made, and the next session is on what it chose. */
static void
a_switch_whose_session_ends_in_the_middle_of_it_holds (void)
{
  for (guint calls = 1; calls < 3; calls++)
    {
      g_autoptr (Rig) rig = rig_logged_in (NULL);
      guint64 writer;

      service_add (rig->service, NOWHERE, "New AS");
      writer = rig_write_identity (rig, NOWHERE);
      for (guint i = 0; i < calls; i++)
        rig_serve_one (rig);
      service_end_sessions (rig->service);
      rig_serve (rig);
      assert_done (rig, writer);
      assert_read (rig, WANT_COOKIE);
      assert_active (rig, NOWHERE);
    }
}

static void
a_switch_of_an_ended_session_is_carried_by_a_login (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJORD);
  guint64 writer;

  service_end_sessions (rig->service);
  writer = rig_write_identity (rig, FJELL);
  rig_serve_one (rig);
  g_assert_cmpstr (assert_calling (rig, OPERATION_LOGIN)->identity_id.text, ==, FJELL);
  rig_serve (rig);
  assert_done (rig, writer);
  assert_calls (rig, "SetIdentityById Login GetIdentity GetIdentities");
  assert_active (rig, FJELL);
  assert_cookie (rig, "sid-2");
}

static void
a_switch_that_cannot_be_confirmed_succeeds_but_serves_nothing_before (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJORD);
  guint64 writer;

  service_next (rig->service, OPERATION_GET_IDENTITY, answer_failed (OPERATION_GET_IDENTITY, SO24_ERROR_TIMED_OUT));
  writer = rig_write_identity (rig, FJELL);
  rig_serve (rig);
  assert_done (rig, writer);
  assert_withheld (rig, SO24_ERROR_REVOKED);
  assert_cookie (rig, "sid-1");
  assert_calls (rig, "SetIdentityById GetIdentity GetIdentity");
  assert_active (rig, FJELL);
}

/* The files that tell which identity is active do not wait; those who read them after the writer was answered must not see the old one. */
static void
a_switch_that_cannot_be_confirmed_is_told_before_the_writer_goes_on (void)
{
  static const So24ErrorCode codes[] = {SO24_ERROR_EXPIRED, SO24_ERROR_TIMED_OUT, SO24_ERROR_REMOTE};

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autoptr (Rig) rig = rig_logged_in (FJORD);
      guint64 writer;

      service_next (rig->service, OPERATION_GET_IDENTITY, answer_failed (OPERATION_GET_IDENTITY, codes[i]));
      writer = rig_write_identity (rig, FJELL);
      rig_serve (rig);
      assert_done (rig, writer);
      g_assert_cmpuint (rig_changed_before (rig, writer) & CHANGED_IDENTITY, !=, 0);
      g_assert_cmpstr (account_last_identity (rig->account)->text, ==, FJELL);
      g_assert_null (account_described_identity (rig->account));
    }
}

static void
a_switch_is_told_once_it_is_confirmed (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJORD);

  rig->changed = 0;
  rig_write_identity (rig, FJELL);
  rig_serve_one (rig);
  assert_calling (rig, OPERATION_GET_IDENTITY);
  g_assert_cmpuint (rig->changed & CHANGED_IDENTITY, ==, 0);
  g_assert_cmpstr (account_last_identity (rig->account)->text, ==, FJORD);
  rig_serve_one (rig);
  g_assert_cmpuint (rig->changed & CHANGED_IDENTITY, !=, 0);
  g_assert_cmpstr (account_last_identity (rig->account)->text, ==, FJELL);
}

static void
the_identity_that_a_lost_switch_made_active_is_never_told (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJORD);

  rig->service->lost[OPERATION_SET_IDENTITY_BY_ID] = 1;
  rig_write_identity (rig, FJELL);
  rig_serve (rig);
  rig_want (rig, WANT_COOKIE);
  for (guint calls = 0; rig->call != 0; calls++)
    {
      g_assert_cmpuint (calls, <, 10);
      rig_serve_one (rig);
      g_assert_cmpstr (account_last_identity (rig->account)->text, ==, FJORD);
    }
  assert_calls (rig, "SetIdentityById GetIdentity SetIdentityById GetIdentity");
}

static const Sentence sentences[] = {
  SENTENCE (a_switch_by_id_is_made_and_confirmed),
  SENTENCE (a_switch_by_a_whole_identity_uses_set_identity),
  SENTENCE (a_switch_to_an_identity_that_is_not_listed_has_the_list_fetched_again),
  SENTENCE (an_identity_that_the_service_does_not_know_is_not_found),
  SENTENCE (a_switch_that_the_service_refuses_changes_nothing),
  SENTENCE (a_switch_that_never_left_changes_nothing),
  SENTENCE (after_a_lost_answer_the_identity_is_asked_and_the_chosen_one_put_back),
  SENTENCE (after_a_lost_answer_to_a_call_that_did_nothing_one_question_is_enough),
  SENTENCE (after_a_lost_answer_there_is_no_grace),
  SENTENCE (while_a_switch_is_on_its_way_no_cookie_is_served),
  SENTENCE (an_interrupted_switch_is_undone_before_a_cookie_is_served),
  SENTENCE (a_switch_that_waits_its_turn_is_interrupted_without_a_trace),
  SENTENCE (switches_run_in_the_order_in_which_they_were_written),
  SENTENCE (a_switch_without_a_session_or_credential_has_no_key),
  SENTENCE (a_switch_whose_session_ends_in_the_middle_of_it_holds),
  SENTENCE (a_switch_of_an_ended_session_is_carried_by_a_login),
  SENTENCE (a_switch_that_cannot_be_confirmed_succeeds_but_serves_nothing_before),
  SENTENCE (a_switch_that_cannot_be_confirmed_is_told_before_the_writer_goes_on),
  SENTENCE (a_switch_is_told_once_it_is_confirmed),
  SENTENCE (the_identity_that_a_lost_switch_made_active_is_never_told),
};

MAIN ("account, switch")
