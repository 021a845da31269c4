/* The typist. Does what fs/write.c does with an input, without FUSE. */
#include "support/typist.h"

#include <string.h>

typedef struct
{
  Input *input;
  Rig *rig;
  Directory *directory;
  GString *line;
  gboolean failed;
} Typist;

static char last_error[4096];

const char *
typed_error (void)
{
  return last_error;
}

static const char *
name_of (const char *guid)
{
  static const struct
  {
    const char *guid, *name;
  } names[] = {{APP, "APP"},
               {FJORD, "FJORD"},
               {FJELL, "FJELL"},
               {SKOG, "SKOG"},
               {NOWHERE, "NOWHERE"},
               {TOKEN, "TOKEN"},
               {"00000000-0000-0000-0000-000000000000", "-"}};

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (names[i].guid, guid) == 0)
      return names[i].name;
  return guid;
}

G_GNUC_PRINTF (2, 3)
static void
say (Typist *typist, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  if (typist->line->len > 0)
    g_string_append_c (typist->line, ' ');
  g_string_append_vprintf (typist->line, format, arguments);
  va_end (arguments);
}

static void
fail (Typist *typist, const char *when, const GError *error)
{
  g_assert_nonnull (error);
  g_assert_null (strstr (error->message, "s3cret"));
  g_assert_null (strstr (error->message, "hunter2"));
  g_assert_null (strpbrk (error->message, "\r\n"));
  g_strlcpy (last_error, error->message, sizeof last_error);
  say (typist, "%s%s", when, error_errno_name (error));
  typist->failed = TRUE;
}

static void
say_order (Typist *typist, const Order *order)
{
  const Credential *credential = order->credential;

  if (order->kind == COMMAND_LOGOUT)
    say (typist, "logout");
  else if (order->kind == COMMAND_SWITCH)
    say (typist, "switch(%s%s)", name_of (order->identity_id.text), order->identity != NULL ? " whole" : "");
  else if (credential->token != NULL)
    say (typist, "login(token %s|%s|%s)", name_of (secret_text (credential->token)),
         name_of (credential->application_id.text), name_of (credential->identity_id.text));
  else
    say (typist, "login(%s|%s|%s|%s)", credential->username, secret_text (credential->password),
         name_of (credential->application_id.text), name_of (credential->identity_id.text));
}

static void
fetch_list (Typist *typist)
{
  say (typist, "list");
  g_assert_null (account_identities (typist->rig->account));
  rig_log_in (typist->rig, NULL);
  directory_update (typist->directory, account_identities (typist->rig->account), 0);
}

/* Steps until the input wants more, or fails. */
static void
drive (Typist *typist, gboolean at_end)
{
  for (guint steps = 0;; steps++)
    {
      g_auto (Order) order = {0};
      g_autoptr (GError) error = NULL;
      InputStep step = input_step (typist->input, at_end, &order, &error);

      g_assert_cmpuint (steps, <, 1000);
      g_assert_cmpint (error != NULL, ==, step == INPUT_FAILED || step == INPUT_INCOMPLETE);
      g_assert_true (step != INPUT_INCOMPLETE || at_end);
      if (step == INPUT_ORDER)
        say_order (typist, &order);
      else if (step == INPUT_NEEDS_IDENTITIES)
        fetch_list (typist);
      else if (step == INPUT_MORE)
        return;
      else
        {
          fail (typist, at_end ? "close:" : "", error);
          return;
        }
    }
}

static void
write_piece (Typist *typist, Bytes piece)
{
  g_autoptr (GError) error = NULL;

  if (input_append (typist->input, piece.bytes, piece.length, &error))
    drive (typist, FALSE);
  else
    fail (typist, "", error);
}

char *
type_pieces (const Desk *desk, const Bytes *pieces, gsize count)
{
  Rig *own = desk->rig == NULL ? rig_new () : NULL;
  Typist typist = {.rig = own != NULL ? own : desk->rig, .directory = directory_new (), .line = g_string_new (NULL)};
  InputContext context = {desk->application_id, typist.rig->account, typist.directory};

  directory_update (typist.directory, account_identities (typist.rig->account), 0);
  typist.input = input_new (desk->kind, &context);
  for (gsize i = 0; i < count && !typist.failed; i++)
    write_piece (&typist, pieces[i]);
  if (input_is_pending (typist.input))
    drive (&typist, TRUE);
  input_free (typist.input);
  directory_free (typist.directory);
  g_clear_pointer (&own, rig_free);
  return g_string_free (typist.line, FALSE);
}

char *
type_whole (const Desk *desk, Bytes text)
{
  return type_pieces (desk, &text, 1);
}

char *
type_bytewise (const Desk *desk, Bytes text)
{
  g_autofree Bytes *pieces = g_new (Bytes, text.length);

  for (gsize i = 0; i < text.length; i++)
    pieces[i] = (Bytes){text.bytes + i, 1};
  return type_pieces (desk, pieces, text.length);
}

static void
assert_line (const char *text, const char *how, gsize at, const char *line, const char *expected)
{
  if (strcmp (line, expected) != 0)
    g_error ("\"%s\", %s %" G_GSIZE_FORMAT ", comes to: %s\nand not to: %s", text, how, at, line, expected);
}

void
assert_typed (const Desk *desk, const char *text, const char *line)
{
  g_autofree char *whole = type_whole (desk, bytes_of (text));

  assert_line (text, "in one write of", strlen (text), whole, line);
}

void
assert_typed_bytewise (const Desk *desk, const char *text, const char *line)
{
  g_autofree char *bytewise = type_bytewise (desk, bytes_of (text));

  assert_typed (desk, text, line);
  assert_line (text, "in writes of", 1, bytewise, line);
}

void
assert_typed_in_all_pieces (const Desk *desk, const char *text, const char *line)
{
  gsize length = strlen (text);

  assert_typed_bytewise (desk, text, line);
  for (gsize split = 1; split < length; split++)
    {
      Bytes pieces[] = {{text, split}, {text + split, length - split}};
      g_autofree char *halves = type_pieces (desk, pieces, 2);

      assert_line (text, "cut at", split, halves, line);
    }
}
