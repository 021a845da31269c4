/* What a fault's text means: design.md, section 3, and the table in soap/fault.c with its traps. */
#include "soap/fault.h"

#include "support/documents.h"
#include "support/sentences.h"

#include <string.h>

static void
assert_means (Operation operation, const char *text, So24ErrorCode code)
{
  gint64 until_us = -1;
  g_autoptr (GError) error = fault_to_error (operation, text, NULL, &until_us);

  g_assert_cmpint (until_us, >=, 0);
  if (!g_error_matches (error, SO24_ERROR, (gint)code))
    g_error ("%s: \"%s\" means %s, and not %s", operation_row (operation)->name, text, error_errno_name (error),
             error_code_name (code));
}

static void
assert_means_to_all (const char *text, So24ErrorCode code)
{
  for (Operation operation = 0; operation < N_OPERATIONS; operation++)
    assert_means (operation, text, code);
}

/* To those operations that present a credential the one, to those in a session the other. */
static void
assert_means_to_logins (const char *text, So24ErrorCode to_logins, So24ErrorCode in_session)
{
  for (Operation operation = 0; operation < N_OPERATIONS; operation++)
    assert_means (operation, text, operation_presents_credential (operation) ? to_logins : in_session);
}

#define MONO_STACK                                                                                                     \
  "System.Web.Services.Protocols.SoapException: %s ---> System.Exception: %s\n"                                        \
  "   --- End of inner exception stack trace ---\n"                                                                    \
  "  at Service.Authenticate.CheckPassword (Service.Credential c) [0x00034] in <1>:0 \n"
#define IIS_STACK                                                                                                      \
  "System.Web.Services.Protocols.SoapException: Server was unable to process request. ---> System.Exception: %s\r\n"   \
  "   at Service.InvalidPassword.Login(Credential credential) in c:\\a.cs:line 1"

/* The same text in all the forms in which the runtimes wrap it. */
static void
assert_means_in_all_forms (Operation operation, const char *message, So24ErrorCode code)
{
  static const char *const forms[]
    = {"%s", "%s ---> %s", "Server was unable to process request. ---> %s", MONO_STACK, IIS_STACK};

  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autoptr (GString) text = g_string_new (forms[i]);

      g_string_replace (text, "%s", message, 0);
      assert_means (operation, text->str, code);
    }
}

static void
a_wrong_credential_is_rejected (void)
{
  static const char *const messages[] = {"Invalid username or password",
                                         "invalid credential",
                                         "Unknown application",
                                         "Wrong password",
                                         "The username is unknown",
                                         "The user name does not exist",
                                         "PASSWORD HAS EXPIRED",
                                         "Invalid ApplicationId",
                                         "Invalid token"};

  for (gsize i = 0; i < G_N_ELEMENTS (messages); i++)
    {
      assert_means_in_all_forms (OPERATION_LOGIN, messages[i], SO24_ERROR_REJECTED);
      assert_means_to_logins (messages[i], SO24_ERROR_REJECTED, SO24_ERROR_REMOTE);
    }
}

static void
a_blocked_identity_is_blocked_in_all_forms (void)
{
  assert_means_in_all_forms (
    OPERATION_LOGIN,
    "The provided IdentityId is blocked. Please use GetIdentitiesWithCredential to get a list of "
    "available Identities and reauthenticate with a valid IdentityId",
    SO24_ERROR_BLOCKED);
  assert_means_to_all ("The identity is disabled", SO24_ERROR_BLOCKED);
}

static void
an_identity_that_a_login_may_not_name_is_gone (void)
{
  assert_means (OPERATION_LOGIN, "The provided IdentityId is not valid", SO24_ERROR_REVOKED);
  assert_means (OPERATION_LOGIN, "The provided IdentityId is invalid", SO24_ERROR_REVOKED);
}

static void
a_quarantine_is_no_blocked_identity (void)
{
  static const char *const message = "Limit exceeded by 1. Request is blocked. Quarantine ends at 2026-11-25 14:00:00";

  for (Operation operation = 0; operation < N_OPERATIONS; operation++)
    assert_means_in_all_forms (operation, message, SO24_ERROR_QUARANTINED);
  assert_means_to_all ("Request is blocked. Quarantine ends at 2026-11-25 14:00:00", SO24_ERROR_QUARANTINED);
  assert_means_to_all ("Limit exceeded by 17. Request is blocked.", SO24_ERROR_QUARANTINED);
  assert_means_to_all ("QUARANTINE ENDS AT some time", SO24_ERROR_QUARANTINED);
}

static void
the_end_of_a_quarantine_comes_with_it (void)
{
  gint64 until_us = 0;
  g_autoptr (GError) error = fault_to_error (
    OPERATION_HAS_SESSION, "Request is blocked. Quarantine ends at 2026-11-25T14:00:00Z ---> more", NULL, &until_us);

  g_assert_error (error, SO24_ERROR, SO24_ERROR_QUARANTINED);
  g_assert_cmpint (until_us, ==, G_GINT64_CONSTANT (1795615200) * G_USEC_PER_SEC);
}

