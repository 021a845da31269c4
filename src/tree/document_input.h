/* An XML document that is written piece by piece. */
#pragma once

#include "soap/reader.h"

typedef enum
{
  DOCUMENT_MORE,
  DOCUMENT_WHOLE,
  DOCUMENT_FAILED
} DocumentStep;

/*
 * Gives @reader what @buffer holds, up to the end of the document and no further: what comes after it belongs to the next
 * command. Errors are EINVAL's.
 */
DocumentStep document_step (Reader *reader, SecretBuffer *buffer, GError **error);
