/* The table of mounts (base/mount_table.h), held against what the kernel says of one that is on every machine. */
#include "base/mount_table.h"

#include "support/sentences.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#define WHERE "/proc"

static char *
device_of (const char *path)
{
  struct stat attributes;

  g_assert_cmpint (stat (path, &attributes), ==, 0);
  return g_strdup_printf ("%u:%u", major (attributes.st_dev), minor (attributes.st_dev));
}

static void
a_mount_is_found_by_its_place (void)
{
  g_autoptr (GPtrArray) table = mount_table_read ();
  const MountRow *row = mount_table_find (table, WHERE);
  g_autofree char *device = device_of (WHERE);

  g_assert_nonnull (row);
  g_assert_cmpstr (row->device, ==, device);
  g_assert_cmpstr (row->mountpoint, ==, WHERE);
  g_assert_false (row->ours);
  g_assert_true (row->whole);
  g_assert_null (mount_table_find (table, WHERE "/self"));
}

static void
a_mount_is_known_by_its_device (void)
{
  g_autoptr (GPtrArray) table = mount_table_read ();
  g_autofree char *device = device_of (WHERE);

  g_assert_true (mount_table_has_device (table, device));
  g_assert_false (mount_table_has_device (table, "0:999999"));
}

/* Who waits on a mount is not sent away for that. */
static void
a_table_that_cannot_be_read_says_nothing_against_a_mount (void)
{
  g_assert_true (mount_table_has_device (NULL, "0:999999"));
  g_assert_null (mount_table_find (NULL, WHERE));
}

static const Sentence sentences[] = {
  SENTENCE (a_mount_is_found_by_its_place),
  SENTENCE (a_mount_is_known_by_its_device),
  SENTENCE (a_table_that_cannot_be_read_says_nothing_against_a_mount),
};

MAIN ("mount table")
