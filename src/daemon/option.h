/* One option: what its value may be, and where it is kept. The table of them is in option_table.c. */
#pragma once

#include <glib.h>

/* What is kept: */
typedef enum
{
  OPTION_TEXT,    /* char *, owned; never empty */
  OPTION_PATH,    /* the same: where a file or a folder is */
  OPTION_NUMBER,  /* gint64; 0 that is out of the row's range: none */
  OPTION_GUID,    /* Guid; zero: none */
  OPTION_BOOLEAN, /* gboolean: yes, no, and the like; without a value: yes */
  OPTION_MODE,    /* int: permission bits in octal; 0: none */
  OPTION_WORD     /* an enum: which of the words of the row's value it is, counted from 0 */
} OptionType;

typedef struct
{
  const char *name;
  const char *value; /* what stands for the value in --help; of an OPTION_WORD the words, with a | between */
  OptionType type;
  gsize offset;
  const char *standard;   /* the default; NULL: none */
  gint64 lowest, highest; /* of a number */
  const char *help;
  gboolean only_in_file; /* the command line has another way to say it */
} OptionRow;

/* Reads @value (NULL: none was given) and keeps it at the row's offset into @record. */
gboolean option_set (const OptionRow *row, gpointer record, const char *value, GError **error);

/* What option_set() would take to keep what is kept in @record; NULL: nothing is. The caller frees it. */
char *option_get (const OptionRow *row, gconstpointer record);

/* Whether @value says yes or no, and which; for what is not kept in a record. */
gboolean option_is_boolean (const char *value, gboolean *yes);
