/* The line protocol of the bench's programs. Touches stdin and stdout. */
#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

gint64
now_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (gint64)now.tv_sec * 1000000000 + now.tv_nsec;
}

void
give_up (const char *what)
{
  fprintf (stderr, "%s: %s\n", what, g_strerror (errno));
  exit (1);
}

guint
command_number (const char *word)
{
  guint64 number = 0;

  if (!g_ascii_string_to_unsigned (word, 10, 1, G_MAXUINT, &number, NULL))
    {
      errno = EINVAL;
      give_up (word);
    }
  return (guint)number;
}

void
answer (const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  vprintf (format, arguments);
  va_end (arguments);
}

static const Command *
find_command (const Command *commands, const char *name, guint count)
{
  for (; commands->name != NULL; commands++)
    if (strcmp (commands->name, name) == 0 && count >= commands->least)
      return commands;
  errno = EINVAL;
  give_up (name);
}

int
command_serve (const Command *commands)
{
  char *line = NULL;
  size_t size = 0;

  while (getline (&line, &size, stdin) > 0)
    {
      g_auto (GStrv) words = g_strsplit (g_strchomp (line), "\t", -1);
      guint count = g_strv_length (words);

      if (count == 0)
        continue;
      find_command (commands, words[0], count - 1)->run (words + 1, count - 1);
      putchar ('\n');
      fflush (stdout);
    }
  free (line);
  return 0;
}
