/* "so24fs --check": what would keep a mount from being made and used, a line each. */
#pragma once

#include "daemon/options.h"

/* Looks at everything, prints what it found, as lines or as JSON; exit status 1 if something is wrong. */
int check_run (const Options *options);
