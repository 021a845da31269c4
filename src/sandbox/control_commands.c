/* What each command of the control interface does: see control_commands.h. */
#include "sandbox/control_commands.h"

#include "sandbox/service.h"

G_DEFINE_QUARK (sandbox - control - error - quark, control_error)

#define LONGEST_SLOWNESS 86400.0

/* Sets @error. Answers NULL, so that a command can return it. */
static gpointer G_GNUC_PRINTF (2, 3) complain (GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  *error = g_error_new_valist (CONTROL_ERROR, CONTROL_ERROR_PARAMETER, format, arguments);
  va_end (arguments);
  return NULL;
}

static JsonNode *
answer_string (const char *name, const char *value)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

static JsonNode *
answer_number (const char *name, guint number)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, number);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

/* *@operation stays NULL if the parameter is not there. */
static gboolean
read_operation (GHashTable *parameters, const Operation **operation, GError **error)
{
  const char *name = g_hash_table_lookup (parameters, "operation");

  if (name == NULL)
    return TRUE;
  *operation = services_find_operation (name);
  return *operation != NULL || complain (error, "There is no operation '%s'.", name);
}

static gboolean
read_identity (const Sandbox *sandbox, GHashTable *parameters, const char *name, const User **user, Identity **identity,
               GError **error)
{
  const char *text = g_hash_table_lookup (parameters, name);
  Guid id;

  if (text == NULL)
    return complain (error, "The parameter '%s' is missing.", name) != NULL;
  if (guid_parse (text, &id) != GUID_PARSED)
    return complain (error, "'%s' is not a GUID.", text) != NULL;
  *identity = accounts_find_identity (sandbox->accounts, &id, user);
  return *identity != NULL || complain (error, "There is no identity %s.", id.text);
}

JsonNode *
control_show_calls (Sandbox *sandbox, GHashTable *parameters, GError **error)
{
  return journal_render_counts (sandbox->journal);
}

JsonNode *
control_reset_calls (Sandbox *sandbox, GHashTable *parameters, GError **error)
{
  journal_reset_counts (sandbox->journal);
  return journal_render_counts (sandbox->journal);
}

JsonNode *
control_show_log (Sandbox *sandbox, GHashTable *parameters, GError **error)
{
  return journal_render_log (sandbox->journal);
}

JsonNode *
control_expire (Sandbox *sandbox, GHashTable *parameters, GError **error)
{
  guint expired = sessions_count_logged_in (sandbox->sessions, g_get_monotonic_time ());

  sessions_end_all (sandbox->sessions);
  return answer_number ("expired", expired);
}

JsonNode *
control_slow (Sandbox *sandbox, GHashTable *parameters, GError **error)
{
  const char *text = g_hash_table_lookup (parameters, "seconds");
  const Operation *operation = NULL;
  char *end = NULL;

  if (text == NULL)
    return complain (error, "The parameter 'seconds' is missing.");
  double seconds = g_ascii_strtod (text, &end);
  if (end == text || *end != '\0' || !(seconds >= 0) || seconds > LONGEST_SLOWNESS)
    return complain (error, "'%s' is not a number of seconds from 0 to 86400.", text);
  if (!read_operation (parameters, &operation, error))
    return NULL;
  failures_set_slowness (sandbox->failures, operation, seconds);
  return answer_string ("seconds", text);
}

static gboolean
read_count (GHashTable *parameters, gint64 *count, GError **error)
{
  const char *text = g_hash_table_lookup (parameters, "count");

  if (text == NULL || g_ascii_string_to_signed (text, 10, 0, G_MAXINT32, count, NULL))
    return TRUE;
  return complain (error, "'%s' is not a count; 0 means until DELETE.", text) != NULL;
}

/* A value that goes into an HTTP header must not bring a second one. */
static gboolean
read_header_value (GHashTable *parameters, const char *name, char **value, GError **error)
{
  const char *text = g_hash_table_lookup (parameters, name);

  for (const char *character = text; character != NULL && *character != '\0'; character++)
    if (!g_ascii_isprint (*character))
      return complain (error, "The parameter '%s' does not fit in an HTTP header.", name) != NULL;
  *value = g_strdup (text);
  return TRUE;
}

