/* The forms in which other tools take a session (tree/export.h; design.md, section 4). */
#include "tree/export.h"

#include "support/sentences.h"

#include <string.h>

#define SID "abc012xyz"
#define NOW (G_GINT64_CONSTANT (1795600000) * G_USEC_PER_SEC)

/* The hosts of the services, as every jar has them. */
#define SERVICES(expiry, id)                                                                                           \
  "# Netscape HTTP Cookie File\n"                                                                                      \
  "api.24sevenoffice.com\tFALSE\t/\tTRUE\t" expiry "\tASP.NET_SessionId\t" id "\n"                                     \
  "webservices.24sevenoffice.com\tFALSE\t/\tTRUE\t" expiry "\tASP.NET_SessionId\t" id "\n"
#define LAST "2147483647"

/* The caller frees it; NULL if the form cannot carry @id. */
static char *
written_at (ExportForm form, const char *id, gsize length, const char *url, gint64 since_us)
{
  g_autoptr (Secret) session = secret_new (id, length);
  g_auto (SecretBuffer) content = {0};
  g_autoptr (GError) error = NULL;
  ExportEndpoint endpoint;
  ExportContext context = {&endpoint, since_us};
  gboolean good;

  export_endpoint_init (&endpoint, url);
  good = export_write (form, session, &context, &content, &error);
  export_endpoint_clear (&endpoint);
  g_assert_true (good == (error == NULL));
  if (good)
    return g_strndup (content.data, content.length);
  g_assert_cmpuint (content.length, ==, 0);
  g_assert_true (length < 4 || strlen (id) < length || strstr (error->message, id) == NULL);
  assert_failed_saying (&error, SO24_ERROR_NOT_UNDERSTOOD, "cannot carry");
  return NULL;
}

static void
assert_written (ExportForm form, const char *id, const char *expected)
{
  g_autofree char *found = written_at (form, id, strlen (id), NULL, NOW);

  g_assert_cmpstr (found, ==, expected);
}

static void
assert_jar_for (const char *url, const char *lines)
{
  g_autofree char *expected = g_strconcat (SERVICES (LAST, SID), lines, NULL);
  g_autofree char *found = written_at (EXPORT_COOKIES_TXT, SID, strlen (SID), url, NOW);

  g_assert_cmpstr (found, ==, expected);
}

static void
each_form_reads_as_the_design_says (void)
{
  assert_written (EXPORT_COOKIES_TXT, SID, SERVICES (LAST, SID));
  assert_written (EXPORT_HEADER, SID, "Cookie: ASP.NET_SessionId=" SID "\n");
  assert_written (EXPORT_CURLRC, SID, "cookie = \"ASP.NET_SessionId=" SID "\"\n");
  assert_written (EXPORT_ENV, SID, "SO24_SESSION_ID=" SID "\nSO24_COOKIE=ASP.NET_SessionId=" SID "\n");
  assert_written (EXPORT_COOKIE_RAW, SID, SID);
}

static void
the_jar_has_the_endpoints_own_host_too (void)
{
  assert_jar_for ("https://sevenoffice.example.com:8443/a?b",
                  "sevenoffice.example.com\tFALSE\t/\tTRUE\t" LAST "\tASP.NET_SessionId\t" SID "\n");
  assert_jar_for ("https://API.Example.COM/",
                  "api.example.com\tFALSE\t/\tTRUE\t" LAST "\tASP.NET_SessionId\t" SID "\n");
  assert_jar_for ("https://\xc3\xa6.example.com/",
                  "xn--6ca.example.com\tFALSE\t/\tTRUE\t" LAST "\tASP.NET_SessionId\t" SID "\n");
}

static void
a_host_that_is_spoken_to_in_the_clear_is_not_marked_secure (void)
{
  assert_jar_for ("http://127.0.0.1:8024/x", "127.0.0.1\tFALSE\t/\tFALSE\t" LAST "\tASP.NET_SessionId\t" SID "\n");
  assert_jar_for ("http://[::1]:8024/x", "::1\tFALSE\t/\tFALSE\t" LAST "\tASP.NET_SessionId\t" SID "\n");
  assert_jar_for ("HTTP://127.0.0.1/", "127.0.0.1\tFALSE\t/\tFALSE\t" LAST "\tASP.NET_SessionId\t" SID "\n");
}

