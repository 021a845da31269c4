/* What those who watch the files of an identity's own session are told (tree/rings.h). */
#include "tree/rings.h"

#include "support/crowd.h"
#include "support/sentences.h"

#include <string.h>

#define NUMBER 1 /* of the identity */
#define COOKIE "cookie cookies.txt header curlrc env cookie.raw"

typedef struct
{
  Crowd *crowd;
  Tree *tree;
  Rings *rings;
  GString *told; /* names, since last asserted */
} Watch;

/* Takes @crowd. */
static Watch *
watch_new (Crowd *crowd)
{
  TreeConfig config = {.mountpoint = "/mnt/so24"};
  Watch *watch = g_new0 (Watch, 1);
  Guid identity = crowd_identity (NUMBER);

  watch->crowd = crowd;
  watch->tree = tree_new (&config, crowd->account);
  tree_changed (watch->tree, CHANGED_IDENTITIES, 0);
  watch->rings = rings_new (watch->tree, &identity);
  watch->told = g_string_new (NULL);
  return watch;
}

static void
watch_free (Watch *watch)
{
  rings_free (watch->rings);
  tree_free (watch->tree);
  crowd_free (watch->crowd);
  g_string_free (watch->told, TRUE);
  g_free (watch);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Watch, watch_free)

static void
look (Watch *watch)
{
  g_autoptr (GArray) nodes = g_array_new (FALSE, FALSE, sizeof (NodeId));
  g_autofree char *identity = g_strdup_printf ("/%s/", crowd_identity (NUMBER).text);

  rings_look (watch->rings, nodes);
  for (guint i = 0; i < nodes->len; i++)
    {
      NodeId node = g_array_index (nodes, NodeId, i);
      g_autofree char *path = tree_path (watch->tree, node);

      g_assert_nonnull (strstr (path, identity));
      g_string_append_printf (watch->told, "%s%s", watch->told->len == 0 ? "" : " ", node_kind (node)->name);
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
serve (Watch *watch)
{
  look (watch);
  while (crowd_serve_one (watch->crowd))
    look (watch);
  crowd_live (watch->crowd, 5);
  look (watch);
}

static void
read_cookie (Watch *watch)
{
  guint64 reader = crowd_want (watch->crowd, NUMBER);

  serve (watch);
  assert_served (watch->crowd, reader);
}

/* What was confirmed is old. */
static void
pass (Watch *watch)
{
  watch->crowd->now.boot_us += 61 * G_USEC_PER_SEC;
  watch->crowd->now.wall_us += 61 * G_USEC_PER_SEC;
}

/* A watch of a session that there is, and that was told of. */
static Watch *
watch_of_a_session (void)
{
  Watch *watch = watch_new (crowd_new (3, 7200));

  read_cookie (watch);
  g_string_truncate (watch->told, 0);
  return watch;
}

static void
a_first_login_is_told_once (void)
{
  g_autoptr (Watch) watch = watch_new (crowd_new (3, 7200));

  assert_told (watch, "");
  read_cookie (watch);
  assert_told (watch, "session " COOKIE);
}

static void
a_check_of_the_same_session_is_not_told (void)
{
  g_autoptr (Watch) watch = watch_of_a_session ();

  for (guint i = 0; i < 3; i++)
    {
      pass (watch);
      read_cookie (watch);
    }
  assert_told (watch, "");
}

static void
a_renewal_is_told_once_in_all_forms_of_the_cookie (void)
{
  g_autoptr (Watch) watch = watch_of_a_session ();

  for (guint i = 0; i < 3; i++)
    {
      service_end_sessions (watch->crowd->service);
      pass (watch);
      read_cookie (watch);
      assert_told (watch, COOKIE);
    }
}

static void
another_identitys_session_is_no_news (void)
{
  g_autoptr (Watch) watch = watch_of_a_session ();
  guint64 reader = crowd_want (watch->crowd, NUMBER + 1);

  serve (watch);
  assert_served (watch->crowd, reader);
  assert_told (watch, "");
}

static void
a_switch_of_the_mounts_session_is_no_news (void)
{
  g_autoptr (Watch) watch = watch_of_a_session ();

  crowd_switch (watch->crowd, crowd_identity (NUMBER + 1).text);
  assert_told (watch, "");
}

static void
a_session_that_somebody_switched_is_replaced_and_told_once (void)
{
  g_autoptr (Watch) watch = watch_of_a_session ();

  service_switch_all (watch->crowd->service, crowd_identity (NUMBER + 1).text);
  pass (watch);
  read_cookie (watch);
  assert_told (watch, COOKIE);
}

static void
a_logout_is_told (void)
{
  g_autoptr (Watch) watch = watch_of_a_session ();

  crowd_log_out (watch->crowd);
  tree_changed (watch->tree, 0, 0);
  assert_told (watch, "session " COOKIE);
}

static void
a_stored_session_that_is_alive_is_no_news (void)
{
  g_autoptr (Crowd) crowd = crowd_new (3, 7200);
  g_autoptr (Watch) watch = NULL;

  crowd_want (crowd, NUMBER);
  crowd_live (crowd, 5);
  crowd_restart (crowd);
  watch = watch_new (g_steal_pointer (&crowd));
  rings_settle (watch->rings);
  read_cookie (watch);
  assert_told (watch, "");
}

static const Sentence sentences[] = {
  SENTENCE (a_first_login_is_told_once),
  SENTENCE (a_check_of_the_same_session_is_not_told),
  SENTENCE (a_renewal_is_told_once_in_all_forms_of_the_cookie),
  SENTENCE (another_identitys_session_is_no_news),
  SENTENCE (a_switch_of_the_mounts_session_is_no_news),
  SENTENCE (a_session_that_somebody_switched_is_replaced_and_told_once),
  SENTENCE (a_logout_is_told),
  SENTENCE (a_stored_session_that_is_alive_is_no_news),
};

MAIN ("rings_own")
