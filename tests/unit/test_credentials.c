/* What may stand in the credentials file, and whose it must be (daemon/credentials.h; design.md, section 5, rule 4). */
#include "support/place.h"
#include "support/sentences.h"
#include "tree/input.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define APP_2    "88888888-0000-4000-8000-000000000009"
#define IDENTITY "310d5fd3-0002-4047-a03b-00000000000a"
#define TOKEN    "99999999-0000-4000-8000-000000000009"
#define XML      "<credential><Username>ola@example.com</Username><Password>hunter2</Password></credential>"
#define JSON     "{\"username\": \"ola@example.com\", \"password\": \"hunter2\"}"

static void
assert_text_refused (const char *text, const char *words)
{
  write_file ("file", text);
  assert_file_refused ("file", words);
}

static void
all_forms_of_login_can_be_read (void)
{
  g_auto (Place) place = place_new ();
  static const char *const texts[] = {LINES,
                                      "# ops\r\n\r\n" LINES "\n# end",
                                      "username=ola@example.com\npassword=hunter2",
                                      XML,
                                      XML "\n",
                                      JSON,
                                      JSON "\n\n",
                                      "\xEF\xBB\xBF" LINES,
                                      "<?xml version=\"1.0\"?>\n" XML};

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (Credential) credential = NULL;

      write_file ("file", texts[i]);
      credential = read_well ("file");
      g_assert_cmpstr (credential->username, ==, "ola@example.com");
      g_assert_cmpstr (secret_text (credential->password), ==, "hunter2");
      g_assert_cmpstr (credential->application_id.text, ==, APP);
      g_assert_true (guid_is_zero (&credential->identity_id));
      g_assert_null (credential->token);
    }
}

static void
a_file_may_name_its_own_application_and_identity (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (Credential) credential = NULL;

  write_file ("file", LINES "application_id = " APP_2 "\nidentity_id = " IDENTITY "\n");
  credential = read_well ("file");
  g_assert_cmpstr (credential->application_id.text, ==, APP_2);
  g_assert_cmpstr (credential->identity_id.text, ==, IDENTITY);
}

static void
a_file_may_hold_a_token (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (Credential) credential = NULL;

  write_mode ("file", "token = " TOKEN "\n", strlen ("token = " TOKEN "\n"), 0400);
  credential = read_well ("file");
  g_assert_cmpstr (secret_text (credential->token), ==, TOKEN);
  g_assert_null (credential->username);
}

static void
what_is_missing_is_named (void)
{
  g_auto (Place) place = place_new ();

  assert_text_refused ("username = ola@example.com\n", "password missing");
  assert_text_refused ("{\"password\": \"hunter2\"}", "username missing");
  assert_text_refused ("<credential><Username>ola</Username></credential>", "password missing");
  assert_text_refused ("# nothing\n", "username, password missing");
  assert_text_refused ("\n \n", "username, password missing");
  application_id = guid_zero;
  assert_text_refused (LINES, "application_id missing");
}

static void
an_empty_file_is_called_empty (void)
{
  g_auto (Place) place = place_new ();

  assert_text_refused ("", "is empty");
}

static void
what_is_wrong_is_said_with_its_line (void)
{
  g_auto (Place) place = place_new ();

  assert_text_refused (LINES "passwort = hunter2\n", "line 3: unknown key");
  assert_text_refused (LINES "hunter2\n", "line 3: there is no =");
  assert_text_refused ("username = ola\n\napplication_id = hunter2\n", "line 3: application_id is a malformed GUID");
  assert_text_refused ("{\"username\": hunter2}", "JSON");
  assert_text_refused ("{\"username\": \"ola\"", "the JSON is cut off");
  assert_text_refused ("<credential><Username>hunter2</Username>", "the XML is cut off");
  assert_text_refused ("<credential><Username>hunter2</credential>", "the XML is no good");
}

static void
a_second_credential_is_refused (void)
{
  g_auto (Place) place = place_new ();

  assert_text_refused (LINES LINES, "line 3: username is given twice");
  assert_text_refused (XML XML, "more in it after the first credential");
  assert_text_refused (JSON "\n" JSON "\n", "more in it after the first credential");
  assert_text_refused (JSON "\n" LINES, "more in it after the first credential");
  assert_text_refused (LINES "token = " TOKEN "\n", "exclude each other");
}

static void
anything_after_the_credential_is_refused (void)
{
  g_auto (Place) place = place_new ();
  static const char *const texts[] = {XML "x", XML "<", XML "</credential>", JSON "}", JSON ",", JSON "\nhunter2"};

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_text_refused (texts[i], "more in it after the first credential");
}

static void
a_nul_byte_is_refused (void)
{
  g_auto (Place) place = place_new ();

  write_mode ("file", "username = a\0b\n", 15, 0600);
  assert_file_refused ("file", "NUL");
}

static void
a_file_that_is_too_big_is_refused (void)
{
  g_auto (Place) place = place_new ();
  g_autofree char *padding = g_strnfill (LONGEST_INPUT - strlen (LINES), '#');
  g_autofree char *longest = g_strconcat (LINES, padding, NULL);
  g_autofree char *longer = g_strconcat (longest, "#", NULL);
  g_autofree char *far_longer = g_strnfill (20 * LONGEST_INPUT, '#');
  g_autoptr (Credentials) credentials = open_file ("file");
  g_autoptr (Credential) credential = NULL;

  write_file ("file", longest);
  credential = read_well ("file");
  write_file ("file", longer);
  assert_unreadable (credentials, SO24_ERROR_TOO_BIG, "more than 65536 bytes");
  write_file ("file", far_longer);
  assert_unreadable (credentials, SO24_ERROR_TOO_BIG, "more than 65536 bytes");
}

