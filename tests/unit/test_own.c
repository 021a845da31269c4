/* Sessions that are an identity's own: right, paced, fair, and no burden to the mount's own session. */
#include "support/crowd.h"

#include <string.h>

static guint
count_served (Crowd *crowd, guint64 first, guint count)
{
  guint served = 0;

  for (guint i = 0; i < count; i++)
    served += !crowd_waits (crowd, first + i) && crowd_error (crowd, first + i) == NULL;
  return served;
}

static guint64
want_all (Crowd *crowd, guint count)
{
  guint64 first = crowd_want (crowd, 0);

  for (guint i = 1; i < count; i++)
    crowd_want (crowd, i);
  return first;
}

static void
a_first_read_logs_in_as_the_identity (void)
{
  g_autoptr (Crowd) crowd = crowd_new (3, 7200);
  guint64 reader = crowd_want (crowd, 1);

  crowd_live (crowd, 0);
  assert_served (crowd, reader);
  g_assert_nonnull (crowd_cookie (crowd, 1));
  g_assert_cmpuint (crowd_logins (crowd), ==, 1);
  g_assert_cmpuint (crowd->calls_made[OPERATION_GET_IDENTITY], ==, 1);
  g_assert_cmpuint (crowd->own_changes, ==, 1);
}

static void
whether_one_that_nobody_has_read_is_alive_needs_no_call_and_leaves_nothing (void)
{
  g_autoptr (Crowd) crowd = crowd_new (3, 7200);
  Guid identity = crowd_identity (1);

  g_assert_true (account_is_ready (crowd->account, WANT_SESSION, &identity, crowd->now));
  g_assert_false (account_is_ready (crowd->account, WANT_COOKIE, &identity, crowd->now));
  g_assert_false (account_has_own_session (crowd->account, &identity));
}

static void
it_is_put_on_the_identity_when_the_login_ignores_that (void)
{
  g_autoptr (Crowd) crowd = crowd_new (3, 7200);
  guint64 reader;

  crowd->service->ignores_identity_id = TRUE;
  reader = crowd_want (crowd, 1);
  crowd_live (crowd, 0);
  assert_served (crowd, reader);
  g_assert_nonnull (crowd_cookie (crowd, 1));
}

static void
a_second_read_calls_nothing_and_a_later_one_asks_once (void)
{
  g_autoptr (Crowd) crowd = crowd_new (3, 7200);

  crowd_want (crowd, 1);
  crowd_live (crowd, 0);
  memset (crowd->calls_made, 0, sizeof crowd->calls_made);
  assert_served (crowd, crowd_want (crowd, 1));
  crowd->now.boot_us += 61 * G_USEC_PER_SEC;
  crowd_want (crowd, 1);
  crowd_live (crowd, 0);
  g_assert_cmpuint (crowd->calls_made[OPERATION_GET_IDENTITY], ==, 1);
  g_assert_cmpuint (crowd->calls_made[OPERATION_HAS_SESSION], ==, 0);
  g_assert_cmpuint (crowd_logins (crowd), ==, 0);
}

static void
a_hundred_readers_of_one_share_a_login (void)
{
  g_autoptr (Crowd) crowd = crowd_new (3, 7200);
  guint64 first = crowd_want (crowd, 1);

  for (guint i = 1; i < 100; i++)
    crowd_want (crowd, 1);
  crowd_live (crowd, 0);
  g_assert_cmpuint (count_served (crowd, first, 100), ==, 100);
  g_assert_cmpuint (crowd_logins (crowd), ==, 1);
}

static void
three_hundred_first_reads_are_no_burst (void)
{
  g_autoptr (Crowd) crowd = crowd_new (300, 7200);
  guint64 first = want_all (crowd, 300);
  double seconds = crowd_live (crowd, 600);

  g_assert_cmpuint (count_served (crowd, first, 300), ==, 300);
  g_assert_cmpuint (crowd_logins (crowd), ==, 300);
  g_assert_cmpuint (crowd->most_calls, <=, 8);
  g_assert_cmpfloat (seconds, >=, 600 / 20.0);
  g_assert_cmpfloat (seconds, <=, 60);
  for (guint i = 0; i < 300; i++)
    g_assert_nonnull (crowd_cookie (crowd, i));
}

static void
who_asks_first_is_served_first (void)
{
  g_autoptr (Crowd) crowd = crowd_new (100, 7200);
  guint64 first = want_all (crowd, 100);

  crowd_live (crowd, 3);
  g_assert_cmpuint (count_served (crowd, first, 20), ==, 20);
  g_assert_cmpuint (count_served (crowd, first + 80, 20), ==, 0);
  g_assert_true (crowd_waits (crowd, first + 99));
}

static void
the_mount_itself_does_not_wait_behind_them (void)
{
  g_autoptr (Crowd) crowd = crowd_new (100, 7200);

  want_all (crowd, 100);
  crowd_switch (crowd, FJELL);
}

