/* What a mount learns from its people, and from another mount. */
#include "judge.h"

#include "base/error.h"

static void
forgive (Mount *mount)
{
  mount->known.failures = 0;
  mount->known.login_us = G_MININT64;
  mount->known.login_blocked = FALSE;
}

/* A login that succeeded: its session is the account's from now on, on the identity that it names, or the one before. */
static void
decide_login (World *world, Mount *mount, Waiting *writer)
{
  Knowledge *known = &mount->known;
  gint named = person_identity (writer->person);
  gboolean same_owner = known->owner == person_owner (writer->person);
  const Told *told = told_of (mount, writer->session);

  writer->before = known->choice;
  if (named != NO_IDENTITY)
    writer->choice = choice_new (world, named, CHOSEN_BY_CREDENTIAL);
  else if (same_owner && choice_at (world, known->choice)->identity != NO_IDENTITY)
    writer->choice = known->choice;
  else
    writer->choice = choice_new (world, told == NULL ? NO_IDENTITY : told->identity, CHOSEN_BY_LOGIN);
  if (writer->inherited >= 0 && writer->choice != known->choice && named == NO_IDENTITY)
    {
      const Choice *inherited = choice_at (world, writer->inherited);
      Choice *choice = choice_at (world, writer->choice);

      choice->open = TRUE;
      choice->other = inherited->identity;
      if (choice->identity == inherited->identity)
        choice->by = inherited->by;
    }
  known->owner = person_owner (writer->person);
}

void
learn_decision (World *world, Mount *mount, Waiting *writer, const GError *error)
{
  Knowledge *known = &mount->known;

  if (error != NULL)
    {
      mount->doubtful = TRUE;
      return;
    }
  if (writer->command == COMMAND_LOGIN)
    decide_login (world, mount, writer);
  else if (writer->choice < 0)
    {
      writer->before = known->choice;
      writer->choice = choice_new (world, writer->identity, CHOSEN_BY_WRITE);
      seen[SEEN_CARRIED] += writer->carried;
      if (writer->person != NO_PERSON)
        known->owner = person_owner (writer->person);
    }
  if (writer->command == COMMAND_SWITCH)
    choice_at (world, writer->choice)->open = FALSE;
  known->choice = writer->choice;
  if (writer->session < 0)
    return;
  known->session = writer->session;
  mount->heard_us = MAX (mount->heard_us, world->now_us);
  mount->n_rejected = 0;
  known->rejected = NO_PERSON;
  mount->doubtful = TRUE;
  forgive (mount);
}

void
learn_logout (World *world, Mount *mount)
{
  Knowledge *known = &mount->known;

  seen[SEEN_LOGOUT]++;
  mount->file = NO_PERSON;
  known->choice = choice_new (world, NO_IDENTITY, CHOSEN_BY_NOBODY);
  known->owner = 0;
  known->session = -1;
  known->attempt = 0;
  known->rejected = NO_PERSON;
  mount->n_rejected = 0;
  forgive (mount);
}

void
learn_credential (World *world, Mount *mount, gint who, gboolean known_rejected)
{
  Knowledge *known = &mount->known;
  gint named = person_identity (who), owner;
  const Choice *choice;

  if (mount->file == who)
    return;
  owner = known->owner != 0 ? known->owner : person_owner (mount->file);
  if (owner != 0 && owner != person_owner (who))
    {
      known->owner = 0;
      known->session = -1;
      known->choice = choice_new (world, NO_IDENTITY, CHOSEN_BY_NOBODY);
    }
  if (known_rejected)
    {
      mount->rejected[mount->n_rejected++ % G_N_ELEMENTS (mount->rejected)] = who;
      return;
    }
  mount->n_rejected = 0;
  known->rejected = NO_PERSON;
  if (mount->file != NO_PERSON || mount->has_written)
    forgive (mount);
  choice = choice_at (world, known->choice);
  if (named == NO_IDENTITY || choice->identity == named || choice->by == CHOSEN_BY_WRITE)
    return;
  known->choice = choice_new (world, named, CHOSEN_BY_CREDENTIAL);
  mount->doubtful = TRUE;
}

/* What the other mount has stored: of the limits the kinder, where it is not clear that both must know. */
void
learn_record (World *world, Mount *mount)
{
  Knowledge *known = &mount->known;
  const Knowledge *base = &mount->base_known, *theirs = &world->disk_known;

  known->choice = choice_merge (world, base->choice, known->choice, theirs->choice);
  if (theirs->session != base->session)
    known->session = theirs->session;
  if (theirs->owner != 0)
    known->owner = theirs->owner;
  if (theirs->attempt == 0 && !mount->flight.is_login)
    known->attempt = 0;
  known->failures = MIN (known->failures, theirs->failures);
  known->login_us = MIN (known->login_us, theirs->login_us);
  known->login_blocked = known->login_blocked || theirs->login_blocked;
  known->throttle_us = MIN (known->throttle_us, theirs->throttle_us);
  known->used_us = MAX (known->used_us, theirs->used_us);
  known->quarantine_us = MAX (known->quarantine_us, theirs->quarantine_us);
  known->none_us = MIN (known->none_us, theirs->none_us);
  mount->doubtful = TRUE;
  world->disturbed_us = MAX (world->disturbed_us, world->now_us);
}

/* Another boot clock says nothing: by the calendar, which may have been set, it is told how much time has passed. */
static void
move (World *world, Knowledge *known)
{
  gint64 passed_us = MAX (0, world_instant (world).wall_us - known->saved_wall_us);
  gint64 offset_us = world->now_us - passed_us - known->saved_us;
  gint64 *times[] = {&known->login_us,    &known->attempt_us, &known->quarantine_us,
                     &known->throttle_us, &known->none_us,    &known->used_us};

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    if (*times[i] != G_MININT64)
      *times[i] += offset_us;
}

/* Who has the lock, and finds a Login that was on its way, knows that it failed. */
void
learn_locked (World *world, Mount *mount)
{
  Knowledge *known = &mount->known;

  if (known->attempt == 0)
    return;
  known->failures++;
  known->login_us = MAX (known->login_us, known->attempt_us + least_delay_us (world, known->attempt_failures));
  known->login_blocked = FALSE;
  known->attempt = 0;
  seen[SEEN_UNFINISHED]++;
}

/* It starts with what is on the disk. */
void
learn_start (World *world, Mount *mount, gboolean rebooted)
{
  Knowledge *known = &mount->known;

  *known = world->disk == NULL ? knowledge_none (world) : world->disk_known;
  if (rebooted)
    move (world, known);
  world->disturbed_us = MAX (world->disturbed_us, known->quarantine_us + 600 * (gint64)G_USEC_PER_SEC);
  mount->n_told = mount->n_rejected = 0;
  for (guint i = 0; i < TOLD_MAX; i++)
    mount->told[i].session = -1;
  mount->offline_us = G_MININT64;
  mount->heard_us = world->now_us;
  mount->doubtful = TRUE;
}
