/* The tree as a whole (tree.h; design.md, section 1): what is listed can be found, and reads as it should. */
#include "tree/tree.h"

#include "support/rig.h"
#include "support/sentences.h"

#include <string.h>

#define NOW (G_GINT64_CONSTANT (1795600000) * G_USEC_PER_SEC)

static Tree *
tree_for (const Rig *rig)
{
  TreeConfig config = {.mountpoint = "/mnt/so24", .uid = 1000, .gid = 100, .now_us = NOW};
  Tree *tree = tree_new (&config, rig->account);

  tree_note_event (tree, "started", NOW);
  tree_changed (tree, CHANGED_SESSION | CHANGED_IDENTITY | CHANGED_IDENTITIES | CHANGED_PASSPORT, NOW);
  return tree;
}

/* The node at @path, which has slashes between its names. */
static NodeId
find (const Tree *tree, const char *path)
{
  g_auto (GStrv) names = g_strsplit (path, "/", -1);
  NodeId node = KIND_ROOT;

  for (char **name = names; *name != NULL && node != 0; name++)
    node = tree_lookup (tree, node, *name);
  return node;
}

static char *
read_path (const Tree *tree, const char *path)
{
  g_auto (SecretBuffer) content = {0};
  NodeId node = find (tree, path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (node, !=, 0);
  tree_read (tree, node, &content, &error);
  g_assert_no_error (error);
  return g_strndup (content.data, content.length);
}

static void
assert_reads (const Tree *tree, const char *path, const char *content)
{
  g_autofree char *found = read_path (tree, path);

  g_assert_cmpstr (found, ==, content);
}

/* Calls @visit for each node below @folder. */
static void
walk (const Tree *tree, NodeId folder, void (*visit) (const Tree *tree, NodeId node, const TreeEntry *entry))
{
  TreeEntry entry;

  for (guint place = 0; tree_next (tree, folder, place, &entry); place = entry.place + 1)
    {
      g_assert_cmpuint (entry.place, >=, place);
      visit (tree, folder, &entry);
      if (S_ISDIR (node_kind (entry.node)->mode))
        walk (tree, entry.node, visit);
    }
}

static void
assert_found_again (const Tree *tree, NodeId folder, const TreeEntry *entry)
{
  struct stat attributes;

  g_assert_cmpuint (tree_lookup (tree, folder, entry->name), ==, entry->node);
  g_assert_cmpuint (tree_parent (tree, entry->node), ==, folder);
  tree_stat (tree, entry->node, &attributes);
  g_assert_cmpuint (attributes.st_mode, ==, node_kind (entry->node)->mode);
  g_assert_cmpuint (attributes.st_uid, ==, 1000);
  g_assert_cmpuint (attributes.st_ino, !=, 0);
}

static void
what_is_listed_can_be_looked_up_and_knows_its_folder (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  g_autoptr (Tree) tree = tree_for (rig);

  walk (tree, KIND_ROOT, assert_found_again);
  g_assert_cmpuint (find (tree, "nothing"), ==, 0);
  g_assert_cmpuint (find (tree, "identities/Fjord AS/" FJELL), ==, 0);
  g_assert_cmpuint (find (tree, "identities/Fjord AS/" FJORD "/nothing"), ==, 0);
}

static void
assert_ends_in_one_newline (const Tree *tree, NodeId folder, const TreeEntry *entry)
{
  const NodeKind *kind = node_kind (entry->node);
  g_auto (SecretBuffer) content = {0};
  struct stat attributes;

  if (kind->render == NULL || !tree_read (tree, entry->node, &content, NULL))
    return;
  tree_stat (tree, entry->node, &attributes);
  g_assert_cmpint (attributes.st_size, ==, (off_t)content.length);
  if ((kind->mode & 0444) == 0 || strcmp (entry->name, "identity.xml") == 0 || strcmp (entry->name, "cookie.raw") == 0)
    return;
  g_assert_cmpuint (content.length, >, 0);
  g_assert_cmpint (content.data[content.length - 1], ==, '\n');
  g_assert_true (content.length == 1 || content.data[content.length - 2] != '\n');
}

static void
every_file_ends_in_one_newline_and_has_the_size_that_stat_says (void)
{
  g_autoptr (Rig) rig = rig_new ();
  g_autoptr (Tree) empty = tree_for (rig);
  g_autoptr (Tree) tree = NULL;

  walk (empty, KIND_ROOT, assert_ends_in_one_newline);
  rig_write_login (rig, credential_by_token ());
  rig_serve (rig);
  tree = tree_for (rig);
  walk (tree, KIND_ROOT, assert_ends_in_one_newline);
}

static void
files_read_as_the_design_says (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJELL);
  g_autoptr (Tree) tree = tree_for (rig);

  assert_reads (tree, "session", "true\n");
  assert_reads (tree, "identity", FJELL "\n");
  assert_reads (tree, "cookie", "sid-1\n");
  assert_reads (tree, "export/header", "Cookie: ASP.NET_SessionId=sid-1\n");
  assert_reads (tree, "export/cookie.raw", "sid-1");
  assert_reads (tree, "identities/Fjell AS/" FJELL "/id", FJELL "\n");
  assert_reads (tree, "identities/Fjell AS/" FJELL "/client_id", "400000000001\n");
  assert_reads (tree, "identities/Fjell AS/" FJELL "/client_name", "Fjell AS\n");
  assert_reads (tree, "identities/Fjell AS/" FJELL "/is_current", "true\n");
  assert_reads (tree, "identities/Fjord AS/" FJORD "/is_current", "false\n");
  assert_reads (tree, "identities/Fjord AS/" FJORD "/user_id", "00000000-0000-0000-0000-000000000000\n");
}

