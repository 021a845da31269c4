/*
 * The file metrics: Prometheus' text format 0.0.4. Each family stands in one block, counters end in _total, and all is in
 * base units. Labels take words of our own tables only: operations, outcomes, states, errnos, names of files.
 */
#include "account/report.h"
#include "base/error.h"
#include "tree/frozen.h"
#include "tree/state.h"

typedef struct
{
  GString *text;
  const Tree *tree;
  const Metrics *metrics;
  AccountReport account;
  Instant now;
} Exposition;

static void
begin (const Exposition *out, const char *name, const char *type, const char *help)
{
  g_string_append_printf (out->text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
number (const Exposition *out, const char *name, const char *labels, guint64 value)
{
  g_string_append_printf (out->text, "%s%s %" G_GUINT64_FORMAT "\n", name, labels, value);
}

/* Without the floating point that writes a decimal comma in some languages. */
static void
seconds (const Exposition *out, const char *name, const char *labels, gint64 value_us)
{
  g_string_append_printf (out->text, "%s%s %" G_GINT64_FORMAT ".%06d\n", name, labels, value_us / G_USEC_PER_SEC,
                          (int)(value_us % G_USEC_PER_SEC));
}

static void
gauge (const Exposition *out, const char *name, const char *help, gint64 value)
{
  begin (out, name, "gauge", help);
  number (out, name, "", (guint64)MAX (value, 0));
}

static void
moment (const Exposition *out, const char *name, const char *help, gint64 wall_us)
{
  begin (out, name, "gauge", help);
  seconds (out, name, "", MAX (wall_us, 0));
}

static void
counter (const Exposition *out, const char *name, const char *help, guint64 value)
{
  begin (out, name, "counter", help);
  number (out, name, "", value);
}

static void
add_calls (const Exposition *out)
{
  const char *name = "so24fs_calls_total";

  begin (out, name, "counter", "Calls to the service, by operation and by what became of them.");
  for (Operation operation = 0; operation < N_OPERATIONS; operation++)
    for (Outcome outcome = 0; outcome < N_OUTCOMES; outcome++)
      {
        g_autofree char *labels = g_strdup_printf ("{operation=\"%s\",outcome=\"%s\"}", operation_row (operation)->name,
                                                   outcome_word (outcome));

        number (out, name, labels, out->metrics->calls[operation][outcome]);
      }
}

static void
add_durations_of (const Exposition *out, Operation operation)
{
  const guint64 *durations = out->metrics->durations[operation];
  const char *word = operation_row (operation)->name;
  g_autofree char *label = g_strdup_printf ("{operation=\"%s\"}", word);
  guint64 count = 0;

  for (guint bucket = 0; bucket <= N_BOUNDS; bucket++)
    {
      const char *bound = bucket < N_BOUNDS ? metrics_bounds[bucket] : "+Inf";
      g_autofree char *labels = g_strdup_printf ("{operation=\"%s\",le=\"%s\"}", word, bound);

      count += durations[bucket];
      number (out, "so24fs_call_duration_seconds_bucket", labels, count);
    }
  seconds (out, "so24fs_call_duration_seconds_sum", label, (gint64)out->metrics->duration_us[operation]);
  number (out, "so24fs_call_duration_seconds_count", label, count);
}

static void
add_durations (const Exposition *out)
{
  begin (out, "so24fs_call_duration_seconds", "histogram", "How long calls took that were not cancelled.");
  for (Operation operation = 0; operation < N_OPERATIONS; operation++)
    add_durations_of (out, operation);
}

/* The path of a row of the table of files; a client's or an identity's name is "*". The caller frees it. */
static char *
pattern_of (Kind row)
{
  const NodeKind *kind = node_kind (node_make (row, 0));
  const char *name = kind->name == NULL ? "*" : kind->name;
  g_autofree char *folder = NULL;

  if (kind->parent == KIND_ROOT)
    return g_strdup (name);
  folder = pattern_of (kind->parent);
  return g_strdup_printf ("%s/%s", folder, name);
}

static void
add_reads (const Exposition *out)
{
  const char *name = "so24fs_reads_total";

  begin (out, name, "counter", "Files that were opened for reading, and could be.");
  for (Kind row = KIND_ROOT + 1; row < N_KINDS; row++)
    if (S_ISREG (node_kind (node_make (row, 0))->mode))
      {
        g_autofree char *pattern = pattern_of (row);
        g_autofree char *labels = g_strdup_printf ("{file=\"%s\"}", pattern);

        number (out, name, labels, out->metrics->opens[row]);
      }
}

static void
add_failures (const Exposition *out)
{
  const char *name = "so24fs_failures_total";

  begin (out, name, "counter",
         "Reads and writes that failed, by the name of their errno; interrupted ones do not count.");
  for (So24ErrorCode code = 0; code < SO24_N_ERRORS; code++)
    {
      g_autofree char *labels = g_strdup_printf ("{errno=\"%s\"}", error_code_name (code));

      number (out, name, labels, out->metrics->failures[code]);
    }
}

static void
add_states (const Exposition *out)
{
  const char *name = "so24fs_sessions";

  begin (out, name, "gauge", "Sessions by state: the one of the mount, and those of identities' own.");
  for (guint own = 0; own < 2; own++)
    for (SessionState state = N_STATES; state-- > 0;)
      {
        g_autofree char *labels
          = g_strdup_printf ("{of=\"%s\",state=\"%s\"}", own ? "identity" : "mount", session_state_word (state));

        number (out, name, labels, own ? out->account.own_sessions[state] : out->account.state == state);
      }
}

static void
add_limits (const Exposition *out)
{
  const AccountReport *account = &out->account;

  gauge (out, "so24fs_budget_calls", "Calls that this mount allows itself in any hour (-o rate).", account->rate);
  gauge (out, "so24fs_budget_used_calls", "Calls of the last hour that count against the budget.", account->used);
  gauge (out, "so24fs_budget_left_calls", "Calls that may be made now.", account->left);
  if (account->allowed >= 0)
    gauge (out, "so24fs_service_left_calls", "Calls that the service said it still allows; absent if it did not say.",
           account->allowed);
  moment (out, "so24fs_backoff_until_timestamp_seconds", "Until when so24fs backs off; 0 if it does not.",
          account->backoff_until_us);
  gauge (out, "so24fs_quarantined", "Whether an hourly limit forbids every call.", account->limit != LIMIT_NONE);
  moment (out, "so24fs_quarantine_until_timestamp_seconds",
          "Until when an hourly limit forbids every call; 0 if none does.", account->limited_until_us);
}

static void
add_account (const Exposition *out)
{
  const AccountReport *account = &out->account;
  const GPtrArray *identities = account_identities (out->tree->account);

  counter (out, "so24fs_logins_total", "Logins that brought a session.", account->logins);
  counter (out, "so24fs_renewals_total", "Logins that brought a session and that nobody had written for.",
           account->renewals);
  add_states (out);
  moment (out, "so24fs_confirmed_timestamp_seconds", "When session and identity were last confirmed; 0 if never.",
          account->confirmed_us);
  add_limits (out);
  begin (out, "so24fs_waiters", "gauge", "Reads and writes that wait for an answer now.");
  number (out, "so24fs_waiters", "{of=\"mount\"}", account->waiters);
  number (out, "so24fs_waiters", "{of=\"identity\"}", (guint64)account->own_waiters);
  gauge (out, "so24fs_own_queue_sessions", "Own sessions that wait for their turn to call.", account->own_queue);
  moment (out, "so24fs_own_check_ttl_seconds", "How old a confirmation of an own session may be.",
          account->own_check_ttl_us);
  gauge (out, "so24fs_identities", "Identities that are known.", identities == NULL ? 0 : identities->len);
}

GBytes *
freeze_metrics (const Tree *tree)
{
  Exposition out = {.text = g_string_new (NULL), .tree = tree, .metrics = tree->metrics, .now = tree_now (tree)};

  account_report (tree->account, out.now, &out.account);
  begin (&out, "so24fs_build_info", "gauge", "The version that runs; always 1.");
  number (&out, "so24fs_build_info", "{version=\"" SO24_VERSION "\"}", 1);
  moment (&out, "so24fs_start_time_seconds", "When the mount was made.", tree->started.wall_us);
  add_calls (&out);
  add_durations (&out);
  add_account (&out);
  add_reads (&out);
  add_failures (&out);
  return g_string_free_to_bytes (out.text);
}
