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
 * ("Too many logins with this username, try again later").
 */
static const FaultRow rows[] = {
  {FOR_ALL, TRUE, "quarantine\\s+ends|\\blimit\\s+exceeded\\s+by\\b", SO24_ERROR_QUARANTINED},
  {FOR_ALL, TRUE, "\\bis\\s+(blocked|disabled)\\b", SO24_ERROR_BLOCKED},
  {FOR_CREDENTIAL, TRUE, "\\bprovided\\s+IdentityId\\b", SO24_ERROR_REVOKED},
  {FOR_CREDENTIAL, FALSE, "\\b(invalid|unknown\\s+(application|user|token)|(bad|wrong|incorrect)\\s+credentials?)\\b",
   SO24_ERROR_REJECTED},
  {FOR_ALL, FALSE, "\\bthrottl|\\btoo\\s+many\\b|\\btry\\s+again\\s+later\\b", SO24_ERROR_THROTTLED},
  {FOR_CREDENTIAL, FALSE, "\\b(password|user\\s?name)\\b", SO24_ERROR_REJECTED},
  {FOR_SESSION, TRUE,
   "\\bnot\\s+(authenticated|logged\\s+in)\\b|\\bsession\\s+((has|is)\\s+)?(expired|ended|timed\\s+out)\\b",
   SO24_ERROR_EXPIRED},
};

/* A part of the text where it stands: it may hold a password, so it is not copied. */
typedef struct
{
  const char *text;
  gsize length;
} Span;

/* Where @pattern is found in @span; both ends 0 if it is not. */
static gboolean
find (Span span, const char *pattern, int *start, int *end)
{
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_CASELESS, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  *start = *end = 0;
  return g_regex_match_full (regex, span.text, (gssize)span.length, 0, 0, &match, NULL)
         && g_match_info_fetch_pos (match, 0, start, end);
}

static gboolean
matches (Span span, const char *pattern)
{
  int start, end;

  return find (span, pattern, &start, &end);
}

static char *
replace (const char *text, const char *pattern, const char *replacement)
{
  g_autoptr (GRegex) regex = g_regex_new (pattern, 0, 0, NULL);
  char *replaced = g_regex_replace_literal (regex, text, -1, 0, replacement, 0, NULL);

  return replaced != NULL ? replaced : g_strdup (text);
}

/* The chain of exceptions: what comes before the first line break or stack line. */
static Span
chain_of (const char *text)
{
  const char *first = text + strspn (text, " \t\r\n");
  Span chain = {first, strcspn (first, "\r\n")};
  int start, end;

  if (find (chain, "\\s+at [\\w.<>`+]+ ?\\(", &start, &end))
    chain.length = (gsize)start;
  return chain;
}

static Span
strip (Span span)
{
  for (; span.length > 0 && g_ascii_isspace (*span.text); span.text++)
    span.length--;
  while (span.length > 0 && g_ascii_isspace (span.text[span.length - 1]))
    span.length--;
  return span;
}

/* Takes the next message off the @chain, without the exception's type; FALSE when there is none left. */
static gboolean
next_message (Span *chain, Span *message)
{
  const char *arrow = g_strstr_len (chain->text, (gssize)chain->length, "--->");
  gsize length = arrow == NULL ? chain->length : (gsize)(arrow - chain->text);
  gsize used = arrow == NULL ? length : length + strlen ("--->");
  int start, end;

  if (chain->length == 0)
    return FALSE;
  *message = strip ((Span){chain->text, length});
  *chain = (Span){chain->text + used, chain->length - used};
  find (*message, "^(?:(?:[a-z_][\\w`+]*\\.)+[a-z_][\\w`+]*|\\w*exception): ?", &start, &end);
  *message = strip ((Span){message->text + end, message->length - (gsize)end});
  return TRUE;
}

/* A terminal shows the text, and it is one line: control characters, and those that turn the direction of writing, become
 * blanks, and runs of blanks one. */
static char *
tidy (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autofree char *printable
    = replace (valid, "[[:cntrl:]\\x{80}-\\x{9f}\\x{200e}\\x{200f}\\x{202a}-\\x{202e}\\x{2066}-\\x{2069}]", " ");
  g_autofree char *single = replace (printable, "\\s+", " ");

  if (g_utf8_strlen (single, -1) > LONGEST_SENTENCE)
    *g_utf8_offset_to_pointer (single, LONGEST_SENTENCE) = '\0';
  return g_strdup (g_strstrip (single));
}

char *
fault_sentence (const char *text)
{
  Span chain = chain_of (text), message;
  g_autofree char *said = g_strdup ("the service gave no reason");

  while (next_message (&chain, &message))
    {
      g_autofree char *raw = g_strndup (message.text, message.length);
      char *sentence = tidy (raw);

      if (*sentence != '\0')
        {
          g_free (said);
          said = sentence;
        }
      else
        g_free (sentence);
    }
  return g_steal_pointer (&said);
}

/* Done before the text is copied or cut: a part of a password is a secret, too. */
static char *
without_secrets (const char *text, const GPtrArray *secrets)
{
  char *clean = NULL;

  for (guint i = 0; secrets != NULL && i < secrets->len; i++)
    {
      char *scrubbed = secret_scrub (clean != NULL ? clean : text, g_ptr_array_index (secrets, i));

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

/* Decided by the text as it is: a password that happens to be one of the words must not change what a fault means. */
static gboolean
fits (const FaultRow *row, Operation operation, const char *text)
{
  Span chain = chain_of (text), message;

  if (!in_scope (row->scope, operation))
    return FALSE;
  if (row->whole_text)
    return matches ((Span){text, strlen (text)}, row->pattern);
  while (next_message (&chain, &message))
    if (matches (message, row->pattern))
      return TRUE;
  return FALSE;
}

GError *
fault_to_error (Operation operation, const char *text, const GPtrArray *secrets, gint64 *until_us)
{
  g_autofree char *clean = without_secrets (text, secrets);
  g_autofree char *said = fault_sentence (clean);
  So24ErrorCode code = SO24_ERROR_REMOTE;

  for (guint i = 0; i < G_N_ELEMENTS (rows) && code == SO24_ERROR_REMOTE; i++)
    if (fits (&rows[i], operation, text))
      code = rows[i].code;
  *until_us = code == SO24_ERROR_QUARANTINED ? quarantine_end (text) : 0;
  return g_error_new_literal (SO24_ERROR, code, said);
}