static void
current_leads_to_the_folder_of_the_active_identity (void)
{
  g_autoptr (Rig) rig = rig_logged_in (SKOG);
  g_autoptr (Tree) tree = tree_for (rig);
  g_autofree char *target = tree_read_link (tree, find (tree, "current"), NULL);
  struct stat attributes;

  g_assert_cmpstr (target, ==, "identities/Skog AS/" SKOG);
  g_assert_cmpuint (node_row (find (tree, target)), ==, KIND_ONE);
  tree_stat (tree, find (tree, "current"), &attributes);
  g_assert_cmpint (attributes.st_size, ==, (off_t)strlen (target));
}

static void
without_a_session_the_files_say_why (void)
{
  g_autoptr (Rig) rig = rig_new ();
  g_autoptr (Tree) tree = tree_for (rig);
  static const char *const paths[]
    = {"cookie", "identity", "export/cookies.txt", "export/header", "export/curlrc", "export/env", "export/cookie.raw"};
  g_autoptr (GError) error = NULL;

  assert_reads (tree, "session", "false\n");
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_auto (SecretBuffer) content = {0};

      g_assert_false (tree_read (tree, find (tree, paths[i]), &content, &error));
      assert_failed (&error, SO24_ERROR_NO_KEY);
    }
  g_assert_null (tree_read_link (tree, find (tree, "current"), &error));
  assert_failed (&error, SO24_ERROR_NO_KEY);
}

static void
modes_keep_secrets_from_others (void)
{
  g_autoptr (Rig) rig = rig_new ();
  g_autoptr (Tree) tree = tree_for (rig);

  g_assert_cmpuint (node_kind (find (tree, "cookie"))->mode & 0777, ==, 0400);
  g_assert_cmpuint (node_kind (find (tree, "login"))->mode & 0777, ==, 0200);
  g_assert_cmpuint (node_kind (find (tree, "logout"))->mode & 0777, ==, 0200);
  g_assert_cmpuint (node_kind (find (tree, "identity"))->mode & 0777, ==, 0644);
  g_assert_cmpuint (node_kind (find (tree, "session"))->mode & 0777, ==, 0444);
}

static void
assert_path_leads_back (const Tree *tree, NodeId folder, const TreeEntry *entry)
{
  g_autofree char *path = tree_path (tree, entry->node);

  g_assert_cmpuint (find (tree, path), ==, entry->node);
}

static void
the_path_of_a_node_leads_to_it (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  g_autoptr (Tree) tree = tree_for (rig);
  g_autofree char *root = tree_path (tree, KIND_ROOT);

  g_assert_cmpstr (root, ==, "");
  walk (tree, KIND_ROOT, assert_path_leads_back);
}

static void
passport_is_there_only_after_a_login_by_token (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  g_autoptr (Tree) tree = tree_for (rig);

  g_assert_cmpuint (find (tree, "passport"), ==, 0);
  g_assert_true (tree_is_gone (tree, KIND_PASSPORT));
  rig_write_login (rig, credential_by_token ());
  rig_serve (rig);
  tree_changed (tree, CHANGED_PASSPORT, NOW);
  assert_reads (tree, "passport/email", "ola@example.com\n");
  assert_reads (tree, "passport/id", TOKEN "\n");
}

static void
an_identity_that_goes_is_gone_and_comes_back_as_the_same_node (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  g_autoptr (Tree) tree = tree_for (rig);
  NodeId node = find (tree, "identities/Skog AS/" SKOG), folder = tree_parent (tree, node);
  guint64 inode = tree_inode (tree, node);

  service_remove (rig->service, SKOG);
  rig_log_in (rig, NULL);
  tree_changed (tree, CHANGED_IDENTITIES, NOW);
  g_assert_true (tree_is_gone (tree, node));
  g_assert_true (tree_is_gone (tree, folder));
  service_add (rig->service, SKOG, "Skog AS");
  rig_log_in (rig, NULL);
  tree_changed (tree, CHANGED_IDENTITIES, NOW);
  g_assert_cmpuint (find (tree, "identities/Skog AS/" SKOG), ==, node);
  g_assert_cmpuint (tree_inode (tree, node), ==, inode);
}

