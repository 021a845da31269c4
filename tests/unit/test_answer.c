/* Good answers to the nine operations, in the service's own clothes and in others (wire.md, sections 1 and 6). */
#include "support/documents.h"
#include "support/sentences.h"

#include <string.h>

#define SEEN_1 "{" ID_1 " user " USER_ID " 'Ola Nordmann' 100 7 client 400000000000 'Fjord & Fjell AS' current default}"
#define SEEN_2                                                                                                         \
  "{" ID_2 " user 00000000-0000-0000-0000-000000000000 '' 12 -2147483648 client 400000000001 "                         \
  "'Ærlig Økonomi ÅS 🌲' protected disabled 1:2}"

static const char *const seen[] = {
  [ANSWERS_SESSION] = "session '" SID "'",
  [ANSWERS_PASSPORT] = "session '" SID "' of 'ola@example.com' " USER_ID SEEN_1 SEEN_2,
  [ANSWERS_BOOLEAN] = "true",
  [ANSWERS_IDENTITY] = SEEN_1,
  [ANSWERS_IDENTITIES] = SEEN_1 SEEN_2,
};

/* Reads the good answer of each operation with the one text, and then the other, replaced. */
static void
assert_all_read_with_both (const char *from, const char *to, const char *other_from, const char *other_to)
{
  for (Operation operation = 0; operation < N_OPERATIONS; operation++)
    {
      g_autofree char *plain = good_answer (operation);
      g_autoptr (GString) dressed = g_string_new (plain);

      g_string_replace (dressed, from, to, 0);
      g_string_replace (dressed, other_from, other_to, 0);
      assert_reads (operation, dressed->str, seen[operation_row (operation)->answers]);
    }
}

static void
assert_all_read_with (const char *from, const char *to)
{
  assert_all_read_with_both (from, to, "nothing to replace", "");
}

static void
each_operation_is_read_as_the_runtime_writes_it (void)
{
  assert_all_read_with ("nothing to replace", "");
}

static void
soap_1_2_is_read_like_soap_1_1 (void)
{
  assert_all_read_with (SOAP_1_1, SOAP_1_2);
}

static void
the_prefix_of_the_envelope_does_not_matter (void)
{
  assert_all_read_with_both ("soap:", "SOAP-ENV:", "xmlns:soap=", "xmlns:SOAP-ENV=");
  assert_all_read_with_both ("soap:", "", "xmlns:soap=", "xmlns=");
}

static void
a_prefix_on_the_elements_of_the_service_does_not_matter (void)
{
  assert_reads (OPERATION_HAS_SESSION,
                "<Envelope xmlns=\"" SOAP_1_1 "\"><Body><m:HasSessionResponse xmlns:m=\"" SERVICE_NAMESPACE "\">"
                "<m:HasSessionResult>true</m:HasSessionResult></m:HasSessionResponse></Body></Envelope>",
                "true");
}

static void
namespaces_on_every_element_do_not_matter (void)
{
  assert_reads (OPERATION_LOGIN,
                "<a:Envelope xmlns:a=\"" SOAP_1_1 "\"><b:Body xmlns:b=\"" SOAP_1_1 "\">"
                "<c:LoginResponse xmlns:c=\"" SERVICE_NAMESPACE "\"><d:LoginResult xmlns:d=\"" SERVICE_NAMESPACE
                "\">" SID "</d:LoginResult></c:LoginResponse></b:Body></a:Envelope>",
                "session '" SID "'");
}

static void
a_document_needs_no_declaration (void)
{
  assert_all_read_with (XML_DECLARATION, "");
}

static void
line_breaks_and_tabs_between_elements_do_not_matter (void)
{
  assert_all_read_with ("><", ">\r\n\t <");
}

static void
comments_and_instructions_between_elements_do_not_matter (void)
{
  assert_all_read_with ("><", "><!-- <Id>no</Id> --><?php echo '<Id/>' ?><");
}

static void
cdata_is_text (void)
{
  assert_all_read_with (SID, "<![CDATA[ixehrdywkh]]>cx2fjn<![CDATA[oaqscnpz]]>");
  assert_all_read_with ("Ola Nordmann", "Ola <![CDATA[Nordmann]]>");
  assert_all_read_with ("Fjord &amp; Fjell AS", "<![CDATA[Fjord & Fjell AS]]>");
}

static void
comments_within_a_text_split_nothing (void)
{
  assert_all_read_with ("Ola Nordmann", "Ola<!-- not me --> Nord<?or me?>mann");
}

static void
character_references_are_text (void)
{
  assert_all_read_with ("Ærlig Økonomi", "&#198;rlig &#xD8;konomi");
  assert_all_read_with ("🌲", "&#x1F332;");
}

