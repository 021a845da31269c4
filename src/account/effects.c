/* The queue of effects. Touches nothing. */
#include "account/effects.h"

#include "base/details.h"

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

static gboolean
is_urgent (const Effect *effect)
{
  return effect->kind == EFFECT_STORE || effect->kind == EFFECT_CANCEL
         || (effect->kind == EFFECT_ANSWER && g_error_matches (effect->error, SO24_ERROR, SO24_ERROR_INTERRUPTED));
}

Effect *
effects_pop_urgent (Effects *effects)
{
  for (GList *link = effects->queue.head; link != NULL; link = link->next)
    {
      Effect *effect = link->data;

      if (!is_urgent (effect))
        continue;
      g_queue_delete_link (&effects->queue, link);
      return effect;
    }
  return NULL;
}

void
effect_free (Effect *effect)
{
  g_clear_pointer (&effect->request, request_free);
  g_clear_error (&effect->error);
  g_free (effect->text);
  g_clear_pointer (&effect->record, record_free);
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
  push (effects, EFFECT_CHANGED)->changed = changed;
}

void
effects_own_changed (Effects *effects, const Guid *identity_id, Changed changed)
{
  Effect *effect = push (effects, EFFECT_CHANGED);

  effect->changed = changed;
  effect->identity_id = *identity_id;
}

void
effects_timer (Effects *effects, gint64 boot_us)
{
  push (effects, EFFECT_TIMER)->boot_us = boot_us;
}

void
effects_store (Effects *effects, Record *record)
{
  push (effects, EFFECT_STORE)->record = record;
}

void
effects_plain (Effects *effects, EffectKind kind)
{
  push (effects, kind);
}

gboolean
effects_have (const Effects *effects, EffectKind kind)
{
  for (const GList *link = effects->queue.head; link != NULL; link = link->next)
    if (((const Effect *)link->data)->kind == kind)
      return TRUE;
  return FALSE;
}

/* TRUE if @call waited to be made: now it will not be. */
static gboolean
drop_call (Effects *effects, guint64 call)
{
  for (GList *link = effects->queue.head; link != NULL; link = link->next)
    {
      Effect *effect = link->data;

      if (effect->kind != EFFECT_CALL || effect->call != call)
        continue;
      effect_free (effect);
      g_queue_delete_link (&effects->queue, link);
      return TRUE;
    }
  return FALSE;
}

void
effects_append (Effects *effects, Effects *from)
{
  Effect *effect;

  while ((effect = effects_pop (from)) != NULL)
    if (effect->kind == EFFECT_CANCEL && drop_call (effects, effect->call))
      effect_free (effect);
    else
      g_queue_push_tail (&effects->queue, effect);
}

void
effects_event (Effects *effects, const char *word, ...)
{
  GString *line = g_string_new (word);
  va_list pairs;
  const char *key;

  va_start (pairs, word);
  while ((key = va_arg (pairs, const char *)) != NULL)
    details_add (line, key, va_arg (pairs, const char *));
  va_end (pairs);
  push (effects, EFFECT_EVENT)->text = g_string_free (line, FALSE);
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
