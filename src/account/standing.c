/* The standing of the session. Touches nothing. */
#include "account/standing.h"

#include "account/machine.h"

/* Who waits for a Login that failed just now may well wait for the next one, too; that must not keep it from being told. */
static gboolean
is_at_rest (const Account *account)
{
  return account->limits.failures > 0 || (account->main.waiters.length == 0 && account->main.commands.length == 0);
}

Standing
account_standing (const Account *account)
{
  const Session *session = account->main.session;

  if (account_cookie (account, NULL) != NULL)
    return STANDING_SERVED;
  if (session->withheld != NULL)
    return STANDING_REFUSED;
  if (session->id != NULL)
    return STANDING_UNDECIDED;
  if (account->credential == NULL)
    return STANDING_REFUSED;
  return is_at_rest (account) ? STANDING_RENEWABLE : STANDING_UNDECIDED;
}

const Secret *
account_session_id (const Account *account)
{
  return account->main.session->id;
}
