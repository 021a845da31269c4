/* Findings. Touches nothing. */
#include "tools/finding.h"

void
finding_clear (Finding *finding)
{
  g_free (finding->text);
  *finding = (Finding){0};
}

static void
find (Finding *finding, Result result, const char *advice, const char *format, va_list arguments)
{
  finding_clear (finding);
  *finding = (Finding){result, g_strdup_vprintf (format, arguments), advice};
}

void
finding_ok (Finding *finding, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  find (finding, FOUND_OK, NULL, format, arguments);
  va_end (arguments);
}

void
finding_skip (Finding *finding, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  find (finding, FOUND_NOTHING, NULL, format, arguments);
  va_end (arguments);
}

void
finding_warn (Finding *finding, const char *advice, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  find (finding, FOUND_WARNING, advice, format, arguments);
  va_end (arguments);
}

void
finding_wrong (Finding *finding, const char *advice, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  find (finding, FOUND_WRONG, advice, format, arguments);
  va_end (arguments);
}

const char *
result_word (Result result)
{
  static const char *const words[N_RESULTS]
    = {[FOUND_OK] = "ok", [FOUND_WARNING] = "warning", [FOUND_WRONG] = "wrong", [FOUND_NOTHING] = "skipped"};

  return words[result];
}
