/* The rules of when a call may be made, held against each when the machine wishes for it. */
#include "judge.h"

#define SECOND_US ((gint64)G_USEC_PER_SEC)

static gboolean
was_rejected (const Mount *mount, gint who)
{
  for (guint i = 0; i < MIN (mount->n_rejected, G_N_ELEMENTS (mount->rejected)); i++)
    if (mount->rejected[i] == who)
      return TRUE;
  return FALSE;
}

static void
judge_rejected (World *world, Mount *mount, const Request *request, Waiting *writer)
{
  gint who = person_of (request->credential);
  gboolean written = writer != NULL && writer->command == COMMAND_LOGIN && writer->person == who
                     && (!operation_logs_in (request->operation) || writer->logins++ == 0);

  if (!written && was_rejected (mount, who))
    judge_break (world, RULE_REJECTED, "credential %x was rejected, and is tried again", (guint)who);
}

static void
judge_back_off (World *world, const Mount *mount, const Waiting *writer)
{
  const Knowledge *known = &mount->known;

  if (writer != NULL && (writer->command == COMMAND_LOGIN || known->login_blocked))
    return;
  if (world->now_us < known->login_us)
    judge_break (world, RULE_BACK_OFF, "a Login %.3f s before the back-off after %u failures may end",
                 (double)(known->login_us - world->now_us) / (double)SECOND_US, known->failures);
}

static void
judge_limits (World *world, const Mount *mount, const Waiting *writer, Operation operation)
{
  const Knowledge *known = &mount->known;
  Sends sends = operation_row (operation)->sends;
  gboolean sets = sends == SENDS_IDENTITY || sends == SENDS_IDENTITY_ID;
  gboolean may_try = writer != NULL
                     && (writer->command == COMMAND_LOGIN || (writer->carried && !operation_logs_in (operation))
                         || (!sets && !operation_logs_in (operation)) || (writer->carried && sets));

  if (world->now_us < known->quarantine_us)
    judge_break (world, RULE_QUARANTINE, "a call %.1f s before the quarantine ends",
                 (double)(known->quarantine_us - world->now_us) / (double)SECOND_US);
  if (world->now_us < known->none_us)
    judge_break (world, RULE_ALLOWED, "a call %.1f s before the service allows one",
                 (double)(known->none_us - world->now_us) / (double)SECOND_US);
  if (!may_try && world->now_us < known->throttle_us)
    judge_break (world, RULE_THROTTLED, "a call %.3f s before throttling may end",
                 (double)(known->throttle_us - world->now_us) / (double)SECOND_US);
}

/* Nobody waits for it: so it is the keep-alive's. */
static void
judge_keeper (World *world, const Mount *mount, Operation operation)
{
  gint64 used_us = world->woke_us;

  for (guint i = 0; i < world->n_mounts; i++)
    used_us = MAX (used_us, world->mounts[i].known.used_us);
  seen[SEEN_KEEPALIVE]++;
  if (operation_presents_credential (operation))
    judge_break (world, RULE_LAZY, "the keep-alive presents a credential");
  else if (world->config.keepalive_us == 0)
    judge_break (world, RULE_LAZY, "a call that nobody waits for");
  else if (world->now_us - used_us > world->config.idle_after_us + 60 * SECOND_US)
    judge_break (world, RULE_LAZY, "a session is kept alive that nobody uses");
}

/* By itself another identity is put back only after our own doing; else somebody borrowed the cookie, and a person must say. */
static void
judge_put_back (World *world, const Mount *mount, const Request *request)
{
  const Choice *choice = choice_at (world, mount->known.choice);
  gint identity = identity_of (&request->identity_id);

  if (!mount->doubtful)
    judge_break (world, RULE_MEDDLING, "%s is put back, although we did not switch away from it",
                 identity_name (identity));
  else if (choice->identity != identity && choice->identity != NO_IDENTITY && !choice->open)
    judge_break (world, RULE_COOKIE_RIGHT, "%s is put back, but %s was chosen", identity_name (identity),
                 identity_name (choice->identity));
}

static void
judge_request (World *world, const Request *request)
{
  const OperationRow *row = operation_row (request->operation);
  const Credential *credential = request->credential;
  gboolean whole = (request->session != NULL) == row->in_session
                   && (credential != NULL) == operation_presents_credential (request->operation);

  if (whole && row->sends == SENDS_TOKEN)
    whole = credential->token != NULL;
  if (whole && (row->sends == SENDS_CREDENTIAL || row->sends == SENDS_CREDENTIAL_AND_SERVICE))
    whole = credential->username != NULL && credential->password != NULL;
  if (row->sends == SENDS_IDENTITY)
    whole = whole && request->identity != NULL;
  if (row->sends == SENDS_IDENTITY_ID)
    whole = whole && !guid_is_zero (&request->identity_id);
  if (!whole)
    judge_break (world, RULE_REQUEST, "%s lacks what it sends, or has what it must not send", row->name);
}

void
judge_call (World *world, Mount *mount, const Effect *effect)
{
  const Request *request = effect->request;
  gboolean login = operation_logs_in (request->operation);
  Waiting *writer = waiting_writer (mount);

  judge_request (world, request);
  if (world->broken != NULL)
    return;
  if (login && writer != NULL && writer->command == COMMAND_SWITCH)
    writer->carried = TRUE;
  if (!waiting_any (mount))
    judge_keeper (world, mount, request->operation);
  if (operation_presents_credential (request->operation))
    judge_rejected (world, mount, request, writer);
  if (login)
    judge_back_off (world, mount, writer);
  if (request->operation == OPERATION_SET_IDENTITY_BY_ID && writer == NULL)
    judge_put_back (world, mount, request);
  judge_limits (world, mount, writer, request->operation);
}

/* A call is counted when it is wished for: then it can wait for the disk, and the machine can sleep. */
static void
judge_budget (World *world, Mount *mount, gint64 wished_us)
{
  gint64 rate = world->config.rate;

  mount->calls[mount->n_calls++ % CALLS_MAX] = wished_us;
  if (rate == 0 || rate >= CALLS_MAX || mount->n_calls <= rate)
    return;
  if (wished_us - mount->calls[(mount->n_calls - 1 - (guint)rate) % CALLS_MAX] < 3600 * SECOND_US)
    judge_break (world, RULE_BUDGET, "more than %d calls in an hour", (gint)rate);
}

void
judge_call_made (World *world, Mount *mount, const Flight *flight, gint64 wished_us)
{
  guint logins = 0;

  if (mount->flight.number != 0)
    judge_break (world, RULE_ONE_CALL, "a call while another one is on its way");
  judge_budget (world, mount, wished_us);
  if (!flight->is_login)
    return;
  for (guint i = 0; i < world->n_mounts; i++)
    logins += world->mounts[i].flight.number != 0 && world->mounts[i].flight.is_login;
  if (logins > 0)
    judge_break (world, RULE_ONE_LOGIN, "a Login while another one is on its way");
  if (world->config.stored && world->lock != (gint)mount_number (world, mount))
    judge_break (world, RULE_LOCKED, "a Login without the lock");
  if (world->config.stored && world->n_mounts == 1 && !mount->unstored && mount->attempt_stored < mount->known.attempt)
    judge_break (world, RULE_ATTEMPT_STORED, "a Login that a crash would forget");
}
