/* Tests that read as sentences: a table of functions, each named as what it shows. */
#pragma once

#include "base/error.h"

#include <glib.h>

typedef struct
{
  const char *name;
  void (*run) (void);
} Sentence;

#define SENTENCE(function)                                                                                             \
  {                                                                                                                    \
#function, function                                                                                                \
  }

/* Runs them as /@subject/the name with blanks; for main() to return. Starts what the daemon starts first. */
int run_sentences (int argc, char **argv, const char *subject, const Sentence *sentences, gsize count);

/* The main() of a test program whose table is called sentences. */
#define MAIN(subject)                                                                                                  \
  int main (int argc, char **argv)                                                                                     \
  {                                                                                                                    \
    return run_sentences (argc, argv, subject, sentences, G_N_ELEMENTS (sentences));                                   \
  }

/* Fails unless @error is one of ours with this code; then frees it, and sets it to NULL. */
void assert_failed (GError **error, So24ErrorCode code);

/* The same, and @words must stand in its message. */
void assert_failed_saying (GError **error, So24ErrorCode code, const char *words);
