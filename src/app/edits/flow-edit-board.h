/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/connections/flow-entry.h"
#include "app/connections/flow-verbs.h"

G_BEGIN_DECLS

#define FLOW_TYPE_EDIT_BOARD (flow_edit_board_get_type ())
G_DECLARE_FINAL_TYPE (FlowEditBoard, flow_edit_board, FLOW, EDIT_BOARD, GObject)

/**
 * FlowEditList:
 * @FLOW_EDIT_LIST_OPEN: edits that go on
 * @FLOW_EDIT_LIST_LEFT: edits that can be brought back
 * @FLOW_EDIT_N_LISTS: how many lists there are
 *
 * What is listed.
 */
typedef enum
{
  FLOW_EDIT_LIST_OPEN,
  FLOW_EDIT_LIST_LEFT,
  FLOW_EDIT_N_LISTS,
} FlowEditList;

FlowEditBoard *flow_edit_board_new (void);
void flow_edit_board_set_verbs (FlowEditBoard *self, FlowVerbs *verbs);
gboolean flow_edit_board_is_live (FlowEditBoard *self);
gboolean flow_edit_board_is_current (FlowEditBoard *self);
GListModel *flow_edit_board_get_list (FlowEditBoard *self, FlowEditList list);
guint flow_edit_board_count_conflicts (FlowEditBoard *self);
FlowEntry *flow_edit_board_find (FlowEditBoard *self, const char *id);
void flow_edit_board_refresh (FlowEditBoard *self);
void flow_edit_board_watch (FlowEditBoard *self);
void flow_edit_board_unwatch (FlowEditBoard *self);
void flow_edit_board_hide (FlowEditBoard *self, FlowEntry *edit);
void flow_edit_board_unhide (FlowEditBoard *self, FlowEntry *edit);
void flow_edit_board_act (FlowEditBoard *self, const char *verb, JsonObject *arguments);
void flow_edit_board_act_on (FlowEditBoard *self, const char *verb, const char *id);
void flow_edit_board_ask_async (FlowEditBoard *self, const char *verb, JsonObject *arguments, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer data);
JsonObject *flow_edit_board_ask_finish (FlowEditBoard *self, GAsyncResult *result, GError **error);

G_END_DECLS
