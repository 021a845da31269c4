/* The lines of the file events. */
#include "support/told.h"

void
assert_told (Rig *rig, const char *lines)
{
  g_assert_cmpstr (rig->events->str, ==, lines);
  g_string_truncate (rig->events, 0);
}

void
forget_told (Rig *rig)
{
  g_string_truncate (rig->events, 0);
}

Rig *
rig_told (void)
{
  Rig *rig = rig_logged_in (NULL);

  forget_told (rig);
  return rig;
}

void
end_session_told (Rig *rig)
{
  rig_end_session (rig);
  rig_want (rig, WANT_COOKIE);
  rig_serve_one (rig);
  assert_told (rig, "expired identity=" FJORD "\n");
}
