/* A fault's text as the runtimes write it, and the sentence in it that a person needs (wire.md, section 2). */
#include "soap/fault.h"
#include "support/documents.h"
#include "support/sentences.h"

#include <string.h>

static void
assert_sentence (const char *text, const char *sentence)
{
  g_autofree char *found = fault_sentence (text);

  g_assert_cmpstr (found, ==, sentence);
}

static void
a_thrown_soap_exception_gives_its_message (void)
{
  assert_sentence ("System.Web.Services.Protocols.SoapException: Invalid username or password ---> System.Exception: "
                   "Invalid username or password\n   --- End of inner exception stack trace ---\n"
                   "  at Service.Authenticate.Check (Service.Credential c) [0x00034] in <8c3f>:0 \n"
                   "  at Service.Authenticate.Login (Service.Credential credential) [0x00027] in <8c3f>:0 \n",
                   "Invalid username or password");
}

static void
any_other_exception_gives_the_inner_message (void)
{
  assert_sentence ("System.Web.Services.Protocols.SoapException: Server was unable to process request. ---> "
                   "System.Exception: Not authenticated\n  at Service.Session.Authenticated () [0x00017] in <8c3f>:0 \n"
                   "   --- End of inner exception stack trace ---",
                   "Not authenticated");
}

static void
the_stack_of_iis_with_cr_lf_is_left_out (void)
{
  assert_sentence ("System.Web.Services.Protocols.SoapException: Server was unable to process request. ---> "
                   "System.NullReferenceException: Object reference not set to an instance of an object.\r\n"
                   "   at Service.Authenticate.Login(Credential credential) in c:\\inetpub\\Authenticate.cs:line 42\r\n"
                   "   --- End of inner exception stack trace ---",
                   "Object reference not set to an instance of an object.");
}

static void
custom_errors_leave_neither_types_nor_stack (void)
{
  assert_sentence ("Invalid username or password ---> Invalid username or password", "Invalid username or password");
  assert_sentence ("Server was unable to process request. ---> Not authenticated", "Not authenticated");
}

static void
three_exceptions_in_a_chain_give_the_innermost (void)
{
  assert_sentence ("System.Web.Services.Protocols.SoapException: Server was unable to read request. ---> "
                   "System.InvalidOperationException: There is an error in XML document (1, 217). ---> "
                   "System.FormatException: Guid should contain 32 digits with 4 dashes "
                   "(xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).\n  at System.Guid.Parse (System.String g) [0x1] in <1>:0",
                   "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).");
}

static void
a_stack_on_the_same_line_is_left_out (void)
{
  assert_sentence ("System.Exception: Not authenticated    at Service.Session.Check(String id)    at Service.Run()",
                   "Not authenticated");
}

static void
types_with_generics_and_nesting_are_left_out (void)
{
  assert_sentence ("System.ServiceModel.FaultException`1: It broke", "It broke");
  assert_sentence ("Service.Outer+InnerException: It broke", "It broke");
  assert_sentence ("SoapException: It broke", "It broke");
}

static void
a_sentence_with_a_colon_keeps_what_is_before_it (void)
{
  assert_sentence ("Login failed: the account has expired", "Login failed: the account has expired");
  assert_sentence ("System.Exception: Error 17: no licence at this time (see: help)",
                   "Error 17: no licence at this time (see: help)");
  assert_sentence ("Quarantine ends at 25.11.2026 14:00:00", "Quarantine ends at 25.11.2026 14:00:00");
}

static void
a_sentence_at_somewhere_is_no_stack (void)
{
  assert_sentence ("You may look at api.24sevenoffice.com for help", "You may look at api.24sevenoffice.com for help");
}

static void
an_empty_inner_message_gives_the_one_before (void)
{
  assert_sentence ("System.Web.Services.Protocols.SoapException: It broke ---> System.Exception: \n  at A.B ()",
                   "It broke");
  assert_sentence ("It broke ---> ", "It broke");
}

static void
a_fault_without_a_text_still_says_something (void)
{
  static const char *const texts[] = {"", " \r\n ", "--->", "System.Exception: ", "\xc2\x85"};

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *sentence = fault_sentence (texts[i]);

      g_assert_cmpuint (strlen (sentence), >, 5);
    }
}

static void
a_pretty_printer_before_the_text_does_not_matter (void)
{
  assert_sentence ("\r\n      Not authenticated\r\n    ", "Not authenticated");
}

