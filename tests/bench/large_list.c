/*
 * What a list of many identities costs: to read it as it comes off the network, to keep it, and to look things up in it.
 *
 *   build/tests/bench/large_list [IDENTITIES [ROUNDS]]
 *
 * An identity takes about 1,000 bytes on the wire. Prints medians; it is no test and fails for no figure.
 */
#include "account/account.h"
#include "soap/answer.h"
#include "soap/envelope.h"
#include "tree/directory.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PORTION 16384 /* libcurl hands over so many bytes at a time */
#define HEAD                                                                                                           \
  "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" " \
  "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"><soap:Body>" \
  "<GetIdentitiesResponse xmlns=\"http://24sevenOffice.com/webservices\"><GetIdentitiesResult>"
#define TAIL   "</GetIdentitiesResult></GetIdentitiesResponse></soap:Body></soap:Envelope>"
#define SERVER "<Server><Id>%u</Id><Type>%u</Type></Server>"

static void
append_identity (GString *text, guint number)
{
  g_string_append_printf (
    text,
    "<Identity><Id>310d5fd3-0009-4047-a03b-%012x</Id><User><ContactId>%u</ContactId>"
    "<Id>aaaaaaaa-0000-4000-8000-000000000001</Id><Name>Ola Nordmann</Name><EmployeeId>7</EmployeeId></User>"
    "<Client><Id>%u</Id><Name>Klient %u &amp; S\xc3\xb8nner AS</Name></Client><IsCurrent>%s</IsCurrent>"
    "<IsDefault>%s</IsDefault><IsProtected>false</IsProtected><Servers>",
    number, 1000 + number, 5000 + number, number, number == 0 ? "true" : "false", number == 0 ? "true" : "false");
  for (guint server = 1; server <= 12; server++)
    g_string_append_printf (text, SERVER, server, 100 + server);
  g_string_append (text, "</Servers></Identity>");
}

typedef struct
{
  AnswerReader *reader;
  GString *portion;
  gsize fed;
} Wire;

static void
send_portions (Wire *wire, gsize smallest)
{
  static const HttpHead head = {200, "text/xml; charset=utf-8", 0};

  while (wire->portion->len >= smallest && wire->portion->len > 0)
    {
      gsize length = MIN (wire->portion->len, PORTION);

      answer_reader_feed (wire->reader, &head, wire->portion->str, length);
      g_string_erase (wire->portion, 0, (gssize)length);
      wire->fed += length;
    }
}

/* The document is made while it is read, so that what is measured is not the document. */
static GPtrArray *
read_list (guint count, gsize *length)
{
  static const HttpHead head = {200, "text/xml; charset=utf-8", 0};
  Request request = {.operation = OPERATION_GET_IDENTITIES};
  Wire wire = {answer_reader_new (&request), g_string_sized_new (4 * PORTION), 0};
  g_autoptr (Answer) answer = NULL;

  g_string_append (wire.portion, HEAD);
  for (guint i = 0; i < count; i++)
    {
      append_identity (wire.portion, i);
      send_portions (&wire, PORTION);
    }
  g_string_append (wire.portion, TAIL);
  send_portions (&wire, 1);
  answer = answer_reader_finish (wire.reader, &head);
  answer_reader_free (wire.reader);
  g_string_free (wire.portion, TRUE);
  if (answer->error != NULL)
    g_error ("%s", answer->error->message);
  *length = wire.fed;
  return g_steal_pointer (&answer->identities);
}

/* The time that making the document takes, which is part of read_list(). */
static void
make_document (guint count)
{
  g_autoptr (GString) text = g_string_sized_new (4 * PORTION);

  for (guint i = 0; i < count; i++)
    {
      append_identity (text, i);
      if (text->len >= PORTION)
        g_string_erase (text, 0, PORTION);
    }
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double one = *(const double *)a, other = *(const double *)b;

  return one < other ? -1 : one > other;
}

static double
median (double *times, guint count)
{
  qsort (times, count, sizeof *times, compare);
  return times[count / 2];
}

/* What we have computed, whoever else uses the machine. */
static gint64
spent_us (void)
{
  struct timespec spent;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &spent);
  return (gint64)spent.tv_sec * G_USEC_PER_SEC + spent.tv_nsec / 1000;
}

