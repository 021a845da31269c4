/* The command line (options.h; design.md, section 5 for the defaults). */
#include "daemon/options.h"

#include "support/sentences.h"

#include <string.h>

/* Reads "so24fs", @words separated by blanks, and @list after -o if there is one. */
static Options *
parse (const char *words, const char *list, GError **error)
{
  g_autofree char *line = g_strconcat ("so24fs ", words, NULL);
  g_auto (GStrv) split = g_strsplit (line, " ", -1);
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();

  for (char **word = split; *word != NULL; word++)
    if (**word != '\0')
      g_ptr_array_add (arguments, *word);
  if (list != NULL)
    {
      g_ptr_array_add (arguments, (gpointer) "-o");
      g_ptr_array_add (arguments, (gpointer)list);
    }
  return options_parse ((int)arguments->len, (char **)arguments->pdata, error);
}

static Options *
parse_well (const char *words, const char *list)
{
  g_autoptr (GError) error = NULL;
  Options *options = parse (words, list, &error);

  g_assert_no_error (error);
  return options;
}

static void
assert_refused (const char *words, const char *list, const char *said)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (parse (words, list, &error));
  g_assert_null (strpbrk (error->message, "\r\n"));
  assert_failed_saying (&error, SO24_ERROR_INVALID, said);
}

static void
source_and_mountpoint_are_enough (void)
{
  g_autoptr (Options) options = parse_well ("account /mnt", NULL);

  g_assert_cmpstr (options->source, ==, "account");
  g_assert_cmpstr (options->mountpoint, ==, "/mnt");
  g_assert_false (options->foreground || options->debug || options->help || options->version || options->sandbox);
}

static void
a_command_is_the_first_word (void)
{
  g_autoptr (Options) status = parse_well ("status acme", NULL);
  g_autoptr (Options) login = parse_well ("login /mnt/acme", NULL);
  g_autoptr (Options) mount = parse_well ("-- status /mnt", NULL);
  g_autoptr (Options) later = parse_well ("acme status", NULL);

  g_assert_cmpint (status->tool, ==, TOOL_STATUS);
  g_assert_cmpstr (status->source, ==, "acme");
  g_assert_null (status->mountpoint);
  g_assert_cmpint (login->tool, ==, TOOL_LOGIN);
  g_assert_cmpstr (login->source, ==, "/mnt/acme");
  g_assert_cmpint (mount->tool, ==, TOOL_MOUNT);
  g_assert_cmpstr (mount->source, ==, "status");
  g_assert_cmpint (later->tool, ==, TOOL_MOUNT);
  g_assert_cmpstr (later->mountpoint, ==, "status");
}

static void
a_command_takes_one_name_and_nothing_else (void)
{
  assert_refused ("status", NULL, "usage: so24fs status SOURCE|MOUNTPOINT");
  assert_refused ("status acme /mnt", NULL, "so24fs -- status MOUNTPOINT");
  assert_refused ("login acme", "ro", "so24fs -- login MOUNTPOINT");
  assert_refused ("login -f acme", NULL, "so24fs -- login MOUNTPOINT");
}

static void
a_check_needs_no_mountpoint_and_brings_its_own_switches (void)
{
  g_autoptr (Options) options = parse_well ("--check --login --json acme", NULL);

  g_assert_true (options->check && options->login && options->json);
  g_assert_cmpuint (options->mistakes->len, ==, 0);
  assert_refused ("--json acme /mnt", NULL, "--json goes with --check");
  assert_refused ("--login acme /mnt", NULL, "--login goes with --check");
}

