/* What a mount learns from people and from answers, and so ought to know. */
#include "judge.h"

#include "base/error.h"

#define SECOND_US          ((gint64)G_USEC_PER_SEC)
#define HOUR_US            (3600 * SECOND_US)
#define PAST_END_US        (60 * SECOND_US)
#define LONGEST_TO_WAIT_US HOUR_US
#define FEW_CALLS          12

Knowledge
knowledge_none (World *world)
{
  Knowledge known = {.session = -1, .rejected = NO_PERSON};

  known.login_us = known.quarantine_us = known.throttle_us = known.none_us = known.used_us = G_MININT64;
  known.choice = choice_new (world, NO_IDENTITY, CHOSEN_BY_NOBODY);
  return known;
}

gint64
least_delay_us (const World *world, guint failures)
{
  gint64 delay = world->config.backoff_min_us;

  while (failures-- > 1 && delay < world->config.backoff_max_us)
    delay *= 2;
  return MIN (delay, world->config.backoff_max_us) / 2;
}

static void
back_off (World *world, Knowledge *known)
{
  known->login_us = world->now_us + least_delay_us (world, ++known->failures);
}

void
learn_used (World *world, Mount *mount)
{
  mount->known.used_us = world->now_us;
}

/* A Login is about to be made. */
void
learn_attempt (World *world, Mount *mount)
{
  mount->known.attempt = ++world->attempts;
  mount->known.attempt_us = world->now_us;
  mount->known.attempt_failures = mount->known.failures + 1;
}

static void
learn_throttling (World *world, Mount *mount, const Flight *flight, const Answer *answer)
{
  Knowledge *known = &mount->known;
  gint64 asked_us = MIN (answer->retry_after_s * SECOND_US, LONGEST_TO_WAIT_US);
  gboolean throttled = g_error_matches (answer->error, SO24_ERROR, SO24_ERROR_THROTTLED);

  if (!throttled && answer->retry_after_s == 0)
    return;
  seen[SEEN_THROTTLED]++;
  if (throttled && answer->is_fault && operation_presents_credential (flight->request->operation))
    {
      back_off (world, known);
      known->login_us = MAX (known->login_us, world->now_us + asked_us);
      return;
    }
  known->throttle_us = world->now_us + MAX (asked_us, least_delay_us (world, 1));
}

/* The service has taken the credential since. */
static void
forget_rejection (Mount *mount, gint who)
{
  for (guint i = 0; i < G_N_ELEMENTS (mount->rejected); i++)
    if (mount->rejected[i] == who)
      mount->rejected[i] = NO_PERSON;
}

static void
learn_failed_login (World *world, Mount *mount, const Flight *flight, const Answer *answer)
{
  Knowledge *known = &mount->known;
  gboolean blocked = g_error_matches (answer->error, SO24_ERROR, SO24_ERROR_BLOCKED);

  if (blocked)
    {
      seen[SEEN_BLOCKED]++;
      forget_rejection (mount, person_of (flight->request->credential));
    }
  if (g_error_matches (answer->error, SO24_ERROR, SO24_ERROR_REJECTED)
      || g_error_matches (answer->error, SO24_ERROR, SO24_ERROR_QUARANTINED)
      || g_error_matches (answer->error, SO24_ERROR, SO24_ERROR_THROTTLED) || answer->retry_after_s > 0)
    return;
  if (!flight->by_itself && !blocked)
    return;
  known->login_blocked = blocked;
  back_off (world, known);
}

static void
learn_rejected (World *world, Mount *mount, const Flight *flight)
{
  gint who = person_of (flight->request->credential);

  seen[SEEN_REJECTED]++;
  mount->rejected[mount->n_rejected++ % G_N_ELEMENTS (mount->rejected)] = who;
  if (flight->by_itself && mount->file != NO_PERSON && person_same_secret (mount->file, who))
    mount->known.rejected = who;
}

static void
learn_quarantine (World *world, Mount *mount, const Answer *answer)
{
  gint64 wall_us = world_instant (world).wall_us;
  gint64 wait_us = answer->until_us == 0 ? HOUR_US : answer->until_us - wall_us;

  seen[SEEN_QUARANTINE]++;
  mount->known.quarantine_us = world->now_us + (wait_us <= 0 ? PAST_END_US : wait_us);
  world->disturbed_us = MAX (world->disturbed_us, mount->known.quarantine_us + 600 * SECOND_US);
}

static void
learn_allowed (World *world, Mount *mount, const Answer *answer)
{
  gint64 wall_us = world_instant (world).wall_us;
  gint64 wait_us = answer->allowed_until_us == 0 ? HOUR_US - wall_us % HOUR_US : answer->allowed_until_us - wall_us;
  gint64 until_us;

  mount->known.none_us = G_MININT64;
  until_us = world->now_us + CLAMP (wait_us, PAST_END_US, HOUR_US);
  /* With the last ones that it allows somebody may be served. */
  if (answer->allowed < FEW_CALLS)
    world->disturbed_us = MAX (world->disturbed_us, until_us + 600 * SECOND_US);
  if (answer->allowed > 0)
    return;
  seen[SEEN_ALLOWED]++;
  mount->known.none_us = until_us;
}

