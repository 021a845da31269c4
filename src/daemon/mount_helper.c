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

typedef struct
{
  const char *word;
  gboolean has_value; /* there is a word after it */
  gboolean kept;
} HelperOption;

/* mount(8) is in the namespace of -N itself when it calls us. What is not listed stays, and is for us to refuse. */
static const HelperOption helper_options[] = {{"-o", TRUE, TRUE},   {"-s", FALSE, FALSE}, {"-n", FALSE, FALSE},
                                              {"-v", FALSE, FALSE}, {"-N", TRUE, FALSE},  {"-t", TRUE, FALSE}};

static HelperOption
find_option (const char *word)
{
  for (guint i = 0; i < G_N_ELEMENTS (helper_options); i++)
    if (strcmp (word, helper_options[i].word) == 0)
      return helper_options[i];
  return (HelperOption){word, FALSE, TRUE};
}

/* The names come last, after "--": an account may be called like a command of ours. */
char **
mount_helper_words (char **argv)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  g_ptr_array_add (words, (gpointer) "so24fs");
  g_ptr_array_add (names, (gpointer) "--");
  for (char **word = argv + 1; *word != NULL; word++)
    {
      HelperOption option = find_option (*word);

      if (strcmp (*word, "-f") == 0)
        return NULL;
      if (option.kept)
        g_ptr_array_add (**word == '-' ? words : names, *word);
      if (!option.has_value || word[1] == NULL)
        continue;
      word++;
      if (option.kept)
        g_ptr_array_add (words, *word);
    }
  g_ptr_array_extend (words, names, NULL, NULL);
  g_ptr_array_add (words, NULL);
  return g_strdupv ((char **)words->pdata);
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
