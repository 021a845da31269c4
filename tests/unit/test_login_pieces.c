/* login, written in pieces: first writes, amendments, several records, and limits (design.md, section 2). */
#include "support/sentences.h"
#include "support/typist.h"

#include <string.h>

static const Desk plain = {.kind = INPUT_LOGIN, .application_id = {"00000000-0000-0000-0000-000000000000"}};
static const Desk with_application = {.kind = INPUT_LOGIN, .application_id = {APP}};

#define WHOLE "login(ops|s3cret|APP|-)"

/* A write for each of the texts up to NULL. */
static void
assert_pieces (const Desk *desk, const char *line, ...)
{
  g_autoptr (GArray) pieces = g_array_new (FALSE, FALSE, sizeof (Bytes));
  g_autofree char *typed = NULL;
  const char *text;
  va_list texts;

  va_start (texts, line);
  while ((text = va_arg (texts, const char *)) != NULL)
    {
      Bytes piece = bytes_of (text);

      g_array_append_val (pieces, piece);
    }
  va_end (texts);
  typed = type_pieces (desk, (const Bytes *)(void *)pieces->data, pieces->len);
  g_assert_cmpstr (typed, ==, line);
}

static void
a_first_write_of_a_whole_credential_needs_no_last_newline (void)
{
  assert_typed (&with_application, "username=ops\npassword=s3cret", WHOLE);
  assert_typed (&plain, "username=ops\npassword=s3cret\napplication_id=" APP, WHOLE);
  assert_typed (&with_application, "token=" TOKEN, "login(token TOKEN|APP|-)");
  assert_typed (&plain, "username=ops\npassword=s3cret\napplication_id=" APP "\nidentity_id=" FJELL,
                "login(ops|s3cret|APP|FJELL)");
}

static void
a_later_write_is_whole_with_its_newline_or_at_the_close (void)
{
  assert_pieces (&with_application, WHOLE, "username=ops\n", "password=s3", "cret", "\n", NULL);
  assert_pieces (&with_application, WHOLE, "username=ops\n", "password=s3", "cret", NULL);
  assert_pieces (&with_application, WHOLE, "user", "name=ops\npassword=s3cret", NULL);
}

static void
the_write_that_completes_the_credential_brings_the_order (void)
{
  const InputContext context = {.application_id = {APP}};
  Input *input = input_new (INPUT_LOGIN, &context);
  g_auto (Order) order = {0};

  g_assert_true (input_append (input, "username=ops\n", 13, NULL));
  g_assert_cmpint (input_step (input, FALSE, &order, NULL), ==, INPUT_MORE);
  g_assert_true (input_append (input, "password=s3cret", 15, NULL));
  g_assert_cmpint (input_step (input, FALSE, &order, NULL), ==, INPUT_MORE);
  g_assert_true (input_is_pending (input));
  g_assert_true (input_append (input, "\n", 1, NULL));
  g_assert_cmpint (input_step (input, FALSE, &order, NULL), ==, INPUT_ORDER);
  g_assert_false (input_is_pending (input));
  g_assert_cmpint (order.kind, ==, COMMAND_LOGIN);
  input_free (input);
}

static void
an_identity_that_comes_after_the_record_amends_it (void)
{
  static const char *const text = "username=ops\npassword=s3cret\napplication_id=" APP "\nidentity_id=" FJELL "\n";
  g_autofree char *bytewise = type_bytewise (&plain, bytes_of (text));

  assert_typed (&plain, text, "login(ops|s3cret|APP|FJELL)");
  g_assert_cmpstr (bytewise, ==, WHOLE " switch(FJELL)");
  assert_pieces (&with_application, WHOLE " switch(FJELL)", "username=ops\npassword=s3cret\n",
                 "identity_id=" FJELL "\n", NULL);
  assert_pieces (&with_application, WHOLE " switch(FJELL)", "username=ops\npassword=s3cret\n", "identity_id=" FJELL,
                 NULL);
  assert_pieces (&with_application, WHOLE " switch(FJELL)", "username=ops\npassword=s3cret\n", "# which one\r\n\r\n",
                 "IdentityId = {310D5FD3-0002-4047-A03B-00000000000B} \r\n", NULL);
}

static void
an_amendment_that_names_nobody_does_nothing (void)
{
  assert_pieces (&with_application, WHOLE, "username=ops\npassword=s3cret\n", "identity_id=\n", "identity_id = \n",
                 NULL);
  assert_pieces (&with_application, WHOLE, "username=ops\npassword=s3cret\n",
                 "identity_id=00000000-0000-0000-0000-000000000000\n", NULL);
}

static void
an_amendment_that_is_no_good_is_refused (void)
{
  assert_pieces (&with_application, WHOLE " EINVAL", "username=ops\npassword=s3cret\n", "identity_id=s3cret\n", NULL);
  assert_pieces (&with_application, WHOLE " EINVAL", "username=ops\npassword=s3cret\n", "s3cret\n", NULL);
  assert_pieces (&with_application, WHOLE " EINVAL", "username=ops\npassword=s3cret\n", "token=" TOKEN "\n", NULL);
}

