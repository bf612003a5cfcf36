/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync-marks"

#include "app/sync/flow-sync-marks.h"

#include <glib/gi18n.h>

#include "app/connections/flow-connection-text.h"
#include "app/connections/flow-entry.h"
#include "app/sync/flow-sync-words.h"
#include "hub/flow-json-read.h"

/* So many of the latest runs are looked at. */
#define MAX_RUNS 200

/**
 * FlowSyncMarks:
 *
 * When this device and the others exchanged something, and when that failed, for the timeline. Asked for when something
 * was synced, not from time to time.
 */
struct _FlowSyncMarks
{
  GObject parent_instance;

  FlowSyncBoard *board;
  GCancellable *cancellable;
  FlowOverviewMarks *marks;
  char *seen; /* what the hub told of its last run when the marks were asked for */
  gboolean asking;
};

G_DEFINE_FINAL_TYPE (FlowSyncMarks, flow_sync_marks, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* --- Answers --------------------------------------------------------------------------------------------- */

static char *
describe (FlowEntry *run, FlowOverviewMarkKind kind)
{
  g_autofree char *when = flow_connection_text_when (flow_entry_get_time (run, "end"), g_get_real_time () * 1000);
  g_autofree char *changes = flow_sync_words_changes (flow_entry_get_number (run, "sent") +
                                                      flow_entry_get_number (run, "received"));

  if (kind == FLOW_OVERVIEW_MARK_FAILED)
    return g_strdup_printf (_ ("%s: not synced: %s"), when,
                            flow_json_get_string (flow_entry_get_object (run, "error"), "message"));
  if (kind == FLOW_OVERVIEW_MARK_ASKS)
    return g_strdup_printf (_ ("%s: %s synced, with a conflict"), when, changes);
  return g_strdup_printf (_ ("%s: %s synced"), when, changes);
}

/* A look that brought nothing is no event. */
static void
take_run (FlowOverviewMarks *marks, JsonObject *object)
{
  g_autoptr (FlowEntry) run = flow_entry_new ("", object);
  gboolean moved = flow_entry_get_number (run, "sent") > 0 || flow_entry_get_number (run, "received") > 0;
  FlowOverviewMarkKind kind = FLOW_OVERVIEW_MARK_DONE;
  g_autofree char *text = NULL;

  if (flow_entry_get_object (run, "error") != NULL)
    kind = FLOW_OVERVIEW_MARK_FAILED;
  else if (flow_entry_get_number (run, "conflicts") > 0)
    kind = FLOW_OVERVIEW_MARK_ASKS;
  else if (!moved)
    return;
  text = describe (run, kind);
  flow_overview_marks_add (marks, flow_entry_get_time (run, "end"), kind, text);
}

static void
take (FlowSyncMarks *self, JsonObject *answer)
{
  JsonArray *runs = flow_json_get_array (answer, "runs");
  guint n = runs != NULL ? MIN (json_array_get_length (runs), MAX_RUNS) : 0;

  g_clear_pointer (&self->marks, flow_overview_marks_unref);
  self->marks = flow_overview_marks_new ();
  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (runs, i);

      if (JSON_NODE_HOLDS_OBJECT (node))
        take_run (self->marks, json_node_get_object (node));
    }
  g_signal_emit (self, signals[CHANGED], 0);
}

static void changed_cb (FlowSyncMarks *self);

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (FlowSyncMarks) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = flow_board_ask_finish (FLOW_BOARD (source), result, &error);

  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  self->asking = FALSE;
  if (answer == NULL)
    return;
  take (self, answer);
  changed_cb (self);
}

/* --- Questions ------------------------------------------------------------------------------------------- */

static void
ask (FlowSyncMarks *self)
{
  g_autoptr (JsonObject) arguments = json_object_new ();

  self->asking = TRUE;
  json_object_set_int_member (arguments, "limit", MAX_RUNS);
  flow_board_ask_async (FLOW_BOARD (self->board), "sync-history", arguments, self->cancellable, answered_cb,
                        g_object_ref (self));
}

/* What tells one run from the next, as far as the state says. */
static char *
dup_last_run (FlowSyncMarks *self)
{
  JsonObject *status = flow_sync_board_get_status (self->board);
  JsonObject *error = status != NULL ? flow_json_get_object (status, "error") : NULL;
  const char *success = status != NULL ? flow_json_get_string (status, "last_success") : NULL;
  const char *code = error != NULL ? flow_json_get_string (error, "code") : NULL;

  if (success == NULL && code == NULL)
    return NULL;
  return g_strdup_printf ("%s %s", success != NULL ? success : "", code != NULL ? code : "");
}

static void
changed_cb (FlowSyncMarks *self)
{
  g_autofree char *last = dup_last_run (self);

  if (self->asking || last == NULL || g_strcmp0 (last, self->seen) == 0)
    return;
  g_free (self->seen);
  self->seen = g_steal_pointer (&last);
  ask (self);
}

/* --- The whole ------------------------------------------------------------------------------------------- */

static void
flow_sync_marks_dispose (GObject *object)
{
  FlowSyncMarks *self = FLOW_SYNC_MARKS (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->board);

  G_OBJECT_CLASS (flow_sync_marks_parent_class)->dispose (object);
}

static void
flow_sync_marks_finalize (GObject *object)
{
  FlowSyncMarks *self = FLOW_SYNC_MARKS (object);

  g_clear_object (&self->cancellable);
  flow_overview_marks_unref (self->marks);
  g_free (self->seen);

  G_OBJECT_CLASS (flow_sync_marks_parent_class)->finalize (object);
}

static void
flow_sync_marks_class_init (FlowSyncMarksClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_sync_marks_dispose;
  G_OBJECT_CLASS (klass)->finalize = flow_sync_marks_finalize;

  /**
   * FlowSyncMarks::changed:
   * @self: the marks
   *
   * Emitted when flow_sync_marks_get() says something else.
   */
  signals[CHANGED] = g_signal_new ("changed", FLOW_TYPE_SYNC_MARKS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                   0);
}

static void
flow_sync_marks_init (FlowSyncMarks *self)
{
  self->cancellable = g_cancellable_new ();
  self->marks = flow_overview_marks_new ();
}

/**
 * flow_sync_marks_new:
 * @board: what tells that something was synced
 *
 * Returns: (transfer full): marks that follow it
 */
FlowSyncMarks *
flow_sync_marks_new (FlowSyncBoard *board)
{
  FlowSyncMarks *self = g_object_new (FLOW_TYPE_SYNC_MARKS, NULL);

  self->board = g_object_ref (board);
  g_signal_connect_object (board, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  changed_cb (self);
  return self;
}

/**
 * flow_sync_marks_get:
 * @self: the marks
 *
 * Returns: (transfer none): what happened, until the next change
 */
FlowOverviewMarks *
flow_sync_marks_get (FlowSyncMarks *self)
{
  g_return_val_if_fail (FLOW_IS_SYNC_MARKS (self), NULL);

  return self->marks;
}
