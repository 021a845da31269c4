/* The rules, held against what the machine does. Each of these may find one broken: then world->broken says which. */
#pragma once

#include "world.h"

typedef enum
{
  RULE_COOKIE_RIGHT,
  RULE_COOKIE_FRESH,
  RULE_COOKIE_THERE,
  RULE_ONE_CALL,
  RULE_ONE_LOGIN,
  RULE_LOCKED,
  RULE_REJECTED,
  RULE_BACK_OFF,
  RULE_THROTTLED,
  RULE_QUARANTINE,
  RULE_ALLOWED,
  RULE_BUDGET,
  RULE_ATTEMPT_STORED,
  RULE_WRITE_STORED,
  RULE_ANSWERED_ONCE,
  RULE_INTERRUPTED_AT_ONCE,
  RULE_ANSWERED,
  RULE_HEALED,
  RULE_BOUNDED,
  RULE_LAZY,
  RULE_KEPT,
  RULE_MEDDLING,
  RULE_SECRET,
  RULE_REQUEST,
  RULE_TWINS_ONE_LOGIN,
  RULE_NO_BLAME,
  N_RULES
} Rule;

const char *rule_name (Rule rule);
void judge_break (World *world, Rule rule, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* judge.c */
/* An effect joins the queue, in the event in which the machine wished for it. */
void judge_queued (World *world, Mount *mount, const Effect *effect);
/* It is carried out. */
void judge_call_made (World *world, Mount *mount, const Flight *flight, gint64 wished_us);
void judge_answered (World *world, Mount *mount, const Queued *queued);
void judge_text (World *world, const char *text);
/* After each step. */
void judge_step (World *world);

/* calls.c */
/* A call is wished for; tells whom it is for. */
void judge_call (World *world, Mount *mount, const Effect *effect);

/* learn.c: what a mount learns. */
void learn_attempt (World *world, Mount *mount);
void learn_answer (World *world, Mount *mount, const Flight *flight, const Answer *answer);
void learn_credential (World *world, Mount *mount, gint person, gboolean known_rejected);
void learn_decision (World *world, Mount *mount, Waiting *writer, const GError *error);
void learn_locked (World *world, Mount *mount);
void learn_logout (World *world, Mount *mount);
void learn_record (World *world, Mount *mount);
void learn_start (World *world, Mount *mount, gboolean rebooted);
void learn_used (World *world, Mount *mount);
/* The least that the back-off after the @failures th failure may be. */
gint64 least_delay_us (const World *world, guint failures);
Knowledge knowledge_none (World *world);

/* choice.c */
gint choice_new (World *world, gint identity, ChosenBy by);
Choice *choice_at (World *world, gint index);
/* Whether a cookie on @identity is right; then it is no longer open. */
gboolean choice_is (World *world, gint index, gint identity);
gint choice_merge (World *world, gint base, gint ours, gint theirs);

/* finding */
Waiting *waiting_find (Mount *mount, guint64 id);
Waiting *waiting_add (Mount *mount, guint64 id);
/* The writer whose turn it is; NULL: none. */
Waiting *waiting_writer (Mount *mount);
gboolean waiting_any (const Mount *mount);
const Told *told_of (const Mount *mount, gint session);
void told_forget (Mount *mount, gint session);
