/* What those who watch files are told (tree/rings.h): each change of what a reader would get, once, and nothing else. */
#include "tree/rings.h"

#include "support/mounts.h"
#include "support/sentences.h"

/* A mount of which somebody watches the root: looked at whenever something may have changed, as the daemon does. */
typedef struct
{
  Rig *rig;
  Tree *tree;
  Rings *rings;
  GString *told; /* names, since last asserted */
} Watch;

/* Takes @rig. */
static Watch *
watch_new (Rig *rig)
{
  TreeConfig config = {.mountpoint = "/mnt/so24"};
  Watch *watch = g_new0 (Watch, 1);

  watch->rig = rig;
  watch->tree = tree_new (&config, rig->account);
  watch->rings = rings_new (watch->tree, NULL);
  rings_settle (watch->rings);
  watch->told = g_string_new (NULL);
  return watch;
}

static void
watch_free (Watch *watch)
{
  rings_free (watch->rings);
  tree_free (watch->tree);
  rig_free (watch->rig);
  g_string_free (watch->told, TRUE);
  g_free (watch);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Watch, watch_free)

static void
look (Watch *watch)
{
  g_autoptr (GArray) nodes = g_array_new (FALSE, FALSE, sizeof (NodeId));

  rings_look (watch->rings, nodes);
  for (guint i = 0; i < nodes->len; i++)
    {
      const NodeKind *kind = node_kind (g_array_index (nodes, NodeId, i));

      if (kind->parent == KIND_ROOT)
        g_string_append_printf (watch->told, "%s%s", watch->told->len == 0 ? "" : " ", kind->name);
    }
}

static void
serve (Watch *watch)
{
  look (watch);
  while (watch->rig->call != 0)
    {
      rig_serve_one (watch->rig);
      look (watch);
    }
}

static void
assert_told (Watch *watch, const char *names)
{
  look (watch);
  g_assert_cmpstr (watch->told->str, ==, names);
  g_string_truncate (watch->told, 0);
}

static void
read_as (Watch *watch, Want want)
{
  guint64 reader = rig_want (watch->rig, want);

  serve (watch);
  assert_done (watch->rig, reader);
}

static void
fail_to_read (Watch *watch, Want want, So24ErrorCode code)
{
  guint64 reader = rig_want (watch->rig, want);

  serve (watch);
  assert_failed_with (watch->rig, reader, code);
  rings_refused (watch->rings);
}

static void
switch_to (Watch *watch, const char *identity)
{
  guint64 writer = rig_write_identity (watch->rig, identity);

  serve (watch);
  assert_done (watch->rig, writer);
}

static void
log_in (Watch *watch, const char *identity)
{
  guint64 writer = rig_write_login (watch->rig, credential_by_password (OPS, PASSWORD, identity));

  serve (watch);
  assert_done (watch->rig, writer);
}

/* The session is over, and what was confirmed is old. */
static void
end_session (Watch *watch)
{
  service_end_sessions (watch->rig->service);
  rig_pass (watch->rig, 61);
}

static void
what_is_there_at_the_start_is_no_news (void)
{
  g_autoptr (Watch) watch = watch_new (rig_logged_in (NULL));

  assert_told (watch, "");
  read_as (watch, WANT_COOKIE);
  assert_told (watch, "");
}

static void
a_first_login_is_told_once (void)
{
  g_autoptr (Watch) watch = watch_new (rig_new ());

  log_in (watch, FJELL);
  assert_told (watch, "session cookie identity current");
}

static void
a_check_of_the_same_session_is_not_told (void)
{
  g_autoptr (Watch) watch = watch_new (rig_logged_in (FJELL));

  for (Want want = WANT_SESSION; want < N_WANTS; want++)
    {
      rig_pass (watch->rig, 61);
      read_as (watch, want);
    }
  assert_told (watch, "");
}

static void
a_renewal_changes_the_cookie_and_nothing_else (void)
{
  g_autoptr (Watch) watch = watch_new (rig_logged_in (FJELL));

  for (guint i = 0; i < 3; i++)
    {
      end_session (watch);
      read_as (watch, WANT_COOKIE);
      assert_told (watch, "cookie");
    }
}

static void
a_renewal_is_told_when_the_new_cookie_can_be_read (void)
{
  g_autoptr (Watch) watch = watch_new (rig_logged_in (FJELL));

  watch->rig->service->ignores_identity_id = TRUE;
  end_session (watch);
  rig_want (watch->rig, WANT_COOKIE);
  while (watch->rig->call != 0)
    {
      assert_told (watch, "");
      rig_serve_one (watch->rig);
    }
  g_assert_nonnull (account_cookie (watch->rig->account, NULL));
  assert_told (watch, "cookie");
}

