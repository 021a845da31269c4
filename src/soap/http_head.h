/* What HTTP says of an answer before its body: net/ reads it off the wire, soap/ knows what it means. */
#pragma once

#include <glib.h>

/* The texts are whoever's made the head, and as they came over the wire. */
typedef struct
{
  int status;
  const char *content_type;  /* NULL: none */
  gint64 retry_after_s;      /* 0: none */
  const char *allowed;       /* the header APILimitRemaining; NULL: none */
  const char *allowed_until; /* the header APILimitReset; NULL: none */
} HttpHead;

/* How many calls the service still allows. FALSE: it does not say, or not in a number that can be meant. */
gboolean http_head_allowed (const HttpHead *head, gint64 *allowed);

/* When it allows more: wall clock, microseconds since 1970; 0: it does not say, or it cannot be read. */
gint64 http_head_allowed_until_us (const HttpHead *head);
