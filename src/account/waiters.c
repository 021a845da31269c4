/* Those who wait to read. Touches nothing. */
#include "account/machine.h"
#include "base/error.h"

static gint64
check_ttl_us (const Holder *holder)
{
  const Account *account = holder->account;

  return holder_is_own (holder) ? own_check_ttl_us (account) : account->config.check_ttl_us;
}

/* What was confirmed by a call sent before then is too old for who comes now. */
static gint64
oldest_us (const Holder *holder, Instant now)
{
  return now.boot_us - check_ttl_us (holder);
}

void
waiters_add (Holder *holder, const Event *event, Instant now)
{
  Waiter *waiter = g_new0 (Waiter, 1);

  waiter->id = event->waiter;
  waiter->want = event->want;
  waiter->ask_now = event->ask_now;
  waiter->since_us = event->ask_now ? now.boot_us : oldest_us (holder, now);
  g_queue_push_tail (&holder->waiters, waiter);
}

gboolean
waiters_would_go_on (Holder *holder, Want want, Instant now)
{
  Waiter waiter = {.want = want, .since_us = oldest_us (holder, now)};
  Verdict verdict = want_judge (holder, &waiter, now);
  g_autoptr (GError) error = verdict.error;

  return g_queue_is_empty (&holder->waiters) && verdict.kind == VERDICT_READY;
}

static void
dismiss (Holder *holder, GList *link, const GError *error, Effects *effects)
{
  Waiter *waiter = link->data;

  if (waiter->keeps)
    holder->keeping = FALSE;
  else
    effects_answer (effects, waiter->id, error);
  g_free (waiter);
  g_queue_delete_link (&holder->waiters, link);
}

void
waiters_advance (Holder *holder, Instant now, Effects *effects)
{
  for (GList *link = holder->waiters.head, *next; link != NULL; link = next)
    {
      Verdict verdict = want_judge (holder, link->data, now);
      g_autoptr (GError) error = verdict.error;

      next = link->next;
      if (verdict.kind == VERDICT_READY || verdict.kind == VERDICT_FAIL)
        dismiss (holder, link, error, effects);
      else if (verdict.kind == VERDICT_NEEDS && holder->call.number == 0)
        call_make (holder, verdict.operation, NULL, now, effects);
    }
  if (g_queue_is_empty (&holder->waiters) && holder->call.number == 0)
    turn_give_back (holder);
}

gboolean
waiters_need_login (Holder *holder, Instant now)
{
  for (GList *link = holder->waiters.head; link != NULL; link = link->next)
    if (verdict_is_login (want_judge (holder, link->data, now)))
      return TRUE;
  return FALSE;
}

/* Who came too late for the call, and asked for the truth of this moment, is not among them. */
GPtrArray *
waiters_concerned (Holder *holder, const Call *call, Instant now)
{
  GPtrArray *concerned = g_ptr_array_new ();

  for (GList *link = holder->waiters.head; link != NULL; link = link->next)
    {
      Waiter *waiter = link->data;
      Verdict verdict = want_judge (holder, waiter, now);

      g_clear_error (&verdict.error);
      if (verdict.kind == VERDICT_NEEDS && verdict.operation == call->operation && waiter->since_us <= call->sent_us)
        g_ptr_array_add (concerned, waiter);
    }
  return concerned;
}

/* Whether there is another way to what the waiter wants: a new Login, or the list without one. */
static gboolean
has_another_way (const Waiter *waiter, const Call *call, const GError *error)
{
  return g_error_matches (error, SO24_ERROR, SO24_ERROR_EXPIRED)
         || (operation_logs_in (call->operation) && waiter->want == WANT_IDENTITIES && error_is_of_identity (error));
}

void
waiters_fail (Holder *holder, GPtrArray *concerned, const Call *call, const GError *error, Instant now,
              Effects *effects)
{
  for (guint i = 0; i < concerned->len; i++)
    {
      Waiter *waiter = g_ptr_array_index (concerned, i);
      g_autoptr (GError) failure = NULL;

      if (has_another_way (waiter, call, error))
        continue;
      failure = want_failure (holder, waiter, error, now);
      /* Who has grace is judged again after the writers, who may be about to switch. */
      if (failure == NULL)
        continue;
      dismiss (holder, g_queue_find (&holder->waiters, waiter), failure, effects);
    }
}

void
waiters_fail_logins (Holder *holder, const GError *error, Instant now, Effects *effects)
{
  for (GList *link = holder->waiters.head, *next; link != NULL; link = next)
    {
      next = link->next;
      if (verdict_is_login (want_judge (holder, link->data, now)))
        dismiss (holder, link, error, effects);
    }
}

void
waiters_note_login (Holder *holder)
{
  for (GList *link = holder->waiters.head; link != NULL; link = link->next)
    ((Waiter *)link->data)->logins++;
}

gboolean
waiters_dismiss (Holder *holder, guint64 id, const GError *error, Effects *effects)
{
  for (GList *link = holder->waiters.head; link != NULL; link = link->next)
    if (((Waiter *)link->data)->id == id && !((Waiter *)link->data)->keeps)
      {
        dismiss (holder, link, error, effects);
        return TRUE;
      }
  return FALSE;
}

void
waiters_dismiss_all (Holder *holder, const GError *error, Effects *effects)
{
  while (holder->waiters.head != NULL)
    dismiss (holder, holder->waiters.head, error, effects);
}
