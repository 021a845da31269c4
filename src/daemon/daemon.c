/* Puts the floors together: options in, a running mount out. */
#include "daemon/daemon.h"

#include "base/error.h"
#include "daemon/mountpoint.h"
#include "daemon/process.h"
#include "daemon/runner.h"
#include "daemon/sandbox_child.h"
#include "soap/envelope.h"

#include <errno.h>
#include <glib-unix.h>
#include <unistd.h>

typedef struct
{
  char *mountpoint;
  SandboxChild *sandbox;
  Client *client;
  Account *account;
  Tree *tree;
  Runner *runner;
  Fs *fs;
  GMainLoop *loop;
} Daemon;

static void
post (gpointer data, const Event *event)
{
  runner_post (((Daemon *)data)->runner, event);
}

static void
on_ready (gpointer data)
{
  g_debug ("the kernel uses the mount");
}

static void
on_gone (gpointer data)
{
  g_main_loop_quit (((Daemon *)data)->loop);
}

static const FsHooks hooks = {post, on_ready, on_gone};

static gboolean
on_signal (gpointer data)
{
  on_gone (data);
  return G_SOURCE_CONTINUE;
}

static Account *
new_account (const Options *options)
{
  AccountConfig config = {
    .check_ttl_us = options->check_ttl_s * G_USEC_PER_SEC,
    .offline_grace_us = options->offline_grace_s * G_USEC_PER_SEC,
    .remember = TRUE,
    .backoff_min_us = G_USEC_PER_SEC,
    .backoff_max_us = 15 * 60 * G_USEC_PER_SEC,
    .service_id = (gint32)options->service_id,
    .seed = g_random_int (),
  };

  return account_new (&config);
}

static Client *
new_client (const Options *options, const char *endpoint, GError **error)
{
  /* The daemon goes to / later on. */
  g_autofree char *ca_file = options->ca_file == NULL ? NULL : g_canonicalize_filename (options->ca_file, NULL);
  ClientConfig config = {.endpoint = endpoint, .ca_file = ca_file, .timeout_s = (guint)options->timeout_s};
  Client *client;

  if (ca_file != NULL && access (ca_file, R_OK) != 0)
    {
      g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "ca_file: %s: %s", options->ca_file, g_strerror (errno));
      return NULL;
    }
  client = client_new (&config, error);
  if (client == NULL)
    g_prefix_error (error, "endpoint: ");
  return client;
}

static Tree *
new_tree (const Daemon *daemon, const Options *options)
{
  TreeConfig config = {
    .mountpoint = daemon->mountpoint,
    .application_id = options->application_id,
    .account_hint = daemon->sandbox == NULL ? NULL : daemon->sandbox->account_hint,
    .uid = getuid (),
    .gid = getgid (),
    .now_us = g_get_real_time (),
  };

  return tree_new (&config, daemon->account);
}

static gboolean
start (Daemon *daemon, const Options *options, GError **error)
{
  FsConfig config = {.source = options->source, .mount_options = options->mount_options->str, .debug = options->debug};

  daemon->mountpoint = mountpoint_prepare (options->mountpoint, error);
  if (daemon->mountpoint == NULL)
    return FALSE;
  if (options->sandbox && (daemon->sandbox = sandbox_child_start (error)) == NULL)
    return FALSE;
  daemon->client = new_client (options, options->sandbox ? daemon->sandbox->endpoint : options->endpoint, error);
  if (daemon->client == NULL)
    return FALSE;
  daemon->account = new_account (options);
  daemon->tree = new_tree (daemon, options);
  daemon->runner = runner_new (daemon->account, daemon->client, daemon->tree);
  config.mountpoint = daemon->mountpoint;
  daemon->fs = fs_mount (&config, daemon->tree, daemon->account, &hooks, daemon, error);
  if (daemon->fs == NULL)
    return FALSE;
  runner_set_fs (daemon->runner, daemon->fs);
  return TRUE;
}

static void
stop (Daemon *daemon)
{
  Event event = {.kind = EVENT_STOP};

  if (daemon->fs != NULL)
    {
      runner_post (daemon->runner, &event);
      fs_unmount (daemon->fs);
    }
  g_clear_pointer (&daemon->runner, runner_free);
  g_clear_pointer (&daemon->tree, tree_free);
  g_clear_pointer (&daemon->account, account_free);
  g_clear_pointer (&daemon->client, client_free);
  g_clear_pointer (&daemon->sandbox, sandbox_child_free);
  g_clear_pointer (&daemon->loop, g_main_loop_unref);
  g_free (daemon->mountpoint);
}

gboolean
daemon_run (const Options *options, GError **error)
{
  Daemon daemon = {0};
  gboolean started;

  soap_start ();
  daemon.loop = g_main_loop_new (NULL, FALSE);
  g_unix_signal_add (SIGTERM, on_signal, &daemon);
  g_unix_signal_add (SIGINT, on_signal, &daemon);
  started = start (&daemon, options, error);
  if (started)
    {
      process_ready ();
      g_message ("mounted %s on %s", options->source, daemon.mountpoint);
      g_main_loop_run (daemon.loop);
      g_message ("unmounting %s", daemon.mountpoint);
    }
  stop (&daemon);
  return started;
}
