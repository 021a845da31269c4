/* What stands in the record's place and is none: it is set aside and said, never trusted and never fatal. */
#include "support/sentences.h"
#include "support/shelf.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static User user;

/* A store in which the record of number 1 was stored; and the bytes of that. */
static GBytes *
start (void)
{
  g_autoptr (Record) record = numbered_record (1);

  shelf_make ();
  user_open (&user);
  user_save (&user, record);
  return shelf_read ();
}

static void
end (void)
{
  user_close (&user);
  shelf_remove ();
}

static gboolean
exists (const char *suffix)
{
  struct stat found;

  return lstat (shelf_path (suffix), &found) == 0;
}

/* Whatever it was that was set aside: a record is stored and found after it. */
static void
assert_goes_on (void)
{
  g_autoptr (Record) record = numbered_record (2);

  assert_quiet ();
  g_assert_false (exists (""));
  g_assert_null (store_load (user.store));
  user_save (&user, record);
  g_assert_cmpuint (user_stored (&user), ==, 2);
  assert_quiet ();
}

static void
assert_set_aside (const char *suffix, const char *why)
{
  g_assert_null (store_load (user.store));
  g_assert_true (exists (suffix));
  assert_warned (why);
  assert_goes_on ();
}

static void
a_damaged_record_is_set_aside (void)
{
  g_autoptr (GBytes) bytes = start ();
  g_autofree char *damaged = g_memdup2 (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_autofree char *kept = NULL;
  gsize length;

  damaged[200] ^= 1;
  shelf_write (damaged, g_bytes_get_size (bytes));
  assert_set_aside (".damaged", "its checksum does not fit. It is now");
  g_assert_true (g_file_get_contents (shelf_path (".damaged"), &kept, &length, NULL));
  g_assert_cmpmem (kept, (int)length, damaged, (int)g_bytes_get_size (bytes));
  end ();
}

static void
an_older_damaged_one_makes_room (void)
{
  g_autoptr (GBytes) bytes = start ();

  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *found = NULL;
      g_autofree char *written = g_strdup_printf ("%u", i);

      shelf_write (written, 1);
      assert_set_aside (".damaged", ".session.damaged");
      g_assert_true (g_file_get_contents (shelf_path (".damaged"), &found, NULL, NULL));
      g_assert_cmpstr (found, ==, written);
    }
  g_assert_cmpint (g_unlink (shelf_path (".damaged")), ==, 0);
  g_assert_cmpint (g_mkdir (shelf_path (".damaged"), 0700), ==, 0);
  shelf_write ("x", 1);
  assert_set_aside (".damaged", ".session.damaged");
  end ();
}

static void
files_of_all_lengths_are_survived (void)
{
  g_autoptr (GBytes) bytes = start ();
  gsize length = g_bytes_get_size (bytes);

  for (gsize cut = 0; cut < length; cut += 97)
    {
      shelf_write (g_bytes_get_data (bytes, NULL), cut);
      g_assert_null (store_load (user.store));
      g_assert_cmpuint (shelf_warnings (), ==, 1);
    }
  shelf_write (g_bytes_get_data (bytes, NULL), length);
  g_assert_cmpuint (user_stored (&user), ==, 1);
  end ();
}

static void
a_file_of_many_megabytes_is_not_read_to_its_end (void)
{
  g_autoptr (GBytes) bytes = start ();

  g_assert_cmpint (truncate (shelf_path (""), (off_t)1 << 40), ==, 0);
  assert_set_aside (".damaged", "it is too long");
  end ();
}

static void
a_record_of_a_later_version_is_kept_for_it (void)
{
  g_autoptr (GBytes) bytes = start ();

  shelf_write ("so24fs session 2\nwho knows\n", 27);
  assert_set_aside (".future", "a later version of so24fs has written it");
  end ();
}

static void
a_record_of_another_account_is_set_aside (void)
{
  g_autoptr (GBytes) bytes = start ();
  g_autoptr (Record) record = numbered_record (7);
  g_autofree char *path = NULL;
  User other = {0};
  g_autoptr (GDir) directory = NULL;
  const char *name;

  user_open_as (&other, ENDPOINT, "other");
  user_save (&other, record);
  directory = g_dir_open (shelf (), 0, NULL);
  while ((name = g_dir_read_name (directory)) != NULL)
    if (g_str_has_prefix (name, "other") && g_str_has_suffix (name, ".session"))
      path = g_build_filename (shelf (), name, NULL);
  user_close (&other);
  g_assert_cmpint (g_rename (path, shelf_path ("")), ==, 0);
  assert_set_aside (".foreign", "it is another account's");
  end ();
}

static void
a_link_is_not_followed (void)
{
  g_autoptr (GBytes) bytes = start ();
  const char *victim = shelf_path (".victim");
  g_autofree char *found = NULL;

  /* What it points to would be a good record. */
  g_assert_cmpint (g_rename (shelf_path (""), victim), ==, 0);
  g_assert_cmpint (symlink (victim, shelf_path ("")), ==, 0);
  assert_set_aside (".foreign", "it is no regular file");
  g_assert_true (g_file_get_contents (victim, &found, NULL, NULL));
  g_assert_nonnull (strstr (found, "owner owner 1"));
  end ();
}

static void
a_link_is_not_written_through_either (void)
{
  g_autoptr (GBytes) bytes = start ();
  g_autoptr (Record) record = numbered_record (2);
  g_autofree char *found = NULL;

  g_assert_cmpint (g_unlink (shelf_path ("")), ==, 0);
  g_assert_true (g_file_set_contents (shelf_path (".victim"), "victim", -1, NULL));
  g_assert_cmpint (symlink (shelf_path (".victim"), shelf_path ("")), ==, 0);
  user_save (&user, record);
  assert_warned ("it is no regular file");
  g_assert_cmpuint (user_stored (&user), ==, 2);
  g_assert_true (g_file_get_contents (shelf_path (".victim"), &found, NULL, NULL));
  g_assert_cmpstr (found, ==, "victim");
  end ();
}

