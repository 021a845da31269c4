/* The files status and status.json (tree/facts.h): both say the same, each fact is one line, and whatever a name holds is told. */
#include "tree/tree.h"

#include "support/runs.h"

#include <json-glib/json-glib.h>
#include <string.h>

static Instant clock_of_the_test;

static Instant
now (void)
{
  return clock_of_the_test;
}

static Tree *
tree_at (const Rig *rig, const char *mountpoint)
{
  TreeConfig config = {.mountpoint = mountpoint,
                       .source = "acme",
                       .endpoint = "https://example.com/authenticate.asmx",
                       .now_us = rig->now.wall_us,
                       .now = now};
  Tree *tree;

  clock_of_the_test = rig->now;
  tree = tree_new (&config, rig->account);
  tree_changed (tree, CHANGED_SESSION | CHANGED_IDENTITY | CHANGED_IDENTITIES, rig->now.wall_us);
  return tree;
}

static char *
read_file (const Rig *rig, const Tree *tree, Kind row)
{
  g_autoptr (GBytes) bytes = NULL;
  gsize length;
  const char *text;

  clock_of_the_test = rig->now;
  bytes = tree_freeze (tree, node_make (row, 0));
  text = g_bytes_get_data (bytes, &length);
  g_assert_true (g_utf8_validate_len (text, length, NULL));
  return g_strndup (text, length);
}

/* What status says of @key; the caller frees it. */
static char *
value_of (const char *status, const char *key)
{
  g_auto (GStrv) lines = g_strsplit (status, "\n", -1);
  g_autofree char *start = g_strconcat (key, ":", NULL);

  for (char **line = lines; *line != NULL; line++)
    if (g_str_has_prefix (*line, start))
      return g_strdup (g_strchug (*line + strlen (start)));
  g_error ("%s is not in:\n%s", key, status);
}

static void
assert_says (const Rig *rig, const Tree *tree, const char *key, const char *value)
{
  g_autofree char *status = read_file (rig, tree, KIND_STATUS);
  g_autofree char *found = value_of (status, key);

  g_assert_cmpstr (found, ==, value);
}

static JsonNode *
read_json (const Rig *rig, const Tree *tree)
{
  g_autofree char *text = read_file (rig, tree, KIND_STATUS_JSON);
  g_autoptr (GError) error = NULL;
  JsonNode *root = json_from_string (text, &error);

  g_assert_no_error (error);
  return root;
}

/* As status would write it; the caller frees it. */
static char *
json_as_text (JsonNode *node)
{
  if (JSON_NODE_HOLDS_NULL (node))
    return g_strdup ("-");
  if (JSON_NODE_HOLDS_OBJECT (node))
    return g_strdup ("0");
  if (json_node_get_value_type (node) == G_TYPE_INT64)
    return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  return json_node_dup_string (node);
}

static void
assert_same_in_both (const Rig *rig, const Tree *tree)
{
  g_autofree char *status = read_file (rig, tree, KIND_STATUS);
  g_autoptr (JsonNode) root = read_json (rig, tree);
  JsonObject *facts = json_node_get_object (root);
  g_autoptr (GList) keys = json_object_get_members (facts);
  g_auto (GStrv) lines = g_strsplit (status, "\n", -1);

  g_assert_cmpuint (g_strv_length (lines), ==, g_list_length (keys) + 1);
  for (GList *key = keys; key != NULL; key = key->next)
    {
      g_autofree char *text = value_of (status, key->data);
      g_autofree char *other = json_as_text (json_object_get_member (facts, key->data));

      g_assert_cmpstr (text, ==, other);
    }
}

static void
both_files_say_the_same_whatever_happens (void)
{
  g_autoptr (Rig) rig = rig_new ();
  g_autoptr (Tree) tree = tree_at (rig, "/mnt/so24");
  g_autoptr (GError) failure = g_error_new_literal (SO24_ERROR, SO24_ERROR_REJECTED, "Login: Invalid password");

  assert_same_in_both (rig, tree);
  rig_log_in (rig, FJELL);
  tree_note_failure (tree, "login", failure, rig->now.wall_us);
  assert_same_in_both (rig, tree);
  service_next (rig->service, OPERATION_HAS_SESSION,
                answer_fault (OPERATION_HAS_SESSION, "Limit exceeded. Quarantine ends at 2026-11-25T10:30:00Z"));
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_SESSION, SO24_ERROR_QUARANTINED);
  assert_same_in_both (rig, tree);
  rig_end_session (rig);
  rig_want (rig, WANT_COOKIE);
  assert_same_in_both (rig, tree);
}

