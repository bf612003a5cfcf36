/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "text/flow-text-operation.h"

G_BEGIN_DECLS

/** FLOW_TEXT_UNDO_PAUSE_NS: changes that are further apart than this are undone one by one. */
#define FLOW_TEXT_UNDO_PAUSE_NS (500 * G_GINT64_CONSTANT (1000000))

/** FLOW_TEXT_UNDO_GROUPS: how many steps are remembered; the oldest goes first. */
#define FLOW_TEXT_UNDO_GROUPS 1000

/**
 * FlowTextUndo:
 *
 * What one author of a shared text can take back. It holds the inverses of his changes, always as they would apply to
 * the text as it is: each change of another author is told to it, and moves them. So undoing everything of one's own
 * leaves everything of the others. Belongs to one thread.
 */
typedef struct _FlowTextUndo FlowTextUndo;

FlowTextUndo *flow_text_undo_new (void);
void flow_text_undo_free (FlowTextUndo *self);
void flow_text_undo_record (FlowTextUndo *self, FlowTextOperation *operation, FlowText *before, gint64 now_ns);
void flow_text_undo_others (FlowTextUndo *self, FlowTextOperation *operation);
FlowTextOperation *flow_text_undo_undo (FlowTextUndo *self, FlowText *text);
FlowTextOperation *flow_text_undo_redo (FlowTextUndo *self, FlowText *text);
guint flow_text_undo_get_n_undo (FlowTextUndo *self);
guint flow_text_undo_get_n_redo (FlowTextUndo *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowTextUndo, flow_text_undo_free)

G_END_DECLS
