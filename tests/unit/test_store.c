/* What a store keeps from one run to the next, and where. */
#include "store/digest.h"
#include "support/sentences.h"
#include "support/shelf.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
nothing_is_stored_at_first (void)
{
  User user = {0};

  shelf_make ();
  user_open (&user);
  g_assert_null (store_load (user.store));
  user_close (&user);
  shelf_remove ();
}

static void
what_was_stored_is_there_in_the_next_run (void)
{
  g_autoptr (Record) record = full_record ();
  g_autoptr (Record) loaded = NULL;
  User user = {0};

  shelf_make ();
  user_open (&user);
  user_save (&user, record);
  user_close (&user);

  user_open (&user);
  loaded = store_load (user.store);
  assert_same_record (loaded, record);
  g_assert_true (loaded->same_boot);
  user_close (&user);
  shelf_remove ();
}

static void
another_boot_is_told_from_this_one (void)
{
  g_autoptr (Record) record = full_record ();
  g_autoptr (Record) loaded = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GString) lines = NULL;
  g_autofree char *digest = NULL;
  User user = {0};
  char *boot_id;

  shelf_make ();
  user_open (&user);
  user_save (&user, record);
  bytes = shelf_read ();
  lines = g_string_new_len (g_bytes_get_data (bytes, NULL), (gssize)g_bytes_get_size (bytes));
  boot_id = strstr (lines->str, "\nboot_id ") + strlen ("\nboot_id ");
  *boot_id = *boot_id == '0' ? '1' : '0';
  g_string_truncate (lines, lines->len - 72);
  digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, lines->str, -1);
  g_string_append_printf (lines, "sha256 %s\n", digest);
  shelf_write (lines->str, lines->len);

  loaded = store_load (user.store);
  assert_same_record (loaded, record);
  g_assert_false (loaded->same_boot);
  user_close (&user);
  shelf_remove ();
}

static void
of_many_saves_the_last_one_stays (void)
{
  User user = {0};

  shelf_make ();
  user_open (&user);
  for (guint i = 1; i <= 1000; i++)
    {
      g_autoptr (Record) record = numbered_record (i);

      store_save (user.store, record);
      if (i % 100 == 0)
        shelf_run_ready ();
    }
  user_sync (&user);
  g_assert_cmpuint (user_stored (&user), ==, 1000);
  g_assert_cmpuint (user.replaced, ==, 0);
  user_close (&user);
  shelf_remove ();
}

typedef struct
{
  User *user;
  guint saved; /* the last record before the question */
} Question;

static guint answered;

/* What is on the disk at that very moment is not older than what was saved before the question. */
static void
answer (gpointer data)
{
  g_autofree Question *question = data;
  User other = {0};

  user_open (&other);
  g_assert_cmpuint (user_stored (&other), >=, question->saved);
  user_close (&other);
  answered++;
}

static void
sync_answers_when_what_was_saved_before_it_is_on_the_disk (void)
{
  User user = {0};

  shelf_make ();
  user_open (&user);
  answered = 0;
  for (guint i = 1; i <= 100; i++)
    {
      g_autoptr (Record) record = numbered_record (i);
      Question *question = g_new0 (Question, 1);

      *question = (Question){&user, i};
      store_save (user.store, record);
      store_sync (user.store, answer, question);
      for (gint turns = g_test_rand_int_range (0, 4); turns > 0; turns--)
        g_main_context_iteration (NULL, FALSE);
    }
  RUN_UNTIL (answered == 100);
  user_close (&user);
  shelf_remove ();
}

static void
set (gpointer data)
{
  *(gboolean *)data = TRUE;
}

static void
sync_answers_at_once_when_there_is_nothing_to_wait_for (void)
{
  g_autoptr (Record) record = numbered_record (1);
  User user = {0};
  gboolean done = FALSE;

  shelf_make ();
  user_open (&user);
  store_sync (user.store, set, &done);
  g_assert_true (done);
  user_save (&user, record);
  done = FALSE;
  store_sync (user.store, set, &done);
  g_assert_true (done);
  user_close (&user);
  shelf_remove ();
}

