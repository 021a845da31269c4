/*
 * Starting so24-sandbox. It inherits the read end of a pipe and ends when the write end is closed: the kernel does that
 * for us, whatever kills us.
 */
#include "daemon/sandbox_child.h"

#include "base/error.h"

#include <fcntl.h>
#include <json-glib/json-glib.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_MS 10000

typedef struct
{
  int ends[2];
} Pipe;

static gboolean
pipe_open (Pipe *fds, GError **error)
{
  if (pipe2 (fds->ends, O_CLOEXEC) == 0)
    return TRUE;
  g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "so24-sandbox: no pipe");
  return FALSE;
}

/* Beside our own program when it was not installed, else on the path. */
static char *
find_program (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = self == NULL ? NULL : g_path_get_dirname (self);
  g_autofree char *beside = folder == NULL ? NULL : g_build_filename (folder, "so24-sandbox", NULL);

  if (beside != NULL && access (beside, X_OK) == 0)
    return g_steal_pointer (&beside);
  return g_strdup ("so24-sandbox");
}

static gboolean
spawn (const char *program, const Pipe *ready, const Pipe *lifeline, GError **error)
{
  const char *command[] = {program, "--port", "0", "--ready-fd", "3", "--lifeline-fd", "4", NULL};
  const int source[] = {ready->ends[1], lifeline->ends[0]};
  const int target[] = {3, 4};

  return g_spawn_async_with_pipes_and_fds (
    NULL, command, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, -1,
    -1, -1, source, target, G_N_ELEMENTS (source), NULL, NULL, NULL, NULL, error);
}

/* The first line that comes, which is its endpoint. */
static char *
read_endpoint (int fd)
{
  char line[256] = "";
  gsize length = 0;
  struct pollfd ready = {.fd = fd, .events = POLLIN};

  while (length < sizeof line - 1 && strchr (line, '\n') == NULL && poll (&ready, 1, PATIENCE_MS) == 1)
    {
      ssize_t got = read (fd, line + length, sizeof line - 1 - length);

      if (got <= 0)
        break;
      length += (gsize)got;
    }
  return strchr (line, '\n') == NULL ? NULL : g_strndup (line, strcspn (line, "\r\n"));
}

static char *
hint_from (JsonObject *accounts, const char *endpoint)
{
  g_autofree char *base = g_strndup (endpoint, strcspn (endpoint + strlen ("http://"), "/") + strlen ("http://"));
  JsonObject *user = json_array_get_object_element (json_object_get_array_member (accounts, "users"), 0);
  JsonArray *applications = json_object_get_array_member (accounts, "applications");

  return g_strdup_printf ("This is a sandbox: the account is invented, and you may log in as\n\n"
                          "  username = %s\n"
                          "  password = %s\n"
                          "  application_id = %s\n\n"
                          "It is served at %s\n"
                          "and another service that takes the cookie at %s/Client/V001/ClientService.asmx\n",
                          json_object_get_string_member (user, "username"),
                          json_object_get_string_member (user, "password"),
                          json_array_get_string_element (applications, 0), endpoint, base);
}

static char *
ask_for_hint (const char *program, const char *endpoint)
{
  const char *command[] = {program, "--print-accounts", NULL};
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) accounts = NULL;

  if (!g_spawn_sync (NULL, (char **)command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &text, NULL, NULL, NULL))
    return NULL;
  accounts = json_from_string (text, NULL);
  return accounts == NULL ? NULL : hint_from (json_node_get_object (accounts), endpoint);
}

SandboxChild *
sandbox_child_start (GError **error)
{
  g_autofree char *program = find_program ();
  g_autofree char *endpoint = NULL;
  Pipe ready, lifeline;
  SandboxChild *child;

  if (!pipe_open (&ready, error) || !pipe_open (&lifeline, error) || !spawn (program, &ready, &lifeline, error))
    return NULL;
  close (ready.ends[1]);
  close (lifeline.ends[0]);
  endpoint = read_endpoint (ready.ends[0]);
  close (ready.ends[0]);
  if (endpoint == NULL)
    {
      close (lifeline.ends[1]);
      g_set_error (error, SO24_ERROR, SO24_ERROR_TIMED_OUT, "so24-sandbox did not start");
      return NULL;
    }
  child = g_new0 (SandboxChild, 1);
  child->endpoint = g_steal_pointer (&endpoint);
  child->account_hint = ask_for_hint (program, child->endpoint);
  child->lifeline = lifeline.ends[1];
  return child;
}

void
sandbox_child_free (SandboxChild *child)
{
  close (child->lifeline);
  g_free (child->endpoint);
  g_free (child->account_hint);
  g_free (child);
}
