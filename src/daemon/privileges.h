/* Giving up what root may. Both hold for the calling thread and what comes of it, so: before any thread is started. */
#pragma once

#include <glib.h>

/* Goes on as @user, with all groups and the home folder of that user. @keep: and with root's capabilities, until they are
 * dropped. FALSE with @error set if that cannot be. */
gboolean privileges_become (const char *user, gboolean keep, GError **error);

/*
 * No capability is left, and none can be got again, not by a setuid program either. What belongs to our own user stays
 * open to us. FALSE with @error set if that cannot be; only root can.
 */
gboolean privileges_drop (GError **error);
