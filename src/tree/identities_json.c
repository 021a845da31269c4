/*
 * The file identities.json, an identity a line. Touches nothing but the tree's state.
 *
 * It is written as text right away: a tree of JSON objects for ten thousand identities took 100 MB, and half a second in
 * which nobody else was served.
 */
#include "tree/frozen.h"
#include "tree/name.h"
#include "tree/state.h"

/* RFC 8259, section 7; and DEL, which a terminal would take for a command. */
static void
append_text (GString *json, const char *text)
{
  const char *from = text;

  g_string_append_c (json, '"');
  for (const char *at = text; *at != '\0'; at++)
    {
      if (*at != '"' && *at != '\\' && !g_ascii_iscntrl (*at))
        continue;
      g_string_append_len (json, from, at - from);
      g_string_append_printf (json, "\\u%04x", (guint)*at);
      from = at + 1;
    }
  g_string_append (json, from);
  g_string_append_c (json, '"');
}

static void
append_key (GString *json, const char *key)
{
  if (json->str[json->len - 1] != '{')
    g_string_append_c (json, ',');
  g_string_append_c (json, '"');
  g_string_append (json, key);
  g_string_append (json, "\":");
}

static void
add_text (GString *json, const char *key, const char *text)
{
  append_key (json, key);
  append_text (json, text);
}

static void
add_number (GString *json, const char *key, gint32 number)
{
  append_key (json, key);
  g_string_append_printf (json, "%d", number);
}

static void
add_truth (GString *json, const char *key, gboolean truth)
{
  append_key (json, key);
  g_string_append (json, truth ? "true" : "false");
}

/* A client's id is a long: as a number it would lose digits in jq, which computes with doubles, and so name another client. */
static void
add_client (GString *json, const Identity *identity)
{
  append_key (json, "client_id");
  g_string_append_printf (json, "\"%" G_GINT64_FORMAT "\"", identity->client_id);
  add_text (json, "client_name", identity->client_name);
}

static void
add_servers (GString *json, const GArray *servers)
{
  append_key (json, "servers");
  g_string_append_c (json, '[');
  for (guint i = 0; servers != NULL && i < servers->len; i++)
    {
      const IdentityServer *server = &g_array_index (servers, IdentityServer, i);

      g_string_append (json, i == 0 ? "{" : ",{");
      add_number (json, "id", server->id);
      add_number (json, "type", server->type);
      g_string_append_c (json, '}');
    }
  g_string_append_c (json, ']');
}

static void
add_folder (GString *json, const Identity *identity)
{
  g_autofree char *name = directory_name (identity->client_name, identity->client_id);
  g_autofree char *folder = g_strconcat ("identities/", name, "/", identity->id.text, NULL);

  add_text (json, "folder", folder);
}

static void
append_identity (GString *json, const Identity *identity, const Guid *latest)
{
  g_string_append_c (json, '{');
  add_text (json, "id", identity->id.text);
  add_client (json, identity);
  add_text (json, "user_id", identity->user_id.text);
  add_text (json, "user_name", identity->user_name);
  add_number (json, "contact_id", identity->contact_id);
  add_number (json, "employee_id", identity->employee_id);
  add_truth (json, "is_current", is_current (latest, identity));
  add_truth (json, "is_default", identity->is_default);
  add_truth (json, "is_protected", identity->is_protected);
  add_truth (json, "is_disabled", identity->is_disabled);
  add_servers (json, identity->servers);
  add_folder (json, identity);
  g_string_append_c (json, '}');
}

static GBytes *
make_identities_json (const GPtrArray *identities, const Guid *latest)
{
  GString *json = g_string_new ("[");

  for (guint i = 0; identities != NULL && i < identities->len; i++)
    {
      const Identity *identity = g_ptr_array_index (identities, i);

      g_string_append (json, i == 0 ? "\n" : ",\n");
      append_identity (json, identity, latest);
    }
  g_string_append (json, json->len > 1 ? "\n]\n" : "]\n");
  return g_string_free_to_bytes (json);
}

void
made_json_clear (MadeJson *made)
{
  g_clear_pointer (&made->bytes, g_bytes_unref);
  g_clear_pointer (&made->identities, g_ptr_array_unref);
}

/* Thousands of identities take a while, and ls asks for the size: so it is made again only when something has changed. */
GBytes *
freeze_identities_json (const Tree *tree)
{
  const GPtrArray *identities = account_identities (tree->account);
  const Guid *latest = latest_active (tree);
  MadeJson *made = tree->made_json;

  if (made->bytes == NULL || made->identities != identities || !guid_equal (&made->latest, latest))
    {
      made_json_clear (made);
      made->identities = identities == NULL ? NULL : g_ptr_array_ref ((GPtrArray *)identities);
      made->latest = *latest;
      made->bytes = make_identities_json (identities, latest);
    }
  return g_bytes_ref (made->bytes);
}
