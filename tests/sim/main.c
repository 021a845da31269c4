/* so24-sim: plays histories from seeds on all processors, and tells of the first one that breaks a rule. */
#include "minimise.h"
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* A run of so many histories must have seen everything that can be seen. */
#define ENOUGH_TO_SEE_ALL 10000

static gint histories = 100000, jobs;
static gboolean verbose, keep_going;
static gint64 only_seed = -1, first_seed = 1;

static const GOptionEntry options[] = {
  {"histories", 'n', 0, G_OPTION_ARG_INT, &histories, "how many (100000)", "N"},
  {"seed", 's', 0, G_OPTION_ARG_INT64, &only_seed, "play only this one, and tell of it", "S"},
  {"from", 'f', 0, G_OPTION_ARG_INT64, &first_seed, "the first seed (1)", "S"},
  {"jobs", 'j', 0, G_OPTION_ARG_INT, &jobs, "processes (one a processor)", "J"},
  {"keep-going", 'k', 0, G_OPTION_ARG_NONE, &keep_going, "name every seed that breaks a rule", NULL},
  {"verbose", 'v', 0, G_OPTION_ARG_NONE, &verbose, "say what was seen", NULL},
  {NULL},
};

static void
tell_of (const History *history)
{
  g_autoptr (GString) tale = g_string_new (NULL);
  const char *rule;
  g_autofree char *why = NULL;

  play (history, tale, &rule, &why);
  fputs (tale->str, stdout);
  if (rule != NULL)
    printf ("broken: %s: %s\n", rule, why);
}

/* FALSE if the history of @seed breaks a rule, which is told. */
static gboolean
play_seed (guint64 seed)
{
  static History history;
  const char *rule;
  g_autofree char *why = NULL;

  history_generate (&history, seed);
  if (play (&history, NULL, &rule, &why))
    return TRUE;
  if (keep_going)
    {
      printf ("seed %" G_GUINT64_FORMAT ": %s: %s\n", seed, rule, why);
      fflush (stdout);
      return FALSE;
    }
  minimise (&history, rule);
  printf ("seed %" G_GUINT64_FORMAT ", %u steps left:\n", seed, history.length);
  tell_of (&history);
  fflush (stdout);
  return FALSE;
}

static gboolean
play_share (guint64 first, guint step, guint64 end)
{
  gboolean held = TRUE;

  for (guint64 seed = first; seed < end && (held || keep_going); seed += step)
    held = play_seed (seed) && held;
  return held;
}

/* The child plays its share and sends what it has seen. */
static void
work (guint number, int out)
{
  gboolean held = play_share ((guint64)first_seed + number, (guint)jobs, (guint64)(first_seed + histories));

  if (write (out, seen, sizeof seen) != sizeof seen)
    _exit (2);
  _exit (held ? 0 : 1);
}

static gboolean
play_all (guint64 *all)
{
  gboolean held = TRUE;
  int pipes[2];

  if (pipe (pipes) != 0)
    return FALSE;
  for (gint i = 0; i < jobs; i++)
    if (fork () == 0)
      work ((guint)i, pipes[1]);
  close (pipes[1]);
  for (gint i = 0; i < jobs; i++)
    {
      guint64 part[N_SEEN];
      int status;

      held = read (pipes[0], part, sizeof part) == sizeof part && held;
      wait (&status);
      held = WIFEXITED (status) && WEXITSTATUS (status) == 0 && held;
      for (guint what = 0; what < N_SEEN; what++)
        all[what] += part[what];
    }
  return held;
}

static gboolean
has_seen_all (const guint64 *all)
{
  gboolean good = TRUE;

  for (guint what = 0; what < N_SEEN; what++)
    {
      if (verbose)
        printf ("%12" G_GUINT64_FORMAT " %s\n", all[what], seen_name ((Seen)what));
      if (all[what] == 0 && histories >= ENOUGH_TO_SEE_ALL)
        {
          printf ("never seen: %s\n", seen_name ((Seen)what));
          good = FALSE;
        }
    }
  return good;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- simulate the account");
  g_autoptr (GError) error = NULL;
  guint64 all[N_SEEN] = {0};
  gint64 start_us = g_get_monotonic_time ();
  gboolean held;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      fprintf (stderr, "%s\n", error->message);
      return 2;
    }
  if (only_seed >= 0 && verbose)
    {
      static History history;

      history_generate (&history, (guint64)only_seed);
      tell_of (&history);
    }
  if (only_seed >= 0)
    return play_seed ((guint64)only_seed) ? EXIT_SUCCESS : EXIT_FAILURE;
  jobs = jobs > 0 ? jobs : (gint)g_get_num_processors ();
  held = play_all (all);
  held = has_seen_all (all) && held;
  printf ("%d histories, %.0f a second: %s\n", histories,
          histories / ((double)(g_get_monotonic_time () - start_us) / G_USEC_PER_SEC),
          held ? "all rules held" : "FAILED");
  return held ? EXIT_SUCCESS : EXIT_FAILURE;
}
