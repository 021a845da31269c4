/*
 * The files that tell where things stand. They hold no secret, and are different at every moment: so each opener is given what
 * there was when he opened, as bytes of his own. Nobody waits for them, and no call is made.
 */
#pragma once

#include "tree/node.h"

GBytes *freeze_status (const Tree *tree);
GBytes *freeze_status_json (const Tree *tree);
GBytes *freeze_identities_json (const Tree *tree);
GBytes *freeze_metrics (const Tree *tree);
