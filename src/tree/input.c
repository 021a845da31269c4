/* The frame of all inputs, and logout, whose input is any byte at all. Touches nothing. */
#include "tree/input_class.h"

#include "base/error.h"

#include <string.h>

static const InputClass *const classes[] = {
  [INPUT_LOGIN] = &login_input_class,
  [INPUT_IDENTITY] = &identity_input_class,
  [INPUT_LOGOUT] = &logout_input_class,
};

void
order_clear (Order *order)
{
  g_clear_pointer (&order->credential, credential_unref);
  g_clear_pointer (&order->identity, identity_unref);
}

Input *
input_new (InputKind kind, const InputContext *context)
{
  Input *input = g_malloc0 (classes[kind]->size);

  input->class = classes[kind];
  input->context = *context;
  return input;
}

static void
forget (Input *input)
{
  secret_buffer_clear (&input->buffer);
  if (input->class->reset != NULL)
    input->class->reset (input);
  input->collected = 0;
  input->writes = 0;
}

void
input_free (Input *input)
{
  forget (input);
  g_free (input);
}

gboolean
input_append (Input *input, const char *bytes, gsize length, GError **error)
{
  if (input->collected + length > LONGEST_INPUT)
    {
      forget (input);
      g_set_error (error, SO24_ERROR, SO24_ERROR_TOO_BIG, "more than %d bytes", LONGEST_INPUT);
      return FALSE;
    }
  if (memchr (bytes, '\0', length) != NULL)
    {
      forget (input);
      g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "there is a NUL byte in it (UTF-16? write UTF-8)");
      return FALSE;
    }
  secret_buffer_append (&input->buffer, bytes, length);
  input->collected += length;
  input->writes++;
  return TRUE;
}

/* Editors of Windows begin a file with it. FALSE: it may not be whole yet. */
static gboolean
skip_byte_order_mark (Input *input)
{
  static const char mark[] = "\xEF\xBB\xBF";
  SecretBuffer *buffer = &input->buffer;
  gsize length = MIN (buffer->length, strlen (mark));

  if (length > 0 && memcmp (buffer->data, mark, length) == 0)
    {
      if (length < strlen (mark))
        return FALSE;
      secret_buffer_consume (buffer, length);
    }
  input->begun = buffer->length > 0;
  return TRUE;
}

InputStep
input_step (Input *input, gboolean at_end, Order *order, GError **error)
{
  InputStep step;

  if (!input->begun && !skip_byte_order_mark (input) && !at_end)
    return INPUT_MORE;
  step = input->class->step (input, at_end, order, error);
  if (step == INPUT_FAILED)
    forget (input);
  if (step == INPUT_ORDER)
    {
      input->collected = input->buffer.length;
      input->writes = 0;
      input->used = TRUE;
    }
  return step;
}

gboolean
input_is_pending (const Input *input)
{
  return input->buffer.length > 0 || (input->class->is_pending != NULL && input->class->is_pending (input));
}

void
input_skip_blanks (Input *input)
{
  if (input->buffer.length > 0)
    secret_buffer_consume (&input->buffer, strspn (input->buffer.data, " \t\r\n"));
}

InputStep
input_more (gboolean at_end, const char *form, GError **error)
{
  if (!at_end)
    return INPUT_MORE;
  g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "the %s is cut off", form);
  return INPUT_INCOMPLETE;
}

static InputStep
step_logout (Input *input, gboolean at_end, Order *order, GError **error)
{
  if (input->buffer.length == 0)
    return INPUT_MORE;
  secret_buffer_clear (&input->buffer);
  order->kind = COMMAND_LOGOUT;
  return INPUT_ORDER;
}

const InputClass logout_input_class = {sizeof (Input), step_logout};
