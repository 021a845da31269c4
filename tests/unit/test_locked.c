/*
 * What the kernel says of the memory of secrets (proc(5): VmLck, and VmFlags in smaps), and what is in a block at the
 * moment when a library gives it back: free() is wrapped at link time to have a look.
 */
#include "base/locked.h"
#include "support/sentences.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static gint64
locked_kilobytes (void)
{
  g_autofree char *status = NULL;
  const char *line;

  g_assert_true (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  line = strstr (status, "\nVmLck:");
  return line == NULL ? 0 : g_ascii_strtoll (line + strlen ("\nVmLck:"), NULL, 10);
}

/* Sanitizers turn mlock(2) into nothing, a container may forbid it, and RLIMIT_MEMLOCK may be small. */
static gboolean
can_lock (void)
{
  gsize size = 1 << 20;
  void *pages = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  gint64 before = locked_kilobytes (), after;

  mlock (pages, size);
  after = locked_kilobytes ();
  munmap (pages, size);
  return after > before;
}

/* The flags of the mapping that holds @address, with a blank before and after each. */
static char *
flags_of (const void *address)
{
  g_autofree char *smaps = NULL;
  g_auto (GStrv) lines = NULL;
  gboolean here = FALSE;

  g_assert_true (g_file_get_contents ("/proc/self/smaps", &smaps, NULL, NULL));
  lines = g_strsplit (smaps, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    {
      char *end = NULL;
      guint64 from = g_ascii_strtoull (*line, &end, 16);

      if (*end == '-')
        here = from <= (gsize)address && (gsize)address < g_ascii_strtoull (end + 1, NULL, 16);
      else if (here && g_str_has_prefix (*line, "VmFlags:"))
        return g_strconcat (*line + strlen ("VmFlags:"), " ", NULL);
    }
  g_error ("no mapping holds the address");
}

static void
assert_flagged (gsize size, const char *flag)
{
  gpointer memory = locked_alloc (size);
  g_autofree char *flags = flags_of (memory);

  if (strstr (flags, flag) == NULL)
    g_error ("%" G_GSIZE_FORMAT " bytes have only the flags%s", size, flags);
  locked_free (memory, size);
}

static void
assert_all_flagged (const char *flag)
{
  assert_flagged (1, flag);
  assert_flagged (4096, flag);
  assert_flagged (65536, flag);
  assert_flagged (200000, flag);
}

static void
memory_of_every_size_is_left_out_of_core_dumps (void)
{
  assert_all_flagged (" dd ");
}

static void
memory_of_every_size_is_empty_in_a_child (void)
{
  assert_all_flagged (" wf ");
}

static void
memory_of_every_size_is_locked (void)
{
  if (can_lock ())
    assert_all_flagged (" lo ");
  else
    g_test_skip ("mlock(2) does nothing here");
}

static void
the_kernel_counts_more_locked_memory_afterwards (void)
{
  gsize size = 300000;
  gint64 before = locked_kilobytes ();
  gpointer memory;

  if (!can_lock ())
    {
      g_test_skip ("mlock(2) does nothing here");
      return;
    }
  memory = locked_alloc (size);
  g_assert_cmpint (locked_kilobytes () - before, >=, (gint64)size / 1024);
  locked_free (memory, size);
  g_assert_cmpint (locked_kilobytes (), ==, before);
}

static void
ordinary_memory_has_none_of_the_flags (void)
{
  g_autofree char *memory = g_malloc (100);
  g_autofree char *flags = flags_of (memory);

  g_assert_null (strstr (flags, " dd "));
  g_assert_null (strstr (flags, " wf "));
}

static void
a_forked_child_sees_zeros_where_a_secret_was (void)
{
  char *memory = locked_alloc (8);
  int status = -1;
  pid_t child;

  memcpy (memory, "hunter2", 8);
  child = fork ();
  if (child == 0)
    _exit (memcmp (memory, "\0\0\0\0\0\0\0", 8) == 0 ? 42 : 1);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 42);
  g_assert_cmpstr (memory, ==, "hunter2");
  locked_free (memory, 8);
}

static void
freed_memory_is_wiped_and_used_again (void)
{
  char *memory = locked_alloc (100), *again;

  memset (memory, 'x', 100);
  locked_free (memory, 100);
  g_assert_null (memchr (memory, 'x', 100));
  again = locked_alloc (100);
  g_assert_true (again == memory);
  g_assert_null (memchr (again, 'x', 100));
  locked_free (again, 100);
}

static void
memory_for_long_secrets_is_given_back (void)
{
  unsigned char present;
  char *memory = locked_alloc (1 << 20);

  g_assert_cmpint (mincore (memory, 4096, &present), ==, 0);
  locked_free (memory, 1 << 20);
  g_assert_cmpint (mincore (memory, 4096, &present), ==, -1);
  g_assert_cmpint (errno, ==, ENOMEM);
}

void __real_free (void *memory);
void __wrap_free (void *memory);

static const char *watched;
static gsize watched_length;
static gboolean was_freed, was_wiped;

void
__wrap_free (void *memory)
{
  if (memory != NULL && memory == watched)
    {
      was_freed = TRUE;
      was_wiped = memmem (memory, watched_length, "hunter2", 7) == NULL;
    }
  __real_free (memory);
}

static void
watch (const char *memory, gsize length)
{
  watched = memory;
  watched_length = length;
  was_freed = was_wiped = FALSE;
}

static void
a_library_that_frees_leaves_nothing_behind (void)
{
  char *memory = wiping_strdup ("hunter2");

  g_assert_cmpstr (memory, ==, "hunter2");
  watch (memory, 8);
  wiping_free (memory);
  g_assert_true (was_freed);
  g_assert_true (was_wiped);
  wiping_free (NULL);
}

static void
a_library_that_grows_memory_leaves_nothing_where_it_was (void)
{
  char *memory = wiping_malloc (8), *moved;

  memcpy (memory, "hunter2", 8);
  watch (memory, 8);
  moved = wiping_realloc (memory, 100000);
  g_assert_cmpstr (moved, ==, "hunter2");
  g_assert_true (was_freed);
  g_assert_true (was_wiped);
  watch (moved, 100000);
  moved = wiping_realloc (moved, 16);
  g_assert_cmpstr (moved, ==, "hunter2");
  g_assert_true (was_freed);
  g_assert_true (was_wiped);
  wiping_free (moved);
}

static void
a_library_that_grows_nothing_gets_new_memory (void)
{
  char *memory = wiping_realloc (NULL, 8);
  char *zeros = wiping_calloc (4, 2);

  g_assert_nonnull (memory);
  memcpy (memory, "hunter2", 8);
  g_assert_cmpmem (zeros, 8, "\0\0\0\0\0\0\0", 8);
  wiping_free (memory);
  wiping_free (zeros);
}

static const Sentence sentences[] = {
  SENTENCE (memory_of_every_size_is_left_out_of_core_dumps),
  SENTENCE (memory_of_every_size_is_empty_in_a_child),
  SENTENCE (memory_of_every_size_is_locked),
  SENTENCE (the_kernel_counts_more_locked_memory_afterwards),
  SENTENCE (ordinary_memory_has_none_of_the_flags),
  SENTENCE (a_forked_child_sees_zeros_where_a_secret_was),
  SENTENCE (freed_memory_is_wiped_and_used_again),
  SENTENCE (memory_for_long_secrets_is_given_back),
  SENTENCE (a_library_that_frees_leaves_nothing_behind),
  SENTENCE (a_library_that_grows_memory_leaves_nothing_where_it_was),
  SENTENCE (a_library_that_grows_nothing_gets_new_memory),
};

MAIN ("locked")
