/* What may stand in a configuration file, and what it means (daemon/config.h, daemon/setting.h). */
#include "daemon/config.h"
#include "support/configured.h"
#include "support/sentences.h"

#include <string.h>

#define EVERY_OPTION                                                                                                   \
  "endpoint=http://127.0.0.1:1/a?b=c\n"                                                                                \
  "application_id = {88888888-0000-4000-8000-00000000000A}\n"                                                          \
  "service_id = 5\ntimeout = 7\nca_file = /ca.pem\ncredentials = /run/a b\nremember = no\nstore = none\n"              \
  "check_ttl = 1\noffline_grace = 2\nkeepalive = 3\nidle_after = 4\nrate = 6\nbackoff_min = 8\nbackoff_max = 9\n"      \
  "group = ops\nmode = 0440\nwrite_group = 100\naudit = yes\nsandbox = true\nmountpoint = /srv/acme\n"

static void
a_file_may_have_every_option (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (Options) options = NULL;

  configured ();
  configure ("acme", EVERY_OPTION);
  options = parse_words_well ("acme");
  g_assert_cmpstr (options->endpoint, ==, "http://127.0.0.1:1/a?b=c");
  g_assert_cmpstr (options->application_id.text, ==, "88888888-0000-4000-8000-00000000000a");
  g_assert_cmpint (options->service_id, ==, 5);
  g_assert_cmpint (options->timeout_s, ==, 7);
  g_assert_cmpstr (options->ca_file, ==, "/ca.pem");
  g_assert_cmpstr (options->credentials, ==, "/run/a b");
  g_assert_false (options->remember);
  g_assert_cmpint (options->store, ==, STORE_NONE);
  g_assert_cmpint (options->check_ttl_s, ==, 1);
  g_assert_cmpint (options->offline_grace_s, ==, 2);
  g_assert_cmpint (options->keepalive_s, ==, 3);
  g_assert_cmpint (options->idle_after_s, ==, 4);
  g_assert_cmpint (options->rate, ==, 6);
  g_assert_cmpint (options->backoff_min_s, ==, 8);
  g_assert_cmpint (options->backoff_max_s, ==, 9);
  g_assert_cmpstr (options->group, ==, "ops");
  g_assert_cmpint (options->mode, ==, 0440);
  g_assert_cmpstr (options->write_group, ==, "100");
  g_assert_true (options->audit);
  g_assert_true (options->sandbox);
  g_assert_cmpstr (options->mountpoint, ==, "/srv/acme");
}

static void
the_command_line_outweighs_the_file (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (Options) options = NULL;

  configured ();
  configure ("acme", "check_ttl = 1\ntimeout = 2\naudit = yes\nremember = no\nmountpoint = /srv/acme\n"
                     "allow_other = yes\nro = yes\nmax_read = 4096\n");
  options = parse_words_well ("-o check_ttl=5,noaudit,remember acme -o noallow_other,max_read=8192,rw /mnt");
  g_assert_cmpint (options->check_ttl_s, ==, 5);
  g_assert_cmpint (options->timeout_s, ==, 2);
  g_assert_false (options->audit);
  g_assert_true (options->remember);
  g_assert_cmpstr (options->mountpoint, ==, "/mnt");
  g_assert_cmpstr (options->mount_options->str, ==, "ro,max_read=8192,rw");
}

static void
only_the_file_of_that_name_is_read (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (Options) options = NULL;

  configured ();
  configure ("acme", "check_ttl = 1\n");
  configure ("other", "no such thing = 1\n");
  options = parse_words_well ("acme /mnt");
  g_assert_cmpint (options->check_ttl_s, ==, 1);
}

static void
a_name_without_a_file_is_only_a_name (void)
{
  g_auto (Place) place = place_new ();
  static const char *const sources[] = {"nobody", "ola@example.com", "acme.no", "Ærlig", "a..b", "-"};

  configured ();
  for (gsize i = 0; i < G_N_ELEMENTS (sources); i++)
    {
      g_autofree char *words = g_strdup_printf ("-- %s /mnt", sources[i]);
      g_autoptr (Options) options = parse_words_well (words);

      g_assert_cmpstr (options->source, ==, sources[i]);
      g_assert_cmpint (options->check_ttl_s, ==, 60);
    }
}