static void
the_defaults_are_those_of_the_design (void)
{
  g_autoptr (Options) options = parse_well ("account /mnt", NULL);

  g_assert_cmpstr (options->endpoint, ==, "https://api.24sevenoffice.com/authenticate/v001/authenticate.asmx");
  g_assert_cmpint (options->check_ttl_s, ==, 60);
  g_assert_cmpint (options->offline_grace_s, ==, 300);
  g_assert_cmpint (options->service_id, ==, 0);
  g_assert_cmpint (options->timeout_s, >, 0);
  g_assert_cmpint (options->keepalive_s, ==, 600);
  g_assert_cmpint (options->idle_after_s, ==, 24 * 3600);
  g_assert_cmpint (options->rate, ==, 7200);
  g_assert_cmpint (options->backoff_min_s, ==, 1);
  g_assert_cmpint (options->backoff_max_s, ==, 15 * 60);
  g_assert_true (options->remember);
  g_assert_cmpint (options->store, ==, STORE_FILE);
  g_assert_null (options->credentials);
  g_assert_null (options->group);
  g_assert_null (options->write_group);
  g_assert_cmpint (options->mode, ==, 0);
  g_assert_false (options->audit);
  g_assert_true (guid_is_zero (&options->application_id));
  g_assert_null (options->ca_file);
  g_assert_cmpstr (options->mount_options->str, ==, "");
}

static void
options_take_their_values (void)
{
  g_autoptr (Options) options = parse_well (
    "account /mnt", "endpoint=http://127.0.0.1:1/a?b=c,check_ttl=0,offline_grace=86400,service_id=2147483647,timeout=1,"
                    "ca_file=/ca.pem,sandbox,application_id={88888888-0000-4000-8000-00000000000A}");

  g_assert_cmpstr (options->endpoint, ==, "http://127.0.0.1:1/a?b=c");
  g_assert_cmpint (options->check_ttl_s, ==, 0);
  g_assert_cmpint (options->offline_grace_s, ==, 86400);
  g_assert_cmpint (options->service_id, ==, G_MAXINT32);
  g_assert_cmpint (options->timeout_s, ==, 1);
  g_assert_cmpstr (options->ca_file, ==, "/ca.pem");
  g_assert_true (options->sandbox);
  g_assert_cmpstr (options->application_id.text, ==, "88888888-0000-4000-8000-00000000000a");
}

static void
options_that_keep_a_session_take_their_values (void)
{
  g_autoptr (Options) least = parse_well ("account /mnt", "credentials=cred,noremember,store=none,keepalive=0,"
                                                          "idle_after=0,rate=1,backoff_min=1,backoff_max=1");
  g_autoptr (Options) most
    = parse_well ("account /mnt", "credentials=/run/a b,remember,store=file,keepalive=86400,idle_after=31536000,"
                                  "rate=1000000,backoff_min=3600,backoff_max=86400");

  g_assert_cmpstr (least->credentials, ==, "cred");
  g_assert_false (least->remember);
  g_assert_cmpint (least->store, ==, STORE_NONE);
  g_assert_cmpint (least->keepalive_s, ==, 0);
  g_assert_cmpint (least->idle_after_s, ==, 0);
  g_assert_cmpint (least->rate, ==, 1);
  g_assert_cmpint (least->backoff_max_s, ==, 1);
  g_assert_cmpstr (most->credentials, ==, "/run/a b");
  g_assert_true (most->remember);
  g_assert_cmpint (most->store, ==, STORE_FILE);
  g_assert_cmpint (most->keepalive_s, ==, 86400);
  g_assert_cmpint (most->idle_after_s, ==, 31536000);
  g_assert_cmpint (most->rate, ==, 1000000);
  g_assert_cmpint (most->backoff_min_s, ==, 3600);
  g_assert_cmpint (most->backoff_max_s, ==, 86400);
}

