/* The outlook of a session. Touches nothing. */
#include "account/outlook.h"

#include "account/machine.h"

static gboolean
is_waited_for (const Holder *holder)
{
  return holder->waiters.length + holder->commands.length > 0;
}

static Outlook
without_session (const Account *account)
{
  return account->credential == NULL ? OUTLOOK_REFUSED : OUTLOOK_RENEWABLE;
}

Outlook
holder_outlook (const Holder *holder)
{
  const Session *session = holder->session;

  if (session->withheld != NULL || holder->gone)
    return OUTLOOK_REFUSED;
  if (session_cookie (session, NULL) != NULL)
    return OUTLOOK_SERVED;
  if (session->id == NULL && without_session (holder->account) == OUTLOOK_REFUSED)
    return OUTLOOK_REFUSED;
  if (is_waited_for (holder))
    return OUTLOOK_UNDECIDED;
  return session->id == NULL ? OUTLOOK_RENEWABLE : OUTLOOK_UNCONFIRMED;
}

Outlook
account_outlook (const Account *account, const Guid *own)
{
  const Holder *holder = holder_find (account, own);

  if (holder != NULL)
    return holder_outlook (holder);
  return own_is_gone (account, own) ? OUTLOOK_REFUSED : without_session (account);
}

const Secret *
account_session_id (const Account *account, const Guid *own)
{
  const Holder *holder = holder_find (account, own);

  return holder == NULL ? NULL : holder->session->id;
}
