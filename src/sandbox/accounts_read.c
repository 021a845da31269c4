/* Accounts out of JSON text: see accounts_read.h.

   Tables say which members an object has. What is not in them is refused, because a misspelt member that is passed over
   makes a test pass for the wrong reason. */
#include "sandbox/accounts_read.h"

#include <string.h>

#include <json-glib/json-glib.h>

#include "sandbox/accounts_check.h"

typedef struct Member Member;
struct Member
{
  const char *name; /* NULL ends a table */
  gboolean is_required;
  gboolean (*read) (JsonNode *node, const char *path, gpointer target, GError **error);
  gsize offset; /* of the target */
};

G_DEFINE_QUARK (sandbox - accounts - error - quark, accounts_error)

static gboolean
complain (GError **error, const char *path, const char *sentence)
{
  g_set_error (error, ACCOUNTS_ERROR, ACCOUNTS_ERROR_VALUE, "%s: %s", *path != '\0' ? path : "the document", sentence);
  return FALSE;
}

static char *
path_to_member (const char *path, const char *name)
{
  return *path != '\0' ? g_strdup_printf ("%s.%s", path, name) : g_strdup (name);
}

static const Member *
find_member (const Member *members, const char *name)
{
  for (const Member *member = members; member->name != NULL; member++)
    if (g_str_equal (member->name, name))
      return member;
  return NULL;
}

static gboolean
check_names (JsonObject *object, const char *path, const Member *members, GError **error)
{
  g_autoptr (GList) names = json_object_get_members (object);

  for (const GList *link = names; link != NULL; link = link->next)
    if (find_member (members, link->data) == NULL && !g_str_equal (link->data, "comment"))
      {
        g_autofree char *place = path_to_member (path, link->data);
        return complain (error, place, "there is no such member");
      }
  return TRUE;
}

static gboolean
read_object (JsonNode *node, const char *path, const Member *members, gpointer target, GError **error)
{
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return complain (error, path, "not an object");

  JsonObject *object = json_node_get_object (node);
  if (!check_names (object, path, members, error))
    return FALSE;
  for (const Member *member = members; member->name != NULL; member++)
    {
      g_autofree char *place = path_to_member (path, member->name);
      JsonNode *value = json_object_get_member (object, member->name);

      if (value == NULL && member->is_required)
        return complain (error, place, "missing");
      if (value != NULL && !member->read (value, place, (char *)target + member->offset, error))
        return FALSE;
    }
  return TRUE;
}

typedef gboolean (*ItemReader) (JsonNode *node, const char *path, gpointer list, GError **error);

