/*
 * Two mounts of one account, which are told of what the other has stored: whatever happened to each, they come to rest, and
 * then agree.
 */
#include "support/mounts.h"

#include <string.h>

#define OTHER "eva@example.com"

static void
read_cookie (Pair *pair, guint i)
{
  pair_pass (pair, 61);
  rig_want (pair->rigs[i], WANT_COOKIE);
}

static void
nothing (Pair *pair, guint i)
{
}

static void
ask (Pair *pair, guint i)
{
  rig_want_now (pair->rigs[i], WANT_SESSION);
}

static void
switch_to_fjell (Pair *pair, guint i)
{
  rig_write_identity (pair->rigs[i], FJELL);
}

static void
switch_to_skog (Pair *pair, guint i)
{
  rig_write_identity (pair->rigs[i], SKOG);
}

static void
begin_a_switch (Pair *pair, guint i)
{
  rig_interrupt (pair->rigs[i], rig_write_identity (pair->rigs[i], SKOG));
}

static void
log_in (Pair *pair, guint i)
{
  rig_write_login (pair->rigs[i], credential_by_password (OPS, PASSWORD, NULL));
}

static void
log_in_on_skog (Pair *pair, guint i)
{
  rig_write_login (pair->rigs[i], credential_by_password (OPS, PASSWORD, SKOG));
}

static void
log_out (Pair *pair, guint i)
{
  rig_write_logout (pair->rigs[i]);
}

static void
lose_the_session (Pair *pair, guint i)
{
  service_end_sessions (pair->rigs[i]->service);
  read_cookie (pair, i);
}

static void
fail_to_renew (Pair *pair, guint i)
{
  service_next (pair->rigs[i]->service, OPERATION_LOGIN, answer_failed (OPERATION_LOGIN, SO24_ERROR_REMOTE));
  lose_the_session (pair, i);
}

static void
be_throttled (Pair *pair, guint i)
{
  Answer *answer = answer_failed (OPERATION_HAS_SESSION, SO24_ERROR_THROTTLED);

  answer->retry_after_s = 100;
  service_next (pair->rigs[i]->service, OPERATION_HAS_SESSION, answer);
  read_cookie (pair, i);
}

static void
be_quarantined (Pair *pair, guint i)
{
  service_next (pair->rigs[i]->service, OPERATION_HAS_SESSION,
                answer_fault (OPERATION_HAS_SESSION, "Limit exceeded by 1. Quarantine ends at some time"));
  read_cookie (pair, i);
}

static void
find_a_foreign_switch (Pair *pair, guint i)
{
  service_switch_all (pair->rigs[i]->service, SKOG);
  read_cookie (pair, i);
}

static void
find_another_identity_in_the_file (Pair *pair, guint i)
{
  rig_present (pair->rigs[i], credential_by_password (OPS, PASSWORD, FJELL), FALSE);
  read_cookie (pair, i);
}

static void (*const changes[]) (Pair *pair, guint i) = {
  nothing,
  ask,
  switch_to_fjell,
  switch_to_skog,
  begin_a_switch,
  log_in,
  log_in_on_skog,
  log_out,
  lose_the_session,
  fail_to_renew,
  be_throttled,
  be_quarantined,
  find_a_foreign_switch,
  find_another_identity_in_the_file,
};

/* Both have the session, and the credential too. */
static Pair *
pair_logged_in (void)
{
  Pair *pair = pair_new ();

  rig_present_ops (pair->rigs[0]);
  rig_present_ops (pair->rigs[1]);
  log_in (pair, 0);
  pair_rest (pair);
  return pair;
}

static void
assert_at_rest (Pair *pair)
{
  pair_rest (pair);
  g_assert_cmpuint (pair->known[0], ==, pair->generation);
  g_assert_cmpuint (pair->known[1], ==, pair->generation);
}

