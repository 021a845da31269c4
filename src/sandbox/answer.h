/* An HTTP answer before it goes out: status, headers, body. */
#pragma once

#include <libsoup/soup.h>

typedef struct
{
  guint status;
  char *content_type; /* NULL: no such header */
  GString *body;
  gboolean from_runtime; /* made by ASP.NET, with its headers; or by something in between, without */
  gboolean was_invoked;  /* the operation was reached: the runtime says max-age=0 then */
  char *new_session;     /* the id for a Set-Cookie; NULL: none */
  GPtrArray *headers;    /* further ones: name, value, name, value */
} Answer;

/* Takes @body over; NULL: an empty one. */
Answer *answer_new (guint status, const char *content_type, GString *body);
void answer_free (Answer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Answer, answer_free)

void answer_add_header (Answer *answer, const char *name, const char *value);

/* Fills in @message, whose headers and body are then complete. */
void answer_send (const Answer *answer, SoupServerMessage *message);

/* The answer as it would go over the wire. */
GString *answer_serialize (const Answer *answer);
