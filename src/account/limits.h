/* When not to call: quarantine, what the service still allows, the budget, throttling, failed Logins. For account/ only. */
#pragma once

#include "account/account.h"
#include "account/budget.h"

typedef struct
{
  gint64 quarantine_us; /* until; boot clock */
  gint64 quarantine_wall_us;
  gint64 allowed;          /* calls that the service still allows; -1: it did not say */
  gint64 allowed_until_us; /* boot clock */
  Budget budget;
  gint64 throttle_us; /* until; no call at all by ourselves */
  gint64 login_us;    /* until; no Login by ourselves */
  GError *cause;      /* of the last two */
  guint failures;     /* in a row */
  gint64 attempt_us; /* a Login is on its way: what login_us is to be if we do not live to see its answer; else NEVER */
  gint64 failed_attempt_us; /* the last one of another run that was found to have come to nothing */
  GRand *random;
} Limits;

/*
 * What to wait after the @failures th failure in a row: doubles with each, and is spread over its upper half so that many mounts do
 * not come back together.
 */
gint64 limits_delay_after (Limits *limits, const AccountConfig *config, guint failures);

void limits_init (Limits *limits, guint32 seed);
void limits_clear (Limits *limits);

/* A call goes out. @login: it is a Login. */
void limits_spend (Limits *limits, const AccountConfig *config, gboolean login, Instant now);

/* Learns from an answer. @by_itself: the call was our own idea, not that of a person who wrote to login. */
void limits_learn (Limits *limits, const AccountConfig *config, const Answer *answer, gboolean by_itself, Instant now);

/* A Login brought a session that was over at once, for @cause: counts as a failed one, but the first is tried again at once. */
void limits_login_was_in_vain (Limits *limits, const AccountConfig *config, const GError *cause, Instant now);

/* Why a call of ours must not go out now, or NULL. @login: it would be a Login. */
GError *limits_refuse (const Limits *limits, const AccountConfig *config, gboolean login, Instant now);

/* The same for a call that a person asked for by writing: he may try while we back off. */
GError *limits_refuse_command (const Limits *limits, const AccountConfig *config, Instant now);

/* The same for a cookie that is fresh: in a quarantine nothing could be done with it. */
GError *limits_refuse_cookie (const Limits *limits, Instant now);

/* Whether a Login of ours is put off because it was told that its identity is blocked or gone. */
gboolean limits_blocked (const Limits *limits, Instant now);

/* Whether not even a person's call may go out. */
gboolean limits_exhausted (const Limits *limits, const AccountConfig *config, Instant now);

/* A new credential was written: what the old one failed at does not count any more. */
void limits_forgive (Limits *limits);

/* What is stored of them. */
void limits_save (const Limits *limits, Record *record, Instant now);

/* Takes up what is stored in @record and was not in @base. Where both sides have changed, the stricter counts. */
void limits_merge (Limits *limits, const Record *base, const Record *record, Instant now);

/* A Login with the attempt_us of @attempt_us (NEVER: there was none) came to nothing, since whoever made it has ended. */
void limits_attempt_failed (Limits *limits, gint64 attempt_us);

/* No wait that was stored is longer than the longest that there can be. */
void limits_bound (Limits *limits, const AccountConfig *config, Instant now);

/* Whether what is stored in @record (the last one) is not what it should be. */
gboolean limits_differ (const Limits *limits, const Record *record);
