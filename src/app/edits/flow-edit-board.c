/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit-board"

#include "app/edits/flow-edit-board.h"

#include "hub/flow-json-read.h"

/* A row is made for each; the hub keeps no more open. */
#define MAX_LISTED 200

static const FlowBoardQuestion questions[] = { { "edits", NULL, TRUE } };

static const FlowBoardList lists[FLOW_EDIT_N_LISTS] = {
  [FLOW_EDIT_LIST_OPEN] = { 0, "sessions", "id", MAX_LISTED },
  [FLOW_EDIT_LIST_LEFT] = { 0, "recoverable", "id", MAX_LISTED },
};

/**
 * FlowEditBoard:
 *
 * The edits of the hub as the window follows them: those that go on, with both of their ends, and those that can be
 * brought back. What the user wants done with them goes through here to the hub.
 */
struct _FlowEditBoard
{
  FlowBoard parent_instance;
};

G_DEFINE_FINAL_TYPE (FlowEditBoard, flow_edit_board, FLOW_TYPE_BOARD)

static void
flow_edit_board_class_init (FlowEditBoardClass *klass)
{
  FlowBoardClass *board_class = FLOW_BOARD_CLASS (klass);

  board_class->questions = questions;
  board_class->n_questions = G_N_ELEMENTS (questions);
  board_class->lists = lists;
  board_class->n_lists = G_N_ELEMENTS (lists);
}

static void
flow_edit_board_init (FlowEditBoard *self)
{
}

/**
 * flow_edit_board_new:
 *
 * Returns: (transfer full): a board without a hub: nothing is listed
 */
FlowEditBoard *
flow_edit_board_new (void)
{
  return g_object_new (FLOW_TYPE_EDIT_BOARD, NULL);
}

/**
 * flow_edit_board_count_conflicts:
 * @self: the board
 *
 * Returns: how many edits wait for a decision
 */
guint
flow_edit_board_count_conflicts (FlowEditBoard *self)
{
  GListModel *open;
  guint n = 0;

  g_return_val_if_fail (FLOW_IS_EDIT_BOARD (self), 0);

  open = flow_board_get_list (FLOW_BOARD (self), FLOW_EDIT_LIST_OPEN);
  for (guint i = 0; i < g_list_model_get_n_items (open); i++)
    {
      g_autoptr (FlowEntry) edit = g_list_model_get_item (open, i);

      n += flow_entry_get_flag (edit, "conflict") ? 1 : 0;
    }
  return n;
}

/**
 * flow_edit_board_act:
 * @self: the board
 * @verb: what to do
 * @arguments: with what
 *
 * Have the hub do something. When that fails it is told by [signal@FlowBoard::failed].
 */
void
flow_edit_board_act (FlowEditBoard *self, const char *verb, JsonObject *arguments)
{
  g_return_if_fail (FLOW_IS_EDIT_BOARD (self));
  g_return_if_fail (verb != NULL && arguments != NULL);

  flow_board_act (FLOW_BOARD (self), verb, arguments, flow_json_get_string (arguments, "id"));
}

/**
 * flow_edit_board_act_on:
 * @self: the board
 * @verb: what to do
 * @id: with which edit
 *
 * Have the hub do what needs no more than the edit's id.
 */
void
flow_edit_board_act_on (FlowEditBoard *self, const char *verb, const char *id)
{
  g_autoptr (JsonObject) arguments = json_object_new ();

  g_return_if_fail (id != NULL);

  json_object_set_string_member (arguments, "id", id);
  flow_edit_board_act (self, verb, arguments);
}
