/* Typed values out of a request's elements, as XmlSerializer reads them: by name, in any order, the first of doubled
   ones, unknown ones ignored. Tables describe the types. Touches nothing but the tree it is given. */
#pragma once

#include <glib.h>
#include <libxml/tree.h>

#include "sandbox/guid.h"

#define SERVICE_NAMESPACE "http://24sevenOffice.com/webservices"

typedef enum
{
  FIELD_STRING,
  FIELD_GUID,
  FIELD_INT,
  FIELD_LONG,
  FIELD_BOOLEAN,
  FIELD_OBJECT,
} FieldKind;

typedef struct FieldType FieldType;
struct FieldType
{
  const char *name; /* NULL ends a table */
  FieldKind kind;
  const FieldType *fields; /* of an object */
  gboolean has_default;    /* an empty element means the default */
  gboolean repeats;        /* an item of an array */
};

/* Checks all that @types knows below @parent. FALSE: *@culprit is the element that cannot be read, and *@complaint is
   what .NET's parser says of it (static). */
gboolean values_check (const xmlNode *parent, const FieldType *types, const xmlNode **culprit, const char **complaint);

/* The element @name below @parent; NULL if @parent is, if it is missing or xsi:nil. */
const xmlNode *value_object (const xmlNode *parent, const char *name);

/* NULL: missing or nil. Free it. */
char *value_string (const xmlNode *parent, const char *name);

/* Missing: the zero GUID, or 0. Only after values_check(). */
Guid value_guid (const xmlNode *parent, const char *name);
gint32 value_int (const xmlNode *parent, const char *name);
