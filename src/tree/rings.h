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

/* @own: for the session that is this identity's own; NULL: for the mount's. Nothing was told of it yet. @tree is borrowed. */
Rings *rings_new (const Tree *tree, const Guid *own);
void rings_free (Rings *rings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Rings, rings_free)

/* What is served now is no news. */
void rings_settle (Rings *rings);

/* Appends the nodes to @nodes (of NodeId) that have changed; from then on they count as told of. */
void rings_look (Rings *rings, GArray *nodes);

/* Somebody was refused what he wanted to read: what comes next will be news to him. */
void rings_refused (Rings *rings);
