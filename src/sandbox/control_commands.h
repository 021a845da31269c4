/* What each command of the control interface does. A command gets checked names of parameters, and answers JSON; NULL
   and a sentence if a value makes no sense, and then it has changed nothing. */
#pragma once

#include <json-glib/json-glib.h>

#include "sandbox/sandbox.h"

#define CONTROL_ERROR (control_error_quark ())
typedef enum
{
  CONTROL_ERROR_PARAMETER,
} ControlError;
GQuark control_error_quark (void);

typedef JsonNode *(*ControlCommand) (Sandbox *sandbox, GHashTable *parameters, GError **error);

JsonNode *control_show_calls (Sandbox *sandbox, GHashTable *parameters, GError **error);
JsonNode *control_reset_calls (Sandbox *sandbox, GHashTable *parameters, GError **error);
JsonNode *control_show_log (Sandbox *sandbox, GHashTable *parameters, GError **error);
JsonNode *control_expire (Sandbox *sandbox, GHashTable *parameters, GError **error);
JsonNode *control_slow (Sandbox *sandbox, GHashTable *parameters, GError **error);
JsonNode *control_fail (Sandbox *sandbox, GHashTable *parameters, GError **error);
JsonNode *control_stop_failing (Sandbox *sandbox, GHashTable *parameters, GError **error);
JsonNode *control_change_identity (Sandbox *sandbox, GHashTable *parameters, GError **error);
JsonNode *control_switch (Sandbox *sandbox, GHashTable *parameters, GError **error);
JsonNode *control_reset (Sandbox *sandbox, GHashTable *parameters, GError **error);
