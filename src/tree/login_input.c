/*
 * Writes to login: "key = value" lines, a <credential> in XML, or a JSON object. Touches nothing.
 *
 * Lines have no end of their own: the record is complete with its last needed line. So a line that could still belong to
 * it and comes later is taken as an amendment, and one that was given already begins the next record.
 */
#include "tree/input_class.h"

#include "base/error.h"
#include "soap/document.h"
#include "tree/document_input.h"
#include "tree/fields.h"
#include "tree/json_credential.h"

#include <string.h>

typedef enum
{
  FORM_UNKNOWN,
  FORM_LINES,
  FORM_XML,
  FORM_JSON
} Form;

typedef struct
{
  Input base;
  Form form;
  Fields fields;
  gboolean ordered; /* lines: the login was ordered, and the fields are those it used */
  guint line;       /* the number of the last one, for messages */
  Reader *reader;
  CredentialDocument document;
  JsonScan json;
} LoginInput;

static void
reset (Input *base)
{
  LoginInput *input = (LoginInput *)base;

  fields_clear (&input->fields);
  g_clear_pointer (&input->reader, reader_free);
  input->form = FORM_UNKNOWN;
  input->ordered = FALSE;
  input->line = 0;
  input->json = (JsonScan){0};
}

static gboolean
is_pending (const Input *base)
{
  const LoginInput *input = (const LoginInput *)base;

  return input->reader != NULL || (!input->ordered && base->writes > 0);
}

static InputStep
order_login (LoginInput *input, Order *order, GError **error)
{
  order->kind = COMMAND_LOGIN;
  order->credential = fields_build (&input->fields, &input->base.context.application_id, error);
  return order->credential == NULL ? INPUT_FAILED : INPUT_ORDER;
}

/* Says what is missing. */
static InputStep
incomplete (LoginInput *input, GError **error)
{
  g_autoptr (Credential) none = fields_build (&input->fields, &input->base.context.application_id, error);

  return INPUT_INCOMPLETE;
}

static InputStep
order_amendment (LoginInput *input, Order *order)
{
  order->kind = COMMAND_SWITCH;
  order->identity_id = fields_guid (&input->fields, FIELD_IDENTITY_ID, &guid_zero);
  return guid_is_zero (&order->identity_id) ? INPUT_MORE : INPUT_ORDER;
}

typedef struct
{
  Field field;
  const char *value;
  gsize length;
} Line;

typedef enum
{
  LINE_BLANK,
  LINE_FIELD,
  LINE_BAD
} LineKind;

/* Leading blanks of a value are not part of it; inner and trailing ones are. */
static LineKind
split_line (const char *text, gsize length, Line *line, GError **error)
{
  const char *equals, *key_end;

  if (length > 0 && text[length - 1] == '\r')
    length--;
  for (; length > 0 && g_ascii_isspace (*text); text++)
    length--;
  if (length == 0 || *text == '#')
    return LINE_BLANK;
  equals = memchr (text, '=', length);
  if (equals == NULL)
    {
      g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "there is no = in it (key = value)");
      return LINE_BAD;
    }
  for (key_end = equals; key_end > text && g_ascii_isspace (key_end[-1]);)
    key_end--;
  line->value = equals + 1;
  line->length = length - (gsize)(line->value - text);
  for (; line->length > 0 && (*line->value == ' ' || *line->value == '\t'); line->value++)
    line->length--;
  return fields_find (text, (gsize)(key_end - text), &line->field, error) ? LINE_FIELD : LINE_BAD;
}

/* A field that comes after the login was ordered. */
static InputStep
late_field (LoginInput *input, const Line *line, Order *order, GError **error)
{
  if (input->fields.values[line->field] != NULL)
    {
      fields_clear (&input->fields);
      input->ordered = FALSE;
      return fields_set (&input->fields, line->field, line->value, line->length, error) ? INPUT_MORE : INPUT_FAILED;
    }
  if (line->field != FIELD_IDENTITY_ID && line->field != FIELD_APPLICATION_ID)
    {
      g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "this key does not go with those before it");
      return INPUT_FAILED;
    }
  if (!fields_set (&input->fields, line->field, line->value, line->length, error))
    return INPUT_FAILED;
  if (line->field == FIELD_IDENTITY_ID && input->fields.values[FIELD_IDENTITY_ID] != NULL)
    return order_amendment (input, order);
  return INPUT_MORE;
}

static InputStep
use_line (LoginInput *input, const char *text, gsize length, Order *order, GError **error)
{
  Line line;
  LineKind kind = split_line (text, length, &line, error);

  input->line++;
  if (kind == LINE_BAD)
    return INPUT_FAILED;
  if (kind == LINE_BLANK)
    return INPUT_MORE;
  if (input->ordered)
    return late_field (input, &line, order, error);
  return fields_set (&input->fields, line.field, line.value, line.length, error) ? INPUT_MORE : INPUT_FAILED;
}

