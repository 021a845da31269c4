/* What may be missing, empty or nil in an answer, and what that means (service.md; wire.md, 1; design.md, 3). */
#include "support/documents.h"
#include "support/sentences.h"

#define NOBODY "{" ID_1 " user 00000000-0000-0000-0000-000000000000 '' -2147483648 -2147483648 client 0 ''}"

static void
assert_result_reads (Operation operation, const char *results, const char *description)
{
  g_autofree char *document = response (operation, results);

  assert_reads (operation, document, description);
}

static void
assert_result_refused (Operation operation, const char *results, So24ErrorCode code, const char *words)
{
  g_autofree char *document = response (operation, results);

  assert_refused (operation, document, code, words);
}

static void
what_an_identity_leaves_out_has_its_documented_default (void)
{
  assert_result_reads (OPERATION_GET_IDENTITY, "<GetIdentityResult><Id>" ID_1 "</Id></GetIdentityResult>", NOBODY);
  assert_result_reads (OPERATION_GET_IDENTITY,
                       "<GetIdentityResult><Id>" ID_1 "</Id><User /><Client></Client><Servers /></GetIdentityResult>",
                       NOBODY);
}

static void
a_zero_guid_that_is_sent_is_the_default (void)
{
  assert_result_reads (OPERATION_GET_IDENTITY,
                       "<GetIdentityResult><Id>" ID_1 "</Id><User><Id>00000000-0000-0000-0000-000000000000</Id></User>"
                       "</GetIdentityResult>",
                       NOBODY);
}

static void
what_is_nil_counts_as_left_out (void)
{
  assert_result_reads (OPERATION_GET_IDENTITY,
                       "<GetIdentityResult><Id>" ID_1 "</Id><User xsi:nil=\"true\"><Name>no</Name></User>"
                       "<Client><Id>0</Id><Name xsi:nil=\"1\" /></Client><IsCurrent xsi:nil=\"true\" />"
                       "<Servers xsi:nil=\"true\" /></GetIdentityResult>",
                       NOBODY);
}

static void
nil_items_of_a_list_are_no_identities (void)
{
  assert_result_reads (OPERATION_GET_IDENTITIES,
                       "<GetIdentitiesResult><Identity xsi:nil=\"true\" /><Identity><Id>" ID_1 "</Id></Identity>"
                       "<Identity xsi:nil=\"true\" /></GetIdentitiesResult>",
                       NOBODY);
}

static void
a_list_may_be_empty_absent_or_nil (void)
{
  static const char *const results[] = {"<GetIdentitiesResult />", "<GetIdentitiesResult></GetIdentitiesResult>", "",
                                        "<GetIdentitiesResult xsi:nil=\"true\" />"};

  for (gsize i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autofree char *document = response (OPERATION_GET_IDENTITIES, results[i]);
      g_autoptr (Answer) answer = read_answer (OPERATION_GET_IDENTITIES, document);

      g_assert_no_error (answer->error);
      g_assert_nonnull (answer->identities);
      g_assert_cmpuint (answer->identities->len, ==, 0);
    }
}

static void
a_login_without_a_session_id_is_rejected (void)
{
  static const char *const results[] = {"",
                                        "<LoginResult />",
                                        "<LoginResult></LoginResult>",
                                        "<LoginResult> \n</LoginResult>",
                                        "<LoginResult xsi:nil=\"true\" />",
                                        "<LoginResult><![CDATA[]]></LoginResult>"};

  for (gsize i = 0; i < G_N_ELEMENTS (results); i++)
    assert_result_refused (OPERATION_LOGIN, results[i], SO24_ERROR_REJECTED, "Login: ");
}

static void
a_passport_without_a_session_id_is_rejected (void)
{
  static const char *const results[]
    = {"", "<AuthenticateByTokenResult />", "<AuthenticateByTokenResult xsi:nil=\"true\" />",
       "<AuthenticateByTokenResult><Id>" USER_ID "</Id><SessionId /></AuthenticateByTokenResult>",
       "<AuthenticateByTokenResult><Id>" USER_ID "</Id><Email>a@b</Email></AuthenticateByTokenResult>"};

  for (gsize i = 0; i < G_N_ELEMENTS (results); i++)
    assert_result_refused (OPERATION_AUTHENTICATE_BY_TOKEN, results[i], SO24_ERROR_REJECTED, "AuthenticateByToken: ");
}

static void
a_passport_may_have_neither_list_nor_email (void)
{
  g_autofree char *document
    = response (OPERATION_AUTHENTICATE_BY_TOKEN, "<AuthenticateByTokenResult><Id>" USER_ID "</Id><SessionId>" SID
                                                 "</SessionId></AuthenticateByTokenResult>");
  g_autoptr (Answer) answer = read_answer (OPERATION_AUTHENTICATE_BY_TOKEN, document);

  g_assert_no_error (answer->error);
  g_assert_cmpstr (answer->passport.email, ==, "");
  g_assert_cmpstr (answer->passport.id.text, ==, USER_ID);
  g_assert_null (answer->identities);
}

