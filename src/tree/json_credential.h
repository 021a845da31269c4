/* A credential as a JSON object. */
#pragma once

#include "tree/fields.h"

/* How far into @text the scan for the end of an object has come; starts as zeros. */
typedef struct
{
  gsize scanned;
  guint depth;
  gboolean in_string;
  gboolean escaped;
} JsonScan;

/* The length of the object at the start of @text, or 0 if it is not whole yet. Goes on where it stopped before. */
gsize json_scan (JsonScan *scan, const char *text, gsize length);

gboolean json_read_credential (const char *text, gsize length, Fields *fields, GError **error);
