/* What HTTP says of an answer, and answers that are none: HTML, or nothing (design.md, section 3; wire.md, 3 and 6). */
#include "support/documents.h"
#include "support/sentences.h"

#include <string.h>

static Answer *
answer_to (Operation operation, int status, const char *content_type, const char *document)
{
  HttpHead head = {status, content_type, 0};

  return read_in_steps (operation, &head, bytes_of (document), G_MAXINT);
}

static const struct
{
  int status;
  So24ErrorCode code;
  const char *words;
} rows[] = {
  {301, SO24_ERROR_REMOTE, "redirects are not followed"},
  {302, SO24_ERROR_REMOTE, "redirects are not followed"},
  {307, SO24_ERROR_REMOTE, "redirects are not followed"},
  {400, SO24_ERROR_REMOTE, "did not understand our request"},
  {401, SO24_ERROR_REMOTE, "login"},
  {403, SO24_ERROR_REMOTE, "forbidden"},
  {404, SO24_ERROR_REMOTE, "endpoint"},
  {405, SO24_ERROR_REMOTE, ""},
  {415, SO24_ERROR_REMOTE, "did not understand our request"},
  {429, SO24_ERROR_THROTTLED, "too many"},
  {500, SO24_ERROR_REMOTE, ""},
  {502, SO24_ERROR_REMOTE, ""},
  {503, SO24_ERROR_REMOTE, "unavailable"},
  {504, SO24_ERROR_REMOTE, ""},
  {599, SO24_ERROR_REMOTE, ""},
};

static void
an_empty_answer_means_what_its_status_says (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Answer) answer = answer_to (OPERATION_GET_IDENTITY, rows[i].status, NULL, "");
      g_autofree char *number = g_strdup_printf ("GetIdentity: HTTP %d", rows[i].status);

      g_assert_true (g_str_has_prefix (answer->error->message, number));
      g_assert_false (answer->is_fault);
      assert_failed_saying (&answer->error, rows[i].code, rows[i].words);
    }
}

static void
no_status_makes_a_credential_wrong_or_a_session_over (void)
{
  for (int status = 300; status < 600; status++)
    {
      g_autoptr (Answer) login = answer_to (OPERATION_LOGIN, status, "text/html", "<html>Invalid password</html>");
      g_autoptr (Answer) ask = answer_to (OPERATION_HAS_SESSION, status, "text/html", "<html>Not authenticated</html>");

      assert_failed (&login->error, status == 429 ? SO24_ERROR_THROTTLED : SO24_ERROR_REMOTE);
      assert_failed (&ask->error, status == 429 ? SO24_ERROR_THROTTLED : SO24_ERROR_REMOTE);
    }
}

static void
a_good_answer_under_a_bad_status_is_none (void)
{
  static const int statuses[] = {302, 400, 403, 429, 500, 503};
  g_autofree char *document = good_answer (OPERATION_LOGIN);

  for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_autoptr (Answer) answer = answer_to (OPERATION_LOGIN, statuses[i], "text/xml; charset=utf-8", document);

      g_assert_null (answer->session);
      assert_failed (&answer->error, statuses[i] == 429 ? SO24_ERROR_THROTTLED : SO24_ERROR_REMOTE);
    }
}

static void
a_good_answer_is_good_whatever_its_type_is_called (void)
{
  g_autofree char *document = good_answer (OPERATION_LOGIN);
  g_autoptr (Answer) soap_1_2 = answer_to (OPERATION_LOGIN, 200, "application/soap+xml; charset=utf-8", document);
  g_autoptr (Answer) untyped = answer_to (OPERATION_LOGIN, 200, NULL, document);
  g_autoptr (Answer) plain = answer_to (OPERATION_LOGIN, 202, "text/plain", document);

  g_assert_no_error (soap_1_2->error);
  g_assert_no_error (untyped->error);
  g_assert_no_error (plain->error);
}

static void
a_successful_status_without_a_body_is_not_understood (void)
{
  static const char *const bodies[] = {"", "\r\n", XML_DECLARATION, "<!-- nothing -->"};

  for (Operation operation = 0; operation < N_OPERATIONS; operation++)
    for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
      {
        g_autoptr (Answer) answer = answer_to (operation, 200, "text/xml; charset=utf-8", bodies[i]);

        assert_failed (&answer->error, SO24_ERROR_NOT_UNDERSTOOD);
      }
}

static const char *const pages[] = {
  "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0//EN\" \"xhtml1.dtd\"><html><body>Hello<br></body></html>",
  "<html xmlns=\"http://www.w3.org/1999/xhtml\"><head><title>The resource cannot be found.</title></head></html>",
  "<HTML><HEAD><TITLE>Service Unavailable</TITLE>\r\n<META HTTP-EQUIV=\"Content-Type\"></HEAD></HTML>",
  "<!-- a proxy --><html>Please log in</html>",
};

static void
a_page_under_a_good_status_is_not_understood (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      g_autoptr (Answer) answer = answer_to (OPERATION_LOGIN, 200, "text/html; charset=utf-8", pages[i]);

      g_assert_false (answer->is_fault);
      assert_failed (&answer->error, SO24_ERROR_NOT_UNDERSTOOD);
    }
}