static void
only_a_quarantine_has_an_end (void)
{
  gint64 until_us = 7;
  g_autoptr (GError) error
    = fault_to_error (OPERATION_HAS_SESSION, "Too many calls until 2026-11-25T14:00:00Z", NULL, &until_us);

  g_assert_error (error, SO24_ERROR, SO24_ERROR_THROTTLED);
  g_assert_cmpint (until_us, ==, 0);
}

static void
a_request_to_wait_throttles_every_operation (void)
{
  assert_means_to_all ("Login throttled", SO24_ERROR_THROTTLED);
  assert_means_to_all ("You are being throttled.", SO24_ERROR_THROTTLED);
  assert_means_to_all ("Request throttling is active", SO24_ERROR_THROTTLED);
  assert_means_to_all ("Too many requests", SO24_ERROR_THROTTLED);
  assert_means_to_all ("The service is busy, try again later", SO24_ERROR_THROTTLED);
  assert_means_in_all_forms (OPERATION_LOGIN, "Please TRY AGAIN LATER.", SO24_ERROR_THROTTLED);
}

static void
a_request_to_wait_that_names_the_password_is_no_rejection (void)
{
  assert_means (OPERATION_LOGIN, "Too many logins with this username, try again later", SO24_ERROR_THROTTLED);
  assert_means (OPERATION_LOGIN, "Too many password attempts", SO24_ERROR_THROTTLED);
}

static void
an_invalid_password_is_a_rejection_whatever_follows (void)
{
  assert_means (OPERATION_LOGIN, "Invalid username or password. Please try again later.", SO24_ERROR_REJECTED);
}

static void
a_session_that_is_over_has_expired (void)
{
  static const char *const messages[] = {"Not authenticated", "You are not logged in", "The session has expired",
                                         "Session expired", "The session is timed out"};

  for (gsize i = 0; i < G_N_ELEMENTS (messages); i++)
    {
      assert_means_in_all_forms (OPERATION_GET_IDENTITY, messages[i], SO24_ERROR_EXPIRED);
      assert_means_to_logins (messages[i], SO24_ERROR_REMOTE, SO24_ERROR_EXPIRED);
    }
}

static void
names_of_types_and_methods_reject_nobody (void)
{
  static const char *const texts[]
    = {"System.Web.Services.Protocols.SoapException: Server was unable to process request. ---> "
       "System.InvalidOperationException: The database is gone\n  at Service.CheckPassword (System.String password) "
       "[0] in 1",
       "System.InvalidOperationException: The database is gone ---> System.InvalidCastException: It broke",
       "InvalidOperationException: It broke",
       "System.Exception: It broke\r\n   at Service.Authenticate.ValidateUsername(String username, String password) in "
       "a:line 1",
       "It broke    at Service.Invalid.Password(String invalid)",
       "Object reference not set to an instance of an object",
       "System.Web.Services.Protocols.SoapException: Server was unable to read request. ---> "
       "System.InvalidOperationException: There is an error in XML document (1, 217). ---> "
       "System.FormatException: Guid should contain 32 digits with 4 dashes"};

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_means (OPERATION_LOGIN, texts[i], SO24_ERROR_REMOTE);
}

static void
words_that_only_contain_the_words_reject_nobody (void)
{
  assert_means (OPERATION_LOGIN, "The cache was invalidated", SO24_ERROR_REMOTE);
  assert_means (OPERATION_LOGIN, "passwordless", SO24_ERROR_REMOTE);
  assert_means (OPERATION_LOGIN, "*** The database is down ***", SO24_ERROR_REMOTE);
}

static void
anything_else_is_a_remote_error (void)
{
  assert_means_to_all ("", SO24_ERROR_REMOTE);
  assert_means_to_all ("Server was unable to process request.", SO24_ERROR_REMOTE);
  assert_means_to_all ("Deadlock victim", SO24_ERROR_REMOTE);
  assert_means_to_all ("Server did not recognize the value of HTTP Header SOAPAction: .", SO24_ERROR_REMOTE);
}

static void
the_message_is_the_sentence (void)
{
  gint64 until_us = 0;
  g_autoptr (GError) error = fault_to_error (
    OPERATION_LOGIN, "System.Exception: Invalid\tpassword ---> System.Exception: \x1b[1mNo\n  at A.B ()", NULL,
    &until_us);

  g_assert_cmpstr (error->message, ==, "[1mNo");
}

static void
secrets_that_the_service_repeats_are_left_out (void)
{
  g_autoptr (Secret) password = secret_new ("hunter  2&more", 14);
  g_autoptr (GPtrArray) secrets = g_ptr_array_new ();
  gint64 until_us = 0;
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (secrets, password);
  error = fault_to_error (OPERATION_LOGIN, "Invalid password hunter  2&more or hunter  2&amp;more", secrets, &until_us);
  g_assert_cmpstr (error->message, ==, "Invalid password *** or ***");
}

