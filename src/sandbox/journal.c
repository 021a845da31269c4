/* What was called: see journal.h. */
#include "sandbox/journal.h"

#include "sandbox/service.h"

#define LOG_LENGTH 1000

struct Journal
{
  GQueue log; /* of JournalEntry, oldest first */
  guint64 last_sequence;
  guint64 *counts; /* by index in authenticate_service()->operations; the last is for all of the ClientService */
};

Journal *
journal_new (void)
{
  Journal *journal = g_new0 (Journal, 1);

  g_queue_init (&journal->log);
  journal->counts = g_new0 (guint64, authenticate_service ()->n_operations + 1);
  return journal;
}

static void
clear_entry (gpointer data)
{
  JournalEntry *entry = data;

  g_free (entry->identity);
  g_free (entry->outcome);
  g_free (entry->fault);
}

void
journal_entry_unref (JournalEntry *entry)
{
  g_rc_box_release_full (entry, clear_entry);
}

void
journal_clear_log (Journal *journal)
{
  g_queue_clear_full (&journal->log, (GDestroyNotify)journal_entry_unref);
}

void
journal_free (Journal *journal)
{
  journal_clear_log (journal);
  g_free (journal->counts);
  g_free (journal);
}

/* Where @operation is counted. */
static guint64 *
counter_of (const Journal *journal, const Operation *operation)
{
  const Service *service = authenticate_service ();

  if (service_has_operation (service, operation))
    return &journal->counts[operation - service->operations];
  return &journal->counts[service->n_operations];
}

guint64
journal_count (const Journal *journal, const Operation *operation)
{
  return *counter_of (journal, operation);
}

JournalEntry *
journal_begin (Journal *journal, const Operation *operation, gint64 wall_clock)
{
  JournalEntry *entry = g_rc_box_new0 (JournalEntry);

  if (operation != NULL)
    ++*counter_of (journal, operation);
  entry->sequence = ++journal->last_sequence;
  entry->arrived = wall_clock;
  entry->operation = operation;
  entry->soap_version = "";
  entry->outcome = g_strdup ("running");
  g_queue_push_tail (&journal->log, g_rc_box_acquire (entry));
  if (journal->log.length > LOG_LENGTH)
    journal_entry_unref (g_queue_pop_head (&journal->log));
  return entry;
}

void
journal_complete (JournalEntry *entry, const char *outcome, const char *identity, guint status)
{
  g_free (entry->outcome);
  entry->outcome = g_strdup (outcome);
  g_free (entry->identity);
  entry->identity = g_strdup (identity);
  entry->status = status;
}

void
journal_reset_counts (Journal *journal)
{
  for (gsize i = 0; i <= authenticate_service ()->n_operations; i++)
    journal->counts[i] = 0;
}

static void
add_count (JsonBuilder *builder, const char *name, guint64 number)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, (gint64)number);
}

JsonNode *
journal_render_counts (const Journal *journal)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  const Service *service = authenticate_service ();
  guint64 total = 0;

  for (gsize i = 0; i < service->n_operations; i++)
    total += journal->counts[i];
  json_builder_begin_object (builder);
  add_count (builder, "total", total);
  json_builder_set_member_name (builder, "by_operation");
  json_builder_begin_object (builder);
  for (gsize i = 0; i < service->n_operations; i++)
    add_count (builder, service->operations[i].name, journal->counts[i]);
  json_builder_end_object (builder);
  add_count (builder, "client_service", journal->counts[service->n_operations]);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

static void
add_text (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  if (text != NULL)
    json_builder_add_string_value (builder, text);
  else
    json_builder_add_null_value (builder);
}

static void
add_entry (JsonBuilder *builder, const JournalEntry *entry)
{
  g_autoptr (GDateTime) whole_second = g_date_time_new_from_unix_utc (entry->arrived / G_USEC_PER_SEC);
  g_autoptr (GDateTime) arrived = g_date_time_add (whole_second, entry->arrived % G_USEC_PER_SEC);
  g_autofree char *time = g_date_time_format (arrived, "%Y-%m-%dT%H:%M:%S.%fZ");

  json_builder_begin_object (builder);
  add_count (builder, "sequence", entry->sequence);
  add_text (builder, "time", time);
  add_text (builder, "operation", entry->operation != NULL ? entry->operation->name : NULL);
  add_text (builder, "soap_version", entry->soap_version);
  json_builder_set_member_name (builder, "cookie");
  json_builder_add_boolean_value (builder, entry->had_cookie);
  add_text (builder, "identity", entry->identity);
  add_text (builder, "outcome", entry->outcome);
  add_text (builder, "fault", entry->fault);
  add_count (builder, "status", entry->status);
  json_builder_end_object (builder);
}

JsonNode *
journal_render_log (const Journal *journal)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_array (builder);
  for (const GList *link = journal->log.head; link != NULL; link = link->next)
    add_entry (builder, link->data);
  json_builder_end_array (builder);
  return json_builder_get_root (builder);
}
