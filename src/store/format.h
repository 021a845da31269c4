/*
 * A record as bytes, and back:
 *
 *   so24fs session 1
 *   generation 0123456789abcdef0123456789abcdef
 *   boot_id 4d8bd4fa-7b1f-4f0c-9f0e-0a1c3e5f7a90
 *   endpoint https://api.24sevenoffice.com
 *   source ops@example.com
 *   ... a line for each field, in the order of the table in format.c; a field that is not set has none
 *   sha256 digest of all lines before it
 *
 * In a value, control characters, '%' and what is no UTF-8 stand percent-encoded. The generation is another one at each
 * save: by it one tells whether the file is still the one that one knows.
 */
#pragma once

#include "account/record.h"

#define FORMAT_LONGEST    (2 * 1024 * 1024)
#define GENERATION_LENGTH 32

typedef char Generation[GENERATION_LENGTH + 1];

typedef struct
{
  char *generation;
  char *boot_id;
  char *endpoint;
  char *source;
  Record *record;
} Stored;

void stored_clear (Stored *stored);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Stored, stored_clear)

void format_write (const Stored *stored, SecretBuffer *bytes);

typedef enum
{
  FORMAT_GOOD,
  FORMAT_DAMAGED,
  FORMAT_FUTURE /* a later version of so24fs has written it */
} FormatVerdict;

/* Fills @stored, or says @why not; @why is constant, and names no content. */
FormatVerdict format_read (Stored *stored, const char *bytes, gsize length, const char **why);

/* The first lines are enough to find the generation in, and hold nothing secret. */
#define FORMAT_HEAD_LENGTH (sizeof "so24fs session 1\ngeneration \n" - 1 + GENERATION_LENGTH)
gboolean format_read_generation (const char *head, gsize length, Generation generation);
