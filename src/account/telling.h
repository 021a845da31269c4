/*
 * What is told in the file events. After each event of the machine the state is compared with what was told of it last;
 * so the other files of account/ tell nothing themselves, and nothing is told twice. What is still being found out (a
 * session just renewed, on an identity that is not asked yet) is not told before it is known. docs/events.md has the
 * words.
 *
 * For account/ only.
 */
#pragma once

#include "account/machine.h"

/* What is known before an event is handled, and not after it. */
typedef struct
{
  const Event *event;
  gboolean answered;     /* it is the answer to a call on its way */
  Credential *presented; /* by that; NULL: none */
  Guid own;              /* whose own session that was about; zero: it was the mount's */
  guint64 login;         /* the writer whose login runs; 0: none */
  Credential *written;   /* by him */
} Occasion;

Occasion occasion_take (const Account *account, const Event *event);
void occasion_clear (Occasion *occasion);
/* It is what another mount of the account has done. */
gboolean occasion_is_theirs (const Occasion *occasion);
/* The failure of the call that was answered; NULL: none was, or it succeeded. */
const GError *occasion_error (const Occasion *occasion);

Telling *telling_new (void);
void telling_free (Telling *telling);
/* Tells all that is new, of the account and of its session. */
void telling_tell (const Account *account, const Occasion *occasion, Instant now, Effects *effects);
/* When there will be something to tell of, if that is before @due_us. */
gint64 telling_due_us (const Account *account, gint64 due_us);

/* telling_session.c: of one session */
SessionTelling *session_telling_new (void);
void session_telling_free (SessionTelling *telling);
void session_tell (const Holder *holder, const Occasion *occasion, Effects *effects);
