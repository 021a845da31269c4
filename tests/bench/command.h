/*
 * How the programs of the bench are told what to do: a line on stdin, its words separated by tabs, and one line of
 * numbers (nanoseconds first) on stdout. So they are started once, and what is compared takes turns in one process.
 */
#pragma once

#include <glib.h>

typedef struct
{
  const char *name;
  guint least; /* so many words after the name at least */
  void (*run) (char **words, guint count);
} Command;

/* Serves until the end of stdin. @commands ends in an empty row. */
int command_serve (const Command *commands);

guint command_number (const char *word);

gint64 now_ns (void);

/* What cannot be measured ends the program: it says why, with errno. */
void give_up (const char *what) G_GNUC_NORETURN;

void answer (const char *format, ...) G_GNUC_PRINTF (1, 2);
