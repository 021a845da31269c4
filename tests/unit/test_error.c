/* The table of errors: design.md, section 3, row by row. */
#include "base/error.h"
#include "support/sentences.h"

#include <errno.h>
#include <string.h>

/* Written off the design, not off the code. */
static const struct
{
  So24ErrorCode code;
  int number;
} rows[] = {
  {SO24_ERROR_NO_KEY, ENOKEY},          {SO24_ERROR_EXPIRED, EKEYEXPIRED}, {SO24_ERROR_REJECTED, EKEYREJECTED},
  {SO24_ERROR_REVOKED, EKEYREVOKED},    {SO24_ERROR_BLOCKED, EACCES},      {SO24_ERROR_THROTTLED, EBUSY},
  {SO24_ERROR_QUARANTINED, EDQUOT},     {SO24_ERROR_INVALID, EINVAL},      {SO24_ERROR_TOO_BIG, EFBIG},
  {SO24_ERROR_NOT_FOUND, ENOENT},       {SO24_ERROR_NOT_UNIQUE, ENOTUNIQ}, {SO24_ERROR_UNREACHABLE, EHOSTUNREACH},
  {SO24_ERROR_REFUSED, ECONNREFUSED},   {SO24_ERROR_TIMED_OUT, ETIMEDOUT}, {SO24_ERROR_TLS, EPROTO},
  {SO24_ERROR_NOT_UNDERSTOOD, EBADMSG}, {SO24_ERROR_REMOTE, EREMOTEIO},    {SO24_ERROR_INTERRUPTED, EINTR},
  {SO24_ERROR_NOT_PERMITTED, EPERM},
};

static void
each_code_has_the_errno_of_the_design (void)
{
  g_assert_cmpuint (G_N_ELEMENTS (rows), ==, SO24_N_ERRORS);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = g_error_new_literal (SO24_ERROR, (gint)rows[i].code, "");

      g_assert_cmpint (error_errno (error), ==, rows[i].number);
    }
}

static void
each_code_is_named_as_the_c_library_names_its_errno (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = g_error_new_literal (SO24_ERROR, (gint)rows[i].code, "");

      g_assert_cmpstr (error_errno_name (error), ==, strerrorname_np (rows[i].number));
      g_assert_cmpstr (error_code_name (rows[i].code), ==, strerrorname_np (rows[i].number));
    }
}

static void
each_code_means_something_of_its_own_in_one_line (void)
{
  for (So24ErrorCode code = 0; code < SO24_N_ERRORS; code++)
    {
      const char *meaning = error_meaning (code);

      g_assert_cmpuint (strlen (meaning), >, 4);
      g_assert_null (strpbrk (meaning, "\r\n\t"));
      g_assert_false (g_ascii_isspace (meaning[strlen (meaning) - 1]));
      for (So24ErrorCode other = 0; other < code; other++)
        g_assert_cmpstr (error_meaning (other), !=, meaning);
    }
}

static void
no_two_codes_share_an_errno (void)
{
  for (So24ErrorCode code = 0; code < SO24_N_ERRORS; code++)
    for (So24ErrorCode other = 0; other < code; other++)
      g_assert_cmpstr (error_code_name (other), !=, error_code_name (code));
}

static void
an_error_of_somebody_else_is_eio (void)
{
  g_autoptr (GError) error = g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_ACCES, "");

  g_assert_cmpint (error_errno (error), ==, EIO);
  g_assert_cmpstr (error_errno_name (error), ==, "EIO");
}

static void
a_code_outside_the_table_is_eio (void)
{
  g_autoptr (GError) above = g_error_new_literal (SO24_ERROR, SO24_N_ERRORS, "");
  g_autoptr (GError) below = g_error_new_literal (SO24_ERROR, -1, "");

  g_assert_cmpint (error_errno (above), ==, EIO);
  g_assert_cmpint (error_errno (below), ==, EIO);
}

static const Sentence sentences[] = {
  SENTENCE (each_code_has_the_errno_of_the_design),
  SENTENCE (each_code_is_named_as_the_c_library_names_its_errno),
  SENTENCE (each_code_means_something_of_its_own_in_one_line),
  SENTENCE (no_two_codes_share_an_errno),
  SENTENCE (an_error_of_somebody_else_is_eio),
  SENTENCE (a_code_outside_the_table_is_eio),
};

MAIN ("error")
