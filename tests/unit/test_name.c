/* Client names as directory names: design.md, section 1. */
#include "tree/name.h"

#include "support/sentences.h"

#include <string.h>

static void
assert_named (const char *client_name, const char *expected)
{
  g_autofree char *name = directory_name (client_name, 4711);

  g_assert_cmpstr (name, ==, expected);
}

static void
ordinary_names_stay_as_they_are (void)
{
  static const char *const names[] = {"Fjord AS",
                                      "Ærlig Økonomi ÅS",
                                      "\"Quotes\" & 'more'",
                                      "🌲👩‍💻",
                                      " blanks around ",
                                      "a~b",
                                      "-",
                                      "~",
                                      "*?[]\\|<>:;$`!#",
                                      "...",
                                      ".hidden",
                                      "a.",
                                      "日本語"};

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    assert_named (names[i], names[i]);
}

static void
slashes_and_percent_signs_are_encoded (void)
{
  assert_named ("A/S", "A%2FS");
  assert_named ("100%", "100%25");
  assert_named ("%2F", "%252F");
  assert_named ("/", "%2F");
  assert_named ("%", "%25");
  assert_named ("../../etc", "..%2F..%2Fetc");
}

static void
control_characters_are_encoded_byte_by_byte (void)
{
  assert_named ("a\nb\tc\rd", "a%0Ab%09c%0Dd");
  assert_named ("\x01\x1f\x7f", "%01%1F%7F");
  assert_named ("a\xc2\x85\xc2\x9b", "a%C2%85%C2%9B");
}

static void
the_names_of_folders_themselves_are_encoded (void)
{
  assert_named (".", "%2E");
  assert_named ("..", "%2E%2E");
}

static void
the_empty_name_is_a_percent_sign (void)
{
  assert_named ("", "%");
}

static gboolean
is_whole_utf8_and_escapes (const char *name, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (name[i] == '%' && !(i + 2 < length && g_ascii_isxdigit (name[i + 1]) && g_ascii_isxdigit (name[i + 2])))
      return FALSE;
  return g_utf8_validate (name, (gssize)length, NULL);
}

/* Cut to at most 255 bytes: a beginning of the encoded name, "~", and the client's id. */
static void
assert_cut (const char *client_name, gint64 client_id, gsize shortest)
{
  g_autofree char *name = directory_name (client_name, client_id);
  g_autofree char *suffix = g_strdup_printf ("~%" G_GINT64_FORMAT, client_id);
  gsize kept = strlen (name) - strlen (suffix);

  g_assert_cmpuint (strlen (name), <=, 255);
  g_assert_cmpuint (strlen (name), >=, shortest);
  g_assert_true (g_str_has_suffix (name, suffix));
  g_assert_true (is_whole_utf8_and_escapes (name, kept));
  if (strpbrk (client_name, "/%\n\xc2") == NULL)
    g_assert_true (strncmp (name, client_name, kept) == 0);
}

static void
names_of_255_bytes_fit_and_longer_ones_are_cut (void)
{
  g_autofree char *fits = g_strnfill (255, 'x');
  g_autofree char *longer = g_strnfill (256, 'x');

  assert_named (fits, fits);
  assert_cut (longer, 4711, 255);
}

static void
a_name_is_cut_between_characters (void)
{
  static const char *const characters[] = {"æ", "€", "🌲"};

  for (gsize i = 0; i < G_N_ELEMENTS (characters); i++)
    for (gsize shift = 0; shift < 4; shift++)
      {
        g_autoptr (GString) name = g_string_new (NULL);

        for (gsize at = 0; at < shift; at++)
          g_string_append_c (name, 'x');
        while (name->len <= 255)
          g_string_append (name, characters[i]);
        assert_cut (name->str, 4711, 252);
      }
}

