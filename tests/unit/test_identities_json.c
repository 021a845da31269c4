/* The file identities.json: what the files of identities/ say, for jq; good JSON whatever the clients are called. */
#include "tree/tree.h"

#include "support/rig.h"

#include <json-glib/json-glib.h>
#include <string.h>

static Tree *
tree_for (const Rig *rig)
{
  TreeConfig config = {.mountpoint = "/mnt/so24", .now_us = WALL_START * G_USEC_PER_SEC};
  Tree *tree = tree_new (&config, rig->account);

  tree_changed (tree, CHANGED_IDENTITIES, WALL_START * G_USEC_PER_SEC);
  return tree;
}

static GBytes *
freeze_file (const Tree *tree)
{
  return tree_freeze (tree, node_make (KIND_IDENTITIES_JSON, 0));
}

static JsonNode *
read_json (const Tree *tree)
{
  g_autoptr (GBytes) bytes = freeze_file (tree);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);

  g_assert_cmpint (text[length - 1], ==, '\n');
  json_parser_load_from_data (parser, text, (gssize)length, &error);
  g_assert_no_error (error);
  return json_parser_steal_root (parser);
}

/* The object of @identity. */
static JsonObject *
find (JsonNode *root, const char *identity)
{
  JsonArray *all = json_node_get_array (root);

  for (guint i = 0; i < json_array_get_length (all); i++)
    {
      JsonObject *one = json_array_get_object_element (all, i);

      if (g_str_equal (json_object_get_string_member (one, "id"), identity))
        return one;
    }
  g_error ("there is no %s", identity);
}

/* What the file @name of the identity @slot says, without its newline; the caller frees it. */
static char *
read_field (const Tree *tree, NodeId folder, const char *name)
{
  g_auto (SecretBuffer) content = {0};
  g_autoptr (GError) error = NULL;

  tree_read (tree, tree_lookup (tree, folder, name), &content, &error);
  g_assert_no_error (error);
  return g_strndup (content.data, content.length - 1);
}

static char *
text_of (JsonNode *node)
{
  if (json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    return g_strdup (json_node_get_boolean (node) ? "true" : "false");
  if (json_node_get_value_type (node) == G_TYPE_INT64)
    return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  return json_node_dup_string (node);
}

static void
without_a_list_the_array_is_empty (void)
{
  g_autoptr (Rig) rig = rig_new ();
  g_autoptr (Tree) tree = tree_for (rig);
  g_autoptr (JsonNode) root = read_json (tree);

  g_assert_cmpuint (json_array_get_length (json_node_get_array (root)), ==, 0);
}

static void
each_key_says_what_the_file_of_its_name_reads_as (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJELL);
  g_autoptr (Tree) tree = tree_for (rig);
  g_autoptr (JsonNode) root = read_json (tree);
  JsonObject *fjell = find (root, FJELL);
  NodeId folder = tree_lookup (tree, tree_lookup (tree, KIND_IDENTITIES, "Fjell AS"), FJELL);
  guint compared = 0;
  TreeEntry file;

  for (guint place = 0; tree_next (tree, folder, place, &file); place = file.place + 1)
    {
      const char *name = file.name;
      g_autofree char *text = NULL, *field = NULL;

      if (!json_object_has_member (fjell, name) || g_str_equal (name, "servers"))
        continue;
      text = text_of (json_object_get_member (fjell, name));
      field = read_field (tree, folder, name);
      g_assert_cmpstr (text, ==, field);
      compared++;
    }
  g_assert_cmpuint (compared, ==, 11);
  g_assert_cmpstr (json_object_get_string_member (fjell, "folder"), ==, "identities/Fjell AS/" FJELL);
}

static void
servers_are_an_array_of_objects (void)
{
  g_autoptr (Rig) rig = rig_new ();
  g_autoptr (Tree) tree = NULL;
  g_autoptr (JsonNode) root = NULL;
  JsonArray *servers;

  *identity_add_server (g_ptr_array_index (rig->service->identities, 0)) = (IdentityServer){7, -2};
  rig_log_in (rig, NULL);
  tree = tree_for (rig);
  root = read_json (tree);
  servers = json_object_get_array_member (find (root, FJORD), "servers");
  g_assert_cmpuint (json_array_get_length (servers), ==, 1);
  g_assert_cmpint (json_object_get_int_member (json_array_get_object_element (servers, 0), "id"), ==, 7);
  g_assert_cmpint (json_object_get_int_member (json_array_get_object_element (servers, 0), "type"), ==, -2);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (find (root, FJELL), "servers")), ==, 0);
}

