/*
 * Writes to identity: a GUID, a client's name, or an <Identity>. Touches nothing.
 *
 * Without a newline it acts at the byte that decides: a GUID at its 36th character, a name when it is whole and no other
 * one goes on from it. The same bytes can still become both, so each byte is held against both.
 */
#include "tree/input_class.h"

#include "base/error.h"
#include "soap/document.h"
#include "tree/document_input.h"

#include <string.h>

typedef struct
{
  Input base;
  Reader *reader; /* of an <Identity>; NULL: it is a line */
  Identity *identity;
} IdentityInput;

static void
reset (Input *base)
{
  IdentityInput *input = (IdentityInput *)base;

  g_clear_pointer (&input->reader, reader_free);
  g_clear_pointer (&input->identity, identity_unref);
}

static gboolean
is_pending (const Input *base)
{
  return ((const IdentityInput *)base)->reader != NULL;
}

static InputStep
fail (GError **error, So24ErrorCode code, const char *sentence)
{
  g_set_error_literal (error, SO24_ERROR, code, sentence);
  return INPUT_FAILED;
}

/* What a line begins with that looks like a GUID so far was meant as one. */
static InputStep
no_such_name (const char *text, gsize length, GError **error)
{
  gsize from = length > 0 && *text == '{' ? 1 : 0;

  if (guid_prefix_length (text + from, length - from) > 8)
    return fail (error, SO24_ERROR_INVALID, "malformed GUID: it has 36 characters, 8-4-4-4-12 hexadecimal digits");
  return fail (error, SO24_ERROR_NOT_FOUND, "no identity has a client of this name (ls identities)");
}

static InputStep
order_switch (Input *input, gsize used, const Guid *id, Order *order)
{
  order->kind = COMMAND_SWITCH;
  order->identity_id = *id;
  secret_buffer_consume (&input->buffer, used);
  return INPUT_ORDER;
}

typedef struct
{
  const char *text;
  gsize length;
} Span;

static Span
without_blanks (const char *text, gsize length)
{
  while (length > 0 && strchr (" \t\r", text[length - 1]) != NULL)
    length--;
  for (; length > 0 && strchr (" \t", *text) != NULL; text++)
    length--;
  return (Span){text, length};
}

/* @whole: the line has ended, and nothing more is to be expected of it. */
static InputStep
step_name (Input *input, gsize length, gsize used, gboolean whole, Order *order, GError **error)
{
  const char *text = input->buffer.data;
  NameMatch match;

  if (account_identities (input->context.account) == NULL)
    return INPUT_NEEDS_IDENTITIES;
  match = directory_match (input->context.directory, text, length);
  if (match.equal == 0 && (whole || !match.longer))
    {
      Span trimmed = without_blanks (text, length);

      match = directory_match (input->context.directory, trimmed.text, trimmed.length);
      text = trimmed.text;
      length = trimmed.length;
    }
  if (match.equal == 0 && (whole || !match.longer))
    return no_such_name (text, length, error);
  if (!whole && (match.equal == 0 || match.longer))
    return INPUT_MORE;
  if (match.equal > 1)
    return fail (error, SO24_ERROR_NOT_UNIQUE, "several identities have a client of this name: write the GUID instead");
  return order_switch (input, used, &match.identity->id, order);
}

static InputStep
step_line (Input *input, gboolean at_end, Order *order, GError **error)
{
  const char *text = input->buffer.data;
  const char *newline = memchr (text, '\n', input->buffer.length);
  gboolean whole = newline != NULL || at_end;
  gsize length = newline != NULL ? (gsize)(newline - text) : input->buffer.length;
  gsize used = newline != NULL ? length + 1 : length;
  Span trimmed = without_blanks (text, length);
  gsize braces = trimmed.length > 0 && *trimmed.text == '{' ? 1 : 0;
  gsize digits = trimmed.length - braces;
  Guid id;

  if (guid_parse (trimmed.text, trimmed.length, &id))
    return order_switch (input, used, &id, order);
  if (!whole && guid_prefix_length (trimmed.text + braces, digits) == digits)
    return INPUT_MORE;
  if (length > 0 && text[length - 1] == '\r')
    length--;
  return step_name (input, length, used, whole, order, error);
}

static InputStep
step_document (IdentityInput *input, gboolean at_end, Order *order, GError **error)
{
  DocumentStep found;

  if (input->reader == NULL)
    {
      input->identity = identity_new ();
      input->reader = identity_document_reader (input->identity);
    }
  found = document_step (input->reader, &input->base.buffer, error);
  if (found != DOCUMENT_WHOLE)
    return found == DOCUMENT_MORE ? input_more (at_end, "XML", error) : INPUT_FAILED;
  order->kind = COMMAND_SWITCH;
  order->identity_id = input->identity->id;
  order->identity = identity_ref (input->identity);
  reset (&input->base);
  return INPUT_ORDER;
}

/* Whether there was one. Blanks before a name are left: it may begin with them. */
static gboolean
skip_blank_lines (Input *input)
{
  gboolean skipped = FALSE;
  gsize blanks;

  while (input->buffer.length > 0 && input->buffer.data[blanks = strspn (input->buffer.data, " \t\r")] == '\n')
    {
      secret_buffer_consume (&input->buffer, blanks + 1);
      skipped = TRUE;
    }
  return skipped;
}

/* A client's name may begin with "<", too; then the name counts as long as it fits. */
static gboolean
begins_document (const Input *input)
{
  const char *text = input->buffer.data + strspn (input->buffer.data, " \t\r");
  NameMatch match;

  if (*text != '<')
    return FALSE;
  match = directory_match (input->context.directory, text, strcspn (text, "\n"));
  return match.equal == 0 && !match.longer;
}

static InputStep
step (Input *base, gboolean at_end, Order *order, GError **error)
{
  IdentityInput *input = (IdentityInput *)base;

  if (input->reader != NULL)
    return step_document (input, at_end, order, error);
  if (skip_blank_lines (base) && base->buffer.length == 0 && !base->used)
    return fail (error, SO24_ERROR_INVALID, "there is nothing in it");
  if (base->buffer.length == 0)
    return INPUT_MORE;
  return begins_document (base) ? step_document (input, at_end, order, error) : step_line (base, at_end, order, error);
}

const InputClass identity_input_class = {sizeof (IdentityInput), step, reset, is_pending};