static void
the_facts_of_a_live_session_are_told (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJELL);
  g_autoptr (Tree) tree = tree_at (rig, "/mnt/so24");

  rig_pass (rig, 3725);
  assert_says (rig, tree, "time", "2026-11-25T10:48:45Z");
  assert_says (rig, tree, "account", OPS);
  assert_says (rig, tree, "source", "acme");
  assert_says (rig, tree, "endpoint", "https://example.com/authenticate.asmx");
  assert_says (rig, tree, "mountpoint", "/mnt/so24");
  assert_says (rig, tree, "state", "live");
  assert_says (rig, tree, "since", "2026-11-25T09:46:40Z");
  assert_says (rig, tree, "identity", FJELL);
  assert_says (rig, tree, "client", "Fjell AS");
  assert_says (rig, tree, "last_confirmed", "2026-11-25T09:46:40Z");
  assert_says (rig, tree, "identities", "3");
  assert_says (rig, tree, "own_sessions", "0");
  assert_says (rig, tree, "last_error", "-");
  assert_says (rig, tree, "started", "2026-11-25T09:46:40Z");
  assert_says (rig, tree, "uptime", "3725");
}

static void
the_last_failure_is_told_in_its_parts (void)
{
  g_autoptr (Rig) rig = rig_new ();
  g_autoptr (Tree) tree = tree_at (rig, "/mnt/so24");
  g_autoptr (GError) failure = g_error_new_literal (SO24_ERROR, SO24_ERROR_REFUSED, "nobody listens");

  tree_note_failure (tree, "cookie", failure, rig->now.wall_us);
  assert_says (rig, tree, "last_error_time", "2026-11-25T09:46:40Z");
  assert_says (rig, tree, "last_error_file", "cookie");
  assert_says (rig, tree, "last_error", "ECONNREFUSED");
  assert_says (rig, tree, "last_error_text", "nobody listens");
}

static void
values_stand_below_each_other (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  g_autoptr (Tree) tree = tree_at (rig, "/mnt/so24");
  g_autofree char *status = read_file (rig, tree, KIND_STATUS);
  g_auto (GStrv) lines = g_strsplit (status, "\n", -1);
  gsize column = strlen ("service_left_until: ");

  for (char **line = lines; **line != '\0'; line++)
    {
      g_assert_cmpint ((*line)[column - 1], ==, ' ');
      g_assert_cmpint ((*line)[column], !=, ' ');
      g_assert_cmpint (*(strchr (*line, ':') + 1), ==, ' ');
    }
}

static void
a_name_of_many_lines_stays_one_line_and_whole_in_json (void)
{
  static const char name[] = "a\nstate: live\x1b[2J\u2028\u202e\"\\ \U0001f30c";
  g_autoptr (Rig) rig = rig_new ();
  g_autoptr (Tree) tree = NULL;
  g_autoptr (JsonNode) root = NULL;

  service_remove (rig->service, SKOG);
  service_add (rig->service, SKOG, name);
  rig_log_in (rig, SKOG);
  tree = tree_at (rig, "/mnt/so24");
  assert_says (rig, tree, "client", "a\\u000astate: live\\u001b[2J\\u2028\\u202e\"\\ \U0001f30c");
  root = read_json (rig, tree);
  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (root), "client"), ==, name);
}

static void
a_path_that_is_not_utf_8_does_not_break_json (void)
{
  g_autoptr (Rig) rig = rig_new ();
  g_autoptr (Tree) tree = tree_at (rig, "/mnt/\xff\xfe");
  g_autoptr (JsonNode) root = read_json (rig, tree);

  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (root), "mountpoint"), ==, "/mnt/\ufffd\ufffd");
}

static void
no_secret_is_told (void)
{
  g_autoptr (Rig) rig = rig_new ();
  g_autoptr (Tree) tree = NULL;

  rig_write_login (rig, credential_by_token ());
  rig_serve (rig);
  rig_log_in (rig, NULL);
  tree = tree_at (rig, "/mnt/so24");
  for (Kind row = KIND_STATUS; row <= KIND_METRICS; row++)
    {
      g_autofree char *text = read_file (rig, tree, row);

      g_assert_null (strstr (text, PASSWORD));
      g_assert_null (strstr (text, TOKEN));
      g_assert_null (strstr (text, "sid-"));
    }
}

static void
reading_changes_nothing_and_calls_nothing (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  g_autoptr (Tree) tree = tree_at (rig, "/mnt/so24");
  g_autofree char *first = read_file (rig, tree, KIND_STATUS), *again = read_file (rig, tree, KIND_STATUS);

  g_assert_cmpstr (first, ==, again);
  assert_calls (rig, "");
}

static const Sentence sentences[] = {
  SENTENCE (both_files_say_the_same_whatever_happens),
  SENTENCE (the_facts_of_a_live_session_are_told),
  SENTENCE (the_last_failure_is_told_in_its_parts),
  SENTENCE (values_stand_below_each_other),
  SENTENCE (a_name_of_many_lines_stays_one_line_and_whole_in_json),
  SENTENCE (a_path_that_is_not_utf_8_does_not_break_json),
  SENTENCE (no_secret_is_told),
  SENTENCE (reading_changes_nothing_and_calls_nothing),
};

MAIN ("status")
