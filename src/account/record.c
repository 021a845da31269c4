/* Records as values. Touches nothing. */
#include "account/record.h"

#include <stdlib.h>
#include <string.h>

Record *
record_new (void)
{
  Record *record = g_new0 (Record, 1);

  record->chosen = guid_zero;
  record->attempt_us = record->used_us = record->login_us = record->throttle_us = record->quarantine_us = NEVER;
  record->allowed = -1;
  record->allowed_until_us = NEVER;
  return record;
}

static void
own_session_clear (gpointer memory)
{
  g_clear_pointer (&((OwnSession *)memory)->session, secret_unref);
}

GArray *
own_sessions_new (void)
{
  GArray *sessions = g_array_new (FALSE, FALSE, sizeof (OwnSession));

  g_array_set_clear_func (sessions, own_session_clear);
  return sessions;
}

void
own_sessions_add (GArray *sessions, const OwnSession *session)
{
  OwnSession copy = *session;

  copy.session = secret_ref (session->session);
  g_array_append_val (sessions, copy);
}

static gint
compare_identities (gconstpointer a, gconstpointer b)
{
  return strcmp (((const OwnSession *)a)->identity_id.text, ((const OwnSession *)b)->identity_id.text);
}

void
own_sessions_sort (GArray *sessions)
{
  g_array_sort (sessions, compare_identities);
}

const OwnSession *
own_sessions_find (const GArray *sessions, const Guid *identity_id)
{
  OwnSession key = {.identity_id = *identity_id};

  if (sessions == NULL || sessions->len == 0)
    return NULL;
  return bsearch (&key, sessions->data, sessions->len, sizeof key, compare_identities);
}

static GArray *
own_sessions_copy (const GArray *sessions)
{
  GArray *copy = own_sessions_new ();

  for (guint i = 0; i < sessions->len; i++)
    own_sessions_add (copy, &g_array_index (sessions, OwnSession, i));
  return copy;
}

void
record_free (Record *record)
{
  g_clear_pointer (&record->own, g_array_unref);
  g_free (record->owner);
  g_clear_pointer (&record->session, secret_unref);
  g_clear_pointer (&record->passport, passport_free);
  g_free (record->withheld);
  g_free (record->cause);
  g_clear_pointer (&record->rejected, credential_unref);
  g_free (record->rejected_digest);
  g_free (record->rejected_cause);
  g_free (record);
}

Record *
record_copy (const Record *record)
{
  Record *copy = g_memdup2 (record, sizeof *record);

  copy->owner = g_strdup (record->owner);
  copy->session = record->session == NULL ? NULL : secret_ref (record->session);
  copy->passport = record->passport == NULL ? NULL : passport_copy (record->passport);
  copy->own = record->own == NULL ? NULL : own_sessions_copy (record->own);
  copy->withheld = g_strdup (record->withheld);
  copy->cause = g_strdup (record->cause);
  copy->rejected = record->rejected == NULL ? NULL : credential_ref (record->rejected);
  copy->rejected_digest = g_strdup (record->rejected_digest);
  copy->rejected_cause = g_strdup (record->rejected_cause);
  return copy;
}

gboolean
record_same_session (const Record *a, const Record *b)
{
  return g_strcmp0 (a->owner, b->owner) == 0 && a->ended == b->ended && a->proven == b->proven
         && secret_equal (a->session, b->session);
}

gboolean
record_same_identity (const Record *a, const Record *b)
{
  return a->chosen_by == b->chosen_by && guid_equal (&a->chosen, &b->chosen);
}

gboolean
record_same_choice (const Record *a, const Record *b)
{
  return record_same_identity (a, b) && g_strcmp0 (a->withheld, b->withheld) == 0;
}

/* The boot clock of another run says nothing; the calendar does, unless it was set back: then no time has passed. */
static gint64
elapsed_us (const Record *record, Instant now)
{
  return record->same_boot ? now.boot_us - record->saved.boot_us : MAX (0, now.wall_us - record->saved.wall_us);
}

void
record_age_spent (guint *spent, gint64 minutes)
{
  minutes = CLAMP (minutes, 0, RECORD_MINUTES);
  for (gint age = RECORD_MINUTES - 1; age >= 0; age--)
    spent[age] = age < minutes ? 0 : spent[age - minutes];
}

/* Another boot clock's minutes begin at other moments; nothing may be forgotten early for that. */
static void
shift_spent (Record *record, gint64 elapsed, Instant now)
{
  gint64 begun = now.boot_us / MINUTE_US - record->saved.boot_us / MINUTE_US;

  record_age_spent (record->spent, record->same_boot ? begun : elapsed / MINUTE_US - 1);
}

void
record_shift (Record *record, Instant now)
{
  gint64 *const times[] = {&record->used_us,     &record->login_us,      &record->attempt_us,
                           &record->throttle_us, &record->quarantine_us, &record->allowed_until_us};
  gint64 elapsed = elapsed_us (record, now);
  gint64 offset = now.boot_us - elapsed - record->saved.boot_us;

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    if (*times[i] != NEVER)
      *times[i] += offset;
  for (guint i = 0; record->own != NULL && i < record->own->len; i++)
    if (g_array_index (record->own, OwnSession, i).used_us != NEVER)
      g_array_index (record->own, OwnSession, i).used_us += offset;
  shift_spent (record, elapsed, now);
  record->saved = now;
  record->same_boot = TRUE;
}
