/* login, written as "key = value" lines: design.md, section 2. */
#include "support/sentences.h"
#include "support/typist.h"

#include <string.h>

static const Desk plain = {.kind = INPUT_LOGIN, .application_id = {"00000000-0000-0000-0000-000000000000"}};
static const Desk with_application = {.kind = INPUT_LOGIN, .application_id = {APP}};

#define WHOLE "login(ops|s3cret|APP|-)"

static void
three_lines_are_a_login_however_they_are_cut (void)
{
  assert_typed_in_all_pieces (&plain, "username = ops\npassword = s3cret\napplication_id = " APP "\n", WHOLE);
  assert_typed_bytewise (&plain, "application_id=" APP "\npassword=s3cret\nusername=ops\n", WHOLE);
}

static void
an_identity_may_come_anywhere_before_the_last_needed_line (void)
{
  assert_typed_in_all_pieces (&plain,
                              "username = ops\nidentity_id = " FJELL "\npassword = s3cret\napplication_id = " APP "\n",
                              "login(ops|s3cret|APP|FJELL)");
}

static void
keys_are_case_blind_and_underscores_optional (void)
{
  assert_typed (&plain, "UserName=ops\nPASSWORD=s3cret\nApplicationId=" APP "\n", WHOLE);
  assert_typed (&plain, "user_name=ops\npass_word=s3cret\nAPPLICATION_ID=" APP "\n", WHOLE);
  assert_typed (&plain, "u_ser_name_=ops\npassword=s3cret\napplicationid=" APP "\nIdentityID=" FJELL "\n",
                "login(ops|s3cret|APP|FJELL)");
}

static void
comments_and_blank_lines_are_skipped (void)
{
  assert_typed_in_all_pieces (&plain,
                              "# a comment = x\n\n  \t# another\nusername=ops\r\n\r\n#password=no\npassword=s3cret\n\n"
                              "application_id=" APP "\n#end\n",
                              WHOLE);
}

static void
cr_lf_ends_a_line (void)
{
  assert_typed_in_all_pieces (&plain, "username=ops\r\npassword=s3cret\r\napplication_id=" APP "\r\n", WHOLE);
}

static void
blanks_around_the_key_and_before_the_value_do_not_count (void)
{
  assert_typed (&plain, "  username\t =\t ops\n\tpassword   =s3cret\n application_id= \t" APP " \n", WHOLE);
}

static void
inner_and_trailing_blanks_of_a_value_are_kept (void)
{
  assert_typed (&plain, "username=ops\npassword= a  s3cret\t \napplication_id=" APP "\n",
                "login(ops|a  s3cret\t |APP|-)");
  assert_typed (&plain, "username=ops\npassword=s3cret \r\napplication_id=" APP "\n", "login(ops|s3cret |APP|-)");
}

static void
a_value_may_hold_equals_signs_and_hashes (void)
{
  assert_typed (&plain, "username=ops\npassword==a=s3cret # 1=2\napplication_id=" APP "\n",
                "login(ops|=a=s3cret # 1=2|APP|-)");
  assert_typed (&plain, "username=ops\npassword=#s3cret\"'\\n\napplication_id=" APP "\n",
                "login(ops|#s3cret\"'\\n|APP|-)");
}

static void
values_in_any_language_are_taken (void)
{
  assert_typed_in_all_pieces (&plain, "username=øyvind@ås.no\npassword=pæss 🌲 s3cret\napplication_id=" APP "\n",
                              "login(øyvind@ås.no|pæss 🌲 s3cret|APP|-)");
}

static void
what_the_mount_is_configured_with_may_be_left_out (void)
{
  assert_typed_bytewise (&with_application, "username=ops\npassword=s3cret\n", WHOLE);
  assert_typed (&with_application, "username=ops\npassword=s3cret\napplication_id=" FJORD "\n",
                "login(ops|s3cret|FJORD|-)");
}

static void
a_token_needs_neither_user_name_nor_password (void)
{
  assert_typed_in_all_pieces (&plain, "application_id=" APP "\ntoken=" TOKEN "\n", "login(token TOKEN|APP|-)");
  assert_typed (&with_application, "TOKEN = {99999999-0000-4000-8000-000000000009}\nidentity_id=" FJELL "\n",
                "login(token TOKEN|APP|FJELL)");
}

static void
a_token_and_a_password_exclude_each_other (void)
{
  assert_typed (&with_application, "username=ops\npassword=s3cret\ntoken=" TOKEN "\n", "EINVAL");
  assert_typed (&with_application, "token=" TOKEN "\npassword=s3cret\n", "EINVAL");
}

static void
guids_may_be_in_upper_case_and_braces (void)
{
  assert_typed (&plain,
                "username=ops\npassword=s3cret\napplication_id={88888888-0000-4000-8000-000000000008}\n"
                "identity_id=310D5FD3-0002-4047-A03B-00000000000B\n",
                "login(ops|s3cret|APP|FJELL)");
}

