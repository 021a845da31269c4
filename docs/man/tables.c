/*
 * The tables of so24fs as one JSON document: options, commands, files, errors. The manual and the completions of the shells are made
 * from it when so24fs is built, and the tests hold them against it, so none of them can say what the program does not.
 */
#include "base/error.h"
#include "daemon/option_table.h"
#include "tools/doctor.h"
#include "tools/status.h"
#include "tree/node.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
add_text (JsonBuilder *json, const char *key, const char *text)
{
  json_builder_set_member_name (json, key);
  if (text == NULL)
    json_builder_add_null_value (json);
  else
    json_builder_add_string_value (json, text);
}

static void
add_flag (JsonBuilder *json, const char *key, gboolean flag)
{
  json_builder_set_member_name (json, key);
  json_builder_add_boolean_value (json, flag);
}

static void
add_switches (JsonBuilder *json)
{
  for (const SwitchRow *row = switch_rows; row->long_name != NULL; row++)
    {
      json_builder_begin_object (json);
      add_text (json, "short", row->short_name);
      add_text (json, "long", row->long_name);
      add_text (json, "help", row->help);
      json_builder_end_object (json);
    }
}

static void
add_tools (JsonBuilder *json)
{
  for (const ToolRow *row = tool_rows; row->name != NULL; row++)
    {
      json_builder_begin_object (json);
      add_text (json, "name", row->name);
      add_text (json, "argument", row->argument);
      add_text (json, "help", row->help);
      json_builder_end_object (json);
    }
}

static void
add_checks (JsonBuilder *json)
{
  for (const CheckRow *row = check_rows; row->key != NULL; row++)
    {
      json_builder_begin_object (json);
      add_text (json, "name", row->key);
      add_text (json, "help", row->help);
      json_builder_end_object (json);
    }
}

static void
add_states (JsonBuilder *json)
{
  for (SessionState state = 0; state < N_STATES; state++)
    {
      json_builder_begin_object (json);
      add_text (json, "word", session_state_word (state));
      json_builder_set_member_name (json, "exit_status");
      json_builder_add_int_value (json, status_of_state (state));
      json_builder_end_object (json);
    }
}

static void
add_options (JsonBuilder *json)
{
  static const char *const types[]
    = {[OPTION_TEXT] = "text",       [OPTION_PATH] = "path", [OPTION_NUMBER] = "number", [OPTION_GUID] = "guid",
       [OPTION_BOOLEAN] = "boolean", [OPTION_MODE] = "mode", [OPTION_WORD] = "word"};

  for (const OptionRow *row = option_rows; row->name != NULL; row++)
    {
      json_builder_begin_object (json);
      add_text (json, "name", row->name);
      add_text (json, "value", row->value);
      add_text (json, "type", types[row->type]);
      add_text (json, "standard", row->standard);
      json_builder_set_member_name (json, "lowest");
      json_builder_add_int_value (json, row->lowest);
      json_builder_set_member_name (json, "highest");
      json_builder_add_int_value (json, row->highest);
      add_text (json, "help", row->help);
      add_flag (json, "only_in_file", row->only_in_file);
      json_builder_end_object (json);
    }
}

static void
add_passed_on (JsonBuilder *json)
{
  for (const char *const *name = options_passed_on; *name != NULL; name++)
    json_builder_add_string_value (json, *name);
}

/* Below the mount; a client's and an identity's folder have no name of their own. */
static char *
path_of (Kind row)
{
  const NodeKind *kind = node_kind (node_make (row, 0));
  const char *name = row == KIND_CLIENT ? "<client>" : row == KIND_ONE ? "<guid>" : kind->name;
  g_autofree char *parent = kind->parent == KIND_ROOT ? NULL : path_of (kind->parent);

  return parent == NULL ? g_strdup (name) : g_strconcat (parent, "/", name, NULL);
}

static void
add_files (JsonBuilder *json)
{
  for (Kind row = KIND_ROOT + 1; row < N_KINDS; row++)
    {
      const NodeKind *kind = node_kind (node_make (row, 0));
      g_autofree char *path = path_of (row);

      json_builder_begin_object (json);
      add_text (json, "path", path);
      add_text (json, "kind", S_ISDIR (kind->mode) ? "folder" : S_ISLNK (kind->mode) ? "link" : "file");
      add_flag (json, "read", (kind->mode & 0444) != 0);
      add_flag (json, "written", S_ISREG (kind->mode) && (kind->mode & 0222) != 0);
      add_text (json, "help", kind->help);
      json_builder_end_object (json);
    }
}

static void
add_errors (JsonBuilder *json)
{
  for (So24ErrorCode code = 0; code < SO24_N_ERRORS; code++)
    {
      g_autoptr (GError) error = g_error_new_literal (SO24_ERROR, (gint)code, "");

      json_builder_begin_object (json);
      add_text (json, "name", error_code_name (code));
      add_text (json, "message", g_strerror (error_errno (error)));
      add_text (json, "meaning", error_meaning (code));
      json_builder_end_object (json);
    }
}

static const struct
{
  const char *name;
  void (*add) (JsonBuilder *json);
} tables[] = {{"switches", add_switches}, {"tools", add_tools},         {"checks", add_checks}, {"states", add_states},
              {"options", add_options},   {"passed_on", add_passed_on}, {"files", add_files},   {"errors", add_errors}};

int
main (void)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (json);
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      json_builder_set_member_name (json, tables[i].name);
      json_builder_begin_array (json);
      tables[i].add (json);
      json_builder_end_array (json);
    }
  json_builder_end_object (json);
  root = json_builder_get_root (json);
  text = json_to_string (root, TRUE);
  return puts (text) >= 0 && fflush (stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
