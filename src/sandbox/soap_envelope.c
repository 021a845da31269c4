/* The envelope around every answer: see soap_envelope.h. */
#include "sandbox/soap_envelope.h"

#include "sandbox/soap_values.h"

void
soap_envelope_open (GString *xml, SoapVersion version, const char *header)
{
  g_string_append_printf (xml,
                          "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope xmlns:soap=\"%s\" "
                          "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
                          "xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\">%s<soap:Body>",
                          soap_traits (version)->envelope_namespace, header);
}

void
soap_envelope_close (GString *xml)
{
  g_string_append (xml, "</soap:Body></soap:Envelope>");
}

GString *
soap_envelope_render_result (SoapVersion version, const char *operation, const char *result)
{
  GString *xml = g_string_new (NULL);

  soap_envelope_open (xml, version, "");
  g_string_append_printf (xml, "<%sResponse xmlns=\"" SERVICE_NAMESPACE "\"", operation);
  if (result == NULL)
    g_string_append (xml, " />");
  else
    {
      g_string_append_printf (xml, *result != '\0' ? "><%sResult>" : "><%sResult />", operation);
      g_string_append (xml, result);
      if (*result != '\0')
        g_string_append_printf (xml, "</%sResult>", operation);
      g_string_append_printf (xml, "</%sResponse>", operation);
    }
  soap_envelope_close (xml);
  return xml;
}
