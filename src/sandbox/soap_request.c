/* What a POST asks for: see soap_request.h. */
#include "sandbox/soap_request.h"

#include <string.h>

#define PROTOCOLS "System.Web.Services.Protocols."

/* What the steps of reading share. */
typedef struct
{
  SoapRequest *request;
  const Service *service;
  const char *content_type; /* "" if missing */
  const char *action;       /* the header SOAPAction; NULL if missing */
} Reading;

void
soap_request_free (SoapRequest *request)
{
  g_clear_pointer (&request->document, soap_document_free);
  g_clear_pointer (&request->fault, soap_fault_free);
  g_free (request->header_not_understood);
  g_free (request);
}

static const char *
namespace_of (const xmlNode *element)
{
  return element->ns != NULL ? (const char *)element->ns->href : "";
}

static gboolean
is_element (const xmlNode *node, const char *name, const char *namespace)
{
  return node->type == XML_ELEMENT_NODE && g_str_equal (node->name, name)
         && g_str_equal (namespace_of (node), namespace);
}

static const xmlNode *
root_of (const SoapRequest *request)
{
  return request->document->doc != NULL ? xmlDocGetRootElement (request->document->doc) : NULL;
}

static const xmlNode *
first_element (const xmlNode *parent)
{
  for (const xmlNode *child = parent->children; child != NULL; child = child->next)
    if (child->type == XML_ELEMENT_NODE)
      return child;
  return NULL;
}

static const xmlNode *
find_in_envelope (const xmlNode *envelope, const char *name)
{
  for (const xmlNode *child = envelope->children; child != NULL; child = child->next)
    if (is_element (child, name, namespace_of (envelope)))
      return child;
  return NULL;
}

static SoapFault *
fault_of_reading (const char *type, const char *message)
{
  SoapFault *fault = soap_fault_new (FAULT_CLIENT, "Server was unable to read request.",
                                     PROTOCOLS "SoapServerProtocol.ReadParameters()");

  soap_fault_add_cause (fault, type, message, NULL);
  return fault;
}

static SoapFault *
fault_of_routing (const char *type, const char *message)
{
  SoapFault *fault = soap_fault_new (FAULT_SERVER, "Server was unable to process request.", NULL);

  soap_fault_add_cause (fault, type, message, PROTOCOLS "SoapServerProtocolHelper.GetRequestElement()");
  return fault;
}

/* The SOAPAction or action, without its quotes, is the namespace, a slash and the name, in this case. */
static const Operation *
find_by_action (const Service *service, const char *action)
{
  const char *name = g_str_has_prefix (action, SERVICE_NAMESPACE "/") ? action + strlen (SERVICE_NAMESPACE "/") : NULL;

  return name != NULL ? service_find_operation (service, name) : NULL;
}

static char *
unquote (const char *action)
{
  gsize length = strlen (action);
  g_autofree char *bare = length >= 2 && action[0] == '"' && action[length - 1] == '"'
                            ? g_strndup (action + 1, length - 2)
                            : g_strdup (action);
  char *decoded = g_uri_unescape_string (bare, NULL);

  return decoded != NULL ? decoded : g_steal_pointer (&bare);
}

static void
route_by_soap_action (Reading *reading)
{
  g_autofree char *action = unquote (reading->action);

  reading->request->operation = find_by_action (reading->service, action);
  if (reading->request->operation != NULL)
    return;
  g_autofree char *valid = g_utf8_make_valid (action, -1);
  g_autofree char *message
    = g_strdup_printf ("Server did not recognize the value of HTTP Header SOAPAction: %s.", valid);
  reading->request->fault
    = soap_fault_new (FAULT_CLIENT, message, PROTOCOLS "Soap11ServerProtocolHelper.RouteRequest()");
}

/* Finds the first element in Body; NULL and a fault if the document does not get that far. */
static const xmlNode *
find_request_element (SoapRequest *request)
{
  const xmlNode *root = root_of (request);

  if (request->document->is_malformed)
    request->fault = fault_of_routing ("System.Xml.XmlException", request->document->complaint);
  else if (!g_str_equal (root->name, "Envelope"))
    request->fault = fault_of_routing ("System.InvalidOperationException",
                                       "Request format is invalid: Missing required soap:Envelope element.");
  else if (find_in_envelope (root, "Body") == NULL)
    request->fault = fault_of_routing ("System.InvalidOperationException",
                                       "Request format is invalid: Missing required soap:Body element.");
  else
    return first_element (find_in_envelope (root, "Body"));
  return NULL;
}

static void
route_by_element (Reading *reading, const char *action)
{
  SoapRequest *request = reading->request;
  const xmlNode *element = find_request_element (request);

  if (request->fault != NULL)
    return;
  if (element != NULL && g_str_equal (namespace_of (element), SERVICE_NAMESPACE))
    request->operation = service_find_operation (reading->service, (const char *)element->name);
  if (request->operation != NULL)
    return;

  g_autofree char *valid = action != NULL ? g_utf8_make_valid (action, -1) : NULL;
  g_autofree char *message
    = valid != NULL ? g_strdup_printf ("Unable to handle request. The action '%s' was not recognized.", valid)
                    : g_strdup ("Unable to handle request without a valid action parameter. Please supply a valid "
                                "soap action.");
  request->fault = soap_fault_new (FAULT_CLIENT, message, PROTOCOLS "Soap12ServerProtocolHelper.RouteRequest()");
}

