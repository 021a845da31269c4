/* Bytes to an XML document: see soap_document.h. */
#include "sandbox/soap_document.h"

#include <string.h>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>

/* libxml2 compares each attribute of an element with all before it. Without a limit, 4 MiB of attributes keep the one
   thread that serves everybody busy for minutes. */
#define MOST_ATTRIBUTES 1000

gboolean
content_type_is (const char *content_type, const char *media_type)
{
  gsize length = strcspn (content_type, "; \t");

  return length == strlen (media_type) && g_ascii_strncasecmp (content_type, media_type, length) == 0;
}

char *
content_type_parameter (const char *content_type, const char *name)
{
  g_auto (GStrv) parts = g_strsplit (content_type, ";", -1);

  for (guint i = 1; parts[0] != NULL && parts[i] != NULL; i++)
    {
      char *part = g_strstrip (parts[i]);
      char *value = strchr (part, '=');

      if (value == NULL)
        continue;
      *value++ = '\0';
      if (g_ascii_strcasecmp (g_strchomp (part), name) != 0)
        continue;
      value = g_strchug (value);
      gsize length = strlen (value);
      if (length >= 2 && value[0] == '"' && value[length - 1] == '"')
        return g_strndup (value + 1, length - 2);
      return g_strdup (value);
    }
  return NULL;
}

static GBytes *
decode_ascii (const char *bytes, gsize length)
{
  char *text = g_memdup2 (bytes, length);

  for (gsize i = 0; i < length; i++)
    if ((guchar)text[i] >= 0x80)
      text[i] = '?';
  return g_bytes_new_take (text, length);
}

/* What a StreamReader does: a byte order mark wins over @charset, a charset that nobody knows is ASCII, and bytes that
   the charset has not become U+FFFD. */
static GBytes *
decode (const char *bytes, gsize length, const char *charset)
{
  static const struct
  {
    const char *mark;
    gsize length;
    const char *charset;
  } marks[] = {{"\xef\xbb\xbf", 3, "UTF-8"}, {"\xff\xfe", 2, "UTF-16LE"}, {"\xfe\xff", 2, "UTF-16BE"}};

  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
    if (length >= marks[i].length && memcmp (bytes, marks[i].mark, marks[i].length) == 0)
      {
        charset = marks[i].charset;
        bytes += marks[i].length;
        length -= marks[i].length;
        break;
      }
  if (charset == NULL || g_ascii_strcasecmp (charset, "us-ascii") == 0)
    return decode_ascii (bytes, length);
  if (g_ascii_strcasecmp (charset, "utf-8") == 0)
    {
      char *text = g_utf8_make_valid (bytes, (gssize)length);
      return g_bytes_new_take (text, strlen (text));
    }

  gsize written = 0;
  char *text = g_convert (bytes, (gssize)length, "UTF-8", charset, NULL, &written, NULL);
  return text != NULL ? g_bytes_new_take (text, written) : decode_ascii (bytes, length);
}

static gboolean
has_too_many_attributes (const char *text, gsize length)
{
  gboolean in_tag = FALSE;
  char quote = '\0';
  guint attributes = 0;

  for (gsize i = 0; i < length; i++)
    {
      char character = text[i];

      if (!in_tag)
        {
          in_tag = character == '<' && i + 1 < length && text[i + 1] != '!' && text[i + 1] != '?';
          quote = '\0';
          attributes = 0;
        }
      else if (quote != '\0')
        quote = character == quote ? '\0' : quote;
      else if (character == '"' || character == '\'')
        quote = character;
      else if (character == '=' && ++attributes > MOST_ATTRIBUTES)
        return TRUE;
      else if (character == '>')
        in_tag = FALSE;
    }
  return FALSE;
}

static void
refuse_dtd (void *data, const xmlChar *name, const xmlChar *public_id, const xmlChar *system_id)
{
  xmlParserCtxt *parser = data;
  gboolean *has_dtd = parser->_private;

  *has_dtd = TRUE;
  xmlStopParser (parser);
}

