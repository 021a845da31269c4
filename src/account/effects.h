/* What the account wants done. */
#pragma once

#include "soap/operation.h"

typedef enum
{
  EFFECT_CALL,    /* make @request; answer with EVENT_ANSWER for @call */
  EFFECT_CANCEL,  /* drop @call; its answer is not wanted any more */
  EFFECT_ANSWER,  /* answer @waiter: with @error, or that it may go on */
  EFFECT_CHANGED, /* what is served has changed: @changed */
  EFFECT_LOG      /* say @text at @level */
} EffectKind;

typedef enum
{
  CHANGED_SESSION = 1 << 0,
  CHANGED_IDENTITY = 1 << 1,
  CHANGED_IDENTITIES = 1 << 2,
  CHANGED_PASSPORT = 1 << 3
} Changed;

typedef struct
{
  EffectKind kind;
  guint64 call;
  Request *request;
  guint64 waiter;
  GError *error;
  Changed changed;
  GLogLevelFlags level;
  char *text;
} Effect;

/* A queue of effects, in the order in which they are to be carried out. */
typedef struct Effects Effects;

Effects *effects_new (void);
void effects_free (Effects *effects);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Effects, effects_free)

/* The oldest effect, now the caller's, or NULL. */
Effect *effects_pop (Effects *effects);
void effect_free (Effect *effect);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Effect, effect_free)

void effects_call (Effects *effects, guint64 call, Request *request);
void effects_cancel (Effects *effects, guint64 call);
void effects_answer (Effects *effects, guint64 waiter, const GError *error);
/* Goes to the head of the queue: whoever is answered sees the change. */
void effects_changed (Effects *effects, Changed changed);
void effects_log (Effects *effects, GLogLevelFlags level, const char *format, ...) G_GNUC_PRINTF (3, 4);
