/*
 * The calls that are made in an hour. Counted by minutes, over any hour and not by the clock's, so that whatever hour the
 * service counts by is kept to. For account/ only.
 *
 * What is stored must hold after a crash, and storing is slow: so calls are reserved some at a time, stored as if they had
 * been made, and then made. A reservation ends with its minute.
 */
#pragma once

#include "account/record.h"

typedef struct
{
  guint spent[RECORD_MINUTES]; /* in the current minute, in the one before, and so on */
  gint64 minute;               /* the current one, of the boot clock */
  guint reserved;              /* stored as made in the current minute, and not made yet */
  gboolean unsaved;            /* more was reserved than is stored */
} Budget;

/* How many calls may still be made now, of @rate in an hour (0: any number). */
guint budget_left (const Budget *budget, gint64 rate, Instant now);

/* One call is made. There must be one left. */
void budget_spend (Budget *budget, gint64 rate, Instant now);

/* When, on the boot clock, the oldest call that counts will not count any more. */
gint64 budget_frees_us (const Budget *budget, Instant now);

/* What to store: @spent as in a Record that is made now. What is reserved counts as made. */
void budget_save (const Budget *budget, guint *spent, Instant now);

/* Takes up what was stored, as in a Record of now; where both know of calls, the higher number counts. */
void budget_merge (Budget *budget, const guint *spent, Instant now);

/* Nothing more will be called: what is reserved need not count. */
void budget_return (Budget *budget);
