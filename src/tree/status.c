/* The file status, for people: a line for each fact. Touches nothing but the tree's state. */
#include "tree/facts.h"
#include "tree/frozen.h"

#include <string.h>

#define NOTHING "-"

static int
widest_key (void)
{
  gsize width = 0;

  for (guint i = 0; i < n_fact_rows; i++)
    width = MAX (width, strlen (fact_rows[i].key));
  return (int)width;
}

/* What ends a line, what a terminal takes for a command, and what turns the direction of the text around. */
static gboolean
is_misleading (gunichar character)
{
  return g_unichar_iscntrl (character) || (character >= 0x2028 && character <= 0x202e)
         || (character >= 0x2066 && character <= 0x2069);
}

/* Names may hold anything: written as JSON would, each fact stays a line. */
static void
add_text (GString *line, const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar character = g_utf8_get_char (text);

      if (is_misleading (character))
        g_string_append_printf (line, "\\u%04x", character);
      else
        g_string_append_unichar (line, character);
    }
}

/* "3: 2 live, 1 expired" */
static void
add_states (GString *line, const guint *counts)
{
  guint all = 0, named = 0;

  for (SessionState state = 0; state < N_STATES; state++)
    all += counts[state];
  g_string_append_printf (line, "%u", all);
  for (SessionState state = N_STATES; state-- > 0;)
    if (counts[state] > 0)
      g_string_append_printf (line, "%s %u %s", named++ == 0 ? ":" : ",", counts[state], session_state_word (state));
}

static void
add_value (GString *line, const Facts *facts, const FactRow *row)
{
  g_autofree char *text = NULL;

  switch (row->type)
    {
    case FACT_NUMBER:
      if (fact_number (facts, row) < 0)
        g_string_append (line, NOTHING);
      else
        g_string_append_printf (line, "%" G_GINT64_FORMAT, fact_number (facts, row));
      break;
    case FACT_STATES:
      add_states (line, fact_states (facts, row));
      break;
    default:
      text = fact_text (facts, row);
      add_text (line, text == NULL ? NOTHING : text);
      break;
    }
}

GBytes *
freeze_status (const Tree *tree)
{
  GString *lines = g_string_new (NULL);
  int width = widest_key ();
  Facts facts;

  facts_collect (tree, &facts);
  for (guint i = 0; i < n_fact_rows; i++)
    {
      const FactRow *row = &fact_rows[i];

      g_string_append_printf (lines, "%s:%*s", row->key, width - (int)strlen (row->key) + 1, "");
      add_value (lines, &facts, row);
      g_string_append_c (lines, '\n');
    }
  return g_string_free_to_bytes (lines);
}
