/* When not to call: quarantine, throttling, and backing off after failed Logins. For account/ only. */
#pragma once

#include "account/account.h"

typedef struct
{
  gint64 quarantine_us; /* until; boot clock */
  gint64 quarantine_wall_us;
  gint64 throttle_us; /* until; no call at all by ourselves */
  gint64 login_us;    /* until; no Login by ourselves */
  GError *cause;      /* of the last two */
  guint failures;     /* in a row */
  GRand *random;
} Limits;

void limits_init (Limits *limits, guint32 seed);
void limits_clear (Limits *limits);

/* Learns from an answer. @by_itself: the call was our own idea, not that of a person who wrote to login. */
void limits_learn (Limits *limits, const AccountConfig *config, const Answer *answer, gboolean by_itself, Instant now);

/* A Login brought a session that was over at once, for @cause: counts as a failed one. */
void limits_login_was_in_vain (Limits *limits, const AccountConfig *config, const GError *cause, Instant now);

/* Why a call of ours must not go out now, or NULL. @login: it would be a Login. */
GError *limits_refuse (const Limits *limits, gboolean login, Instant now);

/* The same for a call that a person asked for by writing: only a quarantine forbids it. */
GError *limits_refuse_command (const Limits *limits, Instant now);

/* Whether a Login of ours is put off because it was told that its identity is blocked. */
gboolean limits_blocked (const Limits *limits, Instant now);

gboolean limits_quarantined (const Limits *limits, Instant now);

/* A new credential was written: what the old one failed at does not count any more. */
void limits_forgive (Limits *limits);