/* Blanks around a GUID do not count, and a carriage return is one (XML Schema; .NET). */
static void
an_amendment_is_the_guid_without_the_blanks_around_it (void)
{
  assert_pieces (&with_application, WHOLE " switch(FJELL)", "username=ops\npassword=s3cret\n",
                 "identity_id=\t " FJELL " \t\r\n", NULL);
  assert_pieces (&with_application, WHOLE " switch(FJELL)", "username=ops\npassword=s3cret\n",
                 "identity_id=\r" FJELL "\n", NULL);
}

static void
several_records_are_several_logins (void)
{
  assert_pieces (&with_application, WHOLE " login(kari|hunter2|APP|-)", "username=ops\npassword=s3cret\n",
                 "username=kari\npassword=hunter2\n", NULL);
  assert_pieces (&with_application, WHOLE " switch(FJELL) login(kari|hunter2|APP|SKOG)",
                 "username=ops\npassword=s3cret\n", "identity_id=" FJELL "\n",
                 "username=kari\nidentity_id=" SKOG "\npassword=hunter2\n", NULL);
}

static void
several_records_of_single_bytes_are_several_logins (void)
{
  g_autofree char *line
    = type_bytewise (&with_application, bytes_of ("username=ops\npassword=s3cret\nusername=kari\npassword=hunter2\n"));

  g_assert_cmpstr (line, ==, WHOLE " login(kari|hunter2|APP|-)");
}

static void
several_records_in_different_forms_are_several_logins (void)
{
  assert_pieces (&with_application, WHOLE " login(kari|hunter2|APP|-) login(token TOKEN|APP|-)",
                 "{\"username\":\"ops\",\"password\":\"s3cret\"}\n",
                 "<credential><Username>kari</Username><Password>hunter2</Password></credential>\n",
                 "token=" TOKEN "\n", NULL);
}

static void
a_second_record_that_stays_incomplete_is_told_at_the_close (void)
{
  assert_pieces (&with_application, WHOLE " close:EINVAL", "username=ops\npassword=s3cret\n", "username=kari\n", NULL);
}

static void
after_a_record_nothing_is_pending (void)
{
  assert_pieces (&with_application, WHOLE, "username=ops\npassword=s3cret\n", "\n", "  \r\n", "# end\n", NULL);
}

static void
a_bad_write_is_forgotten_and_the_next_one_counts (void)
{
  const InputContext context = {.application_id = {APP}};
  Input *input = input_new (INPUT_LOGIN, &context);
  g_auto (Order) order = {0};
  g_autoptr (GError) error = NULL;

  g_assert_true (input_append (input, "username=kari\nnonsense\npassword=hunter2\n", 39, NULL));
  g_assert_cmpint (input_step (input, FALSE, &order, &error), ==, INPUT_FAILED);
  g_assert_false (input_is_pending (input));
  g_assert_true (input_append (input, "username=ops\npassword=s3cret\n", 29, NULL));
  g_assert_cmpint (input_step (input, FALSE, &order, NULL), ==, INPUT_ORDER);
  g_assert_cmpstr (order.credential->username, ==, "ops");
  input_free (input);
}

/* Takes a whole text in two parts, with a close between them: a process that shared the descriptor has exited. */
static void
assert_goes_on_after_a_close (const char *first, const char *rest)
{
  const InputContext context = {.application_id = {APP}};
  Input *input = input_new (INPUT_LOGIN, &context);
  g_auto (Order) order = {0};
  g_autoptr (GError) error = NULL;

  g_assert_true (input_append (input, first, strlen (first), NULL));
  g_assert_cmpint (input_step (input, FALSE, &order, NULL), ==, INPUT_MORE);
  g_assert_true (input_is_pending (input));
  g_assert_cmpint (input_step (input, TRUE, &order, &error), ==, INPUT_INCOMPLETE);
  assert_failed (&error, SO24_ERROR_INVALID);
  g_assert_true (input_append (input, rest, strlen (rest), NULL));
  g_assert_cmpint (input_step (input, FALSE, &order, NULL), ==, INPUT_ORDER);
  g_assert_cmpstr (secret_text (order.credential->password), ==, "s3cret");
  input_free (input);
}

static void
a_close_that_was_not_the_last_one_loses_nothing (void)
{
  assert_goes_on_after_a_close ("username=ops\n", "password=s3cret\n");
  assert_goes_on_after_a_close ("# a comment\n", "username=ops\npassword=s3cret\n");
  assert_goes_on_after_a_close ("<credential><Username>ops</User", "name><Password>s3cret</Password></credential>");
  assert_goes_on_after_a_close ("{\"username\":\"ops\",\"pass", "word\":\"s3cret\"}");
}

static void
a_byte_order_mark_is_skipped_in_every_form (void)
{
  assert_typed_in_all_pieces (&plain, "\xef\xbb\xbfusername=ops\npassword=s3cret\napplication_id=" APP "\n", WHOLE);
  assert_typed_in_all_pieces (&with_application, "\xef\xbb\xbf{\"username\":\"ops\",\"password\":\"s3cret\"}", WHOLE);
  assert_typed_in_all_pieces (
    &with_application, "\xef\xbb\xbf<credential><Username>ops</Username><Password>s3cret</Password></credential>",
    WHOLE);
}

