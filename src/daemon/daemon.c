/* Puts the floors together: options in, a running mount out. */
#include "daemon/daemon.h"

#include "base/error.h"
#include "daemon/access.h"
#include "daemon/credentials.h"
#include "daemon/early_mount.h"
#include "daemon/log.h"
#include "daemon/mountpoint.h"
#include "daemon/notify.h"
#include "daemon/process.h"
#include "daemon/runner.h"
#include "daemon/sandbox_child.h"
#include "daemon/service_client.h"
#include "daemon/watchers.h"
#include "soap/envelope.h"
#include "store/digest.h"

#include <errno.h>
#include <glib-unix.h>
#include <unistd.h>

/* Another mount's Login may take as long as a call may; and then it has to store the session. */
#define PATIENCE_S 5

typedef struct
{
  EarlyMount early;
  Bell *bell; /* NULL: nobody is told of changes */
  char *mountpoint;
  SandboxChild *sandbox;
  Client *client;
  Store *store;             /* NULL: nothing is kept between runs */
  Credentials *credentials; /* NULL: there are none but those that are written to login */
  Account *account;
  Tree *tree;
  Watchers *watchers;
  Runner *runner;
  Fs *fs;
  GMainLoop *loop;
} Daemon;

static void
present_credential (Daemon *daemon, Credential *credential, gboolean known_rejected)
{
  Event event = {.kind = EVENT_CREDENTIAL, .credential = credential, .known_rejected = known_rejected};

  runner_post (daemon->runner, &event);
}

/* One that cannot be used is no reason to forget the one at hand. */
static void
read_credentials_again (Daemon *daemon)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Credential) credential = credentials_read (daemon->credentials, &error);

  if (credential == NULL)
    g_warning ("%s", error->message);
  else
    {
      g_message ("read %s again", credentials_path (daemon->credentials));
      present_credential (daemon, credential, FALSE);
    }
}

/* A credential that was rejected is not tried again before its file has changed. */
static void
post (gpointer data, const Event *event)
{
  Daemon *daemon = data;

  if (event->kind == EVENT_WANT && daemon->credentials != NULL && account_is_rejected (daemon->account)
      && credentials_changed (daemon->credentials))
    read_credentials_again (daemon);
  runner_post (daemon->runner, event);
  /* Until a write to identity has ended the kernel lets nobody touch that file, not even the bell. */
  if (event->kind == EVENT_COMMAND && event->command == COMMAND_SWITCH)
    watchers_hurry (daemon->watchers);
}

static void
on_record_replaced (gpointer data, const Record *base, const Record *record)
{
  Event event = {.kind = EVENT_RECORD, .base = base, .record = record};

  runner_post (((Daemon *)data)->runner, &event);
}

static gboolean
on_hangup (gpointer data)
{
  Daemon *daemon = data;

  if (daemon->credentials != NULL)
    read_credentials_again (daemon);
  return G_SOURCE_CONTINUE;
}

static void
on_ready (gpointer data)
{
  g_debug ("the kernel uses the mount");
}

static void
on_written (gpointer data, NodeId node, gboolean told)
{
  watchers_written (((Daemon *)data)->watchers, node, told);
}

static void
on_gone (gpointer data)
{
  g_main_loop_quit (((Daemon *)data)->loop);
}

static const FsHooks hooks = {post, on_ready, on_written, on_gone};

static gboolean
on_signal (gpointer data)
{
  on_gone (data);
  return G_SOURCE_CONTINUE;
}

static Account *
new_account (const Options *options, gboolean stored)
{
  AccountConfig config = {
    .check_ttl_us = options->check_ttl_s * G_USEC_PER_SEC,
    .offline_grace_us = options->offline_grace_s * G_USEC_PER_SEC,
    .keepalive_us = options->keepalive_s * G_USEC_PER_SEC,
    .idle_after_us = options->idle_after_s * G_USEC_PER_SEC,
    .backoff_min_us = options->backoff_min_s * G_USEC_PER_SEC,
    .backoff_max_us = options->backoff_max_s * G_USEC_PER_SEC,
    .rate = options->rate,
    .remember = options->remember,
    .stored = stored,
    .service_id = (gint32)options->service_id,
    .seed = g_random_int (),
  };

  return account_new (&config);
}

/* Without a place to keep things the mount is of use all the same. The sandbox's sessions end with it. */
static Store *
open_store (Daemon *daemon, const Options *options)
{
  static const StoreHooks store_hooks = {on_record_replaced};
  StoreConfig config = {.endpoint = options->endpoint, .source = options->source};
  g_autoptr (GError) error = NULL;
  Store *store;

  if (options->sandbox || options->store == STORE_NONE)
    return NULL;
  store = store_open (&config, &store_hooks, daemon, &error);
  if (store == NULL)
    g_warning ("nothing will be kept for the next run: %s", error->message);
  return store;
}

/* Takes up what the last run has stored, and reads the credential that there is in a file. */
static gboolean
take_up (Daemon *daemon, Record *record, GError **error)
{
  g_autoptr (Credential) credential = NULL;
  gboolean known_rejected;

  if (daemon->credentials != NULL && (credential = credentials_read (daemon->credentials, error)) == NULL)
    return FALSE;
  known_rejected = credential != NULL && record != NULL && record->rejected_digest != NULL
                   && digest_matches (record->rejected_digest, credential);
  if (record != NULL)
    {
      account_restore (daemon->account, record, runner_now ());
      runner_post (daemon->runner, &(Event){.kind = EVENT_TIME});
    }
  if (credential != NULL)
    present_credential (daemon, credential, known_rejected);
  return TRUE;
}

