/* The standing of the session. Touches nothing. */
#include "account/standing.h"

#include "account/machine.h"

static gboolean
is_waited_for (const Account *account)
{
  return account->main.waiters.length + account->main.commands.length > 0;
}

Standing
account_standing (const Account *account)
{
  const Session *session = account->main.session;

  if (account_cookie (account, NULL) != NULL)
    return STANDING_SERVED;
  if (session->withheld != NULL)
    return STANDING_REFUSED;
  if (session->id == NULL && account->credential == NULL)
    return STANDING_REFUSED;
  if (is_waited_for (account))
    return STANDING_UNDECIDED;
  return session->id == NULL ? STANDING_RENEWABLE : STANDING_UNCONFIRMED;
}

const Secret *
account_session_id (const Account *account)
{
  return account->main.session->id;
}

const Guid *
account_expected_identity (const Account *account)
{
  const Session *session = account->main.session;

  return session->active == NULL && session->chosen_by != CHOSEN_BY_NOBODY ? &session->chosen : NULL;
}