static void
at_most_half_of_the_budget_goes_to_checks (void)
{
  g_autoptr (Crowd) crowd = crowd_new (1000, 7200);

  want_all (crowd, 1000);
  crowd_live (crowd, 3600);
  crowd->now.boot_us += 3600 * (gint64)G_USEC_PER_SEC;
  memset (crowd->calls_made, 0, sizeof crowd->calls_made);
  for (guint minute = 0; minute < 60; minute++)
    {
      want_all (crowd, 1000);
      crowd_live (crowd, 60);
      crowd->now.boot_us += 60 * (gint64)G_USEC_PER_SEC;
    }
  g_assert_cmpuint (crowd->calls_made[OPERATION_GET_IDENTITY], <=, 2 * 3600 + 1000);
  g_assert_cmpuint (crowd->calls_made[OPERATION_GET_IDENTITY], >=, 3600);
  g_assert_cmpuint (crowd_logins (crowd), ==, 0);
}

static void
one_that_ended_is_renewed_by_its_next_reader (void)
{
  g_autoptr (Crowd) crowd = crowd_new (3, 7200);
  guint64 reader;

  crowd_want (crowd, 1);
  crowd_live (crowd, 0);
  service_end_sessions (crowd->service);
  reader = crowd_want_now (crowd, 1);
  crowd_live (crowd, 0);
  assert_served (crowd, reader);
  g_assert_nonnull (crowd_cookie (crowd, 1));
  g_assert_cmpuint (crowd_logins (crowd), ==, 2);
}

static void
one_that_somebody_switched_is_dropped_and_renewed (void)
{
  g_autoptr (Crowd) crowd = crowd_new (3, 7200);
  guint64 reader;
  g_autofree char *before = NULL;

  crowd_want (crowd, 1);
  crowd_live (crowd, 0);
  before = g_strdup (crowd_cookie (crowd, 1));
  service_switch_all (crowd->service, crowd_identity (2).text);
  reader = crowd_want_now (crowd, 1);
  crowd_live (crowd, 0);
  assert_served (crowd, reader);
  g_assert_cmpstr (crowd_cookie (crowd, 1), !=, before);
  g_assert_cmpuint (crowd_logins (crowd), ==, 2);
  g_assert_cmpuint (crowd->calls_made[OPERATION_SET_IDENTITY_BY_ID], ==, 0);
}

static void
one_whose_identity_disappeared_is_dropped (void)
{
  g_autoptr (Crowd) crowd = crowd_new (3, 7200);
  guint64 reader;

  crowd_want (crowd, 1);
  crowd_live (crowd, 0);
  service_remove (crowd->service, crowd_identity (1).text);
  crowd_fetch_list (crowd);
  g_assert_null (crowd_cookie (crowd, 1));
  reader = crowd_want (crowd, 1);
  g_assert_error (crowd_error (crowd, reader), SO24_ERROR, SO24_ERROR_REVOKED);
  g_assert_cmpuint (crowd_logins (crowd), ==, 1);
}

static void
a_login_shows_which_identities_are_gone (void)
{
  g_autoptr (Crowd) crowd = crowd_new (3, 7200);

  crowd_want (crowd, 1);
  crowd_live (crowd, 0);
  service_remove (crowd->service, crowd_identity (1).text);
  crowd_log_in (crowd);
  g_assert_error (crowd_error (crowd, crowd_want (crowd, 1)), SO24_ERROR, SO24_ERROR_REVOKED);
}

static void
a_login_that_is_refused_is_no_hindrance_to_others (void)
{
  g_autoptr (Crowd) crowd = crowd_new (3, 7200);
  guint64 refused, other;

  service_next (crowd->service, OPERATION_LOGIN, answer_fault (OPERATION_LOGIN, "Something is odd"));
  refused = crowd_want (crowd, 1);
  other = crowd_want (crowd, 2);
  crowd_live (crowd, 1);
  g_assert_error (crowd_error (crowd, refused), SO24_ERROR, SO24_ERROR_REMOTE);
  assert_served (crowd, other);
}

/* Nobody told us, until a Login shows it; and then it is not tried with each read. */
static void
one_whose_identity_is_not_to_be_had_backs_off (void)
{
  g_autoptr (Crowd) crowd = crowd_new (3, 7200);
  guint64 readers[2];

  service_remove (crowd->service, crowd_identity (1).text);
  for (guint i = 0; i < 2; i++)
    {
      readers[i] = crowd_want (crowd, 1);
      crowd_live (crowd, 0);
      g_assert_error (crowd_error (crowd, readers[i]), SO24_ERROR, SO24_ERROR_REVOKED);
    }
  g_assert_cmpuint (crowd_logins (crowd), ==, 1);
}