static void
booleans_may_be_numbers (void)
{
  assert_all_read_with (">true<", ">1<");
  assert_all_read_with (">false<", ">0<");
}

static void
blanks_around_values_do_not_count (void)
{
  assert_all_read_with (">true<", ">\r\n true\t<");
  assert_all_read_with (SID, "\n      " SID "\n  ");
  assert_all_read_with (ID_1, " \t" ID_1 "\r\n");
  assert_all_read_with (">100<", "> 100 <");
  assert_all_read_with (">400000000000<", ">\n+0400000000000 <");
}

static void
blanks_in_names_do_count (void)
{
  g_autofree char *document
    = response (OPERATION_GET_IDENTITY, "<GetIdentityResult><Id>" ID_1 "</Id><Client><Name> Fjord\n AS  </Name>"
                                        "</Client></GetIdentityResult>");

  assert_reads (OPERATION_GET_IDENTITY, document,
                "{" ID_1
                " user 00000000-0000-0000-0000-000000000000 '' -2147483648 -2147483648 client 0 ' Fjord\n AS  '}");
}

static void
guids_may_be_in_upper_case (void)
{
  assert_all_read_with ("aaaaaaaa-0000-4000-8000-000000000001", "AAAAAAAA-0000-4000-8000-000000000001");
}

static void
elements_may_come_in_any_order (void)
{
  assert_all_read_with ("<IsCurrent>true</IsCurrent><IsDefault>true</IsDefault>",
                        "<IsDefault>true</IsDefault><IsCurrent>true</IsCurrent>");
  assert_all_read_with ("<ContactId>100</ContactId><Id>" USER_ID "</Id>",
                        "<Id>" USER_ID "</Id><ContactId>100</ContactId>");
  assert_all_read_with ("<Id>400000000000</Id><Name>Fjord &amp; Fjell AS</Name>",
                        "<Name>Fjord &amp; Fjell AS</Name><Id>400000000000</Id>");
}

static void
unknown_elements_are_skipped_with_all_they_contain (void)
{
  assert_all_read_with ("<Identity>", "<Identity><Later><Id>1</Id><Identity><Id/></Identity>text</Later>");
  assert_all_read_with ("<soap:Body>", "<soap:Header><Trace><Id>1</Id></Trace></soap:Header><soap:Body>");
  assert_all_read_with ("</soap:Body>", "<Later xmlns=\"" SERVICE_NAMESPACE "\"/></soap:Body>");
}

static void
elements_of_foreign_namespaces_are_skipped (void)
{
  assert_all_read_with ("<Identity>", "<Identity><Id xmlns=\"urn:other\">nothing</Id><x:Id xmlns:x=\"urn:x\">x</x:Id>");
  assert_all_read_with ("<soap:Body>", "<Body xmlns=\"urn:other\"><Fault/></Body><soap:Body>");
}

static void
attributes_do_not_matter (void)
{
  assert_all_read_with ("<Id>", "<Id a=\"1\" xsi:type=\"xsd:string\" nil=\"true\" xsi:other=\"true\">");
  assert_all_read_with ("<soap:Body>", "<soap:Body soap:encodingStyle=\"urn:x\">");
}

static void
nil_false_is_not_nil (void)
{
  assert_all_read_with ("<Name>", "<Name xsi:nil=\"false\">");
  assert_all_read_with ("<Name>", "<Name xsi:nil=\"0\">");
}

static const Sentence sentences[] = {
  SENTENCE (each_operation_is_read_as_the_runtime_writes_it),
  SENTENCE (soap_1_2_is_read_like_soap_1_1),
  SENTENCE (the_prefix_of_the_envelope_does_not_matter),
  SENTENCE (a_prefix_on_the_elements_of_the_service_does_not_matter),
  SENTENCE (namespaces_on_every_element_do_not_matter),
  SENTENCE (a_document_needs_no_declaration),
  SENTENCE (line_breaks_and_tabs_between_elements_do_not_matter),
  SENTENCE (comments_and_instructions_between_elements_do_not_matter),
  SENTENCE (cdata_is_text),
  SENTENCE (comments_within_a_text_split_nothing),
  SENTENCE (character_references_are_text),
  SENTENCE (booleans_may_be_numbers),
  SENTENCE (blanks_around_values_do_not_count),
  SENTENCE (blanks_in_names_do_count),
  SENTENCE (guids_may_be_in_upper_case),
  SENTENCE (elements_may_come_in_any_order),
  SENTENCE (unknown_elements_are_skipped_with_all_they_contain),
  SENTENCE (elements_of_foreign_namespaces_are_skipped),
  SENTENCE (attributes_do_not_matter),
  SENTENCE (nil_false_is_not_nil),
};

MAIN ("answer")
