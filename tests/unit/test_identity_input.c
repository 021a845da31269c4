/* Writes to identity: a GUID, a client's name, or an <Identity> (design.md, section 2), and the byte that decides. */
#include "support/sentences.h"
#include "soap/envelope.h"
#include "support/typist.h"

#include <string.h>

#define GUID_1 "11111111-0000-4000-8000-000000000001"
#define GUID_2 "11111111-0000-4000-8000-000000000002"
#define GUID_3 "11111111-0000-4000-8000-000000000003"

/* A mount whose account has an identity for each client name up to NULL; they have the ids GUID_1, GUID_2, GUID_3. */
static Rig *
rig_with_clients (const char *first, ...)
{
  static const char *const ids[] = {GUID_1, GUID_2, GUID_3};
  Rig *rig = rig_new ();
  guint count = 0;
  va_list names;

  g_ptr_array_set_size (rig->service->identities, 0);
  va_start (names, first);
  for (const char *name = first; name != NULL; name = va_arg (names, const char *))
    service_add (rig->service, ids[count++], name);
  va_end (names);
  rig->service->default_identity = GUID_1;
  rig_log_in (rig, NULL);
  return rig;
}

/* How many bytes of @text must have been written, one by one, before the input decides; -1: it never does. */
static gint
deciding_byte (const Rig *rig, const char *text, InputStep *step)
{
  g_autoptr (GError) error = NULL;
  g_auto (Order) order = {0};
  Directory *directory = directory_new ();
  InputContext context = {guid_zero, rig->account, directory};
  Input *input = input_new (INPUT_IDENTITY, &context);
  gint written = 0;

  directory_update (directory, account_identities (rig->account), 0);
  *step = INPUT_MORE;
  for (; *step == INPUT_MORE && text[written] != '\0'; written++)
    {
      g_assert_true (input_append (input, text + written, 1, NULL));
      *step = input_step (input, FALSE, &order, &error);
    }
  input_free (input);
  directory_free (directory);
  return *step == INPUT_MORE ? -1 : written;
}

static void
assert_decides (const Rig *rig, const char *text, InputStep expected, gint byte)
{
  InputStep step;

  g_assert_cmpint (deciding_byte (rig, text, &step), ==, byte);
  g_assert_cmpint (step, ==, expected);
}

static void
a_guid_is_a_switch_however_it_is_cut (void)
{
  Desk desk = {.kind = INPUT_IDENTITY, .rig = rig_with_clients ("Fjord AS", NULL)};

  assert_typed_in_all_pieces (&desk, FJELL "\n", "switch(FJELL)");
  assert_typed_in_all_pieces (&desk, FJELL "\r\n", "switch(FJELL)");
  assert_typed_in_all_pieces (&desk, FJELL, "switch(FJELL)");
  assert_typed_in_all_pieces (&desk, " \t" FJELL " \n", "switch(FJELL)");
  assert_typed_in_all_pieces (&desk, "310D5FD3-0002-4047-A03B-00000000000B\n", "switch(FJELL)");
  assert_typed_in_all_pieces (&desk, "{310d5fd3-0002-4047-a03b-00000000000b}\n", "switch(FJELL)");
  rig_free (desk.rig);
}

static void
a_guid_needs_no_list (void)
{
  static const Desk desk = {.kind = INPUT_IDENTITY};

  assert_typed_in_all_pieces (&desk, FJELL "\n", "switch(FJELL)");
}

static void
a_guid_acts_at_its_36th_character (void)
{
  g_autoptr (Rig) rig = rig_with_clients ("Fjord AS", NULL);

  assert_decides (rig, FJELL "\n", INPUT_ORDER, 36);
  assert_decides (rig, "{" FJELL "}\n", INPUT_ORDER, 38);
}

static void
a_malformed_guid_is_refused (void)
{
  Desk desk = {.kind = INPUT_IDENTITY, .rig = rig_with_clients ("Fjord AS", NULL)};

  assert_typed_in_all_pieces (&desk, "310d5fd3-0002-4047-a03b-00000000000g\n", "EINVAL");
  assert_typed_in_all_pieces (&desk, "310d5fd3-0002-4047-a03b\n", "EINVAL");
  assert_typed_in_all_pieces (&desk, "{310d5fd3-0002-4047-a03b-00000000000b\n", "EINVAL");
  assert_typed (&desk, FJELL "b\n", "EINVAL");
  assert_typed (&desk, FJELL " " FJELL "\n", "EINVAL");
  assert_typed_bytewise (&desk, "310d5fd3-0002-4047-a03b", "close:EINVAL");
  rig_free (desk.rig);
}