static void
localhost_is_named_as_python_names_it_too (void)
{
  assert_jar_for ("http://localhost:8024/x",
                  "localhost\tFALSE\t/\tFALSE\t" LAST "\tASP.NET_SessionId\t" SID "\n"
                  "localhost.local\tFALSE\t/\tFALSE\t" LAST "\tASP.NET_SessionId\t" SID "\n");
}

static void
a_service_host_that_is_the_endpoint_is_named_once (void)
{
  assert_jar_for ("https://api.24sevenoffice.com/authenticate/v001/authenticate.asmx", "");
  assert_jar_for ("https://WebServices.24SevenOffice.com:443/", "");
}

static void
a_host_that_no_jar_could_name_is_left_out (void)
{
  static const char *const urls[]
    = {"https://a%09b/", "https://a%0Ab/", "https://a%20b/", "https://%23a/", "https://.example.com/", "no URL", ""};

  for (gsize i = 0; i < G_N_ELEMENTS (urls); i++)
    assert_jar_for (urls[i], "");
  assert_jar_for (NULL, "");
}

/* What may be in a cookie and means something to shells, curl or jars. */
static void
what_a_cookie_may_hold_all_forms_carry (void)
{
  assert_written (EXPORT_ENV, "it's", "SO24_SESSION_ID='it'\\''s'\nSO24_COOKIE='ASP.NET_SessionId=it'\\''s'\n");
  assert_written (EXPORT_ENV, "'", "SO24_SESSION_ID=''\\'''\nSO24_COOKIE='ASP.NET_SessionId='\\'''\n");
  assert_written (EXPORT_ENV, "$(a)`b`!&|<>*?~",
                  "SO24_SESSION_ID='$(a)`b`!&|<>*?~'\nSO24_COOKIE='ASP.NET_SessionId=$(a)`b`!&|<>*?~'\n");
  assert_written (EXPORT_HEADER, "a'b:c=d#e", "Cookie: ASP.NET_SessionId=a'b:c=d#e\n");
  assert_written (EXPORT_CURLRC, "#a'b$(c)", "cookie = \"ASP.NET_SessionId=#a'b$(c)\"\n");
  assert_written (EXPORT_COOKIES_TXT, "#a'b=$c", SERVICES (LAST, "#a'b=$c"));
  assert_written (EXPORT_COOKIE_RAW, "'$(a)", "'$(a)");
}

static void
the_environment_carries_what_no_header_does (void)
{
  assert_written (EXPORT_ENV, "a b;c\"d\\e,f",
                  "SO24_SESSION_ID='a b;c\"d\\e,f'\nSO24_COOKIE='ASP.NET_SessionId=a b;c\"d\\e,f'\n");
  assert_written (EXPORT_ENV, "bl\xc3\xa5",
                  "SO24_SESSION_ID='bl\xc3\xa5'\nSO24_COOKIE='ASP.NET_SessionId=bl\xc3\xa5'\n");
  assert_written (EXPORT_COOKIE_RAW, "a b;c\"d\\e,f\xff", "a b;c\"d\\e,f\xff");
}

static void
what_a_form_cannot_carry_is_an_error (void)
{
  static const struct
  {
    const char *id;
    gsize length;
    gboolean only_in_headers; /* shells can have it */
  } rows[] = {
    {"a b", 3, TRUE},      {"a;b", 3, TRUE},       {"a\"b", 3, TRUE},   {"a\\b", 3, TRUE},   {"a,b", 3, TRUE},
    {"\xc3\xa5", 2, TRUE}, {"\xff", 1, TRUE},      {"a\nb", 3, FALSE},  {"a\rb", 3, FALSE},  {"a\tb", 3, FALSE},
    {"a\0b", 3, FALSE},    {"\x1b[31m", 5, FALSE}, {"a\x7f", 2, FALSE}, {"abc\n", 4, FALSE},
  };
  static const ExportForm forms[] = {EXPORT_COOKIES_TXT, EXPORT_HEADER, EXPORT_CURLRC, EXPORT_ENV, EXPORT_COOKIE_RAW};

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize form = 0; form < G_N_ELEMENTS (forms); form++)
      {
        g_autofree char *found = written_at (forms[form], rows[i].id, rows[i].length, NULL, NOW);

        g_assert_true ((found != NULL) == (form >= EXPORT_ENV && rows[i].only_in_headers));
      }
}