/* A session that ended before it ever was confirmed counts as a failed Login; the first such is made up for at once. */
static void
learn_end (World *world, Mount *mount, const Flight *flight)
{
  gint session = session_of (flight->request->session);
  Waiting *writer = waiting_find (mount, flight->waiter);

  told_forget (mount, session);
  if (mount->known.session == session)
    mount->known.session = -1;
  if (world->proven[session] || (writer != NULL && writer->command == COMMAND_LOGIN))
    return;
  seen[SEEN_IN_VAIN]++;
  if (mount->known.failures == 0)
    mount->known.failures = 1;
  else
    back_off (world, &mount->known);
}

static void
learn_failure (World *world, Mount *mount, const Flight *flight, const Answer *answer)
{
  const GError *error = answer->error;
  const OperationRow *row = operation_row (flight->request->operation);

  world->disturbed_us = MAX (world->disturbed_us, world->now_us + 2 * HOUR_US);
  if (error_is_offline (error))
    mount->offline_us = world->now_us;
  seen[SEEN_LOST] += flight->met.fault == FAULT_LOST || flight->met.fault == FAULT_CUT;
  if (g_error_matches (error, SO24_ERROR, SO24_ERROR_REJECTED)
      && operation_presents_credential (flight->request->operation))
    learn_rejected (world, mount, flight);
  if (g_error_matches (error, SO24_ERROR, SO24_ERROR_QUARANTINED))
    learn_quarantine (world, mount, answer);
  else
    learn_throttling (world, mount, flight, answer);
  if (flight->is_login)
    learn_failed_login (world, mount, flight, answer);
  if (g_error_matches (error, SO24_ERROR, SO24_ERROR_EXPIRED) && row->in_session)
    learn_end (world, mount, flight);
  if (row->sends == SENDS_IDENTITY || row->sends == SENDS_IDENTITY_ID)
    {
      gboolean executed = !answer->is_fault && !g_error_matches (error, SO24_ERROR, SO24_ERROR_REFUSED)
                          && !g_error_matches (error, SO24_ERROR, SO24_ERROR_UNREACHABLE)
                          && !g_error_matches (error, SO24_ERROR, SO24_ERROR_TLS);

      mount->doubtful = TRUE;
      if (executed)
        told_forget (mount, session_of (flight->request->session));
    }
}

static void
learn_login (World *world, Mount *mount, const Flight *flight, const Answer *answer)
{
  Waiting *writer = waiting_find (mount, flight->waiter);
  gint session = session_of (answer->session);

  mount->doubtful = TRUE;
  forget_rejection (mount, person_of (flight->request->credential));
  if (writer != NULL)
    {
      writer->session = session;
      if (writer->command == COMMAND_SWITCH)
        writer->person = person_of (flight->request->credential);
      return;
    }
  seen[SEEN_RENEWAL]++;
  mount->known.owner = person_owner (person_of (flight->request->credential));
  mount->known.session = session;
  mount->heard_us = flight->sent_us;
}

static void
learn_identity (World *world, Mount *mount, const Flight *flight, const Answer *answer)
{
  gint session = session_of (flight->request->session);
  gint identity = identity_of (&answer->identity->id);
  Choice *choice = choice_at (world, mount->known.choice);

  told_forget (mount, session);
  mount->told[mount->n_told++ % TOLD_MAX] = (Told){session, identity, flight->sent_us};
  world->proven[session] = TRUE;
  mount->known.failures = 0;
  if (session != mount->known.session)
    return;
  mount->heard_us = MAX (mount->heard_us, flight->sent_us);
  if (choice->identity == NO_IDENTITY)
    mount->known.choice = choice_new (world, identity, CHOSEN_BY_LOGIN);
  else if (choice->identity == identity)
    mount->doubtful = FALSE;
  else if (!mount->doubtful)
    seen[SEEN_REVOKED]++;
}

/* The service says that it has switched: from now on the written identity is the chosen one, unless the write fails yet. */
static void
learn_switched (World *world, Mount *mount, const Flight *flight, const Answer *answer)
{
  Waiting *writer = waiting_find (mount, flight->waiter);

  if (answer->truth)
    told_forget (mount, session_of (flight->request->session));
  if (writer == NULL || writer->command != COMMAND_SWITCH || writer->carried || !answer->truth)
    {
      if (writer == NULL && answer->truth)
        seen[SEEN_PUT_BACK]++;
      return;
    }
  if (writer->choice < 0)
    {
      writer->before = mount->known.choice;
      writer->choice = mount->known.choice = choice_new (world, writer->identity, CHOSEN_BY_WRITE);
    }
  choice_at (world, writer->choice)->open = TRUE;
  choice_at (world, writer->choice)->other = choice_at (world, writer->before)->identity;
}

void
learn_answer (World *world, Mount *mount, const Flight *flight, const Answer *answer)
{
  const OperationRow *row = operation_row (flight->request->operation);

  if (flight->is_login)
    mount->known.attempt = 0;
  if (answer->says_allowed)
    learn_allowed (world, mount, answer);
  if (answer->error != NULL)
    {
      learn_failure (world, mount, flight, answer);
      return;
    }
  mount->offline_us = G_MININT64;
  if (flight->is_login)
    learn_login (world, mount, flight, answer);
  else if (row->answers == ANSWERS_IDENTITY)
    learn_identity (world, mount, flight, answer);
  else if (row->sends == SENDS_IDENTITY || row->sends == SENDS_IDENTITY_ID)
    learn_switched (world, mount, flight, answer);
  else if (row->answers == ANSWERS_BOOLEAN && !answer->truth)
    learn_end (world, mount, flight);
  else if (row->answers == ANSWERS_BOOLEAN && session_of (flight->request->session) == mount->known.session)
    mount->heard_us = MAX (mount->heard_us, flight->sent_us);
}
