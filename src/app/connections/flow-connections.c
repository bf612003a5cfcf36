/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-connections"

#include "app/connections/flow-connections.h"

/* More than this nobody reads; a row is made for each. */
#define MAX_PEERS 200

/* A request to pair that ends in so many seconds ends within the next one. */
#define GRACE_MS 1000
/* Numbers that nobody tells of, like messages that went by, are read so often while somebody looks. */
#define WATCH_MS 2000

/* The questions, each with the lists that its answer has. */
enum
{
  ASK_CHANNELS,
  ASK_OUTBOX,
  ASK_PAIRS,
  ASK_HEALTH,
};

static const FlowBoardQuestion questions[] = {
  [ASK_CHANNELS] = { "channels", NULL, TRUE },
  [ASK_OUTBOX] = { "outbox", NULL, FALSE },
  [ASK_PAIRS] = { "pair-list", NULL, TRUE },
  [ASK_HEALTH] = { "health", NULL, FALSE },
};

static const FlowBoardList lists[FLOW_CONNECTIONS_N_LISTS] = {
  [FLOW_CONNECTIONS_CHANNELS] = { ASK_CHANNELS, "channels", "channel", MAX_PEERS },
  [FLOW_CONNECTIONS_WAITING] = { ASK_OUTBOX, "waiting", "number", FLOW_CONNECTIONS_MAX_LETTERS },
  [FLOW_CONNECTIONS_DEAD] = { ASK_OUTBOX, "dead", "number", FLOW_CONNECTIONS_MAX_LETTERS },
  [FLOW_CONNECTIONS_ORIGINS] = { ASK_PAIRS, "origins", "origin", MAX_PEERS },
  [FLOW_CONNECTIONS_CLIENTS] = { ASK_PAIRS, "clients", "client", MAX_PEERS },
  [FLOW_CONNECTIONS_REQUESTS] = { ASK_PAIRS, "requests", "request", MAX_PEERS },
};

static const char *const acts[] = {
  [FLOW_CONNECTIONS_RESEND] = "outbox-resend", [FLOW_CONNECTIONS_DROP] = "outbox-drop",
  [FLOW_CONNECTIONS_ALLOW] = "pair-allow",     [FLOW_CONNECTIONS_ALLOW_ONCE] = "pair-allow",
  [FLOW_CONNECTIONS_DENY] = "pair-deny",       [FLOW_CONNECTIONS_FORGET] = "pair-forget",
};

/**
 * FlowConnections:
 *
 * Who is connected with the hub, what waits for whom, who may connect, and how well all of it works: as lists that
 * follow the hub. While nobody watches, only who is connected and who may connect is followed.
 */
struct _FlowConnections
{
  FlowBoard parent_instance;

  JsonObject *health;
  guint expiry; /* of the next request to pair */
  guint watch;
};

G_DEFINE_FINAL_TYPE (FlowConnections, flow_connections, FLOW_TYPE_BOARD)

