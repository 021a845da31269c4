/* Who may use the files (daemon/access.h, tree/access.h): options in, modes and groups out. */
#include "daemon/access.h"

#include "support/sentences.h"

#include <grp.h>
#include <string.h>

#define MOUNTER 4242

static Options *
options_of (const char *list)
{
  g_autoptr (GError) error = NULL;
  const char *arguments[] = {"so24fs", "account", "/mnt", "-o", list};
  Options *options = options_parse (G_N_ELEMENTS (arguments), (char **)arguments, &error);

  g_assert_no_error (error);
  return options;
}

static void
assert_not_understood (const char *list, const char *said)
{
  g_autoptr (GError) error = NULL;
  const char *arguments[] = {"so24fs", "account", "/mnt", "-o", list};

  g_assert_null (options_parse (G_N_ELEMENTS (arguments), (char **)arguments, &error));
  assert_failed_saying (&error, SO24_ERROR_INVALID, said);
}

static TreeAccess
access_of (const char *list)
{
  g_autoptr (Options) options = options_of (list);
  g_autoptr (GError) error = NULL;
  TreeAccess access;

  access_from_options (options, MOUNTER, &access, &error);
  g_assert_no_error (error);
  return access;
}

static void
assert_refused (const char *list, const char *said)
{
  g_autoptr (Options) options = options_of (list);
  g_autoptr (GError) error = NULL;
  TreeAccess access;

  g_assert_false (access_from_options (options, MOUNTER, &access, &error));
  g_assert_null (strpbrk (error->message, "\r\n"));
  assert_failed_saying (&error, SO24_ERROR_INVALID, said);
}

static void
assert_file (const TreeAccess *access, Kind row, mode_t bits, gid_t gid)
{
  const NodeKind *kind = node_kind (node_make (row, 0));

  g_assert_cmpuint (access_mode (access, kind), ==, (kind->mode & S_IFMT) | bits);
  g_assert_cmpuint (access_gid (access, kind, MOUNTER), ==, gid);
}

static void
the_options_take_their_values (void)
{
  g_autoptr (Options) options = options_of ("allow_other,group=ops\\,x,mode=0440,write_group=1000,audit");
  g_autoptr (Options) short_mode = options_of ("mode=40");

  g_assert_cmpstr (options->group, ==, "ops,x");
  g_assert_cmpint (options->mode, ==, 0440);
  g_assert_cmpstr (options->write_group, ==, "1000");
  g_assert_true (options->audit);
  g_assert_cmpint (short_mode->mode, ==, 040);
}

static void
a_value_that_is_no_mode_or_missing_is_refused (void)
{
  static const char *const values[]
    = {"", "0", "0000", "0480", "rw", "u=r", "0o440", "0x1", "-1", " 440", "440 ", "10000"};

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autofree char *list = g_strconcat ("mode=", values[i], NULL);

      assert_not_understood (list, "option mode is not a mode such as 0440");
    }
  assert_not_understood ("mode", "mode needs a value");
  assert_not_understood ("group", "group needs a value");
  assert_not_understood ("group=", "group is empty");
  assert_not_understood ("audit=5", "audit is not one of yes|no");
}

static void
by_itself_a_cookie_is_the_owners_and_so_is_writing (void)
{
  TreeAccess access = access_of ("allow_other");

  assert_file (&access, KIND_COOKIE, 0400, MOUNTER);
  assert_file (&access, KIND_EXPORT_HEADER, 0400, MOUNTER);
  assert_file (&access, KIND_LOGIN, 0200, MOUNTER);
  assert_file (&access, KIND_IDENTITY, 0644, MOUNTER);
}

static void
a_group_reads_what_bears_a_cookie_and_nothing_else_changes (void)
{
  TreeAccess access = access_of ("allow_other,group=1234");

  assert_file (&access, KIND_COOKIE, 0440, 1234);
  assert_file (&access, KIND_EXPORT_COOKIES_TXT, 0440, 1234);
  assert_file (&access, KIND_EXPORT_COOKIE_RAW, 0440, 1234);
  assert_file (&access, KIND_LOGIN, 0200, MOUNTER);
  assert_file (&access, KIND_IDENTITY, 0644, MOUNTER);
  assert_file (&access, KIND_SESSION, 0444, MOUNTER);
  assert_file (&access, KIND_EXPORT, 0755, MOUNTER);
}

static void
a_group_that_writes_reads_no_cookie (void)
{
  TreeAccess access = access_of ("allow_other,write_group=1234");

  assert_file (&access, KIND_LOGIN, 0220, 1234);
  assert_file (&access, KIND_LOGOUT, 0220, 1234);
  assert_file (&access, KIND_IDENTITY, 0664, 1234);
  assert_file (&access, KIND_COOKIE, 0400, MOUNTER);
  assert_file (&access, KIND_SESSION, 0444, MOUNTER);
}

