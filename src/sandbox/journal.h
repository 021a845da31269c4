/* What was called: a count of each operation, and the last 1,000 calls for a reader of /sandbox/log.
   Nothing secret goes in: no passwords, no session ids, no tokens. Memory only. */
#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

typedef struct Journal Journal;
typedef struct Operation Operation;

/* One call. Begun when it arrives, with the outcome "running", and completed in place when it ends. */
typedef struct
{
  guint64 sequence;
  gint64 arrived;             /* wall clock, microseconds */
  const Operation *operation; /* NULL: none was found */
  const char *soap_version;
  gboolean had_cookie;
  char *identity; /* the active one after the call; NULL: none */
  char *outcome;  /* one word */
  char *fault;    /* the service's text; NULL: it was no fault */
  guint status;   /* of HTTP; 0: there was no answer */
} JournalEntry;

Journal *journal_new (void);
void journal_free (Journal *journal);

/* Counts a call and opens its entry. The caller gets a reference of its own, for journal_entry_unref(). */
JournalEntry *journal_begin (Journal *journal, const Operation *operation, gint64 wall_clock);
void journal_entry_unref (JournalEntry *entry);

/* Fills in how the call ended. @identity: NULL, nobody is logged in; @status: 0, there was no answer. */
void journal_complete (JournalEntry *entry, const char *outcome, const char *identity, guint status);

void journal_reset_counts (Journal *journal);
void journal_clear_log (Journal *journal);
guint64 journal_count (const Journal *journal, const Operation *operation);

/* The answers to GET /sandbox/calls and GET /sandbox/log. */
JsonNode *journal_render_counts (const Journal *journal);
JsonNode *journal_render_log (const Journal *journal);