static void
an_empty_or_zero_identity_is_the_default_one (void)
{
  assert_typed (&with_application, "username=ops\nidentity_id=\npassword=s3cret\n", WHOLE);
  assert_typed (&with_application, "username=ops\nidentity_id=00000000-0000-0000-0000-000000000000\npassword=s3cret\n",
                WHOLE);
}

static void
bad_lines_are_refused_without_a_login (void)
{
  static const char *const lines[] = {"usrname=s3cret",
                                      "s3cret",
                                      "=s3cret",
                                      "s3cret=s3cret",
                                      "username",
                                      "pass word=s3cret",
                                      "password:s3cret",
                                      "[s3cret]",
                                      "username=",
                                      "password=  ",
                                      "application_id=s3cret",
                                      "application_id=",
                                      "identity_id=310d5fd3-0002-4047-a03b-00000000000s3cret",
                                      "token=s3cret",
                                      "username_and_password=s3cret"};

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *alone = g_strconcat (lines[i], "\n", NULL);
      g_autofree char *first = g_strconcat (lines[i], "\nusername=ops\npassword=s3cret\n", NULL);
      g_autofree char *last = g_strconcat ("username=ops\npassword=s3cret\n", lines[i], "\n", NULL);

      assert_typed_in_all_pieces (&plain, alone, "EINVAL");
      assert_typed (&with_application, first, "EINVAL");
      assert_typed (&with_application, last, "EINVAL");
    }
}

static void
the_error_says_which_line_is_bad (void)
{
  assert_typed (&plain, "# one\nusername=ops\nnonsense\n", "EINVAL");
  g_assert_nonnull (strstr (typed_error (), "line 3"));
}

static void
a_key_that_is_given_twice_is_refused (void)
{
  assert_typed_in_all_pieces (&plain, "username=ops\nusername=s3cret\n", "EINVAL");
  assert_typed (&with_application, "username=ops\nUser_Name=ops\npassword=s3cret\n", "EINVAL");
  assert_typed (&with_application, "username=ops\npassword=s3cret\npassword=s3cret\n", "EINVAL");
}

static void
characters_that_xml_cannot_carry_are_refused (void)
{
  assert_typed (&with_application, "username=ops\npassword=s3cret\x01\n", "EINVAL");
  assert_typed (&with_application, "username=\x1b[1m\npassword=s3cret\n", "EINVAL");
  assert_typed (&with_application, "username=ops\npassword=s3cret\xff\n", "EINVAL");
  assert_typed (&with_application, "username=ops\npassword=s3cret\xef\xbf\xbf\n", "EINVAL");
}

static void
what_is_missing_at_the_close_is_named (void)
{
  assert_typed_in_all_pieces (&plain, "username=ops\npassword=s3cret\n", "close:EINVAL");
  g_assert_nonnull (strstr (typed_error (), "application_id"));
  assert_typed (&with_application, "username=ops\n", "close:EINVAL");
  g_assert_nonnull (strstr (typed_error (), "password"));
  assert_typed (&with_application, "identity_id=" FJELL "\n", "close:EINVAL");
  assert_typed (&plain, "# nothing\n", "close:EINVAL");
  assert_typed (&plain, "\n", "close:EINVAL");
}

static void
nothing_written_is_nothing_to_complain_of (void)
{
  g_autofree char *nothing = type_pieces (&plain, NULL, 0);

  g_assert_cmpstr (nothing, ==, "");
}

static const Sentence sentences[] = {
  SENTENCE (three_lines_are_a_login_however_they_are_cut),
  SENTENCE (an_identity_may_come_anywhere_before_the_last_needed_line),
  SENTENCE (keys_are_case_blind_and_underscores_optional),
  SENTENCE (comments_and_blank_lines_are_skipped),
  SENTENCE (cr_lf_ends_a_line),
  SENTENCE (blanks_around_the_key_and_before_the_value_do_not_count),
  SENTENCE (inner_and_trailing_blanks_of_a_value_are_kept),
  SENTENCE (a_value_may_hold_equals_signs_and_hashes),
  SENTENCE (values_in_any_language_are_taken),
  SENTENCE (what_the_mount_is_configured_with_may_be_left_out),
  SENTENCE (a_token_needs_neither_user_name_nor_password),
  SENTENCE (a_token_and_a_password_exclude_each_other),
  SENTENCE (guids_may_be_in_upper_case_and_braces),
  SENTENCE (an_empty_or_zero_identity_is_the_default_one),
  SENTENCE (bad_lines_are_refused_without_a_login),
  SENTENCE (the_error_says_which_line_is_bad),
  SENTENCE (a_key_that_is_given_twice_is_refused),
  SENTENCE (characters_that_xml_cannot_carry_are_refused),
  SENTENCE (what_is_missing_at_the_close_is_named),
  SENTENCE (nothing_written_is_nothing_to_complain_of),
};

MAIN ("login, lines")
