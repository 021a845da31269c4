/* Comparing what we know with what is there, by generations. May read the file and set it aside. */
#include "store/current.h"

#include "store/disk.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#define BOOT_ID_FILE "/proc/sys/kernel/random/boot_id"
#define NO_BOOT_ID   "unknown"

static char *
read_boot_id (void)
{
  char *boot_id = NULL;

  if (!g_file_get_contents (BOOT_ID_FILE, &boot_id, NULL, NULL))
    return g_strdup (NO_BOOT_ID);
  return g_strstrip (boot_id);
}

void
current_init (Current *current, const Place *place, const StoreConfig *config)
{
  current->place = place;
  current->endpoint = g_strdup (config->endpoint);
  current->source = g_strdup (config->source);
  current->boot_id = read_boot_id ();
}

void
current_clear (Current *current)
{
  g_free (current->endpoint);
  g_free (current->source);
  g_free (current->boot_id);
  g_clear_pointer (&current->base, record_free);
}

static void
new_generation (Generation generation)
{
  guint8 random[GENERATION_LENGTH / 2];

  if (getrandom (random, sizeof random, 0) != (gssize)sizeof random)
    g_error ("the kernel gives no random numbers: %s", g_strerror (errno));
  for (guint i = 0; i < sizeof random; i++)
    g_snprintf (generation + 2 * i, 3, "%02x", random[i]);
}

Job *
current_new_job (const Current *current, const Record *record, const char *digest)
{
  Job *job = g_new0 (Job, 1);
  Record written = *record;
  Stored stored = {job->generation, current->boot_id, current->endpoint, current->source, &written};

  new_generation (job->generation);
  written.rejected_digest = (char *)digest;
  format_write (&stored, &job->bytes);
  return job;
}

static void
remember (Current *current, const char *generation, Record *record)
{
  g_clear_pointer (&current->base, record_free);
  current->base = record;
  g_strlcpy (current->generation, generation, sizeof current->generation);
}

/* What is remembered is what one would read, so that it compares with what others have stored. */
static Record *
read_back (const Current *current, const char *bytes, gsize length)
{
  g_auto (Stored) stored = {0};
  const char *why;

  if (format_read (&stored, bytes, length, &why) != FORMAT_GOOD)
    return NULL;
  stored.record->same_boot
    = strcmp (stored.boot_id, current->boot_id) == 0 && strcmp (current->boot_id, NO_BOOT_ID) != 0;
  return g_steal_pointer (&stored.record);
}

void
current_learn (Current *current, const Job *job)
{
  remember (current, job->generation, read_back (current, job->bytes.data, job->bytes.length));
}

/* A record in a file of ours, or the suffix it is to be set aside with, and @why. */
static const char *
judge (const Current *current, const SecretBuffer *bytes, Generation generation, const char **why)
{
  g_auto (Stored) stored = {0};

  switch (format_read (&stored, bytes->data == NULL ? "" : bytes->data, bytes->length, why))
    {
    case FORMAT_DAMAGED:
      return "damaged";
    case FORMAT_FUTURE:
      return "future";
    case FORMAT_GOOD:
      break;
    }
  *why = "it is another account's";
  if (strcmp (stored.endpoint, current->endpoint) != 0 || strcmp (stored.source, current->source) != 0)
    return "foreign";
  g_strlcpy (generation, stored.generation, sizeof (Generation));
  return NULL;
}

static void
set_aside (Current *current, const struct stat *found, const char *suffix, const char *why)
{
  const Place *place = current->place;
  g_autofree char *target = g_strdup_printf ("%s.%s", place->record, suffix);
  gboolean was_stuck = current->stuck;

  current->stuck = FALSE;
  if (disk_set_aside (place, found, target))
    g_warning ("%s/%s is not used: %s. It is now %s/%s", place->directory, place->record, why, place->directory,
               target);
  else if (errno != ENOENT)
    {
      current->stuck = TRUE;
      if (!was_stuck)
        g_warning ("%s/%s is not used: %s. It cannot be renamed to %s: %s", place->directory, place->record, why,
                   target, g_strerror (errno));
    }
}

/* Appends the bytes of a good record of ours to @bytes. FALSE: there is none, and what there was instead was said. */
static gboolean
read_good (Current *current, SecretBuffer *bytes, Generation generation)
{
  const Place *place = current->place;
  const char *why, *suffix = NULL;
  struct stat found;

  switch (disk_read (place, bytes, &found, &why))
    {
    case DISK_NOTHING:
      return FALSE;
    case DISK_FAILED:
      g_warning ("%s/%s cannot be read: %s", place->directory, place->record, g_strerror (errno));
      return FALSE;
    case DISK_FOREIGN:
      suffix = "foreign";
      break;
    case DISK_FOUND:
      suffix = judge (current, bytes, generation, &why);
      break;
    }
  if (suffix != NULL)
    set_aside (current, &found, suffix, why);
  return suffix == NULL;
}

Record *
current_load (Current *current)
{
  g_auto (SecretBuffer) bytes = {0};
  Generation generation = "";

  if (!read_good (current, &bytes, generation))
    {
      remember (current, "", NULL);
      return NULL;
    }
  remember (current, generation, read_back (current, bytes.data, bytes.length));
  return read_back (current, bytes.data, bytes.length);
}

static gboolean
is_known (const Current *current, const Job *job, const char *generation)
{
  return strcmp (generation, current->generation) == 0 || (job != NULL && strcmp (generation, job->generation) == 0);
}

gboolean
current_changed (Current *current, Job *job, Record **base)
{
  g_auto (SecretBuffer) bytes = {0};
  Generation generation = "";
  DiskState state = disk_read_generation (current->place, generation);

  if (state == DISK_NOTHING || state == DISK_FAILED || (state == DISK_FOUND && is_known (current, job, generation)))
    return FALSE;
  if (!read_good (current, &bytes, generation) || is_known (current, job, generation))
    return FALSE;
  if (job != NULL)
    {
      if (!job->superseded && job_was_stored (job))
        current_learn (current, job);
      job->superseded = TRUE;
    }
  *base = g_steal_pointer (&current->base);
  remember (current, generation, read_back (current, bytes.data, bytes.length));
  return TRUE;
}
