/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "edit/flow-edit-endpoint.h"
#include "edit/flow-edit-opening.h"

G_BEGIN_DECLS

/**
 * FlowEditSession:
 *
 * One field of one page, or one file, that is edited: a text with revisions, and the endpoints that have it. Whoever
 * changes it, the others hear of it; what two change at once is merged, and what both changed into different things is
 * kept in both versions and marked as a conflict. It goes on when an endpoint goes away, until somebody ends it or
 * nobody has had it for a day. Everything is journaled.
 *
 * Belongs to its #FlowEdits and that one's thread. It lives as long as flow_edits_find() finds it.
 */

/**
 * FlowEditChoice:
 * @FLOW_EDIT_CHOICE_MINE: what the conflict's first author wrote
 * @FLOW_EDIT_CHOICE_THEIRS: what the second one wrote
 * @FLOW_EDIT_CHOICE_BOTH: both, as they are in the text
 *
 * Which version of a conflict holds.
 */
typedef enum
{
  FLOW_EDIT_CHOICE_MINE,
  FLOW_EDIT_CHOICE_THEIRS,
  FLOW_EDIT_CHOICE_BOTH,
} FlowEditChoice;

const char *flow_edit_session_get_id (FlowEditSession *self);
const char *flow_edit_session_get_short (FlowEditSession *self);
const char *flow_edit_session_get_title (FlowEditSession *self);
const char *flow_edit_session_get_url (FlowEditSession *self);
const char *flow_edit_session_get_site (FlowEditSession *self);
const char *flow_edit_session_get_file_type (FlowEditSession *self);
const char *flow_edit_session_get_choice (FlowEditSession *self);
FlowEditSessionState flow_edit_session_get_state (FlowEditSession *self);
FlowText *flow_edit_session_get_text (FlowEditSession *self);
guint64 flow_edit_session_get_revision (FlowEditSession *self);
gboolean flow_edit_session_get_cursor (FlowEditSession *self, FlowEditSide side, FlowEditCursor *cursor);
guint flow_edit_session_count (FlowEditSession *self, FlowEditSide side);
FlowEditEndpoint *flow_edit_session_get_endpoint (FlowEditSession *self, FlowEditSide side, guint i);

/* For endpoints */
gboolean flow_edit_session_attach (FlowEditSession *self, FlowEditEndpoint *endpoint, GError **error);
gboolean flow_edit_session_attach_at (FlowEditSession *self, FlowEditEndpoint *endpoint, guint64 revision,
                                      FlowText *text, GError **error);
void flow_edit_session_detach (FlowEditSession *self, FlowEditEndpoint *endpoint, FlowEditReason reason);
void flow_edit_session_opened (FlowEditSession *self, FlowEditEndpoint *endpoint);
void flow_edit_session_failed (FlowEditSession *self, FlowEditEndpoint *endpoint, FlowError code, const char *message);
void flow_edit_session_hampered (FlowEditSession *self, FlowEditEndpoint *endpoint, FlowError code,
                                 const char *message);
gboolean flow_edit_session_take_text (FlowEditSession *self, FlowEditEndpoint *endpoint, FlowText *text,
                                      const FlowEditCursor *cursor, GError **error);
gboolean flow_edit_session_take_operation (FlowEditSession *self, FlowEditEndpoint *endpoint, guint64 base,
                                           FlowTextOperation *operation, const char *op_id,
                                           const FlowEditCursor *cursor, GError **error);
gboolean flow_edit_session_take_saved (FlowEditSession *self, FlowEditEndpoint *endpoint, GError **error);
gboolean flow_edit_session_move_cursor (FlowEditSession *self, FlowEditEndpoint *endpoint, guint64 base,
                                        const FlowEditCursor *cursor, GError **error);

/* For people */
gboolean flow_edit_session_undo (FlowEditSession *self, const char *by, GError **error);
gboolean flow_edit_session_redo (FlowEditSession *self, const char *by, GError **error);
gboolean flow_edit_session_resolve (FlowEditSession *self, FlowEditChoice choice, GError **error);
gboolean flow_edit_session_resolve_with (FlowEditSession *self, FlowText *text, guint64 base, GError **error);
void flow_edit_session_choose_editor (FlowEditSession *self, const char *choice);
void flow_edit_session_end (FlowEditSession *self, FlowEditEndpoint *by);

/* For who looks for editors */
void flow_edit_session_set_editor (FlowEditSession *self, const char *choice, const char *name);
void flow_edit_session_editor_failed (FlowEditSession *self, FlowError code, const char *message);

G_END_DECLS
