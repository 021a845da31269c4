/* "so24fs login": a credential, asked for at the terminal or read from the standard input, written to a mount. */
#pragma once

#include "daemon/options.h"

/* The exit status. What failed is told in the mount's own words. */
int login_run (const Options *options);
