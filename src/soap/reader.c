/*
 * The streaming reader, on libxml2's push parser. Touches no network and no file.
 *
 * One leniency: .NET writes control characters as references that XML 1.0 forbids (&#x1;), and a strict parser would
 * throw away a whole list for one bad client name. libxml2 drops such a reference and goes on when told to recover;
 * so it is told to, and every other error is made fatal here, in on_error(). But it also drops each good reference
 * (&amp;) from then on, because the document is not well-formed any more; on_entity() sees to it that it is.
 */
#include "soap/reader.h"

#include "base/error.h"
#include "base/guid.h"
#include "soap/encoding.h"
#include "soap/operation.h"
#include "soap/value.h"

#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>
#include <string.h>

#define LARGEST_PORTION ((gsize)1 << 20)
#define LONGEST_VALUE   ((gsize)1 << 20)
#define SOAP_1_1        "http://schemas.xmlsoap.org/soap/envelope/"
#define SOAP_1_2        "http://www.w3.org/2003/05/soap-envelope"
#define INSTANCE        "http://www.w3.org/2001/XMLSchema-instance"

typedef struct
{
  const ReadRule *rule;     /* NULL: the document */
  const ReadRule *children; /* rules for what is inside */
  gpointer record;          /* where it is stored */
  guint64 seen;             /* a bit for each of children */
} Frame;

struct Reader
{
  xmlParserCtxt *parser;
  xmlSAXHandler handler;
  GArray *frames; /* of Frame; the document's is the first */
  SecretBuffer text;
  char *charset;     /* the transport's, until it is known whether it counts */
  SecretBuffer head; /* what came in the meantime */
  guint skipping;    /* depth inside an element that no rule names */
  const ReadRule *rules;
  gboolean any_namespace;
  gboolean forgiven; /* a forbidden reference was dropped */
  gboolean complete;
  GError *error;
};

G_GNUC_PRINTF (2, 3)
static void
fail (Reader *reader, const char *format, ...)
{
  va_list arguments;

  if (reader->error == NULL)
    {
      va_start (arguments, format);
      reader->error = g_error_new_valist (SO24_ERROR, SO24_ERROR_NOT_UNDERSTOOD, format, arguments);
      va_end (arguments);
    }
  xmlStopParser (reader->parser);
}

static Frame *
top (Reader *reader)
{
  return &g_array_index (reader->frames, Frame, reader->frames->len - 1);
}

static gboolean
holds_elements (const ReadRule *rule)
{
  return rule->kind == READ_GROUP || rule->kind == READ_ITEM;
}

static gboolean
namespace_fits (const Reader *reader, ReadSpace space, const xmlChar *uri)
{
  const char *name = uri == NULL ? "" : (const char *)uri;

  if (space == IN_ANY || reader->any_namespace)
    return TRUE;
  if (space == IN_SERVICE)
    return strcmp (name, SERVICE_NAMESPACE) == 0;
  return strcmp (name, SOAP_1_1) == 0 || strcmp (name, SOAP_1_2) == 0;
}

/* The attributes come as libxml2 gives them to SAX2: five pointers each, name, prefix, namespace, value and its end. */
static gboolean
is_nil (int count, const xmlChar **attributes)
{
  for (int i = 0; i < count; i++, attributes += 5)
    {
      gsize length = (gsize)(attributes[4] - attributes[3]);
      const char *value = (const char *)attributes[3];

      if (xmlStrEqual (attributes[0], BAD_CAST "nil") && xmlStrEqual (attributes[2], BAD_CAST INSTANCE))
        return (length == 4 && memcmp (value, "true", 4) == 0) || (length == 1 && *value == '1');
    }
  return FALSE;
}

static const ReadRule *
find_rule (const Reader *reader, const Frame *frame, const xmlChar *name, const xmlChar *uri)
{
  for (const ReadRule *rule = frame->children; rule != NULL && rule->kind != READ_END; rule++)
    if ((rule->name == NULL || strcmp (rule->name, (const char *)name) == 0)
        && namespace_fits (reader, rule->space, uri))
      return rule;
  return NULL;
}

