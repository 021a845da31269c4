/* The report. Touches nothing. */
#include "account/report.h"

#include "account/machine.h"
#include "base/error.h"

const char *
session_state_word (SessionState state)
{
  static const char *const words[N_STATES] = {
    [STATE_QUARANTINED] = "quarantined",
    [STATE_REVOKED] = "revoked",
    [STATE_REJECTED] = "rejected",
    [STATE_OFFLINE] = "offline",
    [STATE_THROTTLED] = "throttled",
    [STATE_EXPIRED] = "expired",
    [STATE_NONE] = "none",
    [STATE_LIVE] = "live",
  };

  return words[state];
}

static gboolean
is_revoked (const Holder *holder, Instant now)
{
  return holder->session->id != NULL && holder->session->withheld != NULL;
}

static gboolean
is_rejected (const Holder *holder, Instant now)
{
  return holder->session->id == NULL && holder->account->rejected != NULL;
}

static gboolean
is_quarantined (const Holder *holder, Instant now)
{
  return limits_exhausted (&holder->account->limits, &holder->account->config, now);
}

/* Without a session and a credential nothing would be called, and so it matters to nobody what a call would meet. */
static gboolean
would_call (const Holder *holder)
{
  return holder->session->id != NULL || holder->account->credential != NULL;
}

static gboolean
is_offline (const Holder *holder, Instant now)
{
  return would_call (holder) && holder->account->offline_us != NEVER;
}

/* What is needed next is a Login only when there is no session. */
static gint64
held_back_until_us (const Holder *holder)
{
  const Limits *limits = &holder->account->limits;

  return holder->session->id != NULL ? limits->throttle_us : MAX (limits->throttle_us, limits->login_us);
}

static gboolean
is_throttled (const Holder *holder, Instant now)
{
  return would_call (holder) && now.boot_us < held_back_until_us (holder);
}

static gboolean
is_expired (const Holder *holder, Instant now)
{
  return holder->session->id == NULL && holder->session->ended;
}

static gboolean
is_none (const Holder *holder, Instant now)
{
  return holder->session->id == NULL;
}

static SessionState
standing_of (const Holder *holder, Instant now)
{
  static gboolean (*const tests[STATE_LIVE]) (const Holder *holder, Instant now) = {
    [STATE_QUARANTINED] = is_quarantined,
    [STATE_REVOKED] = is_revoked,
    [STATE_REJECTED] = is_rejected,
    [STATE_OFFLINE] = is_offline,
    [STATE_THROTTLED] = is_throttled,
    [STATE_EXPIRED] = is_expired,
    [STATE_NONE] = is_none,
  };
  SessionState state = 0;

  while (state < STATE_LIVE && !tests[state](holder, now))
    state++;
  return state;
}

void
report_note_state (Account *account, Instant now)
{
  NotedState *standing = &account->standing;
  SessionState state = standing_of (&account->main, now);

  if (standing->noted && state == standing->state)
    return;
  standing->noted = TRUE;
  standing->state = state;
  standing->since_us = now.boot_us;
}

/* Between two events only a wait that ends changes the state: then it has changed when that ended. */
static gint64
since_us (const Account *account, SessionState state, Instant now)
{
  const Limits *limits = &account->limits;
  gint64 since = account->standing.since_us;
  gint64 ends[] = {limits->quarantine_us, limits->allowed_until_us, limits->throttle_us, limits->login_us,
                   budget_frees_us (&limits->budget, (Instant){.boot_us = since})};

  if (!account->standing.noted)
    return NEVER;
  if (state == account->standing.state)
    return since;
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    if (ends[i] > since && ends[i] <= now.boot_us
        && standing_of (&account->main, (Instant){.boot_us = ends[i] - 1}) != state)
      since = ends[i];
  return since;
}

static gint64
calendar_us (gint64 boot_us, Instant now)
{
  return boot_us == NEVER ? NEVER : now.wall_us + (boot_us - now.boot_us);
}

static const char *
reason_of (const Account *account, SessionState state)
{
  switch (state)
    {
    case STATE_REJECTED:
      return account->rejected->message;
    case STATE_REVOKED:
      return account->main.session->withheld->message;
    case STATE_THROTTLED:
      return account->limits.cause == NULL ? NULL : account->limits.cause->message;
    default:
      return NULL;
    }
}

