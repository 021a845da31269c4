/* Bytes to an XML document, as .NET's XmlTextReader reads a request: DTDs refused, nothing fetched, nothing expanded.
   Touches no network and no file. */
#pragma once

#include <glib.h>
#include <libxml/tree.h>

typedef struct
{
  xmlDoc *doc;  /* what was read; if it is malformed, perhaps a part, perhaps NULL */
  GBytes *text; /* what was parsed */
  gboolean is_malformed;
  char *complaint; /* in .NET's words, with line and position; NULL if it is well formed */
} SoapDocument;

/* Reads @body, sent under @content_type (NULL: none). Never NULL. */
SoapDocument *soap_document_read (GBytes *body, const char *content_type);
void soap_document_free (SoapDocument *document);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SoapDocument, soap_document_free)

/* Where .NET's reader stands after it has read that element, as "line, position". Free it. */
char *soap_document_position_after (const SoapDocument *document, const xmlNode *element);

/* A parameter of a content type such as `charset`, unquoted; NULL if it is not there. Free it. */
char *content_type_parameter (const char *content_type, const char *name);
gboolean content_type_is (const char *content_type, const char *media_type);