static GHashTable *inodes;

static void
collect_inode (const Tree *tree, NodeId folder, const TreeEntry *entry)
{
  gint64 *inode = g_new (gint64, 1);

  *inode = (gint64)tree_inode (tree, entry->node);
  g_assert_true (g_hash_table_add (inodes, inode));
}

static void
inode_numbers_are_unique_and_survive_a_remount (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL), other = rig_new ();
  g_autoptr (Tree) tree = tree_for (rig);
  g_autoptr (Tree) remounted = NULL;
  const char *path = "identities/Fjord AS/" FJORD "/client_name";

  inodes = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  walk (tree, KIND_ROOT, collect_inode);
  g_hash_table_unref (inodes);
  service_remove (other->service, FJORD);
  service_add (other->service, FJORD, "Fjord AS");
  rig_log_in (other, NULL);
  remounted = tree_for (other);
  g_assert_cmpuint (find (remounted, path), !=, find (tree, path));
  g_assert_cmpuint (tree_inode (remounted, find (remounted, path)), ==, tree_inode (tree, find (tree, path)));
}

static void
assert_path (const Tree *tree, NodeId folder, const TreeEntry *entry)
{
  g_autofree char *path = tree_path (tree, entry->node);

  g_assert_true (g_str_has_suffix (path, entry->name));
  g_assert_cmpuint (find (tree, path), ==, entry->node);
}

static void
a_path_leads_to_its_node (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  g_autoptr (Tree) tree = tree_for (rig);
  g_autofree char *path = tree_path (tree, find (tree, "cookie"));

  g_assert_cmpstr (path, ==, "cookie");
  walk (tree, KIND_ROOT, assert_path);
}

static void
every_change_has_a_time_of_its_own (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  g_autoptr (Tree) tree = tree_for (rig);
  struct stat before, after;

  tree_stat (tree, find (tree, "cookie"), &before);
  tree_changed (tree, CHANGED_SESSION, NOW - G_USEC_PER_SEC);
  tree_stat (tree, find (tree, "cookie"), &after);
  g_assert_true (after.st_mtim.tv_sec > before.st_mtim.tv_sec
                 || (after.st_mtim.tv_sec == before.st_mtim.tv_sec && after.st_mtim.tv_nsec > before.st_mtim.tv_nsec));
}

static void
error_tells_time_operation_errno_and_reason_in_one_line (void)
{
  g_autoptr (Rig) rig = rig_new ();
  g_autoptr (Tree) tree = tree_for (rig);
  g_autoptr (GError) failure = g_error_new (SO24_ERROR, SO24_ERROR_REJECTED, "Login: Invalid username or password");

  tree_note_failure (tree, "login", failure, NOW);
  assert_reads (tree, "error", "2026-11-25T09:46:40Z login: EKEYREJECTED: Login: Invalid username or password\n");
}

static void
the_readme_shows_paths_that_a_shell_understands_and_no_secret (void)
{
  TreeConfig config = {.mountpoint = "/mnt/a b's", .now_us = NOW};
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  g_autoptr (Tree) plain = tree_for (rig);
  g_autoptr (Tree) quoted = tree_new (&config, rig->account);
  g_autofree char *text = read_path (plain, "README");
  g_autofree char *quoted_text = read_path (quoted, "README");

  g_assert_nonnull (strstr (text, "/mnt/so24/session"));
  g_assert_nonnull (strstr (quoted_text, "'/mnt/a b'\\''s'/session"));
  g_assert_null (strstr (text, "sid-1"));
  g_assert_null (strstr (text, PASSWORD));
}

static const Sentence sentences[] = {
  SENTENCE (what_is_listed_can_be_looked_up_and_knows_its_folder),
  SENTENCE (every_file_ends_in_one_newline_and_has_the_size_that_stat_says),
  SENTENCE (files_read_as_the_design_says),
  SENTENCE (current_leads_to_the_folder_of_the_active_identity),
  SENTENCE (without_a_session_the_files_say_why),
  SENTENCE (modes_keep_secrets_from_others),
  SENTENCE (the_path_of_a_node_leads_to_it),
  SENTENCE (passport_is_there_only_after_a_login_by_token),
  SENTENCE (an_identity_that_goes_is_gone_and_comes_back_as_the_same_node),
  SENTENCE (inode_numbers_are_unique_and_survive_a_remount),
  SENTENCE (a_path_leads_to_its_node),
  SENTENCE (every_change_has_a_time_of_its_own),
  SENTENCE (error_tells_time_operation_errno_and_reason_in_one_line),
  SENTENCE (the_readme_shows_paths_that_a_shell_understands_and_no_secret),
};

MAIN ("tree")