static void
yes_and_no_can_be_said_in_many_ways (void)
{
  static const struct
  {
    const char *list;
    gboolean remember;
  } rows[] = {{"remember", TRUE},        {"remember=yes", TRUE},         {"remember=true", TRUE},
              {"remember=on", TRUE},     {"remember=1", TRUE},           {"noremember", FALSE},
              {"remember=no", FALSE},    {"remember=false", FALSE},      {"remember=off", FALSE},
              {"remember=0", FALSE},     {"noremember,remember", TRUE},  {"remember=yes,noremember", FALSE},
              {"remember,nofail", TRUE}, {"noremember,nofail,ro", FALSE}};

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Options) options = parse_well ("account /mnt", rows[i].list);

      g_assert_cmpint (options->remember, ==, rows[i].remember);
    }
}

static void
no_goes_only_before_a_yes_or_no (void)
{
  assert_refused ("account /mnt", "noremember=yes", "noremember takes no value");
  assert_refused ("account /mnt", "nonoremember", "unknown option");
  assert_refused ("account /mnt", "nokeepalive", "unknown option");
  assert_refused ("account /mnt", "nostore", "unknown option");
  assert_refused ("account /mnt", "no", "unknown option");
}

static void
a_word_that_is_none_of_the_words_is_refused (void)
{
  static const char *const values[] = {"maybe", "", "Yes", "yes ", "2", "file|none", "yes|no"};

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autofree char *remember = g_strconcat ("remember=", values[i], NULL);
      g_autofree char *store = g_strconcat ("store=", values[i], NULL);

      assert_refused ("account /mnt", remember, "option remember is not one of yes|no");
      assert_refused ("account /mnt", store, "option store is not one of file|none");
    }
}

static void
the_longest_wait_is_not_below_the_shortest (void)
{
  g_autoptr (Options) same = parse_well ("account /mnt", "backoff_min=7,backoff_max=7");

  g_assert_cmpint (same->backoff_min_s, ==, same->backoff_max_s);
  assert_refused ("account /mnt", "backoff_max=7,backoff_min=8", "backoff_max (7) is below backoff_min (8)");
  assert_refused ("account /mnt", "backoff_min=901", "backoff_max (900) is below backoff_min (901)");
}

static void
options_may_stand_anywhere_and_the_last_one_counts (void)
{
  g_autoptr (Options) before = parse_well ("-o check_ttl=5 account -ocheck_ttl=6,ro /mnt -o check_ttl=7", NULL);
  g_autoptr (Options) endpoint = parse_well ("account /mnt -o endpoint=https://a -o endpoint=https://b", NULL);

  g_assert_cmpint (before->check_ttl_s, ==, 7);
  g_assert_cmpstr (before->mount_options->str, ==, "ro");
  g_assert_cmpstr (endpoint->endpoint, ==, "https://b");
}

static void
switches_are_understood_in_both_forms (void)
{
  g_autoptr (Options) foreground = parse_well ("-f account /mnt", NULL);
  g_autoptr (Options) debug = parse_well ("account /mnt --debug", NULL);
  g_autoptr (Options) help = parse_well ("--help", NULL);
  g_autoptr (Options) version = parse_well ("-V", NULL);

  g_assert_true (foreground->foreground && !foreground->debug);
  g_assert_true (debug->foreground && debug->debug);
  g_assert_true (help->help);
  g_assert_true (version->version);
}

static void
after_two_dashes_everything_is_a_name (void)
{
  g_autoptr (Options) options = parse_well ("-f -- -account --mnt", NULL);

  g_assert_cmpstr (options->source, ==, "-account");
  g_assert_cmpstr (options->mountpoint, ==, "--mnt");
}

static void
a_missing_or_superfluous_name_is_refused (void)
{
  assert_refused ("", NULL, "usage");
  assert_refused ("account", NULL, "MOUNTPOINT");
  assert_refused ("account /mnt more", NULL, "MOUNTPOINT");
}