/* wire.md, section 6: "an HTML answer is not the service. Say which." */
static void
a_page_is_called_html_in_the_error (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      g_autoptr (Answer) good = answer_to (OPERATION_LOGIN, 200, "text/html; charset=utf-8", pages[i]);
      g_autoptr (Answer) bad = answer_to (OPERATION_LOGIN, 500, "text/html; charset=utf-8", pages[i]);

      assert_failed_saying (&good->error, SO24_ERROR_NOT_UNDERSTOOD, "HTML");
      assert_failed_saying (&bad->error, SO24_ERROR_REMOTE, "HTML");
    }
}

static void
other_things_than_xml_are_not_understood (void)
{
  static const char *const bodies[]
    = {"{\"error\": \"no\"}", "true", "%PDF-1.4", "\xff\xd8\xff\xe0", "<", "&", "\x1f\x8b\x08"};

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (Answer) answer = answer_to (OPERATION_HAS_SESSION, 200, "text/xml", bodies[i]);

      assert_failed (&answer->error, SO24_ERROR_NOT_UNDERSTOOD);
    }
}

static void
a_fault_counts_under_any_status (void)
{
  static const int statuses[] = {200, 202, 400, 403, 500, 503};
  g_autofree char *document
    = envelope ("<soap:Fault><faultcode>soap:Server</faultcode><faultstring>Object reference not set"
                "</faultstring><detail /></soap:Fault>");

  for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_autoptr (Answer) answer = answer_to (OPERATION_LOGIN, statuses[i], "text/xml", document);

      g_assert_true (answer->is_fault);
      assert_failed_saying (&answer->error, SO24_ERROR_REMOTE, "Login: Object reference not set");
    }
}

static Answer *
fault_under_429 (const char *text)
{
  g_autofree char *fault = g_strdup_printf ("<soap:Fault><faultstring>%s</faultstring></soap:Fault>", text);
  g_autofree char *document = envelope (fault);

  return answer_to (OPERATION_GET_IDENTITY, 429, "text/xml", document);
}

static void
a_fault_under_429_asks_to_wait_unless_it_names_a_quarantine (void)
{
  g_autoptr (Answer) plain = fault_under_429 ("Slow down");
  g_autoptr (Answer) quarantine = fault_under_429 ("Request is blocked. Quarantine ends at 2026-11-25T14:00:00Z");

  assert_failed_saying (&plain->error, SO24_ERROR_THROTTLED, "Slow down");
  assert_failed (&quarantine->error, SO24_ERROR_QUARANTINED);
  g_assert_cmpint (quarantine->until_us, ==, G_GINT64_CONSTANT (1795615200) * G_USEC_PER_SEC);
}

static void
a_fault_that_is_cut_off_is_only_its_status (void)
{
  g_autofree char *whole = envelope ("<soap:Fault><faultstring>Invalid password</faultstring></soap:Fault>");

  for (gsize length = 0; length < strlen (whole); length++)
    {
      g_autofree char *part = g_strndup (whole, length);
      g_autoptr (Answer) answer = answer_to (OPERATION_LOGIN, 500, "text/xml", part);

      assert_failed (&answer->error, SO24_ERROR_REMOTE);
    }
}

static void
retry_after_is_handed_on (void)
{
  HttpHead head = {429, NULL, 17};
  g_autoptr (Answer) answer = read_in_steps (OPERATION_LOGIN, &head, bytes_of (""), 1);

  g_assert_cmpint (answer->retry_after_s, ==, 17);
}

static void
a_call_that_brought_no_answer_says_which_one (void)
{
  g_autoptr (Answer) answer
    = answer_new_failure (OPERATION_SET_IDENTITY_BY_ID, g_error_new (SO24_ERROR, SO24_ERROR_TIMED_OUT, "no answer"));

  g_assert_false (answer->is_fault);
  g_assert_cmpint (answer->operation, ==, OPERATION_SET_IDENTITY_BY_ID);
  assert_failed_saying (&answer->error, SO24_ERROR_TIMED_OUT, "SetIdentityById: no answer");
}

static const Sentence sentences[] = {
  SENTENCE (an_empty_answer_means_what_its_status_says),
  SENTENCE (no_status_makes_a_credential_wrong_or_a_session_over),
  SENTENCE (a_good_answer_under_a_bad_status_is_none),
  SENTENCE (a_good_answer_is_good_whatever_its_type_is_called),
  SENTENCE (a_successful_status_without_a_body_is_not_understood),
  SENTENCE (a_page_under_a_good_status_is_not_understood),
  SENTENCE (a_page_is_called_html_in_the_error),
  SENTENCE (other_things_than_xml_are_not_understood),
  SENTENCE (a_fault_counts_under_any_status),
  SENTENCE (a_fault_under_429_asks_to_wait_unless_it_names_a_quarantine),
  SENTENCE (a_fault_that_is_cut_off_is_only_its_status),
  SENTENCE (retry_after_is_handed_on),
  SENTENCE (a_call_that_brought_no_answer_says_which_one),
};

MAIN ("answer, HTTP")
