/* What must never become a storm of calls, whatever the service does: design.md, section 5, rules 1, 4 and 8. */
#include "support/rig.h"

/* @confirm: the session lives long enough for GetIdentity. */
static guint
logins_in_an_hour_of_sessions_that_die_at_once (gboolean confirm)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  for (guint second = 0; second < 3600; second++)
    {
      rig_pass (rig, 1);
      service_end_sessions (rig->service);
      rig_want (rig, WANT_COOKIE);
      while (rig->call != 0)
        {
          if (rig->request->operation == OPERATION_GET_IDENTITY && !confirm)
            service_end_sessions (rig->service);
          rig_serve_one (rig);
        }
    }
  return rig->calls_made[OPERATION_LOGIN];
}

static void
sessions_that_die_at_once_cause_no_storm_of_logins (void)
{
  g_assert_cmpuint (logins_in_an_hour_of_sessions_that_die_at_once (FALSE), <, 25);
  g_assert_cmpuint (logins_in_an_hour_of_sessions_that_die_at_once (TRUE), <, 65);
}

static void
a_service_that_fails_every_call_is_not_hammered_by_a_waiting_crowd (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  guint calls = 0;

  rig->service->away = TRUE;
  rig_pass (rig, 400);
  service_next (rig->service, OPERATION_HAS_SESSION, answer_false (OPERATION_HAS_SESSION));
  for (guint i = 0; i < 1000; i++)
    rig_want (rig, WANT_COOKIE);
  for (; rig->call != 0; calls++)
    rig_serve_one (rig);
  g_assert_cmpuint (calls, ==, 2);
}

static void
a_blocked_identity_is_not_hammered_by_a_waiting_crowd (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  rig->service->blocked = FJORD;
  service_end_sessions (rig->service);
  rig_pass (rig, 61);
  for (guint i = 0; i < 1000; i++)
    rig_want (rig, (Want)(WANT_SESSION + i % (N_WANTS - WANT_SESSION)));
  rig_serve (rig);
  assert_calls (rig, "HasSession Login");
}

/* The same fault to every call, for an hour with a reader of each file a second. */
static guint
calls_in_an_hour_of (const char *fault)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  guint calls = 0;

  for (guint second = 0; second < 3600; second++)
    {
      rig_pass (rig, 1);
      for (Want want = WANT_SESSION; want < N_WANTS; want++)
        rig_want (rig, want);
      for (; rig->call != 0; calls++)
        rig_answer (rig, answer_fault (rig->request->operation, fault));
      g_string_truncate (rig->log, 0);
    }
  return calls;
}

static void
a_fault_to_everything_costs_no_more_than_the_budget (void)
{
  g_assert_cmpuint (calls_in_an_hour_of ("Not authenticated"), <, 60);
  g_assert_cmpuint (calls_in_an_hour_of ("Too many requests, try again later"), <, 60);
  g_assert_cmpuint (calls_in_an_hour_of ("Limit exceeded by 1. Quarantine ends at some time"), <=, 2);
  g_assert_cmpuint (calls_in_an_hour_of ("Invalid username or password"), <=, 7200);
  g_assert_cmpuint (calls_in_an_hour_of ("The identity is blocked"), <=, 7200);
}

static const Sentence sentences[] = {
  SENTENCE (sessions_that_die_at_once_cause_no_storm_of_logins),
  SENTENCE (a_service_that_fails_every_call_is_not_hammered_by_a_waiting_crowd),
  SENTENCE (a_blocked_identity_is_not_hammered_by_a_waiting_crowd),
  SENTENCE (a_fault_to_everything_costs_no_more_than_the_budget),
};

MAIN ("account, storms")
