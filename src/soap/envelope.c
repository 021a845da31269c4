/*
 * Requests to bytes, by libxml2's writer. Touches no network and no file.
 *
 * Elements stand in the order of the WSDL's sequences, because .NET's reader skips what comes out of order. What has
 * its documented default is left out, as the service itself does; a zero GUID is the exception (wire.md, section 1).
 */
#include "soap/envelope.h"

#include "base/locked.h"

#include <libxml/parserInternals.h>
#include <libxml/xmlwriter.h>
#include <string.h>

#define ENVELOPE_NAMESPACE "http://schemas.xmlsoap.org/soap/envelope/"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (xmlTextWriter, xmlFreeTextWriter)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (xmlBuffer, xmlBufferFree)

void
soap_start (void)
{
  xmlMemSetup (wiping_free, wiping_malloc, wiping_realloc, wiping_strdup);
  xmlInitParser ();
}

static void
write_element (xmlTextWriter *writer, const char *name, const char *text)
{
  xmlTextWriterWriteElement (writer, BAD_CAST name, BAD_CAST text);
}

static void
write_number (xmlTextWriter *writer, const char *name, gint64 number)
{
  char text[24];

  g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, number);
  write_element (writer, name, text);
}

static void
write_optional_number (xmlTextWriter *writer, const char *name, gint32 number)
{
  if (number != IDENTITY_NO_NUMBER)
    write_number (writer, name, number);
}

static void
write_boolean (xmlTextWriter *writer, const char *name, gboolean truth)
{
  write_element (writer, name, truth ? "true" : "false");
}

static void
start (xmlTextWriter *writer, const char *name)
{
  xmlTextWriterStartElement (writer, BAD_CAST name);
}

static void
end (xmlTextWriter *writer)
{
  xmlTextWriterEndElement (writer);
}

static void
write_user (xmlTextWriter *writer, const Identity *identity)
{
  start (writer, "User");
  write_optional_number (writer, "ContactId", identity->contact_id);
  write_element (writer, "Id", identity->user_id.text);
  if (*identity->user_name != '\0')
    write_element (writer, "Name", identity->user_name);
  write_optional_number (writer, "EmployeeId", identity->employee_id);
  end (writer);
}

static void
write_servers (xmlTextWriter *writer, const GArray *servers)
{
  if (servers == NULL)
    return;
  start (writer, "Servers");
  for (guint i = 0; i < servers->len; i++)
    {
      const IdentityServer *server = &g_array_index (servers, IdentityServer, i);

      start (writer, "Server");
      write_number (writer, "Id", server->id);
      write_number (writer, "Type", server->type);
      end (writer);
    }
  end (writer);
}

static void
write_identity_fields (xmlTextWriter *writer, const Identity *identity)
{
  write_element (writer, "Id", identity->id.text);
  write_user (writer, identity);
  start (writer, "Client");
  write_number (writer, "Id", identity->client_id);
  write_element (writer, "Name", identity->client_name);
  end (writer);
  write_boolean (writer, "IsCurrent", identity->is_current);
  write_boolean (writer, "IsDefault", identity->is_default);
  write_boolean (writer, "IsProtected", identity->is_protected);
  write_servers (writer, identity->servers);
  if (identity->is_disabled)
    write_boolean (writer, "IsDisabled", TRUE);
}

static void
write_credential (xmlTextWriter *writer, const Request *request)
{
  const Credential *credential = request->credential;

  start (writer, "credential");
  write_element (writer, "ApplicationId", credential->application_id.text);
  if (!guid_is_zero (&request->identity_id))
    write_element (writer, "IdentityId", request->identity_id.text);
  write_element (writer, "Password", secret_text (credential->password));
  write_element (writer, "Username", credential->username);
  end (writer);
}

static void
write_credential_and_service (xmlTextWriter *writer, const Request *request)
{
  write_credential (writer, request);
  write_number (writer, "serviceId", request->service_id);
}

static void
write_token (xmlTextWriter *writer, const Request *request)
{
  start (writer, "token");
  write_element (writer, "ApplicationId", request->credential->application_id.text);
  write_element (writer, "Id", secret_text (request->credential->token));
  end (writer);
}

static void
write_identity (xmlTextWriter *writer, const Request *request)
{
  start (writer, "identity");
  write_identity_fields (writer, request->identity);
  end (writer);
}

static void
write_identity_id (xmlTextWriter *writer, const Request *request)
{
  write_element (writer, "identityId", request->identity_id.text);
}

static void (*const write_parameters[]) (xmlTextWriter *writer, const Request *request) = {
  [SENDS_NOTHING] = NULL,
  [SENDS_CREDENTIAL] = write_credential,
  [SENDS_CREDENTIAL_AND_SERVICE] = write_credential_and_service,
  [SENDS_TOKEN] = write_token,
  [SENDS_IDENTITY] = write_identity,
  [SENDS_IDENTITY_ID] = write_identity_id,
};

static void
take_document (xmlTextWriter *writer, const xmlBuffer *bytes, SecretBuffer *document)
{
  xmlTextWriterEndDocument (writer);
  secret_buffer_append (document, (const char *)xmlBufferContent (bytes), (gsize)xmlBufferLength (bytes));
}

void
envelope_write (const Request *request, SecretBuffer *envelope)
{
  const OperationRow *row = operation_row (request->operation);
  g_autoptr (xmlBuffer) bytes = xmlBufferCreate ();
  g_autoptr (xmlTextWriter) writer = xmlNewTextWriterMemory (bytes, 0);

  xmlTextWriterStartDocument (writer, "1.0", "utf-8", NULL);
  xmlTextWriterStartElementNS (writer, BAD_CAST "soap", BAD_CAST "Envelope", BAD_CAST ENVELOPE_NAMESPACE);
  start (writer, "soap:Body");
  xmlTextWriterStartElementNS (writer, NULL, BAD_CAST row->name, BAD_CAST SERVICE_NAMESPACE);
  if (write_parameters[row->sends] != NULL)
    write_parameters[row->sends](writer, request);
  take_document (writer, bytes, envelope);
}

void
identity_write_document (const Identity *identity, SecretBuffer *document)
{
  g_autoptr (xmlBuffer) bytes = xmlBufferCreate ();
  g_autoptr (xmlTextWriter) writer = xmlNewTextWriterMemory (bytes, 0);

  xmlTextWriterSetIndent (writer, 1);
  xmlTextWriterStartDocument (writer, "1.0", "utf-8", NULL);
  xmlTextWriterStartElementNS (writer, NULL, BAD_CAST "Identity", BAD_CAST SERVICE_NAMESPACE);
  write_identity_fields (writer, identity);
  take_document (writer, bytes, document);
}

gboolean
text_fits_xml (const char *text, gsize length)
{
  if (!g_utf8_validate_len (text, length, NULL))
    return FALSE;
  for (const char *at = text; at < text + length; at = g_utf8_next_char (at))
    if (!xmlIsCharQ (g_utf8_get_char (at)))
      return FALSE;
  return TRUE;
}
