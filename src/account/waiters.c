/* Those who wait to read. Touches nothing. */
#include "account/machine.h"
#include "base/error.h"

void
waiters_add (Account *account, const Event *event, Instant now)
{
  Waiter *waiter = g_new0 (Waiter, 1);

  waiter->id = event->waiter;
  waiter->want = event->want;
  waiter->ask_now = event->ask_now;
  waiter->since_us = event->ask_now ? now.boot_us : now.boot_us - account->config.check_ttl_us;
  g_queue_push_tail (&account->waiters, waiter);
}

static void
dismiss (Account *account, GList *link, const GError *error, Effects *effects)
{
  Waiter *waiter = link->data;

  if (waiter->keeps)
    account->keeping = FALSE;
  else
    effects_answer (effects, waiter->id, error);
  g_free (waiter);
  g_queue_delete_link (&account->waiters, link);
}

void
waiters_advance (Account *account, Instant now, Effects *effects)
{
  for (GList *link = account->waiters.head, *next; link != NULL; link = next)
    {
      Verdict verdict = want_judge (account, link->data, now);
      g_autoptr (GError) error = verdict.error;

      next = link->next;
      if (verdict.kind == VERDICT_READY || verdict.kind == VERDICT_FAIL)
        dismiss (account, link, error, effects);
      else if (verdict.kind == VERDICT_NEEDS && account->call.number == 0)
        call_make (account, verdict.operation, NULL, now, effects);
    }
}

/* Who came too late for the call, and asked for the truth of this moment, is not among them. */
GPtrArray *
waiters_concerned (Account *account, const Call *call, Instant now)
{
  GPtrArray *concerned = g_ptr_array_new ();

  for (GList *link = account->waiters.head; link != NULL; link = link->next)
    {
      Waiter *waiter = link->data;
      Verdict verdict = want_judge (account, waiter, now);

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
         || (operation_logs_in (call->operation) && waiter->want == WANT_IDENTITIES
             && g_error_matches (error, SO24_ERROR, SO24_ERROR_BLOCKED));
}

void
waiters_fail (Account *account, GPtrArray *concerned, const Call *call, const GError *error, Instant now,
              Effects *effects)
{
  for (guint i = 0; i < concerned->len; i++)
    {
      Waiter *waiter = g_ptr_array_index (concerned, i);
      g_autoptr (GError) failure = NULL;

      if (has_another_way (waiter, call, error))
        continue;
      failure = want_failure (account, waiter, error, now);
      /* Who has grace is judged again after the writers, who may be about to switch. */
      if (failure == NULL)
        continue;
      dismiss (account, g_queue_find (&account->waiters, waiter), failure, effects);
    }
}

void
waiters_fail_logins (Account *account, const GError *error, Instant now, Effects *effects)
{
  for (GList *link = account->waiters.head, *next; link != NULL; link = next)
    {
      next = link->next;
      if (verdict_is_login (want_judge (account, link->data, now)))
        dismiss (account, link, error, effects);
    }
}

void
waiters_note_login (Account *account)
{
  for (GList *link = account->waiters.head; link != NULL; link = link->next)
    ((Waiter *)link->data)->logins++;
}

gboolean
waiters_dismiss (Account *account, guint64 id, const GError *error, Effects *effects)
{
  for (GList *link = account->waiters.head; link != NULL; link = link->next)
    if (((Waiter *)link->data)->id == id && !((Waiter *)link->data)->keeps)
      {
        dismiss (account, link, error, effects);
        return TRUE;
      }
  return FALSE;
}

void
waiters_dismiss_all (Account *account, const GError *error, Effects *effects)
{
  while (account->waiters.head != NULL)
    dismiss (account, account->waiters.head, error, effects);
}
