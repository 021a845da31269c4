/* When a credentials file has changed, and which one is found in $CREDENTIALS_DIRECTORY (daemon/credentials.h). */
#include "support/place.h"
#include "support/sentences.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The file that is found in $CREDENTIALS_DIRECTORY; NULL: none is. */
static void
assert_found (const char *source, const char *name)
{
  g_autoptr (Credentials) credentials = credentials_new (NULL, source, &application_id);
  g_autofree char *path = name == NULL ? NULL : in_folder (name);

  g_assert_cmpstr (credentials == NULL ? NULL : credentials_path (credentials), ==, path);
}

static Credentials *
open_and_read (void)
{
  Credentials *credentials = open_file ("file");
  g_autoptr (Credential) credential = NULL;

  g_assert_true (credentials_changed (credentials));
  write_file ("file", LINES);
  credential = credentials_read (credentials, NULL);
  g_assert_nonnull (credential);
  g_assert_false (credentials_changed (credentials));
  let_time_pass ();
  return credentials;
}

static void
assert_changed_once (Credentials *credentials)
{
  g_autoptr (Credential) credential = NULL;

  g_assert_true (credentials_changed (credentials));
  g_assert_true (credentials_changed (credentials));
  credential = credentials_read (credentials, NULL);
  g_assert_false (credentials_changed (credentials));
}

static void
a_file_that_was_written_anew_has_changed (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (Credentials) credentials = open_and_read ();

  write_file ("file", LINES); /* of the same size */
  assert_changed_once (credentials);
}

static void
a_file_that_was_put_in_its_place_has_changed (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (Credentials) credentials = open_and_read ();
  g_autofree char *from = in_folder ("new");
  g_autofree char *to = in_folder ("file");

  write_file ("new", LINES);
  g_assert_cmpint (g_rename (from, to), ==, 0);
  assert_changed_once (credentials);
}

/* cp -p, tar and others set the time that is easily set back. */
static void
a_file_whose_time_was_set_back_has_changed (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (Credentials) credentials = open_and_read ();
  g_autofree char *path = in_folder ("file");
  struct stat before;
  struct timespec times[2];

  g_assert_cmpint (stat (path, &before), ==, 0);
  write_file ("file", LINES);
  times[0] = before.st_atim;
  times[1] = before.st_mtim;
  g_assert_cmpint (utimensat (AT_FDCWD, path, times, 0), ==, 0);
  assert_changed_once (credentials);
}

static void
a_file_that_is_gone_has_changed_until_it_was_tried (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (Credentials) credentials = open_and_read ();
  g_autofree char *path = in_folder ("file");

  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_true (credentials_changed (credentials));
  assert_unreadable (credentials, SO24_ERROR_NO_KEY, "No such file");
  g_assert_false (credentials_changed (credentials));
  write_file ("file", LINES);
  assert_changed_once (credentials);
}

static void
a_refused_file_changes_when_it_is_mended (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (Credentials) credentials = open_file ("file");
  g_autoptr (Credential) credential = NULL;
  g_autofree char *path = in_folder ("file");

  write_mode ("file", LINES, strlen (LINES), 0644);
  assert_unreadable (credentials, SO24_ERROR_INVALID, "mode 0644");
  g_assert_false (credentials_changed (credentials));
  let_time_pass ();
  g_assert_cmpint (chmod (path, 0600), ==, 0);
  g_assert_true (credentials_changed (credentials));
  credential = credentials_read (credentials, NULL);
  g_assert_nonnull (credential);
}

static void
without_a_file_and_a_folder_there_is_nothing_to_read (void)
{
  g_auto (Place) place = place_new ();

  assert_found ("account", NULL);
  g_setenv ("CREDENTIALS_DIRECTORY", "", TRUE);
  assert_found ("account", NULL);
  g_setenv ("CREDENTIALS_DIRECTORY", "relative", TRUE);
  assert_found ("account", NULL);
  g_setenv ("CREDENTIALS_DIRECTORY", "/nonexistent", TRUE);
  assert_found ("account", NULL);
}

static void
the_first_known_name_in_the_folder_is_taken (void)
{
  g_auto (Place) place = place_new ();
  static const char *const names[] = {"credential", "credentials", "login", "so24fs", "account"};

  g_setenv ("CREDENTIALS_DIRECTORY", folder, TRUE);
  assert_found ("account", NULL);
  write_file ("tls.key", "");
  write_file ("tls.crt", "");
  assert_found ("account", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      write_file (names[i], LINES);
      assert_found ("account", names[i]);
    }
}

