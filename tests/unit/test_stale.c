/* What the kernel is told to forget (tree/stale.h; design.md, section 7): exactly what has become another one. */
#include "tree/tree.h"

#include "support/rig.h"
#include "support/sentences.h"

#include <string.h>

#define NOW (G_GINT64_CONSTANT (1795600000) * G_USEC_PER_SEC)

typedef struct
{
  Rig *rig;
  Tree *tree;
} Kernel;

static Kernel *
kernel_new (void)
{
  TreeConfig config = {.mountpoint = "/mnt/so24", .now_us = NOW};
  Kernel *kernel = g_new0 (Kernel, 1);

  kernel->rig = rig_logged_in (NULL);
  kernel->tree = tree_new (&config, kernel->rig->account);
  tree_changed (kernel->tree, CHANGED_SESSION | CHANGED_IDENTITY | CHANGED_IDENTITIES | CHANGED_PASSPORT, NOW);
  g_array_unref (tree_take_stale (kernel->tree));
  return kernel;
}

static void
kernel_free (Kernel *kernel)
{
  tree_free (kernel->tree);
  rig_free (kernel->rig);
  g_free (kernel);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Kernel, kernel_free)

/* "cookie:content identity:attributes identities:name=Fjord AS": in the order of their paths; export/ is left out. */
static char *
describe (const Tree *tree, const Stale *stale)
{
  static const char *const kinds[]
    = {[STALE_ATTRIBUTES] = "attributes", [STALE_CONTENT] = "content", [STALE_NAME] = "name="};
  g_autofree char *path = tree_path (tree, stale->node);

  return g_strconcat (path, ":", kinds[stale->kind], stale->name, NULL);
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static void
assert_told (Kernel *kernel, Changed changed, const char *expected)
{
  g_autoptr (GArray) stale = NULL;
  g_autoptr (GPtrArray) told = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *line = NULL;

  tree_changed (kernel->tree, changed, NOW);
  stale = tree_take_stale (kernel->tree);
  for (guint i = 0; i < stale->len; i++)
    {
      char *text = describe (kernel->tree, &g_array_index (stale, Stale, i));

      if (strstr (text, "export") == NULL)
        g_ptr_array_add (told, text);
      else
        g_free (text);
    }
  g_ptr_array_sort (told, compare);
  g_ptr_array_add (told, NULL);
  line = g_strjoinv (" ", (char **)told->pdata);
  g_assert_cmpstr (line, ==, expected);
}

static void
another_session_is_another_cookie (void)
{
  g_autoptr (Kernel) kernel = kernel_new ();

  assert_told (kernel, CHANGED_SESSION, "cookie:content session:content");
}

static void
a_switch_concerns_the_two_identities_and_no_other (void)
{
  g_autoptr (Kernel) kernel = kernel_new ();

  rig_write_identity (kernel->rig, SKOG);
  rig_serve (kernel->rig);
  assert_told (kernel, CHANGED_IDENTITY,
               "current:attributes identities/Fjord AS/" FJORD "/identity.xml:content identities/Fjord AS/" FJORD
               "/is_current:content identities/Skog AS/" SKOG "/identity.xml:content identities/Skog AS/" SKOG
               "/is_current:content identity:content");
}

static void
the_same_list_is_no_change_of_anything_in_it (void)
{
  g_autoptr (Kernel) kernel = kernel_new ();

  rig_log_in (kernel->rig, NULL);
  assert_told (kernel, CHANGED_IDENTITIES, "identities:attributes");
}

static void
the_last_identity_of_a_client_takes_his_folder_with_it (void)
{
  g_autoptr (Kernel) kernel = kernel_new ();

  service_remove (kernel->rig->service, SKOG);
  rig_log_in (kernel->rig, NULL);
  assert_told (kernel, CHANGED_IDENTITIES,
               "identities/Skog AS:content identities/Skog AS:name=" SKOG
               " identities:attributes identities:content identities:name=Skog AS");
}

static void
an_identity_that_comes_is_in_its_folder_s_list (void)
{
  g_autoptr (Kernel) kernel = kernel_new ();

  service_add (kernel->rig->service, NOWHERE, "Skog AS");
  rig_log_in (kernel->rig, NULL);
  assert_told (kernel, CHANGED_IDENTITIES, "identities/Skog AS:content identities:attributes");
}

static void
an_identity_of_which_something_changed_is_another_node (void)
{
  g_autoptr (Kernel) kernel = kernel_new ();
  const char *path = "Skog AS";
  NodeId identities = node_make (KIND_IDENTITIES, 0), folder = tree_lookup (kernel->tree, identities, path);
  NodeId before = tree_lookup (kernel->tree, folder, SKOG), after;
  g_auto (SecretBuffer) old = {0}, new = {0};
  GPtrArray *list = kernel->rig->service->identities;
  TreeEntry entry;

  service_remove (kernel->rig->service, SKOG);
  service_add (kernel->rig->service, SKOG, path);
  ((Identity *)g_ptr_array_index (list, list->len - 1))->contact_id = 77;
  rig_log_in (kernel->rig, NULL);
  assert_told (kernel, CHANGED_IDENTITIES,
               "identities/Skog AS:content identities/Skog AS:name=" SKOG " identities:attributes");
  after = tree_lookup (kernel->tree, folder, SKOG);
  g_assert_cmpuint (after, !=, before);
  g_assert_cmpuint (tree_inode (kernel->tree, after), ==, tree_inode (kernel->tree, before));
  g_assert_true (tree_next (kernel->tree, folder, 0, &entry));
  g_assert_cmpuint (entry.node, ==, after);
  g_assert_false (tree_is_gone (kernel->tree, before));
  tree_read (kernel->tree, tree_lookup (kernel->tree, before, "contact_id"), &old, NULL);
  tree_read (kernel->tree, tree_lookup (kernel->tree, after, "contact_id"), &new, NULL);
  g_assert_cmpstr (old.data, !=, new.data);
  g_assert_cmpstr (new.data, ==, "77\n");
}

static void
passport_comes_into_the_root_and_goes (void)
{
  g_autoptr (Kernel) kernel = kernel_new ();

  rig_write_login (kernel->rig, credential_by_token ());
  rig_serve (kernel->rig);
  assert_told (kernel, CHANGED_PASSPORT,
               ":attributes :content passport/email:content passport/id:content passport:attributes");
  rig_log_in (kernel->rig, NULL);
  assert_told (kernel, CHANGED_PASSPORT,
               ":attributes :content :name=passport passport/email:content passport/id:content passport:attributes");
}

static void
an_own_session_concerns_its_identity_alone (void)
{
  g_autoptr (Kernel) kernel = kernel_new ();
  Guid skog = guid_of (SKOG);

  tree_own_changed (kernel->tree, &skog, NOW);
  assert_told (kernel, 0, "identities/Skog AS/" SKOG "/cookie:content identities/Skog AS/" SKOG "/session:content");
}

static void
a_cookie_of_another_length_is_another_node (void)
{
  g_autoptr (Kernel) kernel = kernel_new ();
  NodeId root = node_make (KIND_ROOT, 0), before = tree_lookup (kernel->tree, root, "cookie"), after;
  struct stat attributes;

  tree_stat (kernel->tree, before, &attributes);
  g_assert_cmpint (attributes.st_size, ==, strlen ("sid-1\n"));
  rig_log_in (kernel->rig, NULL);
  assert_told (kernel, CHANGED_SESSION, "cookie:content session:content");
  g_assert_cmpuint (tree_lookup (kernel->tree, root, "cookie"), ==, before);
  kernel->rig->service->sessions_made = 9999;
  rig_log_in (kernel->rig, NULL);
  g_assert_false (tree_fits (kernel->tree, before));
  assert_told (kernel, CHANGED_SESSION, ":name=cookie cookie:content cookie:content session:content");
  after = tree_lookup (kernel->tree, root, "cookie");
  g_assert_cmpuint (after, !=, before);
  g_assert_true (tree_fits (kernel->tree, after));
  tree_stat (kernel->tree, after, &attributes);
  g_assert_cmpint (attributes.st_size, ==, strlen ("sid-10000\n"));
  tree_stat (kernel->tree, before, &attributes);
  g_assert_cmpint (attributes.st_size, ==, strlen ("sid-1\n"));
}

static void
without_a_session_the_cookie_is_as_long_as_usual (void)
{
  TreeConfig config = {.mountpoint = "/mnt/so24", .now_us = NOW};
  g_autoptr (Rig) rig = rig_new ();
  g_autoptr (Tree) tree = tree_new (&config, rig->account);
  struct stat attributes;

  tree_stat (tree, tree_lookup (tree, node_make (KIND_ROOT, 0), "cookie"), &attributes);
  g_assert_cmpint (attributes.st_size, ==, 25);
}

static void
what_differs_at_every_moment_is_not_kept_and_not_told (void)
{
  g_autoptr (Kernel) kernel = kernel_new ();
  g_autoptr (GError) failure = g_error_new_literal (SO24_ERROR, SO24_ERROR_NO_KEY, "there is no session");

  tree_note_failure (kernel->tree, "cookie", failure, NOW);
  tree_note_event (kernel->tree, "checked", NOW);
  assert_told (kernel, 0, "");
}

static const Sentence sentences[] = {
  SENTENCE (another_session_is_another_cookie),
  SENTENCE (a_switch_concerns_the_two_identities_and_no_other),
  SENTENCE (the_same_list_is_no_change_of_anything_in_it),
  SENTENCE (the_last_identity_of_a_client_takes_his_folder_with_it),
  SENTENCE (an_identity_that_comes_is_in_its_folder_s_list),
  SENTENCE (an_identity_of_which_something_changed_is_another_node),
  SENTENCE (passport_comes_into_the_root_and_goes),
  SENTENCE (an_own_session_concerns_its_identity_alone),
  SENTENCE (a_cookie_of_another_length_is_another_node),
  SENTENCE (without_a_session_the_cookie_is_as_long_as_usual),
  SENTENCE (what_differs_at_every_moment_is_not_kept_and_not_told),
};

MAIN ("stale")