static void
a_switch_changes_the_identity_and_leaves_the_cookie (void)
{
  g_autoptr (Watch) watch = watch_new (rig_logged_in (NULL));

  switch_to (watch, FJELL);
  assert_told (watch, "identity current");
  switch_to (watch, FJELL);
  assert_told (watch, "");
}

static void
a_switch_that_fails_is_not_told (void)
{
  g_autoptr (Watch) watch = watch_new (rig_logged_in (FJELL));
  guint64 writer = rig_write_identity (watch->rig, NOWHERE);

  serve (watch);
  assert_failed_with (watch->rig, writer, SO24_ERROR_NOT_FOUND);
  read_as (watch, WANT_COOKIE);
  assert_told (watch, "");
}

static void
a_login_as_another_identity_changes_both (void)
{
  g_autoptr (Watch) watch = watch_new (rig_logged_in (FJELL));

  log_in (watch, SKOG);
  assert_told (watch, "cookie identity current");
}

static void
an_end_that_nobody_renews_is_told_and_then_its_renewal_is_not (void)
{
  g_autoptr (Watch) watch = watch_new (rig_logged_in (FJELL));

  end_session (watch);
  read_as (watch, WANT_SESSION);
  assert_told (watch, "session cookie");
  read_as (watch, WANT_COOKIE);
  assert_told (watch, "session");
}

static void
a_renewal_is_told_after_somebody_was_refused (void)
{
  g_autoptr (Watch) watch = watch_new (rig_logged_in (FJELL));

  end_session (watch);
  service_next (watch->rig->service, OPERATION_LOGIN, answer_failed (OPERATION_LOGIN, SO24_ERROR_TIMED_OUT));
  fail_to_read (watch, WANT_COOKIE, SO24_ERROR_TIMED_OUT);
  assert_told (watch, "session cookie");
  rig_pass (watch->rig, 1000);
  read_as (watch, WANT_COOKIE);
  assert_told (watch, "session cookie");
}

static void
a_session_that_ends_for_good_is_told (void)
{
  g_autoptr (Watch) watch = watch_new (rig_logged_in (FJELL));

  service_next (watch->rig->service, OPERATION_LOGIN, answer_failed (OPERATION_LOGIN, SO24_ERROR_REJECTED));
  end_session (watch);
  fail_to_read (watch, WANT_COOKIE, SO24_ERROR_REJECTED);
  assert_told (watch, "session cookie identity");
}

static void
a_cookie_that_is_withheld_is_told_and_so_is_its_return (void)
{
  g_autoptr (Watch) watch = watch_new (rig_logged_in (FJORD));

  service_switch_all (watch->rig->service, FJELL);
  rig_pass (watch->rig, 61);
  fail_to_read (watch, WANT_COOKIE, SO24_ERROR_REVOKED);
  assert_told (watch, "cookie identity current");
  switch_to (watch, FJORD);
  assert_told (watch, "cookie identity current");
}

static void
a_logout_is_told (void)
{
  g_autoptr (Watch) watch = watch_new (rig_logged_in (FJELL));
  guint64 writer = rig_write_logout (watch->rig);

  serve (watch);
  assert_done (watch->rig, writer);
  assert_told (watch, "session cookie identity current");
}

static void
a_service_out_of_reach_changes_nothing (void)
{
  g_autoptr (Watch) watch = watch_new (rig_logged_in (FJELL));

  watch->rig->service->away = TRUE;
  rig_pass (watch->rig, 1000);
  fail_to_read (watch, WANT_COOKIE, SO24_ERROR_TIMED_OUT);
  watch->rig->service->away = FALSE;
  rig_pass (watch->rig, 1000);
  read_as (watch, WANT_COOKIE);
  assert_told (watch, "");
}

static void
a_stored_session_that_is_alive_is_no_news (void)
{
  Rig *rig = rig_stored_and_logged_in (FJELL);
  g_autoptr (Watch) watch = NULL;

  rig_restart (rig);
  watch = watch_new (rig);
  read_as (watch, WANT_COOKIE);
  assert_told (watch, "");
  switch_to (watch, SKOG);
  assert_told (watch, "identity current");
}

static void
a_stored_session_that_was_dead_is_told_when_it_is_renewed (void)
{
  Rig *rig = rig_with_file (FJELL);
  g_autoptr (Watch) watch = NULL;

  rig_restart (rig);
  rig_present_password (rig, OPS, PASSWORD, FJELL);
  service_end_sessions (rig->service);
  watch = watch_new (rig);
  read_as (watch, WANT_COOKIE);
  assert_told (watch, "cookie");
}