static void
a_name_that_leaves_the_folder_has_no_file (void)
{
  g_auto (Place) place = place_new ();
  g_autofree char *longest = g_strnfill (250, 'x');
  g_autofree char *too_long = g_strnfill (251, 'x');
  const char *const names[] = {"", ".", "..", "../acme", "a/b", "/acme", ".hidden", "a\nb", too_long};
  g_auto (GStrv) paths = NULL;

  configured ();
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_auto (GStrv) none = config_paths (names[i]);

      g_assert_cmpuint (g_strv_length (none), ==, 0);
    }
  paths = config_paths (longest);
  g_assert_cmpuint (g_strv_length (paths), ==, 2);
}

static void
the_machines_file_comes_first_and_then_the_users (void)
{
  g_auto (Place) place = place_new ();
  g_autofree char *own = in_folder ("so24fs/acme.conf");
  g_autofree char *at_home = g_build_filename (g_get_home_dir (), ".config/so24fs/acme.conf", NULL);
  static const char *const without[] = {NULL, "relative/path", ""};

  configured ();
  for (gsize i = 0; i <= G_N_ELEMENTS (without); i++)
    {
      g_auto (GStrv) paths = config_paths ("acme");

      g_assert_cmpuint (g_strv_length (paths), ==, 2);
      g_assert_cmpstr (paths[0], ==, "/etc/so24fs/acme.conf");
      g_assert_cmpstr (paths[1], ==, i == 0 ? own : at_home);
      if (i < G_N_ELEMENTS (without) && without[i] == NULL)
        g_unsetenv ("XDG_CONFIG_HOME");
      else if (i < G_N_ELEMENTS (without))
        g_setenv ("XDG_CONFIG_HOME", without[i], TRUE);
    }
}

static void
a_mountpoint_is_in_the_file_or_on_the_command_line (void)
{
  g_auto (Place) place = place_new ();
  g_autofree char *path = in_folder ("so24fs/acme.conf");
  g_autofree char *places = g_strdup_printf ("none in /etc/so24fs/acme.conf or %s", path);
  g_autoptr (GError) error = NULL;

  configured ();
  configure ("acme", "");
  g_assert_null (parse_words ("acme", &error));
  assert_failed_saying (&error, SO24_ERROR_INVALID, places);
  g_assert_null (parse_words ("a/b", &error));
  assert_failed_saying (&error, SO24_ERROR_INVALID, "no MOUNTPOINT after a/b (");
  g_assert_null (parse_words ("acme -o mountpoint=/mnt", &error));
  assert_failed_saying (&error, SO24_ERROR_INVALID, "mountpoint is no option here");
}

static void
a_comma_and_an_equals_sign_need_nothing (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (Options) options = NULL;

  configured ();
  configure ("acme", "  ca_file =   /a,b=c;d#e\\\\f  \ncontext = system_u:object_r:t:s0:c1,c2\r\ncredentials=/\\sx\n");
  options = parse_words_well ("acme /mnt");
  g_assert_cmpstr (options->ca_file, ==, "/a,b=c;d#e\\f");
  g_assert_cmpstr (options->credentials, ==, "/ x");
  g_assert_cmpstr (options->mount_options->str, ==, "context=system_u:object_r:t:s0:c1\\,c2");
  assert_settings_refused ("ca_file = /a\\,b\n", "option ca_file: a backslash is written \\\\");
}

static void
options_of_the_kernel_are_yes_or_no_or_have_a_value (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (Options) options = NULL;

  configured ();
  configure ("acme", "allow_other = yes\nro = no\nnoatime = on\nnosuid = off\nmax_read = 4096\n");
  options = parse_words_well ("acme /mnt");
  g_assert_cmpstr (options->mount_options->str, ==, "allow_other,noatime,max_read=4096");
  assert_settings_refused ("allow_other = everybody\n", "option allow_other is not one of yes|no");
  assert_settings_refused ("allow_other =\n", "option allow_other is not one of yes|no");
}

static void
files_are_named_from_the_root_or_from_home (void)
{
  g_auto (Place) place = place_new ();
  g_autofree char *at_home = g_build_filename (g_get_home_dir (), "keys/login", NULL);
  g_autoptr (Options) options = NULL;

  configured ();
  configure ("acme", "credentials = ~/keys/login\nmountpoint = ~/mnt\n");
  options = parse_words_well ("acme");
  g_assert_cmpstr (options->credentials, ==, at_home);
  assert_settings_refused ("ca_file = ca.pem\n", "option ca_file: the name of a file begins with / or ~/");
  assert_settings_refused ("mountpoint = ./mnt\n", "option mountpoint: ");
  assert_settings_refused ("credentials = ~ola/x\n", "option credentials: ");
  assert_settings_refused ("credentials =\n", "option credentials is empty");
}

