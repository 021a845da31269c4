/* Telling findings, on the standard output. */
#include "tools/report.h"

#include <json-glib/json-glib.h>
#include <stdio.h>

#define WIDTH 12

/* What ends a line, what a terminal takes for a command, and what turns the direction of the text around. */
static gboolean
is_misleading (gunichar character)
{
  return g_unichar_iscntrl (character) || (character >= 0x2028 && character <= 0x202e)
         || (character >= 0x2066 && character <= 0x2069);
}

/* Names of files and of clients may hold anything. */
static char *
harmless (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autoptr (GString) line = g_string_new (NULL);

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    g_string_append_unichar (line, is_misleading (g_utf8_get_char (at)) ? 0xfffd : g_utf8_get_char (at));
  return g_string_free (g_steal_pointer (&line), FALSE);
}

void
report_line (const char *key, const Finding *finding)
{
  g_autofree char *text = harmless (finding->text);

  printf ("%-*s %s: %s%s%s\n", WIDTH, key, result_word (finding->result), text, finding->advice == NULL ? "" : "; ",
          finding->advice == NULL ? "" : finding->advice);
  fflush (stdout);
}

static void
add_text (JsonBuilder *json, const char *key, const char *text)
{
  g_autofree char *clean = text == NULL ? NULL : harmless (text);

  json_builder_set_member_name (json, key);
  if (clean == NULL)
    json_builder_add_null_value (json);
  else
    json_builder_add_string_value (json, clean);
}

static void
add_finding (JsonBuilder *json, const char *key, const Finding *finding)
{
  json_builder_begin_object (json);
  add_text (json, "check", key);
  add_text (json, "result", result_word (finding->result));
  add_text (json, "text", finding->text);
  add_text (json, "advice", finding->advice);
  json_builder_end_object (json);
}

void
report_json (const char *source, const Finding *findings, gboolean good)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (json);
  add_text (json, "source", source);
  add_text (json, "version", SO24_VERSION);
  add_text (json, "result", result_word (good ? FOUND_OK : FOUND_WRONG));
  json_builder_set_member_name (json, "checks");
  json_builder_begin_array (json);
  for (guint i = 0; check_rows[i].key != NULL; i++)
    add_finding (json, check_rows[i].key, &findings[i]);
  json_builder_end_array (json);
  json_builder_end_object (json);
  root = json_builder_get_root (json);
  text = json_to_string (root, TRUE);
  puts (text);
}
