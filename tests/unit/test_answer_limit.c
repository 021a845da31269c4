/* What the service says of its own limit, in the headers of any answer (service.md, rule 7). */
#include "support/documents.h"
#include "support/sentences.h"

#define RESET    "2026-11-25T14:00:00Z"
#define RESET_US (G_GINT64_CONSTANT (1795615200) * G_USEC_PER_SEC)

static Answer *
answer_with (int status, const char *allowed, const char *allowed_until, const char *document)
{
  HttpHead head = {status, "text/xml; charset=utf-8", 0, allowed, allowed_until};

  return read_in_steps (OPERATION_HAS_SESSION, &head, bytes_of (document), G_MAXINT);
}

static void
assert_says (const Answer *answer, gint64 allowed, gint64 allowed_until_us)
{
  g_assert_true (answer->says_allowed);
  g_assert_cmpint (answer->allowed, ==, allowed);
  g_assert_cmpint (answer->allowed_until_us, ==, allowed_until_us);
}

static void
assert_says_nothing (const Answer *answer)
{
  g_assert_false (answer->says_allowed);
  g_assert_cmpint (answer->allowed_until_us, ==, 0);
}

static void
a_success_hands_on_what_is_allowed (void)
{
  g_autofree char *document = good_answer (OPERATION_HAS_SESSION);
  g_autoptr (Answer) answer = answer_with (200, "7199", RESET, document);

  g_assert_no_error (answer->error);
  assert_says (answer, 7199, RESET_US);
}

static void
a_fault_hands_on_what_is_allowed (void)
{
  g_autofree char *document = envelope ("<soap:Fault><faultstring>Something</faultstring></soap:Fault>");
  g_autoptr (Answer) answer = answer_with (500, "0", RESET, document);

  g_assert_true (answer->is_fault);
  assert_says (answer, 0, RESET_US);
}

static void
an_answer_that_is_not_understood_hands_on_what_is_allowed (void)
{
  static const int statuses[] = {200, 302, 404, 429, 500, 503};

  for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_autoptr (Answer) page = answer_with (statuses[i], "12", RESET, "<html>no");
      g_autoptr (Answer) empty = answer_with (statuses[i], "12", RESET, "");

      g_assert_nonnull (page->error);
      assert_says (page, 12, RESET_US);
      assert_says (empty, 12, RESET_US);
    }
}

static Answer *
broken_off (const HttpHead *head)
{
  g_autoptr (Request) request = request_new (OPERATION_LOGIN);
  g_autoptr (AnswerReader) reader = answer_reader_new (request);

  return answer_reader_break_off (reader, head, g_error_new (SO24_ERROR, SO24_ERROR_NOT_UNDERSTOOD, "cut off"));
}

static void
an_answer_that_breaks_off_hands_on_what_its_head_said (void)
{
  HttpHead head = {503, NULL, 17, "12", RESET};
  g_autoptr (Answer) answer = broken_off (&head);

  assert_says (answer, 12, RESET_US);
  g_assert_cmpint (answer->retry_after_s, ==, 17);
  assert_failed_saying (&answer->error, SO24_ERROR_NOT_UNDERSTOOD, "Login: cut off");
}

static void
no_answer_says_nothing (void)
{
  HttpHead head = {0, NULL, 17, "12", RESET};
  g_autoptr (Answer) answer = broken_off (&head);

  assert_says_nothing (answer);
  g_assert_cmpint (answer->retry_after_s, ==, 0);
  assert_failed_saying (&answer->error, SO24_ERROR_NOT_UNDERSTOOD, "Login: cut off");
}

static void
an_answer_without_these_headers_says_nothing (void)
{
  g_autofree char *document = good_answer (OPERATION_HAS_SESSION);
  g_autoptr (Answer) answer = answer_with (200, NULL, NULL, document);

  assert_says_nothing (answer);
}

static void
each_of_the_two_headers_counts_without_the_other (void)
{
  g_autoptr (Answer) only_number = answer_with (500, "5", NULL, "");
  g_autoptr (Answer) only_date = answer_with (500, NULL, RESET, "");

  assert_says (only_number, 5, 0);
  g_assert_false (only_date->says_allowed);
  g_assert_cmpint (only_date->allowed_until_us, ==, RESET_US);
}

static void
a_number_is_decimal_and_not_negative (void)
{
  static const struct
  {
    const char *text;
    gint64 number;
  } rows[] = {
    {"0", 0}, {"1", 1}, {"007", 7}, {" 7200\t", 7200}, {"1000000000", 1000000000},
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Answer) answer = answer_with (500, rows[i].text, RESET, "");

      assert_says (answer, rows[i].number, RESET_US);
    }
}

static void
what_is_no_such_number_is_not_said (void)
{
  static const char *const texts[] = {"",        " ",    "-1",  "-0",  "+1",  "1.0",        "1,5",
                                      "1 2",     "0x10", "ten", "1e3", "12;", "1000000001", "999999999999999999999999",
                                      "\xc2\xb2"};

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (Answer) answer = answer_with (500, texts[i], NULL, "");

      assert_says_nothing (answer);
    }
}

static void
a_date_is_utc_unless_it_has_a_zone (void)
{
  static const char *const texts[]
    = {RESET, "2026-11-25T14:00:00", " 2026-11-25T14:00:00Z\t", "2026-11-25T15:00:00+01:00", "2026-11-25 14:00:00.0Z"};

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (Answer) answer = answer_with (500, "5", texts[i], "");

      assert_says (answer, 5, RESET_US);
    }
}

static void
a_date_that_cannot_be_meant_is_not_said (void)
{
  static const char *const texts[]
    = {"", "soon", "3600", "2026-11-25", "2026-13-25T14:00:00Z", "25.11.2026 14:00:00", "0001-01-01T00:00:00Z"};

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (Answer) answer = answer_with (500, "5", texts[i], "");

      assert_says (answer, 5, 0);
    }
}

static const Sentence sentences[] = {
  SENTENCE (a_success_hands_on_what_is_allowed),
  SENTENCE (a_fault_hands_on_what_is_allowed),
  SENTENCE (an_answer_that_is_not_understood_hands_on_what_is_allowed),
  SENTENCE (an_answer_that_breaks_off_hands_on_what_its_head_said),
  SENTENCE (no_answer_says_nothing),
  SENTENCE (an_answer_without_these_headers_says_nothing),
  SENTENCE (each_of_the_two_headers_counts_without_the_other),
  SENTENCE (a_number_is_decimal_and_not_negative),
  SENTENCE (what_is_no_such_number_is_not_said),
  SENTENCE (a_date_is_utc_unless_it_has_a_zone),
  SENTENCE (a_date_that_cannot_be_meant_is_not_said),
};

MAIN ("answer, the service's limit")
