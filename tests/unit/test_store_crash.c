/* Processes that are killed and disks that are full: what is loaded is always a whole record, and none that was stored is lost. */
#include "support/sentences.h"
#include "support/shelf.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#define KILLS          200
#define LONGEST_LIFE   12000 /* microseconds */
#define DISK_KILOBYTES "64"

static void
save (User *user, guint number)
{
  g_autoptr (Record) record = numbered_record (number);

  store_save (user->store, record);
}

/* Shared with the children. */
typedef struct
{
  gint begun;  /* the child saves by now */
  guint known; /* the number up to which it knows that it is stored */
} Shared;

static Shared *shared;

static void
save_without_end (void)
{
  User user = {0};

  user_open (&user);
  for (guint number = user_stored (&user) + 1;; number++)
    {
      g_atomic_int_set (&shared->begun, TRUE);
      save (&user, number);
      if (number % 3 == 0)
        {
          user_sync (&user);
          shared->known = number;
        }
      g_main_context_iteration (NULL, FALSE);
    }
}

/* Now and then the child does not even come to its first save. */
static void
kill_after (pid_t child, gint life_us)
{
  int status;

  while (life_us % 4 != 0 && !g_atomic_int_get (&shared->begun))
    g_usleep (100);
  g_usleep ((gulong)life_us);
  kill (child, SIGKILL);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
}

