/* A so24-sandbox of the mount's own. */
#pragma once

#include <glib.h>

typedef struct
{
  char *endpoint;
  char *account_hint; /* for the README of the mount */
  int lifeline;       /* the sandbox ends when this is closed, and so when we end, however that happens */
} SandboxChild;

/* Starts one on a free port of the loopback interface and waits until it answers. */
SandboxChild *sandbox_child_start (GError **error);
void sandbox_child_free (SandboxChild *child);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SandboxChild, sandbox_child_free)
