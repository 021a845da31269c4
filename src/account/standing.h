/* Whether what is served of the session is settled at this moment, for those who tell others when it changes. */
#pragma once

#include "account/account.h"

typedef enum
{
  STANDING_SERVED,      /* a cookie may be handed out */
  STANDING_UNDECIDED,   /* somebody waits for it, and it is being found out */
  STANDING_UNCONFIRMED, /* nobody waits; the next reader will have it found out */
  STANDING_RENEWABLE,   /* the session is over, nobody waits, and the next reader will have another one made */
  STANDING_REFUSED      /* there is none, and no way to one, or it is withheld */
} Standing;

Standing account_standing (const Account *account);

/* The session id, also when it may not be handed out; NULL: none. For telling one from another, and nothing else. */
const Secret *account_session_id (const Account *account);

/* The identity that was chosen and should be active, when nobody has asked yet; else NULL. */
const Guid *account_expected_identity (const Account *account);
