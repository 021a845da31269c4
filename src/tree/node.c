/* The table of files. Touches nothing. */
#include "tree/node.h"

#include "tree/frozen.h"
#include "tree/render.h"

#define FOLDER (S_IFDIR | 0755)
#define PUBLIC (S_IFREG | 0444)
#define LINK   (S_IFLNK | 0777)
#define COOKIE (S_IFREG | 0400)

static const NodeKind kinds[N_KINDS] = {
  [KIND_ROOT] = {"", KIND_NONE, FOLDER, NULL, .changes = CHANGES_WITH_PASSPORT},
  [KIND_README]
  = {"README", KIND_ROOT, PUBLIC, "how to use this mount", .render = render_readme, .caching = CACHE_CONTENT},
  [KIND_LOGIN] = {"login", KIND_ROOT, S_IFREG | 0200, "write a credential: there is a session, or the reason why not",
                  .render = render_nothing, .input = INPUT_LOGIN},
  [KIND_LOGOUT] = {"logout", KIND_ROOT, S_IFREG | 0200, "write anything: session and credential are forgotten",
                   .render = render_nothing, .input = INPUT_LOGOUT},
  [KIND_SESSION]
  = {"session", KIND_ROOT, PUBLIC, "true or false: whether the session is alive; never logs in", WANT_SESSION,
     render_session, .changes = CHANGES_WITH_SESSION, .announced = TRUE, .rings = RINGS_WITH_STATE},
  [KIND_IDENTITY]
  = {"identity", KIND_ROOT, S_IFREG | 0644,
     "the active identity; write a GUID, a client name or an <Identity> to switch", WANT_IDENTITY, render_identity,
     INPUT_IDENTITY, CHANGES_WITH_IDENTITY, .announced = TRUE, .rings = RINGS_WITH_IDENTITY},
  [KIND_COOKIE] = {"cookie", KIND_ROOT, COOKIE, "the session id, for every other tool", WANT_COOKIE, render_cookie,
                   .changes = CHANGES_WITH_SESSION, .bears_cookie = TRUE, .announced = TRUE,
                   .rings = RINGS_WITH_SESSION, .caching = CACHE_CONTENT},
  [KIND_CURRENT] = {"current", KIND_ROOT, LINK, "leads to the active identity's folder",
                    .changes = CHANGES_WITH_IDENTITY, .rings = RINGS_WITH_LINK},
  [KIND_IDENTITIES] = {"identities", KIND_ROOT, FOLDER, "whom you may act as: <client-name>/<guid>/", WANT_IDENTITIES,
                       .changes = CHANGES_WITH_IDENTITIES},
  [KIND_ERROR] = {"error", KIND_ROOT, PUBLIC, "why the last operation failed", .render = render_error,
                  .changes = CHANGES_WITH_ERRORS, .caching = CACHE_NOTHING},
#define STANDING(file, help, function)                                                                                 \
  {                                                                                                                    \
    file, KIND_ROOT, PUBLIC, help, .changes = CHANGES_ALWAYS, .freeze = function, .caching = CACHE_NOTHING             \
  }
  [KIND_STATUS] = STANDING ("status", "where things stand; never calls the service", freeze_status),
  [KIND_STATUS_JSON] = STANDING ("status.json", "the same for jq", freeze_status_json),
  [KIND_IDENTITIES_JSON] = STANDING ("identities.json", "whom you may act as, for jq", freeze_identities_json),
  [KIND_METRICS] = STANDING ("metrics", "counters for Prometheus", freeze_metrics),
#undef STANDING
  [KIND_EVENTS] = {"events", KIND_ROOT, PUBLIC, "what happens, one line each; a reader at the end waits for the next",
                   .render = render_events, .changes = CHANGES_WITH_EVENTS, .caching = CACHE_NOTHING},
  [KIND_PASSPORT] = {"passport", KIND_ROOT, FOLDER, "whom the token belongs to (after a login by token)",
                     .changes = CHANGES_WITH_PASSPORT},
  [KIND_PASSPORT_ID] = {"id", KIND_PASSPORT, PUBLIC, .render = render_passport_id, .changes = CHANGES_WITH_PASSPORT},
  [KIND_PASSPORT_EMAIL]
  = {"email", KIND_PASSPORT, PUBLIC, .render = render_passport_email, .changes = CHANGES_WITH_PASSPORT},
  [KIND_EXPORT]
  = {"export", KIND_ROOT, FOLDER, "the cookie in the forms that other tools take", .changes = CHANGES_WITH_SESSION},
#define EXPORT(file, row, folder, reason)                                                                              \
  {                                                                                                                    \
    file, folder, COOKIE, NULL, WANT_COOKIE, render_export, .changes = reason, .form = row, .bears_cookie = TRUE,      \
                                                            .rings = RINGS_WITH_SESSION                                \
  }
  [KIND_EXPORT_COOKIES_TXT] = EXPORT ("cookies.txt", EXPORT_COOKIES_TXT, KIND_EXPORT, CHANGES_WITH_SESSION),
  [KIND_EXPORT_HEADER] = EXPORT ("header", EXPORT_HEADER, KIND_EXPORT, CHANGES_WITH_SESSION),
  [KIND_EXPORT_CURLRC] = EXPORT ("curlrc", EXPORT_CURLRC, KIND_EXPORT, CHANGES_WITH_SESSION),
  [KIND_EXPORT_ENV] = EXPORT ("env", EXPORT_ENV, KIND_EXPORT, CHANGES_WITH_SESSION),
  [KIND_EXPORT_COOKIE_RAW] = EXPORT ("cookie.raw", EXPORT_COOKIE_RAW, KIND_EXPORT, CHANGES_WITH_SESSION),
  [KIND_CLIENT] = {NULL, KIND_IDENTITIES, FOLDER, .changes = CHANGES_WITH_IDENTITIES},
  [KIND_ONE] = {NULL, KIND_CLIENT, FOLDER, .changes = CHANGES_WITH_IDENTITIES},
#define ONE(file, function)                                                                                            \
  {                                                                                                                    \
    file, KIND_ONE, PUBLIC, .render = function, .changes = CHANGES_WITH_IDENTITIES, .caching = CACHE_CONTENT           \
  }
  [KIND_ONE_ID] = ONE ("id", render_one_id),
  [KIND_ONE_CLIENT_ID] = ONE ("client_id", render_one_client_id),
  [KIND_ONE_CLIENT_NAME] = ONE ("client_name", render_one_client_name),
  [KIND_ONE_USER_ID] = ONE ("user_id", render_one_user_id),
  [KIND_ONE_USER_NAME] = ONE ("user_name", render_one_user_name),
  [KIND_ONE_CONTACT_ID] = ONE ("contact_id", render_one_contact_id),
  [KIND_ONE_EMPLOYEE_ID] = ONE ("employee_id", render_one_employee_id),
  [KIND_ONE_IS_CURRENT]
  = {"is_current", KIND_ONE, PUBLIC, .render = render_one_is_current, .changes = CHANGES_WITH_IDENTITY},
  [KIND_ONE_IS_DEFAULT] = ONE ("is_default", render_one_is_default),
  [KIND_ONE_IS_PROTECTED] = ONE ("is_protected", render_one_is_protected),
  [KIND_ONE_IS_DISABLED] = ONE ("is_disabled", render_one_is_disabled),
  [KIND_ONE_SERVERS] = ONE ("servers", render_one_servers),
#undef ONE
  [KIND_ONE_DOCUMENT]
  = {"identity.xml", KIND_ONE, PUBLIC, .render = render_one_document, .changes = CHANGES_WITH_IDENTITY},
  [KIND_ONE_SESSION] = {"session", KIND_ONE, PUBLIC, NULL, WANT_SESSION, render_session, .changes = CHANGES_WITH_OWN,
                        .announced = TRUE, .rings = RINGS_WITH_STATE},
  [KIND_ONE_COOKIE] = {"cookie", KIND_ONE, COOKIE, NULL, WANT_COOKIE, render_cookie, .changes = CHANGES_WITH_OWN,
                       .bears_cookie = TRUE, .announced = TRUE, .rings = RINGS_WITH_SESSION, .caching = CACHE_CONTENT},
  [KIND_ONE_EXPORT] = {"export", KIND_ONE, FOLDER, .changes = CHANGES_WITH_OWN},
  [KIND_ONE_EXPORT_COOKIES_TXT] = EXPORT ("cookies.txt", EXPORT_COOKIES_TXT, KIND_ONE_EXPORT, CHANGES_WITH_OWN),
  [KIND_ONE_EXPORT_HEADER] = EXPORT ("header", EXPORT_HEADER, KIND_ONE_EXPORT, CHANGES_WITH_OWN),
  [KIND_ONE_EXPORT_CURLRC] = EXPORT ("curlrc", EXPORT_CURLRC, KIND_ONE_EXPORT, CHANGES_WITH_OWN),
  [KIND_ONE_EXPORT_ENV] = EXPORT ("env", EXPORT_ENV, KIND_ONE_EXPORT, CHANGES_WITH_OWN),
  [KIND_ONE_EXPORT_COOKIE_RAW] = EXPORT ("cookie.raw", EXPORT_COOKIE_RAW, KIND_ONE_EXPORT, CHANGES_WITH_OWN),
#undef EXPORT
};

Kind
node_row (NodeId node)
{
  return (Kind)(node & 0xff);
}

guint
node_slot (NodeId node)
{
  return (guint)(node >> 8);
}

/* A row has 8 bits, a slot 32, and a length the rest. */
guint
node_length (NodeId node)
{
  return (guint)(node >> 40);
}

NodeId
node_of_length (NodeId node, gsize length)
{
  return (node & (((NodeId)1 << 40) - 1)) | (NodeId)length << 40;
}

NodeId
node_make (Kind row, guint slot)
{
  return (NodeId)slot << 8 | row;
}

const NodeKind *
node_kind (NodeId node)
{
  return &kinds[node_row (node)];
}