static const char *
endpoint_of (const Daemon *daemon, const Options *options)
{
  return daemon->sandbox == NULL ? options->endpoint : daemon->sandbox->endpoint;
}

static Tree *
new_tree (const Daemon *daemon, const Options *options, const TreeAccess *access)
{
  TreeConfig config = {
    .mountpoint = daemon->mountpoint,
    .application_id = options->application_id,
    .account_hint = daemon->sandbox == NULL ? NULL : daemon->sandbox->account_hint,
    .endpoint = endpoint_of (daemon, options),
    .uid = getuid (),
    .gid = getgid (),
    .access = access,
    .now_us = g_get_real_time (),
    .source = options->source,
    .now = runner_now,
  };

  return tree_new (&config, daemon->account);
}

static Runner *
new_runner (const Daemon *daemon, const Options *options)
{
  RunnerParts parts = {
    .account = daemon->account,
    .client = daemon->client,
    .tree = daemon->tree,
    .watchers = daemon->watchers,
    .store = daemon->store,
    .patience_s = (guint)options->timeout_s + PATIENCE_S,
  };

  return runner_new (&parts);
}

static gboolean
start (Daemon *daemon, const Options *options, GError **error)
{
  g_autoptr (Record) record = NULL;
  FsConfig config = {.source = options->source,
                     .mount_options = options->mount_options->str,
                     .channel = daemon->early.channel,
                     .debug = options->debug,
                     .teller = daemon->bell == NULL ? 0 : bell_process (daemon->bell),
                     .audit = options->audit};
  TreeAccess access;

  if (!access_from_options (options, getgid (), &access, error))
    return FALSE;
  daemon->mountpoint = daemon->early.mountpoint != NULL ? g_strdup (daemon->early.mountpoint)
                                                        : mountpoint_prepare (options->mountpoint, error);
  if (daemon->mountpoint == NULL)
    return FALSE;
  log_of_mount (options->source, daemon->mountpoint);
  if (options->sandbox && (daemon->sandbox = sandbox_child_start (error)) == NULL)
    return FALSE;
  daemon->client = service_client_new (options, endpoint_of (daemon, options), error);
  if (daemon->client == NULL)
    return FALSE;
  daemon->credentials = credentials_new (options->credentials, options->source, &options->application_id);
  daemon->store = open_store (daemon, options);
  daemon->account = new_account (options, daemon->store != NULL);
  daemon->tree = new_tree (daemon, options, &access);
  tree_note_event (daemon->tree, "started version=" SO24_VERSION, g_get_real_time ());
  daemon->watchers = watchers_new (daemon->tree, daemon->bell);
  daemon->runner = new_runner (daemon, options);
  record = daemon->store == NULL ? NULL : store_load (daemon->store);
  if (!take_up (daemon, record, error))
    return FALSE;
  config.mountpoint = daemon->mountpoint;
  daemon->fs = fs_mount (&config, daemon->tree, daemon->account, &hooks, daemon, error);
  if (daemon->fs == NULL)
    return FALSE;
  runner_set_fs (daemon->runner, daemon->fs);
  watchers_start (daemon->watchers, daemon->fs, daemon->mountpoint);
  return TRUE;
}

static void
stop (Daemon *daemon)
{
  if (daemon->watchers != NULL)
    watchers_stop (daemon->watchers);
  /* Both serve the mount meanwhile; between the end of the second and the unmounting nobody must begin to wait. */
  g_clear_pointer (&daemon->bell, bell_stop);
  if (daemon->runner != NULL)
    {
      runner_stop (daemon->runner);
      tree_note_event (daemon->tree, "stopped", g_get_real_time ());
    }
  early_mount_end (&daemon->early);
  /* Who ends a service signals all its processes, and those that came meanwhile: a user's fusermount3 has to come to its end. */
  process_ignore_signals ();
  if (daemon->fs != NULL)
    fs_unmount (daemon->fs);
  g_clear_pointer (&daemon->runner, runner_free);
  g_clear_pointer (&daemon->store, store_free);
  g_clear_pointer (&daemon->credentials, credentials_free);
  g_clear_pointer (&daemon->watchers, watchers_free);
  g_clear_pointer (&daemon->tree, tree_free);
  g_clear_pointer (&daemon->account, account_free);
  g_clear_pointer (&daemon->client, client_free);
  g_clear_pointer (&daemon->sandbox, sandbox_child_free);
  g_clear_pointer (&daemon->loop, g_main_loop_unref);
  g_free (daemon->mountpoint);
}

gboolean
daemon_run (Options *options, GError **error)
{
  Daemon daemon = {0};
  gboolean started;

  if (!early_mount_make (options, &daemon.early, error))
    {
      early_mount_end (&daemon.early);
      return FALSE;
    }
  daemon.bell = bell_start ();
  if (daemon.bell == NULL)
    g_warning ("there is no process to tell of changes (inotify): %s", g_strerror (errno));
  soap_start ();
  daemon.loop = g_main_loop_new (NULL, FALSE);
  g_unix_signal_add (SIGTERM, on_signal, &daemon);
  g_unix_signal_add (SIGINT, on_signal, &daemon);
  g_unix_signal_add (SIGHUP, on_hangup, &daemon);
  started = start (&daemon, options, error);
  if (started)
    {
      process_ready ();
      g_message ("mounted %s on %s", options->source, daemon.mountpoint);
      g_main_loop_run (daemon.loop);
      notify_tell ("STOPPING=1");
      g_message ("unmounting %s", daemon.mountpoint);
    }
  stop (&daemon);
  return started;
}
