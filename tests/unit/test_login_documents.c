/* login, written as XML or as JSON (design.md, section 2), and what is not either. */
#include "support/sentences.h"
#include "support/typist.h"

#include <string.h>

static const Desk plain = {.kind = INPUT_LOGIN, .application_id = {"00000000-0000-0000-0000-000000000000"}};
static const Desk with_application = {.kind = INPUT_LOGIN, .application_id = {APP}};

#define WHOLE "login(ops|s3cret|APP|-)"

static void
the_documented_credential_is_a_login_however_it_is_cut (void)
{
  assert_typed_in_all_pieces (
    &plain,
    "<credential>\n  <ApplicationId>" APP "</ApplicationId>\n  <IdentityId>" FJELL
    "</IdentityId>\n  <Password>s3cret</Password>\n  <Username>ops</Username>\n</credential>\n",
    "login(ops|s3cret|APP|FJELL)");
}

static void
xml_may_have_a_declaration_a_namespace_a_prefix_and_comments (void)
{
  assert_typed_in_all_pieces (
    &with_application,
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- > -->"
    "<s:Credential xmlns:s=\"http://24sevenOffice.com/webservices\"><s:username>ops</s:username>"
    "<!-- no --><password xmlns='urn:x' a='>'>s3<![CDATA[cret]]></password></s:Credential>",
    WHOLE);
}

static void
texts_in_xml_keep_their_blanks_and_their_escapes (void)
{
  assert_typed (&with_application,
                "<credential><Username>ops</Username><Password> &lt;s3cret&amp;&#x20AC;&gt; </Password></credential>",
                "login(ops| <s3cret&€> |APP|-)");
}

static void
guids_in_xml_may_be_indented (void)
{
  assert_typed (&plain,
                "<credential><ApplicationId>\n    " APP "\n  </ApplicationId><Username>ops</Username><Password>s3cret"
                "</Password><IdentityId/></credential>",
                WHOLE);
}

static void
a_token_in_xml_is_a_login_by_token (void)
{
  assert_typed_in_all_pieces (&plain, "<token><Id>" TOKEN "</Id><ApplicationId>" APP "</ApplicationId></token>",
                              "login(token TOKEN|APP|-)");
  assert_typed (&plain, "<Token><ApplicationId>" APP "</ApplicationId><Id>" TOKEN "</Id></Token>",
                "login(token TOKEN|APP|-)");
}

static void
bad_xml_is_refused_without_a_login (void)
{
  static const char *const texts[] = {
    "<credential><Username>ops</Username><Username>s3cret</Username></credential>",
    "<credential><Username>ops</Username><s3cret>1</s3cret></credential>",
    "<credential><Username>ops</Username><Password>s3cret<b/></Password></credential>",
    "<credential><Username>ops</Password></credential>",
    "<credential/>",
    "<credential><Username>ops</Username></credential>",
    "<s3cret><Username>ops</Username></s3cret>",
    "<!DOCTYPE c [<!ENTITY s3cret \"1\">]><credential/>",
    "<credential><Username>&s3cret;</Username></credential>",
    "<credential><ApplicationId>s3cret</ApplicationId><Username>ops</Username><Password>s3cret</Password></credential>",
    "<credential><Username>ops</Username><Password></Password></credential>",
    "<hunter2-is-a-password-that-begins-so>",
    "<credential><Username><hunter2/></Username></credential>"};

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_typed_bytewise (&with_application, texts[i], "EINVAL");
}

static void
xml_that_is_cut_off_is_told_at_the_close (void)
{
  assert_typed_bytewise (&with_application, "<credential><Username>ops</Username>", "close:EINVAL");
  assert_typed_bytewise (&with_application, "<credential", "close:EINVAL");
}

static void
documents_may_follow_each_other_in_one_write (void)
{
  assert_typed_bytewise (
    &with_application,
    "<credential><Username>ops</Username><Password>s3cret</Password></credential>"
    "<credential><Username>ops</Username><Password>s3cret</Password></credential>\n"
    "{\"username\":\"ops\",\"password\":\"s3cret\"}{\"password\":\"s3cret\",\"username\":\"ops\"}\n",
    WHOLE " " WHOLE " " WHOLE " " WHOLE);
}

static void
a_json_object_is_a_login_however_it_is_cut (void)
{
  assert_typed_in_all_pieces (&plain,
                              "{\n  \"username\": \"ops\",\n  \"Password\": \"s3cret\",\n  \"ApplicationId\": \"" APP
                              "\",\n"
                              "  \"identity_id\": \"" FJELL "\"\n}\n",
                              "login(ops|s3cret|APP|FJELL)");
  assert_typed_in_all_pieces (&plain, "{\"token\":\"" TOKEN "\",\"application_id\":\"" APP "\"}",
                              "login(token TOKEN|APP|-)");
}

static void
strings_in_json_keep_their_braces_quotes_and_escapes (void)
{
  assert_typed_in_all_pieces (&with_application, "{\"username\":\"o}p{s\",\"password\":\"s3\\\"c}ret\\\\\"}",
                              "login(o}p{s|s3\"c}ret\\|APP|-)");
  assert_typed (&with_application, "{\"username\":\"\\u00f8yvind\",\"password\":\"s3cret\\ud83c\\udf32\\/\\t\"}",
                "login(øyvind|s3cret🌲/\t|APP|-)");
  assert_typed (&with_application, "{\"user\\u006eame\":\"ops\",\"password\":\"s3cret\"}", WHOLE);
}

