/* What a report tells of the sessions that are an identity's own (account/report.h). */
#include "account/report.h"

#include "support/crowd.h"

static AccountReport
report_of (const Crowd *crowd)
{
  AccountReport report;

  account_report (crowd->account, crowd->now, &report);
  return report;
}

/* The first @count identities' own sessions are read, and served. */
static void
serve (Crowd *crowd, guint count)
{
  for (guint i = 0; i < count; i++)
    crowd_want (crowd, i);
  crowd_live (crowd, 3600);
}

static guint
count_all (const AccountReport *report)
{
  guint all = 0;

  for (SessionState state = 0; state < N_STATES; state++)
    all += report->own_sessions[state];
  return all;
}

static void
nobody_has_one_until_somebody_reads_it (void)
{
  g_autoptr (Crowd) crowd = crowd_new (5, 7200);
  AccountReport report = report_of (crowd);

  g_assert_cmpuint (count_all (&report), ==, 0);
  g_assert_cmpint (report.own_queue, ==, 0);
  g_assert_cmpint (report.own_check_ttl_us, ==, crowd->config.check_ttl_us);
}

static void
those_that_live_are_counted (void)
{
  g_autoptr (Crowd) crowd = crowd_new (5, 7200);
  AccountReport report;

  serve (crowd, 3);
  report = report_of (crowd);
  g_assert_cmpuint (report.own_sessions[STATE_LIVE], ==, 3);
  g_assert_cmpuint (count_all (&report), ==, 3);
  g_assert_cmpuint (report.logins, ==, 4);
  g_assert_cmpint (report.own_waiters, ==, 0);
}

static void
who_waits_for_a_first_login_is_counted_and_so_is_who_waits_for_a_turn (void)
{
  g_autoptr (Crowd) crowd = crowd_new (100, 7200);
  AccountReport report;

  for (guint i = 0; i < 100; i++)
    crowd_want (crowd, i);
  report = report_of (crowd);
  g_assert_cmpuint (report.own_sessions[STATE_NONE], ==, 100);
  g_assert_cmpint (report.own_waiters, ==, 100);
  g_assert_cmpint (report.own_queue, >=, 90);
  g_assert_cmpint (report.own_queue, <, 100);
  g_assert_cmpuint (report.waiters, ==, 0);
  g_assert_null (report.waiting_for);
}

static void
many_in_use_stretch_the_time_between_checks (void)
{
  g_autoptr (Crowd) crowd = crowd_new (300, 7200);

  serve (crowd, 300);
  g_assert_cmpint (report_of (crowd).own_check_ttl_us, ==, 300 * G_USEC_PER_SEC);
}

static void
one_whose_identity_is_not_to_be_had_is_revoked_and_the_mount_is_not (void)
{
  g_autoptr (Crowd) crowd = crowd_new (3, 7200);
  AccountReport report;

  service_remove (crowd->service, crowd_identity (1).text);
  for (guint i = 0; i < 2; i++)
    {
      crowd_want (crowd, 1);
      crowd_live (crowd, 0);
    }
  report = report_of (crowd);
  g_assert_cmpuint (report.own_sessions[STATE_REVOKED], ==, 1);
  g_assert_cmpuint (report.state, ==, STATE_LIVE);
  g_assert_cmpint (report.backoff_until_us, ==, NEVER);
}

static void
what_keeps_all_from_calling_keeps_each_of_them (void)
{
  g_autoptr (Crowd) crowd = crowd_new (3, 7200);
  AccountReport report;

  serve (crowd, 2);
  crowd->service->says_allowed = TRUE;
  crowd->service->allowed = 0;
  crowd->service->allowed_until_us = crowd->now.wall_us + 1800 * (gint64)G_USEC_PER_SEC;
  crowd_want_now (crowd, 1);
  crowd_live (crowd, 0);
  report = report_of (crowd);
  g_assert_cmpuint (report.state, ==, STATE_QUARANTINED);
  g_assert_cmpuint (report.own_sessions[STATE_QUARANTINED], ==, 2);
}

static const Sentence sentences[] = {
  SENTENCE (nobody_has_one_until_somebody_reads_it),
  SENTENCE (those_that_live_are_counted),
  SENTENCE (who_waits_for_a_first_login_is_counted_and_so_is_who_waits_for_a_turn),
  SENTENCE (many_in_use_stretch_the_time_between_checks),
  SENTENCE (one_whose_identity_is_not_to_be_had_is_revoked_and_the_mount_is_not),
  SENTENCE (what_keeps_all_from_calling_keeps_each_of_them),
};

MAIN ("report of own sessions")
