/*
 * What is told of the account: credentials, limits, the list, and whether the service can be reached. Touches nothing.
 */
#include "account/telling.h"

#include "base/details.h"
#include "base/error.h"

struct Telling
{
  gboolean offline;
  gboolean exhausted;
  gboolean quarantined;
  gint64 quarantine_us;
  gint64 put_off_us;
  GPtrArray *identities;
  Credential *filed;
};

Telling *
telling_new (void)
{
  Telling *told = g_new0 (Telling, 1);

  told->quarantine_us = told->put_off_us = NEVER;
  return told;
}

void
telling_free (Telling *told)
{
  g_clear_pointer (&told->identities, g_ptr_array_unref);
  g_clear_pointer (&told->filed, credential_unref);
  g_free (told);
}

static const Holder *
find_caller (const Account *account, guint64 call)
{
  if (call == 0)
    return NULL;
  return call == account->main.call.number ? &account->main : own_find_call (account, call);
}

Occasion
occasion_take (const Account *account, const Event *event)
{
  const Command *command = g_queue_peek_head ((GQueue *)&account->main.commands);
  const Holder *caller = event->kind == EVENT_ANSWER ? find_caller (account, event->call) : NULL;
  Occasion occasion = {.event = event, .answered = caller != NULL, .own = guid_zero};

  if (caller != NULL && caller->call.credential != NULL)
    occasion.presented = credential_ref (caller->call.credential);
  if (caller != NULL && holder_is_own (caller))
    occasion.own = caller->identity_id;
  if (command != NULL && command->kind == COMMAND_LOGIN && !command->carried)
    {
      occasion.login = command->id;
      occasion.written = credential_ref (command->credential);
    }
  return occasion;
}

void
occasion_clear (Occasion *occasion)
{
  g_clear_pointer (&occasion->presented, credential_unref);
  g_clear_pointer (&occasion->written, credential_unref);
}

gboolean
occasion_is_theirs (const Occasion *occasion)
{
  return occasion->event->kind == EVENT_RECORD || occasion->event->kind == EVENT_LOCKED;
}

const GError *
occasion_error (const Occasion *occasion)
{
  return occasion->answered ? occasion->event->answer->error : NULL;
}

/* When the boot clock is at @boot_us, by the calendar of now. */
static char *
until (gint64 boot_us, Instant now)
{
  return details_second (now.wall_us + (boot_us - now.boot_us));
}

static const char *
word_for (const GError *error)
{
  static const struct
  {
    So24ErrorCode code;
    const char *word;
  } words[] = {{SO24_ERROR_REJECTED, "rejected"}, {SO24_ERROR_BLOCKED, "blocked"}, {SO24_ERROR_THROTTLED, "throttled"}};

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_error_matches (error, SO24_ERROR, (gint)words[i].code))
      return words[i].word;
  return NULL;
}

/* A credential that was presented in vain, and what is put off for that or another failure. */
static void
tell_refusal (const Account *account, Telling *told, const Occasion *occasion, Instant now, Effects *effects)
{
  const Limits *limits = &account->limits;
  gint64 put_off_us = MAX (limits->throttle_us, limits->login_us);
  gboolean longer = put_off_us > told->put_off_us && put_off_us > now.boot_us;
  const GError *error = occasion_error (occasion);
  const char *word = word_for (error);
  g_autofree char *end = longer ? until (put_off_us, now) : NULL;

  if (word == NULL && occasion->event->kind == EVENT_CREDENTIAL && occasion->event->known_rejected)
    word = word_for (error = account->rejected);
  if (word == NULL && longer)
    {
      word = "backoff";
      error = limits->cause;
    }
  told->put_off_us = put_off_us;
  if (word != NULL)
    effects_event (effects, word, "user", occasion->presented == NULL ? NULL : credential_owner (occasion->presented),
                   "own", guid_is_zero (&occasion->own) ? NULL : occasion->own.text, "until", end, "reason",
                   error == NULL ? NULL : error->message, NULL);
}

