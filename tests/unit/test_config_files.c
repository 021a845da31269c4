/* Whose a configuration file must be, and what --print-config says of it (daemon/config.h, daemon/options.h). */
#include "support/configured.h"
#include "support/sentences.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SETTINGS "[mount]\ntimeout = 5\n"

static void
assert_mode (mode_t mode, const char *said)
{
  write_mode ("so24fs/acme.conf", SETTINGS, strlen (SETTINGS), mode);
  if (said != NULL)
    assert_acme_refused (said);
  else
    {
      g_autoptr (Options) options = parse_words_well ("acme /mnt");

      g_assert_cmpint (options->timeout_s, ==, 5);
    }
}

static void
a_file_that_others_may_write_is_refused (void)
{
  g_auto (Place) place = place_new ();

  configured ();
  assert_mode (0644, NULL);
  assert_mode (0600, NULL);
  assert_mode (0400, NULL);
  assert_mode (0664, "acme.conf: may be written by group or others (mode 0664): chmod go-w it");
  assert_mode (0646, "(mode 0646)");
  assert_mode (0622, "(mode 0622)");
}

static void
a_file_of_a_stranger_is_refused (void)
{
  g_auto (Place) place = place_new ();
  g_autofree char *path = in_folder ("so24fs/acme.conf");

  if (geteuid () != 0)
    {
      g_test_skip ("only root can give files away");
      return;
    }
  configured ();
  write_mode ("so24fs/acme.conf", SETTINGS, strlen (SETTINGS), 0644);
  g_assert_cmpint (chown (path, STRANGER, STRANGER), ==, 0);
  assert_acme_refused ("acme.conf: belongs to user 12345, who is neither you (0) nor root");
}

static void
only_a_regular_file_is_read_and_a_pipe_holds_nobody_up (void)
{
  g_auto (Place) place = place_new ();
  g_autofree char *path = in_folder ("so24fs/acme.conf");

  configured ();
  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  assert_acme_refused ("acme.conf: is not a regular file");
  g_assert_cmpint (g_rmdir (path), ==, 0);
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  assert_acme_refused ("acme.conf: is not a regular file");
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (symlink ("acme.conf", path), ==, 0);
  assert_acme_refused ("acme.conf: ");
}

static void
a_link_leads_to_the_file_that_is_checked (void)
{
  g_auto (Place) place = place_new ();
  g_autofree char *path = in_folder ("so24fs/acme.conf");

  configured ();
  write_mode ("elsewhere", SETTINGS, strlen (SETTINGS), 0644);
  g_assert_cmpint (symlink ("../elsewhere", path), ==, 0);

  g_autoptr (Options) options = parse_words_well ("acme /mnt");
  g_assert_cmpint (options->timeout_s, ==, 5);
  write_mode ("elsewhere", SETTINGS, strlen (SETTINGS), 0666);
  assert_acme_refused ("(mode 0666)");
}

static void
a_file_without_end_is_refused (void)
{
  g_auto (Place) place = place_new ();
  g_autofree char *comment = g_strnfill (65 * 1024, '#');

  configured ();
  write_file ("so24fs/acme.conf", comment);
  assert_acme_refused ("acme.conf: is longer than 64 KiB");
}

/* The lines of --print-config after "# @heading:", up to the next empty one. */
static char *
section (const char *text, const char *heading)
{
  g_autofree char *line = g_strdup_printf ("\n# %s:\n", heading);
  const char *found = strstr (text, line), *end;

  if (found == NULL)
    return g_strdup ("");
  found += strlen (line);
  end = strstr (found, "\n\n");
  g_assert_nonnull (end);
  return g_strndup (found, (gsize)(end - found) + 1);
}

static char *
print (const char *words)
{
  g_autoptr (Options) options = parse_words_well (words);

  return options_print_config (options);
}

