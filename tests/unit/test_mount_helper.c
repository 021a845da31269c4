/* The words that mount(8) calls with (daemon/mount_helper.h). */
#include "daemon/mount_helper.h"

#include "daemon/options.h"
#include "support/sentences.h"

/* Both as one would type them, with a blank between two words; @expected NULL: nothing is to be done. */
static void
assert_words (const char *given, const char *expected)
{
  g_auto (GStrv) argv = g_strsplit (given, " ", -1);
  g_auto (GStrv) words = mount_helper_words (argv);
  g_autofree char *text = words == NULL ? NULL : g_strjoinv (" ", words);

  g_assert_cmpstr (text, ==, expected);
}

static void
the_name_tells_who_calls (void)
{
  g_assert_true (mount_helper_is_meant ("/sbin/mount.so24fs"));
  g_assert_true (mount_helper_is_meant ("/sbin/mount.fuse.so24fs"));
  g_assert_true (mount_helper_is_meant ("mount.so24fs"));
  g_assert_false (mount_helper_is_meant ("/usr/bin/so24fs"));
  g_assert_false (mount_helper_is_meant ("/usr/lib/mount.d/so24fs"));
}

static void
names_and_options_stay (void)
{
  assert_words ("mount.so24fs acme /mnt", "so24fs -- acme /mnt");
  assert_words ("/sbin/mount.so24fs acme /mnt -o rw,timeout=5", "so24fs -o rw,timeout=5 -- acme /mnt");
}

static void
what_is_for_mount_8_alone_goes (void)
{
  assert_words ("mount.fuse.so24fs acme /mnt -s -n -v -o rw -t fuse.so24fs", "so24fs -o rw -- acme /mnt");
  assert_words ("mount.so24fs acme /mnt -N 4 -o rw", "so24fs -o rw -- acme /mnt");
  assert_words ("mount.so24fs acme /mnt -t", "so24fs -- acme /mnt");
}

/* What so24fs itself makes of the words. */
static void
an_account_that_is_called_like_a_command_is_mounted (void)
{
  const char *argv[] = {"mount.so24fs", "login", "/mnt", "-o", "timeout=5", NULL};
  g_auto (GStrv) words = mount_helper_words ((char **)argv);
  g_autoptr (GError) error = NULL;
  g_autoptr (Options) options = options_parse ((int)g_strv_length (words), words, &error);

  g_assert_no_error (error);
  g_assert_cmpint (options->tool, ==, TOOL_MOUNT);
  g_assert_cmpstr (options->source, ==, "login");
  g_assert_cmpstr (options->mountpoint, ==, "/mnt");
  g_assert_cmpint (options->timeout_s, ==, 5);
}

static void
what_follows_o_is_no_word_of_mount_8_and_what_is_unknown_stays (void)
{
  assert_words ("mount.so24fs acme /mnt -o -s", "so24fs -o -s -- acme /mnt");
  assert_words ("mount.so24fs acme /mnt --unknown", "so24fs --unknown -- acme /mnt");
}

static void
a_fake_mount_does_nothing (void)
{
  assert_words ("mount.so24fs acme /mnt -f -o rw", NULL);
}

static const Sentence sentences[] = {
  SENTENCE (the_name_tells_who_calls),
  SENTENCE (names_and_options_stay),
  SENTENCE (what_is_for_mount_8_alone_goes),
  SENTENCE (an_account_that_is_called_like_a_command_is_mounted),
  SENTENCE (what_follows_o_is_no_word_of_mount_8_and_what_is_unknown_stays),
  SENTENCE (a_fake_mount_does_nothing),
};

MAIN ("mount helper")