static void
a_client_name_is_a_switch_however_it_is_cut (void)
{
  Desk desk
    = {.kind = INPUT_IDENTITY, .rig = rig_with_clients ("Fjord & Fjell AS", "Ærlig Økonomi 🌲", "A/S 100%", NULL)};

  assert_typed_in_all_pieces (&desk, "Fjord & Fjell AS\n", "switch(" GUID_1 ")");
  assert_typed_in_all_pieces (&desk, "Ærlig Økonomi 🌲\r\n", "switch(" GUID_2 ")");
  assert_typed_in_all_pieces (&desk, "A/S 100%\n", "switch(" GUID_3 ")");
  assert_typed_in_all_pieces (&desk, "A%2FS 100%25\n", "switch(" GUID_3 ")");
  assert_typed_in_all_pieces (&desk, "Fjord & Fjell AS", "switch(" GUID_1 ")");
  rig_free (desk.rig);
}

static void
a_name_acts_when_it_is_whole_and_no_other_goes_on_from_it (void)
{
  g_autoptr (Rig) rig = rig_with_clients ("Skog", "Skog og Vann", "Vann", NULL);

  assert_decides (rig, "Vann\n", INPUT_ORDER, 4);
  assert_decides (rig, "Skog og Vann\n", INPUT_ORDER, 12);
  assert_decides (rig, "Skog\n", INPUT_ORDER, 5);
  assert_decides (rig, "Skog", INPUT_MORE, -1);
}

static void
a_name_that_others_begin_with_acts_at_the_close (void)
{
  Desk desk = {.kind = INPUT_IDENTITY, .rig = rig_with_clients ("Skog", "Skog og Vann", NULL)};

  assert_typed_bytewise (&desk, "Skog", "switch(" GUID_1 ")");
  assert_typed_bytewise (&desk, "Skog og", "close:ENOENT");
  rig_free (desk.rig);
}

static void
the_first_byte_that_fits_no_name_is_not_found (void)
{
  g_autoptr (Rig) rig = rig_with_clients ("Skog", "Skog og Vann", NULL);

  assert_decides (rig, "X", INPUT_FAILED, 1);
  assert_decides (rig, "Skogen", INPUT_FAILED, 5);
  assert_decides (rig, "skog", INPUT_FAILED, 1);
  assert_decides (rig, "Skog og Xann", INPUT_FAILED, 9);
  assert_decides (rig, "ab-", INPUT_FAILED, 3);
}

static void
a_name_that_nobody_has_is_not_found (void)
{
  Desk desk = {.kind = INPUT_IDENTITY, .rig = rig_with_clients ("Skog", NULL)};

  assert_typed_in_all_pieces (&desk, "Sko\n", "ENOENT");
  assert_typed (&desk, "s3cret\n", "ENOENT");
  assert_typed (&desk, "Skog AS\n", "ENOENT");
  assert_typed (&desk, "abc\n", "ENOENT");
  assert_typed (&desk, "Skog\x01\n", "ENOENT");
  rig_free (desk.rig);
}

static void
a_name_of_hexadecimal_digits_is_not_mistaken_for_a_guid (void)
{
  Desk desk = {.kind = INPUT_IDENTITY, .rig = rig_with_clients ("Fade", "Beef AS", "42", NULL)};

  assert_typed_in_all_pieces (&desk, "Fade\n", "switch(" GUID_1 ")");
  assert_typed_bytewise (&desk, "Fade", "switch(" GUID_1 ")");
  assert_typed_in_all_pieces (&desk, "Beef AS\n", "switch(" GUID_2 ")");
  assert_typed_in_all_pieces (&desk, "42\n", "switch(" GUID_3 ")");
  assert_decides (desk.rig, "Beef AS", INPUT_ORDER, 7);
  rig_free (desk.rig);
}

static void
a_client_that_is_called_like_a_guid_is_chosen_by_its_own (void)
{
  Desk desk = {.kind = INPUT_IDENTITY, .rig = rig_with_clients (FJELL, NULL)};

  assert_typed_in_all_pieces (&desk, FJELL "\n", "switch(FJELL)");
  rig_free (desk.rig);
}

static void
a_name_that_two_identities_share_is_not_unique (void)
{
  Desk desk = {.kind = INPUT_IDENTITY, .rig = rig_with_clients ("Skog", "Skog", "Vann", NULL)};

  assert_typed_in_all_pieces (&desk, "Skog\n", "ENOTUNIQ");
  assert_decides (desk.rig, "Skog", INPUT_FAILED, 4);
  assert_typed_in_all_pieces (&desk, GUID_2 "\n", "switch(" GUID_2 ")");
  rig_free (desk.rig);
}