static void
the_last_of_two_settings_counts (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (Options) options = NULL;

  configured ();
  configure ("acme", "check_ttl = 1\nro = yes\ncheck_ttl = 2\nro = no\n[mount]\ntimeout = 3\n");
  options = parse_words_well ("acme /mnt");
  g_assert_cmpint (options->check_ttl_s, ==, 2);
  g_assert_cmpint (options->timeout_s, ==, 3);
  g_assert_cmpstr (options->mount_options->str, ==, "");
}

static void
an_unknown_key_names_the_nearest (void)
{
  g_auto (Place) place = place_new ();

  configured ();
  assert_settings_refused ("chek_ttl = 5\n", "unknown key chek_ttl; did you mean check_ttl?");
  assert_settings_refused ("allow_others = yes\n", "unknown key allow_others; did you mean allow_other?");
  assert_settings_refused ("mount_point = /mnt\n", "unknown key mount_point; did you mean mountpoint?");
  assert_settings_refused ("Timeout = 5\n", "unknown key Timeout; did you mean timeout?");
  assert_settings_refused ("noremember = yes\n", "unknown key noremember; did you mean remember?");
  assert_settings_refused ("noauto = yes\n", "unknown key noauto");
  assert_settings_refused ("x-systemd.automount = yes\n", "unknown key x-systemd.automount");
  assert_settings_refused ("timeout[de] = 5\n", "unknown key timeout[de]; did you mean timeout?");
  assert_settings_refused ("foreground = yes\n", "unknown key foreground");
}

static void
an_unknown_group_is_refused (void)
{
  g_auto (Place) place = place_new ();

  configured ();
  assert_settings_refused ("timeout = 5\n[mounts]\n", "unknown group [mounts]; did you mean [mount]?");
  write_file ("so24fs/acme.conf", "[Mount]\ntimeout = 5\n");
  assert_acme_refused ("acme.conf: unknown group [Mount]; did you mean [mount]?");
}

static void
a_bad_value_names_file_and_key (void)
{
  g_auto (Place) place = place_new ();

  configured ();
  assert_settings_refused ("timeout = 0\n", "option timeout is not a number from 1 to 3600");
  assert_settings_refused ("timeout =\n", "option timeout is not a number");
  assert_settings_refused ("timeout = 5 # seconds\n", "option timeout is not a number");
  assert_settings_refused ("store = disk\n", "option store is not one of file|none");
  assert_settings_refused ("mode = rw\n", "option mode is not a mode");
  assert_settings_refused ("application_id = 4711\n", "option application_id is not a GUID");
  assert_settings_refused ("audit = perhaps\n", "option audit is not one of yes|no");
  assert_settings_refused ("endpoint =\n", "option endpoint is empty");
}

static void
what_no_single_file_can_get_wrong_is_found_too (void)
{
  g_auto (Place) place = place_new ();

  configured ();
  configure ("acme", "backoff_max = 7\nbackoff_min = 8\n");
  assert_acme_refused ("backoff_max (7) is below backoff_min (8)");
}

static void
a_credential_does_not_belong_here_and_is_not_repeated (void)
{
  g_auto (Place) place = place_new ();

  configured ();
  assert_settings_refused ("password = hunter2\n", "password belongs into a file of its own");
  assert_settings_refused ("username = hunter2\n", "username belongs into");
  assert_settings_refused ("# a comment\n\npassword hunter2\n", "line 4 is none of");
  assert_settings_refused ("ca_file = /hunter2\\q\n", "option ca_file: a backslash");
  assert_settings_refused ("password = hunter2\xff\n", "is not text in UTF-8");
}

static void
a_text_that_is_none_of_settings_is_refused_with_its_line (void)
{
  g_auto (Place) place = place_new ();

  configured ();
  write_file ("so24fs/acme.conf", "timeout = 5\n");
  assert_acme_refused ("acme.conf: the settings stand below a line [mount]");
  write_file ("so24fs/acme.conf", "[mount]\ntimeout = 5\nro\n");
  assert_acme_refused ("acme.conf: line 3 is none of");
  write_file ("so24fs/acme.conf", "[mount\n");
  assert_acme_refused ("acme.conf: line 1 is none of");
  write_file ("so24fs/acme.conf", "<mount/>");
  assert_acme_refused ("acme.conf: line 1 is none of");
  write_mode ("so24fs/acme.conf", "[mount]\nca_file = /a\0b\n", 23, 0600);
  assert_acme_refused ("acme.conf: is not text");
}

