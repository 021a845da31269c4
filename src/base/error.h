/* The errors of so24fs: GError codes of our own, and the one table that says which errno each becomes. */
#pragma once

#include <glib.h>

typedef enum
{
  SO24_ERROR_NO_KEY,
  SO24_ERROR_EXPIRED,
  SO24_ERROR_REJECTED,
  SO24_ERROR_REVOKED,
  SO24_ERROR_BLOCKED,
  SO24_ERROR_THROTTLED,
  SO24_ERROR_QUARANTINED,
  SO24_ERROR_INVALID,
  SO24_ERROR_TOO_BIG,
  SO24_ERROR_NOT_FOUND,
  SO24_ERROR_NOT_UNIQUE,
  SO24_ERROR_UNREACHABLE,
  SO24_ERROR_REFUSED,
  SO24_ERROR_TIMED_OUT,
  SO24_ERROR_TLS,
  SO24_ERROR_NOT_UNDERSTOOD,
  SO24_ERROR_REMOTE,
  SO24_ERROR_INTERRUPTED,
  SO24_ERROR_NOT_PERMITTED,
  SO24_N_ERRORS
} So24ErrorCode;

#define SO24_ERROR (so24_error_quark ())
GQuark so24_error_quark (void);

/* Sets @error to SO24_ERROR_INVALID, with that sentence. FALSE, for the caller to return. */
gboolean error_refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* The errno value of @error, and its name ("EKEYREJECTED"). EIO for an error that is not one of ours. */
int error_errno (const GError *error);
const char *error_errno_name (const GError *error);

/* Whether a Login failed because of its identity, which is blocked or gone: with another one it may succeed. */
gboolean error_is_of_identity (const GError *error);

/* Whether @error says that the service is out of reach. */
gboolean error_is_offline (const GError *error);

/* What the code means, as a short sentence for the manual and the README of a mount. */
const char *error_meaning (So24ErrorCode code);

/* The errno name of a code. */
const char *error_code_name (So24ErrorCode code);