static char *
describe (const xmlParserCtxt *parser, gboolean has_dtd)
{
  const xmlError *error = &parser->lastError;

  if (has_dtd)
    return g_strdup ("For security reasons DTD is prohibited in this XML document. To enable DTD processing set the "
                     "DtdProcessing property on XmlReaderSettings to Parse and pass the settings into "
                     "XmlReader.Create method.");
  if (error->code == XML_ERR_DOCUMENT_EMPTY || error->code == XML_ERR_DOCUMENT_END || error->message == NULL)
    return g_strdup_printf ("Data at the root level is invalid. Line %d, position %d.", MAX (error->line, 1),
                            MAX (error->int2, 1));

  /* Without libxml2's words: they can quote the request, and with it a password, into the journal. */
  return g_strdup_printf ("The document is not well formed. Line %d, position %d.", error->line, error->int2);
}

/* @is_decoded: the text is UTF-8 now, whatever its XML declaration says. */
static void
parse (SoapDocument *document, gboolean is_decoded)
{
  gsize length = 0;
  const char *text = g_bytes_get_data (document->text, &length);
  gboolean has_dtd = FALSE;
  int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA;

  xmlParserCtxt *parser = xmlCreateMemoryParserCtxt (text, (int)length);
  if (parser == NULL)
    {
      document->is_malformed = TRUE;
      document->complaint = g_strdup ("Root element is missing.");
      return;
    }
  xmlCtxtUseOptions (parser, is_decoded ? options | XML_PARSE_IGNORE_ENC : options);
  parser->_private = &has_dtd;
  parser->sax->internalSubset = refuse_dtd;
  xmlParseDocument (parser);

  document->is_malformed = has_dtd || !parser->wellFormed || !parser->nsWellFormed;
  document->doc = g_steal_pointer (&parser->myDoc);
  if (document->is_malformed)
    document->complaint = describe (parser, has_dtd);
  xmlFreeParserCtxt (parser);
}

SoapDocument *
soap_document_read (GBytes *body, const char *content_type)
{
  SoapDocument *document = g_new0 (SoapDocument, 1);
  gsize length = 0;
  const char *bytes = g_bytes_get_data (body, &length);
  g_autofree char *charset = content_type != NULL ? content_type_parameter (content_type, "charset") : NULL;
  gboolean is_application = content_type != NULL && g_ascii_strncasecmp (content_type, "application/", 12) == 0;
  /* Only application/... lets the document speak for itself; text/... without a charset is ASCII. */
  gboolean is_decoded = !is_application || charset != NULL;

  document->text = is_decoded ? decode (bytes, length, charset) : g_bytes_ref (body);
  bytes = g_bytes_get_data (document->text, &length);
  if (bytes != NULL && has_too_many_attributes (bytes, length))
    {
      document->is_malformed = TRUE;
      document->complaint = g_strdup ("An element has too many attributes.");
      return document;
    }
  parse (document, is_decoded);
  return document;
}

void
soap_document_free (SoapDocument *document)
{
  g_clear_pointer (&document->doc, xmlFreeDoc);
  g_clear_pointer (&document->text, g_bytes_unref);
  g_free (document->complaint);
  g_free (document);
}

char *
soap_document_position_after (const SoapDocument *document, const xmlNode *element)
{
  gsize length = 0;
  const char *text = g_bytes_get_data (document->text, &length);
  g_autofree xmlChar *content = xmlNodeGetContent (element);
  const char *found = g_strstr_len (text, (gssize)length, (const char *)content);
  const char *tag_end = found != NULL ? memchr (found, '>', length - (gsize)(found - text)) : NULL;

  /* The tree keeps no columns. The first place where the text stands is the right one but for odd requests. */
  if (tag_end == NULL)
    return g_strdup_printf ("%ld, 1", xmlGetLineNo (element));

  long line = 1;
  const char *line_start = text;
  for (const char *character = text; character < tag_end; character++)
    if (*character == '\n')
      {
        line++;
        line_start = character + 1;
      }
  gboolean at_closing_tag = g_str_has_prefix (tag_end + 1, "</");
  long column = g_utf8_pointer_to_offset (line_start, tag_end) + (at_closing_tag ? 4 : 3);
  return g_strdup_printf ("%ld, %ld", line, column);
}