static void
a_name_is_never_cut_within_an_escape (void)
{
  static const char *const characters[] = {"/", "\n", "\xc2\x9b"};

  for (gsize i = 0; i < G_N_ELEMENTS (characters); i++)
    for (gsize shift = 0; shift < 6; shift++)
      {
        g_autoptr (GString) name = g_string_new (NULL);

        for (gsize at = 0; at < shift; at++)
          g_string_append_c (name, 'x');
        for (gsize at = 0; at < 200; at++)
          g_string_append (name, characters[i]);
        assert_cut (name->str, 4711, 250);
      }
}

static void
the_escapes_of_one_character_stay_together (void)
{
  g_autoptr (GString) client_name = g_string_new (NULL);
  g_autofree char *name = NULL;

  for (gsize i = 0; i < 100; i++)
    g_string_append (client_name, "\xc2\x9b");
  name = directory_name (client_name->str, 1);
  g_assert_cmpuint ((strlen (name) - strlen ("~1")) % strlen ("%C2%9B"), ==, 0);
}

static void
what_only_its_encoding_makes_too_long_is_cut_too (void)
{
  g_autofree char *slashes = g_strnfill (86, '/');
  g_autofree char *fits = g_strnfill (85, '/');
  g_autofree char *name = directory_name (fits, 1);

  assert_cut (slashes, 400000000000, 253);
  g_assert_cmpuint (strlen (name), ==, 255);
  g_assert_null (strchr (name, '~'));
}

static void
the_longest_and_negative_ids_leave_room_for_the_name (void)
{
  g_autofree char *longer = g_strnfill (10000, 'x');

  assert_cut (longer, G_MAXINT64, 255);
  assert_cut (longer, G_MININT64, 255);
}

static void
long_names_that_begin_alike_differ_by_their_id (void)
{
  g_autofree char *longer = g_strnfill (300, 'x');
  g_autofree char *first = directory_name (longer, 1);
  g_autofree char *second = directory_name (longer, 2);

  g_assert_cmpstr (first, !=, second);
}

/* What was not cut can be decoded, and so no two names become one. */
static void
names_that_are_not_cut_can_be_decoded (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  static const gunichar characters[] = {'a', 'b', '/', '%', '.', '2', 'F', '\n', 0x9b, 0xe6, 0x1f332, '~'};

  for (guint i = 0; i < 5000; i++)
    {
      g_autoptr (GString) client_name = g_string_new (NULL);
      g_autofree char *name = NULL, *decoded = NULL;

      for (gint32 length = g_rand_int_range (random, 1, 12); length > 0; length--)
        g_string_append_unichar (client_name, characters[g_rand_int_range (random, 0, G_N_ELEMENTS (characters))]);
      name = directory_name (client_name->str, 1);
      decoded = g_uri_unescape_string (name, NULL);
      g_assert_cmpstr (decoded, ==, client_name->str);
      g_assert_null (strchr (name, '/'));
      g_assert_cmpstr (name, !=, ".");
      g_assert_cmpstr (name, !=, "..");
      g_assert_cmpstr (name, !=, "%");
    }
}

static const Sentence sentences[] = {
  SENTENCE (ordinary_names_stay_as_they_are),
  SENTENCE (slashes_and_percent_signs_are_encoded),
  SENTENCE (control_characters_are_encoded_byte_by_byte),
  SENTENCE (the_names_of_folders_themselves_are_encoded),
  SENTENCE (the_empty_name_is_a_percent_sign),
  SENTENCE (names_of_255_bytes_fit_and_longer_ones_are_cut),
  SENTENCE (a_name_is_cut_between_characters),
  SENTENCE (a_name_is_never_cut_within_an_escape),
  SENTENCE (the_escapes_of_one_character_stay_together),
  SENTENCE (what_only_its_encoding_makes_too_long_is_cut_too),
  SENTENCE (the_longest_and_negative_ids_leave_room_for_the_name),
  SENTENCE (long_names_that_begin_alike_differ_by_their_id),
  SENTENCE (names_that_are_not_cut_can_be_decoded),
};

MAIN ("name")
