/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/connections/flow-board.h"

G_BEGIN_DECLS

#define FLOW_TYPE_EDIT_BOARD (flow_edit_board_get_type ())
G_DECLARE_FINAL_TYPE (FlowEditBoard, flow_edit_board, FLOW, EDIT_BOARD, FlowBoard)

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
guint flow_edit_board_count_conflicts (FlowEditBoard *self);
void flow_edit_board_act (FlowEditBoard *self, const char *verb, JsonObject *arguments);
void flow_edit_board_act_on (FlowEditBoard *self, const char *verb, const char *id);

G_END_DECLS
