/* When a quarantine ends, as the service writes it. */
#pragma once

#include <glib.h>

/*
 * The wall clock time (microseconds since 1970, UTC) that follows "Quarantine ends at" in @text, or 0 if none can be
 * read. A date without a zone is UTC.
 */
gint64 quarantine_end (const char *text);
