/* The headers of an answer that libcurl does not keep for us, picked out as their lines go by. Touches nothing. */
#pragma once

#include <glib.h>

typedef struct
{
  char *allowed;       /* APILimitRemaining; NULL: none */
  char *allowed_until; /* APILimitReset; NULL: none */
  char *date;          /* Date; NULL: none */
  gboolean counts;     /* the lines that come now belong to the head of an answer */
} Headers;

/*
 * Takes the next line, with or without its line break. A status line begins a new head and forgets the one before; the
 * lines of an interim answer (100 Continue) and those after a head's empty line (trailers) count for nothing.
 */
void headers_take_line (Headers *headers, const char *line, gsize length);

void headers_clear (Headers *headers);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Headers, headers_clear)