static gboolean
read_items (JsonNode *node, const char *path, ItemReader read_item, gpointer list, GError **error)
{
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return complain (error, path, "not an array");

  JsonArray *array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      g_autofree char *place = g_strdup_printf ("%s[%u]", path, i);

      if (!read_item (json_array_get_element (array, i), place, list, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_string (JsonNode *node, const char *path, gpointer target, GError **error)
{
  char **string = target;

  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return complain (error, path, "not a string");
  g_free (*string);
  *string = json_node_dup_string (node);
  return TRUE;
}

static gboolean
read_filled_string (JsonNode *node, const char *path, gpointer target, GError **error)
{
  char **string = target;

  if (!read_string (node, path, target, error))
    return FALSE;
  return **string != '\0' || complain (error, path, "empty");
}

static gboolean
read_guid (JsonNode *node, const char *path, gpointer target, GError **error)
{
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING
      || guid_parse (json_node_get_string (node), target) != GUID_PARSED)
    return complain (error, path, "not a GUID");
  return TRUE;
}

static gboolean
read_boolean (JsonNode *node, const char *path, gpointer target, GError **error)
{
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return complain (error, path, "not true or false");
  *(gboolean *)target = json_node_get_boolean (node);
  return TRUE;
}

static gboolean
read_long (JsonNode *node, const char *path, gpointer target, GError **error)
{
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return complain (error, path, "not a whole number");
  *(gint64 *)target = json_node_get_int (node);
  return TRUE;
}

static gboolean
read_int (JsonNode *node, const char *path, gpointer target, GError **error)
{
  gint64 number = 0;

  if (!read_long (node, path, &number, error))
    return FALSE;
  if (number < G_MININT32 || number > G_MAXINT32)
    return complain (error, path, "does not fit in 32 bits");
  *(gint32 *)target = (gint32)number;
  return TRUE;
}

static gboolean
read_guid_item (JsonNode *node, const char *path, gpointer list, GError **error)
{
  Guid guid;

  if (!read_guid (node, path, &guid, error))
    return FALSE;
  g_array_append_val ((GArray *)list, guid);
  return TRUE;
}

static gboolean
read_guids (JsonNode *node, const char *path, gpointer target, GError **error)
{
  GArray **guids = target;

  if (*guids == NULL)
    *guids = g_array_new (FALSE, FALSE, sizeof (Guid));
  return read_items (node, path, read_guid_item, *guids, error);
}

static gboolean
read_int_item (JsonNode *node, const char *path, gpointer list, GError **error)
{
  gint32 number = 0;

  if (!read_int (node, path, &number, error))
    return FALSE;
  g_array_append_val ((GArray *)list, number);
  return TRUE;
}

static gboolean
read_ints (JsonNode *node, const char *path, gpointer target, GError **error)
{
  GArray **numbers = target;

  return read_items (node, path, read_int_item, *numbers, error);
}

static gboolean
read_server_item (JsonNode *node, const char *path, gpointer list, GError **error)
{
  static const Member members[] = {
    {"id", TRUE, read_int, offsetof (Server, id)},
    {"type", TRUE, read_int, offsetof (Server, type)},
    {.name = NULL},
  };
  Server server = {.is_nil = JSON_NODE_HOLDS_NULL (node)};

  if (!server.is_nil && !read_object (node, path, members, &server, error))
    return FALSE;
  g_array_append_val ((GArray *)list, server);
  return TRUE;
}

static gboolean
read_servers (JsonNode *node, const char *path, gpointer target, GError **error)
{
  GArray **servers = target;

  *servers = g_array_new (FALSE, FALSE, sizeof (Server));
  return read_items (node, path, read_server_item, *servers, error);
}

static gboolean
read_identity_user (JsonNode *node, const char *path, gpointer target, GError **error)
{
  static const Member members[] = {
    {"contact_id", FALSE, read_int, offsetof (Identity, contact_id)},
    {"id", FALSE, read_guid, offsetof (Identity, user_id)},
    {"name", FALSE, read_string, offsetof (Identity, user_name)},
    {"employee_id", FALSE, read_int, offsetof (Identity, employee_id)},
    {.name = NULL},
  };
  Identity *identity = target;

  identity->has_user = TRUE;
  return read_object (node, path, members, identity, error);
}

static gboolean
read_identity_client (JsonNode *node, const char *path, gpointer target, GError **error)
{
  static const Member members[] = {
    {"id", TRUE, read_long, offsetof (Identity, client_id)},
    {"name", FALSE, read_string, offsetof (Identity, client_name)},
    {.name = NULL},
  };
  Identity *identity = target;

  identity->has_client = TRUE;
  return read_object (node, path, members, identity, error);
}

static gboolean
read_identity_item (JsonNode *node, const char *path, gpointer list, GError **error)
{
  static const Member members[] = {
    {"id", TRUE, read_guid, offsetof (Identity, id)},
    {"user", FALSE, read_identity_user, 0},
    {"client", FALSE, read_identity_client, 0},
    {"protected", FALSE, read_boolean, offsetof (Identity, is_protected)},
    {"disabled", FALSE, read_boolean, offsetof (Identity, is_disabled)},
    {"blocked", FALSE, read_boolean, offsetof (Identity, is_blocked)},
    {"servers", FALSE, read_servers, offsetof (Identity, servers)},
    {"services", FALSE, read_ints, offsetof (Identity, services)},
    {.name = NULL},
  };
  Identity *identity = identity_new ();

  g_ptr_array_add (list, identity);
  return read_object (node, path, members, identity, error);
}

static gboolean
read_identities (JsonNode *node, const char *path, gpointer target, GError **error)
{
  GPtrArray **identities = target;

  return read_items (node, path, read_identity_item, *identities, error);
}

static gboolean
read_user_item (JsonNode *node, const char *path, gpointer list, GError **error)
{
  static const Member members[] = {
    {"username", TRUE, read_filled_string, offsetof (User, username)},
    {"password", TRUE, read_filled_string, offsetof (User, password)},
    {"passport_id", FALSE, read_guid, offsetof (User, id)},
    {"tokens", FALSE, read_guids, offsetof (User, tokens)},
    {"default_identity", TRUE, read_guid, offsetof (User, default_identity_id)},
    {"identities", TRUE, read_identities, offsetof (User, identities)},
    {.name = NULL},
  };
  User *user = user_new ();

  g_ptr_array_add (list, user);
  return read_object (node, path, members, user, error);
}

static gboolean
read_users (JsonNode *node, const char *path, gpointer target, GError **error)
{
  GPtrArray **users = target;

  return read_items (node, path, read_user_item, *users, error);
}

static gboolean
read_accounts (JsonNode *node, Accounts *accounts, GError **error)
{
  static const Member members[] = {
    {"applications", FALSE, read_guids, offsetof (Accounts, applications)},
    {"users", TRUE, read_users, offsetof (Accounts, users)},
    {.name = NULL},
  };

  return read_object (node, "", members, accounts, error) && accounts_check (accounts, error);
}

static gboolean
parse_json (JsonParser *parser, GBytes *text, GError **error)
{
  gsize length = 0;
  const char *bytes = g_bytes_get_data (text, &length);
  g_autoptr (GError) parse_error = NULL;

  if (length == 0 || !g_utf8_validate (bytes, (gssize)length, NULL))
    {
      g_set_error_literal (error, ACCOUNTS_ERROR, ACCOUNTS_ERROR_SYNTAX, length == 0 ? "empty" : "not UTF-8");
      return FALSE;
    }
  if (json_parser_load_from_data (parser, bytes, (gssize)length, &parse_error))
    return TRUE;

  /* "<data>:LINE:COLUMN: Parse error: ..." */
  const char *message = parse_error->message;
  if (g_str_has_prefix (message, "<data>:"))
    message += strlen ("<data>:");
  g_autofree char *one_line = g_strdelimit (g_strdup (message), "\r\n", ' ');
  g_set_error (error, ACCOUNTS_ERROR, ACCOUNTS_ERROR_SYNTAX, "line %s", one_line);
  return FALSE;
}

Accounts *
accounts_read (GBytes *text, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (Accounts) accounts = accounts_new ();

  if (!parse_json (parser, text, error))
    return NULL;
  JsonNode *root = json_parser_get_root (parser);
  if (root == NULL)
    {
      complain (error, "", "empty");
      return NULL;
    }
  return read_accounts (root, accounts, error) ? g_steal_pointer (&accounts) : NULL;
}
