/* The queue of effects: what overtakes what, and a call that is cancelled while it waits. */
#include "account/effects.h"
#include "support/sentences.h"

static void
add_call (Effects *effects, guint64 call)
{
  effects_call (effects, call, request_new (OPERATION_HAS_SESSION));
}

static void
assert_next (Effects *effects, EffectKind kind)
{
  g_autoptr (Effect) effect = effects_pop (effects);

  g_assert_nonnull (effect);
  g_assert_cmpint (effect->kind, ==, kind);
}

static void
append_a_cancel (Effects *effects, guint64 call)
{
  g_autoptr (Effects) more = effects_new ();

  effects_cancel (more, call);
  effects_append (effects, more);
}

static void
a_call_that_waits_is_not_made_when_it_is_cancelled (void)
{
  g_autoptr (Effects) effects = effects_new ();

  effects_plain (effects, EFFECT_SYNC);
  add_call (effects, 7);
  add_call (effects, 8);
  append_a_cancel (effects, 7);
  assert_next (effects, EFFECT_SYNC);
  assert_next (effects, EFFECT_CALL);
  g_assert_null (effects_pop (effects));
}

static void
a_call_that_was_made_is_cancelled_at_once (void)
{
  g_autoptr (Effects) effects = effects_new ();
  g_autoptr (Effect) urgent = NULL;

  effects_plain (effects, EFFECT_LOCK);
  append_a_cancel (effects, 7);
  urgent = effects_pop_urgent (effects);
  g_assert_cmpint (urgent->kind, ==, EFFECT_CANCEL);
  g_assert_cmpuint (urgent->call, ==, 7);
  assert_next (effects, EFFECT_LOCK);
}

static void
only_who_was_interrupted_is_answered_before_his_turn (void)
{
  g_autoptr (Effects) effects = effects_new ();
  g_autoptr (GError) interrupted = g_error_new_literal (SO24_ERROR, SO24_ERROR_INTERRUPTED, "interrupted");
  g_autoptr (Effect) urgent = NULL;

  effects_answer (effects, 1, NULL);
  effects_answer (effects, 2, interrupted);
  urgent = effects_pop_urgent (effects);
  g_assert_cmpuint (urgent->waiter, ==, 2);
  g_assert_null (effects_pop_urgent (effects));
  assert_next (effects, EFFECT_ANSWER);
}

static const Sentence sentences[] = {
  SENTENCE (a_call_that_waits_is_not_made_when_it_is_cancelled),
  SENTENCE (a_call_that_was_made_is_cancelled_at_once),
  SENTENCE (only_who_was_interrupted_is_answered_before_his_turn),
};

MAIN ("effects")
