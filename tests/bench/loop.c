/*
 * What the bench does to files, in loops that cost nothing themselves: opens, reads, looks at, writes and walks them,
 * alone and in crowds. Touches the files it is told to, and starts the programs it is told to.
 */
#include "command.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define BUFFER 65536

static char buffer[BUFFER];

/* --- one file --- */

static void
read_once (const char *path, int flags)
{
  int fd = open (path, O_RDONLY | flags);

  if (fd < 0 || read (fd, buffer, sizeof buffer) < 0)
    give_up (path);
  close (fd);
}

static void
read_often (const char *path, int flags, guint count)
{
  gint64 begun = now_ns ();

  for (guint i = 0; i < count; i++)
    read_once (path, flags);
  answer ("%" G_GINT64_FORMAT, now_ns () - begun);
}

/* read COUNT PATH: open, one read, close. */
static void
command_read (char **words, guint count)
{
  read_often (words[1], 0, command_number (words[0]));
}

/* ask COUNT PATH: the same with O_DIRECT. */
static void
command_ask (char **words, guint count)
{
  read_often (words[1], O_DIRECT, command_number (words[0]));
}

static void
command_stat (char **words, guint count)
{
  guint often = command_number (words[0]);
  struct stat attributes;
  gint64 begun = now_ns ();

  for (guint i = 0; i < often; i++)
    if (stat (words[1], &attributes) != 0)
      give_up (words[1]);
  answer ("%" G_GINT64_FORMAT, now_ns () - begun);
}

/* write COUNT PATH TEXT...: what a shell's echo does with each text in turn. */
static void
command_write (char **words, guint count)
{
  guint often = command_number (words[0]);
  gint64 begun = now_ns ();

  for (guint i = 0; i < often; i++)
    {
      g_autofree char *line = g_strconcat (words[2 + i % (count - 2)], "\n", NULL);
      int fd = open (words[1], O_WRONLY | O_CREAT | O_TRUNC, 0600);

      if (fd < 0 || write (fd, line, strlen (line)) < 0 || close (fd) != 0)
        give_up (words[1]);
    }
  answer ("%" G_GINT64_FORMAT, now_ns () - begun);
}

/* replace COUNT FOLDER: what it takes to replace a small file so that it survives a power cut. */
static void
command_replace (char **words, guint count)
{
  guint often = command_number (words[0]);
  int folder = open (words[1], O_RDONLY | O_DIRECTORY);
  gint64 begun = now_ns ();

  for (guint i = 0; i < often; i++)
    {
      int fd = openat (folder, "new", O_WRONLY | O_CREAT | O_TRUNC, 0600);

      if (fd < 0 || write (fd, buffer, 1024) < 0 || fsync (fd) != 0 || close (fd) != 0
          || renameat (folder, "new", folder, "old") != 0 || fsync (folder) != 0)
        give_up (words[1]);
    }
  answer ("%" G_GINT64_FORMAT, now_ns () - begun);
  close (folder);
}

/* --- a tree --- */

static guint files_read;

static gboolean
is_left_out (const char *name, char **left_out)
{
  return strcmp (name, ".") == 0 || strcmp (name, "..") == 0 || g_strv_contains ((const char *const *)left_out, name);
}

static void
read_whole (int folder, const char *name)
{
  int fd = openat (folder, name, O_RDONLY);
  ssize_t length;

  if (fd < 0)
    give_up (name);
  do
    length = read (fd, buffer, sizeof buffer);
  while (length == sizeof buffer);
  if (length < 0)
    give_up (name);
  close (fd);
  files_read++;
}

static void
walk (int parent, const char *name, char **left_out)
{
  int fd = openat (parent, name, O_RDONLY | O_DIRECTORY);
  DIR *folder = fd < 0 ? NULL : fdopendir (fd);
  struct dirent *entry;

  if (folder == NULL)
    give_up (name);
  while ((entry = readdir (folder)) != NULL)
    if (!is_left_out (entry->d_name, left_out))
      {
        if (entry->d_type == DT_DIR)
          walk (fd, entry->d_name, left_out);
        else
          read_whole (fd, entry->d_name);
      }
  closedir (folder);
}

/* walk FOLDER [NAME...]: reads every file below it but those of these names; answers how many, too. */
static void
command_walk (char **words, guint count)
{
  gint64 begun = now_ns ();

  files_read = 0;
  walk (AT_FDCWD, words[0], words + 1);
  answer ("%" G_GINT64_FORMAT "\t%u", now_ns () - begun, files_read);
}

/* --- crowds --- */

static pthread_rwlock_t start_line = PTHREAD_RWLOCK_INITIALIZER;
static guint runners_ready;

