/* The words of mount(8) (mount_helper.h). Starts the program anew; touches nothing else. */
#include "daemon/mount_helper.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

gboolean
mount_helper_is_meant (const char *program)
{
  g_autofree char *name = g_path_get_basename (program);

  return g_str_has_prefix (name, "mount.");
}

char **
mount_helper_words (char **argv)
{
  /* Those with TRUE have a word after them. mount(8) is in the namespace of -N itself when it calls us. */
  static const struct
  {
    const char *word;
    gboolean has_value;
  } dropped[] = {{"-s", FALSE}, {"-n", FALSE}, {"-v", FALSE}, {"-N", TRUE}, {"-t", TRUE}};
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();

  g_strv_builder_add (words, "so24fs");
  for (char **word = argv + 1; *word != NULL; word++)
    {
      guint known = 0;

      if (strcmp (*word, "-f") == 0)
        return NULL;
      while (known < G_N_ELEMENTS (dropped) && strcmp (*word, dropped[known].word) != 0)
        known++;
      if (known == G_N_ELEMENTS (dropped))
        g_strv_builder_add (words, *word);
      else if (dropped[known].has_value && word[1] != NULL)
        word++;
    }
  return g_strv_builder_end (words);
}

int
mount_helper_run (char **argv)
{
  g_auto (GStrv) words = mount_helper_words (argv);
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);

  if (words == NULL)
    return EXIT_SUCCESS;
  execv (program == NULL ? "so24fs" : program, words);
  fprintf (stderr, "so24fs: %s: %s\n", program == NULL ? "/proc/self/exe" : program, g_strerror (errno));
  return EXIT_FAILURE;
}
