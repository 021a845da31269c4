/* What each file reads as: one function a row of the table in tree/node.c. */
#pragma once

#include "tree/node.h"

#define RENDER(name) gboolean render_##name (const Tree *tree, NodeId node, SecretBuffer *content, GError **error)

RENDER (readme);
RENDER (nothing);
RENDER (session);
RENDER (identity);
RENDER (cookie);
RENDER (error);
RENDER (events);
RENDER (passport_id);
RENDER (passport_email);
RENDER (export);
RENDER (one_id);
RENDER (one_client_id);
RENDER (one_client_name);
RENDER (one_user_id);
RENDER (one_user_name);
RENDER (one_contact_id);
RENDER (one_employee_id);
RENDER (one_is_current);
RENDER (one_is_default);
RENDER (one_is_protected);
RENDER (one_is_disabled);
RENDER (one_servers);
RENDER (one_document);
