/* One option of the command line: what its value may be, and where it is kept. The table of them is in options.c. */
#pragma once

#include <glib.h>

/* What is kept: */
typedef enum
{
  OPTION_TEXT,    /* char *, owned; never empty */
  OPTION_NUMBER,  /* gint64 */
  OPTION_GUID,    /* Guid */
  OPTION_FLAG,    /* gboolean: given or not */
  OPTION_BOOLEAN, /* gboolean: yes, no, and the like; without a value: yes */
  OPTION_MODE,    /* int: permission bits in octal, never 0 */
  OPTION_WORD     /* an enum: which of the words of the row's value it is, counted from 0 */
} OptionType;

typedef struct
{
  const char *name;
  const char
    *value; /* what stands for the value in --help; of an OPTION_WORD the words, with a | between; NULL: a flag */
  OptionType type;
  gsize offset;
  const char *standard;   /* the default; NULL: none */
  gint64 lowest, highest; /* of a number */
  const char *help;
} OptionRow;

/* Reads @value (NULL: none was given) and keeps it at the row's offset into @record. */
gboolean option_set (const OptionRow *row, gpointer record, const char *value, GError **error);