enum
{
  HEALTH_CHANGED,
  PEERS_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* --- Answers --------------------------------------------------------------------------------------------- */

static void
take_health (FlowConnections *self, JsonObject *answer)
{
  g_clear_pointer (&self->health, json_object_unref);
  if (answer != NULL)
    self->health = json_object_ref (answer);
  g_signal_emit (self, signals[HEALTH_CHANGED], 0);
}

static void
expired_cb (gpointer data)
{
  FlowConnections *self = data;

  self->expiry = 0;
  flow_board_refresh (FLOW_BOARD (self));
}

/* Nobody tells that a request to pair is too old. */
static void
await_expiry (FlowConnections *self)
{
  GListModel *requests = flow_board_get_list (FLOW_BOARD (self), FLOW_CONNECTIONS_REQUESTS);
  gint64 first = G_MAXINT64;

  g_clear_handle_id (&self->expiry, g_source_remove);
  for (guint i = 0; i < g_list_model_get_n_items (requests); i++)
    {
      g_autoptr (FlowEntry) request = g_list_model_get_item (requests, i);

      first = MIN (first, flow_entry_get_number (request, "expires_in"));
    }
  if (first == G_MAXINT64)
    return;
  self->expiry = g_timeout_add_once ((guint) CLAMP (first, 0, 3600) * 1000 + GRACE_MS, expired_cb, self);
  g_source_set_name_by_id (self->expiry, "flow-connections-expiry");
}

static void
flow_connections_answered (FlowBoard *board, guint question, JsonObject *answer)
{
  FlowConnections *self = FLOW_CONNECTIONS (board);

  if (question == ASK_HEALTH)
    take_health (self, answer);
  if (question != ASK_PAIRS)
    return;
  await_expiry (self);
  g_signal_emit (self, signals[PEERS_CHANGED], 0);
}

static gboolean
watch_cb (gpointer data)
{
  flow_board_refresh (data);
  return G_SOURCE_CONTINUE;
}

static void
flow_connections_watched (FlowBoard *board, gboolean watched)
{
  FlowConnections *self = FLOW_CONNECTIONS (board);

  g_clear_handle_id (&self->watch, g_source_remove);
  if (!watched)
    return;
  self->watch = g_timeout_add (WATCH_MS, watch_cb, self);
  g_source_set_name_by_id (self->watch, "flow-connections-watch");
}

/* --- The whole ------------------------------------------------------------------------------------------- */

static void
flow_connections_dispose (GObject *object)
{
  FlowConnections *self = FLOW_CONNECTIONS (object);

  g_clear_handle_id (&self->expiry, g_source_remove);
  g_clear_handle_id (&self->watch, g_source_remove);

  G_OBJECT_CLASS (flow_connections_parent_class)->dispose (object);
}

static void
flow_connections_finalize (GObject *object)
{
  g_clear_pointer (&FLOW_CONNECTIONS (object)->health, json_object_unref);

  G_OBJECT_CLASS (flow_connections_parent_class)->finalize (object);
}

static void
flow_connections_class_init (FlowConnectionsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  FlowBoardClass *board_class = FLOW_BOARD_CLASS (klass);

  object_class->dispose = flow_connections_dispose;
  object_class->finalize = flow_connections_finalize;
  board_class->questions = questions;
  board_class->n_questions = G_N_ELEMENTS (questions);
  board_class->lists = lists;
  board_class->n_lists = G_N_ELEMENTS (lists);
  board_class->answered = flow_connections_answered;
  board_class->watched = flow_connections_watched;

  /**
   * FlowConnections::health-changed:
   * @self: the connections
   *
   * Emitted when flow_connections_get_health() says something else.
   */
  signals[HEALTH_CHANGED] = g_signal_new ("health-changed", FLOW_TYPE_CONNECTIONS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 0);

  /**
   * FlowConnections::peers-changed:
   * @self: the connections
   *
   * Emitted when the hub has told who may connect and who wants to; the entries of these lists may say something else.
   */
  signals[PEERS_CHANGED] = g_signal_new ("peers-changed", FLOW_TYPE_CONNECTIONS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 0);
}

static void
flow_connections_init (FlowConnections *self)
{
}

/**
 * flow_connections_new:
 *
 * Returns: (transfer full): connections without a hub: nothing is listed
 */
FlowConnections *
flow_connections_new (void)
{
  return g_object_new (FLOW_TYPE_CONNECTIONS, NULL);
}

/**
 * flow_connections_get_health:
 * @self: the connections
 *
 * Returns: (transfer none) (nullable): what the verb `health` answered, %NULL while nobody watches
 */
JsonObject *
flow_connections_get_health (FlowConnections *self)
{
  g_return_val_if_fail (FLOW_IS_CONNECTIONS (self), NULL);

  return self->health;
}

static JsonObject *
arguments_of (FlowEntry *entry)
{
  static const char *const names[] = { "origin", "request", "client" };
  JsonObject *arguments = json_object_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      if (flow_entry_get_text (entry, names[i]) != NULL)
        {
          json_object_set_string_member (arguments, names[i], flow_entry_get_text (entry, names[i]));
          return arguments;
        }
    }
  json_object_set_int_member (arguments, "number", flow_entry_get_number (entry, "number"));
  return arguments;
}

/**
 * flow_connections_act:
 * @self: the connections
 * @act: what to do
 * @entry: with what
 *
 * Have the hub do it. When that fails it is told by [signal@FlowBoard::failed].
 */
void
flow_connections_act (FlowConnections *self, FlowConnectionsAct act, FlowEntry *entry)
{
  g_autoptr (JsonObject) arguments = NULL;

  g_return_if_fail (FLOW_IS_CONNECTIONS (self));
  g_return_if_fail (FLOW_IS_ENTRY (entry));

  arguments = arguments_of (entry);
  if (act == FLOW_CONNECTIONS_ALLOW_ONCE)
    json_object_set_boolean_member (arguments, "once", TRUE);
  flow_board_act (FLOW_BOARD (self), acts[act], arguments, flow_entry_get_key (entry));
}