typedef struct
{
  pthread_t thread;
  const char *path;
  gint64 ended;
} Runner;

static void *
run_once (void *data)
{
  Runner *runner = data;
  char own[64];
  int fd;

  __atomic_add_fetch (&runners_ready, 1, __ATOMIC_SEQ_CST);
  pthread_rwlock_rdlock (&start_line);
  fd = open (runner->path, O_RDONLY);
  if (fd < 0 || read (fd, own, sizeof own) < 0)
    give_up (runner->path);
  runner->ended = now_ns ();
  close (fd);
  pthread_rwlock_unlock (&start_line);
  return NULL;
}

/* crowd COUNT PATH: so many readers at once; answers when the last one had its answer. */
static void
command_crowd (char **words, guint count)
{
  guint size = command_number (words[0]);
  g_autofree Runner *runners = g_new0 (Runner, size);
  pthread_attr_t small;
  gint64 begun, last = 0;

  pthread_attr_init (&small);
  pthread_attr_setstacksize (&small, 65536);
  runners_ready = 0;
  pthread_rwlock_wrlock (&start_line);
  for (guint i = 0; i < size; i++)
    {
      runners[i].path = words[1];
      if (pthread_create (&runners[i].thread, &small, run_once, &runners[i]) != 0)
        give_up ("pthread_create");
    }
  while (__atomic_load_n (&runners_ready, __ATOMIC_SEQ_CST) < size)
    sched_yield ();
  begun = now_ns ();
  pthread_rwlock_unlock (&start_line);
  for (guint i = 0; i < size; i++)
    {
      pthread_join (runners[i].thread, NULL);
      last = MAX (last, runners[i].ended);
    }
  answer ("%" G_GINT64_FORMAT, last - begun);
}

/* spin PATH...: a process for each that reads it over and over in the time that nobody else needs, until "calm". */
static GArray *spinners;

static void
command_spin (char **words, guint count)
{
  struct sched_param none = {0};

  for (guint i = 0; i < count; i++)
    {
      pid_t child = fork ();

      if (child == 0)
        {
          prctl (PR_SET_PDEATHSIG, SIGKILL);
          if (sched_setscheduler (0, SCHED_IDLE, &none) != 0)
            give_up ("SCHED_IDLE");
          for (;;)
            read_once (words[i], 0);
        }
      g_array_append_val (spinners, child);
    }
  answer ("0");
}

static void
command_calm (char **words, guint count)
{
  for (guint i = 0; i < spinners->len; i++)
    {
      kill (g_array_index (spinners, pid_t, i), SIGKILL);
      waitpid (g_array_index (spinners, pid_t, i), NULL, 0);
    }
  g_array_set_size (spinners, 0);
  answer ("0");
}

/* --- programs --- */

static void
run_program (char **words)
{
  extern char **environ;
  posix_spawn_file_actions_t quiet;
  pid_t child;
  int status;

  posix_spawn_file_actions_init (&quiet);
  posix_spawn_file_actions_addopen (&quiet, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen (&quiet, 1, "/dev/null", O_WRONLY, 0);
  errno = posix_spawnp (&child, words[0], &quiet, NULL, words, environ);
  if (errno != 0 || waitpid (child, &status, 0) != child)
    give_up (words[0]);
  posix_spawn_file_actions_destroy (&quiet);
  if (!WIFEXITED (status) || WEXITSTATUS (status) != 0)
    {
      fprintf (stderr, "%s ended with status %d: ", words[0], status);
      give_up (words[1]);
    }
}

/* run PROGRAM...: from exec to its end, its output thrown away. */
static void
command_run (char **words, guint count)
{
  gint64 begun = now_ns ();

  run_program (words);
  answer ("%" G_GINT64_FORMAT, now_ns () - begun);
}

/* start PATH PROGRAM...: until the program has gone to the background, and PATH was opened and read. */
static void
command_start (char **words, guint count)
{
  gint64 begun = now_ns ();

  run_program (words + 1);
  read_once (words[0], 0);
  answer ("%" G_GINT64_FORMAT, now_ns () - begun);
}

static const Command commands[] = {
  {"read", 2, command_read}, {"ask", 2, command_ask},     {"stat", 2, command_stat},   {"write", 3, command_write},
  {"walk", 1, command_walk}, {"crowd", 2, command_crowd}, {"spin", 1, command_spin},   {"replace", 2, command_replace},
  {"calm", 0, command_calm}, {"run", 1, command_run},     {"start", 2, command_start}, {NULL},
};

int
main (void)
{
  struct rlimit files;

  getrlimit (RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit (RLIMIT_NOFILE, &files);
  spinners = g_array_new (FALSE, FALSE, sizeof (pid_t));
  return command_serve (commands);
}