static void
a_source_that_is_no_file_name_is_passed_over (void)
{
  g_auto (Place) place = place_new ();
  g_autofree char *inner = in_folder ("inner");

  g_setenv ("CREDENTIALS_DIRECTORY", folder, TRUE);
  g_assert_cmpint (mkdir (inner, 0700), ==, 0);
  write_file ("inner/file", LINES);
  write_file ("login", LINES);
  assert_found (".", "login");
  assert_found ("..", "login");
  assert_found ("", "login");
  assert_found ("inner/file", "login");
  assert_found ("../etc/passwd", "login");
}

static void
the_only_file_in_the_folder_is_taken (void)
{
  g_auto (Place) place = place_new ();
  g_autofree char *inner = in_folder ("inner");

  g_setenv ("CREDENTIALS_DIRECTORY", folder, TRUE);
  g_assert_cmpint (mkdir (inner, 0700), ==, 0);
  assert_found ("account", NULL);
  write_file ("24so", LINES);
  assert_found ("account", "24so");
  write_file ("another", LINES);
  assert_found ("account", NULL);
}

static void
a_file_that_is_named_goes_before_the_folder (void)
{
  g_auto (Place) place = place_new ();
  g_autofree char *path = in_folder ("file");
  g_autoptr (Credentials) credentials = NULL;

  g_setenv ("CREDENTIALS_DIRECTORY", folder, TRUE);
  write_file ("account", LINES);
  credentials = open_file ("file");
  g_assert_cmpstr (credentials_path (credentials), ==, path);
}

/* systemd lets the service's user in by an ACL: the mode then shows its mask for the group. */
static void
in_the_folder_the_group_bits_are_not_looked_at (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (Credential) named = NULL;

  g_setenv ("CREDENTIALS_DIRECTORY", folder, TRUE);
  write_mode ("file", LINES, strlen (LINES), 0440);
  named = read_well ("file");
  g_assert_nonnull (named);
  write_mode ("open", LINES, strlen (LINES), 0444);
  assert_file_refused ("open", "is open to others (mode 0444): chmod o= it");
}

static void
only_what_lies_in_the_folder_is_looked_at_so (void)
{
  g_auto (Place) place = place_new ();
  g_autofree char *inner = in_folder ("in");
  g_autoptr (Credentials) out = NULL;

  g_setenv ("CREDENTIALS_DIRECTORY", inner, TRUE);
  g_assert_cmpint (mkdir (inner, 0700), ==, 0);
  write_mode ("inside", LINES, strlen (LINES), 0440);
  assert_file_refused ("inside", "group or others"); /* a folder of that name is another one */
  assert_file_refused ("in/../inside", "group or others");
}

static void
in_the_folder_the_file_may_be_ours_or_roots (void)
{
  g_auto (Place) place = place_new ();
  g_autofree char *path = in_folder ("file");
  g_autoptr (Credentials) credentials = NULL;
  g_autoptr (Credential) credential = NULL;

  if (geteuid () != 0)
    {
      g_test_skip ("only root can be somebody else");
      return;
    }
  g_setenv ("CREDENTIALS_DIRECTORY", folder, TRUE);
  write_mode ("file", LINES, strlen (LINES), 0440);
  g_assert_cmpint (chmod (folder, 0755), ==, 0);
  credentials = open_file ("file");
  g_assert_cmpint (seteuid (STRANGER), ==, 0);
  credential = credentials_read (credentials, NULL);
  g_assert_cmpint (seteuid (0), ==, 0);
  g_assert_nonnull (credential);
  g_assert_cmpint (chown (path, STRANGER, 0), ==, 0);
  assert_unreadable (credentials, SO24_ERROR_INVALID, "belongs to user 12345, not to you (0)");
}

static const Sentence sentences[] = {
  SENTENCE (a_file_that_was_written_anew_has_changed),
  SENTENCE (a_file_that_was_put_in_its_place_has_changed),
  SENTENCE (a_file_whose_time_was_set_back_has_changed),
  SENTENCE (a_file_that_is_gone_has_changed_until_it_was_tried),
  SENTENCE (a_refused_file_changes_when_it_is_mended),
  SENTENCE (without_a_file_and_a_folder_there_is_nothing_to_read),
  SENTENCE (the_first_known_name_in_the_folder_is_taken),
  SENTENCE (a_source_that_is_no_file_name_is_passed_over),
  SENTENCE (the_only_file_in_the_folder_is_taken),
  SENTENCE (a_file_that_is_named_goes_before_the_folder),
  SENTENCE (in_the_folder_the_group_bits_are_not_looked_at),
  SENTENCE (only_what_lies_in_the_folder_is_looked_at_so),
  SENTENCE (in_the_folder_the_file_may_be_ours_or_roots),
};

MAIN ("credentials, found and changed")
