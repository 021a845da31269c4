/* What the account wants done. */
#pragma once

#include "account/record.h"
#include "soap/operation.h"

typedef enum
{
  EFFECT_CALL,    /* make @request; answer with EVENT_ANSWER for @call */
  EFFECT_CANCEL,  /* drop @call; its answer is not wanted any more */
  EFFECT_ANSWER,  /* answer @waiter: with @error, or that it may go on */
  EFFECT_CHANGED, /* what is served has changed: @changed */
  EFFECT_LOG,     /* say @text at @level */
  EFFECT_TIMER,   /* send EVENT_TIME at @boot_us; takes the place of the one before. NEVER: not at all */
  EFFECT_STORE,   /* store @record; nobody has to wait for that */
  EFFECT_SYNC,    /* carry out nothing more before all that was to be stored is stored */
  EFFECT_LOCK,    /* take the lock that mounts of this account share, then send EVENT_LOCKED */
  EFFECT_UNLOCK,
  EFFECT_EVENT, /* something happened that users may want to know: @text, a word and its details */
  N_EFFECTS
} EffectKind;

typedef enum
{
  CHANGED_SESSION = 1 << 0,
  CHANGED_IDENTITY = 1 << 1,
  CHANGED_IDENTITIES = 1 << 2,
  CHANGED_PASSPORT = 1 << 3,
  CHANGED_OWN = 1 << 4,        /* the session of @identity_id's own */
  CHANGED_OUTLOOK = 1 << 5,    /* account/outlook.h */
  CHANGED_OWN_OUTLOOK = 1 << 6 /* the same, of the session of @identity_id's own */
} Changed;

typedef struct
{
  EffectKind kind;
  guint64 call;
  Request *request;
  guint64 waiter;
  GError *error;
  Changed changed;
  Guid identity_id; /* of CHANGED_OWN and CHANGED_OWN_OUTLOOK */
  GLogLevelFlags level;
  char *text;
  gint64 boot_us;
  Record *record;
} Effect;

/* A queue of effects, in the order in which they are to be carried out. */
typedef struct Effects Effects;

Effects *effects_new (void);
void effects_free (Effects *effects);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Effects, effects_free)

/* The oldest effect, now the caller's, or NULL. */
Effect *effects_pop (Effects *effects);
/*
 * The oldest effect that need not wait for what is before it, now the caller's, or NULL: the answer to one who was interrupted; a
 * call to be dropped, which is on its way; and a record to be stored, since what waits for an EFFECT_SYNC may need just that.
 */
Effect *effects_pop_urgent (Effects *effects);
void effect_free (Effect *effect);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Effect, effect_free)

void effects_call (Effects *effects, guint64 call, Request *request);
void effects_cancel (Effects *effects, guint64 call);
void effects_answer (Effects *effects, guint64 waiter, const GError *error);
void effects_changed (Effects *effects, Changed changed);
void effects_own_changed (Effects *effects, const Guid *identity_id, Changed changed);
void effects_timer (Effects *effects, gint64 boot_us);
/* Takes @record. */
void effects_store (Effects *effects, Record *record);
/* EFFECT_SYNC, EFFECT_LOCK, EFFECT_UNLOCK. */
void effects_plain (Effects *effects, EffectKind kind);
/* Whether an effect of @kind is among them. */
gboolean effects_have (const Effects *effects, EffectKind kind);
/* Moves all of @from to the end of @effects. A call that waits there, and is cancelled by @from, is neither made nor cancelled. */
void effects_append (Effects *effects, Effects *from);
/* Appends EFFECT_EVENT: @word, and pairs of a key and a value up to NULL; a pair whose value is NULL is left out. */
void effects_event (Effects *effects, const char *word, ...) G_GNUC_NULL_TERMINATED;
void effects_log (Effects *effects, GLogLevelFlags level, const char *format, ...) G_GNUC_PRINTF (3, 4);