static void
on_start (void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int n_namespaces,
          const xmlChar **namespaces, int n_attributes, int n_defaulted, const xmlChar **attributes)
{
  Reader *reader = data;
  Frame *outer = top (reader);
  const ReadRule *rule = find_rule (reader, outer, name, uri);
  Frame frame = {.rule = rule, .record = outer->record};
  guint64 bit;

  if (reader->error != NULL)
    return;
  if (reader->skipping > 0 || rule == NULL || is_nil (n_attributes, attributes))
    {
      if (reader->frames->len == 1 && rule == NULL && reader->skipping == 0)
        fail (reader, "its root element is not <%s>", reader->rules->name);
      else if (outer->rule != NULL && !holds_elements (outer->rule))
        fail (reader, "there is an element where a value should be");
      reader->skipping++;
      return;
    }

  bit = (guint64)1 << (rule - outer->children);
  if ((outer->seen & bit) != 0 && !rule->repeats)
    {
      fail (reader, "there are two <%s>", rule->name);
      return;
    }
  outer->seen |= bit;

  frame.children = rule->children;
  if (rule->kind == READ_ITEM)
    frame.record = rule->begin (frame.record);
  g_array_append_val (reader->frames, frame);
  secret_buffer_clear (&reader->text);
}

static void
check_required (Reader *reader, const Frame *frame)
{
  for (const ReadRule *rule = frame->children; rule->kind != READ_END; rule++)
    if (rule->required && (frame->seen & ((guint64)1 << (rule - frame->children))) == 0)
      fail (reader, "<%s> is missing", rule->name);
}

static void
store_value (Reader *reader, const Frame *frame, const char *name)
{
  const ReadRule *rule = frame->rule;
  const char *text = reader->text.data == NULL ? "" : reader->text.data;
  g_autoptr (GError) error = NULL;

  if (rule->kind == READ_FIELD)
    {
      if (!rule->take (frame->record, name, &reader->text, &error) && reader->error == NULL)
        {
          reader->error = g_steal_pointer (&error);
          xmlStopParser (reader->parser);
        }
    }
  else if (!value_store (rule->kind, text, reader->text.length, (char *)frame->record + rule->offset))
    fail (reader, "<%s> has a value outside its type", rule->name);
  secret_buffer_clear (&reader->text);
}

static void
on_end (void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
  Reader *reader = data;
  Frame frame = *top (reader);

  if (reader->error != NULL)
    return;
  if (reader->skipping > 0)
    {
      reader->skipping--;
      return;
    }
  g_array_set_size (reader->frames, reader->frames->len - 1);
  if (holds_elements (frame.rule))
    check_required (reader, &frame);
  else
    store_value (reader, &frame, (const char *)name);
  reader->complete = reader->frames->len == 1;
}

static void
on_text (void *data, const xmlChar *text, int length)
{
  Reader *reader = data;
  const Frame *frame = top (reader);

  if (reader->skipping > 0 || frame->rule == NULL || holds_elements (frame->rule))
    return;
  if (reader->text.length + (gsize)length > LONGEST_VALUE)
    fail (reader, "<%s> is longer than anything we would store", frame->rule->name);
  else
    secret_buffer_append (&reader->text, (const char *)text, (gsize)length);
}

/* Asked for each named reference. There are no others than XML's own five, because there is no DTD. */
static xmlEntity *
on_entity (void *data, const xmlChar *name)
{
  Reader *reader = data;

  if (reader->forgiven)
    reader->parser->wellFormed = 1;
  return xmlGetPredefinedEntity (name);
}

static void
on_doctype (void *data, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
  fail (data, "it has a document type, which SOAP forbids");
}

