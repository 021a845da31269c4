/*
 * The sessions that are an identity's own: each is kept by the same machine as the mount's, on the one identity for ever.
 * What differs stands here. Touches nothing.
 */
#include "account/telling.h"
#include "base/error.h"

/* So few are checked as often as the mount's own session. */
#define FEW 8

#define HOUR_US (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)

gboolean
holder_is_own (const Holder *holder)
{
  return holder != &holder->account->main;
}

void
holder_init (Holder *holder, Account *account)
{
  holder->account = account;
  holder->session = session_new ();
  holder->telling = session_telling_new ();
  holder->used_us = holder->kept_us = holder->login_us = NEVER;
}

void
holder_clear (Holder *holder)
{
  turn_give_back (holder);
  g_queue_clear_full (&holder->waiters, g_free);
  g_queue_clear_full (&holder->commands, (GDestroyNotify)command_free);
  call_end (holder);
  session_free (holder->session);
  session_telling_free (holder->telling);
  g_clear_pointer (&holder->told, secret_unref);
  g_clear_pointer (&holder->kept, secret_unref);
  g_clear_error (&holder->cause);
}

static Holder *
own_at (const Account *account, guint i)
{
  return g_ptr_array_index (account->own, i);
}

static Session *
session_for (const Guid *identity_id)
{
  Session *session = session_new ();

  session_choose (session, identity_id, CHOSEN_BY_WRITE);
  return session;
}

gboolean
own_is_gone (const Account *account, const Guid *identity_id)
{
  return account->identities != NULL && identity_index_find (account->index, account->identities, identity_id) == NULL;
}

void
holder_free (gpointer memory)
{
  holder_clear (memory);
  g_free (memory);
}

Holder *
own_find (const Account *account, const Guid *identity_id)
{
  return g_hash_table_lookup (account->own_by_id, identity_id->text);
}

Holder *
holder_find (const Account *account, const Guid *own)
{
  return own == NULL ? (Holder *)&account->main : own_find (account, own);
}

Holder *
own_open (Account *account, const Guid *identity_id)
{
  Holder *holder = own_find (account, identity_id);

  if (holder != NULL)
    return holder;
  holder = g_new0 (Holder, 1);
  holder_init (holder, account);
  holder->identity_id = *identity_id;
  session_free (holder->session);
  holder->session = session_for (identity_id);
  holder->gone = own_is_gone (account, identity_id);
  g_ptr_array_add (account->own, holder);
  g_hash_table_insert (account->own_by_id, holder->identity_id.text, holder);
  return holder;
}

void
own_drop (Holder *holder, Effects *effects)
{
  call_cancel (holder, effects);
  session_free (holder->session);
  holder->session = session_for (&holder->identity_id);
}

void
own_dismiss_all (Account *account, const GError *error, Effects *effects)
{
  for (guint i = 0; i < account->own->len; i++)
    {
      waiters_dismiss_all (own_at (account, i), error, effects);
      call_cancel (own_at (account, i), effects);
    }
}

void
own_drop_all (Account *account, Effects *effects)
{
  for (guint i = 0; i < account->own->len; i++)
    {
      Holder *holder = own_at (account, i);

      own_drop (holder, effects);
      holder->login_us = NEVER;
      holder->failures = 0;
    }
}

gboolean
own_need_login (Account *account, Instant now)
{

  if (account->turns_had == 0 || now.boot_us < account->turn_us)
    return FALSE;
  for (guint i = 0; i < account->own->len; i++)
    if (own_at (account, i)->turn == TURN_HAD && waiters_need_login (own_at (account, i), now))
      return TRUE;
  return FALSE;
}

void
own_fail_logins (Account *account, const GError *error, Instant now, Effects *effects)
{

  for (guint i = 0; i < account->own->len; i++)
    if (own_at (account, i)->turn == TURN_HAD)
      waiters_fail_logins (own_at (account, i), error, now, effects);
}

Holder *
own_find_call (const Account *account, guint64 call)
{

  for (guint i = 0; i < account->own->len; i++)
    if (own_at (account, i)->call.number == call)
      return own_at (account, i);
  return NULL;
}

gboolean
own_dismiss (Account *account, guint64 waiter, const GError *error, Effects *effects)
{

  for (guint i = 0; i < account->own->len; i++)
    if (waiters_dismiss (own_at (account, i), waiter, error, effects))
      return TRUE;
  return FALSE;
}

gint64
own_due_us (const Account *account, Instant now, gint64 due_us)
{
  due_us = earlier (due_us, turns_due_us (account, now));

  for (guint i = 0; i < account->own->len; i++)
    due_us = earlier (due_us, keeper_due_us (own_at (account, i), now));
  return due_us;
}

void
own_keep (Account *account, Instant now)
{

  for (guint i = 0; i < account->own->len; i++)
    keeper_start (own_at (account, i), now);
}

gint64
own_check_ttl_us (const Account *account)
{
  return MAX (account->config.check_ttl_us, account->own_check_ttl_us);
}

