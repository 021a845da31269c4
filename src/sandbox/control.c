/* The control interface under /sandbox/: see control.h. */
#include "sandbox/control.h"

#include "sandbox/control_commands.h"

/* Route.parameters is what may stand in the query; what is not there is refused, for a misspelt one that is passed over
   makes a test pass for the wrong reason. */
typedef struct
{
  const char *method;
  const char *path;
  const char *const *parameters;
  ControlCommand run;
} Route;

static const char *const no_parameters[] = {NULL};
static const char *const slow_parameters[] = {"seconds", "operation", NULL};
static const char *const fail_parameters[] = {"as", "operation", "count", "text", "retry_after", "until", NULL};
static const char *const identity_parameters[] = {"id", "set", "name", NULL};
static const char *const switch_parameters[] = {"identity", NULL};

/* clang-format off */
static const Route routes[] = {
  /* method    path        parameters           what it does */
  { "GET",    "calls",    no_parameters,       control_show_calls },
  { "DELETE", "calls",    no_parameters,       control_reset_calls },
  { "GET",    "log",      no_parameters,       control_show_log },
  { "POST",   "expire",   no_parameters,       control_expire },
  { "POST",   "slow",     slow_parameters,     control_slow },
  { "POST",   "fail",     fail_parameters,     control_fail },
  { "DELETE", "fail",     no_parameters,       control_stop_failing },
  { "POST",   "identity", identity_parameters, control_change_identity },
  { "POST",   "switch",   switch_parameters,   control_switch },
  { "POST",   "reset",    no_parameters,       control_reset },
};
/* clang-format on */

static Answer *
answer_json (guint status, JsonNode *node)
{
  g_autofree char *text = json_to_string (node, FALSE);
  GString *body = g_string_new (text);

  g_string_append_c (body, '\n');
  return answer_new (status, "application/json; charset=utf-8", body);
}

static Answer *
answer_error (guint status, const char *sentence)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "error");
  json_builder_add_string_value (builder, sentence);
  json_builder_end_object (builder);
  g_autoptr (JsonNode) node = json_builder_get_root (builder);
  return answer_json (status, node);
}

static const Route *
find_route (const char *method, const char *path, gboolean *is_known_path)
{
  *is_known_path = FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (routes); i++)
    {
      if (!g_str_equal (routes[i].path, path))
        continue;
      *is_known_path = TRUE;
      if (g_str_equal (routes[i].method, method))
        return &routes[i];
    }
  return NULL;
}

static GHashTable *
parse_query (const Route *route, const char *query, GError **error)
{
  g_autoptr (GHashTable) parameters
    = g_uri_parse_params (query != NULL ? query : "", -1, "&", G_URI_PARAMS_WWW_FORM, error);
  GHashTableIter iter;
  gpointer name;

  if (parameters == NULL)
    return NULL;
  g_hash_table_iter_init (&iter, parameters);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_strv_contains (route->parameters, name))
      {
        g_set_error (error, CONTROL_ERROR, CONTROL_ERROR_PARAMETER, "%s knows no parameter '%s'.", route->path,
                     (const char *)name);
        return NULL;
      }
  return g_steal_pointer (&parameters);
}

Answer *
control_answer (Sandbox *sandbox, const char *method, const char *path, const char *query)
{
  gboolean is_known_path = FALSE;
  const Route *route = find_route (method, path, &is_known_path);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;

  if (route == NULL)
    return is_known_path ? answer_error (405, "This is there, but not with this method; see so24-sandbox --help.")
                         : answer_error (404, "There is no such thing under /sandbox/; see so24-sandbox --help.");

  g_autoptr (GHashTable) parameters = parse_query (route, query, &error);
  if (parameters != NULL)
    node = route->run (sandbox, parameters, &error);
  return node != NULL ? answer_json (200, node) : answer_error (400, error->message);
}
