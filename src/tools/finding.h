/* What a check has found: good or not, and in words. */
#pragma once

#include <glib.h>

typedef enum
{
  FOUND_OK,
  FOUND_WARNING, /* it can be mounted and used, but not as somebody may expect */
  FOUND_WRONG,
  FOUND_NOTHING, /* it was not looked at */
  N_RESULTS
} Result;

typedef struct
{
  Result result;
  char *text;         /* NULL: nothing more than that */
  const char *advice; /* what to do; NULL: the text says it */
} Finding;

void finding_clear (Finding *finding);

void finding_ok (Finding *finding, const char *format, ...) G_GNUC_PRINTF (2, 3);
void finding_skip (Finding *finding, const char *format, ...) G_GNUC_PRINTF (2, 3);
void finding_warn (Finding *finding, const char *advice, const char *format, ...) G_GNUC_PRINTF (3, 4);
void finding_wrong (Finding *finding, const char *advice, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* The word for it. */
const char *result_word (Result result);
