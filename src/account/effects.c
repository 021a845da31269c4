/* The queue of effects. Touches nothing. */
#include "account/effects.h"

struct Effects
{
  GQueue queue;
};

Effects *
effects_new (void)
{
  return g_new0 (Effects, 1);
}

void
effects_free (Effects *effects)
{
  g_queue_clear_full (&effects->queue, (GDestroyNotify)effect_free);
  g_free (effects);
}

Effect *
effects_pop (Effects *effects)
{
  return g_queue_pop_head (&effects->queue);
}

void
effect_free (Effect *effect)
{
  g_clear_pointer (&effect->request, request_free);
  g_clear_error (&effect->error);
  g_free (effect->text);
  g_free (effect);
}

static Effect *
push (Effects *effects, EffectKind kind)
{
  Effect *effect = g_new0 (Effect, 1);

  effect->kind = kind;
  g_queue_push_tail (&effects->queue, effect);
  return effect;
}

void
effects_call (Effects *effects, guint64 call, Request *request)
{
  Effect *effect = push (effects, EFFECT_CALL);

  effect->call = call;
  effect->request = request;
}

void
effects_cancel (Effects *effects, guint64 call)
{
  push (effects, EFFECT_CANCEL)->call = call;
}

void
effects_answer (Effects *effects, guint64 waiter, const GError *error)
{
  Effect *effect = push (effects, EFFECT_ANSWER);

  effect->waiter = waiter;
  effect->error = error == NULL ? NULL : g_error_copy (error);
}

void
effects_changed (Effects *effects, Changed changed)
{
  Effect *effect = g_new0 (Effect, 1);

  effect->kind = EFFECT_CHANGED;
  effect->changed = changed;
  g_queue_push_head (&effects->queue, effect);
}

void
effects_log (Effects *effects, GLogLevelFlags level, const char *format, ...)
{
  Effect *effect = push (effects, EFFECT_LOG);
  va_list arguments;

  va_start (arguments, format);
  effect->level = level;
  effect->text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
}