/* Only the line is passed on: libxml2's own text can quote the document, and so a session id or a password. */
#if LIBXML_VERSION >= 21200
static void
on_error (void *data, const xmlError *error)
#else
static void
on_error (void *data, xmlError *error)
#endif
{
  Reader *reader = data;

  if (error->level < XML_ERR_ERROR)
    return;
  if (error->code == XML_ERR_INVALID_CHAR && error->message != NULL
      && g_str_has_prefix (error->message, "xmlParseCharRef:"))
    {
      reader->forgiven = TRUE;
      return;
    }
  fail (reader, "it is not well-formed XML (line %d)", error->line);
}

Reader *
reader_new (const ReadRule *rules, gpointer record, gboolean any_namespace)
{
  Reader *reader = g_new0 (Reader, 1);
  Frame document = {.children = rules, .record = record};

  reader->rules = rules;
  reader->any_namespace = any_namespace;
  reader->handler.initialized = XML_SAX2_MAGIC;
  reader->handler.startElementNs = on_start;
  reader->handler.endElementNs = on_end;
  reader->handler.characters = on_text;
  reader->handler.cdataBlock = on_text;
  reader->handler.ignorableWhitespace = on_text;
  reader->handler.getEntity = on_entity;
  reader->handler.internalSubset = on_doctype;
  reader->handler.serror = on_error;
  reader->frames = g_array_new (FALSE, FALSE, sizeof (Frame));
  g_array_append_val (reader->frames, document);
  reader->parser = xmlCreatePushParserCtxt (&reader->handler, reader, NULL, 0, NULL);
  /* OLDSAX is what has the handler asked even for XML's own entities. */
  xmlCtxtUseOptions (reader->parser, XML_PARSE_NONET | XML_PARSE_RECOVER | XML_PARSE_OLDSAX);
  return reader;
}

void
reader_free (Reader *reader)
{
  g_clear_pointer (&reader->parser->myDoc, xmlFreeDoc);
  xmlFreeParserCtxt (reader->parser);
  g_array_unref (reader->frames);
  secret_buffer_clear (&reader->text);
  secret_buffer_clear (&reader->head);
  g_free (reader->charset);
  g_clear_error (&reader->error);
  g_free (reader);
}

void
reader_set_charset (Reader *reader, const char *charset)
{
  g_free (reader->charset);
  reader->charset = g_strdup (charset);
}

static gboolean
report (const Reader *reader, GError **error)
{
  if (reader->error == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (reader->error));
  return FALSE;
}

static void
parse (Reader *reader, const char *bytes, gsize length)
{
  while (length > 0 && reader->error == NULL)
    {
      gsize portion = MIN (length, LARGEST_PORTION);

      xmlParseChunk (reader->parser, bytes, (int)portion, 0);
      bytes += portion;
      length -= portion;
    }
}

static void
parse_head (Reader *reader, gboolean charset_counts)
{
  g_autofree char *charset = g_steal_pointer (&reader->charset);
  g_auto (SecretBuffer) head = reader->head;
  xmlCharEncodingHandler *handler = charset_counts ? xmlFindCharEncodingHandler (charset) : NULL;

  reader->head = (SecretBuffer){0};
  if (handler != NULL)
    xmlSwitchToEncoding (reader->parser, handler);
  parse (reader, head.data, head.length);
}

gboolean
reader_feed (Reader *reader, const char *bytes, gsize length, GError **error)
{
  EncodingNaming naming;

  if (reader->charset == NULL)
    {
      parse (reader, bytes, length);
      return report (reader, error);
    }
  secret_buffer_append (&reader->head, bytes, length);
  naming = encoding_naming (reader->head.data, reader->head.length);
  if (naming != ENCODING_UNDECIDED)
    parse_head (reader, naming == ENCODING_UNNAMED);
  return report (reader, error);
}

gboolean
reader_complete (const Reader *reader)
{
  return reader->complete;
}

gboolean
reader_finish (Reader *reader, GError **error)
{
  if (reader->charset != NULL)
    parse_head (reader, FALSE);
  if (reader->error == NULL)
    xmlParseChunk (reader->parser, NULL, 0, 1);
  if (!reader->complete)
    fail (reader, "it is cut off");
  return report (reader, error);
}