static void
tell_quarantine (const Limits *limits, Telling *told, Instant now, Effects *effects)
{
  gboolean quarantined = now.boot_us < limits->quarantine_us;
  g_autofree char *end = quarantined ? details_second (limits->quarantine_wall_us) : NULL;

  if (quarantined && limits->quarantine_us != told->quarantine_us)
    effects_event (effects, "quarantined", "until", end, NULL);
  else if (!quarantined && told->quarantined)
    effects_event (effects, "unquarantined", NULL);
  told->quarantined = quarantined;
  told->quarantine_us = limits->quarantine_us;
}

static void
tell_exhaustion (const Account *account, Telling *told, Instant now, Effects *effects)
{
  const Limits *limits = &account->limits;
  gboolean exhausted = !told->quarantined && limits_exhausted (limits, &account->config, now);
  gboolean by_service = limits->allowed == 0 && now.boot_us < limits->allowed_until_us;
  g_autofree char *end = NULL;

  if (exhausted && !told->exhausted)
    {
      end = until (by_service ? limits->allowed_until_us : budget_frees_us (&limits->budget, now), now);
      effects_event (effects, "exhausted", "limit", by_service ? "service" : "rate", "until", end, NULL);
    }
  told->exhausted = exhausted;
}

static void
tell_reach (const Account *account, Telling *told, const Occasion *occasion, Effects *effects)
{
  gboolean offline = account->offline_us != NEVER;
  const GError *error = occasion_error (occasion);

  if (offline && !told->offline)
    effects_event (effects, "offline", "reason", error == NULL ? NULL : error->message, NULL);
  else if (!offline && told->offline)
    effects_event (effects, "online", NULL);
  told->offline = offline;
}

static gboolean
is_same_list (const GPtrArray *a, const GPtrArray *b)
{
  if (a == NULL || a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    {
      const Identity *one = a->pdata[i], *other = b->pdata[i];

      if (!guid_equal (&one->id, &other->id) || g_strcmp0 (one->client_name, other->client_name) != 0
          || one->is_disabled != other->is_disabled)
        return FALSE;
    }
  return TRUE;
}

static void
tell_list (const Account *account, Telling *told, Effects *effects)
{
  GPtrArray *list = account->identities;
  g_autofree char *count = NULL;

  if (list == NULL || list == told->identities)
    return;
  count = g_strdup_printf ("%u", list->len);
  if (!is_same_list (told->identities, list))
    effects_event (effects, "list", "count", count, NULL);
  g_clear_pointer (&told->identities, g_ptr_array_unref);
  told->identities = g_ptr_array_ref (list);
}

static void
tell_credential (const Account *account, Telling *told, const Occasion *occasion, Effects *effects)
{
  if (account->filed == told->filed)
    return;
  if (account->filed != NULL && occasion->event->kind == EVENT_CREDENTIAL)
    effects_event (effects, "credential", "user", credential_owner (account->filed), "from", "file", NULL);
  g_clear_pointer (&told->filed, credential_unref);
  told->filed = account->filed == NULL ? NULL : credential_ref (account->filed);
}

void
telling_tell (const Account *account, const Occasion *occasion, Instant now, Effects *effects)
{
  Telling *told = account->telling;

  tell_credential (account, told, occasion, effects);
  tell_reach (account, told, occasion, effects);
  session_tell (&account->main, occasion, effects);
  for (guint i = 0; i < account->own->len; i++)
    session_tell (g_ptr_array_index (account->own, i), occasion, effects);
  tell_list (account, told, effects);
  tell_refusal (account, told, occasion, now, effects);
  tell_quarantine (&account->limits, told, now, effects);
  tell_exhaustion (account, told, now, effects);
}

/* Whoever waits for the end of a quarantine is told of it in time, whether or not somebody reads. */
gint64
telling_due_us (const Account *account, gint64 due_us)
{
  if (!account->telling->quarantined || account->stopping)
    return due_us;
  return earlier (due_us, account->limits.quarantine_us);
}
