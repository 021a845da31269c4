/* The rules by name, and those that are about whoever waits. */
#include "judge.h"

#include "base/error.h"

#include <malloc.h>
#include <stdarg.h>
#include <string.h>

#define SECOND_US        ((gint64)G_USEC_PER_SEC)
#define OFFLINE_PAUSE_US (5 * SECOND_US)

static const char *const rules[N_RULES] = {
  [RULE_COOKIE_RIGHT] = "a cookie is handed out only on the chosen identity",
  [RULE_COOKIE_FRESH] = "a cookie is handed out only when it was confirmed lately",
  [RULE_COOKIE_THERE] = "who is told that there is a cookie gets one",
  [RULE_ONE_CALL] = "one call at a time",
  [RULE_ONE_LOGIN] = "one Login at a time, over all mounts",
  [RULE_LOCKED] = "no Login without the lock",
  [RULE_REJECTED] = "a rejected credential is not tried again",
  [RULE_BACK_OFF] = "no Login within the back-off",
  [RULE_THROTTLED] = "no call while throttled",
  [RULE_QUARANTINE] = "no call in a quarantine",
  [RULE_ALLOWED] = "no call when the service allows none",
  [RULE_BUDGET] = "no more calls than the budget",
  [RULE_ATTEMPT_STORED] = "a Login is stored before it is made",
  [RULE_WRITE_STORED] = "a write that succeeded is stored",
  [RULE_ANSWERED_ONCE] = "whoever waits is answered once",
  [RULE_INTERRUPTED_AT_ONCE] = "an interrupt is answered at once",
  [RULE_ANSWERED] = "everybody is answered",
  [RULE_HEALED] = "when the service heals, readers get a right cookie",
  [RULE_BOUNDED] = "nothing grows without bound",
  [RULE_LAZY] = "nothing is called that nobody needs",
  [RULE_KEPT] = "a session in use is kept alive",
  [RULE_MEDDLING] = "somebody else's switch is not undone",
  [RULE_SECRET] = "no secret is said",
  [RULE_REQUEST] = "a request has what its operation sends",
  [RULE_TWINS_ONE_LOGIN] = "an expiry costs two mounts one Login",
  [RULE_NO_BLAME] = "a Login that ended is not held against anybody",
};

const char *
rule_name (Rule rule)
{
  return rules[rule];
}

void
judge_break (World *world, Rule rule, const char *format, ...)
{
  va_list arguments;

  if (world->broken != NULL)
    return;
  world->broken = rules[rule];
  va_start (arguments, format);
  world->why = g_strdup_vprintf (format, arguments);
  va_end (arguments);
}

Waiting *
waiting_find (Mount *mount, guint64 id)
{
  for (guint i = 0; id != 0 && i < WAITING_MAX; i++)
    if (mount->waiting[i].id == id)
      return &mount->waiting[i];
  return NULL;
}

Waiting *
waiting_add (Mount *mount, guint64 id)
{
  for (guint i = 0; i < WAITING_MAX; i++)
    if (mount->waiting[i].id == 0)
      {
        mount->waiting[i] = (Waiting){.id = id, .choice = -1, .before = -1, .inherited = -1, .session = -1};
        return &mount->waiting[i];
      }
  return NULL;
}

Waiting *
waiting_writer (Mount *mount)
{
  Waiting *first = NULL;

  for (guint i = 0; i < WAITING_MAX; i++)
    {
      Waiting *waiting = &mount->waiting[i];

      if (waiting->id != 0 && waiting->writes && !waiting->decided && (first == NULL || waiting->id < first->id))
        first = waiting;
    }
  return first;
}

gboolean
waiting_any (const Mount *mount)
{
  for (guint i = 0; i < WAITING_MAX; i++)
    if (mount->waiting[i].id != 0 && !mount->waiting[i].decided)
      return TRUE;
  return FALSE;
}

const Told *
told_of (const Mount *mount, gint session)
{
  for (guint i = 0; i < TOLD_MAX; i++)
    if (session >= 0 && mount->told[i].session == session)
      return &mount->told[i];
  return NULL;
}

void
told_forget (Mount *mount, gint session)
{
  for (guint i = 0; i < TOLD_MAX; i++)
    if (mount->told[i].session == session)
      mount->told[i].session = -1;
}

void
judge_text (World *world, const char *text)
{
  if (strstr (text, "sesame-") != NULL || strstr (text, "session-") != NULL || strstr (text, "99999999-") != NULL)
    judge_break (world, RULE_SECRET, "\"%s\"", text);
}

static void
judge_blame (World *world, const char *text)
{
  if (!world->unfinished && strstr (text, "in the middle of a login") != NULL)
    judge_break (world, RULE_NO_BLAME, "\"%s\"", text);
}

/* The account has decided what to answer; what follows in the same event is judged by that. */
static void
judge_decided (World *world, Mount *mount, const Effect *effect)
{
  Waiting *waiting = waiting_find (mount, effect->waiter);

  if (effect->error != NULL)
    {
      judge_text (world, effect->error->message);
      judge_blame (world, effect->error->message);
    }
  if (waiting == NULL || waiting->decided)
    {
      judge_break (world, RULE_ANSWERED_ONCE, "#%" G_GUINT64_FORMAT " is answered, and does not wait", effect->waiter);
      return;
    }
  waiting->decided = TRUE;
  waiting->quarantine_us = mount->known.quarantine_us;
  if (waiting->writes && waiting->command != COMMAND_LOGOUT)
    learn_decision (world, mount, waiting, effect->error);
}

