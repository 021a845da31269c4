/* The name under which a client reached us. */
#pragma once

#include <libsoup/soup.h>

/* The Host header, if it is fit to be written into XML and HTML; else our own address. Free it. */
char *host_of (SoupServerMessage *message);