static void
a_nul_byte_is_refused_wherever_it_stands (void)
{
  static const char text[] = "username=ops\npassword=s3cret\n";

  for (gsize at = 0; at < sizeof text; at++)
    {
      char with_nul[sizeof text] = "";
      Bytes bytes = {with_nul, sizeof text};
      g_autofree char *line = NULL;

      memcpy (with_nul, text, at);
      memcpy (with_nul + at + 1, text + at, sizeof text - 1 - at);
      line = type_whole (&with_application, bytes);
      g_assert_cmpstr (line, ==, "EINVAL");
    }
}

/* A record of exactly @length bytes: comments, and then the credential. */
static char *
record_of (gsize length)
{
  static const char credential[] = "\nusername=ops\npassword=s3cret\n";
  GString *text = g_string_new ("#");

  while (text->len + sizeof credential - 1 < length)
    g_string_append_c (text, text->len % 100 == 0 ? '\n' : '#');
  g_string_append (text, credential);
  return g_string_free (text, FALSE);
}

static void
sixty_four_kibibytes_are_taken_and_one_byte_more_is_not (void)
{
  g_autofree char *longest = record_of (65536);
  g_autofree char *too_long = record_of (65537);
  g_autofree char *in_pieces = type_bytewise (&with_application, bytes_of (longest));

  g_assert_cmpuint (strlen (longest), ==, 65536);
  g_assert_cmpstr (in_pieces, ==, WHOLE);
  assert_typed (&with_application, longest, WHOLE);
  assert_typed (&with_application, too_long, "EFBIG");
}

static void
too_much_in_many_pieces_is_refused_by_the_piece_that_is_too_much (void)
{
  g_autofree char *half = g_strnfill (40000, '#');

  assert_pieces (&with_application, "EFBIG", half, half, NULL);
}

static void
records_of_sixty_four_kibibytes_may_follow_each_other (void)
{
  g_autofree char *longest = record_of (65536);

  assert_pieces (&with_application, WHOLE " " WHOLE, longest, longest, NULL);
}

static void
too_much_is_forgotten_and_the_next_write_counts (void)
{
  const InputContext context = {.application_id = {APP}};
  Input *input = input_new (INPUT_LOGIN, &context);
  g_autofree char *half = g_strnfill (40000, '#');
  g_auto (Order) order = {0};

  g_assert_true (input_append (input, half, 40000, NULL));
  g_assert_false (input_append (input, half, 40000, NULL));
  g_assert_false (input_is_pending (input));
  g_assert_true (input_append (input, "token=" TOKEN "\n", 43, NULL));
  g_assert_cmpint (input_step (input, FALSE, &order, NULL), ==, INPUT_ORDER);
  input_free (input);
}

static void
any_byte_is_a_logout (void)
{
  static const Desk logout = {.kind = INPUT_LOGOUT};
  g_autofree char *bytewise = type_bytewise (&logout, bytes_of ("1\n"));

  assert_typed (&logout, "1\n", "logout");
  assert_typed (&logout, "x", "logout");
  assert_typed (&logout, "\n", "logout");
  assert_typed (&logout, "", "");
  g_assert_cmpstr (bytewise, ==, "logout logout");
}

static const Sentence sentences[] = {
  SENTENCE (a_first_write_of_a_whole_credential_needs_no_last_newline),
  SENTENCE (a_later_write_is_whole_with_its_newline_or_at_the_close),
  SENTENCE (the_write_that_completes_the_credential_brings_the_order),
  SENTENCE (an_identity_that_comes_after_the_record_amends_it),
  SENTENCE (an_amendment_that_names_nobody_does_nothing),
  SENTENCE (an_amendment_that_is_no_good_is_refused),
  SENTENCE (an_amendment_is_the_guid_without_the_blanks_around_it),
  SENTENCE (several_records_are_several_logins),
  SENTENCE (several_records_of_single_bytes_are_several_logins),
  SENTENCE (several_records_in_different_forms_are_several_logins),
  SENTENCE (a_second_record_that_stays_incomplete_is_told_at_the_close),
  SENTENCE (after_a_record_nothing_is_pending),
  SENTENCE (a_bad_write_is_forgotten_and_the_next_one_counts),
  SENTENCE (a_close_that_was_not_the_last_one_loses_nothing),
  SENTENCE (a_byte_order_mark_is_skipped_in_every_form),
  SENTENCE (a_nul_byte_is_refused_wherever_it_stands),
  SENTENCE (sixty_four_kibibytes_are_taken_and_one_byte_more_is_not),
  SENTENCE (too_much_in_many_pieces_is_refused_by_the_piece_that_is_too_much),
  SENTENCE (records_of_sixty_four_kibibytes_may_follow_each_other),
  SENTENCE (too_much_is_forgotten_and_the_next_write_counts),
  SENTENCE (any_byte_is_a_logout),
};

MAIN ("login, pieces")
