/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-share"

#include "app/sync/flow-trace-share.h"

#include <glib/gi18n.h>

#include "base/flow-id.h"
#include "hub/flow-json-read.h"

#define ID_SIZE 16
/* What takes longer is seen to be under way. */
#define SLOW_MS 500

/**
 * FlowTraceShare:
 *
 * Whether the spans of one trace go to the user's other devices, and the way to have it otherwise.
 */
struct _FlowTraceShare
{
  GObject parent_instance;

  FlowSyncBoard *board;
  char *trace;          /* (nullable): its id in hexadecimal digits */
  const char *reason;   /* (nullable): why nothing can be said */
  gboolean shared;      /* as it is, or is about to be */
  gboolean is_slow;     /* a change takes a while */
  gboolean is_changing; /* a change is under way */
  guint slow;
  GCancellable *cancellable; /* of what is asked about this trace */
};

G_DEFINE_FINAL_TYPE (FlowTraceShare, flow_trace_share, G_TYPE_OBJECT)

enum
{
  CHANGED,
  DONE,
  FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* Not after the board is gone. Returns: (nullable): why no trace can be shared. */
static const char *
find_reason (FlowTraceShare *self)
{
  if (!flow_board_is_live (FLOW_BOARD (self->board)))
    return _ ("The hub does not run");
  switch (flow_sync_board_get_state (self->board))
    {
    case FLOW_SYNC_OFF:
      return _ ("Nobody is signed in; see the page Sync");
    case FLOW_SYNC_SIGNED_OUT:
      return _ ("This device was signed out; see the page Sync");
    case FLOW_SYNC_CONNECTING:
    case FLOW_SYNC_SYNCING:
    case FLOW_SYNC_IDLE:
    case FLOW_SYNC_OFFLINE:
    case FLOW_SYNC_PAUSED:
    case FLOW_SYNC_NEEDS_PASSPHRASE:
    case FLOW_SYNC_ERROR:
    case FLOW_SYNC_N_STATES:
    default:
      return NULL;
    }
}

static void
tell (FlowTraceShare *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
set_shared (FlowTraceShare *self, gboolean shared)
{
  if (self->shared == shared)
    return;
  self->shared = shared;
  tell (self);
}

/* --- Asking ---------------------------------------------------------------------------------------------- */

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (FlowTraceShare) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = flow_board_ask_finish (FLOW_BOARD (source), result, &error);

  if (answer != NULL && !self->is_changing && g_strcmp0 (flow_json_get_string (answer, "trace_id"), self->trace) == 0)
    set_shared (self, flow_json_get_bool (answer, "shared"));
  else if (error != NULL)
    g_debug ("Whether a trace is shared: %s", error->message);
}

static void
look (FlowTraceShare *self)
{
  g_autoptr (JsonObject) arguments = NULL;

  if (self->trace == NULL || self->reason != NULL || self->is_changing)
    return;
  arguments = flow_sync_arguments ("trace_id", self->trace, NULL);
  flow_board_ask_async (FLOW_BOARD (self->board), "trace-shared", arguments, self->cancellable, looked_cb,
                        g_object_ref (self));
}

static void
board_changed_cb (FlowTraceShare *self)
{
  const char *reason = find_reason (self);

  if (self->reason == reason)
    return;
  self->reason = reason;
  if (reason != NULL)
    self->shared = FALSE;
  tell (self);
  look (self);
}

/* --- Changing -------------------------------------------------------------------------------------------- */

/* A change goes on when another trace is looked at. */
typedef struct
{
  FlowTraceShare *self;
  char *trace;
  gboolean shared;
} Change;

static void
set_slow (FlowTraceShare *self, gboolean slow)
{
  g_clear_handle_id (&self->slow, g_source_remove);
  if (self->is_slow == slow)
    return;
  self->is_slow = slow;
  tell (self);
}

static void
slow_cb (gpointer data)
{
  FlowTraceShare *self = data;

  self->slow = 0;
  set_slow (self, TRUE);
}

static void
end_change (FlowTraceShare *self)
{
  self->is_changing = FALSE;
  set_slow (self, FALSE);
}

static void
changed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Change *change = data;
  g_autofree char *trace = change->trace;
  g_autoptr (FlowTraceShare) self = change->self;
  gboolean is_same = g_strcmp0 (trace, self->trace) == 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = flow_board_ask_finish (FLOW_BOARD (source), result, &error);

  if (is_same)
    end_change (self);
  if (is_same && answer == NULL)
    set_shared (self, !change->shared);
  if (answer != NULL)
    g_signal_emit (self, signals[DONE], 0, change->shared);
  else
    g_signal_emit (self, signals[FAILED], 0, error->message);
}

/**
 * flow_trace_share_set_shared:
 * @self: what a trace is shared by
 * @shared: whether the other devices are to have the spans
 *
 * Have a trace shared, or not any more. It counts at once; when it cannot be, that is told by
 * [signal@FlowTraceShare::failed], and it is as it was.
 */
