/* The fields of a credential as they are collected, whatever form they are written in. */
#pragma once

#include "soap/credential.h"

typedef enum
{
  FIELD_USERNAME,
  FIELD_PASSWORD,
  FIELD_APPLICATION_ID,
  FIELD_IDENTITY_ID,
  FIELD_TOKEN,
  N_FIELDS
} Field;

typedef struct
{
  Secret *values[N_FIELDS]; /* NULL: not given */
} Fields;

void fields_clear (Fields *fields);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fields, fields_clear)

/* The field with this key: case-blind, "_" optional. FALSE if there is none; the error does not repeat the key. */
gboolean fields_find (const char *key, gsize length, Field *field, GError **error);

/* Whether the values of @field are GUIDs. */
gboolean fields_is_guid (Field field);

/* Whether @value would do for @field. */
gboolean fields_check (Field field, const char *value, gsize length, GError **error);

/* Sets a field that was not given before. */
gboolean fields_set (Fields *fields, Field field, const char *value, gsize length, GError **error);

/* The GUID that was given for @field, or @otherwise. */
Guid fields_guid (const Fields *fields, Field field, const Guid *otherwise);

gboolean fields_any (const Fields *fields);

/* Whether a credential can be made, with the mount's own @application_id (zero: none) standing in. */
gboolean fields_complete (const Fields *fields, const Guid *application_id);

/* The credential; NULL with @error set, which names what is missing. */
Credential *fields_build (const Fields *fields, const Guid *application_id, GError **error);