static void
an_unknown_option_names_the_nearest (void)
{
  static const char *const rows[][2] = {{"endpoit=https://a", "endpoint"},
                                        {"chek_ttl=5", "check_ttl"},
                                        {"serviceid=5", "service_id"},
                                        {"time_out=5", "timeout"},
                                        {"Sandbox", "sandbox"},
                                        {"offline-grace=1", "offline_grace"},
                                        {"cafile=/a", "ca_file"},
                                        {"applicationid=x", "application_id"},
                                        {"credential=/a", "credentials"},
                                        {"noremembr", "remember"},
                                        {"keep_alive=5", "keepalive"},
                                        {"backoff-min=5", "backoff_min"}};

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *said = g_strdup_printf ("did you mean %s?", rows[i][1]);

      assert_refused ("account /mnt", rows[i][0], said);
    }
}

static void
an_unknown_option_of_any_length_is_refused (void)
{
  g_autofree char *longest = g_strnfill (100000, 'x');

  assert_refused ("account /mnt", longest, "unknown option");
  assert_refused ("account /mnt", "=", "unknown option");
  assert_refused ("account /mnt", "ro=1", "unknown option");
  assert_refused ("account /mnt", "allow_othe", "unknown option");
}

static void
an_unknown_switch_is_refused (void)
{
  assert_refused ("-x account /mnt", NULL, "-x");
  assert_refused ("--foregroun account /mnt", NULL, "--foregroun");
  assert_refused ("account /mnt -o", NULL, "-o");
}

static void
numbers_outside_their_range_are_refused (void)
{
  static const char *const lists[] = {"check_ttl=-1",     "check_ttl=86401",     "timeout=0",
                                      "timeout=3601",     "service_id=0",        "service_id=2147483648",
                                      "timeout=",         "timeout=5s",          "timeout=5.0",
                                      "timeout= 5",       "timeout=0x5",         "timeout=99999999999999999999",
                                      "offline_grace=x",  "keepalive=-1",        "keepalive=86401",
                                      "idle_after=-1",    "idle_after=31536001", "rate=0",
                                      "rate=1000001",     "rate=7200/h",         "backoff_min=0",
                                      "backoff_min=3601", "backoff_max=0",       "backoff_max=86401"};

  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_autofree char *name = g_strndup (lists[i], strcspn (lists[i], "="));

      assert_refused ("account /mnt", lists[i], name);
    }
}

static void
a_value_that_is_missing_or_superfluous_is_refused (void)
{
  assert_refused ("account /mnt", "timeout", "timeout needs a value");
  assert_refused ("account /mnt", "endpoint", "endpoint needs a value");
  assert_refused ("account /mnt", "endpoint=", "endpoint is empty");
  assert_refused ("account /mnt", "ca_file=", "ca_file is empty");
  assert_refused ("account /mnt", "credentials=", "credentials is empty");
  assert_refused ("account /mnt", "credentials", "credentials needs a value");
  assert_refused ("account /mnt", "store", "store needs a value");
  assert_refused ("account /mnt", "sandbox=5", "sandbox is not one of yes|no");
  assert_refused ("account /mnt", "application_id=4711", "application_id is not a GUID");
}

static void
a_backslash_makes_a_comma_part_of_the_value (void)
{
  g_autoptr (Options) options = parse_well ("account /mnt", "ca_file=/a\\,b\\\\c,check_ttl=5");

  g_assert_cmpstr (options->ca_file, ==, "/a,b\\c");
  g_assert_cmpint (options->check_ttl_s, ==, 5);
}

static void
empty_options_are_skipped (void)
{
  g_autoptr (Options) options = parse_well ("account /mnt", ",,check_ttl=5,,ro,");

  g_assert_cmpint (options->check_ttl_s, ==, 5);
  g_assert_cmpstr (options->mount_options->str, ==, "ro");
}

static void
options_of_the_kernel_and_of_libfuse_are_passed_on_in_their_order (void)
{
  g_autoptr (Options) options = parse_well ("account /mnt", "allow_other,timeout=5,noatime,max_read=4096,ro");

  g_assert_cmpstr (options->mount_options->str, ==, "allow_other,noatime,max_read=4096,ro");
}

