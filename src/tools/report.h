/* How findings are told. */
#pragma once

#include "tools/doctor.h"

/* A line, as soon as it is found. */
void report_line (const char *key, const Finding *finding);

/* All of check_rows, as one document. */
void report_json (const char *source, const Finding *findings, gboolean good);
