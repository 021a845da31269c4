/* The ring of lines, and its readers. Touches nothing. */
#include "tree/events.h"

#include "base/details.h"

#include <string.h>

typedef struct
{
  guint64 number;
  gint64 position; /* of its first byte among all that there ever were */
  gint64 wall_us;
  gsize length;
  char *text; /* with its newline */
} Line;

struct Events
{
  GQueue lines; /* of Line; never empty once there was one */
  gsize bytes;  /* in them */
  gsize most_bytes;
  guint64 last;           /* number of the newest; 0: there is none */
  gint64 end;             /* position after it */
  gint64 last_dropped_us; /* when the newest of those that were dropped happened */
  gint64 lead;            /* by so much an opener's file may be longer, for the lines that told him what he missed */
};

struct EventsReader
{
  Events *events;
  guint64 next;   /* number of the line after those that he began to read */
  GString *rest;  /* of the last one of those */
  gint64 offset;  /* where he reads on */
  gint64 shift;   /* from an offset to a position */
  gboolean asked; /* where the end is */
  gboolean stops;
  gboolean beyond; /* the end */
};

static void
line_free (gpointer memory)
{
  Line *line = memory;

  g_free (line->text);
  g_free (line);
}

Events *
events_new (gsize most_bytes)
{
  Events *events = g_new0 (Events, 1);

  events->most_bytes = most_bytes;
  return events;
}

void
events_free (Events *events)
{
  g_queue_clear_full (&events->lines, line_free);
  g_free (events);
}

static const Line *
oldest (const Events *events)
{
  return events->lines.head == NULL ? NULL : events->lines.head->data;
}

/* The number of the oldest line, or of the first one that there will be. */
static guint64
first_number (const Events *events)
{
  return events->last + 1 - events->lines.length;
}

static gint64
first_position (const Events *events)
{
  return events->end - (gint64)events->bytes;
}

static void
drop_oldest (Events *events)
{
  Line *line = g_queue_pop_head (&events->lines);

  events->bytes -= line->length;
  events->last_dropped_us = line->wall_us;
  line_free (line);
}

static char *
compose (gint64 wall_us, guint64 number, const char *text)
{
  g_autofree char *time = details_millisecond (wall_us);

  return g_strdup_printf ("%s %" G_GUINT64_FORMAT " %s\n", time, number, text);
}

void
events_add (Events *events, const char *text, gint64 wall_us)
{
  Line *line = g_new0 (Line, 1);

  line->number = ++events->last;
  line->position = events->end;
  line->wall_us = wall_us;
  line->text = compose (wall_us, line->number, text);
  line->length = strlen (line->text);
  events->end += (gint64)line->length;
  events->bytes += line->length;
  g_queue_push_tail (&events->lines, line);
  while (events->bytes > events->most_bytes && events->lines.length > 1)
    drop_oldest (events);
}

void
events_list (const Events *events, SecretBuffer *content)
{
  for (const GList *link = events->lines.head; link != NULL; link = link->next)
    secret_buffer_append (content, ((const Line *)link->data)->text, ((const Line *)link->data)->length);
}

gint64
events_size (const Events *events)
{
  return events->end + events->lead;
}

static void
begin_again (EventsReader *reader)
{
  reader->next = first_number (reader->events);
  reader->shift = first_position (reader->events);
  reader->offset = 0;
  reader->beyond = FALSE;
  g_string_truncate (reader->rest, 0);
}

EventsReader *
events_reader_new (Events *events)
{
  EventsReader *reader = g_new0 (EventsReader, 1);

  reader->events = events;
  reader->rest = g_string_new (NULL);
  begin_again (reader);
  return reader;
}

void
events_reader_free (EventsReader *reader)
{
  g_string_free (reader->rest, TRUE);
  g_free (reader);
}

/* From now on @offset is where @position is. */
static void
align (EventsReader *reader, gint64 offset, gint64 position)
{
  reader->shift = position - offset;
  reader->events->lead = MAX (reader->events->lead, -reader->shift);
}

/* It has the time and the number of the last line that was missed, so that both go on rising. */
static void
take_missed (EventsReader *reader)
{
  Events *events = reader->events;
  guint64 first = first_number (events);
  g_autofree char *text = g_strdup_printf ("missed count=%" G_GUINT64_FORMAT, first - reader->next);
  g_autofree char *line = compose (events->last_dropped_us, first - 1, text);

  g_string_assign (reader->rest, line);
  reader->next = first;
  align (reader, reader->offset + (gint64)reader->rest->len, oldest (events)->position);
}

static const Line *
find_number (const Events *events, guint64 number)
{
  return g_queue_peek_nth ((GQueue *)&events->lines, (guint)(number - first_number (events)));
}

/* FALSE at the end. */
static gboolean
take_line (EventsReader *reader)
{
  const Events *events = reader->events;
  const Line *line;

  if (reader->next > events->last)
    return FALSE;
  if (reader->next < first_number (events))
    {
      take_missed (reader);
      return TRUE;
    }
  line = find_number (events, reader->next);
  g_string_append_len (reader->rest, line->text, (gssize)line->length);
  reader->next++;
  return TRUE;
}

/* The line that holds @position; NULL: it is past the end. From the end on, where those who look for a place look. */
static const Line *
find_position (const Events *events, gint64 position)
{
  const GList *link = events->lines.tail;

  if (position >= events->end)
    return NULL;
  while (link->prev != NULL && ((const Line *)link->data)->position > position)
    link = link->prev;
  return link->data;
}

static void
go_to (EventsReader *reader, gint64 offset)
{
  Events *events = reader->events;
  gint64 position = MAX (offset + reader->shift, first_position (events));
  const Line *line = find_position (events, position);

  g_string_truncate (reader->rest, 0);
  reader->offset = offset;
  reader->beyond = position > events->end;
  if (line == NULL)
    {
      reader->next = events->last + 1;
      align (reader, offset, events->end);
      return;
    }
  g_string_append (reader->rest, line->text + (position - line->position));
  reader->next = line->number + 1;
  align (reader, offset, position);
}

static void
seek (EventsReader *reader, gint64 offset)
{
  if (reader->asked && offset < reader->offset)
    reader->stops = TRUE;
  if (offset == 0)
    begin_again (reader);
  else
    go_to (reader, offset);
}

gboolean
events_go_to (EventsReader *reader, gint64 offset)
{
  if (offset != reader->offset)
    seek (reader, offset);
  return events_have_more (reader);
}

gsize
events_read (EventsReader *reader, gint64 offset, char *bytes, gsize size)
{
  gsize done = 0;

  events_go_to (reader, offset);
  while (done < size && (reader->rest->len > 0 || take_line (reader)))
    {
      gsize length = MIN (size - done, reader->rest->len);

      memcpy (bytes + done, reader->rest->str, length);
      g_string_erase (reader->rest, 0, (gssize)length);
      done += length;
      reader->offset += (gint64)length;
    }
  return done;
}

gboolean
events_have_more (const EventsReader *reader)
{
  return reader->rest->len > 0 || reader->next <= reader->events->last;
}

gint64
events_seek_end (EventsReader *reader)
{
  go_to (reader, reader->events->end - reader->shift);
  reader->asked = TRUE;
  return reader->offset;
}

gboolean
events_reader_stops (const EventsReader *reader)
{
  return reader->stops || reader->beyond;
}

guint64
events_last_number (const EventsReader *reader)
{
  return reader->events->last;
}
