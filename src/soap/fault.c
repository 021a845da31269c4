/*
 * Reading faults. Touches nothing.
 *
 * What decides is looked for in the whole text (wire.md, section 2: it may stand anywhere in a chain of exceptions),
 * except for the words of a wrong credential: a stack trace full of InvalidOperationException and CheckPassword() must
 * not pass for a rejected password, so those are looked for in the sentences only.
 */
#include "soap/fault.h"

#include "base/error.h"
#include "soap/quarantine.h"

#include <string.h>

#define LONGEST_SENTENCE 600

/* A shorter secret says nothing where it is found, and taking it out could garble the words that decide. */
#define SHORTEST_TELLING 4

typedef enum
{
  FOR_ALL,
  FOR_CREDENTIAL, /* operations that present a credential */
  FOR_SESSION     /* operations within a session */
} Scope;

typedef struct
{
  Scope scope;
  gboolean whole_text; /* or only the sentences */
  const char *pattern;
  So24ErrorCode code;
} FaultRow;

/*
 * The first row that fits decides. "Request is blocked. Quarantine ends at" is no blocked identity, so quarantine comes
 * first. A text that only names a password or a user name is a rejection, unless it also asks to wait
 * ("Too many logins with this username, try again later"). *** stands where the text repeated what it was sent.
 */
static const FaultRow rows[] = {
  {FOR_ALL, TRUE, "quarantine ends|\\blimit exceeded by\\b", SO24_ERROR_QUARANTINED},
  {FOR_ALL, TRUE, "\\bis (blocked|disabled)\\b", SO24_ERROR_BLOCKED},
  {FOR_CREDENTIAL, FALSE, "\\b(invalid|unknown (application|user|token)|(bad|wrong|incorrect) credentials?)\\b",
   SO24_ERROR_REJECTED},
  {FOR_ALL, FALSE, "\\bthrottl|\\btoo many\\b|\\btry again later\\b", SO24_ERROR_THROTTLED},
  {FOR_CREDENTIAL, FALSE, "\\b(password|user ?name)\\b|\\*\\*\\*", SO24_ERROR_REJECTED},
  {FOR_SESSION, TRUE, "\\bnot (authenticated|logged in)\\b|\\bsession (has |is )?(expired|ended|timed out)\\b",
   SO24_ERROR_EXPIRED},
};

static gboolean
matches (const char *text, const char *pattern)
{
  return g_regex_match_simple (pattern, text, G_REGEX_CASELESS, 0);
}

static char *
replace (const char *text, const char *pattern, const char *replacement)
{
  g_autoptr (GRegex) regex = g_regex_new (pattern, 0, 0, NULL);
  char *replaced = g_regex_replace_literal (regex, text, -1, 0, replacement, 0, NULL);

  return replaced != NULL ? replaced : g_strdup (text);
}

/* The messages of the chain of exceptions, ended by the first line break or stack line, without their types. */
static char **
sentences (const char *text)
{
  const char *start = text + strspn (text, " \t\r\n");
  g_autofree char *line = g_strndup (start, strcspn (start, "\r\n"));
  g_autofree char *no_stack = replace (line, "\\s+at [\\w.<>`+]+ ?\\(.*$", "");
  char **parts = g_strsplit (no_stack, "--->", -1);

  for (char **part = parts; *part != NULL; part++)
    {
      char *bare = replace (g_strstrip (*part), "^(?:(?:[A-Za-z_][\\w`+]*\\.)+[A-Za-z_][\\w`+]*|\\w*Exception): ?", "");

      g_free (*part);
      *part = g_strstrip (bare);
    }
  return parts;
}

/* A terminal shows the text, and it is one line: control characters, and those that turn the direction of writing, become
 * blanks, and runs of blanks one. */
static char *
tidy (const char *text, glong longest)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autofree char *printable
    = replace (valid, "[[:cntrl:]\\x{80}-\\x{9f}\\x{200e}\\x{200f}\\x{202a}-\\x{202e}\\x{2066}-\\x{2069}]", " ");
  g_autofree char *single = replace (printable, "\\s+", " ");

  if (g_utf8_strlen (single, -1) > longest)
    *g_utf8_offset_to_pointer (single, longest) = '\0';
  return g_strdup (g_strstrip (single));
}

char *
fault_sentence (const char *text)
{
  g_auto (GStrv) parts = sentences (text);

  for (guint i = g_strv_length (parts); i-- > 0;)
    {
      g_autofree char *sentence = tidy (parts[i], LONGEST_SENTENCE);

      if (*sentence != '\0')
        return g_steal_pointer (&sentence);
    }
  return g_strdup ("the service gave no reason");
}

/* Done before anything else is made of the text: a copy or a part of a password is a secret, too. */
static char *
without_secrets (const char *text, const GPtrArray *secrets, gsize shortest)
{
  char *clean = NULL;

  for (guint i = 0; secrets != NULL && i < secrets->len; i++)
    {
      const Secret *secret = g_ptr_array_index (secrets, i);
      char *scrubbed;

      if (secret_length (secret) < shortest)
        continue;
      scrubbed = secret_scrub (clean != NULL ? clean : text, secret);
      g_free (clean);
      clean = scrubbed;
    }
  return clean != NULL ? clean : g_strdup (text);
}

static gboolean
in_scope (Scope scope, Operation operation)
{
  return scope == FOR_ALL || (scope == FOR_CREDENTIAL) == operation_presents_credential (operation);
}

GError *
fault_to_error (Operation operation, const char *text, const GPtrArray *secrets, gint64 *until_us)
{
  g_autofree char *clean = without_secrets (text, secrets, SHORTEST_TELLING);
  g_autofree char *whole = tidy (clean, G_MAXLONG);
  g_auto (GStrv) parts = sentences (clean);
  g_autofree char *joined = g_strjoinv (" ", parts);
  g_autofree char *cleaner = without_secrets (clean, secrets, 1);
  g_autofree char *said = fault_sentence (cleaner);

  *until_us = 0;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (in_scope (rows[i].scope, operation) && matches (rows[i].whole_text ? whole : joined, rows[i].pattern))
      {
        if (rows[i].code == SO24_ERROR_QUARANTINED)
          *until_us = quarantine_end (whole);
        return g_error_new_literal (SO24_ERROR, rows[i].code, said);
      }
  return g_error_new_literal (SO24_ERROR, SO24_ERROR_REMOTE, said);
}