static void
freeing_stores_what_waits_and_answers_nobody (void)
{
  User user = {0};
  gboolean done = FALSE;

  shelf_make ();
  user_open (&user);
  for (guint i = 1; i <= 10; i++)
    {
      g_autoptr (Record) record = numbered_record (i);

      store_save (user.store, record);
    }
  store_sync (user.store, set, &done);
  user_close (&user);
  shelf_run_ready ();
  g_assert_false (done);
  user_open (&user);
  g_assert_cmpuint (user_stored (&user), ==, 10);
  user_close (&user);
  shelf_remove ();
}

static void
only_the_owner_may_look_at_the_files (void)
{
  g_autoptr (Record) record = full_record ();
  mode_t before = umask (0);
  g_autofree char *inner = NULL;
  StoreHooks hooks = {0};
  StoreConfig config = {.endpoint = ENDPOINT, .source = SOURCE};
  g_autoptr (GDir) directory = NULL;
  g_autoptr (Store) store = NULL;
  const char *name;
  struct stat found;
  guint count = 0;

  shelf_make ();
  config.directory = inner = g_build_filename (shelf (), "a", "b", NULL);
  store = store_open (&config, &hooks, NULL, NULL);
  store_save (store, record);
  g_assert_cmpint (stat (inner, &found), ==, 0);
  g_assert_cmpint (found.st_mode & 07777, ==, 0700);
  directory = g_dir_open (inner, 0, NULL);
  while ((name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *path = g_build_filename (inner, name, NULL);

      if (stat (path, &found) == 0) /* the saver is at work */
        g_assert_cmpint (found.st_mode & 07777, ==, 0600);
      count++;
    }
  g_assert_cmpuint (count, >, 0);
  umask (before);
  g_clear_pointer (&store, store_free);
  shelf_remove ();
}

static void
nothing_but_the_record_and_the_lock_stays (void)
{
  g_autoptr (Record) record = full_record ();
  User user = {0};

  shelf_make ();
  user_open (&user);
  user_save (&user, record);
  user_close (&user);
  g_assert_cmpuint (shelf_count (), ==, 2);
  g_assert_true (g_file_test (shelf_path (""), G_FILE_TEST_IS_REGULAR));
  g_assert_true (shelf_has (".lock"));
  shelf_remove ();
}

/* And what a dead process has left goes; what others have lying there does not. */
static void
what_was_left_behind_is_removed (void)
{
  User user = {0}, other = {0};

  shelf_make ();
  g_assert_true (g_file_set_contents (shelf_path (".new.1.1"), "x", 1, NULL));
  g_assert_true (g_file_set_contents (shelf_path (".new.99999999.5"), "x", 1, NULL));
  g_assert_true (g_file_set_contents (shelf_path (".old"), "x", 1, NULL));
  user_open (&user);
  g_assert_false (g_file_test (shelf_path (".new.1.1"), G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (shelf_path (".new.99999999.5"), G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (shelf_path (".old"), G_FILE_TEST_EXISTS));
  g_assert_cmpuint (shelf_count (), ==, 2);
  user_open (&other); /* does not take the first one's spare file away */
  g_assert_cmpuint (shelf_count (), ==, 3);
  user_close (&other);
  user_close (&user);
  shelf_remove ();
}

static void
a_spare_file_that_somebody_removes_is_made_anew (void)
{
  g_autoptr (GDir) directory = NULL;
  User user = {0};
  const char *name;

  shelf_make ();
  user_open (&user);
  directory = g_dir_open (shelf (), 0, NULL);
  while ((name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *path = g_build_filename (shelf (), name, NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  for (guint i = 1; i <= 2; i++)
    {
      g_autoptr (Record) record = numbered_record (i);

      user_save (&user, record);
      g_assert_cmpuint (user_stored (&user), ==, i);
    }
  user_close (&user);
  shelf_remove ();
}

static void
a_directory_that_somebody_removes_is_made_anew (void)
{
  g_autoptr (Record) record = numbered_record (1);
  g_autoptr (Record) later = numbered_record (2);
  g_autofree char *command = NULL;
  User user = {0}, other = {0};

  shelf_make ();
  user_open (&user);
  user_save (&user, record);
  command = g_strdup_printf ("rm -r %s", shelf ());
  g_assert_cmpint (system (command), ==, 0);
  user_save (&user, later);
  g_assert_cmpuint (user_stored (&user), ==, 2);

  /* It is watched, too. */
  user_open (&other);
  g_assert_cmpuint (user_stored (&other), ==, 2);
  user_save (&other, record);
  RUN_UNTIL (user.replaced == 1);

  g_assert_cmpint (system (command), ==, 0);
  g_assert_true (user_lock (&user, 5));
  user_close (&other);
  user_close (&user);
  shelf_remove ();
}

static void
accounts_do_not_share_a_record (void)
{
  static const char *const accounts[][2] = {
    {ENDPOINT, "ops@example.com"},
    {ENDPOINT, "ops_example.com"},
    {ENDPOINT, "ops/example.com"},
    {ENDPOINT, ""},
    {"http://localhost", "ops@example.com"},
    {ENDPOINT, "../../etc/passwd"},
    {ENDPOINT, ".hidden"},
    {ENDPOINT, "-rf"},
    {ENDPOINT, "æøå\n"},
  };

  shelf_make ();
  for (guint i = 0; i < G_N_ELEMENTS (accounts); i++)
    {
      g_autoptr (Record) record = numbered_record (i + 1);
      User user = {0};

      user_open_as (&user, accounts[i][0], accounts[i][1]);
      g_assert_null (store_load (user.store));
      user_save (&user, record);
      user_close (&user);
    }
  for (guint i = 0; i < G_N_ELEMENTS (accounts); i++)
    {
      User user = {0};

      user_open_as (&user, accounts[i][0], accounts[i][1]);
      g_assert_cmpuint (user_stored (&user), ==, i + 1);
      user_close (&user);
    }
  g_assert_cmpuint (shelf_count (), ==, 2 * G_N_ELEMENTS (accounts));
  shelf_remove ();
}

static gboolean
is_harmless (const char *name)
{
  return *name != '.' && *name != '-' && strlen (name) <= 64 + 1 + 16 + strlen (".session")
         && strspn (name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") == strlen (name);
}

static void
names_are_harmless_whatever_the_source (void)
{
  g_autofree char *many = g_strnfill (5000, 'x');
  const char *const sources[] = {many, "a b\tc\n", "\xff\xfe", "$(reboot)", "..", "--help", "🌲🌲🌲🌲🌲🌲🌲🌲🌲🌲🌲🌲🌲🌲🌲🌲🌲🌲"};
  g_autoptr (Record) record = numbered_record (1);
  const char *name;
  GDir *directory;

  shelf_make ();
  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    {
      User user = {0};

      user_open_as (&user, ENDPOINT, sources[i]);
      user_save (&user, record);
      g_assert_cmpuint (user_stored (&user), ==, 1);
      user_close (&user);
    }
  directory = g_dir_open (shelf (), 0, NULL);
  while ((name = g_dir_read_name (directory)) != NULL)
    g_assert_true (is_harmless (name));
  g_dir_close (directory);
  shelf_remove ();
}

/* Stores something where the environment says, and says whether it is in @expected. */
static void
assert_kept_in (const char *expected)
{
  StoreConfig config = {.endpoint = ENDPOINT, .source = SOURCE};
  StoreHooks hooks = {0};
  g_autoptr (Store) store = store_open (&config, &hooks, NULL, NULL);
  g_autofree char *path = g_build_filename (shelf (), expected, strrchr (shelf_path (""), '/') + 1, NULL);
  g_autoptr (Record) record = full_record ();

  g_assert_nonnull (store);
  store_save (store, record);
  g_clear_pointer (&store, store_free);
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
}

static void
the_environment_says_where (void)
{
  g_autofree char *first = NULL, *both = NULL;

  shelf_make ();
  g_setenv ("XDG_STATE_HOME", shelf (), TRUE);
  assert_kept_in ("so24fs");
  g_setenv ("STATE_DIRECTORY", "", TRUE);
  assert_kept_in ("so24fs");
  first = g_build_filename (shelf (), "first", NULL);
  g_setenv ("STATE_DIRECTORY", first, TRUE);
  assert_kept_in ("first");
  both = g_strdup_printf ("%s/one:%s/two", shelf (), shelf ());
  g_setenv ("STATE_DIRECTORY", both, TRUE);
  assert_kept_in ("one");
  g_unsetenv ("STATE_DIRECTORY");
  g_unsetenv ("XDG_STATE_HOME");
  shelf_remove ();
}

static void
assert_refused (const char *directory, So24ErrorCode code, const char *words)
{
  StoreConfig config = {.directory = directory, .endpoint = ENDPOINT, .source = SOURCE};
  StoreHooks hooks = {0};
  GError *error = NULL;

  g_assert_null (store_open (&config, &hooks, NULL, &error));
  assert_failed_saying (&error, code, words);
}

static void
a_directory_that_others_rule_is_refused (void)
{
  static const mode_t modes[] = {0777, 0770, 0720, 0702, 01777};

  shelf_make ();
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_assert_cmpint (chmod (shelf (), modes[i]), ==, 0);
      assert_refused (shelf (), SO24_ERROR_NOT_PERMITTED, "others may write");
    }
  g_assert_cmpint (chmod (shelf (), 0700), ==, 0);
  if (geteuid () == 0)
    {
      g_assert_cmpint (chown (shelf (), 12345, 12345), ==, 0);
      assert_refused (shelf (), SO24_ERROR_NOT_PERMITTED, "another user");
    }
  g_assert_cmpuint (shelf_count (), ==, 0);
  shelf_remove ();
}

static void
a_place_that_is_no_directory_is_refused (void)
{
  g_autofree char *below = NULL;

  shelf_make ();
  g_assert_true (g_file_set_contents (shelf_path (""), "x", 1, NULL));
  below = g_build_filename (shelf_path (""), "below", NULL);
  assert_refused (shelf_path (""), SO24_ERROR_INVALID, shelf_path (""));
  assert_refused (below, SO24_ERROR_INVALID, below);
  assert_refused ("/proc/1/nothing", SO24_ERROR_INVALID, "/proc/1/nothing");
  shelf_remove ();
}

static guint
count_descriptors (gboolean (*counts) (int fd))
{
  g_autoptr (GDir) directory = g_dir_open ("/proc/self/fd", 0, NULL);
  const char *name;
  guint count = 0;

  while ((name = g_dir_read_name (directory)) != NULL)
    count += counts (atoi (name));
  return count;
}

static gboolean
any (int fd)
{
  return TRUE;
}

static gboolean
is_inherited (int fd)
{
  gint flags = fcntl (fd, F_GETFD);

  return flags >= 0 && (flags & FD_CLOEXEC) == 0;
}

static void
no_descriptor_leaks (void)
{
  g_autoptr (Record) record = full_record ();
  guint before, inherited;

  shelf_make ();
  shelf_run_ready ();
  before = count_descriptors (any);
  inherited = count_descriptors (is_inherited);
  for (guint i = 0; i < 3; i++)
    {
      User user = {0};

      user_open (&user);
      g_assert_true (user_lock (&user, 0));
      user_save (&user, record);
      g_assert_cmpuint (count_descriptors (any), >, before);
      g_assert_cmpuint (count_descriptors (is_inherited), ==, inherited);
      user_close (&user);
      g_assert_cmpuint (count_descriptors (any), ==, before);
    }
  shelf_remove ();
}

static char *
stored_digest (User *user)
{
  g_autoptr (Record) record = store_load (user->store);

  return g_strdup (record->rejected_digest);
}

static void
a_rejected_credential_is_stored_as_a_digest_that_is_made_once (void)
{
  g_autoptr (Record) record = full_record ();
  g_autofree char *first = NULL, *second = NULL, *third = NULL;
  User user = {0};

  shelf_make ();
  user_open (&user);
  record->rejected = credential_new ();
  record->rejected->username = g_strdup ("ops@example.com");
  record->rejected->password = secret_new ("hunter2", 7);
  user_save (&user, record);
  first = stored_digest (&user);
  g_assert_true (digest_matches (first, record->rejected));

  /* A new one would have another salt. */
  user_save (&user, record);
  second = stored_digest (&user);
  g_assert_cmpstr (second, ==, first);

  g_clear_pointer (&record->rejected, credential_unref);
  record->rejected = credential_new ();
  record->rejected->username = g_strdup ("ops@example.com");
  record->rejected->password = secret_new ("hunter3", 7);
  user_save (&user, record);
  third = stored_digest (&user);
  g_assert_true (digest_matches (third, record->rejected));
  g_assert_false (digest_matches (first, record->rejected));
  user_close (&user);
  shelf_remove ();
}

static void
no_password_is_in_the_file (void)
{
  g_autoptr (Record) record = full_record ();
  g_autoptr (GBytes) bytes = NULL;
  User user = {0};

  shelf_make ();
  user_open (&user);
  record->rejected = credential_new ();
  record->rejected->username = g_strdup ("ops@example.com");
  record->rejected->password = secret_new ("hunter2", 7);
  user_save (&user, record);
  bytes = shelf_read ();
  g_assert_null (g_strstr_len (g_bytes_get_data (bytes, NULL), (gssize)g_bytes_get_size (bytes), "hunter2"));
  user_close (&user);
  shelf_remove ();
}

static void
a_record_that_is_too_long_is_not_stored_and_the_old_one_stays (void)
{
  g_autoptr (Record) record = numbered_record (1);
  g_autoptr (Record) huge = full_record ();
  g_autoptr (Record) next = numbered_record (3);
  User user = {0};

  shelf_make ();
  user_open (&user);
  user_save (&user, record);
  g_free (huge->owner);
  huge->owner = g_strnfill (3 * 1024 * 1024, 'x');
  user_save (&user, huge);
  user_save (&user, huge);
  assert_warned ("too large");
  assert_quiet ();
  g_assert_cmpuint (user_stored (&user), ==, 1);
  user_save (&user, next);
  g_assert_cmpuint (user_stored (&user), ==, 3);
  user_close (&user);
  shelf_remove ();
}

static const Sentence sentences[] = {
  SENTENCE (nothing_is_stored_at_first),
  SENTENCE (what_was_stored_is_there_in_the_next_run),
  SENTENCE (another_boot_is_told_from_this_one),
  SENTENCE (of_many_saves_the_last_one_stays),
  SENTENCE (sync_answers_when_what_was_saved_before_it_is_on_the_disk),
  SENTENCE (sync_answers_at_once_when_there_is_nothing_to_wait_for),
  SENTENCE (freeing_stores_what_waits_and_answers_nobody),
  SENTENCE (only_the_owner_may_look_at_the_files),
  SENTENCE (nothing_but_the_record_and_the_lock_stays),
  SENTENCE (what_was_left_behind_is_removed),
  SENTENCE (a_spare_file_that_somebody_removes_is_made_anew),
  SENTENCE (a_directory_that_somebody_removes_is_made_anew),
  SENTENCE (accounts_do_not_share_a_record),
  SENTENCE (names_are_harmless_whatever_the_source),
  SENTENCE (the_environment_says_where),
  SENTENCE (a_directory_that_others_rule_is_refused),
  SENTENCE (a_place_that_is_no_directory_is_refused),
  SENTENCE (no_descriptor_leaks),
  SENTENCE (a_rejected_credential_is_stored_as_a_digest_that_is_made_once),
  SENTENCE (no_password_is_in_the_file),
  SENTENCE (a_record_that_is_too_long_is_not_stored_and_the_old_one_stays),
};

MAIN ("store")
