/* An Identity as XmlSerializer writes it. Text only. */
#pragma once

#include <glib.h>

#include "sandbox/accounts.h"

/* Appends what is inside of the element: the caller writes its name. Defaults are left out, but a zero GUID is sent. */
void identity_xml_append (GString *xml, const User *user, const Identity *identity, const Identity *current);

/* Appends `<Identity>…</Identity>` for each that @includes says yes to. */
typedef gboolean (*IdentityFilter) (const Identity *identity, gconstpointer data);
void identity_xml_append_all (GString *xml, const User *user, const Identity *current, IdentityFilter includes,
                              gconstpointer data);
