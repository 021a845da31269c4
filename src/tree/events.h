/*
 * What the file events reads as: the last lines of all that happened, numbered, and what each opener has read of them.
 *
 * An opener reads a file of his own, as it were: it begins with the oldest line that there was when he opened it (or
 * when he last began again at 0), and grows. Reading on, he misses no line unless it was dropped before he came to it;
 * then a line tells him how many were. So an offset means something to one opener only, and who reads on goes by the
 * lines' numbers.
 */
#pragma once

#include "base/secret.h"

/* What is kept of them. Some thousand lines. */
#define EVENTS_MOST_BYTES (256 * 1024)

typedef struct Events Events;
typedef struct EventsReader EventsReader;

Events *events_new (gsize most_bytes);
void events_free (Events *events);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Events, events_free)

/* Adds a line: the time, its number, and @text; the oldest ones make room for it. */
void events_add (Events *events, const char *text, gint64 wall_us);

/* Appends all lines that are kept. */
void events_list (const Events *events, SecretBuffer *content);

/* How long the file is, with all that was dropped; never less than an opener has read. */
gint64 events_size (const Events *events);

/* Stands before the oldest line. @events must outlive it. */
EventsReader *events_reader_new (Events *events);
void events_reader_free (EventsReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EventsReader, events_reader_free)

/* Goes to @offset. Whether there is something to be read there. */
gboolean events_go_to (EventsReader *reader, gint64 offset);

/* Fills @bytes from @offset on and returns how many there were, at most @size; 0: he is at the end. */
gsize events_read (EventsReader *reader, gint64 offset, char *bytes, gsize size);

/* Whether there is something for one who reads on. */
gboolean events_have_more (const EventsReader *reader);

/* Where the end is for this opener, who has gone there. */
gint64 events_seek_end (EventsReader *reader);

/* The number of the newest line; 0: there is none. */
guint64 events_last_number (const EventsReader *reader);

/*
 * Whether he gets to know at the end that it is one, and does not wait there: he has asked where it is and then begun
 * to read before it, as tail(1) does; or he stands behind it.
 */
gboolean events_reader_stops (const EventsReader *reader);