/* libfuse splits what it gets at commas again: context=…:c1,c2 would become an option c2. */
static void
a_comma_in_an_option_that_is_passed_on_stays_escaped (void)
{
  g_autoptr (Options) options = parse_well ("account /mnt", "context=system_u:object_r:t:s0:c1\\,c2,ro");

  g_assert_cmpstr (options->mount_options->str, ==, "context=system_u:object_r:t:s0:c1\\,c2,ro");
}

static void
what_mount_and_systemd_leave_in_is_ignored (void)
{
  g_autoptr (Options) options
    = parse_well ("account /mnt", "defaults,noauto,_netdev,nofail,user,x-systemd.automount,x-gvfs-hide,comment=a b,rw");

  g_assert_cmpstr (options->mount_options->str, ==, "rw");
}

static void
help_names_every_option_with_its_default (void)
{
  static const char *const words[] = {"credentials=FILE",
                                      "remember=yes|no",
                                      "(yes)",
                                      "store=file|none",
                                      "(file)",
                                      "keepalive=",
                                      "(600)",
                                      "idle_after=",
                                      "(86400)",
                                      "rate=CALLS",
                                      "(7200)",
                                      "backoff_min=",
                                      "backoff_max=",
                                      "(900)",
                                      "group=NAME|GID",
                                      "mode=OCTAL",
                                      "write_group=NAME|GID",
                                      "audit",
                                      "SOURCE",
                                      "MOUNTPOINT",
                                      "endpoint=",
                                      "application_id=",
                                      "service_id=",
                                      "timeout=",
                                      "check_ttl=",
                                      "(60)",
                                      "offline_grace=",
                                      "(300)",
                                      "ca_file=",
                                      "sandbox",
                                      "--foreground",
                                      "--debug",
                                      "--help",
                                      "--version"};
  g_autofree char *help = options_help ();

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (strstr (help, words[i]) == NULL)
      g_error ("%s is not in --help", words[i]);
  g_assert_true (g_str_has_suffix (help, "\n"));
}

static const Sentence sentences[] = {
  SENTENCE (a_command_is_the_first_word),
  SENTENCE (a_command_takes_one_name_and_nothing_else),
  SENTENCE (a_check_needs_no_mountpoint_and_brings_its_own_switches),
  SENTENCE (source_and_mountpoint_are_enough),
  SENTENCE (the_defaults_are_those_of_the_design),
  SENTENCE (options_take_their_values),
  SENTENCE (options_that_keep_a_session_take_their_values),
  SENTENCE (yes_and_no_can_be_said_in_many_ways),
  SENTENCE (no_goes_only_before_a_yes_or_no),
  SENTENCE (a_word_that_is_none_of_the_words_is_refused),
  SENTENCE (the_longest_wait_is_not_below_the_shortest),
  SENTENCE (options_may_stand_anywhere_and_the_last_one_counts),
  SENTENCE (switches_are_understood_in_both_forms),
  SENTENCE (after_two_dashes_everything_is_a_name),
  SENTENCE (a_missing_or_superfluous_name_is_refused),
  SENTENCE (an_unknown_option_names_the_nearest),
  SENTENCE (an_unknown_option_of_any_length_is_refused),
  SENTENCE (an_unknown_switch_is_refused),
  SENTENCE (numbers_outside_their_range_are_refused),
  SENTENCE (a_value_that_is_missing_or_superfluous_is_refused),
  SENTENCE (a_backslash_makes_a_comma_part_of_the_value),
  SENTENCE (empty_options_are_skipped),
  SENTENCE (options_of_the_kernel_and_of_libfuse_are_passed_on_in_their_order),
  SENTENCE (a_comma_in_an_option_that_is_passed_on_stays_escaped),
  SENTENCE (what_mount_and_systemd_leave_in_is_ignored),
  SENTENCE (help_names_every_option_with_its_default),
};

MAIN ("options")
