/* What a reader of a session's files can expect at this moment, for those who tell others when that changes. */
#pragma once

#include "account/account.h"

typedef enum
{
  OUTLOOK_SERVED,      /* a cookie may be handed out */
  OUTLOOK_UNDECIDED,   /* somebody waits for it, and it is being found out */
  OUTLOOK_UNCONFIRMED, /* nobody waits; the next reader will have it found out */
  OUTLOOK_RENEWABLE,   /* there is no session, nobody waits, and the next reader will have one made */
  OUTLOOK_REFUSED      /* there is none, and no way to one, or it is withheld */
} Outlook;

/* @own: of the session that is this identity's own; NULL: of the mount's. */
Outlook account_outlook (const Account *account, const Guid *own);

/* The session id, also when it may not be handed out; NULL: none. For telling one from another, and nothing else. */
const Secret *account_session_id (const Account *account, const Guid *own);
