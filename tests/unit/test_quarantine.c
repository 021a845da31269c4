/* When a quarantine ends, in all the ways in which .NET and people write a date (service.md, rule 7). */
#include "soap/quarantine.h"

#include "support/sentences.h"

typedef struct
{
  const char *text;
  const char *utc; /* ISO 8601; NULL: none can be read */
} Row;

static void
assert_end (const char *sentence, const char *utc)
{
  g_autoptr (GDateTime) expected = utc == NULL ? NULL : g_date_time_new_from_iso8601 (utc, NULL);
  gint64 found = quarantine_end (sentence);

  if (found != (utc == NULL ? 0 : g_date_time_to_unix (expected) * G_USEC_PER_SEC))
    g_error ("\"%s\" ends at %" G_GINT64_FORMAT ", and not at %s", sentence, found, utc == NULL ? "no time" : utc);
}

/* Each text as the date of the documented sentence, in the ways in which it can go on. */
static void
assert_rows (const Row *rows, gsize count)
{
  static const char *const forms[]
    = {"Limit exceeded by 1. Request is blocked. Quarantine ends at %s",
       "Limit exceeded by 1. Request is blocked. Quarantine ends at %s.",
       "SoapException: Quarantine ends at %s ---> System.Exception: Quarantine ends at %s\r\n   at A.B (String c)",
       "quarantine ends: %s\n"};

  for (gsize i = 0; i < count; i++)
    for (gsize form = 0; form < G_N_ELEMENTS (forms); form++)
      {
        g_autoptr (GString) sentence = g_string_new (forms[form]);

        g_string_replace (sentence, "%s", rows[i].text, 0);
        assert_end (sentence->str, rows[i].utc);
      }
}

static void
iso_8601_is_read (void)
{
  static const Row rows[] = {
    {"2026-11-25T14:00:00Z", "2026-11-25T14:00:00Z"},         {"2026-11-25T14:00:00", "2026-11-25T14:00:00Z"},
    {"2026-11-25 14:00:00", "2026-11-25T14:00:00Z"},          {"2026-11-25 14:00", "2026-11-25T14:00:00Z"},
    {"2026-11-25T14:00:07.1234567Z", "2026-11-25T14:00:07Z"}, {"2026-11-25 14:00:00Z", "2026-11-25T14:00:00Z"},
    {"2026-11-25 00:00:00", "2026-11-25T00:00:00Z"},          {"2026-12-31T23:59:59Z", "2026-12-31T23:59:59Z"},
    {"2026-11-25 14:00:00 UTC", "2026-11-25T14:00:00Z"},      {"2026-11-25 14:00:00 (UTC)", "2026-11-25T14:00:00Z"},
  };

  assert_rows (rows, G_N_ELEMENTS (rows));
}

static void
offsets_are_taken_off (void)
{
  static const Row rows[] = {
    {"2026-11-25T14:00:00+01:00", "2026-11-25T13:00:00Z"},  {"2026-11-25T14:00:00.5-05:30", "2026-11-25T19:30:00Z"},
    {"2026-11-25 14:00:00 +01:00", "2026-11-25T13:00:00Z"}, {"2026-11-25T00:30:00+0100", "2026-11-24T23:30:00Z"},
    {"25.11.2026 14:00:00 +01:00", "2026-11-25T13:00:00Z"}, {"11/25/2026 14:00:00 +00:00", "2026-11-25T14:00:00Z"},
  };

  assert_rows (rows, G_N_ELEMENTS (rows));
}

static void
norwegian_dates_are_read (void)
{
  static const Row rows[] = {
    {"25.11.2026 14:00:00", "2026-11-25T14:00:00Z"}, {"25.11.2026 14.00.00", "2026-11-25T14:00:00Z"},
    {"5.1.2027 09:05", "2027-01-05T09:05:00Z"},      {"05.01.2027, 09:05", "2027-01-05T09:05:00Z"},
    {"25-11-2026 14:00:00", "2026-11-25T14:00:00Z"},
  };

  assert_rows (rows, G_N_ELEMENTS (rows));
}

static void
american_dates_are_read_with_am_and_pm (void)
{
  static const Row rows[] = {
    {"11/25/2026 2:00:00 PM", "2026-11-25T14:00:00Z"},  {"11/25/2026 2:00:00 AM", "2026-11-25T02:00:00Z"},
    {"11/25/2026 12:00:00 AM", "2026-11-25T00:00:00Z"}, {"11/25/2026 12:30:00 PM", "2026-11-25T12:30:00Z"},
    {"1/2/2027 11:59 pm", "2027-01-02T23:59:00Z"},      {"11/25/2026 2:00:00 p.m.", "2026-11-25T14:00:00Z"},
    {"11/25/2026 2:00PM", "2026-11-25T14:00:00Z"},      {"11/25/2026 14:00:00", "2026-11-25T14:00:00Z"},
  };

  assert_rows (rows, G_N_ELEMENTS (rows));
}

static void
british_dates_are_read_when_they_can_be_no_american_ones (void)
{
  static const Row rows[] = {
    {"25/11/2026 14:00:00", "2026-11-25T14:00:00Z"},
    {"13/01/2027 02:00:00", "2027-01-13T02:00:00Z"},
  };

  assert_rows (rows, G_N_ELEMENTS (rows));
}

