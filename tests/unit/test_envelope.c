/* Requests to bytes: read back with libxml2's own parser and with the reader (wire.md, section 6; the WSDL). */
#include "soap/envelope.h"

#include "soap/document.h"
#include "support/documents.h"
#include "support/sentences.h"

#include <libxml/parser.h>
#include <string.h>

#define NASTY "<&>\"' \t\r\n]]>&amp;<!-- 🌲 æ --> "

/* The elements below @node in their order: name(children) or name='text'; ! marks one of another namespace. */
static void
flatten (GString *line, xmlNode *node)
{
  for (xmlNode *child = node->children; child != NULL; child = child->next)
    {
      gboolean ours = child->ns != NULL && strcmp ((const char *)child->ns->href, SERVICE_NAMESPACE) == 0;
      xmlChar *text = xmlNodeGetContent (child);

      if (child->type == XML_ELEMENT_NODE && xmlChildElementCount (child) == 0)
        g_string_append_printf (line, "%s%s='%s' ", ours ? "" : "!", child->name, text);
      else if (child->type == XML_ELEMENT_NODE)
        {
          g_string_append_printf (line, "%s%s(", ours ? "" : "!", child->name);
          flatten (line, child);
          g_string_append (line, ") ");
        }
      xmlFree (text);
    }
}

/* What is inside the Body of the request's envelope. */
static char *
written (const Request *request)
{
  g_auto (SecretBuffer) envelope = {0};
  g_autoptr (GString) line = g_string_new (NULL);
  xmlNode *root, *body;
  xmlDoc *document;

  envelope_write (request, &envelope);
  g_assert_true (g_utf8_validate (envelope.data, (gssize)envelope.length, NULL));
  document = xmlReadMemory (envelope.data, (int)envelope.length, NULL, NULL, XML_PARSE_NONET | XML_PARSE_PEDANTIC);
  g_assert_nonnull (document);
  root = xmlDocGetRootElement (document);
  body = xmlFirstElementChild (root);
  g_assert_cmpstr ((const char *)root->name, ==, "Envelope");
  g_assert_cmpstr ((const char *)root->ns->href, ==, SOAP_1_1);
  g_assert_cmpstr ((const char *)body->name, ==, "Body");
  g_assert_cmpstr ((const char *)body->ns->href, ==, SOAP_1_1);
  g_assert_cmpuint (xmlChildElementCount (root), ==, 1);
  flatten (line, body);
  xmlFreeDoc (document);
  return g_strdup (g_strchomp (line->str));
}

static void
assert_written (const Request *request, const char *expected)
{
  g_autofree char *line = written (request);

  g_assert_cmpstr (line, ==, expected);
}

static Credential *
credential (const char *username, const char *password)
{
  Credential *credential = credential_new ();

  guid_parse (ID_3, GUID_LENGTH, &credential->application_id);
  credential->username = g_strdup (username);
  credential->password = secret_new (password, strlen (password));
  return credential;
}

static void
operations_without_parameters_are_an_empty_element (void)
{
  static const Operation operations[] = {OPERATION_HAS_SESSION, OPERATION_GET_IDENTITY, OPERATION_GET_IDENTITIES};

  for (gsize i = 0; i < G_N_ELEMENTS (operations); i++)
    {
      g_autoptr (Request) request = request_new (operations[i]);
      g_autofree char *expected = g_strdup_printf ("%s=''", operation_row (operations[i])->name);

      assert_written (request, expected);
    }
}

static void
a_login_writes_the_credential_in_the_order_of_the_wsdl (void)
{
  g_autoptr (Request) request = request_new (OPERATION_LOGIN);

  request->credential = credential ("ola@example.com", "hunter2");
  guid_parse (ID_1, GUID_LENGTH, &request->identity_id);
  assert_written (request, "Login(credential(ApplicationId='" ID_3 "' IdentityId='" ID_1
                           "' Password='hunter2' Username='ola@example.com' ) )");
}

static void
a_zero_identity_is_left_out_of_a_login (void)
{
  g_autoptr (Request) request = request_new (OPERATION_LOGIN);

  request->credential = credential ("ola@example.com", "hunter2");
  guid_parse (ID_1, GUID_LENGTH, &request->credential->identity_id);
  assert_written (request,
                  "Login(credential(ApplicationId='" ID_3 "' Password='hunter2' Username='ola@example.com' ) )");
}