/* The identity is blocked, or the service says something of this Login alone that we do not know: others may try theirs. */
gboolean
own_is_to_blame (const Call *call, const Answer *answer)
{
  static const So24ErrorCode of_all[] = {SO24_ERROR_THROTTLED, SO24_ERROR_QUARANTINED, SO24_ERROR_REJECTED};

  for (guint i = 0; i < G_N_ELEMENTS (of_all); i++)
    if (g_error_matches (answer->error, SO24_ERROR, of_all[i]))
      return FALSE;
  return operation_logs_in (call->operation) && answer->error != NULL && answer->is_fault;
}

void
own_put_off (Holder *holder, const GError *cause, Instant now)
{
  Account *account = holder->account;

  holder->login_us = now.boot_us + limits_delay_after (&account->limits, &account->config, ++holder->failures);
  g_clear_error (&holder->cause);
  holder->cause = g_error_copy (cause);
}

void
own_login_was_in_vain (Holder *holder, const GError *cause, Instant now)
{
  if (holder->failures == 0)
    holder->failures = 1;
  else
    own_put_off (holder, cause, now);
}

void
own_judge_session (Holder *holder, Operation asked, Instant now, Effects *effects)
{
  Session *session = holder->session;
  gboolean switched = asked == OPERATION_GET_IDENTITY;

  if (session->confirmed_us != NEVER && session->withheld == NULL && !session->put_back)
    {
      holder->failures = 0;
      holder->login_us = NEVER;
    }
  if (session->withheld == NULL)
    return;
  effects_log (effects, G_LOG_LEVEL_WARNING, "the session of %s is dropped: %s", holder->identity_id.text,
               session->withheld->message);
  if (!switched || holder->failures > 0)
    own_put_off (holder, session->withheld, now);
  else
    holder->failures = 1;
  own_drop (holder, effects);
}

void
own_list_changed (Account *account, Effects *effects)
{
  identity_index_clear (account->index);
  for (guint i = 0; account->identities != NULL && i < account->own->len; i++)
    {
      Holder *holder = own_at (account, i);

      holder->gone = own_is_gone (account, &holder->identity_id);
      if (holder->gone)
        own_drop (holder, effects);
    }
}

void
own_advance (Account *account, Instant now, Effects *effects)
{
  Holder *next;

  for (guint i = 0; i < account->own->len; i++)
    if (!g_queue_is_empty (&own_at (account, i)->waiters))
      waiters_advance (own_at (account, i), now, effects);
  while ((next = turns_next (account)) != NULL)
    waiters_advance (next, now, effects);
}

/* What would be lost with it is known anyway. */
static gboolean
is_needless (Holder *holder, Instant now)
{
  return holder->session->id == NULL && holder->call.number == 0 && g_queue_is_empty (&holder->waiters)
         && now.boot_us >= holder->login_us;
}

static void
note_to_store (Account *account, Holder *holder)
{
  const Session *session = holder->session;

  if (holder->kept == session->id && holder->kept_proven == session->proven)
    return;
  g_clear_pointer (&holder->kept, secret_unref);
  holder->kept = session->id == NULL ? NULL : secret_ref (session->id);
  holder->kept_proven = session->proven;
  account->own_moved = TRUE;
}

/* Told is what is settled: a renewal is one change, not two. */
static void
tell_change (Holder *holder, Effects *effects)
{
  const Session *session = holder->session;
  Outlook outlook = holder_outlook (holder);

  if (holder->told_outlook != outlook)
    effects_own_changed (effects, &holder->identity_id, CHANGED_OWN_OUTLOOK);
  holder->told_outlook = outlook;
  if (holder->told == session->id || !g_queue_is_empty (&holder->waiters))
    return;
  g_clear_pointer (&holder->told, secret_unref);
  holder->told = session->id == NULL ? NULL : secret_ref (session->id);
  effects_own_changed (effects, &holder->identity_id, CHANGED_OWN);
}

static gboolean
is_in_use (const Holder *holder, Instant now)
{
  return holder->session->id != NULL && holder->used_us != NEVER
         && now.boot_us - holder->used_us <= holder->account->config.idle_after_us;
}

static void
stretch_checks (Account *account, Instant now)
{
  gint64 rate = account->config.rate;
  gint64 in_use = 0;

  for (guint i = 0; i < account->own->len; i++)
    in_use += is_in_use (own_at (account, i), now);
  account->own_check_ttl_us = rate == 0 || in_use <= FEW ? 0 : in_use * 2 * HOUR_US / rate;
}

void
own_tell_changes (Account *account, Instant now, Effects *effects)
{
  for (guint i = 0; i < account->own->len;)
    {
      Holder *holder = own_at (account, i);

      note_to_store (account, holder);
      tell_change (holder, effects);
      if (!is_needless (holder, now))
        {
          i++;
          continue;
        }
      g_hash_table_remove (account->own_by_id, holder->identity_id.text);
      g_ptr_array_remove_index_fast (account->own, i);
    }
  stretch_checks (account, now);
}
