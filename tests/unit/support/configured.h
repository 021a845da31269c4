/* A folder of configuration files, for a test that parses command lines. */
#pragma once

#include "daemon/options.h"
#include "support/place.h"

/* Makes the place's folder the user's folder of configurations. */
void configured (void);

/* Writes so24fs/@name.conf there: the group [mount], and @settings below it. */
void configure (const char *name, const char *settings);

/* Parses "so24fs @words", split at blanks; and there must be no error. */
Options *parse_words (const char *words, GError **error);
Options *parse_words_well (const char *words);

/* The command line "so24fs acme /mnt" fails with one line that says @said. */
void assert_acme_refused (const char *said);

/* The same after configure ("acme", @settings); and the line names the file. */
void assert_settings_refused (const char *settings, const char *said);