static void
another_mounts_renewal_is_told_at_once_and_not_again_when_it_was_confirmed (void)
{
  g_autoptr (Watch) watch = watch_new (rig_stored_on (FJELL));
  g_autoptr (Record) record = record_of_another_session (watch->rig, "sid-other", FJELL);

  rig_tell (watch->rig, record);
  assert_told (watch, "cookie");
  assert_cookie (watch->rig, "sid-other");
  assert_told (watch, "");
}

static void
another_mounts_switch_is_told_at_once_and_not_again_when_it_was_confirmed (void)
{
  g_autoptr (Watch) watch = watch_new (rig_stored_on (FJELL));
  g_autoptr (Record) record = record_now (watch->rig);

  tree_changed (watch->tree, CHANGED_IDENTITIES, 0);
  record->chosen = guid_of (SKOG);
  record->chosen_by = CHOSEN_BY_WRITE;
  service_switch_all (watch->rig->service, SKOG);
  rig_tell (watch->rig, record);
  assert_told (watch, "identity current");
  read_as (watch, WANT_IDENTITY);
  read_as (watch, WANT_COOKIE);
  assert_told (watch, "");
}

static void
who_was_refused_another_mounts_session_is_told_when_it_can_be_read_and_not_before (void)
{
  g_autoptr (Watch) watch = watch_new (rig_stored_on (FJELL));
  g_autoptr (Record) record = record_of_another_session (watch->rig, "sid-other", FJELL);

  rig_tell (watch->rig, record);
  assert_told (watch, "cookie");
  watch->rig->service->away = TRUE;
  for (guint i = 0; i < 3; i++)
    fail_to_read (watch, WANT_COOKIE, SO24_ERROR_TIMED_OUT);
  assert_told (watch, "");
  watch->rig->service->away = FALSE;
  read_as (watch, WANT_COOKIE);
  assert_told (watch, "cookie");
}

static void
a_refusal_that_lasts_is_told_once (void)
{
  g_autoptr (Watch) watch = watch_new (rig_logged_in (FJELL));

  end_session (watch);
  for (guint i = 0; i < 5; i++)
    {
      service_next (watch->rig->service, OPERATION_LOGIN, answer_failed (OPERATION_LOGIN, SO24_ERROR_TIMED_OUT));
      fail_to_read (watch, WANT_COOKIE, SO24_ERROR_TIMED_OUT);
      rig_pass (watch->rig, 1000);
    }
  assert_told (watch, "session cookie");
  service_next (watch->rig->service, OPERATION_LOGIN, answer_failed (OPERATION_LOGIN, SO24_ERROR_REJECTED));
  fail_to_read (watch, WANT_COOKIE, SO24_ERROR_REJECTED);
  assert_told (watch, "identity");
}

static const Sentence sentences[] = {
  SENTENCE (what_is_there_at_the_start_is_no_news),
  SENTENCE (a_first_login_is_told_once),
  SENTENCE (a_check_of_the_same_session_is_not_told),
  SENTENCE (a_renewal_changes_the_cookie_and_nothing_else),
  SENTENCE (a_renewal_is_told_when_the_new_cookie_can_be_read),
  SENTENCE (a_switch_changes_the_identity_and_leaves_the_cookie),
  SENTENCE (a_switch_that_fails_is_not_told),
  SENTENCE (a_login_as_another_identity_changes_both),
  SENTENCE (an_end_that_nobody_renews_is_told_and_then_its_renewal_is_not),
  SENTENCE (a_renewal_is_told_after_somebody_was_refused),
  SENTENCE (a_session_that_ends_for_good_is_told),
  SENTENCE (a_cookie_that_is_withheld_is_told_and_so_is_its_return),
  SENTENCE (a_logout_is_told),
  SENTENCE (a_service_out_of_reach_changes_nothing),
  SENTENCE (a_stored_session_that_is_alive_is_no_news),
  SENTENCE (a_stored_session_that_was_dead_is_told_when_it_is_renewed),
  SENTENCE (another_mounts_renewal_is_told_at_once_and_not_again_when_it_was_confirmed),
  SENTENCE (another_mounts_switch_is_told_at_once_and_not_again_when_it_was_confirmed),
  SENTENCE (who_was_refused_another_mounts_session_is_told_when_it_can_be_read_and_not_before),
  SENTENCE (a_refusal_that_lasts_is_told_once),
};

MAIN ("rings")