static gboolean
is_current (const Tree *tree, const char *identity)
{
  g_autoptr (JsonNode) root = read_json (tree);

  return json_object_get_boolean_member (find (root, identity), "is_current");
}

static void
the_current_one_is_the_one_that_the_session_is_on (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  g_autoptr (Tree) tree = tree_for (rig);

  g_assert_true (is_current (tree, FJORD));
  rig_write_identity (rig, SKOG);
  rig_serve (rig);
  g_assert_true (is_current (tree, SKOG));
  g_assert_false (is_current (tree, FJORD));
  rig_write_logout (rig);
  {
    g_autoptr (JsonNode) root = read_json (tree);

    g_assert_cmpuint (json_array_get_length (json_node_get_array (root)), ==, 0);
  }
}

static void
it_is_made_once_as_long_as_nothing_changes (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  g_autoptr (Tree) tree = tree_for (rig);
  g_autoptr (GBytes) first = freeze_file (tree), second = freeze_file (tree);
  g_autoptr (GBytes) third = NULL;

  g_assert_true (first == second);
  rig_write_identity (rig, SKOG);
  rig_serve (rig);
  third = freeze_file (tree);
  g_assert_false (first == third);
}

/* A name of any characters that XML can bring. */
static char *
random_name (GRand *random)
{
  GString *name = g_string_new (NULL);

  for (gint left = g_rand_int_range (random, 0, 30); left > 0; left--)
    {
      gunichar character = (gunichar)g_rand_int_range (random, 1, g_rand_boolean (random) ? 0x80 : 0x110000);

      if (g_unichar_validate (character))
        g_string_append_unichar (name, character);
    }
  return g_string_free (name, FALSE);
}

static void
whatever_a_client_is_called_json_gives_the_name_back (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (24);

  for (guint round = 0; round < 300; round++)
    {
      g_autoptr (Rig) rig = rig_new ();
      g_autoptr (Tree) tree = NULL;
      g_autoptr (JsonNode) root = NULL;
      g_autofree char *name = random_name (random);

      service_remove (rig->service, SKOG);
      service_add (rig->service, SKOG, name);
      rig_log_in (rig, SKOG);
      tree = tree_for (rig);
      root = read_json (tree);
      g_assert_cmpstr (json_object_get_string_member (find (root, SKOG), "client_name"), ==, name);
    }
}

static void
the_folder_is_where_it_says (void)
{
  g_autoptr (Rig) rig = rig_new ();
  g_autoptr (Tree) tree = NULL;
  g_autoptr (JsonNode) root = NULL;
  g_auto (GStrv) names = NULL;
  NodeId node = KIND_ROOT;

  service_remove (rig->service, SKOG);
  service_add (rig->service, SKOG, "Skog A/S \"100%\"\n");
  rig_log_in (rig, NULL);
  tree = tree_for (rig);
  root = read_json (tree);
  names = g_strsplit (json_object_get_string_member (find (root, SKOG), "folder"), "/", -1);
  g_assert_cmpuint (g_strv_length (names), ==, 3);
  for (char **name = names; *name != NULL; name++)
    node = tree_lookup (tree, node, *name);
  g_assert_cmpuint (node_row (node), ==, KIND_ONE);
}

static const Sentence sentences[] = {
  SENTENCE (without_a_list_the_array_is_empty),
  SENTENCE (each_key_says_what_the_file_of_its_name_reads_as),
  SENTENCE (servers_are_an_array_of_objects),
  SENTENCE (the_current_one_is_the_one_that_the_session_is_on),
  SENTENCE (it_is_made_once_as_long_as_nothing_changes),
  SENTENCE (whatever_a_client_is_called_json_gives_the_name_back),
  SENTENCE (the_folder_is_where_it_says),
};

MAIN ("identities.json")
