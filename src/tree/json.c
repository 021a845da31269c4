/* The file status.json. Touches nothing but the tree's state. */
#include "tree/facts.h"
#include "tree/frozen.h"
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