static void
the_lists_without_a_session_write_the_credential_too (void)
{
  g_autoptr (Request) list = request_new (OPERATION_GET_IDENTITIES_WITH_CREDENTIAL);
  g_autoptr (Request) narrowed = request_new (OPERATION_GET_IDENTITIES_WITH_CREDENTIAL_BY_SERVICE);

  list->credential = credential ("o", "p");
  narrowed->credential = credential_ref (list->credential);
  narrowed->service_id = G_MAXINT32;
  assert_written (list,
                  "GetIdentitiesWithCredential(credential(ApplicationId='" ID_3 "' Password='p' Username='o' ) )");
  assert_written (narrowed, "GetIdentitiesWithCredentialByService(credential(ApplicationId='" ID_3
                            "' Password='p' Username='o' ) serviceId='2147483647' )");
}

static void
a_token_is_written_with_its_application (void)
{
  g_autoptr (Request) request = request_new (OPERATION_AUTHENTICATE_BY_TOKEN);

  request->credential = credential_new ();
  guid_parse (ID_3, GUID_LENGTH, &request->credential->application_id);
  request->credential->token = secret_new (ID_2, GUID_LENGTH);
  assert_written (request, "AuthenticateByToken(token(ApplicationId='" ID_3 "' Id='" ID_2 "' ) )");
}

static void
an_identity_is_written_by_its_id (void)
{
  g_autoptr (Request) request = request_new (OPERATION_SET_IDENTITY_BY_ID);

  guid_parse (ID_1, GUID_LENGTH, &request->identity_id);
  assert_written (request, "SetIdentityById(identityId='" ID_1 "' )");
}

static Identity *
full_identity (void)
{
  Identity *identity = identity_new ();

  guid_parse (ID_1, GUID_LENGTH, &identity->id);
  guid_parse (USER_ID, GUID_LENGTH, &identity->user_id);
  g_free (identity->user_name);
  g_free (identity->client_name);
  identity->user_name = g_strdup ("Ola \"Ö\" Nordmann");
  identity->client_name = g_strdup (NASTY);
  identity->client_id = G_MAXINT64;
  identity->contact_id = 0;
  identity->employee_id = -7;
  identity->is_current = identity->is_default = identity->is_protected = identity->is_disabled = TRUE;
  *identity_add_server (identity) = (IdentityServer){1, 2};
  *identity_add_server (identity) = (IdentityServer){G_MININT32, G_MAXINT32};
  return identity;
}

static void
a_whole_identity_is_written_in_the_order_of_the_wsdl (void)
{
  g_autoptr (Request) request = request_new (OPERATION_SET_IDENTITY);

  request->identity = full_identity ();
  assert_written (request, "SetIdentity(identity(Id='" ID_1 "' User(ContactId='0' Id='" USER_ID
                           "' Name='Ola \"Ö\" Nordmann' EmployeeId='-7' ) Client(Id='9223372036854775807' Name='" NASTY
                           "' ) IsCurrent='true' IsDefault='true' IsProtected='true' Servers(Server(Id='1' Type='2' ) "
                           "Server(Id='-2147483648' Type='2147483647' ) ) IsDisabled='true' ) )");
}

static void
what_has_its_default_is_left_out_except_a_zero_guid (void)
{
  g_autoptr (Request) request = request_new (OPERATION_SET_IDENTITY);

  request->identity = identity_new ();
  guid_parse (ID_1, GUID_LENGTH, &request->identity->id);
  assert_written (request, "SetIdentity(identity(Id='" ID_1 "' User(Id='00000000-0000-0000-0000-000000000000' ) "
                           "Client(Id='0' Name='' ) IsCurrent='false' IsDefault='false' IsProtected='false' ) )");
}

static void
special_characters_arrive_as_they_were_written (void)
{
  static const char *const texts[] = {"<",
                                      ">",
                                      "&",
                                      "\"",
                                      "'",
                                      "\r",
                                      "\n",
                                      "\t",
                                      "\r\n",
                                      " leading and trailing ",
                                      "]]>",
                                      "&amp;",
                                      "&#13;",
                                      "<a/>",
                                      "æøå ÆØÅ",
                                      "🌲👩‍💻",
                                      "\xef\xbf\xbd",
                                      "\xc2\x85",
                                      "\x7f"};

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (Request) request = request_new (OPERATION_LOGIN);
      g_autofree char *expected = g_strdup_printf (
        "Login(credential(ApplicationId='" ID_3 "' Password='%s' Username='%s' ) )", texts[i], texts[i]);

      request->credential = credential (texts[i], texts[i]);
      assert_written (request, expected);
    }
}

