/* The cookie ASP.NET_SessionId, as it comes in and goes out. */
#pragma once

#include <libsoup/soup.h>

/* The id that the client sent, the first if there are several, whatever it looks like; NULL if none. Free it. */
char *cookie_read (SoupMessageHeaders *headers);

/* The value of a Set-Cookie header. Free it. */
char *cookie_render (const char *session_id);
