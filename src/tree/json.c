/* The files status.json and identities.json. Touches nothing but the tree's state. */
#include "tree/facts.h"
#include "tree/frozen.h"
#include "tree/name.h"
#include "tree/state.h"

#include <json-glib/json-glib.h>

static GBytes *
finish (JsonBuilder *builder)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  GString *text = g_string_new (NULL);

  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  json_generator_to_gstring (generator, text);
  g_string_append_c (text, '\n');
  return g_string_free_to_bytes (text);
}

static void
add_text (JsonBuilder *builder, const char *key, const char *text)
{
  json_builder_set_member_name (builder, key);
  if (text == NULL)
    json_builder_add_null_value (builder);
  else
    json_builder_add_string_value (builder, text);
}

static void
add_number (JsonBuilder *builder, const char *key, gint64 number)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_int_value (builder, number);
}

static void
add_truth (JsonBuilder *builder, const char *key, gboolean truth)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_boolean_value (builder, truth);
}

static void
add_states (JsonBuilder *builder, const char *key, const guint *counts)
{
  json_builder_set_member_name (builder, key);
  json_builder_begin_object (builder);
  for (SessionState state = N_STATES; state-- > 0;)
    add_number (builder, session_state_word (state), counts[state]);
  json_builder_end_object (builder);
}

static void
add_fact (JsonBuilder *builder, const Facts *facts, const FactRow *row)
{
  g_autofree char *text = NULL;

  switch (row->type)
    {
    case FACT_NUMBER:
      if (fact_number (facts, row) < 0)
        add_text (builder, row->key, NULL);
      else
        add_number (builder, row->key, fact_number (facts, row));
      break;
    case FACT_STATES:
      add_states (builder, row->key, fact_states (facts, row));
      break;
    default:
      text = fact_text (facts, row);
      add_text (builder, row->key, text);
      break;
    }
}

GBytes *
freeze_status_json (const Tree *tree)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  Facts facts;

  facts_collect (tree, &facts);
  json_builder_begin_object (builder);
  for (guint i = 0; i < n_fact_rows; i++)
    add_fact (builder, &facts, &fact_rows[i]);
  json_builder_end_object (builder);
  return finish (builder);
}

static void
add_servers (JsonBuilder *builder, const GArray *servers)
{
  json_builder_set_member_name (builder, "servers");
  json_builder_begin_array (builder);
  for (guint i = 0; servers != NULL && i < servers->len; i++)
    {
      const IdentityServer *server = &g_array_index (servers, IdentityServer, i);

      json_builder_begin_object (builder);
      add_number (builder, "id", server->id);
      add_number (builder, "type", server->type);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

/* A client's id is a long: as a number it would lose digits in jq, which computes with doubles, and so name another client. */
static void
add_identity (JsonBuilder *builder, const Identity *identity, gboolean is_current)
{
  g_autofree char *client_id = g_strdup_printf ("%" G_GINT64_FORMAT, identity->client_id);
  g_autofree char *name = directory_name (identity->client_name, identity->client_id);
  g_autofree char *folder = g_strdup_printf ("identities/%s/%s", name, identity->id.text);

  json_builder_begin_object (builder);
  add_text (builder, "id", identity->id.text);
  add_text (builder, "client_id", client_id);
  add_text (builder, "client_name", identity->client_name);
  add_text (builder, "user_id", identity->user_id.text);
  add_text (builder, "user_name", identity->user_name);
  add_number (builder, "contact_id", identity->contact_id);
  add_number (builder, "employee_id", identity->employee_id);
  add_truth (builder, "is_current", is_current);
  add_truth (builder, "is_default", identity->is_default);
  add_truth (builder, "is_protected", identity->is_protected);
  add_truth (builder, "is_disabled", identity->is_disabled);
  add_servers (builder, identity->servers);
  add_text (builder, "folder", folder);
  json_builder_end_object (builder);
}

static GBytes *
make_identities_json (const GPtrArray *identities, const Identity *active)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_array (builder);
  for (guint i = 0; identities != NULL && i < identities->len; i++)
    {
      const Identity *identity = g_ptr_array_index (identities, i);

      add_identity (builder, identity, active != NULL ? guid_equal (&active->id, &identity->id) : identity->is_current);
    }
  json_builder_end_array (builder);
  return finish (builder);
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
  Identity *active = account_last_identity (tree->account);
  const Guid *active_id = active == NULL ? &guid_zero : &active->id;
  MadeJson *made = tree->made_json;

  if (made->bytes == NULL || made->identities != identities || !guid_equal (&made->active, active_id))
    {
      made_json_clear (made);
      made->identities = identities == NULL ? NULL : g_ptr_array_ref ((GPtrArray *)identities);
      made->active = *active_id;
      made->bytes = make_identities_json (identities, active);
    }
  return g_bytes_ref (made->bytes);
}
