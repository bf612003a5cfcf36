/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/connections/flow-entry.h"
#include "app/connections/flow-verbs.h"

G_BEGIN_DECLS

/**
 * FLOW_BOARD_MAX:
 *
 * So many questions and lists a board has at most.
 */
#define FLOW_BOARD_MAX 8

/**
 * FlowBoardQuestion:
 * @verb: what is asked
 * @arguments: (nullable): a JSON object that goes with it
 * @always: %FALSE when it is asked only while somebody watches
 *
 * Something that is asked again whenever the hub tells that it may be otherwise.
 */
typedef struct
{
  const char *verb;
  const char *arguments;
  gboolean always;
} FlowBoardQuestion;

/**
 * FlowBoardList:
 * @question: in whose answer it is
 * @member: its name there
 * @key: the member that tells its entries apart, a string or a number
 * @max: so many are listed at most; a row is made for each
 *
 * A list that an answer has.
 */
typedef struct
{
  guint question;
  const char *member;
  const char *key;
  guint max;
} FlowBoardList;

#define FLOW_TYPE_BOARD (flow_board_get_type ())
G_DECLARE_DERIVABLE_TYPE (FlowBoard, flow_board, FLOW, BOARD, GObject)

/**
 * FlowBoardClass:
 * @questions: what is asked
 * @n_questions: how many these are
 * @lists: what the answers list
 * @n_lists: how many these are
 * @answered: (nullable): the lists of a question are as its answer says; %NULL as the answer when there is no hub
 * @watched: (nullable): somebody looks, or nobody does any more
 *
 * What one board is about.
 */
struct _FlowBoardClass
{
  GObjectClass parent_class;

  const FlowBoardQuestion *questions;
  guint n_questions;
  const FlowBoardList *lists;
  guint n_lists;
  void (*answered) (FlowBoard *self, guint question, JsonObject *answer);
  void (*watched) (FlowBoard *self, gboolean watched);
};

void flow_board_set_verbs (FlowBoard *self, FlowVerbs *verbs);
gboolean flow_board_is_live (FlowBoard *self);
gboolean flow_board_is_current (FlowBoard *self);
GListModel *flow_board_get_list (FlowBoard *self, guint list);
guint64 flow_board_get_total (FlowBoard *self, guint list);
FlowEntry *flow_board_find (FlowBoard *self, const char *key);
void flow_board_refresh (FlowBoard *self);
void flow_board_watch (FlowBoard *self);
void flow_board_unwatch (FlowBoard *self);
void flow_board_hide (FlowBoard *self, FlowEntry *entry);
void flow_board_unhide (FlowBoard *self, FlowEntry *entry);
void flow_board_act (FlowBoard *self, const char *verb, JsonObject *arguments, const char *key);
void flow_board_ask_async (FlowBoard *self, const char *verb, JsonObject *arguments, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer data);
JsonObject *flow_board_ask_finish (FlowBoard *self, GAsyncResult *result, GError **error);

G_END_DECLS
