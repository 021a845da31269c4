/* A SOAP fault as .NET writes an exception: see soap_fault.h. */
#include "sandbox/soap_fault.h"

#include "sandbox/soap_envelope.h"
#include "sandbox/xml_text.h"

typedef struct
{
  char *type;
  char *message;
  char *thrower;
} Thrown;

struct SoapFault
{
  FaultCode code;
  GPtrArray *chain; /* of Thrown, the outermost first */
};

static const char *const code_names[][2] = {
  [FAULT_CLIENT] = {"Client", "Sender"},
  [FAULT_SERVER] = {"Server", "Receiver"},
  [FAULT_MUST_UNDERSTAND] = {"MustUnderstand", "MustUnderstand"},
  [FAULT_VERSION_MISMATCH] = {"VersionMismatch", "VersionMismatch"},
};

static void
thrown_free (gpointer data)
{
  Thrown *thrown = data;

  g_free (thrown->type);
  g_free (thrown->message);
  g_free (thrown->thrower);
  g_free (thrown);
}

void
soap_fault_add_cause (SoapFault *fault, const char *type, const char *message, const char *thrower)
{
  Thrown *thrown = g_new0 (Thrown, 1);

  thrown->type = g_strdup (type);
  thrown->message = g_strdup (message);
  thrown->thrower = g_strdup (thrower);
  g_ptr_array_add (fault->chain, thrown);
}

SoapFault *
soap_fault_new (FaultCode code, const char *message, const char *thrower)
{
  SoapFault *fault = g_new0 (SoapFault, 1);
  const char *type = code == FAULT_MUST_UNDERSTAND ? "System.Web.Services.Protocols.SoapHeaderException"
                                                   : "System.Web.Services.Protocols.SoapException";

  fault->code = code;
  fault->chain = g_ptr_array_new_with_free_func (thrown_free);
  soap_fault_add_cause (fault, type, message, thrower);
  return fault;
}

void
soap_fault_free (SoapFault *fault)
{
  g_ptr_array_unref (fault->chain);
  g_free (fault);
}

const char *
soap_fault_message (const SoapFault *fault)
{
  const Thrown *innermost = g_ptr_array_index (fault->chain, fault->chain->len - 1);

  return innermost->message;
}

static GString *
join_messages (const SoapFault *fault, gboolean with_types)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < fault->chain->len; i++)
    {
      const Thrown *thrown = g_ptr_array_index (fault->chain, i);

      if (i > 0)
        g_string_append (text, " ---> ");
      if (with_types)
        g_string_append_printf (text, "%s: ", thrown->type);
      g_string_append (text, thrown->message);
    }
  return text;
}

/* Exception.ToString(): the messages in one line, then the stacks from the innermost out. */
static GString *
exception_to_string (const SoapFault *fault)
{
  GString *text = join_messages (fault, TRUE);

  for (guint i = fault->chain->len; i > 0; i--)
    {
      const Thrown *thrown = g_ptr_array_index (fault->chain, i - 1);

      if (thrown->thrower != NULL)
        g_string_append_printf (text, "\r\n   at %s", thrown->thrower);
      if (i > 1)
        g_string_append (text, "\r\n   --- End of inner exception stack trace ---");
    }
  return text;
}

GString *
soap_fault_render (const SoapFault *fault, SoapVersion version, gboolean custom_errors)
{
  GString *xml = g_string_new (NULL);
  GString *text = custom_errors ? join_messages (fault, FALSE) : exception_to_string (fault);
  const char *code = code_names[fault->code][version];

  soap_envelope_open (xml, version, fault->code == FAULT_VERSION_MISMATCH ? SOAP_UPGRADE_HEADER : "");
  if (version == SOAP_1_1)
    g_string_append_printf (xml, "<soap:Fault><faultcode>soap:%s</faultcode><faultstring>", code);
  else
    g_string_append_printf (xml,
                            "<soap:Fault><soap:Code><soap:Value>soap:%s</soap:Value></soap:Code>"
                            "<soap:Reason><soap:Text xml:lang=\"en\">",
                            code);
  xml_text_append (xml, text->str);
  g_string_append (xml, version == SOAP_1_1 ? "</faultstring>" : "</soap:Text></soap:Reason>");
  if (fault->code != FAULT_MUST_UNDERSTAND)
    g_string_append (xml, version == SOAP_1_1 ? "<detail />" : "<soap:Detail />");
  g_string_append (xml, "</soap:Fault>");
  soap_envelope_close (xml);
  g_string_free (text, TRUE);
  return xml;
}
