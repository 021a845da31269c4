/*
 * XML bytes into C structures, in one streaming pass: the reader walks a tree of element rules and stores what it
 * finds at the places that the rules name. Whole answers are never kept, so ten thousand identities cost what
 * their structures cost.
 *
 * Elements are taken by namespace and local name, in any order and with any prefix. What no rule names is skipped
 * with all it contains. An element that is nil counts as absent. Twice the same element, a missing required one, a
 * value outside its type, a DTD, or XML that is not well-formed make the reader fail; the structure is then worthless.
 * Errors name elements of the rules only, never what stands in the document.
 */
#pragma once

#include "base/secret.h"

typedef enum
{
  READ_END,     /* ends a list of rules */
  READ_GROUP,   /* contains more elements of the same record */
  READ_ITEM,    /* contains the elements of the record that begin() makes of the one around it */
  READ_BOOLEAN, /* gboolean */
  READ_INT,     /* gint32 */
  READ_LONG,    /* gint64 */
  READ_GUID,    /* Guid */
  READ_TEXT,    /* char *, replaced; blanks are kept */
  READ_SECRET,  /* Secret *; blanks around it are not part of it */
  READ_FIELD    /* any name: handed to take() with its text, which is wiped after */
} ReadKind;

typedef enum
{
  IN_SERVICE, /* the service's namespace */
  IN_SOAP,    /* SOAP 1.1's or 1.2's */
  IN_ANY
} ReadSpace;

typedef struct ReadRule ReadRule;

struct ReadRule
{
  const char *name; /* NULL: every name */
  ReadKind kind;
  ReadSpace space;
  gboolean required;
  gboolean repeats;
  gsize offset;                        /* of the value in the record */
  const ReadRule *children;            /* of a group or an item */
  gpointer (*begin) (gpointer record); /* of an item; may return the same record */
  gboolean (*take) (gpointer record, const char *name, const SecretBuffer *text, GError **error);
};

typedef struct Reader Reader;

/*
 * Reads one document whose root element is among @rules (ended by READ_END) into @record; both must outlive the
 * reader. With @any_namespace every rule counts as IN_ANY, for documents that people write.
 */
Reader *reader_new (const ReadRule *rules, gpointer record, gboolean any_namespace);
void reader_free (Reader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reader, reader_free)

/* What the transport says of the encoding. Counts only when the document says nothing of its own. Before any byte. */
void reader_set_charset (Reader *reader, const char *charset);

/* Takes the next bytes. FALSE: what came so far can never become good; the same error is set again by each later call. */
gboolean reader_feed (Reader *reader, const char *bytes, gsize length, GError **error);

/* Whether the root element has ended. */
gboolean reader_complete (const Reader *reader);

/* No more bytes come: FALSE if the document is not whole. */
gboolean reader_finish (Reader *reader, GError **error);
