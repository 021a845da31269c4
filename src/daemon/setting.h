/*
 * One setting: an option gets its value, and it is remembered who gave it. The settings of all places come through here,
 * in the order in which they outweigh each other.
 */
#pragma once

#include "daemon/options.h"

/* NAME, noNAME or NAME=VALUE, as it stands after -o. */
gboolean setting_from_list (Options *options, const char *option, GError **error);

/* A key of the configuration file @path, and its value. The error does not name the file. */
gboolean setting_from_file (Options *options, const char *path, const char *key, const char *value, GError **error);

/* Which file gave the option its value, or that the command line did; NULL: nobody, it is built in. */
const char *setting_origin (const Options *options, const char *name);
void setting_note_origin (Options *options, const char *name, const char *origin);

#define FROM_COMMAND_LINE "the command line"