static void
what_is_printed_says_where_it_comes_from (void)
{
  g_auto (Place) place = place_new ();
  g_autofree char *path = in_folder ("so24fs/acme.conf");
  g_autofree char *heading = g_strdup_printf ("from %s", path);

  configured ();
  configure ("acme", "check_ttl = 5\ntimeout = 6\nallow_other = yes\nmax_read = 4096\nmountpoint = /srv/acme\n");

  g_autofree char *text = print ("--print-config acme -o timeout=7,group=ops");
  g_autofree char *built_in = section (text, "built in");
  g_autofree char *file = section (text, heading);
  g_autofree char *line = section (text, "from the command line");

  g_assert_true (g_str_has_prefix (text, "[mount]\n"));
  g_assert_nonnull (strstr (built_in, "offline_grace = 300\n"));
  g_assert_nonnull (strstr (built_in, "remember = yes\n"));
  g_assert_nonnull (strstr (built_in, "audit = no\n"));
  g_assert_null (strstr (built_in, "check_ttl"));
  g_assert_cmpstr (file, ==, "check_ttl = 5\nmountpoint = /srv/acme\nallow_other = yes\nmax_read = 4096\n");
  g_assert_cmpstr (line, ==, "timeout = 7\ngroup = ops\n");
  g_assert_true (g_str_has_suffix (
    text, "\n# without a value: application_id service_id ca_file credentials mode write_group setuid\n"));
}

static void
without_a_file_everything_is_built_in (void)
{
  g_auto (Place) place = place_new ();

  configured ();
  g_autofree char *text = print ("--print-config acme");

  g_assert_nonnull (strstr (text, "# built in:"));
  g_assert_null (strstr (text, "# from"));
  g_assert_nonnull (strstr (text, " mountpoint\n"));
}

/* What is printed is a configuration file: with it as the file, the same is printed again, from there. */
static void
what_is_printed_can_be_read_again (void)
{
  g_auto (Place) place = place_new ();
  static const char *const lists[]
    = {"timeout=7",
       "application_id=88888888-0000-4000-8000-00000000000a,service_id=5,mode=0440,store=none,sandbox,noremember",
       "ca_file=/\tb\\\\c\\,d;e #f,credentials=/x ,context=a\\,b=c,allow_other,noatime", "endpoint=https://a/?b=c"};

  configured ();
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      const char *const words[] = {"so24fs", "--print-config", "acme", "/mnt", "-o", lists[i], NULL};
      const char *const again[] = {"so24fs", "--print-config", "copy", NULL};
      g_autoptr (Options) first = options_parse (6, (char **)words, NULL);
      g_autofree char *text = options_print_config (first);

      write_file ("so24fs/copy.conf", text);

      g_autoptr (Options) second = options_parse (3, (char **)again, NULL);
      g_assert_nonnull (second);
      g_assert_cmpstr (first->ca_file, ==, second->ca_file);
      g_assert_cmpstr (first->credentials, ==, second->credentials);
      g_assert_cmpstr (first->endpoint, ==, second->endpoint);
      g_assert_cmpstr (first->mount_options->str, ==, second->mount_options->str);
      g_assert_cmpstr (first->application_id.text, ==, second->application_id.text);
      g_assert_cmpint (first->service_id, ==, second->service_id);
      g_assert_cmpint (first->mode, ==, second->mode);
      g_assert_cmpint (first->store, ==, second->store);
      g_assert_cmpint (first->sandbox, ==, second->sandbox);
      g_assert_cmpint (first->remember, ==, second->remember);
      g_assert_cmpint (first->timeout_s, ==, second->timeout_s);
      g_assert_cmpstr (second->mountpoint, ==, "/mnt");
    }
}

/* The doctor tells all that is wrong, and goes on with what else there is to look at. */
static void
a_check_collects_mistakes (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (Options) options = NULL;
  g_autoptr (GError) error = NULL;

  configured ();
  configure ("acme", "chek_ttl = 5\n");
  options = parse_words ("--check -o rate=5 acme", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (options->mistakes->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (options->mistakes, 0), "acme.conf: unknown key chek_ttl"));
  g_assert_cmpint (options->rate, ==, 5);
  g_assert_null (parse_words ("--check -o chek_ttl=5 acme", &error));
  g_assert_nonnull (strstr (error->message, "chek_ttl"));
}

static const Sentence sentences[] = {
  SENTENCE (a_check_collects_mistakes),
  SENTENCE (a_file_that_others_may_write_is_refused),
  SENTENCE (a_file_of_a_stranger_is_refused),
  SENTENCE (only_a_regular_file_is_read_and_a_pipe_holds_nobody_up),
  SENTENCE (a_link_leads_to_the_file_that_is_checked),
  SENTENCE (a_file_without_end_is_refused),
  SENTENCE (what_is_printed_says_where_it_comes_from),
  SENTENCE (without_a_file_everything_is_built_in),
  SENTENCE (what_is_printed_can_be_read_again),
};

MAIN ("config_files")