static void
a_process_that_is_killed_while_it_saves_leaves_a_whole_record (void)
{
  guint stored = 0;

  shared = mmap (NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  g_assert_true (shared != MAP_FAILED);
  shelf_make ();
  for (guint i = 0; i < KILLS; i++)
    {
      User user = {0};
      guint before = stored;
      pid_t child;

      g_atomic_int_set (&shared->begun, FALSE);
      child = fork ();
      if (child == 0)
        save_without_end ();
      kill_after (child, g_test_rand_int_range (0, LONGEST_LIFE));
      user_open (&user);
      stored = user_stored (&user);
      g_assert_cmpuint (stored, >=, before);
      g_assert_cmpuint (stored, >=, shared->known);
      user_close (&user);
      g_assert_cmpuint (shelf_count (), <=, 2);
    }
  g_test_message ("%u records were stored", stored);
  g_assert_cmpuint (stored, >, 0);
  shelf_remove ();
  munmap (shared, sizeof *shared);
}

/* Where the mount is seen by nobody else, and goes with us. FALSE: we may not. */
static gboolean
mount_small_disk (void)
{
  if (unshare (CLONE_NEWNS) != 0 || mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0
      || mount ("tmpfs", shelf (), "tmpfs", 0, "mode=0700,nr_inodes=50,size=" DISK_KILOBYTES "k") != 0)
    {
      g_autofree char *why = g_strdup_printf ("no small disk: %s", g_strerror (errno));

      g_test_skip (why);
      return FALSE;
    }
  return TRUE;
}

static void
unmount (void)
{
  g_assert_cmpint (umount2 (shelf (), MNT_DETACH), ==, 0);
}

static void
fill_disk (void)
{
  g_autofree char *path = g_build_filename (shelf (), "filling", NULL);
  int fd = open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  char bytes[512];

  g_assert_cmpint (fd, >=, 0);
  memset (bytes, 'x', sizeof bytes);
  while (write (fd, bytes, sizeof bytes) > 0)
    ;
  g_assert_cmpint (errno, ==, ENOSPC);
  close (fd);
}

static void
empty_disk (void)
{
  g_autofree char *path = g_build_filename (shelf (), "filling", NULL);

  g_assert_cmpint (unlink (path), ==, 0);
}

static void
on_a_full_disk_records_are_stored_again_and_again (void)
{
  User user = {0};

  shelf_make ();
  if (mount_small_disk ())
    {
      user_open (&user);
      save (&user, 1);
      user_sync (&user);
      fill_disk ();
      for (guint number = 2; number <= 100; number++)
        {
          save (&user, number);
          user_sync (&user);
          g_assert_cmpuint (user_stored (&user), ==, number);
        }
      assert_quiet ();
      user_close (&user);
      unmount ();
    }
  shelf_remove ();
}

static void
the_first_record_is_stored_too_when_the_disk_became_full_after_the_start (void)
{
  User user = {0};

  shelf_make ();
  if (mount_small_disk ())
    {
      user_open (&user);
      fill_disk ();
      save (&user, 1);
      user_sync (&user);
      g_assert_cmpuint (user_stored (&user), ==, 1);
      user_close (&user);
      unmount ();
    }
  shelf_remove ();
}

/* One with a lot to say, which is more than was reserved. */
static void
save_long (User *user)
{
  g_autoptr (Record) record = numbered_record (9);

  g_free (record->owner);
  record->owner = g_strnfill (40000, 'x');
  store_save (user->store, record);
}

static void
what_does_not_fit_leaves_the_old_record_and_is_said_once (void)
{
  User user = {0};

  shelf_make ();
  if (mount_small_disk ())
    {
      user_open (&user);
      save (&user, 1);
      user_sync (&user);
      fill_disk ();
      for (guint i = 0; i < 5; i++)
        {
          save_long (&user);
          user_sync (&user);
          g_assert_cmpuint (user_stored (&user), ==, 1);
        }
      assert_warned ("No space left on device");
      assert_quiet ();

      empty_disk ();
      save_long (&user);
      user_close (&user);
      assert_quiet ();
      user_open (&user);
      {
        g_autoptr (Record) record = store_load (user.store);

        g_assert_cmpuint (strlen (record->owner), ==, 40000);
      }
      user_close (&user);
      unmount ();
    }
  shelf_remove ();
}

static void
a_disk_that_was_full_at_the_start_is_used_as_soon_as_there_is_room (void)
{
  User user = {0};

  shelf_make ();
  if (mount_small_disk ())
    {
      fill_disk ();
      user_open (&user);
      save (&user, 1);
      user_sync (&user);
      assert_warned ("No space left on device");
      g_assert_cmpuint (user_stored (&user), ==, 0);
      empty_disk ();
      save (&user, 2);
      user_sync (&user);
      g_assert_cmpuint (user_stored (&user), ==, 2);
      user_close (&user);
      unmount ();
    }
  shelf_remove ();
}

static void
remount (unsigned long flags)
{
  g_assert_cmpint (mount (NULL, shelf (), NULL, MS_REMOUNT | MS_BIND | flags, NULL), ==, 0);
}

static void
a_disk_that_is_read_only_is_survived (void)
{
  User user = {0};

  shelf_make ();
  if (mount_small_disk ())
    {
      user_open (&user);
      save (&user, 1);
      user_close (&user);
      remount (MS_RDONLY);
      user_open (&user);
      for (guint i = 0; i < 3; i++)
        {
          save (&user, 2);
          user_sync (&user);
          g_assert_cmpuint (user_stored (&user), ==, 1);
        }
      assert_warned ("Read-only file system");
      assert_quiet ();
      g_assert_false (user_lock (&user, 60));
      assert_failed_saying (&user.lock_error, SO24_ERROR_NOT_PERMITTED, "cannot be locked: Read-only");

      remount (0);
      g_assert_true (user_lock (&user, 0));
      user_close (&user); /* stores it at last */
      assert_quiet ();
      user_open (&user);
      g_assert_cmpuint (user_stored (&user), ==, 2);
      user_close (&user);
      unmount ();
    }
  shelf_remove ();
}

static const Sentence sentences[] = {
  SENTENCE (a_process_that_is_killed_while_it_saves_leaves_a_whole_record),
  SENTENCE (on_a_full_disk_records_are_stored_again_and_again),
  SENTENCE (the_first_record_is_stored_too_when_the_disk_became_full_after_the_start),
  SENTENCE (what_does_not_fit_leaves_the_old_record_and_is_said_once),
  SENTENCE (a_disk_that_was_full_at_the_start_is_used_as_soon_as_there_is_room),
  SENTENCE (a_disk_that_is_read_only_is_survived),
};

MAIN ("store_crash")
