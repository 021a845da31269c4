/* Configuration files of a test (configured.h). */
#include "support/configured.h"

#include "support/sentences.h"

#include <glib/gstdio.h>
#include <string.h>

void
configured (void)
{
  g_autofree char *inner = in_folder ("so24fs");

  g_assert_cmpint (g_mkdir (inner, 0700), ==, 0);
  g_setenv ("XDG_CONFIG_HOME", folder, TRUE);
}

void
configure (const char *name, const char *settings)
{
  g_autofree char *path = g_strdup_printf ("so24fs/%s.conf", name);
  g_autofree char *text = g_strconcat ("[mount]\n", settings, NULL);

  write_file (path, text);
}

Options *
parse_words (const char *words, GError **error)
{
  g_autofree char *line = g_strconcat ("so24fs ", words, NULL);
  g_auto (GStrv) split = g_strsplit (line, " ", -1);

  return options_parse ((int)g_strv_length (split), split, error);
}

Options *
parse_words_well (const char *words)
{
  g_autoptr (GError) error = NULL;
  Options *options = parse_words (words, &error);

  g_assert_no_error (error);
  return options;
}

void
assert_acme_refused (const char *said)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (parse_words ("acme /mnt", &error));
  g_assert_null (strpbrk (error->message, "\r\n"));
  g_assert_null (strstr (error->message, "hunter2"));
  assert_failed_saying (&error, SO24_ERROR_INVALID, said);
}

void
assert_settings_refused (const char *settings, const char *said)
{
  g_autofree char *path = in_folder ("so24fs/acme.conf");
  g_autofree char *both = g_strdup_printf ("%s: %s", path, said);

  configure ("acme", settings);
  assert_acme_refused (both);
}