static void
readers_and_writers_may_be_two_groups (void)
{
  TreeAccess access = access_of ("allow_other,group=1,write_group=2");

  assert_file (&access, KIND_COOKIE, 0440, 1);
  assert_file (&access, KIND_LOGIN, 0220, 2);
}

static void
the_mode_is_as_it_was_given (void)
{
  TreeAccess mine = access_of ("mode=0400"), group = access_of ("allow_other,mode=440");
  TreeAccess only = access_of ("allow_other,group=1,mode=040"), both = access_of ("allow_other,mode=0440,group=1");

  assert_file (&mine, KIND_COOKIE, 0400, MOUNTER);
  assert_file (&group, KIND_COOKIE, 0440, MOUNTER);
  assert_file (&only, KIND_EXPORT_ENV, 0040, 1);
  assert_file (&both, KIND_EXPORT_ENV, 0440, 1);
}

static void
a_group_goes_by_its_name_or_its_number (void)
{
  const struct group *root = getgrgid (0);
  g_autofree char *list = g_strconcat ("allow_other,group=", root->gr_name, NULL);
  TreeAccess named = access_of (list), numbered = access_of ("allow_other,group=4294967294");

  g_assert_cmpuint (named.reading_gid, ==, 0);
  g_assert_cmpuint (numbered.reading_gid, ==, 4294967294);
}

static void
a_group_that_there_is_not_is_refused (void)
{
  assert_refused ("allow_other,group=no-such-group-here", "option group: there is no group no-such-group-here");
  assert_refused ("allow_other,write_group=no-such-group-here", "option write_group: there is no group");
  assert_refused ("allow_other,group=-1", "there is no group -1");
  assert_refused ("allow_other,group=4294967295", "there is no group"); /* it means: leave it as it is */
  assert_refused ("allow_other,group=0x10", "there is no group");
  assert_refused ("allow_other,group= 0", "there is no group");
}

static void
a_cookie_for_everybody_is_refused (void)
{
  assert_refused ("allow_other,mode=0444", "every user of this machine could act as you");
  assert_refused ("allow_other,mode=0404", "every user of this machine could act as you");
  assert_refused ("allow_other,group=1,mode=0444", "group=NAME");
}

static void
a_mode_that_lets_write_or_run_is_refused (void)
{
  static const char *const modes[] = {"0600", "0640", "0500", "0460", "0442", "04400", "2440", "7777", "0401"};

  for (gsize i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autofree char *list = g_strconcat ("allow_other,mode=", modes[i], NULL);

      if (strcmp (modes[i], "7777") != 0)
        assert_refused (list, "0400, 0440 and 0040 can");
      else
        assert_refused (list, "option mode");
    }
}

static void
what_has_no_effect_without_allow_other_is_refused (void)
{
  assert_refused ("group=1", "option group lets nobody in without allow_other");
  assert_refused ("write_group=1", "option write_group lets nobody in without allow_other");
  assert_refused ("mode=0440", "option mode lets nobody in without allow_other");
  assert_refused ("allow_root,group=1", "user_allow_other");
}

static void
a_mode_that_shuts_out_the_group_that_was_named_is_refused (void)
{
  assert_refused ("allow_other,group=1,mode=0400", "0400 does not let the group read");
}

/* Whoever adds a file that bears a cookie has to say so: these are all there are today. */
static void
no_file_that_others_may_read_waits_for_the_cookie (void)
{
  guint bearing = 0;

  for (Kind row = KIND_ROOT; row < N_KINDS; row++)
    {
      const NodeKind *kind = node_kind (node_make (row, 0));

      g_assert_true (kind->want != WANT_COOKIE || kind->bears_cookie);
      g_assert_true (!kind->bears_cookie || (kind->mode & 0777) == 0400);
      bearing += kind->bears_cookie ? 1 : 0;
    }
  g_assert_cmpuint (bearing, >=, 6);
}

static const Sentence sentences[] = {
  SENTENCE (the_options_take_their_values),
  SENTENCE (a_value_that_is_no_mode_or_missing_is_refused),
  SENTENCE (by_itself_a_cookie_is_the_owners_and_so_is_writing),
  SENTENCE (a_group_reads_what_bears_a_cookie_and_nothing_else_changes),
  SENTENCE (a_group_that_writes_reads_no_cookie),
  SENTENCE (readers_and_writers_may_be_two_groups),
  SENTENCE (the_mode_is_as_it_was_given),
  SENTENCE (a_group_goes_by_its_name_or_its_number),
  SENTENCE (a_group_that_there_is_not_is_refused),
  SENTENCE (a_cookie_for_everybody_is_refused),
  SENTENCE (a_mode_that_lets_write_or_run_is_refused),
  SENTENCE (what_has_no_effect_without_allow_other_is_refused),
  SENTENCE (a_mode_that_shuts_out_the_group_that_was_named_is_refused),
  SENTENCE (no_file_that_others_may_read_waits_for_the_cookie),
};

MAIN ("access")
