/* The frame of all test programs. */
#include "support/sentences.h"

#include "soap/envelope.h"

#include <locale.h>
#include <string.h>

int
run_sentences (int argc, char **argv, const char *subject, const Sentence *sentences, gsize count)
{
  setlocale (LC_ALL, "C.UTF-8");
  soap_start ();
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < count; i++)
    {
      g_autofree char *sentence = g_strdelimit (g_strdup (sentences[i].name), "_", ' ');
      g_autofree char *path = g_strdup_printf ("/%s/%s", subject, sentence);

      g_test_add_func (path, sentences[i].run);
    }
  return g_test_run ();
}

void
assert_failed (GError **error, So24ErrorCode code)
{
  assert_failed_saying (error, code, "");
}

void
assert_failed_saying (GError **error, So24ErrorCode code, const char *words)
{
  g_assert_error (*error, SO24_ERROR, (gint)code);
  if (strstr ((*error)->message, words) == NULL)
    g_error ("\"%s\" is not in: %s", words, (*error)->message);
  g_clear_error (error);
}