/* Once the service behaves and all waits are over, both serve the same session, on the same identity. */
static void
assert_agreed (Pair *pair)
{
  const Secret *cookies[2];
  Operation operation;

  for (operation = 0; operation < N_OPERATIONS; operation++)
    g_queue_clear_full (&pair->rigs[0]->service->next[operation], (GDestroyNotify)answer_free);
  for (guint round = 0; round < 2; round++)
    for (guint i = 0; i < 2; i++)
      {
        pair_pass (pair, 3600);
        rig_want (pair->rigs[i], WANT_COOKIE);
        assert_at_rest (pair);
      }
  for (guint i = 0; i < 2; i++)
    {
      rig_want (pair->rigs[i], WANT_COOKIE);
      assert_at_rest (pair);
    }
  for (guint i = 0; i < 2; i++)
    cookies[i] = account_cookie (pair->rigs[i]->account, NULL);
  g_assert_true ((cookies[0] == NULL) == (cookies[1] == NULL));
  g_assert_true (cookies[0] == NULL || secret_equal (cookies[0], cookies[1]));
}

static void
one_session_is_enough_for_two (void)
{
  g_autoptr (Pair) pair = pair_logged_in ();

  read_cookie (pair, 0);
  read_cookie (pair, 1);
  pair_rest (pair);
  assert_cookie (pair->rigs[0], "sid-1");
  assert_cookie (pair->rigs[1], "sid-1");
}

static void
when_it_ends_one_of_them_logs_in (void)
{
  g_autoptr (Pair) pair = pair_logged_in ();

  service_end_sessions (pair->rigs[0]->service);
  pair_pass (pair, 61);
  rig_want (pair->rigs[0], WANT_COOKIE);
  rig_want (pair->rigs[1], WANT_COOKIE);
  pair_rest (pair);
  assert_cookie (pair->rigs[0], "sid-2");
  assert_cookie (pair->rigs[1], "sid-2");
  g_assert_cmpuint (pair->rigs[0]->service->sessions_made, ==, 2);
}

static void
what_one_chooses_the_other_serves (void)
{
  g_autoptr (Pair) pair = pair_logged_in ();

  for (guint i = 0; i < 10; i++)
    {
      rig_write_identity (pair->rigs[i % 2], i % 3 == 0 ? FJELL : SKOG);
      pair_rest (pair);
      assert_identity (pair->rigs[0], i % 3 == 0 ? FJELL : SKOG);
      assert_identity (pair->rigs[1], i % 3 == 0 ? FJELL : SKOG);
      assert_read (pair->rigs[0], WANT_COOKIE);
      assert_read (pair->rigs[1], WANT_COOKIE);
    }
}

/* Each combination of a change here and one there, before either has heard of the other's. */
static void
after_any_two_changes_at_once_they_come_to_rest (void)
{
  for (gsize a = 0; a < G_N_ELEMENTS (changes); a++)
    for (gsize b = 0; b < G_N_ELEMENTS (changes); b++)
      {
        g_autoptr (Pair) pair = pair_logged_in ();

        g_test_message ("changes %" G_GSIZE_FORMAT " and %" G_GSIZE_FORMAT, a, b);
        changes[a](pair, 0);
        changes[b](pair, 1);
        assert_at_rest (pair);
        assert_agreed (pair);
      }
}

static void
some_steps (Pair *pair, GRand *random)
{
  for (gint32 steps = g_rand_int_range (random, 0, 12); steps > 0; steps--)
    pair_step (pair, (guint)g_rand_int_range (random, 0, 2));
}

static void
change_at_random (Pair *pair, GRand *random)
{
  changes[g_rand_int_range (random, 0, G_N_ELEMENTS (changes))](pair, (guint)g_rand_int_range (random, 0, 2));
  pair_pass (pair, g_rand_int_range (random, 0, 5) == 0 ? 61 : 0.01);
  pair->slow = g_rand_boolean (random);
  some_steps (pair, random);
}

/* First while the service does not answer, and then when it does. */
static void
assert_at_rest_while_the_service_is_slow (Pair *pair)
{
  pair->slow = TRUE;
  assert_at_rest (pair);
  pair->slow = FALSE;
  assert_at_rest (pair);
}