static double
kilobytes (const char *name)
{
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/self/status", &text, NULL, NULL) || (line = strstr (text, name)) == NULL)
    return 0;
  return g_ascii_strtod (line + strlen (name), NULL);
}

static void
forget_peak (void)
{
  FILE *file = fopen ("/proc/self/clear_refs", "w");

  if (file == NULL)
    return;
  fputs ("5", file);
  fclose (file);
}

static void
measure_memory (guint count)
{
  gsize length, used;
  double resident;
  GPtrArray *list;

  malloc_trim (0);
  forget_peak ();
  resident = kilobytes ("VmRSS:");
  used = mallinfo2 ().uordblks;
  list = read_list (count, &length);
  printf ("length of the answer          %8.2f MB\n", (double)length / 1e6);
  printf ("kept of it                    %8.2f MB\n", (double)(mallinfo2 ().uordblks - used) / 1e6);
  printf ("peak while it was read        %8.2f MB\n", (kilobytes ("VmHWM:") - resident) * 1024 / 1e6);
  used = mallinfo2 ().uordblks;
  {
    Directory *directory = directory_new ();

    directory_update (directory, list, 0);
    printf ("its folders                   %8.2f MB\n", (double)(mallinfo2 ().uordblks - used) / 1e6);
    directory_free (directory);
  }
  g_ptr_array_unref (list);
}

static void
measure_reading (guint count, guint rounds)
{
  g_autofree double *times = g_new (double, rounds);
  g_autofree double *making = g_new (double, rounds);

  for (guint i = 0; i < rounds; i++)
    {
      gint64 begun_us = spent_us ();
      gsize length;

      make_document (count);
      making[i] = (double)(spent_us () - begun_us);
      begun_us = spent_us ();
      g_ptr_array_unref (read_list (count, &length));
      times[i] = (double)(spent_us () - begun_us) - making[i];
    }
  printf ("reading it                    %8.2f ms\n", median (times, rounds) / 1e3);
}

static void
measure_folders (guint count, guint rounds)
{
  g_autofree double *updates = g_new (double, rounds);
  g_autofree double *lookups = g_new (double, rounds);
  g_autofree double *searches = g_new (double, rounds);
  g_autofree double *matches = g_new (double, rounds);
  Directory *directory = directory_new ();
  IdentityIndex index = {0};
  gsize length;
  GPtrArray *list = read_list (count, &length);
  const Guid *last = &((Identity *)g_ptr_array_index (list, count - 1))->id;
  g_autofree char *name = g_strdup_printf ("Klient %u & S\xc3\xb8nner AS", count - 1);

  for (guint i = 0; i < rounds; i++)
    {
      gint64 begun_us = spent_us ();

      directory_update (directory, list, 0);
      updates[i] = (double)(spent_us () - begun_us);
      begun_us = spent_us ();
      for (guint n = 0; n < 10000; n++)
        if (directory_find_client (directory, name) < 0 || directory_find_identity (directory, last->text) < 0)
          g_error ("it is not there");
      lookups[i] = (double)(spent_us () - begun_us) / 10000;
      begun_us = spent_us ();
      for (guint n = 0; n < 10000; n++)
        if (identity_index_find (&index, list, last) == NULL)
          g_error ("it is not there");
      searches[i] = (double)(spent_us () - begun_us) / 10000;
      begun_us = spent_us ();
      for (guint n = 0; n < 10; n++)
        if (directory_match (directory, name, strlen (name)).equal != 1)
          g_error ("it is not there");
      matches[i] = (double)(spent_us () - begun_us) / 10;
    }
  printf ("the same list once more       %8.2f ms\n", median (updates, rounds) / 1e3);
  printf ("a client and an identity      %8.3f us\n", median (lookups, rounds));
  printf ("a name as it is written       %8.3f us\n", median (matches, rounds));
  printf ("an identity in the list       %8.3f us\n", median (searches, rounds));
  directory_free (directory);
  identity_index_clear (&index);
  g_ptr_array_unref (list);
}

int
main (int argc, char **argv)
{
  guint count = argc > 1 ? (guint)atoi (argv[1]) : 10000;
  guint rounds = argc > 2 ? (guint)atoi (argv[2]) : 15;

  soap_start ();
  measure_memory (count);
  measure_reading (count, rounds);
  measure_folders (count, rounds);
  return 0;
}
