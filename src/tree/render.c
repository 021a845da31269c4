/* Contents. Every file ends in one newline, so that cat and $(...) do what people expect. Touches nothing. */
#include "tree/render.h"

#include "base/calendar.h"
#include "base/error.h"
#include "soap/envelope.h"
#include "tree/state.h"

static gboolean
line (SecretBuffer *content, const char *text)
{
  secret_buffer_append_text (content, text);
  secret_buffer_append_text (content, "\n");
  return TRUE;
}

static gboolean
truth (SecretBuffer *content, gboolean value)
{
  return line (content, value ? "true" : "false");
}

static gboolean
number (SecretBuffer *content, gint64 value)
{
  secret_buffer_append_printf (content, "%" G_GINT64_FORMAT "\n", value);
  return TRUE;
}

RENDER (readme)
{
  secret_buffer_append_text (content, tree->readme);
  return TRUE;
}

/* Only root gets as far as reading a write-only file; tar and grep -r then find it empty. */
RENDER (nothing)
{
  return TRUE;
}

/* The session that @node is about: the mount's, or an identity's own. */
static const Secret *
cookie_at (const Tree *tree, NodeId node, GError **error)
{
  const Guid *own = tree_own_identity (tree, node);

  return own == NULL ? account_cookie (tree->account, error) : account_own_cookie (tree->account, own, error);
}

const Secret *
tree_cookie (const Tree *tree, NodeId node)
{
  return cookie_at (tree, node, NULL);
}

RENDER (session)
{
  const Guid *own = tree_own_identity (tree, node);

  return truth (content,
                own == NULL ? account_has_session (tree->account) : account_has_own_session (tree->account, own));
}

RENDER (identity)
{
  const Guid *identity = account_identity (tree->account, error);

  return identity != NULL && line (content, identity->text);
}

RENDER (cookie)
{
  const Secret *session = cookie_at (tree, node, error);

  return session != NULL && line (content, secret_text (session));
}

RENDER (error)
{
  const Failure *failure = &tree->failure;
  g_autofree char *time = failure->file == NULL ? NULL : calendar_text (failure->at_us);

  if (failure->file == NULL)
    return line (content, "none");
  secret_buffer_append_printf (content, "%s %s: %s: %s\n", time, failure->file, failure->errno_name, failure->text);
  return TRUE;
}

RENDER (events)
{
  events_list (tree->events, content);
  return TRUE;
}

static const Passport *
passport (const Tree *tree, GError **error)
{
  const Passport *found = account_passport (tree->account);

  if (found == NULL)
    g_set_error_literal (error, SO24_ERROR, SO24_ERROR_NO_KEY, "there is no session that was made with a token");
  return found;
}

RENDER (passport_id)
{
  const Passport *found = passport (tree, error);

  return found != NULL && line (content, found->id.text);
}

RENDER (passport_email)
{
  const Passport *found = passport (tree, error);

  return found != NULL && line (content, found->email);
}

RENDER (export)
{
  const Secret *session = cookie_at (tree, node, error);
  ExportContext context = {&tree->export_endpoint, tree_changed_us (tree, node)};

  return session != NULL && export_write (node_kind (node)->form, session, &context, content, error);
}

static const Identity *
one (const Tree *tree, NodeId node)
{
  return directory_identity (tree->directory, node_slot (node))->identity;
}

RENDER (one_id)
{
  return line (content, one (tree, node)->id.text);
}

RENDER (one_client_id)
{
  return number (content, one (tree, node)->client_id);
}

RENDER (one_client_name)
{
  return line (content, one (tree, node)->client_name);
}

RENDER (one_user_id)
{
  return line (content, one (tree, node)->user_id.text);
}

RENDER (one_user_name)
{
  return line (content, one (tree, node)->user_name);
}

RENDER (one_contact_id)
{
  return number (content, one (tree, node)->contact_id);
}

RENDER (one_employee_id)
{
  return number (content, one (tree, node)->employee_id);
}

const Guid *
latest_active (const Tree *tree)
{
  const Guid *last = account_last_identity (tree->account);

  return last != NULL ? last : &tree->changes.active;
}

gboolean
is_current (const Guid *latest, const Identity *identity)
{
  return guid_is_zero (latest) ? identity->is_current : guid_equal (latest, &identity->id);
}

RENDER (one_is_current)
{
  return truth (content, is_current (latest_active (tree), one (tree, node)));
}

RENDER (one_is_default)
{
  return truth (content, one (tree, node)->is_default);
}

RENDER (one_is_protected)
{
  return truth (content, one (tree, node)->is_protected);
}

RENDER (one_is_disabled)
{
  return truth (content, one (tree, node)->is_disabled);
}

RENDER (one_servers)
{
  const GArray *servers = one (tree, node)->servers;

  if (servers == NULL || servers->len == 0)
    return line (content, "");
  for (guint i = 0; i < servers->len; i++)
    {
      const IdentityServer *server = &g_array_index (servers, IdentityServer, i);

      secret_buffer_append_printf (content, "%d %d\n", server->id, server->type);
    }
  return TRUE;
}

RENDER (one_document)
{
  Identity now = *one (tree, node);

  now.is_current = is_current (latest_active (tree), &now);
  identity_write_document (&now, content);
  return TRUE;
}
