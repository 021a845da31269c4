/* How the fields of a record are written and read: one value, in one line of text, in one way only. */
#pragma once

#include "base/secret.h"

typedef struct
{
  gboolean (*is_absent) (gconstpointer field); /* then there is no line. NULL: there always is one */
  void (*write) (gconstpointer field, SecretBuffer *line);
  gboolean (*read) (gpointer field, const char *value, gsize length);
} ValueKind;

extern const ValueKind value_needed_text; /* char *, never NULL */
extern const ValueKind value_text;        /* char *; NULL is absent */
extern const ValueKind value_words;       /* the same; may be cut when it is long */
extern const ValueKind value_hex;         /* char *; the digits of 128 bits */
extern const ValueKind value_secret;      /* Secret *; NULL is absent */
extern const ValueKind value_guid;        /* Guid; zero is absent */
extern const ValueKind value_passport;    /* Passport *; NULL is absent */
extern const ValueKind value_flag;        /* gboolean */
extern const ValueKind value_time;        /* gint64, microseconds, or NEVER */
extern const ValueKind value_number;      /* gint64 */
extern const ValueKind value_count;       /* guint */
extern const ValueKind value_chooser;     /* ChosenBy */
extern const ValueKind value_cause;       /* So24ErrorCode */
extern const ValueKind value_own;         /* GArray * of OwnSession, by identity; NULL is absent */
extern const ValueKind value_minutes;     /* guint[RECORD_MINUTES] */
