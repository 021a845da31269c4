/* Printing a status. Reads that one file of the mount; never calls the service. */
#include "tools/status.h"

#include "tools/mounted.h"
#include "tools/patience.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define GREEN  "32"
#define YELLOW "33"
#define RED    "31"

static const struct
{
  int exit_status;
  const char *colour;
} states[N_STATES] = {
  [STATE_LIVE] = {0, GREEN},       [STATE_EXPIRED] = {2, YELLOW},  [STATE_NONE] = {3, YELLOW},
  [STATE_THROTTLED] = {4, YELLOW}, [STATE_OFFLINE] = {5, RED},     [STATE_REJECTED] = {6, RED},
  [STATE_REVOKED] = {7, RED},      [STATE_QUARANTINED] = {8, RED},
};

int
status_of_state (SessionState state)
{
  return states[state].exit_status;
}

/* N_STATES: a word of another version. */
static SessionState
find_state (const char *word)
{
  SessionState state = 0;

  while (state < N_STATES && strcmp (session_state_word (state), word) != 0)
    state++;
  return state;
}

/* As no-color.org has it, and terminals that take no commands. */
static gboolean
wants_colour (void)
{
  const char *no_colour = g_getenv ("NO_COLOR"), *terminal = g_getenv ("TERM");

  return isatty (STDOUT_FILENO) && (no_colour == NULL || *no_colour == '\0') && terminal != NULL
         && strcmp (terminal, "dumb") != 0;
}

static const char *
colour_of (const char *key, const char *value)
{
  SessionState state = find_state (value);

  if (strcmp (value, "-") == 0)
    return "2";
  if (strcmp (key, "state") != 0)
    return NULL;
  return state == N_STATES ? "1" : states[state].colour;
}

/* "key:   value" */
static void
print_line (const char *line, gboolean in_colour)
{
  gsize length = strcspn (line, ":");
  gsize start = length + (line[length] == ':' ? 1 : 0);
  const char *value = line + start + strspn (line + start, " ");
  g_autofree char *key = g_strndup (line, length);
  const char *colour = in_colour ? colour_of (key, value) : NULL;

  if (colour == NULL)
    printf ("%s\n", line);
  else
    printf ("%.*s\033[%sm%s\033[0m\n", (int)(value - line), line, colour, value);
}

/* @lines: of the whole text. */
static int
print (char **lines)
{
  gboolean in_colour = wants_colour ();
  int exit_status = STATUS_UNKNOWN;

  for (; *lines != NULL && **lines != '\0'; lines++)
    {
      print_line (*lines, in_colour);
      if (g_str_has_prefix (*lines, "state:"))
        {
          g_autofree char *word = g_strstrip (g_strdup (*lines + strlen ("state:")));
          SessionState state = find_state (word);

          exit_status = state == N_STATES ? STATUS_UNKNOWN : status_of_state (state);
        }
    }
  return fflush (stdout) == 0 && !ferror (stdout) ? exit_status : STATUS_UNKNOWN;
}

static const char *
in_words (int failure)
{
  if (failure == ETIMEDOUT)
    return "the daemon does not answer";
  return failure == ENOTCONN ? "the daemon was killed; what it left mounted goes with: fusermount3 -u"
                             : g_strerror (failure);
}

int
status_run (const Options *options)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *mountpoint = mounted_find (options, &error);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *path = NULL;
  g_auto (GStrv) lines = NULL;
  int failure;

  if (mountpoint == NULL)
    {
      fprintf (stderr, "so24fs: %s\n", error->message);
      return STATUS_UNKNOWN;
    }
  path = g_build_filename (mountpoint, "status", NULL);
  failure = patience_read (path, text);
  if (failure != 0)
    {
      fprintf (stderr, "so24fs: %s: %s\n", mountpoint, in_words (failure));
      return failure == ETIMEDOUT ? STATUS_NO_ANSWER : STATUS_UNKNOWN;
    }
  lines = g_strsplit (text->str, "\n", -1);
  return print (lines);
}