static void
null_in_json_counts_as_left_out (void)
{
  assert_typed (&with_application,
                "{\"username\":\"ops\",\"password\":\"s3cret\",\"identity_id\":null,\"application_id\":null}", WHOLE);
  assert_typed (&with_application, "{\"username\":\"ops\",\"password\":\"s3cret\",\"identity_id\":\"\"}", WHOLE);
}

static void
bad_json_is_refused_without_a_login (void)
{
  static const char *const texts[] = {"{\"username\":\"ops\",\"password\":\"s3cret\",\"password\":\"s3cret\"}",
                                      "{\"username\":\"ops\",\"password\":\"s3cret\",\"PassWord\":\"s3cret\"}",
                                      "{\"username\":\"ops\",\"s3cret\":\"s3cret\"}",
                                      "{\"username\":\"ops\",\"password\":12345}",
                                      "{\"username\":\"ops\",\"password\":true}",
                                      "{\"username\":\"ops\",\"password\":[\"s3cret\"]}",
                                      "{\"username\":\"ops\",\"password\":{\"s3cret\":\"s3cret\"}}",
                                      "{\"username\":\"ops\",\"password\":\"s3cret}\n\",}",
                                      "{\"username\":\"ops\" \"password\":\"s3cret\"}",
                                      "{\"username\":\"ops\",\"password\":s3cret}",
                                      "{\"username\":\"ops\",\"password\":\"\"}",
                                      "{\"username\":\"ops\",\"password\":\"s3cret]}]",
                                      "{\"username\":\"ops\",\"password\":\"s3cret\"]",
                                      "{\"username\":\"ops\",\"password\":\"s3cret\\u0000\"}",
                                      "{\"username\":\"ops\",\"password\":\"s3cret\\u0001\"}",
                                      "{\"username\":\"ops\",\"password\":\"s3cret\xff\"}",
                                      "{\"username\":\"ops\",\"identity_id\":\"s3cret\",\"password\":\"s3cret\"}",
                                      "{\"username\":\"ops\"}",
                                      "{}"};

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *line = type_whole (&with_application, bytes_of (texts[i]));

      if (strcmp (line, "EINVAL") != 0 && strcmp (line, "close:EINVAL") != 0)
        g_error ("%s comes to %s", texts[i], line);
    }
}

/* A password that is silently not the one that was written would be tried, and rejected for good. */
static void
json_that_is_no_json_never_becomes_another_password (void)
{
  static const char *const passwords[]
    = {"s3c\\qret",      "s3cret\\101", "s3cret\\x41",   "s3cret\\ud83c", "s3cret\\udf32",
       "s3cret\\ud83cx", "s3cret\\u12", "s3cret\\u12xy", "s3cret\\'"};

  for (gsize i = 0; i < G_N_ELEMENTS (passwords); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"username\":\"ops\",\"password\":\"%s\"}", passwords[i]);

      assert_typed (&with_application, text, "EINVAL");
    }
}

static void
a_backslash_before_u0000_is_no_nul (void)
{
  assert_typed (&with_application, "{\"username\":\"ops\",\"password\":\"s3cret\\\\u0000\"}",
                "login(ops|s3cret\\u0000|APP|-)");
}

static void
json_that_is_cut_off_is_told_at_the_close (void)
{
  assert_typed_bytewise (&with_application, "{\"username\":\"ops\",\"password\":\"s3cret\"", "close:EINVAL");
  assert_typed_bytewise (&with_application, "{\"username\":\"ops\",\"password\":\"s3cret}", "close:EINVAL");
  assert_typed_bytewise (&with_application, "{", "close:EINVAL");
}

static void
json_that_is_nested_as_deeply_as_can_be_harms_nobody (void)
{
  g_autofree char *open = g_strnfill (32000, '[');
  g_autofree char *shut = g_strnfill (32000, ']');
  g_autofree char *text = g_strconcat ("{\"username\":", open, shut, "}", NULL);

  assert_typed (&with_application, text, "EINVAL");
}

static void
an_array_of_json_is_no_object (void)
{
  assert_typed (&with_application, "[{\"username\":\"ops\",\"password\":\"s3cret\"}]\n", "EINVAL");
}

static const Sentence sentences[] = {
  SENTENCE (the_documented_credential_is_a_login_however_it_is_cut),
  SENTENCE (xml_may_have_a_declaration_a_namespace_a_prefix_and_comments),
  SENTENCE (texts_in_xml_keep_their_blanks_and_their_escapes),
  SENTENCE (guids_in_xml_may_be_indented),
  SENTENCE (a_token_in_xml_is_a_login_by_token),
  SENTENCE (bad_xml_is_refused_without_a_login),
  SENTENCE (xml_that_is_cut_off_is_told_at_the_close),
  SENTENCE (documents_may_follow_each_other_in_one_write),
  SENTENCE (a_json_object_is_a_login_however_it_is_cut),
  SENTENCE (strings_in_json_keep_their_braces_quotes_and_escapes),
  SENTENCE (null_in_json_counts_as_left_out),
  SENTENCE (bad_json_is_refused_without_a_login),
  SENTENCE (json_that_is_no_json_never_becomes_another_password),
  SENTENCE (a_backslash_before_u0000_is_no_nul),
  SENTENCE (json_that_is_cut_off_is_told_at_the_close),
  SENTENCE (json_that_is_nested_as_deeply_as_can_be_harms_nobody),
  SENTENCE (an_array_of_json_is_no_object),
};

MAIN ("login, documents")
