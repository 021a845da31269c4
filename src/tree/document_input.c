/* Feeding documents to their reader. A document can only end at a '>', so that is how far each portion goes. */
#include "tree/document_input.h"

#include "base/error.h"

#include <string.h>

static DocumentStep
fail (GError **error, GError *cause)
{
  g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "the XML is no good: %s", cause->message);
  g_error_free (cause);
  return DOCUMENT_FAILED;
}

static const char *
find_end (const SecretBuffer *buffer)
{
  return buffer->length == 0 ? NULL : memchr (buffer->data, '>', buffer->length);
}

DocumentStep
document_step (Reader *reader, SecretBuffer *buffer, GError **error)
{
  GError *cause = NULL;
  const char *end;

  while (!reader_complete (reader) && (end = find_end (buffer)) != NULL)
    {
      gsize length = (gsize)(end - buffer->data) + 1;
      gboolean good = reader_feed (reader, buffer->data, length, &cause);

      secret_buffer_consume (buffer, length);
      if (!good)
        return fail (error, cause);
    }
  if (!reader_complete (reader))
    return DOCUMENT_MORE;
  return reader_finish (reader, &cause) ? DOCUMENT_WHOLE : fail (error, cause);
}