static void
a_missing_boolean_is_not_understood (void)
{
  assert_result_refused (OPERATION_HAS_SESSION, "", SO24_ERROR_NOT_UNDERSTOOD, "<HasSessionResult> is missing");
  assert_result_refused (OPERATION_HAS_SESSION, "<HasSessionResult />", SO24_ERROR_NOT_UNDERSTOOD, "HasSession");
  assert_result_refused (OPERATION_HAS_SESSION, "<HasSessionResult xsi:nil=\"true\" />", SO24_ERROR_NOT_UNDERSTOOD, "");
  assert_result_refused (OPERATION_SET_IDENTITY, "", SO24_ERROR_NOT_UNDERSTOOD, "SetIdentity");
  assert_result_refused (OPERATION_SET_IDENTITY_BY_ID, "", SO24_ERROR_NOT_UNDERSTOOD, "SetIdentityById");
}

static void
a_missing_identity_is_not_understood (void)
{
  assert_result_refused (OPERATION_GET_IDENTITY, "", SO24_ERROR_NOT_UNDERSTOOD, "<GetIdentityResult> is missing");
  assert_result_refused (OPERATION_GET_IDENTITY, "<GetIdentityResult />", SO24_ERROR_NOT_UNDERSTOOD, "<Id> is missing");
  assert_result_refused (OPERATION_GET_IDENTITY, "<GetIdentityResult xsi:nil=\"true\" />", SO24_ERROR_NOT_UNDERSTOOD,
                         "");
}

static void
an_identity_without_an_id_is_not_understood (void)
{
  assert_result_refused (OPERATION_GET_IDENTITIES,
                         "<GetIdentitiesResult><Identity><Client><Id>1</Id></Client></Identity></GetIdentitiesResult>",
                         SO24_ERROR_NOT_UNDERSTOOD, "<Id> is missing");
  assert_result_refused (OPERATION_GET_IDENTITIES,
                         "<GetIdentitiesResult>" IDENTITY_1 "<Identity><Id xsi:nil=\"true\"/></Identity>"
                         "</GetIdentitiesResult>",
                         SO24_ERROR_NOT_UNDERSTOOD, "<Id> is missing");
}

static void
the_answer_to_another_operation_is_not_understood (void)
{
  g_autofree char *document = response (OPERATION_LOGIN, "<LoginResult>" SID "</LoginResult>");

  assert_refused (OPERATION_HAS_SESSION, document, SO24_ERROR_NOT_UNDERSTOOD, "<HasSessionResponse> is missing");
  assert_refused (OPERATION_GET_IDENTITIES, document, SO24_ERROR_NOT_UNDERSTOOD, "<GetIdentitiesResponse> is missing");
}

static void
an_envelope_without_a_response_is_not_understood (void)
{
  g_autofree char *empty = envelope ("");

  assert_refused (OPERATION_LOGIN, empty, SO24_ERROR_NOT_UNDERSTOOD, "<LoginResponse> is missing");
  assert_refused (OPERATION_LOGIN, "<Envelope xmlns=\"" SOAP_1_1 "\"/>", SO24_ERROR_NOT_UNDERSTOOD,
                  "<Body> is missing");
}

static void
a_response_outside_the_services_namespace_is_not_understood (void)
{
  g_autofree char *without = envelope ("<LoginResponse><LoginResult>" SID "</LoginResult></LoginResponse>");
  g_autofree char *other = envelope ("<LoginResponse xmlns=\"http://24sevenoffice.com/webservices\"><LoginResult>" SID
                                     "</LoginResult></LoginResponse>");

  assert_refused (OPERATION_LOGIN, without, SO24_ERROR_NOT_UNDERSTOOD, "<LoginResponse> is missing");
  assert_refused (OPERATION_LOGIN, other, SO24_ERROR_NOT_UNDERSTOOD, "<LoginResponse> is missing");
}

static const Sentence sentences[] = {
  SENTENCE (what_an_identity_leaves_out_has_its_documented_default),
  SENTENCE (a_zero_guid_that_is_sent_is_the_default),
  SENTENCE (what_is_nil_counts_as_left_out),
  SENTENCE (nil_items_of_a_list_are_no_identities),
  SENTENCE (a_list_may_be_empty_absent_or_nil),
  SENTENCE (a_login_without_a_session_id_is_rejected),
  SENTENCE (a_passport_without_a_session_id_is_rejected),
  SENTENCE (a_passport_may_have_neither_list_nor_email),
  SENTENCE (a_missing_boolean_is_not_understood),
  SENTENCE (a_missing_identity_is_not_understood),
  SENTENCE (an_identity_without_an_id_is_not_understood),
  SENTENCE (the_answer_to_another_operation_is_not_understood),
  SENTENCE (an_envelope_without_a_response_is_not_understood),
  SENTENCE (a_response_outside_the_services_namespace_is_not_understood),
};

MAIN ("answer, absent")