/*
 * Whether a last line without its newline is to be taken as it stands: nothing more comes, or it makes a first write whole,
 * or its value is a GUID, which is whole at its last character.
 */
static gboolean
tail_counts (LoginInput *input, gboolean at_end)
{
  const SecretBuffer *buffer = &input->base.buffer;
  g_auto (Fields) trial = {0};
  Line line;

  if (buffer->length == 0 || at_end)
    return buffer->length > 0;
  if (split_line (buffer->data, buffer->length, &line, NULL) != LINE_FIELD)
    return FALSE;
  if (fields_is_guid (line.field))
    return line.length > 0 && fields_check (line.field, line.value, line.length, NULL);
  if (input->base.writes != 1 || input->ordered)
    return FALSE;
  for (Field field = 0; field < N_FIELDS; field++)
    trial.values[field] = input->fields.values[field] == NULL ? NULL : secret_ref (input->fields.values[field]);
  return fields_set (&trial, line.field, line.value, line.length, NULL)
         && fields_complete (&trial, &input->base.context.application_id);
}

static InputStep
step_lines (LoginInput *input, gboolean at_end, Order *order, GError **error)
{
  SecretBuffer *buffer = &input->base.buffer;
  InputStep step = INPUT_MORE;
  const char *newline;

  while (step == INPUT_MORE && buffer->length > 0
         && ((newline = memchr (buffer->data, '\n', buffer->length)) != NULL || tail_counts (input, at_end)))
    {
      gsize length = newline != NULL ? (gsize)(newline - buffer->data) : buffer->length;

      step = use_line (input, buffer->data, length, order, error);
      secret_buffer_consume (buffer, newline != NULL ? length + 1 : length);
    }
  if (step == INPUT_FAILED)
    g_prefix_error (error, "line %u: ", input->line);
  if (step != INPUT_MORE || input->ordered || (!at_end && !fields_any (&input->fields)))
    return step;
  if (!fields_complete (&input->fields, &input->base.context.application_id))
    return at_end ? incomplete (input, error) : INPUT_MORE;
  step = order_login (input, order, error);
  input->ordered = step == INPUT_ORDER;
  return step;
}

static gboolean
take_field (gpointer data, const char *name, const SecretBuffer *text, GError **error)
{
  LoginInput *input = data;
  Field field;

  return fields_find (name, strlen (name), &field, error)
         && fields_set (&input->fields, field, text->data != NULL ? text->data : "", text->length, error);
}

static InputStep
step_xml (LoginInput *input, gboolean at_end, Order *order, GError **error)
{
  DocumentStep found;
  InputStep step;

  if (input->reader == NULL)
    {
      input->document = (CredentialDocument){take_field, input};
      input->reader = credential_document_reader (&input->document);
    }
  found = document_step (input->reader, &input->base.buffer, error);
  if (found != DOCUMENT_WHOLE)
    return found == DOCUMENT_MORE ? input_more (at_end, "XML", error) : INPUT_FAILED;
  step = order_login (input, order, error);
  reset (&input->base);
  return step;
}

static InputStep
step_json (LoginInput *input, gboolean at_end, Order *order, GError **error)
{
  SecretBuffer *buffer = &input->base.buffer;
  gsize length = json_scan (&input->json, buffer->data, buffer->length);
  InputStep step = INPUT_FAILED;

  if (length == 0)
    return input_more (at_end, "JSON", error);
  if (json_read_credential (buffer->data, length, &input->fields, error))
    step = order_login (input, order, error);
  secret_buffer_consume (buffer, length);
  reset (&input->base);
  return step;
}

static Form
find_form (const SecretBuffer *buffer)
{
  if (*buffer->data == '<')
    return FORM_XML;
  return *buffer->data == '{' ? FORM_JSON : FORM_LINES;
}

static InputStep
step (Input *base, gboolean at_end, Order *order, GError **error)
{
  LoginInput *input = (LoginInput *)base;

  if (input->form == FORM_UNKNOWN)
    {
      input_skip_blanks (base);
      if (base->buffer.length == 0 && at_end && !base->used && base->writes > 0)
        return incomplete (input, error);
      if (base->buffer.length == 0)
        return INPUT_MORE;
      input->form = find_form (&base->buffer);
    }
  if (input->form == FORM_XML)
    return step_xml (input, at_end, order, error);
  return input->form == FORM_JSON ? step_json (input, at_end, order, error) : step_lines (input, at_end, order, error);
}

const InputClass login_input_class = {sizeof (LoginInput), step, reset, is_pending};
