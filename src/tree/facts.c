/* The table of facts. Touches nothing but the account's state and the clock that the tree was given. */
#include "tree/facts.h"

#include "base/calendar.h"
#include "tree/state.h"

#define AT(member) offsetof (Facts, member)

const FactRow fact_rows[] = {
  {"time", FACT_TIME, AT (time_us)},
  {"account", FACT_TEXT, AT (account.owner)},
  {"source", FACT_TEXT, AT (source)},
  {"endpoint", FACT_TEXT, AT (endpoint)},
  {"mountpoint", FACT_TEXT, AT (mountpoint)},
  {"login_needs", FACT_TEXT, AT (login_needs)},
  {"state", FACT_TEXT, AT (state)},
  {"since", FACT_TIME, AT (since_us)},
  {"reason", FACT_TEXT, AT (account.reason)},
  {"identity", FACT_TEXT, AT (identity)},
  {"client", FACT_TEXT, AT (client)},
  {"chosen", FACT_TEXT, AT (chosen)},
  {"last_confirmed", FACT_TIME, AT (account.confirmed_us)},
  {"fresh_until", FACT_TIME, AT (account.fresh_until_us)},
  {"next_check", FACT_TIME, AT (account.next_check_us)},
  {"budget_rate", FACT_NUMBER, AT (account.rate)},
  {"budget_used", FACT_NUMBER, AT (account.used)},
  {"budget_left", FACT_NUMBER, AT (account.left)},
  {"service_left", FACT_NUMBER, AT (account.allowed)},
  {"service_left_until", FACT_TIME, AT (account.allowed_until_us)},
  {"backoff_until", FACT_TIME, AT (account.backoff_until_us)},
  {"backoff_reason", FACT_TEXT, AT (account.backoff_reason)},
  {"quarantine_until", FACT_TIME, AT (account.limited_until_us)},
  {"quarantine_reason", FACT_TEXT, AT (limit)},
  {"waiters", FACT_NUMBER, AT (waiters)},
  {"waiting_for", FACT_TEXT, AT (account.waiting_for)},
  {"identities", FACT_NUMBER, AT (identities)},
  {"own_sessions", FACT_STATES, AT (account.own_sessions)},
  {"own_waiters", FACT_NUMBER, AT (account.own_waiters)},
  {"own_queue", FACT_NUMBER, AT (account.own_queue)},
  {"own_check_ttl", FACT_NUMBER, AT (own_check_ttl_s)},
  {"last_error_time", FACT_TIME, AT (error_us)},
  {"last_error_file", FACT_TEXT, AT (error_file)},
  {"last_error", FACT_TEXT, AT (error_name)},
  {"last_error_text", FACT_TEXT, AT (error_text)},
  {"version", FACT_TEXT, AT (version)},
  {"started", FACT_TIME, AT (started_us)},
  {"uptime", FACT_NUMBER, AT (uptime_s)},
};

const guint n_fact_rows = G_N_ELEMENTS (fact_rows);

static void
collect_account (const Tree *tree, Instant now, Facts *facts)
{
  static const char *const limits[N_LIMITS]
    = {[LIMIT_QUARANTINE] = "quarantine", [LIMIT_ALLOWANCE] = "allowance", [LIMIT_RATE] = "rate"};
  const GPtrArray *identities = account_identities (tree->account);
  AccountReport *account = &facts->account;

  account_report (tree->account, now, account);
  facts->state = session_state_word (account->state);
  facts->since_us = account->since_us == NEVER ? tree->started.wall_us : account->since_us;
  facts->identity = account->identity == NULL ? NULL : account->identity->id.text;
  facts->client = account->identity == NULL ? NULL : account->identity->client_name;
  facts->chosen = account->chosen == NULL ? NULL : account->chosen->text;
  facts->limit = limits[account->limit];
  facts->waiters = account->waiters;
  facts->own_check_ttl_s = account->own_check_ttl_us / G_USEC_PER_SEC;
  facts->identities = identities == NULL ? -1 : (gint64)identities->len;
}

void
facts_collect (const Tree *tree, Facts *facts)
{
  const Failure *failure = &tree->failure;
  Instant now = tree_now (tree);

  *facts = (Facts){
    .time_us = now.wall_us,
    .source = tree->source,
    .endpoint = tree->endpoint,
    .mountpoint = tree->mountpoint,
    .login_needs = guid_is_zero (&tree->application_id) ? "username password application_id" : "username password",
    .error_us = failure->file == NULL ? NEVER : failure->at_us,
    .error_file = failure->file,
    .error_name = failure->errno_name,
    .error_text = failure->text,
    .version = SO24_VERSION,
    .started_us = tree->started.wall_us,
    .uptime_s = (now.boot_us - tree->started.boot_us) / G_USEC_PER_SEC,
  };
  collect_account (tree, now, facts);
}

static gconstpointer
at (const Facts *facts, const FactRow *row)
{
  return (const char *)facts + row->offset;
}

gint64
fact_number (const Facts *facts, const FactRow *row)
{
  return *(const gint64 *)at (facts, row);
}

const guint *
fact_states (const Facts *facts, const FactRow *row)
{
  return at (facts, row);
}

/* A path need not be UTF-8. */
char *
fact_text (const Facts *facts, const FactRow *row)
{
  const char *text;

  if (row->type == FACT_TIME)
    return fact_number (facts, row) == NEVER ? NULL : calendar_text (fact_number (facts, row));
  text = *(const char *const *)at (facts, row);
  return text == NULL ? NULL : g_utf8_make_valid (text, -1);
}
