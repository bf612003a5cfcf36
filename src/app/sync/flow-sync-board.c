/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync-board"

#include "app/sync/flow-sync-board.h"

#include "hub/flow-json-read.h"

/* A row is made for each. */
#define MAX_LISTED 200

enum
{
  ASK_STATUS,
  ASK_CONFLICTS,
  ASK_HELD,
};

static const FlowBoardQuestion questions[] = {
  [ASK_STATUS] = { "sync-status", NULL, TRUE },
  [ASK_CONFLICTS] = { "sync-conflicts", "{\"all\":true}", FALSE },
  [ASK_HELD] = { "sync-quarantine", NULL, FALSE },
};

static const FlowBoardList lists[FLOW_SYNC_N_LISTS] = {
  [FLOW_SYNC_LIST_DEVICES] = { ASK_STATUS, "peers", "device", MAX_LISTED },
  [FLOW_SYNC_LIST_CONFLICTS] = { ASK_CONFLICTS, "conflicts", "id", MAX_LISTED },
  [FLOW_SYNC_LIST_HELD] = { ASK_HELD, "entries", "id", MAX_LISTED },
};

static const char *const states[FLOW_SYNC_N_STATES] = {
  [FLOW_SYNC_OFF] = "off",
  [FLOW_SYNC_SIGNED_OUT] = "signed_out",
  [FLOW_SYNC_CONNECTING] = "connecting",
  [FLOW_SYNC_SYNCING] = "syncing",
  [FLOW_SYNC_IDLE] = "idle",
  [FLOW_SYNC_OFFLINE] = "offline",
  [FLOW_SYNC_PAUSED] = "paused",
  [FLOW_SYNC_NEEDS_PASSPHRASE] = "needs_passphrase",
  [FLOW_SYNC_ERROR] = "error",
};

/**
 * FlowSyncBoard:
 *
 * How this device and the user's other ones are kept the same, as the window follows it: the state, the devices, what
 * two of them changed at once, and what could not be taken.
 */
struct _FlowSyncBoard
{
  FlowBoard parent_instance;

  JsonObject *status; /* NULL until the hub has told */
};

G_DEFINE_FINAL_TYPE (FlowSyncBoard, flow_sync_board, FLOW_TYPE_BOARD)

static void
flow_sync_board_answered (FlowBoard *board, guint question, JsonObject *answer)
{
  FlowSyncBoard *self = FLOW_SYNC_BOARD (board);

  if (question != ASK_STATUS)
    return;
  g_clear_pointer (&self->status, json_object_unref);
  if (answer != NULL)
    self->status = json_object_ref (answer);
}

static void
flow_sync_board_finalize (GObject *object)
{
  g_clear_pointer (&FLOW_SYNC_BOARD (object)->status, json_object_unref);

  G_OBJECT_CLASS (flow_sync_board_parent_class)->finalize (object);
}

static void
flow_sync_board_class_init (FlowSyncBoardClass *klass)
{
  FlowBoardClass *board_class = FLOW_BOARD_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = flow_sync_board_finalize;
  board_class->questions = questions;
  board_class->n_questions = G_N_ELEMENTS (questions);
  board_class->lists = lists;
  board_class->n_lists = G_N_ELEMENTS (lists);
  board_class->answered = flow_sync_board_answered;
}

static void
flow_sync_board_init (FlowSyncBoard *self)
{
}

/**
 * flow_sync_board_new:
 *
 * Returns: (transfer full): a board without a hub
 */
FlowSyncBoard *
flow_sync_board_new (void)
{
  return g_object_new (FLOW_TYPE_SYNC_BOARD, NULL);
}

/**
 * flow_sync_board_get_status:
 * @self: the board
 *
 * Returns: (transfer none) (nullable): what the verb `sync-status` answered, %NULL until it has
 */
JsonObject *
flow_sync_board_get_status (FlowSyncBoard *self)
{
  g_return_val_if_fail (FLOW_IS_SYNC_BOARD (self), NULL);

  return self->status;
}

/**
 * flow_sync_board_get_state:
 * @self: the board
 *
 * Returns: how syncing is
 */
FlowSyncState
flow_sync_board_get_state (FlowSyncBoard *self)
{
  const char *state;

  g_return_val_if_fail (FLOW_IS_SYNC_BOARD (self), FLOW_SYNC_OFF);

  state = self->status != NULL ? flow_json_get_string (self->status, "state") : NULL;
  for (FlowSyncState i = 0; i < FLOW_SYNC_N_STATES; i++)
    {
      if (g_strcmp0 (states[i], state) == 0)
        return i;
    }
  return FLOW_SYNC_OFF;
}

/**
 * flow_sync_board_needs_user:
 * @self: the board
 *
 * Returns: whether something waits for the user
 */
gboolean
flow_sync_board_needs_user (FlowSyncBoard *self)
{
  switch (flow_sync_board_get_state (self))
    {
    case FLOW_SYNC_SIGNED_OUT:
    case FLOW_SYNC_NEEDS_PASSPHRASE:
    case FLOW_SYNC_ERROR:
      return TRUE;
    case FLOW_SYNC_OFF:
      return FALSE;
    case FLOW_SYNC_CONNECTING:
    case FLOW_SYNC_SYNCING:
    case FLOW_SYNC_IDLE:
    case FLOW_SYNC_OFFLINE:
    case FLOW_SYNC_PAUSED:
    case FLOW_SYNC_N_STATES:
    default:
      return flow_sync_board_count_conflicts (self) > 0;
    }
}

/**
 * flow_sync_board_count_conflicts:
 * @self: the board
 *
 * Returns: how many conflicts wait for a decision
 */
guint
flow_sync_board_count_conflicts (FlowSyncBoard *self)
{
  gint64 n;

  g_return_val_if_fail (FLOW_IS_SYNC_BOARD (self), 0);

  n = self->status != NULL ? flow_json_get_int (self->status, "conflicts") : 0;
  return (guint) CLAMP (n, 0, G_MAXINT);
}

/**
 * flow_sync_board_act:
 * @self: the board
 * @verb: what to do
 * @key: (nullable): the entry that it is done with
 * @arguments: (nullable) (transfer full): with what
 *
 * Have the hub do something. When that fails it is told by [signal@FlowBoard::failed].
 */
void
flow_sync_board_act (FlowSyncBoard *self, const char *verb, const char *key, JsonObject *arguments)
{
  g_autoptr (JsonObject) owned = arguments;

  g_return_if_fail (FLOW_IS_SYNC_BOARD (self));

  flow_board_act (FLOW_BOARD (self), verb, owned, key);
}

/**
 * flow_sync_arguments:
 * @name: the name of a member
 * @...: its value, a string, where %NULL leaves it out; then more names and values, and a %NULL at the end
 *
 * Returns: (transfer full): arguments of a verb
 */
JsonObject *
flow_sync_arguments (const char *name, ...)
{
  JsonObject *arguments = json_object_new ();
  va_list list;

  va_start (list, name);
  for (; name != NULL; name = va_arg (list, const char *))
    {
      const char *value = va_arg (list, const char *);

      if (value != NULL)
        json_object_set_string_member (arguments, name, value);
    }
  va_end (list);
  return arguments;
}