static void
one_clients_name_may_be_another_ones_folder_and_then_is_not_unique (void)
{
  Desk desk = {.kind = INPUT_IDENTITY, .rig = rig_with_clients ("%25", "%", "", NULL)};

  assert_typed (&desk, "%25\n", "ENOTUNIQ");
  assert_typed (&desk, "%2525\n", "switch(" GUID_1 ")");
  rig_free (desk.rig);
}

static void
trailing_blanks_count_only_if_a_name_has_them (void)
{
  Desk with = {.kind = INPUT_IDENTITY, .rig = rig_with_clients ("Skog", "Skog  ", NULL)};
  Desk without = {.kind = INPUT_IDENTITY, .rig = rig_with_clients ("Skog", "Vann", NULL)};

  assert_typed_in_all_pieces (&with, "Skog\n", "switch(" GUID_1 ")");
  assert_typed_in_all_pieces (&with, "Skog  \n", "switch(" GUID_2 ")");
  assert_typed_in_all_pieces (&with, "Skog  \r\n", "switch(" GUID_2 ")");
  assert_typed (&with, "Skog \n", "switch(" GUID_1 ")");
  assert_typed_in_all_pieces (&without, "Skog  \t\r\n", "switch(" GUID_1 ")");
  rig_free (with.rig);
  rig_free (without.rig);
}

static void
leading_blanks_count_if_a_name_has_them (void)
{
  Desk desk = {.kind = INPUT_IDENTITY, .rig = rig_with_clients (" Skog", "Vann", NULL)};

  assert_typed (&desk, "  Vann\n", "switch(" GUID_2 ")");
  assert_typed_in_all_pieces (&desk, " Skog\n", "switch(" GUID_1 ")");
  rig_free (desk.rig);
}

static void
a_name_may_begin_as_a_document_does (void)
{
  Desk desk = {.kind = INPUT_IDENTITY, .rig = rig_with_clients ("<3 AS", "<Identity>", NULL)};

  assert_typed_in_all_pieces (&desk, "<3 AS\n", "switch(" GUID_1 ")");
  assert_typed_in_all_pieces (&desk, "<Identity>\n", "switch(" GUID_2 ")");
  assert_typed (&desk, "<identity><Id>" FJELL "</Id></identity>", "switch(FJELL whole)");
  rig_free (desk.rig);
}

static void
without_a_list_a_name_waits_for_it (void)
{
  static const char *const names[] = {"Fjell AS\n", "Fjell AS"};

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      Desk desk = {.kind = INPUT_IDENTITY};
      g_autofree char *bytewise = type_bytewise (&desk, bytes_of (names[i]));

      assert_typed (&desk, names[i], "list switch(FJELL)");
      g_assert_cmpstr (bytewise, ==, "list switch(FJELL)");
    }
}

static void
several_lines_are_several_switches (void)
{
  Desk desk = {.kind = INPUT_IDENTITY, .rig = rig_with_clients ("Skog", "Vann", NULL)};

  assert_typed_bytewise (&desk, FJELL "\n\nSkog\r\n  \n" SKOG "\nVann\n",
                         "switch(FJELL) switch(" GUID_1 ") switch(SKOG) switch(" GUID_2 ")");
  assert_typed_bytewise (&desk, FJELL "\nX\n" SKOG "\n", "switch(FJELL) ENOENT");
  rig_free (desk.rig);
}

static void
a_whole_identity_is_a_switch_however_it_is_cut (void)
{
  static const Desk desk = {.kind = INPUT_IDENTITY};
  g_auto (SecretBuffer) document = {0};
  g_autoptr (Identity) identity = identity_new ();

  identity->id = guid_of (FJELL);
  identity_write_document (identity, &document);
  assert_typed_in_all_pieces (&desk, document.data, "switch(FJELL whole)");
  assert_typed_in_all_pieces (&desk, "<Identity><Id>" FJELL "</Id></Identity>", "switch(FJELL whole)");
  assert_typed_bytewise (&desk, "<identity xmlns='urn:x'><Later>1</Later><Id>" FJELL "</Id></identity>\n" SKOG "\n",
                         "switch(FJELL whole) switch(SKOG)");
}