static void
a_dangling_link_is_set_aside (void)
{
  g_autoptr (GBytes) bytes = start ();

  g_assert_cmpint (g_unlink (shelf_path ("")), ==, 0);
  g_assert_cmpint (symlink ("/nowhere/at/all", shelf_path ("")), ==, 0);
  assert_set_aside (".foreign", "it is no regular file");
  end ();
}

static void
a_pipe_keeps_nobody_waiting (void)
{
  g_autoptr (GBytes) bytes = start ();

  g_assert_cmpint (g_unlink (shelf_path ("")), ==, 0);
  g_assert_cmpint (mkfifo (shelf_path (""), 0600), ==, 0);
  assert_set_aside (".foreign", "it is no regular file");
  end ();
}

static void
a_directory_is_set_aside (void)
{
  g_autoptr (GBytes) bytes = start ();
  g_autofree char *inner = g_build_filename (shelf_path (""), "inner", NULL);

  g_assert_cmpint (g_unlink (shelf_path ("")), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (inner, 0700), ==, 0);
  g_assert_true (g_file_set_contents (shelf_path (".foreign"), "x", 1, NULL));
  assert_set_aside (".foreign", "it is no regular file");
  end ();
}

static void
what_cannot_be_set_aside_is_said_once_and_keeps_its_place (void)
{
  g_autoptr (GBytes) bytes = start ();
  g_autoptr (Record) record = numbered_record (2);
  g_autofree char *here = g_build_filename (shelf_path (""), "inner", NULL);
  g_autofree char *there = g_build_filename (shelf_path (".foreign"), "inner", NULL);

  g_assert_cmpint (g_unlink (shelf_path ("")), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (here, 0700), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (there, 0700), ==, 0);
  g_assert_null (store_load (user.store));
  assert_warned ("cannot be renamed");
  for (guint i = 0; i < 3; i++)
    user_save (&user, record);
  assert_warned ("something else is in its place");
  assert_quiet ();
  g_assert_true (g_file_test (here, G_FILE_TEST_IS_DIR));

  g_assert_cmpint (g_rmdir (here), ==, 0);
  g_assert_cmpint (g_rmdir (shelf_path ("")), ==, 0);
  user_save (&user, record);
  g_assert_cmpuint (user_stored (&user), ==, 2);
  end ();
}

static void
a_file_that_others_may_read_or_write_is_not_trusted (void)
{
  static const mode_t modes[] = {0640, 0604, 0620, 0602, 0660, 0666, 0777, 0610, 0601};

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autoptr (GBytes) bytes = start ();

      g_assert_cmpint (chmod (shelf_path (""), modes[i]), ==, 0);
      assert_set_aside (".foreign", "others than its owner may use it");
      end ();
    }
}

static void
a_file_of_another_user_is_not_trusted (void)
{
  g_autoptr (GBytes) bytes = NULL;

  if (geteuid () != 0)
    {
      g_test_skip ("only root can give a file away");
      return;
    }
  bytes = start ();
  g_assert_cmpint (chown (shelf_path (""), 12345, 12345), ==, 0);
  assert_set_aside (".foreign", "it belongs to another user");
  end ();
}

/* Not only at the start: whoever breaks it while we run is told of at once, and the next save is stored. */
static void
a_record_that_is_replaced_by_garbage_is_noticed (void)
{
  g_autoptr (GBytes) bytes = start ();

  g_assert_true (g_file_set_contents (shelf_path (".garbage"), "garbage", -1, NULL));
  g_assert_cmpint (g_rename (shelf_path (".garbage"), shelf_path ("")), ==, 0);
  RUN_UNTIL (exists (".damaged") || exists (".foreign"));
  shelf_run_ready ();
  g_assert_cmpuint (shelf_warnings (), ==, 1);
  g_assert_cmpuint (user.replaced, ==, 0);
  assert_goes_on ();
  end ();
}

static void
a_record_that_is_broken_before_a_save_does_not_stop_it (void)
{
  g_autoptr (GBytes) bytes = start ();
  g_autoptr (Record) record = numbered_record (2);

  shelf_write ("garbage", 7);
  user_save (&user, record);
  assert_warned (".session.damaged");
  g_assert_cmpuint (user_stored (&user), ==, 2);
  g_assert_cmpuint (user.replaced, ==, 0);
  end ();
}

static const Sentence sentences[] = {
  SENTENCE (a_damaged_record_is_set_aside),
  SENTENCE (an_older_damaged_one_makes_room),
  SENTENCE (files_of_all_lengths_are_survived),
  SENTENCE (a_file_of_many_megabytes_is_not_read_to_its_end),
  SENTENCE (a_record_of_a_later_version_is_kept_for_it),
  SENTENCE (a_record_of_another_account_is_set_aside),
  SENTENCE (a_link_is_not_followed),
  SENTENCE (a_link_is_not_written_through_either),
  SENTENCE (a_dangling_link_is_set_aside),
  SENTENCE (a_pipe_keeps_nobody_waiting),
  SENTENCE (a_directory_is_set_aside),
  SENTENCE (what_cannot_be_set_aside_is_said_once_and_keeps_its_place),
  SENTENCE (a_file_that_others_may_read_or_write_is_not_trusted),
  SENTENCE (a_file_of_another_user_is_not_trusted),
  SENTENCE (a_record_that_is_replaced_by_garbage_is_noticed),
  SENTENCE (a_record_that_is_broken_before_a_save_does_not_stop_it),
};

MAIN ("store_damage")