static void
after_a_few_random_changes_they_come_to_rest (void)
{
  for (guint32 seed = 1; seed <= 2000; seed++)
    {
      g_autoptr (Pair) pair = pair_logged_in ();
      g_autoptr (GRand) random = g_rand_new_with_seed (seed);

      g_test_message ("seed %u", seed);
      for (guint i = 0; i < 6; i++)
        change_at_random (pair, random);
      assert_at_rest_while_the_service_is_slow (pair);
    }
}

static void
while_one_switches_what_is_withheld_they_come_to_rest (void)
{
  g_autoptr (Pair) pair = pair_logged_in ();

  find_a_foreign_switch (pair, 0);
  pair_rest (pair);
  pair->slow = TRUE;
  switch_to_fjell (pair, 1);
  assert_at_rest (pair);
}

/* While one of them logs in, the other's reader waits for the lock, and then finds the session. */
static void
readers_of_both_mounts_are_served_by_one_login (void)
{
  g_autoptr (Pair) pair = pair_logged_in ();
  guint64 readers[2];

  service_end_sessions (pair->rigs[0]->service);
  pair_pass (pair, 61);
  for (guint i = 0; i < 2; i++)
    readers[i] = rig_want (pair->rigs[i], WANT_COOKIE);
  pair_rest (pair);
  assert_done (pair->rigs[0], readers[0]);
  assert_done (pair->rigs[1], readers[1]);
}

/* Whatever comes between the end of a Login here and the other's hearing of it: nobody died. */
static void
a_login_that_ended_is_not_taken_for_one_that_crashed (void)
{
  for (guint32 seed = 1; seed <= 500; seed++)
    {
      g_autoptr (Pair) pair = pair_logged_in ();
      g_autoptr (GRand) random = g_rand_new_with_seed (seed);
      guint64 readers[2];

      g_test_message ("seed %u", seed);
      for (guint round = 0; round < 5; round++)
        {
          service_end_sessions (pair->rigs[0]->service);
          for (guint i = 0; i < 2; i++)
            {
              readers[i] = rig_want_now (pair->rigs[i], WANT_COOKIE);
              some_steps (pair, random);
            }
          pair_rest (pair);
          for (guint i = 0; i < 2; i++)
            assert_done (pair->rigs[i], readers[i]);
          pair_pass (pair, 0.1);
        }
    }
}

/* Both have the same wrong file. */
static void
two_mounts_whose_credential_was_rejected_come_to_rest (void)
{
  g_autoptr (Pair) pair = pair_new ();

  for (guint i = 0; i < 2; i++)
    {
      rig_present (pair->rigs[i], credential_by_password (OPS, "wrong", NULL), FALSE);
      rig_want (pair->rigs[i], WANT_COOKIE);
      assert_at_rest (pair);
    }
}

static void
two_mounts_that_know_at_the_start_that_it_was_rejected_come_to_rest (void)
{
  g_autoptr (Pair) pair = pair_new ();

  for (guint i = 0; i < 2; i++)
    rig_present (pair->rigs[i], credential_by_password (OPS, "wrong", NULL), TRUE);
  assert_at_rest (pair);
}

static void
two_mounts_of_two_users_come_to_rest (void)
{
  g_autoptr (Pair) pair = pair_new ();

  log_in (pair, 0);
  rig_write_login (pair->rigs[1], credential_by_password (OTHER, PASSWORD, NULL));
  assert_at_rest (pair);
}

static const Sentence sentences[] = {
  SENTENCE (one_session_is_enough_for_two),
  SENTENCE (when_it_ends_one_of_them_logs_in),
  SENTENCE (what_one_chooses_the_other_serves),
  SENTENCE (after_any_two_changes_at_once_they_come_to_rest),
  SENTENCE (after_a_few_random_changes_they_come_to_rest),
  SENTENCE (while_one_switches_what_is_withheld_they_come_to_rest),
  SENTENCE (readers_of_both_mounts_are_served_by_one_login),
  SENTENCE (a_login_that_ended_is_not_taken_for_one_that_crashed),
  SENTENCE (two_mounts_whose_credential_was_rejected_come_to_rest),
  SENTENCE (two_mounts_that_know_at_the_start_that_it_was_rejected_come_to_rest),
  SENTENCE (two_mounts_of_two_users_come_to_rest),
};

MAIN ("account, two mounts")