static void
all_of_a_whole_identity_goes_into_the_order (void)
{
  g_autoptr (Rig) rig = rig_new ();
  Directory *directory = directory_new ();
  const InputContext context = {guid_zero, rig->account, directory};
  Input *input = input_new (INPUT_IDENTITY, &context);
  g_auto (Order) order = {0};
  static const char text[] = "<Identity>" IDENTITY_1_FIELDS "</Identity>";

  g_assert_true (input_append (input, text, strlen (text), NULL));
  g_assert_cmpint (input_step (input, FALSE, &order, NULL), ==, INPUT_ORDER);
  g_assert_cmpstr (order.identity->client_name, ==, "Fjord & Fjell AS");
  g_assert_cmpint (order.identity->employee_id, ==, 7);
  g_assert_true (guid_equal (&order.identity->id, &order.identity_id));
  input_free (input);
  directory_free (directory);
}

static void
a_bad_identity_is_refused (void)
{
  static const Desk desk = {.kind = INPUT_IDENTITY};
  static const char *const texts[] = {"<Identity></Identity>",
                                      "<Identity/>",
                                      "<s3cret><Id>" FJELL "</Id></s3cret>",
                                      "<Identity><Id>s3cret</Id></Identity>",
                                      "<!DOCTYPE a><Identity/>",
                                      "<Identity><Id>" FJELL "</Id><Id>" FJELL "</Id></Identity>",
                                      "<Identity></s3cret>"};

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_typed_bytewise (&desk, texts[i], "EINVAL");
  assert_typed_bytewise (&desk, "<Identity><Id>" FJELL "</Id>", "close:EINVAL");
}

static void
a_byte_order_mark_is_skipped (void)
{
  Desk desk = {.kind = INPUT_IDENTITY, .rig = rig_with_clients ("Skog", NULL)};

  assert_typed_in_all_pieces (&desk, "\xef\xbb\xbf" FJELL "\n", "switch(FJELL)");
  assert_typed_in_all_pieces (&desk, "\xef\xbb\xbfSkog\n", "switch(" GUID_1 ")");
  assert_typed_in_all_pieces (&desk, "\xef\xbb\xbf<Identity><Id>" FJELL "</Id></Identity>", "switch(FJELL whole)");
  rig_free (desk.rig);
}

static void
an_empty_line_alone_is_refused (void)
{
  static const Desk desk = {.kind = INPUT_IDENTITY};

  assert_typed_bytewise (&desk, "\n", "EINVAL");
  assert_typed (&desk, " \t\r\n", "EINVAL");
  assert_typed (&desk, "", "");
}

static void
nuls_and_more_than_64_kibibytes_are_refused (void)
{
  Desk desk = {.kind = INPUT_IDENTITY, .rig = rig_with_clients ("Skog", NULL)};
  g_autofree char *too_long = g_strnfill (65537, ' ');
  g_autofree char *nul = type_whole (&desk, (Bytes){"Skog\0\n", 6});

  g_assert_cmpstr (nul, ==, "EINVAL");
  assert_typed (&desk, too_long, "EFBIG");
  rig_free (desk.rig);
}

static const Sentence sentences[] = {
  SENTENCE (a_guid_is_a_switch_however_it_is_cut),
  SENTENCE (a_guid_needs_no_list),
  SENTENCE (a_guid_acts_at_its_36th_character),
  SENTENCE (a_malformed_guid_is_refused),
  SENTENCE (a_client_name_is_a_switch_however_it_is_cut),
  SENTENCE (a_name_acts_when_it_is_whole_and_no_other_goes_on_from_it),
  SENTENCE (a_name_that_others_begin_with_acts_at_the_close),
  SENTENCE (the_first_byte_that_fits_no_name_is_not_found),
  SENTENCE (a_name_that_nobody_has_is_not_found),
  SENTENCE (a_name_of_hexadecimal_digits_is_not_mistaken_for_a_guid),
  SENTENCE (a_client_that_is_called_like_a_guid_is_chosen_by_its_own),
  SENTENCE (a_name_that_two_identities_share_is_not_unique),
  SENTENCE (one_clients_name_may_be_another_ones_folder_and_then_is_not_unique),
  SENTENCE (trailing_blanks_count_only_if_a_name_has_them),
  SENTENCE (leading_blanks_count_if_a_name_has_them),
  SENTENCE (a_name_may_begin_as_a_document_does),
  SENTENCE (without_a_list_a_name_waits_for_it),
  SENTENCE (several_lines_are_several_switches),
  SENTENCE (a_whole_identity_is_a_switch_however_it_is_cut),
  SENTENCE (all_of_a_whole_identity_goes_into_the_order),
  SENTENCE (a_bad_identity_is_refused),
  SENTENCE (a_byte_order_mark_is_skipped),
  SENTENCE (an_empty_line_alone_is_refused),
  SENTENCE (nuls_and_more_than_64_kibibytes_are_refused),
};

MAIN ("identity")
