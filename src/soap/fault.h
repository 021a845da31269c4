/* What a fault's text means, and the sentence in it that a person needs. */
#pragma once

#include "soap/operation.h"

/*
 * The error that a fault with this text is for @operation. Its message is the service's own sentence, on one line, without
 * .NET's type names and stack. For a quarantine, *@until_us becomes the wall clock time of its end, or 0 if that
 * can't be read. @secrets (of Secret, may be NULL): what the service was sent and may repeat; the message does not.
 */
GError *fault_to_error (Operation operation, const char *text, const GPtrArray *secrets, gint64 *until_us);

/* The sentence alone; the caller frees it. */
char *fault_sentence (const char *text);
