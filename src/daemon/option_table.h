/*
 * The table of options. The parser, the defaults, --help, the configuration files, the manual and the completions of the
 * shells are all made from it.
 */
#pragma once

#include "daemon/option.h"
#include "daemon/options.h"

/* What the command line alone has: how to run, not what to mount. */
typedef struct
{
  const char *short_name; /* NULL: there is only the long one */
  const char *long_name;
  gsize offset; /* of a gboolean in an Options */
  const char *help;
} SwitchRow;

/* What else than mounting there is: the first word of the command line. */
typedef struct
{
  const char *name;
  Tool tool;
  const char *argument;
  const char *help;
} ToolRow;

/* Each ends in a row without a (long) name. The offsets are into an Options. */
extern const OptionRow option_rows[];
extern const SwitchRow switch_rows[];
extern const ToolRow tool_rows[];

/* Passed on to the kernel and libfuse (mount.fuse3(8)); a "=" at the end: it takes a value. Ends in NULL. */
extern const char *const options_passed_on[];

/* NULL if there is none. */
const OptionRow *option_find (const char *name);

/* Whether @option, a name or NAME=VALUE, is passed on. */
gboolean option_is_passed_on (const char *option);

/* Whether mount(8) and systemd leave it in for themselves when they call us. */
gboolean option_is_ignored (const char *option);

/* The name that is least unlike @name: "did you mean". */
const char *option_nearest (const char *name);