static void
route_by_action_parameter (Reading *reading)
{
  g_autofree char *parameter = content_type_parameter (reading->content_type, "action");
  g_autofree char *action = parameter != NULL && *parameter != '\0' ? unquote (parameter) : NULL;

  if (action != NULL)
    reading->request->operation = find_by_action (reading->service, action);
  if (reading->request->operation == NULL)
    route_by_element (reading, action);
}

/* Takes the version from the envelope; a fault if it is neither. */
static void
settle_version (SoapRequest *request)
{
  const xmlNode *root = root_of (request);

  if (root == NULL)
    return;
  for (SoapVersion version = SOAP_1_1; version <= SOAP_1_2; version++)
    if (g_str_equal (namespace_of (root), soap_traits (version)->envelope_namespace))
      {
        request->version = version;
        return;
      }
  if (request->document->is_malformed)
    return;

  g_autofree char *message
    = g_strdup_printf ("Possible SOAP version mismatch: Envelope namespace %s was unexpected. Expecting %s.",
                       namespace_of (root), soap_traits (SOAP_1_1)->envelope_namespace);
  g_clear_pointer (&request->fault, soap_fault_free);
  request->version = SOAP_1_1;
  request->fault
    = soap_fault_new (FAULT_VERSION_MISMATCH, message, PROTOCOLS "SoapServerProtocol.CheckHelperVersion()");
}

static void
route (Reading *reading)
{
  SoapRequest *request = reading->request;
  gboolean is_guessed_1_2 = reading->action == NULL || content_type_is (reading->content_type, "application/soap+xml");

  request->version = is_guessed_1_2 ? SOAP_1_2 : SOAP_1_1;
  if (!is_guessed_1_2)
    {
      route_by_soap_action (reading);
      return;
    }
  route_by_action_parameter (reading);
  if (request->fault != NULL)
    settle_version (request);
}

static void
note_header_not_understood (SoapRequest *request, const xmlNode *envelope)
{
  const xmlNode *header = find_in_envelope (envelope, "Header");

  for (const xmlNode *block = header != NULL ? header->children : NULL; block != NULL; block = block->next)
    {
      if (block->type != XML_ELEMENT_NODE)
        continue;
      g_autofree xmlChar *must = xmlGetNsProp ((xmlNode *)block, (const xmlChar *)"mustUnderstand", envelope->ns->href);
      if (must == NULL || (!g_str_equal (must, "1") && !g_str_equal (must, "true")))
        continue;
      request->header_not_understood = g_strdup ((const char *)block->name);
      return;
    }
}

static void
read_parameters (SoapRequest *request, const xmlNode *body)
{
  const xmlNode *wrapper = first_element (body);
  const xmlNode *culprit = NULL;
  const char *complaint = NULL;

  /* An element that is not the operation's own is passed over, and all its parameters are null. */
  if (wrapper == NULL || !is_element (wrapper, request->operation->name, SERVICE_NAMESPACE))
    return;
  if (values_check (wrapper, request->operation->parameters, &culprit, &complaint))
    {
      request->parameters = wrapper;
      return;
    }
  g_autofree char *position = soap_document_position_after (request->document, culprit);
  g_autofree char *message = g_strdup_printf ("There is an error in XML document (%s).", position);
  request->fault = fault_of_reading ("System.InvalidOperationException", message);
  soap_fault_add_cause (request->fault, "System.FormatException", complaint, "System.Guid.GuidResult.SetFailure()");
}

static void
read_envelope (Reading *reading)
{
  SoapRequest *request = reading->request;
  gboolean is_text_xml = content_type_is (reading->content_type, "text/xml");

  if (!is_text_xml && !content_type_is (reading->content_type, "application/soap+xml"))
    {
      request->refusal = 415;
      return;
    }
  settle_version (request);
  if (request->fault != NULL)
    return;
  if (request->version == SOAP_1_1 && !is_text_xml)
    {
      request->refusal = 415;
      return;
    }
  if (request->document->is_malformed)
    {
      request->refusal = 400;
      return;
    }

  const xmlNode *envelope = root_of (request);
  if (!g_str_equal (envelope->name, "Envelope"))
    request->fault = fault_of_reading ("System.InvalidOperationException",
                                       "Request format is invalid: Missing required soap:Envelope element.");
  else if (find_in_envelope (envelope, "Body") == NULL)
    request->fault = fault_of_reading ("System.InvalidOperationException",
                                       "Request format is invalid: Missing required soap:Body element.");
  else
    {
      note_header_not_understood (request, envelope);
      read_parameters (request, find_in_envelope (envelope, "Body"));
    }
}

SoapRequest *
soap_request_read (const Service *service, GBytes *body, const char *content_type, const char *action)
{
  SoapRequest *request = g_new0 (SoapRequest, 1);
  Reading reading = {
    .request = request,
    .service = service,
    .content_type = content_type != NULL ? content_type : "",
    .action = action,
  };

  request->document = soap_document_read (body, content_type);
  route (&reading);
  if (request->operation != NULL)
    read_envelope (&reading);
  return request;
}