static void
what_would_break_the_line_of_an_error_is_no_text (void)
{
  g_auto (Place) place = place_new ();

  configured ();
  assert_settings_refused ("tim\reout = 5\n", "is not text");
  assert_settings_refused ("\x1b[2Jtimeout = 5\n", "is not text");
  assert_settings_refused ("timeout = 5\n[\x07]\n", "is not text");
  assert_settings_refused ("time\tout = 5\n", "unknown key time\tout");
}

/* Settings cut to pieces and put together again: there are options, or there is one line that names the file. */
static void
no_text_at_all_breaks_the_reading (void)
{
  g_auto (Place) place = place_new ();
  static const char *const pieces[]
    = {"[mount]", "[", "]", "\n",         "\n",    "\n",   "=",    " = ",  "timeout", "5",      "allow_other",
       "yes",     ",", ";", "\\",         "\\s",   "\r\n", "#",    "[de]", "~/",      "\t",     "mountpoint",
       "/mnt",    " ", "Æ", "\xff",       "store", "mode", "0440", "no",   "ro",      "audit",  "passed on",
       "context", "a", "=", "endpoint=x", "rate=", "-1",   "\x01", "",     "group",   "ops = 1"};
  guint taken = 0;

  configured ();
  for (guint i = 0; i < 2000; i++)
    {
      g_autoptr (GString) text = g_string_new (i % 2 == 0 ? "[mount]\n" : "");
      g_autoptr (GError) error = NULL;

      for (gint left = g_test_rand_int_range (0, 12); left > 0; left--)
        g_string_append (text, pieces[g_test_rand_int_range (0, G_N_ELEMENTS (pieces))]);
      write_file ("so24fs/acme.conf", text->str);

      g_autoptr (Options) options = parse_words ("acme /mnt", &error);
      taken += options != NULL;
      if (options == NULL
          && (strstr (error->message, "acme.conf: ") == NULL || strpbrk (error->message, "\r\n") != NULL))
        g_error ("of %s it is said: %s", text->str, error->message);
    }
  g_assert_cmpuint (taken, >, 20);
  g_assert_cmpuint (taken, <, 1980);
}

static void
an_empty_file_says_nothing (void)
{
  g_auto (Place) place = place_new ();
  static const char *const texts[]
    = {"", "\n\n", "# nothing yet\n", "[mount]\n", "[mount]\n# timeout = 0\n", "[mount]"};

  configured ();
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (Options) options = NULL;

      write_file ("so24fs/acme.conf", texts[i]);
      options = parse_words_well ("acme /mnt");
      g_assert_cmpint (options->timeout_s, ==, 30);
    }
}

static const Sentence sentences[] = {
  SENTENCE (a_file_may_have_every_option),
  SENTENCE (the_command_line_outweighs_the_file),
  SENTENCE (only_the_file_of_that_name_is_read),
  SENTENCE (a_name_without_a_file_is_only_a_name),
  SENTENCE (a_name_that_leaves_the_folder_has_no_file),
  SENTENCE (the_machines_file_comes_first_and_then_the_users),
  SENTENCE (a_mountpoint_is_in_the_file_or_on_the_command_line),
  SENTENCE (a_comma_and_an_equals_sign_need_nothing),
  SENTENCE (options_of_the_kernel_are_yes_or_no_or_have_a_value),
  SENTENCE (files_are_named_from_the_root_or_from_home),
  SENTENCE (the_last_of_two_settings_counts),
  SENTENCE (an_unknown_key_names_the_nearest),
  SENTENCE (an_unknown_group_is_refused),
  SENTENCE (a_bad_value_names_file_and_key),
  SENTENCE (what_no_single_file_can_get_wrong_is_found_too),
  SENTENCE (a_credential_does_not_belong_here_and_is_not_repeated),
  SENTENCE (a_text_that_is_none_of_settings_is_refused_with_its_line),
  SENTENCE (what_would_break_the_line_of_an_error_is_no_text),
  SENTENCE (no_text_at_all_breaks_the_reading),
  SENTENCE (an_empty_file_says_nothing),
};

MAIN ("config")
