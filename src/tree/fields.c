/* The table of a credential's fields. Errors never repeat what was written: it may be a password. Touches nothing. */
#include "tree/fields.h"

#include "base/error.h"
#include "soap/envelope.h"

#include <string.h>

typedef struct
{
  const char *key;  /* as it is documented */
  const char *bare; /* as it is compared */
  gboolean is_guid;
} FieldRow;

static const FieldRow rows[N_FIELDS] = {
  [FIELD_USERNAME] = {"username", "username", FALSE},
  [FIELD_PASSWORD] = {"password", "password", FALSE},
  [FIELD_APPLICATION_ID] = {"application_id", "applicationid", TRUE},
  [FIELD_IDENTITY_ID] = {"identity_id", "identityid", TRUE},
  [FIELD_TOKEN] = {"token", "token", TRUE},
};

static gboolean
invalid (GError **error, const char *format, const char *key)
{
  g_autofree char *sentence = g_strdup_printf ("%s %s", key, format);

  g_set_error_literal (error, SO24_ERROR, SO24_ERROR_INVALID, sentence);
  return FALSE;
}

void
fields_clear (Fields *fields)
{
  for (Field field = 0; field < N_FIELDS; field++)
    g_clear_pointer (&fields->values[field], secret_unref);
}

gboolean
fields_find (const char *key, gsize length, Field *field, GError **error)
{
  char bare[16] = "";
  gsize used = 0;

  for (gsize i = 0; i < length && used < sizeof bare - 1; i++)
    if (key[i] != '_')
      bare[used++] = g_ascii_tolower (key[i]);
  for (*field = 0; *field < N_FIELDS; (*field)++)
    if (strcmp (rows[*field].bare, bare) == 0)
      return TRUE;
  g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID,
               "unknown key; the known ones are username, password, application_id, identity_id and token");
  return FALSE;
}

gboolean
fields_is_guid (Field field)
{
  return rows[field].is_guid;
}

static const char *
trim (const char *value, gsize *length)
{
  while (*length > 0 && g_ascii_isspace (value[*length - 1]))
    (*length)--;
  while (*length > 0 && g_ascii_isspace (*value))
    {
      value++;
      (*length)--;
    }
  return value;
}

static gboolean
parse_guid (const char *value, gsize length, Guid *guid)
{
  value = trim (value, &length);
  return guid_parse (value, length, guid);
}

gboolean
fields_check (Field field, const char *value, gsize length, GError **error)
{
  Guid guid;

  if (length == 0)
    return invalid (error, "is empty", rows[field].key);
  if (!text_fits_xml (value, length))
    return invalid (error, "holds a character that the service cannot be sent (is it UTF-8?)", rows[field].key);
  if (rows[field].is_guid && !parse_guid (value, length, &guid))
    return invalid (error, "is a malformed GUID: it has 36 characters, 8-4-4-4-12 hexadecimal digits", rows[field].key);
  return TRUE;
}

gboolean
fields_set (Fields *fields, Field field, const char *value, gsize length, GError **error)
{
  if (fields->values[field] != NULL)
    return invalid (error, "is given twice", rows[field].key);
  if (field == FIELD_IDENTITY_ID && length == 0)
    return TRUE;
  if (!fields_check (field, value, length, error))
    return FALSE;
  fields->values[field] = secret_new (value, length);
  return TRUE;
}

gboolean
fields_any (const Fields *fields)
{
  for (Field field = 0; field < N_FIELDS; field++)
    if (fields->values[field] != NULL)
      return TRUE;
  return FALSE;
}

static gboolean
is_missing (const Fields *fields, Field field, const Guid *application_id)
{
  gboolean by_token = fields->values[FIELD_TOKEN] != NULL;

  if (fields->values[field] != NULL || field == FIELD_IDENTITY_ID || field == FIELD_TOKEN)
    return FALSE;
  return field == FIELD_APPLICATION_ID ? guid_is_zero (application_id) : !by_token;
}

gboolean
fields_complete (const Fields *fields, const Guid *application_id)
{
  for (Field field = 0; field < N_FIELDS; field++)
    if (is_missing (fields, field, application_id))
      return FALSE;
  return TRUE;
}

static gboolean
check_complete (const Fields *fields, const Guid *application_id, GError **error)
{
  g_autoptr (GPtrArray) missing = g_ptr_array_new ();
  g_autofree char *names = NULL;

  for (Field field = 0; field < N_FIELDS; field++)
    if (is_missing (fields, field, application_id))
      g_ptr_array_add (missing, (gpointer)rows[field].key);
  if (missing->len == 0)
    return TRUE;
  g_ptr_array_add (missing, NULL);
  names = g_strjoinv (", ", (char **)missing->pdata);
  g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "the credential is not complete: %s missing", names);
  return FALSE;
}

Guid
fields_guid (const Fields *fields, Field field, const Guid *otherwise)
{
  const Secret *value = fields->values[field];
  Guid guid = *otherwise;

  if (value != NULL)
    parse_guid (secret_text (value), secret_length (value), &guid);
  return guid;
}

Credential *
fields_build (const Fields *fields, const Guid *application_id, GError **error)
{
  Secret *const *values = fields->values;
  g_autoptr (Credential) credential = NULL;
  Guid token;

  if (values[FIELD_TOKEN] != NULL && (values[FIELD_USERNAME] != NULL || values[FIELD_PASSWORD] != NULL))
    {
      invalid (error, "and username or password exclude each other", "token");
      return NULL;
    }
  if (!check_complete (fields, application_id, error))
    return NULL;

  credential = credential_new ();
  credential->application_id = fields_guid (fields, FIELD_APPLICATION_ID, application_id);
  credential->identity_id = fields_guid (fields, FIELD_IDENTITY_ID, &guid_zero);
  if (values[FIELD_TOKEN] != NULL)
    {
      token = fields_guid (fields, FIELD_TOKEN, &guid_zero);
      credential->token = secret_new (token.text, GUID_LENGTH);
      explicit_bzero (&token, sizeof token);
    }
  else
    {
      credential->username = g_strdup (secret_text (values[FIELD_USERNAME]));
      credential->password = secret_ref (values[FIELD_PASSWORD]);
    }
  return g_steal_pointer (&credential);
}