/* Whether @c ends a line, or turns the direction of what follows it. */
static gboolean
is_layout (gunichar c)
{
  return (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static void
assert_fit_for_a_terminal (const char *text)
{
  g_autofree char *sentence = fault_sentence (text);

  g_assert_true (g_utf8_validate (sentence, -1, NULL));
  g_assert_cmpint (g_utf8_strlen (sentence, -1), <=, 600);
  for (const char *at = sentence; *at != '\0'; at = g_utf8_next_char (at))
    if (g_unichar_iscntrl (g_utf8_get_char (at)) || is_layout (g_utf8_get_char (at)))
      g_error ("U+%04X is in: %s", g_utf8_get_char (at), sentence);
}

static void
control_characters_never_reach_a_terminal (void)
{
  assert_fit_for_a_terminal ("a\x1b[2Jb\x07\x7f\tc\xc2\x9b"
                             "31m");
  assert_sentence ("a\x1b[2Jb", "a [2Jb");
  assert_sentence ("a\t \xc2\x85 b", "a b");
}

static void
characters_that_turn_or_break_a_line_never_reach_a_terminal (void)
{
  assert_fit_for_a_terminal ("paid \xe2\x80\xae"
                             "EUR 001");
  assert_fit_for_a_terminal ("one\xe2\x80\xa8line\xe2\x80\xa9 \xe2\x81\xa6more\xe2\x81\xa9");
}

static void
bytes_that_are_no_utf_8_never_reach_a_terminal (void)
{
  assert_fit_for_a_terminal ("caf\xe9 \xff\xfe \xc0\xaf");
}

static void
an_endless_text_is_cut_between_characters (void)
{
  g_autoptr (GString) text = g_string_new ("x");

  for (int i = 0; i < 100000; i++)
    g_string_append (text, "🌲");
  assert_fit_for_a_terminal (text->str);
}

static void
letters_of_all_languages_stay (void)
{
  assert_sentence ("Ugyldig passord for æøå@eksempel.no – «prøv igjen» 🌲",
                   "Ugyldig passord for æøå@eksempel.no – «prøv igjen» 🌲");
}

static void
assert_fault_read (const char *fault, So24ErrorCode code, const char *message)
{
  g_autofree char *document = envelope (fault);
  HttpHead head = {500, "text/xml; charset=utf-8", 0};
  g_autoptr (Answer) answer = read_in_steps (OPERATION_LOGIN, &head, bytes_of (document), G_MAXINT);

  g_assert_true (answer->is_fault);
  g_assert_error (answer->error, SO24_ERROR, (gint)code);
  g_assert_cmpstr (answer->error->message, ==, message);
}

static void
a_fault_of_soap_1_1_is_read_with_and_without_detail (void)
{
  assert_fault_read (
    "<soap:Fault><faultcode>soap:Server</faultcode><faultstring>Invalid password</faultstring><detail />"
    "</soap:Fault>",
    SO24_ERROR_REJECTED, "Login: Invalid password");
  assert_fault_read ("<soap:Fault><faultstring>It broke</faultstring><faultcode>soap:Client</faultcode>"
                     "<faultactor>urn:a</faultactor><detail><e><faultstring>no</faultstring></e></detail></soap:Fault>",
                     SO24_ERROR_REMOTE, "Login: It broke");
  assert_fault_read ("<soap:Fault/>", SO24_ERROR_REMOTE, "Login: the service gave no reason");
}

static void
a_fault_of_soap_1_2_is_read (void)
{
  assert_fault_read (
    "<s:Fault xmlns:s=\"" SOAP_1_2 "\"><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason>"
    "<s:Text xml:lang=\"en\">SoapException: Invalid password ---&gt; Invalid password</s:Text></s:Reason>"
    "<detail><x/></detail></s:Fault>",
    SO24_ERROR_REJECTED, "Login: Invalid password");
}

static void
a_fault_with_a_forbidden_reference_is_read (void)
{
  assert_fault_read ("<soap:Fault><faultstring>Invalid &#x1;password</faultstring></soap:Fault>", SO24_ERROR_REJECTED,
                     "Login: Invalid password");
}

static const Sentence sentences[] = {
  SENTENCE (a_thrown_soap_exception_gives_its_message),
  SENTENCE (any_other_exception_gives_the_inner_message),
  SENTENCE (the_stack_of_iis_with_cr_lf_is_left_out),
  SENTENCE (custom_errors_leave_neither_types_nor_stack),
  SENTENCE (three_exceptions_in_a_chain_give_the_innermost),
  SENTENCE (a_stack_on_the_same_line_is_left_out),
  SENTENCE (types_with_generics_and_nesting_are_left_out),
  SENTENCE (a_sentence_with_a_colon_keeps_what_is_before_it),
  SENTENCE (a_sentence_at_somewhere_is_no_stack),
  SENTENCE (an_empty_inner_message_gives_the_one_before),
  SENTENCE (a_fault_without_a_text_still_says_something),
  SENTENCE (a_pretty_printer_before_the_text_does_not_matter),
  SENTENCE (control_characters_never_reach_a_terminal),
  SENTENCE (characters_that_turn_or_break_a_line_never_reach_a_terminal),
  SENTENCE (bytes_that_are_no_utf_8_never_reach_a_terminal),
  SENTENCE (an_endless_text_is_cut_between_characters),
  SENTENCE (letters_of_all_languages_stay),
  SENTENCE (a_fault_of_soap_1_1_is_read_with_and_without_detail),
  SENTENCE (a_fault_of_soap_1_2_is_read),
  SENTENCE (a_fault_with_a_forbidden_reference_is_read),
};

MAIN ("fault, forms")
