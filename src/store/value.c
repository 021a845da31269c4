/*
 * The kinds of values. What is read must be what would have been written, to the byte: numbers have no leading zeros, and
 * only what must be encoded is. A session id passes through secret memory only. Touches nothing.
 */
#include "store/value.h"

#include "account/record.h"

#include <string.h>

#define LONGEST_WORDS 2048
#define HEX_DIGITS    32

/* The bytes of the character at @text, of which @length are left; 0: it must be encoded. */
static gsize
plain_length (const char *text, gsize length)
{
  gunichar character = g_utf8_get_char_validated (text, (gssize)length);

  if (*text == '%' || *text == '\0' || character == (gunichar)-1 || character == (gunichar)-2
      || g_unichar_iscntrl (character))
    return 0;
  return (gsize)(g_utf8_next_char (text) - text);
}

static void
append_encoded (SecretBuffer *line, const char *text, gsize length)
{
  for (gsize at = 0; at < length;)
    {
      gsize plain = plain_length (text + at, length - at);

      if (plain > 0)
        secret_buffer_append (line, text + at, plain);
      else
        secret_buffer_append_printf (line, "%%%02X", (guint8)text[at]);
      at += MAX (plain, 1);
    }
}

static gboolean
append_decoded (SecretBuffer *text, const char *value, gsize length)
{
  g_auto (SecretBuffer) again = {0};

  for (gsize at = 0; at < length; at++)
    {
      char byte = value[at];

      if (byte == '%')
        {
          if (at + 2 >= length || !g_ascii_isxdigit (value[at + 1]) || !g_ascii_isxdigit (value[at + 2]))
            return FALSE;
          byte = (char)(g_ascii_xdigit_value (value[at + 1]) << 4 | g_ascii_xdigit_value (value[at + 2]));
          at += 2;
        }
      secret_buffer_append (text, &byte, 1);
    }
  secret_buffer_append (text, "", 0);
  append_encoded (&again, text->data, text->length);
  return again.length == length && (length == 0 || memcmp (again.data, value, length) == 0);
}

static gboolean
is_null (gconstpointer field)
{
  return *(const gconstpointer *)field == NULL;
}

static void
write_text (gconstpointer field, SecretBuffer *line)
{
  const char *text = *(char *const *)field;

  append_encoded (line, text, strlen (text));
}

static void
write_words (gconstpointer field, SecretBuffer *line)
{
  const char *text = *(char *const *)field;
  gsize length = strlen (text);

  if (length > LONGEST_WORDS)
    for (length = LONGEST_WORDS; length > LONGEST_WORDS - 4 && ((guchar)text[length] & 0xC0) == 0x80;)
      length--;
  append_encoded (line, text, length);
}

static gboolean
read_text (gpointer field, const char *value, gsize length)
{
  g_auto (SecretBuffer) text = {0};

  if (!append_decoded (&text, value, length) || strlen (text.data) != text.length)
    return FALSE;
  *(char **)field = g_strdup (text.data);
  return TRUE;
}

static gboolean
read_hex (gpointer field, const char *value, gsize length)
{
  if (length != HEX_DIGITS)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isxdigit (value[i]) || g_ascii_isupper (value[i]))
      return FALSE;
  *(char **)field = g_strndup (value, length);
  return TRUE;
}

static void
write_secret (gconstpointer field, SecretBuffer *line)
{
  const Secret *secret = *(Secret *const *)field;

  append_encoded (line, secret_text (secret), secret_length (secret));
}

static gboolean
read_secret (gpointer field, const char *value, gsize length)
{
  g_auto (SecretBuffer) text = {0};

  if (!append_decoded (&text, value, length))
    return FALSE;
  *(Secret **)field = secret_new (text.data, text.length);
  return TRUE;
}

static gboolean
is_zero_guid (gconstpointer field)
{
  return guid_is_zero (field);
}

static void
write_guid (gconstpointer field, SecretBuffer *line)
{
  secret_buffer_append_text (line, ((const Guid *)field)->text);
}

static gboolean
read_guid (gpointer field, const char *value, gsize length)
{
  Guid *guid = field;

  return guid_parse (value, length, guid) && length == GUID_LENGTH && memcmp (value, guid->text, length) == 0
         && !guid_is_zero (guid);
}

