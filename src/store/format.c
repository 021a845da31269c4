/*
 * The table of a record's fields, from which it is written and read. Touches nothing.
 *
 * GLib's checksum keeps the end of what it was given, up to 64 bytes, in memory that is not wiped. So all is given to it at
 * once, and the last line is a long one without a secret.
 */
#include "store/format.h"

#include "base/locked.h"
#include "store/value.h"

#include <string.h>

#define MAGIC           "so24fs session "
#define FIRST_LINE      MAGIC "1\n"
#define GENERATION_LINE "generation "
#define CHECKSUM_LINE   "sha256 "
#define CHECKSUM_LENGTH (sizeof CHECKSUM_LINE - 1 + 64 + 1)

typedef struct
{
  const char *key;
  const ValueKind *kind;
  gsize offset;
  gboolean in_record; /* or in Stored */
} Row;

/* clang-format off */
#define STORED(field)            #field, offsetof (Stored, field), FALSE
#define RECORD(field)            #field, offsetof (Record, field), TRUE
#define ROW(kind, ...)           ROW_OF (kind, __VA_ARGS__)
#define ROW_OF(kind, key, offset, in_record) {key, &value_##kind, offset, in_record}

static const Row rows[] = {
  ROW (hex, STORED (generation)),
  ROW (needed_text, STORED (boot_id)),
  ROW (needed_text, STORED (endpoint)),
  ROW (needed_text, STORED (source)),
  ROW (time, "saved_boot_us", offsetof (Record, saved.boot_us), TRUE),
  ROW (time, "saved_wall_us", offsetof (Record, saved.wall_us), TRUE),
  ROW (text, RECORD (owner)),
  ROW (secret, RECORD (session)),
  ROW (flag, RECORD (ended)),
  ROW (flag, RECORD (proven)),
  ROW (passport, RECORD (passport)),
  ROW (chooser, RECORD (chosen_by)),
  ROW (guid, RECORD (chosen)),
  ROW (flag, RECORD (put_back)),
  ROW (words, RECORD (withheld)),
  ROW (time, RECORD (used_us)),
  ROW (count, RECORD (failures)),
  ROW (time, RECORD (login_us)),
  ROW (time, RECORD (attempt_us)),
  ROW (count, RECORD (attempt_by)),
  ROW (time, RECORD (throttle_us)),
  ROW (time, RECORD (quarantine_us)),
  ROW (time, RECORD (quarantine_wall_us)),
  ROW (cause, RECORD (cause_code)),
  ROW (words, RECORD (cause)),
  ROW (number, RECORD (allowed)),
  ROW (time, RECORD (allowed_until_us)),
  ROW (text, RECORD (rejected_digest)),
  ROW (words, RECORD (rejected_cause)),
  ROW (minutes, RECORD (spent)),
  ROW (own, RECORD (own)),
};
/* clang-format on */

void
stored_clear (Stored *stored)
{
  g_free (stored->generation);
  g_free (stored->boot_id);
  g_free (stored->endpoint);
  g_free (stored->source);
  g_clear_pointer (&stored->record, record_free);
  *stored = (Stored){0};
}

static gpointer
field_of (const Stored *stored, const Row *row)
{
  return (row->in_record ? (char *)stored->record : (char *)stored) + row->offset;
}

static void
compute_checksum (char *digest, const char *bytes, gsize length)
{
  g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *)bytes, length);

  wipe_stack ();
  g_strlcpy (digest, sum, 65);
}

void
format_write (const Stored *stored, SecretBuffer *bytes)
{
  char digest[65];

  secret_buffer_append_text (bytes, FIRST_LINE);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gconstpointer field = field_of (stored, &rows[i]);

      if (rows[i].kind->is_absent != NULL && rows[i].kind->is_absent (field))
        continue;
      secret_buffer_append_printf (bytes, "%s ", rows[i].key);
      rows[i].kind->write (field, bytes);
      secret_buffer_append_text (bytes, "\n");
    }
  compute_checksum (digest, bytes->data, bytes->length);
  secret_buffer_append_printf (bytes, CHECKSUM_LINE "%s\n", digest);
}