/* Whoever has such a password must not lose his credential, or be told of the wrong thing, because of it. */
static void
a_password_that_is_a_word_of_the_fault_changes_nothing_of_its_meaning (void)
{
  static const struct
  {
    const char *password, *text;
    So24ErrorCode code;
  } rows[] = {
    {"blocked", "The provided IdentityId is blocked.", SO24_ERROR_BLOCKED},
    {"Quarantine", "Request is blocked. Quarantine ends at 2026-11-25T14:00:00Z", SO24_ERROR_QUARANTINED},
    {"2026-11-25", "Request is blocked. Quarantine ends at 2026-11-25T14:00:00Z", SO24_ERROR_QUARANTINED},
    {"Server", "Server was unable to process request. ---> Deadlock", SO24_ERROR_REMOTE},
    {"throttled", "Login throttled", SO24_ERROR_THROTTLED},
    {"Invalid", "Invalid application", SO24_ERROR_REJECTED},
    {"password", "Wrong password", SO24_ERROR_REJECTED},
    {"Exception", "System.Exception: It broke", SO24_ERROR_REMOTE},
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Secret) password = secret_new (rows[i].password, strlen (rows[i].password));
      g_autoptr (GPtrArray) secrets = g_ptr_array_new ();
      gint64 until_us = 0;
      g_autoptr (GError) error = NULL;

      g_ptr_array_add (secrets, password);
      error = fault_to_error (OPERATION_LOGIN, rows[i].text, secrets, &until_us);
      if (!g_error_matches (error, SO24_ERROR, (gint)rows[i].code))
        g_error ("\"%s\" means %s with the password %s", rows[i].text, error_errno_name (error), rows[i].password);
      g_assert_cmpint (until_us != 0, ==, rows[i].code == SO24_ERROR_QUARANTINED);
    }
}

static void
half_a_secret_at_the_cut_is_left_out_too (void)
{
  g_autoptr (Secret) password = secret_new ("hunter2-hunter3-hunter4", 23);
  g_autoptr (GPtrArray) secrets = g_ptr_array_new ();
  g_autofree char *long_start = g_strnfill (590, 'x');
  g_autofree char *text = g_strconcat (long_start, " hunter2-hunter3-hunter4", NULL);
  gint64 until_us = 0;
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (secrets, password);
  error = fault_to_error (OPERATION_LOGIN, text, secrets, &until_us);
  g_assert_null (strstr (error->message, "hunter"));
}

static void
an_answer_never_repeats_what_the_request_held (void)
{
  g_autoptr (Request) request = request_new (OPERATION_LOGIN);
  g_autofree char *document
    = envelope ("<soap:Fault><faultstring>Invalid password hunter2&lt;3 for " SID "</faultstring></soap:Fault>");
  g_autoptr (AnswerReader) reader = NULL;
  g_autoptr (Answer) answer = NULL;

  request->session = secret_new (SID, strlen (SID));
  request->credential = credential_new ();
  request->credential->password = secret_new ("hunter2<3", 9);
  reader = answer_reader_new (request);
  answer_reader_feed (reader, &ok_head, document, strlen (document));
  answer = answer_reader_finish (reader, &ok_head);
  g_assert_cmpstr (answer->error->message, ==, "Login: Invalid password *** for ***");
}

static const Sentence sentences[] = {
  SENTENCE (a_wrong_credential_is_rejected),
  SENTENCE (a_blocked_identity_is_blocked_in_all_forms),
  SENTENCE (an_identity_that_a_login_may_not_name_is_gone),
  SENTENCE (a_quarantine_is_no_blocked_identity),
  SENTENCE (the_end_of_a_quarantine_comes_with_it),
  SENTENCE (only_a_quarantine_has_an_end),
  SENTENCE (a_request_to_wait_throttles_every_operation),
  SENTENCE (a_request_to_wait_that_names_the_password_is_no_rejection),
  SENTENCE (an_invalid_password_is_a_rejection_whatever_follows),
  SENTENCE (a_session_that_is_over_has_expired),
  SENTENCE (names_of_types_and_methods_reject_nobody),
  SENTENCE (words_that_only_contain_the_words_reject_nobody),
  SENTENCE (anything_else_is_a_remote_error),
  SENTENCE (the_message_is_the_sentence),
  SENTENCE (secrets_that_the_service_repeats_are_left_out),
  SENTENCE (a_password_that_is_a_word_of_the_fault_changes_nothing_of_its_meaning),
  SENTENCE (half_a_secret_at_the_cut_is_left_out_too),
  SENTENCE (an_answer_never_repeats_what_the_request_held),
};

MAIN ("fault")