static void
assert_round_trip (const Identity *identity)
{
  g_auto (SecretBuffer) written_once = {0}, written_again = {0};
  g_autoptr (Identity) back = identity_new ();
  g_autoptr (Reader) reader = identity_document_reader (back);
  g_autoptr (GError) error = NULL;

  identity_write_document (identity, &written_once);
  g_assert_true (g_str_has_suffix (written_once.data, ">\n"));
  reader_feed (reader, written_once.data, written_once.length, &error);
  g_assert_no_error (error);
  g_assert_true (reader_finish (reader, &error));
  g_assert_cmpstr (back->client_name, ==, identity->client_name);
  g_assert_cmpstr (back->user_name, ==, identity->user_name);
  identity_write_document (back, &written_again);
  g_assert_cmpstr (written_again.data, ==, written_once.data);
}

static void
an_identity_survives_being_written_and_read (void)
{
  g_autoptr (Identity) full = full_identity ();
  g_autoptr (Identity) plain = identity_new ();
  g_autoptr (Identity) blank = identity_new ();

  assert_round_trip (full);
  assert_round_trip (plain);
  g_free (blank->client_name);
  blank->client_name = g_strdup ("  \r\n\t  ");
  blank->contact_id = G_MAXINT32;
  assert_round_trip (blank);
}

static void
all_fields_of_an_identity_survive (void)
{
  g_auto (SecretBuffer) document = {0};
  g_autoptr (Identity) full = full_identity ();
  g_autoptr (Identity) back = identity_new ();
  g_autoptr (Reader) reader = identity_document_reader (back);

  identity_write_document (full, &document);
  g_assert_true (reader_feed (reader, document.data, document.length, NULL));
  g_assert_true (guid_equal (&back->id, &full->id));
  g_assert_true (guid_equal (&back->user_id, &full->user_id));
  g_assert_cmpint (back->client_id, ==, G_MAXINT64);
  g_assert_cmpint (back->contact_id, ==, 0);
  g_assert_cmpint (back->employee_id, ==, -7);
  g_assert_true (back->is_current && back->is_default && back->is_protected && back->is_disabled);
  g_assert_cmpuint (back->servers->len, ==, 2);
  g_assert_cmpint (g_array_index (back->servers, IdentityServer, 1).id, ==, G_MININT32);
  g_assert_cmpint (g_array_index (back->servers, IdentityServer, 1).type, ==, G_MAXINT32);
}

static void
only_what_xml_can_carry_fits (void)
{
  static const char *const good[] = {"", "a", "æ 🌲", "\t\r\n", "\xc2\x85", "\xef\xbf\xbd", "\x7f"};
  static const char *const bad[]
    = {"\x01", "a\x0b", "\x1f", "\xff", "\xc3", "\xed\xa0\x80", "\xef\xbf\xbe", "\xc0\x80", "\xef\xbf\xbf", "\x1b[1m"};

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (text_fits_xml (good[i], strlen (good[i])));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (text_fits_xml (bad[i], strlen (bad[i])));
  g_assert_false (text_fits_xml ("a\0b", 3));
  g_assert_true (text_fits_xml ("ab\x01", 2));
}

static void
each_operation_has_the_action_of_its_name (void)
{
  for (Operation operation = 0; operation < N_OPERATIONS; operation++)
    {
      const OperationRow *row = operation_row (operation);
      g_autofree char *action = g_strdup_printf ("\"http://24sevenOffice.com/webservices/%s\"", row->name);

      g_assert_cmpstr (row->action, ==, action);
      g_assert_true (g_str_has_prefix (row->response, row->name) && g_str_has_suffix (row->response, "Response"));
      g_assert_true (g_str_has_prefix (row->result, row->name) && g_str_has_suffix (row->result, "Result"));
      g_assert_cmpint (operation_presents_credential (operation), ==, !row->in_session);
    }
}

static const Sentence sentences[] = {
  SENTENCE (operations_without_parameters_are_an_empty_element),
  SENTENCE (a_login_writes_the_credential_in_the_order_of_the_wsdl),
  SENTENCE (a_zero_identity_is_left_out_of_a_login),
  SENTENCE (the_lists_without_a_session_write_the_credential_too),
  SENTENCE (a_token_is_written_with_its_application),
  SENTENCE (an_identity_is_written_by_its_id),
  SENTENCE (a_whole_identity_is_written_in_the_order_of_the_wsdl),
  SENTENCE (what_has_its_default_is_left_out_except_a_zero_guid),
  SENTENCE (special_characters_arrive_as_they_were_written),
  SENTENCE (an_identity_survives_being_written_and_read),
  SENTENCE (all_fields_of_an_identity_survive),
  SENTENCE (only_what_xml_can_carry_fits),
  SENTENCE (each_operation_has_the_action_of_its_name),
};

MAIN ("envelope")
