/* The table of errors (docs/errors.md shows the same rows to users). Touches nothing. */
#include "base/error.h"

#include <errno.h>

G_DEFINE_QUARK (so24 - error, so24_error)

typedef struct
{
  int number;
  const char *name;
  const char *meaning;
} ErrorRow;

#define ROW(errno_name, meaning)                                                                                       \
  {                                                                                                                    \
    errno_name, #errno_name, meaning                                                                                   \
  }

static const ErrorRow rows[SO24_N_ERRORS] = {
  [SO24_ERROR_NO_KEY] = ROW (ENOKEY, "no session and no credential: write one to login"),
  [SO24_ERROR_EXPIRED] = ROW (EKEYEXPIRED, "the session has ended and could not be renewed"),
  [SO24_ERROR_REJECTED] = ROW (EKEYREJECTED, "the service rejected the credential"),
  [SO24_ERROR_REVOKED] = ROW (EKEYREVOKED, "the active identity is not the one that was chosen: write it to identity"),
  [SO24_ERROR_BLOCKED] = ROW (EACCES, "the identity is blocked or disabled: choose another one"),
  [SO24_ERROR_THROTTLED] = ROW (EBUSY, "the service asked to wait, or we are backing off"),
  [SO24_ERROR_QUARANTINED] = ROW (EDQUOT, "the hourly limit of calls: error says until when"),
  [SO24_ERROR_INVALID] = ROW (EINVAL, "bad input; no call was made"),
  [SO24_ERROR_TOO_BIG] = ROW (EFBIG, "input over 64 KiB; no call was made"),
  [SO24_ERROR_NOT_FOUND] = ROW (ENOENT, "no such identity"),
  [SO24_ERROR_NOT_UNIQUE] = ROW (ENOTUNIQ, "several identities have this client name: write the GUID"),
  [SO24_ERROR_UNREACHABLE] = ROW (EHOSTUNREACH, "name lookup or route failed"),
  [SO24_ERROR_REFUSED] = ROW (ECONNREFUSED, "the service refused the connection"),
  [SO24_ERROR_TIMED_OUT] = ROW (ETIMEDOUT, "the service did not answer in time"),
  [SO24_ERROR_TLS] = ROW (EPROTO, "TLS failed: certificate, host name or protocol"),
  [SO24_ERROR_NOT_UNDERSTOOD] = ROW (EBADMSG, "the answer was not understood"),
  [SO24_ERROR_REMOTE] = ROW (EREMOTEIO, "the service answered with a fault or an HTTP error"),
  [SO24_ERROR_INTERRUPTED] = ROW (EINTR, "interrupted"),
  [SO24_ERROR_NOT_PERMITTED] = ROW (EPERM, "files here are not created, renamed, resized or deleted"),
};

static const ErrorRow unknown = ROW (EIO, "unexpected failure");

static const ErrorRow *
row_of (const GError *error)
{
  if (error->domain != SO24_ERROR || error->code < 0 || error->code >= SO24_N_ERRORS)
    return &unknown;
  return &rows[error->code];
}

gboolean
error_refuse (GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  if (error != NULL)
    *error = g_error_new_valist (SO24_ERROR, SO24_ERROR_INVALID, format, arguments);
  va_end (arguments);
  return FALSE;
}

int
error_errno (const GError *error)
{
  return row_of (error)->number;
}

const char *
error_errno_name (const GError *error)
{
  return row_of (error)->name;
}

const char *
error_meaning (So24ErrorCode code)
{
  return rows[code].meaning;
}

const char *
error_code_name (So24ErrorCode code)
{
  return rows[code].name;
}

gboolean
error_is_of_identity (const GError *error)
{
  return g_error_matches (error, SO24_ERROR, SO24_ERROR_BLOCKED)
         || g_error_matches (error, SO24_ERROR, SO24_ERROR_REVOKED);
}

gboolean
error_is_offline (const GError *error)
{
  return g_error_matches (error, SO24_ERROR, SO24_ERROR_UNREACHABLE)
         || g_error_matches (error, SO24_ERROR, SO24_ERROR_REFUSED)
         || g_error_matches (error, SO24_ERROR, SO24_ERROR_TIMED_OUT);
}