static void
a_blocked_one_is_no_hindrance_to_the_others (void)
{
  g_autoptr (Crowd) crowd = crowd_new (3, 7200);
  Guid blocked = crowd_identity (1);
  guint64 reader, other, again;

  crowd->service->blocked = blocked.text;
  reader = crowd_want (crowd, 1);
  other = crowd_want (crowd, 2);
  crowd_live (crowd, 1);
  g_assert_error (crowd_error (crowd, reader), SO24_ERROR, SO24_ERROR_BLOCKED);
  assert_served (crowd, other);
  again = crowd_want (crowd, 1);
  g_assert_error (crowd_error (crowd, again), SO24_ERROR, SO24_ERROR_BLOCKED);
}

static void
an_interrupted_reader_leaves_at_once (void)
{
  g_autoptr (Crowd) crowd = crowd_new (30, 7200);
  guint64 first = want_all (crowd, 30);

  for (guint i = 0; i < 30; i++)
    {
      crowd_interrupt (crowd, first + i);
      g_assert_error (crowd_error (crowd, first + i), SO24_ERROR, SO24_ERROR_INTERRUPTED);
    }
  crowd_live (crowd, 60);
  g_assert_cmpuint (crowd_logins (crowd), <=, 2);
}

static void
they_survive_a_restart (void)
{
  g_autoptr (Crowd) crowd = crowd_new (20, 7200);
  guint64 first;

  want_all (crowd, 20);
  crowd_live (crowd, 60);
  crowd_restart (crowd);
  first = want_all (crowd, 20);
  crowd_live (crowd, 60);
  g_assert_cmpuint (count_served (crowd, first, 20), ==, 20);
  g_assert_cmpuint (crowd_logins (crowd), ==, 20);
}

static void
they_survive_a_stop_too (void)
{
  g_autoptr (Crowd) crowd = crowd_new (20, 7200);
  guint64 first;

  want_all (crowd, 20);
  crowd_live (crowd, 60);
  crowd_stop (crowd);
  crowd_restart (crowd);
  first = want_all (crowd, 20);
  crowd_live (crowd, 60);
  g_assert_cmpuint (count_served (crowd, first, 20), ==, 20);
  g_assert_cmpuint (crowd_logins (crowd), ==, 20);
}

static void
logging_out_drops_them_all (void)
{
  g_autoptr (Crowd) crowd = crowd_new (20, 7200);

  want_all (crowd, 20);
  crowd_live (crowd, 60);
  crowd_log_out (crowd);
  for (guint i = 0; i < 20; i++)
    g_assert_null (crowd_cookie (crowd, i));
  g_assert_error (crowd_error (crowd, crowd_want (crowd, 3)), SO24_ERROR, SO24_ERROR_NO_KEY);
  crowd_restart (crowd);
  for (guint i = 0; i < 20; i++)
    g_assert_null (crowd_cookie (crowd, i));
}

static void
a_thousand_idle_ones_are_forgotten_when_they_end (void)
{
  g_autoptr (Crowd) crowd = crowd_new (1000, 0);
  guint64 first = want_all (crowd, 1000);

  crowd_live (crowd, 3600);
  g_assert_cmpuint (count_served (crowd, first, 1000), ==, 1000);
  g_assert_cmpuint (crowd_logins (crowd), ==, 1000);
  crowd_log_out (crowd);
  g_assert_null (crowd_cookie (crowd, 999));
}

static const Sentence sentences[] = {
  SENTENCE (a_first_read_logs_in_as_the_identity),
  SENTENCE (whether_one_that_nobody_has_read_is_alive_needs_no_call_and_leaves_nothing),
  SENTENCE (it_is_put_on_the_identity_when_the_login_ignores_that),
  SENTENCE (a_second_read_calls_nothing_and_a_later_one_asks_once),
  SENTENCE (a_hundred_readers_of_one_share_a_login),
  SENTENCE (three_hundred_first_reads_are_no_burst),
  SENTENCE (who_asks_first_is_served_first),
  SENTENCE (the_mount_itself_does_not_wait_behind_them),
  SENTENCE (at_most_half_of_the_budget_goes_to_checks),
  SENTENCE (one_that_ended_is_renewed_by_its_next_reader),
  SENTENCE (one_that_somebody_switched_is_dropped_and_renewed),
  SENTENCE (one_whose_identity_disappeared_is_dropped),
  SENTENCE (a_login_shows_which_identities_are_gone),
  SENTENCE (a_login_that_is_refused_is_no_hindrance_to_others),
  SENTENCE (one_whose_identity_is_not_to_be_had_backs_off),
  SENTENCE (a_blocked_one_is_no_hindrance_to_the_others),
  SENTENCE (an_interrupted_reader_leaves_at_once),
  SENTENCE (they_survive_a_restart),
  SENTENCE (they_survive_a_stop_too),
  SENTENCE (logging_out_drops_them_all),
  SENTENCE (a_thousand_idle_ones_are_forgotten_when_they_end),
};

MAIN ("own sessions")