JsonNode *
control_fail (Sandbox *sandbox, GHashTable *parameters, GError **error)
{
  const char *kind = g_hash_table_lookup (parameters, "as");
  g_autoptr (Failure) failure = failure_new (FAIL_FAULT);

  if (kind == NULL)
    return complain (error, "The parameter 'as' is missing.");
  if (!failure_parse_kind (kind, &failure->kind, &failure->status))
    return complain (error, "There is no failure '%s'; see so24-sandbox --help.", kind);
  if (!read_operation (parameters, &failure->operation, error) || !read_count (parameters, &failure->remaining, error)
      || !read_header_value (parameters, "retry_after", &failure->retry_after, error))
    return NULL;
  failure->text = g_strdup (g_hash_table_lookup (parameters, "text"));
  failure->until = g_strdup (g_hash_table_lookup (parameters, "until"));
  failures_add (sandbox->failures, g_steal_pointer (&failure));
  return answer_number ("armed", failures_count (sandbox->failures));
}

JsonNode *
control_stop_failing (Sandbox *sandbox, GHashTable *parameters, GError **error)
{
  failures_clear (sandbox->failures);
  return answer_number ("armed", 0);
}

/* What may become of an identity. */
typedef enum
{
  FLAG_BLOCKED,
  FLAG_DISABLED,
  FLAG_REMOVED,
  NEW_GUID,
  NEW_NAME,
} Change;

typedef struct
{
  const char *name;
  Change change;
  gboolean value;
} State;

static const State states[] = {
  {"blocked", FLAG_BLOCKED, TRUE},   {"unblocked", FLAG_BLOCKED, FALSE}, {"disabled", FLAG_DISABLED, TRUE},
  {"enabled", FLAG_DISABLED, FALSE}, {"removed", FLAG_REMOVED, TRUE},    {"restored", FLAG_REMOVED, FALSE},
  {"readded", NEW_GUID, FALSE},      {"renamed", NEW_NAME, FALSE},
};

static void
apply_state (Sandbox *sandbox, const State *state, Identity *identity, const char *name)
{
  switch (state->change)
    {
    case FLAG_BLOCKED:
      identity->is_blocked = state->value;
      break;
    case FLAG_DISABLED:
      identity->is_disabled = state->value;
      break;
    case FLAG_REMOVED:
      identity->is_removed = state->value;
      if (identity->is_removed)
        sessions_leave_identity (sandbox->sessions, identity);
      break;
    case NEW_GUID:
      identity->is_removed = FALSE;
      guid_random (&identity->id);
      sessions_leave_identity (sandbox->sessions, identity);
      break;
    case NEW_NAME:
      g_free (identity->client_name);
      identity->client_name = g_strdup (name);
      break;
    }
}

JsonNode *
control_change_identity (Sandbox *sandbox, GHashTable *parameters, GError **error)
{
  const char *wanted = g_hash_table_lookup (parameters, "set");
  const char *name = g_hash_table_lookup (parameters, "name");
  const User *user = NULL;
  Identity *identity = NULL;

  if (wanted == NULL)
    return complain (error, "The parameter 'set' is missing.");
  if (!read_identity (sandbox, parameters, "id", &user, &identity, error))
    return NULL;
  if (g_str_equal (wanted, "renamed") != (name != NULL))
    return complain (error, "The parameter 'name' belongs to set=renamed.");
  for (gsize i = 0; i < G_N_ELEMENTS (states); i++)
    if (g_str_equal (states[i].name, wanted))
      {
        apply_state (sandbox, &states[i], identity, name);
        return answer_string ("id", identity->id.text);
      }
  return complain (error, "There is no state '%s'; see so24-sandbox --help.", wanted);
}

JsonNode *
control_switch (Sandbox *sandbox, GHashTable *parameters, GError **error)
{
  const User *user = NULL;
  Identity *identity = NULL;

  if (!read_identity (sandbox, parameters, "identity", &user, &identity, error))
    return NULL;
  return answer_number ("switched", sessions_switch_all (sandbox->sessions, identity));
}

JsonNode *
control_reset (Sandbox *sandbox, GHashTable *parameters, GError **error)
{
  sandbox_reset (sandbox);
  return journal_render_counts (sandbox->journal);
}
