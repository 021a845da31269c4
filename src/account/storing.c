/*
 * What is kept between runs: made of the state, taken up again, and merged with what another mount of this account has stored
 * meanwhile. Touches nothing.
 */
#include "account/machine.h"
#include "base/error.h"

#define USED_PRECISION_US (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)

static gboolean
puts_back (const Account *account)
{
  return account->main.session->put_back || account->main.session->switching || account->their_put_back;
}

static gint64
attempt_us (const Account *account)
{
  return MAX (account->limits.attempt_us, account->their_attempt_us);
}

static guint
attempt_by (const Account *account)
{
  if (attempt_us (account) == NEVER)
    return 0;
  return account->limits.attempt_us == attempt_us (account) ? account->config.seed : account->their_attempt_by;
}

static Record *
make_record (Account *account, Instant now)
{
  const Session *session = account->main.session;
  Record *record = record_new ();

  record->saved = now;
  record->same_boot = TRUE;
  record->owner = g_strdup (account->owner);
  record->session = session->id == NULL ? NULL : secret_ref (session->id);
  record->ended = session->ended;
  record->proven = session->proven;
  record->passport = session->passport == NULL ? NULL : passport_copy (session->passport);
  record->chosen_by = session->chosen_by;
  record->chosen = session->chosen;
  record->put_back = puts_back (account);
  record->withheld = session->withheld == NULL ? NULL : g_strdup (session->withheld->message);
  record->own = own_save (account);
  record->used_us = account->main.used_us;
  record->rejected = account->rejected_credential == NULL ? NULL : credential_ref (account->rejected_credential);
  record->rejected_digest = g_strdup (account->rejected_digest);
  record->rejected_cause
    = g_strdup (account->rejected_cause != NULL || account->rejected == NULL ? account->rejected_cause
                                                                             : account->rejected->message);
  limits_save (&account->limits, record, now);
  record->attempt_us = attempt_us (account);
  record->attempt_by = attempt_by (account);
  return record;
}

/* A record that was read knows the rejected credential by its digest alone. */
static gboolean
same_rejected (const Account *account, const Record *record)
{
  gboolean ours = account->rejected_credential != NULL || account->rejected_digest != NULL;

  if (account->rejected_credential != NULL && record->rejected != NULL)
    return account->rejected_credential == record->rejected;
  return ours == (record->rejected != NULL || record->rejected_digest != NULL);
}

/* Without making a record, which most events do not need. */
static gboolean
differs (const Account *account, const Record *record)
{
  const Session *session = account->main.session;
  const char *withheld = session->withheld == NULL ? NULL : session->withheld->message;

  return !secret_equal (session->id, record->session) || session->ended != record->ended
         || session->proven != record->proven || session->chosen_by != record->chosen_by
         || !guid_equal (&session->chosen, &record->chosen) || puts_back (account) != record->put_back
         || g_strcmp0 (withheld, record->withheld) != 0 || g_strcmp0 (account->owner, record->owner) != 0
         || !same_rejected (account, record) || attempt_us (account) != record->attempt_us
         || attempt_by (account) != record->attempt_by || account->own_moved
         || account->main.used_us > record->used_us + USED_PRECISION_US || limits_differ (&account->limits, record);
}

/* A call that may not be made again after a crash, an answer that somebody will rely on: before them it must be stored. */
static gboolean
must_sync (const Account *account, const Effects *own)
{
  if (effects_have (own, EFFECT_ANSWER) || effects_have (own, EFFECT_UNLOCK))
    return TRUE;
  return effects_have (own, EFFECT_CALL)
         && (!operation_row (account->main.call.operation)->only_asks || account->limits.budget.unsaved);
}

void
storing_append (Account *account, Effects *own, Instant now, Effects *effects)
{
  gboolean sync = must_sync (account, own);

  if (account->config.stored && differs (account, account->stored))
    {
      record_free (account->stored);
      account->stored = make_record (account, now);
      effects_store (effects, record_copy (account->stored));
      account->limits.budget.unsaved = account->own_moved = FALSE;
      account->unsynced = TRUE;
    }
  if (account->unsynced && sync)
    {
      effects_plain (effects, EFFECT_SYNC);
      account->unsynced = FALSE;
    }
  effects_append (effects, own);
}

static Session *
session_of (const Record *record)
{
  Session *session = session_new ();

  session->id = record->session == NULL ? NULL : secret_ref (record->session);
  session->ended = record->ended;
  session->proven = record->proven;
  session_set_passport (session, record->passport);
  session->chosen_by = record->chosen_by;
  session->chosen = record->chosen;
  if (record->withheld != NULL)
    session_withhold (session, record->withheld);
  session->put_back = record->put_back;
  return session;
}

static void
take_record (Account *account, const Record *record)
{
  record_free (account->stored);
  account->stored = record_copy (record);
}

static void
keep_attempt (Account *account, gint64 attempt_us, guint by)
{
  account->their_attempt_us = attempt_us;
  account->their_attempt_by = by;
}