void
flow_trace_share_set_shared (FlowTraceShare *self, gboolean shared)
{
  g_autoptr (JsonObject) arguments = NULL;
  Change *change;

  g_return_if_fail (FLOW_IS_TRACE_SHARE (self));

  if (self->trace == NULL || self->reason != NULL || self->is_changing || self->shared == shared)
    return;
  arguments = flow_sync_arguments ("trace_id", self->trace, NULL);
  json_object_set_boolean_member (arguments, "stop", !shared);
  change = g_new (Change, 1);
  *change = (Change) { g_object_ref (self), g_strdup (self->trace), shared };
  self->is_changing = TRUE;
  self->slow = g_timeout_add_once (SLOW_MS, slow_cb, self);
  g_source_set_name_by_id (self->slow, "flow-trace-share-slow");
  set_shared (self, shared);
  flow_board_ask_async (FLOW_BOARD (self->board), "trace-share", arguments, NULL, changed_cb, change);
}

/* --- The whole ------------------------------------------------------------------------------------------- */

static void
flow_trace_share_dispose (GObject *object)
{
  FlowTraceShare *self = FLOW_TRACE_SHARE (object);

  g_clear_handle_id (&self->slow, g_source_remove);
  g_cancellable_cancel (self->cancellable);

  G_OBJECT_CLASS (flow_trace_share_parent_class)->dispose (object);
}

static void
flow_trace_share_finalize (GObject *object)
{
  FlowTraceShare *self = FLOW_TRACE_SHARE (object);

  g_object_unref (self->cancellable);
  g_object_unref (self->board);
  g_free (self->trace);

  G_OBJECT_CLASS (flow_trace_share_parent_class)->finalize (object);
}

static void
flow_trace_share_class_init (FlowTraceShareClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = flow_trace_share_dispose;
  object_class->finalize = flow_trace_share_finalize;

  /**
   * FlowTraceShare::changed:
   * @self: what a trace is shared by
   *
   * Emitted when something else is so.
   */
  signals[CHANGED] = g_signal_new ("changed", FLOW_TYPE_TRACE_SHARE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);

  /**
   * FlowTraceShare::done:
   * @self: what a trace is shared by
   * @shared: whether the other devices have the spans from then on
   *
   * Emitted when what the user wanted is done.
   */
  signals[DONE] = g_signal_new ("done", FLOW_TYPE_TRACE_SHARE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                G_TYPE_BOOLEAN);

  /**
   * FlowTraceShare::failed:
   * @self: what a trace is shared by
   * @reason: what the hub said
   *
   * Emitted when what the user wanted could not be done.
   */
  signals[FAILED] = g_signal_new ("failed", FLOW_TYPE_TRACE_SHARE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                  1, G_TYPE_STRING);
}

static void
flow_trace_share_init (FlowTraceShare *self)
{
  self->cancellable = g_cancellable_new ();
}

/**
 * flow_trace_share_new:
 * @board: how syncing is
 *
 * Returns: (transfer full): what shares no trace yet
 */
FlowTraceShare *
flow_trace_share_new (FlowSyncBoard *board)
{
  FlowTraceShare *self = g_object_new (FLOW_TYPE_TRACE_SHARE, NULL);

  self->board = g_object_ref (board);
  self->reason = find_reason (self);
  g_signal_connect_object (board, "changed", G_CALLBACK (board_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (board, "notify::live", G_CALLBACK (board_changed_cb), self, G_CONNECT_SWAPPED);
  return self;
}

/**
 * flow_trace_share_set_trace:
 * @self: what a trace is shared by
 * @trace_id: (nullable): 16 bytes, %NULL for no trace
 *
 * Look at a trace, also at the same one again. How it is comes a moment later.
 */
void
flow_trace_share_set_trace (FlowTraceShare *self, const guint8 *trace_id)
{
  char hex[2 * ID_SIZE + 1] = "";

  g_return_if_fail (FLOW_IS_TRACE_SHARE (self));

  if (trace_id != NULL)
    flow_id_to_hex (trace_id, ID_SIZE, hex);
  if (g_strcmp0 (self->trace, trace_id != NULL ? hex : NULL) != 0)
    {
      g_cancellable_cancel (self->cancellable);
      g_object_unref (self->cancellable);
      self->cancellable = g_cancellable_new ();
      g_free (self->trace);
      self->trace = trace_id != NULL ? g_strdup (hex) : NULL;
      self->shared = FALSE;
      end_change (self);
      tell (self);
    }
  look (self);
}

/**
 * flow_trace_share_get_reason:
 * @self: what a trace is shared by
 *
 * Returns: (nullable): why no trace can be shared, in people's words; %NULL: it can be
 */
const char *
flow_trace_share_get_reason (FlowTraceShare *self)
{
  g_return_val_if_fail (FLOW_IS_TRACE_SHARE (self), NULL);

  return self->reason;
}

/**
 * flow_trace_share_get_shared:
 * @self: what a trace is shared by
 *
 * Returns: whether the spans go to the other devices
 */
gboolean
flow_trace_share_get_shared (FlowTraceShare *self)
{
  g_return_val_if_fail (FLOW_IS_TRACE_SHARE (self), FALSE);

  return self->shared;
}

/**
 * flow_trace_share_is_slow:
 * @self: what a trace is shared by
 *
 * Returns: whether a change is under way that takes more than a moment
 */
gboolean
flow_trace_share_is_slow (FlowTraceShare *self)
{
  g_return_val_if_fail (FLOW_IS_TRACE_SHARE (self), FALSE);

  return self->is_slow;
}
