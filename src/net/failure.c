/* The table of transport failures (libcurl-errors(3)). What it does not name is an answer that broke half-way. */
#include "net/failure.h"

#include "base/error.h"

#include <errno.h>

typedef struct
{
  CURLcode result;
  So24ErrorCode code;
  const char *meaning; /* NULL: libcurl's sentence says it best */
} FailureRow;

static const FailureRow rows[] = {
  {CURLE_COULDNT_RESOLVE_HOST, SO24_ERROR_UNREACHABLE, NULL},
  {CURLE_COULDNT_RESOLVE_PROXY, SO24_ERROR_UNREACHABLE, NULL},
  {CURLE_COULDNT_CONNECT, SO24_ERROR_REFUSED, NULL},
  {CURLE_OPERATION_TIMEDOUT, SO24_ERROR_TIMED_OUT, "no answer in time"},
  {CURLE_SSL_CONNECT_ERROR, SO24_ERROR_TLS, NULL},
  {CURLE_PEER_FAILED_VERIFICATION, SO24_ERROR_TLS, NULL},
  {CURLE_SSL_CACERT_BADFILE, SO24_ERROR_TLS, NULL},
  {CURLE_SSL_CERTPROBLEM, SO24_ERROR_TLS, NULL},
  {CURLE_SSL_CIPHER, SO24_ERROR_TLS, NULL},
  {CURLE_SSL_ISSUER_ERROR, SO24_ERROR_TLS, NULL},
  {CURLE_SSL_INVALIDCERTSTATUS, SO24_ERROR_TLS, NULL},
  {CURLE_SSL_PINNEDPUBKEYNOTMATCH, SO24_ERROR_TLS, NULL},
  {CURLE_SSL_ENGINE_INITFAILED, SO24_ERROR_TLS, NULL},
  {CURLE_WRITE_ERROR, SO24_ERROR_NOT_UNDERSTOOD, "the answer is too large"},
  {CURLE_FILESIZE_EXCEEDED, SO24_ERROR_NOT_UNDERSTOOD, "the answer is too large"},
  {CURLE_GOT_NOTHING, SO24_ERROR_NOT_UNDERSTOOD, "the connection was closed without an answer"},
  {CURLE_PARTIAL_FILE, SO24_ERROR_NOT_UNDERSTOOD, "the answer was cut off"},
};

/* Not every connection that could not be made was refused. */
static So24ErrorCode
connect_failure (int os_errno)
{
  if (os_errno == ETIMEDOUT)
    return SO24_ERROR_TIMED_OUT;
  return os_errno == ECONNREFUSED || os_errno == 0 ? SO24_ERROR_REFUSED : SO24_ERROR_UNREACHABLE;
}

GError *
failure_to_error (CURLcode result, int os_errno, const char *curl_says)
{
  const char *sentence = *curl_says != '\0' ? curl_says : curl_easy_strerror (result);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].result == result)
      {
        So24ErrorCode code = result == CURLE_COULDNT_CONNECT ? connect_failure (os_errno) : rows[i].code;

        return g_error_new_literal (SO24_ERROR, code, rows[i].meaning != NULL ? rows[i].meaning : sentence);
      }
  return g_error_new (SO24_ERROR, SO24_ERROR_NOT_UNDERSTOOD, "the answer broke off: %s", sentence);
}

gboolean
failure_is_of_connection (CURLcode result)
{
  static const CURLcode results[]
    = {CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_HTTP2};

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    if (results[i] == result)
      return TRUE;
  return FALSE;
}