static const char *
owner_of (const Account *account)
{
  const Credential *credential = account->credential != NULL ? account->credential
                                 : account->filed != NULL    ? account->filed
                                                             : account->rejected_credential;

  if (account->owner != NULL)
    return credential_owner_of_key (account->owner);
  return credential == NULL ? NULL : credential_owner (credential);
}

static void
report_session (const Account *account, Instant now, AccountReport *report)
{
  const Holder *holder = &account->main;
  const Session *session = holder->session;
  gint64 confirmed_us = session->confirmed_us;
  gint64 next_us = keeper_due_us (holder, now);

  report->state = standing_of (holder, now);
  report->since_us = calendar_us (since_us (account, report->state, now), now);
  report->reason = reason_of (account, report->state);
  report->owner = owner_of (account);
  report->identity = session->active;
  report->chosen = session->chosen_by == CHOSEN_BY_NOBODY ? NULL : &session->chosen;
  report->confirmed_us = calendar_us (confirmed_us, now);
  report->fresh_until_us = confirmed_us == NEVER ? NEVER : report->confirmed_us + account->config.check_ttl_us;
  report->next_check_us = next_us == NEVER ? NEVER : calendar_us (MAX (next_us, now.boot_us), now);
}

static HourlyLimit
limit_of (const Account *account, Instant now)
{
  const Limits *limits = &account->limits;

  if (now.boot_us < limits->quarantine_us)
    return LIMIT_QUARANTINE;
  if (limits->allowed == 0 && now.boot_us < limits->allowed_until_us)
    return LIMIT_ALLOWANCE;
  return budget_left (&limits->budget, account->config.rate, now) == 0 ? LIMIT_RATE : LIMIT_NONE;
}

static void
report_limits (const Account *account, Instant now, AccountReport *report)
{
  const Limits *limits = &account->limits;
  gint64 backoff_us = MAX (limits->throttle_us, limits->login_us);
  gint64 ends[N_LIMITS] = {
    [LIMIT_NONE] = NEVER,
    [LIMIT_QUARANTINE] = limits->quarantine_us,
    [LIMIT_ALLOWANCE] = limits->allowed_until_us,
    [LIMIT_RATE] = budget_frees_us (&limits->budget, now),
  };

  report->rate = account->config.rate;
  report->left = report->rate == 0 ? 0 : budget_left (&limits->budget, report->rate, now);
  report->used = report->rate - report->left;
  report->allowed = now.boot_us < limits->allowed_until_us ? limits->allowed : -1;
  report->allowed_until_us = report->allowed < 0 ? NEVER : calendar_us (limits->allowed_until_us, now);
  report->backoff_until_us = now.boot_us < backoff_us ? calendar_us (backoff_us, now) : NEVER;
  report->backoff_reason = report->backoff_until_us == NEVER || limits->cause == NULL ? NULL : limits->cause->message;
  report->limit = limit_of (account, now);
  report->limited_until_us
    = report->limit == LIMIT_QUARANTINE ? limits->quarantine_wall_us : calendar_us (ends[report->limit], now);
}

static void
report_waiters (const Account *account, AccountReport *report)
{
  const Holder *holder = &account->main;

  report->waiters = holder->waiters.length + holder->commands.length - (holder->keeping ? 1 : 0);
  if (account->lock == LOCK_ASKED_FOR)
    report->waiting_for = "lock";
  else if (holder->call.number != 0)
    report->waiting_for = operation_row (holder->call.operation)->name;
}

static SessionState
own_state (const Holder *holder, Instant now)
{
  gboolean put_off = now.boot_us < holder->login_us;

  if (holder->gone || (put_off && g_error_matches (holder->cause, SO24_ERROR, SO24_ERROR_REVOKED)))
    return STATE_REVOKED;
  return put_off ? STATE_THROTTLED : standing_of (holder, now);
}

static void
report_own (const Account *account, Instant now, AccountReport *report)
{
  for (guint i = 0; i < account->own->len; i++)
    {
      const Holder *holder = g_ptr_array_index (account->own, i);

      report->own_sessions[own_state (holder, now)]++;
      report->own_waiters += holder->waiters.length - (holder->keeping ? 1 : 0);
    }
  report->own_queue = account->turns.length;
  report->own_check_ttl_us = own_check_ttl_us (account);
}

void
account_report (const Account *account, Instant now, AccountReport *report)
{
  *report = (AccountReport){0};
  report_session (account, now, report);
  report_limits (account, now, report);
  report_waiters (account, report);
  report_own (account, now, report);
  report->logins = account->logins;
  report->renewals = account->renewals;
}