void
judge_queued (World *world, Mount *mount, const Effect *effect)
{
  if (effect->kind == EFFECT_ANSWER)
    judge_decided (world, mount, effect);
  else if (effect->kind == EFFECT_CALL)
    judge_call (world, mount, effect);
  else if (effect->kind == EFFECT_LOG || effect->kind == EFFECT_EVENT)
    judge_text (world, effect->text);
}

/* Grace: the service could not be reached, a moment ago. */
static gboolean
is_young (World *world, const Mount *mount, const Waiting *reader, const Told *told, gint64 decided_us)
{
  gint64 since_us = reader->ask_now ? reader->since_us : reader->since_us - world->config.check_ttl_us;

  if (told->sent_us >= since_us)
    return TRUE;
  if (reader->ask_now || decided_us < reader->quarantine_us || decided_us - mount->offline_us > OFFLINE_PAUSE_US)
    return FALSE;
  seen[SEEN_GRACE]++;
  return decided_us - told->sent_us <= world->config.offline_grace_us;
}

static void
judge_cookie (World *world, Mount *mount, const Waiting *reader, const Queued *queued)
{
  const Secret *cookie = account_cookie (mount->account, NULL);
  gboolean moved_on = queued->event != mount->event;
  const Told *told;

  if (cookie == NULL)
    {
      if (!moved_on)
        judge_break (world, RULE_COOKIE_THERE, "the cookie is NULL");
      return;
    }
  seen[SEEN_COOKIE]++;
  told = told_of (mount, session_of (cookie));
  if (told == NULL)
    judge_break (world, RULE_COOKIE_RIGHT, "nobody knows which identity is active in session %d", session_of (cookie));
  else if (!choice_is (world, mount->known.choice, told->identity))
    judge_break (world, RULE_COOKIE_RIGHT, "session %d is on %s, but %s was chosen", told->session,
                 identity_name (told->identity), identity_name (choice_at (world, mount->known.choice)->identity));
  else if (!is_young (world, mount, reader, told, queued->queued_us))
    judge_break (world, RULE_COOKIE_FRESH, "session %d was last confirmed %.1f s ago", told->session,
                 (double)(queued->queued_us - told->sent_us) / (double)SECOND_US);
}

/* A write that succeeded must be on the disk, unless the disk is at fault. Of two mounts the other may have written since. */
static void
judge_written (World *world, const Mount *mount, const Waiting *writer)
{
  if (writer->choice < 0 || !world->config.stored || mount->unstored || world->n_mounts > 1)
    return;
  if (!choice_at (world, writer->choice)->stored)
    judge_break (world, RULE_WRITE_STORED, "a crash would forget what #%" G_GUINT64_FORMAT " wrote", writer->id);
}

void
judge_answered (World *world, Mount *mount, const Queued *queued)
{
  const Effect *effect = queued->effect;
  Waiting *waiting = waiting_find (mount, effect->waiter);

  if (waiting == NULL)
    return;
  if (effect->error == NULL && !waiting->writes && waiting->want == WANT_COOKIE)
    judge_cookie (world, mount, waiting, queued);
  else if (world->expects_cookie)
    judge_break (world, RULE_HEALED, "a reader is told %s", effect->error == NULL ? "nothing" : effect->error->message);
  if (effect->error == NULL && waiting->writes)
    {
      seen[SEEN_SWITCH] += waiting->command == COMMAND_SWITCH;
      seen[SEEN_LOGIN] += waiting->command == COMMAND_LOGIN;
      judge_written (world, mount, waiting);
    }
  if (g_error_matches (effect->error, SO24_ERROR, SO24_ERROR_QUARANTINED) && strstr (effect->error->message, "-o rate"))
    seen[SEEN_BUDGET]++;
  waiting->id = 0;
}

/* A session in use hears of itself. Not held against twins, since either may ask. */
static void
judge_kept (World *world, const Mount *mount)
{
  gint64 keepalive_us = world->config.keepalive_us;
  gint64 since_us = MAX (mount->heard_us, MAX (world->disturbed_us, mount->known.used_us));
  gint64 late_us = keepalive_us + keepalive_us / 5 + 60 * SECOND_US;

  if (keepalive_us == 0 || world->n_mounts > 1 || mount->account == NULL || mount->known.session < 0
      || mount->known.used_us == G_MININT64 || (world->config.rate != 0 && world->config.rate < CALLS_MAX)
      || world->now_us - mount->known.used_us > world->config.idle_after_us - 3700 * SECOND_US)
    return;
  if (world->now_us - since_us > late_us)
    judge_break (world, RULE_KEPT, "session %d was last confirmed %.0f s ago", mount->known.session,
                 (double)(world->now_us - mount->heard_us) / (double)SECOND_US);
}

void
judge_step (World *world)
{
  for (guint i = 0; i < world->n_mounts; i++)
    judge_kept (world, &world->mounts[i]);
}