static gboolean
is_future (const char *bytes, gsize length)
{
  gsize at = strlen (MAGIC), digits = 0;

  if (length < at || memcmp (bytes, MAGIC, at) != 0)
    return FALSE;
  while (at + digits < length && g_ascii_isdigit (bytes[at + digits]))
    digits++;
  return digits > 0 && digits < 10 && at + digits < length && bytes[at + digits] == '\n' && bytes[at] != '0'
         && !(digits == 1 && bytes[at] == '1');
}

/* Takes the last line off @length. */
static const char *
check_whole (const char *bytes, gsize *length)
{
  gsize first = strlen (FIRST_LINE), key = strlen (CHECKSUM_LINE);
  const char *last;
  char digest[65];

  if (*length > FORMAT_LONGEST)
    return "it is too long";
  if (*length < first || memcmp (bytes, FIRST_LINE, first) != 0)
    return "its first line is not the one of a session of so24fs";
  if (memchr (bytes, '\0', *length) != NULL)
    return "it holds a NUL";
  if (*length < first + CHECKSUM_LENGTH)
    return "it is cut off";
  *length -= CHECKSUM_LENGTH;
  last = bytes + *length;
  if (last[-1] != '\n' || memcmp (last, CHECKSUM_LINE, key) != 0 || last[CHECKSUM_LENGTH - 1] != '\n')
    return "it does not end with a checksum";
  compute_checksum (digest, bytes, *length);
  return memcmp (last + key, digest, 64) == 0 ? NULL : "its checksum does not fit";
}

/* The value of the line at @at if its key is @key; NULL otherwise. There is a line break at or before @end. */
static const char *
value_of (const char *key, const char *at, const char *end)
{
  gsize length = strlen (key);

  if ((gsize)(end - at) <= length || memcmp (at, key, length) != 0 || at[length] != ' ')
    return NULL;
  return at + length + 1;
}

/* The lines stand in the order of the table: so none is there twice, and none that is unknown. */
static const char *
read_lines (Stored *stored, const char *at, const char *end)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *value = value_of (rows[i].key, at, end);
      const char *line_end;

      if (value == NULL && rows[i].kind->is_absent == NULL)
        return "a line is missing, or there is one that does not belong there";
      if (value == NULL)
        continue;
      line_end = memchr (value, '\n', (gsize)(end - value));
      if (!rows[i].kind->read (field_of (stored, &rows[i]), value, (gsize)(line_end - value)))
        return "a value is malformed";
      at = line_end + 1;
    }
  return at == end ? NULL : "there is a line that does not belong there";
}

FormatVerdict
format_read (Stored *stored, const char *bytes, gsize length, const char **why)
{
  *stored = (Stored){0};
  *why = "a later version of so24fs has written it";
  if (is_future (bytes, length))
    return FORMAT_FUTURE;
  *why = check_whole (bytes, &length);
  if (*why != NULL)
    return FORMAT_DAMAGED;

  stored->record = record_new ();
  *why = read_lines (stored, bytes + strlen (FIRST_LINE), bytes + length);
  if (*why == NULL)
    return FORMAT_GOOD;
  stored_clear (stored);
  return FORMAT_DAMAGED;
}

gboolean
format_read_generation (const char *head, gsize length, Generation generation)
{
  gsize start = strlen (FIRST_LINE GENERATION_LINE);

  if (length < FORMAT_HEAD_LENGTH || memcmp (head, FIRST_LINE GENERATION_LINE, start) != 0
      || head[FORMAT_HEAD_LENGTH - 1] != '\n')
    return FALSE;
  memcpy (generation, head + start, GENERATION_LENGTH);
  generation[GENERATION_LENGTH] = '\0';
  return TRUE;
}
