/* The HTML of the service and of what stands before it: see pages.h. */
#include "sandbox/pages.h"

#include <gio/gio.h>

#include "sandbox/xml_text.h"

#define BUILT_FOR_HOST "127.0.0.1:8024"

static GString *
load_resource (const char *path)
{
  g_autoptr (GBytes) bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  gsize length = 0;
  const char *text = g_bytes_get_data (bytes, &length);

  return g_string_new_len (text, (gssize)length);
}

Answer *
page_error (guint status, const char *heading, const char *sentence)
{
  GString *html = g_string_new (NULL);

  g_string_append_printf (
    html,
    "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\" \"http://www.w3.org/TR/html4/strict.dtd\">"
    "\r\n<HTML><HEAD><TITLE>%s</TITLE>\r\n"
    "<META HTTP-EQUIV=\"Content-Type\" Content=\"text/html; charset=us-ascii\"></HEAD>\r\n"
    "<BODY><h2>%s</h2>\r\n<hr><p>",
    heading, heading);
  xml_text_append (html, sentence);
  g_string_append (html, "</p>\r\n</BODY></HTML>\r\n");
  return answer_new (status, "text/html; charset=us-ascii", html);
}

Answer *
page_runtime_error (guint status, const char *exception)
{
  GString *html = g_string_new ("<!DOCTYPE html>\r\n<html>\r\n<head>\r\n<title>");

  xml_text_append (html, exception);
  g_string_append (html, "</title>\r\n</head>\r\n<body bgcolor=\"white\">\r\n"
                         "<h1>Server Error in '/' Application.<hr width=100% size=1 color=silver></h1>\r\n<h2><i>");
  xml_text_append (html, exception);
  g_string_append (html, "</i></h2>\r\n</body>\r\n</html>\r\n");

  Answer *answer = answer_new (status, "text/html; charset=utf-8", html);
  answer->from_runtime = TRUE;
  return answer;
}

static char *
render_operations (const Sandbox *sandbox, const Service *service)
{
  GString *html = g_string_new (NULL);

  for (gsize i = 0; i < service->n_operations; i++)
    g_string_append_printf (html, "<tr><td>%s</td><td>%" G_GUINT64_FORMAT "</td></tr>\n", service->operations[i].name,
                            journal_count (sandbox->journal, &service->operations[i]));
  return g_string_free (html, FALSE);
}

/* Passwords stand on the page only if everybody knows them anyway. */
static char *
render_accounts (const Sandbox *sandbox)
{
  gboolean is_builtin = sandbox->options->accounts_file == NULL;
  GString *html = g_string_new (NULL);

  for (guint i = 0; i < sandbox->accounts->users->len; i++)
    {
      const User *user = g_ptr_array_index (sandbox->accounts->users, i);

      g_string_append (html, "<tr><td>");
      xml_text_append (html, user->username);
      g_string_append (html, "</td><td>");
      xml_text_append (html, is_builtin ? user->password : "(as in the accounts file)");
      g_string_append (html, "</td><td>");
      if (is_builtin && user->tokens->len > 0)
        xml_text_append (html, g_array_index (user->tokens, Guid, 0).text);
      g_string_append_printf (html, "</td><td>%u</td></tr>\n", user->identities->len);
    }
  return g_string_free (html, FALSE);
}

Answer *
page_help (const Sandbox *sandbox, const Service *service)
{
  GString *html = load_resource ("/sandbox/help.html");
  g_autofree char *operations = render_operations (sandbox, service);
  g_autofree char *accounts = render_accounts (sandbox);
  const GArray *applications = sandbox->accounts->applications;
  const char *application
    = applications != NULL && applications->len > 0 ? g_array_index (applications, Guid, 0).text : "any";

  g_string_replace (html, "{{service}}", service->name, 0);
  g_string_replace (html, "{{operations}}", operations, 0);
  g_string_replace (html, "{{application}}", application, 0);
  g_string_replace (html, "{{accounts}}", accounts, 0);

  Answer *answer = answer_new (200, "text/html; charset=utf-8", html);
  answer->from_runtime = TRUE;
  return answer;
}

Answer *
page_contract (const Service *service, const char *host)
{
  GString *wsdl = load_resource (service->contract);

  g_string_replace (wsdl, BUILT_FOR_HOST, host, 0);

  Answer *answer = answer_new (200, "text/xml; charset=utf-8", wsdl);
  answer->from_runtime = TRUE;
  return answer;
}