void
account_restore (Account *account, Record *record, Instant now)
{
  record_shift (record, now);
  session_free (account->main.session);
  account->main.session = session_of (record);
  account->owner = g_strdup (record->owner);
  account->main.used_us = record->used_us;
  account->main.kept_us = now.boot_us;
  account->rejected_digest = g_strdup (record->rejected_digest);
  account->rejected_cause = g_strdup (record->rejected_cause);
  limits_merge (&account->limits, account->stored, record, now);
  limits_bound (&account->limits, &account->config, now);
  own_restore (account, record);
  keep_attempt (account, record->attempt_us, record->attempt_by);
  take_record (account, record);
}

static gboolean
is_of_another_user (const Account *account, const Record *record)
{
  g_autofree char *owner = credential_owner_so_far (account);

  return record->owner != NULL && owner != NULL && !g_str_equal (owner, record->owner);
}

static void
choose_as (Session *session, const Session *other)
{
  session->chosen_by = other->chosen_by;
  session->chosen = other->chosen;
  session->put_back = TRUE;
  g_clear_error (&session->withheld);
}

/*
 * Who withholds the session has not chosen, and who has written an identity meanwhile knows better. What the other mount would
 * put back after a Login or a switch of its own is its own affair, as long as it lives.
 */
static gboolean
chooses_anew (const Record *base, const Record *ours, const Record *theirs)
{
  if (record_same_choice (base, theirs) || record_same_choice (ours, theirs))
    return FALSE;
  return !record_same_identity (base, theirs) || record_same_identity (base, ours);
}

/*
 * What is to be our session when another mount has stored @record: theirs if it has changed, with their choice if that has
 * changed, and else with ours. NULL: the one that we have.
 */
static Session *
merge_sessions (const Account *account, const Record *base, const Record *ours, const Record *theirs)
{
  gboolean other_session = !record_same_session (base, theirs) && !record_same_session (ours, theirs);
  gboolean other_choice = chooses_anew (base, ours, theirs);
  Session *session;

  if (!other_session && !other_choice)
    return NULL;
  session = session_of (theirs);
  /* Who forgets the session has not chosen for us. */
  if ((!other_choice && !record_same_choice (ours, theirs)) || theirs->chosen_by == CHOSEN_BY_NOBODY)
    choose_as (session, account->main.session);
  if (!other_session)
    {
      g_clear_pointer (&session->id, secret_unref);
      session->id = ours->session == NULL ? NULL : secret_ref (ours->session);
      session->ended = ours->ended;
      session->proven = ours->proven;
      session_set_passport (session, ours->passport);
      session->put_back = session->put_back || !secret_equal (ours->session, theirs->session);
    }
  return session;
}

/* Two users of one SOURCE would take the place of each other for ever. */
static void
keep_to_ourselves (Account *account, Effects *effects)
{
  effects_log (
    effects, G_LOG_LEVEL_WARNING,
    "another mount has stored the session of another user under this source; this one is not stored any more");
  account->config.stored = FALSE;
}

/* The digest of a credential that the other mount knows to be rejected is kept with the rest. */
static void
adopt_rejected (Account *account, const Record *record)
{
  if (account->rejected_credential != NULL)
    return;
  g_free (account->rejected_digest);
  account->rejected_digest = g_strdup (record->rejected_digest);
  g_free (account->rejected_cause);
  account->rejected_cause = g_strdup (record->rejected_cause);
}

/*
 * What another mount stores before it has heard that a Login of ours is over, or that one came to nothing, still speaks of it.
 * And while we have the lock nobody else's is on its way.
 */
static gboolean
is_over (const Account *account, const Record *record)
{
  return record->attempt_by == account->config.seed || record->attempt_us == account->limits.failed_attempt_us
         || account->lock == LOCK_HELD;
}

static void
adopt_affairs (Account *account, const Record *record)
{
  if (is_over (account, record))
    keep_attempt (account, NEVER, 0);
  else
    keep_attempt (account, record->attempt_us, record->attempt_by);
  account->their_put_back = record->put_back && !account->main.session->put_back && !account->main.session->switching;
}

static void
adopt_session (Account *account, const Record *base, const Record *record, Instant now, Effects *effects)
{
  g_autoptr (Record) ours = make_record (account, now);
  Session *session = merge_sessions (account, base, ours, record);

  if (session != NULL)
    account_use_session (account, session, effects);
  if (record->owner != NULL)
    {
      g_free (account->owner);
      account->owner = g_strdup (record->owner);
    }
  account->main.used_us = MAX (account->main.used_us, record->used_us);
  adopt_rejected (account, record);
  own_adopt (account, base, record, effects);
}

void
storing_adopt (Account *account, const Record *base, const Record *record, Instant now, Effects *effects)
{
  g_autoptr (Record) nothing = record_new ();
  g_autoptr (Record) theirs = record_copy (record);

  if (base == NULL)
    base = nothing;
  record_shift (theirs, now);
  if (is_of_another_user (account, theirs))
    keep_to_ourselves (account, effects);
  else
    adopt_session (account, base, theirs, now, effects);
  adopt_affairs (account, theirs);
  limits_merge (&account->limits, base, theirs, now);
  take_record (account, theirs);
}
