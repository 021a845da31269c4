/*
 * Several mounts of one account, which share what is stored and a lock: in most tests there is one of them, and the other is
 * what it hears of.
 */
#pragma once

#include "support/runs.h"

/* There is a credential and no session, and the test keeps the lock. */
Rig *rig_before_a_login (void);

/* The same, but there was a session, which has ended. */
Rig *rig_before_a_renewal (const char *identity);

/* What another mount of the same user has stored, after a Login of its own. The caller frees it. */
Record *record_of_another_session (Rig *rig, const char *sid, const char *identity);

/* The same record as is stored, made a moment later. The caller frees it. */
Record *record_now (Rig *rig);

/* Another mount has stored @record, while nothing of ours was under way. */
void rig_tell (Rig *rig, const Record *record);

/* Grants the lock, and the service answers. The latter: @record was stored meanwhile. */
void rig_let_log_in (Rig *rig);
void rig_let_log_in_and_tell (Rig *rig, const Record *record);

/* How often @word stands in the trace. */
guint rig_times (Rig *rig, const char *word);

/* It was given up, once, since the trace was last looked at. */
void assert_lock_given_back (Rig *rig);

/* Two mounts, what is stored, and the lock. Both see the same service, user and clock; each is told when it is its turn. */
typedef struct
{
  Rig *rigs[2];
  Record *disk;     /* NULL: nothing is stored yet */
  guint generation; /* of the disk */
  guint known[2];   /* the generation that each knows, */
  Record *base[2];  /* and what it was */
  guint carried[2]; /* so many of its STOREs were carried out, or refused */
  gboolean slow;    /* the service takes its time: no call is answered */
} Pair;

Pair *pair_new (void);
void pair_free (Pair *pair);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pair, pair_free)

/* Time passes for both. */
void pair_pass (Pair *pair, double seconds);

/* One thing that is due for mount @i is carried out, or told; FALSE if there is none. */
gboolean pair_step (Pair *pair, guint i);

/* Everything that is due is carried out and told, until there is nothing more. Fails if that does not end. */
void pair_rest (Pair *pair);
