/* The text of an element as a value of its XML Schema type. */
#pragma once

#include "soap/reader.h"

/* Stores @text (NUL-terminated, @length bytes) as @kind at @place. FALSE if the text is not of that type. */
gboolean value_store (ReadKind kind, const char *text, gsize length, gpointer place);
