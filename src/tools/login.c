/* Logging a mount in. So that no password stands in a shell's history, on a command line or in a file. */
#include "tools/login.h"

#include "base/error.h"
#include "base/locked.h"
#include "tools/ask.h"
#include "tools/mounted.h"
#include "tools/patience.h"
#include "tree/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The value that @key has in the mount's status; NULL: there is no such key. */
static char *
find_fact (const char *mountpoint, const char *key)
{
  g_autofree char *path = g_build_filename (mountpoint, "status", NULL);
  g_autofree char *start = g_strconcat (key, ":", NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  g_auto (GStrv) lines = NULL;

  if (patience_read (path, text) != 0)
    return NULL;
  lines = g_strsplit (text->str, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    if (g_str_has_prefix (*line, start))
      return g_strstrip (g_strdup (*line + strlen (start)));
  return NULL;
}

/* A mount that an older so24fs serves does not say what it needs. */
static AskFor
needs_application_id (const char *mountpoint)
{
  g_autofree char *needs = find_fact (mountpoint, "login_needs");

  if (needs == NULL)
    return ASK_MAYBE;
  return strstr (needs, "application_id") != NULL ? ASK_ALWAYS : ASK_NOT;
}

static gboolean
read_input (SecretBuffer *credential, GError **error)
{
  if (!secret_buffer_read (credential, STDIN_FILENO, LONGEST_INPUT))
    g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "the standard input: %s", g_strerror (errno));
  else if (credential->length == 0)
    g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID,
                 "the standard input is no terminal to ask at, and no credential comes from it");
  else
    return TRUE;
  return FALSE;
}

/* In one write(2), so that its result is that of the Login; 0 or errno. */
static int
write_once (int fd, const SecretBuffer *credential)
{
  ssize_t written = write (fd, credential->data, credential->length);

  if (written < 0)
    return errno;
  return written == (ssize_t)credential->length ? 0 : EIO;
}

/* The line of the file error, if it is about a write to login. */
static char *
reason_of (const char *mountpoint)
{
  g_autofree char *path = g_build_filename (mountpoint, "error", NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  if (patience_read (path, text) != 0 || strstr (text->str, " login: ") == NULL)
    return NULL;
  return g_strchomp (g_strdup (text->str));
}

static gboolean
hand_over (const char *mountpoint, const SecretBuffer *credential, GError **error)
{
  g_autofree char *path = g_build_filename (mountpoint, "login", NULL);
  int fd = open (path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
  g_autofree char *reason = NULL;
  int failure;

  if (fd < 0)
    {
      g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "%s: %s", path, g_strerror (errno));
      return FALSE;
    }
  failure = write_once (fd, credential);
  /* What is not whole is tried when it is closed. */
  if (close (fd) != 0 && failure == 0)
    failure = errno;
  if (failure == 0)
    return TRUE;
  reason = reason_of (mountpoint);
  if (reason != NULL)
    g_set_error_literal (error, SO24_ERROR, SO24_ERROR_INVALID, reason);
  else
    g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "%s: %s", path, g_strerror (failure));
  return FALSE;
}

/* A person wants to know whose books are open now. */
static void
say_where (const char *mountpoint)
{
  g_autofree char *client = find_fact (mountpoint, "client");

  if (client != NULL && strcmp (client, "-") != 0)
    fprintf (stderr, "logged in; the client is %s\n", client);
}

int
login_run (const Options *options)
{
  g_auto (SecretBuffer) credential = {0};
  g_autoptr (GError) error = NULL;
  g_autofree char *mountpoint = mounted_find (options, &error);
  gboolean asked = ask_is_possible ();
  gboolean good = mountpoint != NULL
                  && (asked ? ask_credential (needs_application_id (mountpoint), &credential, &error)
                            : read_input (&credential, &error))
                  && hand_over (mountpoint, &credential, &error);

  secret_buffer_clear (&credential);
  wipe_stack ();
  if (!good)
    fprintf (stderr, "so24fs: %s\n", error->message);
  else if (asked)
    say_where (mountpoint);
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
