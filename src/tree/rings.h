/*
 * Which files of a session have another content than those who watch them (inotify) were last told of.
 *
 * What counts is what a reader would get. While a session is renewed or an identity switched, readers wait; so nothing is told
 * before that has come to an end, and then only what is another one than before. If the session is over and nobody renews it,
 * that is told at once: whoever reads then has it renewed and gets the new one, which is not told a second time.
 */
#pragma once

#include "tree/tree.h"

typedef struct Rings Rings;

/* What is served now is no news. @tree is borrowed. */
Rings *rings_new (const Tree *tree);
void rings_free (Rings *rings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Rings, rings_free)

/* Appends the nodes to @nodes (of NodeId) that have changed; from then on they count as told of. */
void rings_look (Rings *rings, GArray *nodes);

/* The same for the files of this identity's own session, which is another one than before. */
void rings_look_at_own (Rings *rings, const Guid *identity_id, GArray *nodes);

/* Somebody was refused what he wanted to read: what comes next will be news to him. */
void rings_refused (Rings *rings);
