/* The folder of a test, its files, and reading a credential from them. */
#include "support/place.h"

#include "support/sentences.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *folder;
Guid application_id;

static void
remove_all (const char *path)
{
  GDir *listing = g_dir_open (path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (listing)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);

      if (!g_file_test (inner, G_FILE_TEST_IS_SYMLINK) && g_file_test (inner, G_FILE_TEST_IS_DIR))
        remove_all (inner);
      else
        g_assert_cmpint (g_unlink (inner), ==, 0);
    }
  g_dir_close (listing);
  g_assert_cmpint (g_rmdir (path), ==, 0);
}

Place
place_new (void)
{
  folder = g_dir_make_tmp ("so24fs-credentials-XXXXXX", NULL);
  g_assert_nonnull (folder);
  g_assert_true (guid_parse (APP, strlen (APP), &application_id));
  g_unsetenv ("CREDENTIALS_DIRECTORY");
  return (Place){folder};
}

void
place_clear (Place *place)
{
  remove_all (place->path);
  g_free (place->path);
}

char *
in_folder (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

void
write_mode (const char *name, const char *text, gsize length, mode_t mode)
{
  g_autofree char *path = in_folder (name);
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, text, length), ==, length);
  g_assert_cmpint (fchmod (fd, mode), ==, 0);
  close (fd);
}

void
write_file (const char *name, const char *text)
{
  write_mode (name, text, strlen (text), 0600);
}

void
let_time_pass (void)
{
  g_usleep (25000);
}

Credentials *
open_file (const char *name)
{
  g_autofree char *path = in_folder (name);

  return credentials_new (path, "account", &application_id);
}

Credential *
read_well (const char *name)
{
  g_autoptr (Credentials) credentials = open_file (name);
  g_autoptr (GError) error = NULL;
  Credential *credential = credentials_read (credentials, &error);

  g_assert_no_error (error);
  return credential;
}

void
assert_unreadable (Credentials *credentials, So24ErrorCode code, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *prefix = g_strdup_printf ("credentials: %s: ", credentials_path (credentials));

  g_assert_null (credentials_read (credentials, &error));
  g_assert_true (g_str_has_prefix (error->message, prefix));
  g_assert_null (strstr (error->message, "hunter2"));
  g_assert_null (strpbrk (error->message, "\r\n"));
  assert_failed_saying (&error, code, words);
}

void
assert_file_refused (const char *name, const char *words)
{
  g_autoptr (Credentials) credentials = open_file (name);

  assert_unreadable (credentials, SO24_ERROR_INVALID, words);
}