static void
a_file_that_is_open_to_others_is_refused (void)
{
  g_auto (Place) place = place_new ();
  static const struct
  {
    mode_t mode;
    const char *words;
  } rows[] = {
    {0640, "is open to group or others (mode 0640): chmod 600 it"},
    {0644, "is open to group or others (mode 0644): chmod 600 it"},
    {0620, "(mode 0620)"},
    {0610, "(mode 0610)"},
    {0604, "(mode 0604)"},
    {0602, "(mode 0602)"},
    {0601, "(mode 0601)"},
    {04644, "(mode 4644)"},
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      write_mode ("file", LINES, strlen (LINES), rows[i].mode);
      assert_file_refused ("file", rows[i].words);
    }
}

static void
a_file_of_somebody_else_is_refused (void)
{
  g_auto (Place) place = place_new ();
  g_autofree char *path = in_folder ("file");

  if (geteuid () != 0)
    {
      g_test_skip ("only root can give a file away");
      return;
    }
  write_file ("file", LINES);
  g_assert_cmpint (chown (path, STRANGER, 0), ==, 0);
  assert_file_refused ("file", "belongs to user 12345, not to you (0)");
}

static void
only_a_regular_file_will_do (void)
{
  g_auto (Place) place = place_new ();
  g_autofree char *fifo = in_folder ("fifo");
  g_autofree char *inner = in_folder ("inner");
  g_autoptr (Credentials) device = credentials_new ("/dev/null", "account", &application_id);

  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_assert_cmpint (mkdir (inner, 0700), ==, 0);
  assert_file_refused ("fifo", "is not a regular file"); /* and nobody waits for a writer */
  assert_file_refused ("inner", "is not a regular file");
  assert_unreadable (device, SO24_ERROR_INVALID, "is not a regular file");
}

static void
a_missing_file_is_no_key (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (Credentials) missing = open_file ("missing");
  g_autoptr (Credentials) inside = open_file ("missing/file");

  assert_unreadable (missing, SO24_ERROR_NO_KEY, "No such file");
  assert_unreadable (inside, SO24_ERROR_NO_KEY, "No such file");
}

static void
a_symbolic_link_is_followed_to_what_is_checked (void)
{
  g_auto (Place) place = place_new ();
  g_autofree char *link = in_folder ("link");
  g_autoptr (Credentials) credentials = open_file ("link");
  g_autoptr (Credential) credential = NULL;

  write_file ("file", LINES);
  write_mode ("open", LINES, strlen (LINES), 0644);
  g_assert_cmpint (symlink ("file", link), ==, 0);
  credential = credentials_read (credentials, NULL);
  g_assert_nonnull (credential);
  g_assert_cmpint (g_unlink (link), ==, 0);
  g_assert_cmpint (symlink ("open", link), ==, 0);
  g_assert_true (credentials_changed (credentials));
  assert_unreadable (credentials, SO24_ERROR_INVALID, "mode 0644");
  g_assert_cmpint (g_unlink (link), ==, 0);
  g_assert_cmpint (symlink ("link", link), ==, 0);
  assert_unreadable (credentials, SO24_ERROR_NO_KEY, "symbolic links");
}

static void
a_relative_path_counts_from_where_one_was (void)
{
  g_auto (Place) place = place_new ();
  g_autofree char *before = g_get_current_dir ();
  g_autofree char *path = in_folder ("file");
  g_autoptr (Credentials) credentials = NULL;
  g_autoptr (Credential) credential = NULL;

  write_file ("file", LINES);
  g_assert_cmpint (g_chdir (folder), ==, 0);
  credentials = credentials_new ("./file", "account", &application_id);
  g_assert_cmpint (g_chdir ("/"), ==, 0);
  credential = credentials_read (credentials, NULL);
  g_assert_nonnull (credential);
  g_assert_cmpstr (credentials_path (credentials), ==, path);
  g_assert_cmpint (g_chdir (before), ==, 0);
}

static const Sentence sentences[] = {
  SENTENCE (all_forms_of_login_can_be_read),
  SENTENCE (a_file_may_name_its_own_application_and_identity),
  SENTENCE (a_file_may_hold_a_token),
  SENTENCE (what_is_missing_is_named),
  SENTENCE (an_empty_file_is_called_empty),
  SENTENCE (what_is_wrong_is_said_with_its_line),
  SENTENCE (a_second_credential_is_refused),
  SENTENCE (anything_after_the_credential_is_refused),
  SENTENCE (a_nul_byte_is_refused),
  SENTENCE (a_file_that_is_too_big_is_refused),
  SENTENCE (a_file_that_is_open_to_others_is_refused),
  SENTENCE (a_file_of_somebody_else_is_refused),
  SENTENCE (only_a_regular_file_will_do),
  SENTENCE (a_missing_file_is_no_key),
  SENTENCE (a_symbolic_link_is_followed_to_what_is_checked),
  SENTENCE (a_relative_path_counts_from_where_one_was),
};

MAIN ("credentials")
