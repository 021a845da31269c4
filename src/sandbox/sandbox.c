/* Everything that the service is at one moment: see sandbox.h. */
#include "sandbox/sandbox.h"

#include <gio/gio.h>

#include "sandbox/accounts_read.h"

GBytes *
sandbox_builtin_accounts (void)
{
  return g_resources_lookup_data ("/sandbox/accounts.json", G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
}

static GBytes *
load_accounts_text (const Options *options, GError **error)
{
  char *text = NULL;
  gsize length = 0;

  if (options->accounts_file == NULL)
    return sandbox_builtin_accounts ();
  if (!g_file_get_contents (options->accounts_file, &text, &length, error))
    return NULL;
  return g_bytes_new_take (text, length);
}

Sandbox *
sandbox_new (const Options *options, GError **error)
{
  g_autoptr (GBytes) text = load_accounts_text (options, error);
  if (text == NULL)
    return NULL;

  Accounts *accounts = accounts_read (text, error);
  if (accounts == NULL)
    {
      g_prefix_error (error, "%s: ", options->accounts_file != NULL ? options->accounts_file : "built-in accounts");
      return NULL;
    }

  Sandbox *sandbox = g_new0 (Sandbox, 1);
  sandbox->options = options;
  sandbox->accounts_text = g_steal_pointer (&text);
  sandbox->accounts = accounts;
  sandbox->sessions = sessions_new ((gint64)(options->session_timeout * G_USEC_PER_SEC));
  sandbox->limits = limits_new (options);
  sandbox->journal = journal_new ();
  sandbox->failures = failures_new ();
  sandbox->connections = connections_new ();
  sandbox->calls = g_hash_table_new (NULL, NULL);
  return sandbox;
}

void
sandbox_free (Sandbox *sandbox)
{
  g_hash_table_unref (sandbox->calls);
  connections_free (sandbox->connections);
  failures_free (sandbox->failures);
  journal_free (sandbox->journal);
  limits_free (sandbox->limits);
  sessions_free (sandbox->sessions);
  accounts_free (sandbox->accounts);
  g_bytes_unref (sandbox->accounts_text);
  g_free (sandbox);
}

void
sandbox_reset (Sandbox *sandbox)
{
  /* Sessions point into the accounts, so they go first. */
  sessions_end_all (sandbox->sessions);
  accounts_free (sandbox->accounts);
  sandbox->accounts = accounts_read (sandbox->accounts_text, NULL);
  limits_free (sandbox->limits);
  sandbox->limits = limits_new (sandbox->options);
  failures_clear (sandbox->failures);
  failures_set_slowness (sandbox->failures, NULL, 0);
  journal_reset_counts (sandbox->journal);
  journal_clear_log (sandbox->journal);
}