static void
write_passport (gconstpointer field, SecretBuffer *line)
{
  const Passport *passport = *(Passport *const *)field;

  secret_buffer_append_printf (line, "%s ", passport->id.text);
  append_encoded (line, passport->email, strlen (passport->email));
}

static gboolean
read_passport (gpointer field, const char *value, gsize length)
{
  Passport passport = {.email = NULL};
  g_autofree char *email = NULL;

  if (length <= GUID_LENGTH || value[GUID_LENGTH] != ' ' || !guid_parse (value, GUID_LENGTH, &passport.id)
      || memcmp (value, passport.id.text, GUID_LENGTH) != 0
      || !read_text (&email, value + GUID_LENGTH + 1, length - GUID_LENGTH - 1))
    return FALSE;
  passport.email = email;
  *(Passport **)field = passport_copy (&passport);
  return TRUE;
}

/* The place of @value among @count @names; -1: it is none of them. */
static gint
find_name (const char *const *names, gint count, const char *value, gsize length)
{
  for (gint i = 0; i < count; i++)
    if (strlen (names[i]) == length && memcmp (names[i], value, length) == 0)
      return i;
  return -1;
}

static const char *const flags[] = {"no", "yes"};

static void
write_flag (gconstpointer field, SecretBuffer *line)
{
  secret_buffer_append_text (line, flags[*(const gboolean *)field != FALSE]);
}

static gboolean
read_flag (gpointer field, const char *value, gsize length)
{
  gint flag = find_name (flags, 2, value, length);

  *(gboolean *)field = flag == 1;
  return flag >= 0;
}

static const char *const choosers[N_CHOSEN_BY] = {
  [CHOSEN_BY_NOBODY] = "nobody",
  [CHOSEN_BY_LOGIN] = "login",
  [CHOSEN_BY_CREDENTIAL] = "credential",
  [CHOSEN_BY_WRITE] = "write",
};

static void
write_chooser (gconstpointer field, SecretBuffer *line)
{
  secret_buffer_append_text (line, choosers[*(const ChosenBy *)field]);
}

static gboolean
read_chooser (gpointer field, const char *value, gsize length)
{
  gint chooser = find_name (choosers, N_CHOSEN_BY, value, length);

  *(ChosenBy *)field = (ChosenBy)MAX (chooser, 0);
  return chooser >= 0;
}

static void
write_cause (gconstpointer field, SecretBuffer *line)
{
  secret_buffer_append_text (line, error_code_name (*(const So24ErrorCode *)field));
}

static gboolean
read_cause (gpointer field, const char *value, gsize length)
{
  for (So24ErrorCode code = 0; code < SO24_N_ERRORS; code++)
    if (strlen (error_code_name (code)) == length && memcmp (error_code_name (code), value, length) == 0)
      {
        *(So24ErrorCode *)field = code;
        return TRUE;
      }
  return FALSE;
}

static void
write_number (gconstpointer field, SecretBuffer *line)
{
  secret_buffer_append_printf (line, "%" G_GINT64_FORMAT, *(const gint64 *)field);
}

static gboolean
read_number (gpointer field, const char *value, gsize length)
{
  char text[24] = "", again[24];

  if (length >= sizeof text)
    return FALSE;
  memcpy (text, value, length);
  *(gint64 *)field = g_ascii_strtoll (text, NULL, 10);
  g_snprintf (again, sizeof again, "%" G_GINT64_FORMAT, *(gint64 *)field);
  return strcmp (text, again) == 0;
}

static void
write_time (gconstpointer field, SecretBuffer *line)
{
  if (*(const gint64 *)field == NEVER)
    secret_buffer_append_text (line, "never");
  else
    write_number (field, line);
}

static gboolean
read_time (gpointer field, const char *value, gsize length)
{
  gint64 *time = field;

  if (length != 5 || memcmp (value, "never", 5) != 0)
    return read_number (field, value, length) && *time != NEVER;
  *time = NEVER;
  return TRUE;
}

static void
write_count (gconstpointer field, SecretBuffer *line)
{
  secret_buffer_append_printf (line, "%u", *(const guint *)field);
}

static gboolean
read_count (gpointer field, const char *value, gsize length)
{
  gint64 number;

  if (!read_number (&number, value, length) || number < 0 || number > G_MAXUINT)
    return FALSE;
  *(guint *)field = (guint)number;
  return TRUE;
}