/* No byte of a session id ends its line, its quotes or its field: what is around it is always the same. */
static void
no_session_id_breaks_out_of_a_form (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  guint carried = 0;

  for (guint i = 0; i < 20000; i++)
    {
      char id[6];
      gsize length = (gsize)g_rand_int_range (random, 1, sizeof id);
      g_autofree char *header = NULL, *curlrc = NULL, *jar = NULL, *expected = NULL;

      for (gsize at = 0; at < length; at++)
        id[at] = (char)g_rand_int_range (random, 0, 256);
      id[length] = '\0';
      header = written_at (EXPORT_HEADER, id, length, NULL, NOW);
      curlrc = written_at (EXPORT_CURLRC, id, length, NULL, NOW);
      jar = written_at (EXPORT_COOKIES_TXT, id, length, NULL, NOW);
      g_assert_true ((header != NULL) == (curlrc != NULL) && (header != NULL) == (jar != NULL));
      if (header == NULL)
        continue;
      carried++;
      expected = g_strdup_printf ("Cookie: ASP.NET_SessionId=%s\n", id);
      g_assert_cmpstr (header, ==, expected);
      g_assert_cmpint (strcspn (header, "\n"), ==, strlen (header) - 1);
      g_assert_cmpint (strcspn (curlrc + strlen ("cookie = \""), "\"\\\n"), ==,
                       strlen (curlrc) - strlen ("cookie = \"\"\n"));
      g_assert_null (strpbrk (id, "\t\n\r;"));
    }
  g_assert_cmpuint (carried, >, 1000);
}

/* A shell splits what is written into exactly the two assignments, whatever the session id is. */
static void
a_shell_reads_from_the_environment_what_was_written (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (2);
  static const char odd[] = "'\"\\$`!# ;&|<>(){}[]*?~=abc\xc3\xa5\xff";

  for (guint i = 0; i < 5000; i++)
    {
      char id[9];
      gsize length = (gsize)g_rand_int_range (random, 1, sizeof id);
      g_autofree char *content = NULL, *pair = NULL, *expected = NULL;
      g_auto (GStrv) words = NULL;

      for (gsize at = 0; at < length; at++)
        id[at] = odd[g_rand_int_range (random, 0, (gint32)strlen (odd))];
      id[length] = '\0';
      content = written_at (EXPORT_ENV, id, length, NULL, NOW);
      g_assert_true (g_shell_parse_argv (content, NULL, &words, NULL));
      g_assert_cmpuint (g_strv_length (words), ==, 2);
      expected = g_strconcat ("SO24_SESSION_ID=", id, NULL);
      pair = g_strconcat ("SO24_COOKIE=ASP.NET_SessionId=", id, NULL);
      g_assert_cmpstr (words[0], ==, expected);
      g_assert_cmpstr (words[1], ==, pair);
    }
}

static void
the_expiry_never_changes_until_its_date_is_near (void)
{
  static const gint64 times_s[] = {0, 1795600000, 2000000000, G_MAXINT32 - 366 * 24 * 3600};

  for (gsize i = 0; i < G_N_ELEMENTS (times_s); i++)
    {
      g_autofree char *jar = written_at (EXPORT_COOKIES_TXT, SID, strlen (SID), NULL, times_s[i] * G_USEC_PER_SEC);

      g_assert_cmpstr (jar, ==, SERVICES (LAST, SID));
    }
}

static void
after_that_it_is_a_year_from_when_the_session_began (void)
{
  g_autofree char *jar
    = written_at (EXPORT_COOKIES_TXT, SID, strlen (SID), NULL, G_GINT64_CONSTANT (2200000000) * G_USEC_PER_SEC);

  g_assert_cmpstr (jar, ==, SERVICES ("2231622400", SID));
}

static const Sentence sentences[] = {
  SENTENCE (each_form_reads_as_the_design_says),
  SENTENCE (the_jar_has_the_endpoints_own_host_too),
  SENTENCE (a_host_that_is_spoken_to_in_the_clear_is_not_marked_secure),
  SENTENCE (localhost_is_named_as_python_names_it_too),
  SENTENCE (a_service_host_that_is_the_endpoint_is_named_once),
  SENTENCE (a_host_that_no_jar_could_name_is_left_out),
  SENTENCE (what_a_cookie_may_hold_all_forms_carry),
  SENTENCE (the_environment_carries_what_no_header_does),
  SENTENCE (what_a_form_cannot_carry_is_an_error),
  SENTENCE (no_session_id_breaks_out_of_a_form),
  SENTENCE (a_shell_reads_from_the_environment_what_was_written),
  SENTENCE (the_expiry_never_changes_until_its_date_is_near),
  SENTENCE (after_that_it_is_a_year_from_when_the_session_began),
};

MAIN ("export")
