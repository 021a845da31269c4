/* Which identity is the chosen one, as an independent observer has it. */
#include "judge.h"

Choice *
choice_at (World *world, gint index)
{
  return &world->choices[index % CHOICES_MAX];
}

gint
choice_new (World *world, gint identity, ChosenBy by)
{
  gint index = (gint)world->n_choices++;

  *choice_at (world, index) = (Choice){.identity = identity, .other = NO_IDENTITY, .by = by};
  return index;
}

static void
settle (Choice *choice, gint identity)
{
  if (choice->identity == NO_IDENTITY)
    choice->by = CHOSEN_BY_LOGIN;
  choice->identity = identity;
  choice->open = FALSE;
}

gboolean
choice_is (World *world, gint index, gint identity)
{
  Choice *choice = choice_at (world, index);

  if (choice->identity != identity && choice->identity != NO_IDENTITY
      && !(choice->open && (choice->other == identity || choice->other == NO_IDENTITY)))
    return FALSE;
  settle (choice, identity);
  return TRUE;
}

static gboolean
same (World *world, gint a, gint b)
{
  const Choice *one = choice_at (world, a), *two = choice_at (world, b);

  return a == b || (one->identity == two->identity && one->by == two->by && !one->open && !two->open);
}

/* The other mount's counts if it has changed. Where both have, either is right; who logs out has not chosen for others. */
gint
choice_merge (World *world, gint base, gint ours, gint theirs)
{
  gint merged;

  if (same (world, base, theirs) || same (world, ours, theirs) || choice_at (world, theirs)->identity == NO_IDENTITY)
    return ours;
  if (same (world, base, ours))
    return theirs;
  merged = choice_new (world, choice_at (world, theirs)->identity, choice_at (world, theirs)->by);
  choice_at (world, merged)->open = TRUE;
  choice_at (world, merged)->other = choice_at (world, ours)->identity;
  choice_at (world, merged)->stored = TRUE;
  return merged;
}