static void
write_minutes (gconstpointer field, SecretBuffer *line)
{
  const guint *minutes = field;

  for (guint i = 0; i < RECORD_MINUTES; i++)
    secret_buffer_append_printf (line, i == 0 ? "%u" : " %u", minutes[i]);
}

static gboolean
read_minutes (gpointer field, const char *value, gsize length)
{
  const char *end = value + length;
  guint *minutes = field;

  for (guint i = 0; i < RECORD_MINUTES; i++)
    {
      const char *blank = memchr (value, ' ', (gsize)(end - value));
      const char *stop = blank == NULL ? end : blank;

      if (!read_count (&minutes[i], value, (gsize)(stop - value)) || (blank == NULL) != (i == RECORD_MINUTES - 1))
        return FALSE;
      value = blank == NULL ? end : blank + 1;
    }
  return TRUE;
}

/* Each is four words: the identity, whether it is proven, when it was last used, and the session id, which can hold blanks. */
static void
write_own (gconstpointer field, SecretBuffer *line)
{
  const GArray *sessions = *(GArray *const *)field;

  for (guint i = 0; i < sessions->len; i++)
    {
      const OwnSession *own = &g_array_index (sessions, OwnSession, i);

      secret_buffer_append_printf (line, i == 0 ? "%s " : "\t%s ", own->identity_id.text);
      write_flag (&own->proven, line);
      secret_buffer_append_text (line, " ");
      write_time (&own->used_us, line);
      secret_buffer_append_text (line, " ");
      write_secret (&own->session, line);
    }
}

static gboolean
read_one_own (OwnSession *own, const char *value, const char *end)
{
  const ValueKind *const kinds[] = {&value_guid, &value_flag, &value_time, &value_secret};
  gpointer const fields[] = {&own->identity_id, &own->proven, &own->used_us, &own->session};

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      gboolean last = i + 1 == G_N_ELEMENTS (kinds);
      const char *stop = last ? end : memchr (value, ' ', (gsize)(end - value));

      if (stop == NULL || !kinds[i]->read (fields[i], value, (gsize)(stop - value)))
        return FALSE;
      value = stop + 1;
    }
  return TRUE;
}

/* They stand in the order of their identities, so that none is there twice. */
static gboolean
add_own (GArray *sessions, const char *value, const char *end)
{
  const OwnSession *before = sessions->len == 0 ? NULL : &g_array_index (sessions, OwnSession, sessions->len - 1);
  OwnSession own = {.session = NULL};
  gboolean good = read_one_own (&own, value, end)
                  && (before == NULL || strcmp (before->identity_id.text, own.identity_id.text) < 0);

  if (good)
    own_sessions_add (sessions, &own);
  g_clear_pointer (&own.session, secret_unref);
  return good;
}

static gboolean
read_own (gpointer field, const char *value, gsize length)
{
  g_autoptr (GArray) sessions = own_sessions_new ();
  const char *end = value + length, *stop;

  for (; value <= end; value = stop + 1)
    {
      stop = memchr (value, '\t', (gsize)(end - value));
      stop = stop == NULL ? end : stop;
      if (!add_own (sessions, value, stop))
        return FALSE;
    }
  *(GArray **)field = g_steal_pointer (&sessions);
  return TRUE;
}

const ValueKind value_needed_text = {NULL, write_text, read_text};
const ValueKind value_text = {is_null, write_text, read_text};
const ValueKind value_words = {is_null, write_words, read_text};
const ValueKind value_hex = {NULL, write_text, read_hex};
const ValueKind value_secret = {is_null, write_secret, read_secret};
const ValueKind value_guid = {is_zero_guid, write_guid, read_guid};
const ValueKind value_passport = {is_null, write_passport, read_passport};
const ValueKind value_flag = {NULL, write_flag, read_flag};
const ValueKind value_time = {NULL, write_time, read_time};
const ValueKind value_number = {NULL, write_number, read_number};
const ValueKind value_count = {NULL, write_count, read_count};
const ValueKind value_chooser = {NULL, write_chooser, read_chooser};
const ValueKind value_cause = {NULL, write_cause, read_cause};
const ValueKind value_minutes = {NULL, write_minutes, read_minutes};
const ValueKind value_own = {is_null, write_own, read_own};