static void
names_of_months_are_read (void)
{
  static const Row rows[] = {
    {"Wed, 25 Nov 2026 14:00:00 GMT", "2026-11-25T14:00:00Z"},
    {"25 November 2026 14:00:00", "2026-11-25T14:00:00Z"},
    {"November 25, 2026 2:00 PM", "2026-11-25T14:00:00Z"},
    {"Nov 25 2026 14:00", "2026-11-25T14:00:00Z"},
    {"25-Nov-2026 14:00:00", "2026-11-25T14:00:00Z"},
    {"Wednesday, November 25, 2026 2:00:00 PM", "2026-11-25T14:00:00Z"},
    {"1 mai 2027 10:00", "2027-05-01T10:00:00Z"},
    {"3 DES 2026 10:00", "2026-12-03T10:00:00Z"},
    {"3 okt 2027 10:00", "2027-10-03T10:00:00Z"},
    {"25 Foo 2026 14:00:00", NULL},
  };

  assert_rows (rows, G_N_ELEMENTS (rows));
}

static void
every_month_has_its_name (void)
{
  static const char *const names[] = {"January", "February", "March",     "April",   "May",      "June",
                                      "July",    "August",   "September", "October", "November", "December"};

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *text = g_strdup_printf ("Quarantine ends at %s 7, 2027 10:00", names[i]);
      g_autofree char *utc = g_strdup_printf ("2027-%02u-07T10:00:00Z", i + 1);

      assert_end (text, utc);
    }
}

/* DateTimeOffset.ToString() with American settings. */
static void
an_offset_after_am_or_pm_is_taken_off (void)
{
  static const Row rows[] = {
    {"11/25/2026 2:00:00 PM +01:00", "2026-11-25T13:00:00Z"},
    {"11/25/2026 12:00:00 AM -05:00", "2026-11-25T05:00:00Z"},
  };

  assert_rows (rows, G_N_ELEMENTS (rows));
}

static void
leap_days_are_days_in_leap_years_only (void)
{
  static const Row rows[] = {
    {"2028-02-29 10:00:00", "2028-02-29T10:00:00Z"},
    {"29.02.2028 10:00:00", "2028-02-29T10:00:00Z"},
    {"2027-02-29 10:00:00", NULL},
    {"02/29/2027 10:00:00", NULL},
    {"29 Feb 2100 10:00:00", NULL},
    {"29 Feb 2400 10:00:00", "2400-02-29T10:00:00Z"},
  };

  assert_rows (rows, G_N_ELEMENTS (rows));
}

static void
days_and_times_that_do_not_exist_are_none (void)
{
  static const Row rows[] = {
    {"2026-11-31 14:00:00", NULL}, {"2026-00-10 14:00:00", NULL}, {"2026-11-00 14:00:00", NULL},
    {"2026-11-25 25:00:00", NULL}, {"2026-11-25 14:60:00", NULL}, {"0000-11-25 14:00:00", NULL},
    {"32.11.2026 14:00:00", NULL}, {"31/31/2026 14:00:00", NULL}, {"25.13.2026 14:00:00", NULL},
  };

  assert_rows (rows, G_N_ELEMENTS (rows));
}

static void
a_text_without_a_date_has_no_end (void)
{
  static const Row rows[] = {{"", NULL},
                             {"soon", NULL},
                             {"14:00:00", NULL},
                             {"2026", NULL},
                             {"tomorrow 14:00", NULL},
                             {"::::----////....", NULL},
                             {"99999999999999999999", NULL},
                             {"æøå 🌲", NULL}};

  assert_rows (rows, G_N_ELEMENTS (rows));
  assert_end ("", NULL);
  assert_end ("Quarantine ends", NULL);
}

static void
the_date_after_the_word_counts_not_one_before_it (void)
{
  assert_end ("Since 2026-11-24 10:00:00 too many. QUARANTINE ENDS AT 2026-11-25 14:00:00", "2026-11-25T14:00:00Z");
  assert_end ("Limit exceeded by 3 at 2026-11-25 13:00:00", "2026-11-25T13:00:00Z");
}

static void
bytes_that_are_no_utf_8_have_no_end_and_harm_nobody (void)
{
  quarantine_end ("Quarantine ends at \xff\xfe 2026-11-25 14:00:00");
  assert_end ("Quarantine ends at \xff\xfe", NULL);
}

static const Sentence sentences[] = {
  SENTENCE (iso_8601_is_read),
  SENTENCE (offsets_are_taken_off),
  SENTENCE (norwegian_dates_are_read),
  SENTENCE (american_dates_are_read_with_am_and_pm),
  SENTENCE (british_dates_are_read_when_they_can_be_no_american_ones),
  SENTENCE (names_of_months_are_read),
  SENTENCE (every_month_has_its_name),
  SENTENCE (an_offset_after_am_or_pm_is_taken_off),
  SENTENCE (leap_days_are_days_in_leap_years_only),
  SENTENCE (days_and_times_that_do_not_exist_are_none),
  SENTENCE (a_text_without_a_date_has_no_end),
  SENTENCE (the_date_after_the_word_counts_not_one_before_it),
  SENTENCE (bytes_that_are_no_utf_8_have_no_end_and_harm_nobody),
};

MAIN ("quarantine")
