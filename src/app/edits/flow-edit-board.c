/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit-board"

#include "app/edits/flow-edit-board.h"

#include "hub/flow-json-read.h"

/* A row is made for each; the hub keeps no more open. */
#define MAX_LISTED 200

/* Whatever changes within this time is asked for once; there is time while nobody looks. */
#define SOON_MS 100
#define LATER_MS 500

static const char *const members[FLOW_EDIT_N_LISTS] = {
  [FLOW_EDIT_LIST_OPEN] = "sessions",
  [FLOW_EDIT_LIST_LEFT] = "recoverable",
};

/**
 * FlowEditBoard:
 *
 * The edits of the hub as the window follows them: those that go on, with both of their ends, and those that can be
 * brought back. What the user wants done with them goes through here to the hub.
 */
struct _FlowEditBoard
{
  GObject parent_instance;

  FlowVerbs *verbs;          /* NULL: there is no hub, and nothing to list */
  GCancellable *cancellable; /* ends the waiting for answers of these verbs */
  GListStore *stores[FLOW_EDIT_N_LISTS];
  GHashTable *hidden; /* ids of what seems gone but can be taken back */
  gboolean asking;
  gboolean dirty;
  guint soon;
  guint watchers;
};

G_DEFINE_FINAL_TYPE (FlowEditBoard, flow_edit_board, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_LIVE,
  N_PROPS
};

enum
{
  CHANGED,
  FAILED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

/* --- Answers --------------------------------------------------------------------------------------------- */

static GPtrArray *
read_entries (FlowEditBoard *self, JsonArray *array)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func (g_object_unref);
  guint n = array != NULL ? json_array_get_length (array) : 0;
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < n && entries->len < MAX_LISTED; i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *id = object != NULL ? flow_json_get_string (object, "id") : NULL;

      if (id == NULL || g_hash_table_contains (seen, id) || g_hash_table_contains (self->hidden, id))
        continue;
      g_ptr_array_add (entries, flow_entry_new (id, object));
      g_hash_table_add (seen, (char *) id);
    }
  return entries;
}

static void
take (FlowEditBoard *self, JsonObject *answer)
{
  for (FlowEditList list = 0; list < FLOW_EDIT_N_LISTS; list++)
    {
      g_autoptr (GPtrArray) entries = read_entries (self, flow_json_get_array (answer, members[list]));

      flow_entry_sync (self->stores[list], entries);
    }
  g_signal_emit (self, signals[CHANGED], 0);
}

static void ask_soon (FlowEditBoard *self);

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (FlowEditBoard) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = flow_verbs_run_finish (FLOW_VERBS (source), result, &error);

  /* An answer of a hub that is gone says nothing. */
  if (G_OBJECT (self->verbs) != source)
    return;
  self->asking = FALSE;
  if (answer != NULL)
    take (self, answer);
  else
    g_debug ("edits: %s", error->message);
  if (self->dirty)
    ask_soon (self);
}

static void
ask_now (FlowEditBoard *self)
{
  if (self->verbs == NULL || !self->dirty || self->asking)
    return;
  self->dirty = FALSE;
  self->asking = TRUE;
  flow_verbs_run_async (self->verbs, "edits", NULL, self->cancellable, answered_cb, g_object_ref (self));
}

static void
soon_cb (gpointer data)
{
  FlowEditBoard *self = data;

  self->soon = 0;
  ask_now (self);
}

static void
ask_soon (FlowEditBoard *self)
{
  if (self->soon != 0 || self->verbs == NULL)
    return;
  self->soon = g_timeout_add_once (self->watchers > 0 ? SOON_MS : LATER_MS, soon_cb, self);
  g_source_set_name_by_id (self->soon, "flow-edit-board-soon");
}

/* --- Acts ------------------------------------------------------------------------------------------------ */

typedef struct
{
  FlowEditBoard *self;
  char *id; /* (nullable): what was acted on */
} Deed;

static void
done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Deed *deed = data;
  g_autoptr (FlowEditBoard) self = deed->self;
  g_autofree char *id = deed->id;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = flow_verbs_run_finish (FLOW_VERBS (source), result, &error);

  if (id != NULL)
    g_hash_table_remove (self->hidden, id);
  if (answer == NULL)
    g_signal_emit (self, signals[FAILED], 0, error->message);
  if (G_OBJECT (self->verbs) == source)
    flow_edit_board_refresh (self);
}

/* --- The whole ------------------------------------------------------------------------------------------- */

static void
flow_edit_board_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  if (id == PROP_LIVE)
    g_value_set_boolean (value, flow_edit_board_is_live (FLOW_EDIT_BOARD (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
flow_edit_board_dispose (GObject *object)
{
  FlowEditBoard *self = FLOW_EDIT_BOARD (object);

  g_clear_handle_id (&self->soon, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->verbs);

  G_OBJECT_CLASS (flow_edit_board_parent_class)->dispose (object);
}

static void
flow_edit_board_finalize (GObject *object)
{
  FlowEditBoard *self = FLOW_EDIT_BOARD (object);

  for (int list = 0; list < FLOW_EDIT_N_LISTS; list++)
    g_object_unref (self->stores[list]);
  g_hash_table_unref (self->hidden);
  g_object_unref (self->cancellable);

  G_OBJECT_CLASS (flow_edit_board_parent_class)->finalize (object);
}

static void
flow_edit_board_class_init (FlowEditBoardClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = flow_edit_board_get_property;
  object_class->dispose = flow_edit_board_dispose;
  object_class->finalize = flow_edit_board_finalize;

  /**
   * FlowEditBoard:live:
   *
   * Whether there is a hub.
   */
  properties[PROP_LIVE] = g_param_spec_boolean ("live", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * FlowEditBoard::changed:
   * @self: the board
   *
   * Emitted when the hub has told how its edits are; the entries of the lists may say something else.
   */
  signals[CHANGED] = g_signal_new ("changed", FLOW_TYPE_EDIT_BOARD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                   0);

  /**
   * FlowEditBoard::failed:
   * @self: the board
   * @reason: what the hub said
   *
   * Emitted when something that was wanted could not be done.
   */
  signals[FAILED] = g_signal_new ("failed", FLOW_TYPE_EDIT_BOARD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                  1, G_TYPE_STRING);
}

static void
flow_edit_board_init (FlowEditBoard *self)
{
  for (int list = 0; list < FLOW_EDIT_N_LISTS; list++)
    self->stores[list] = g_list_store_new (FLOW_TYPE_ENTRY);
  self->hidden = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->cancellable = g_cancellable_new ();
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
 * flow_edit_board_set_verbs:
 * @self: the board
 * @verbs: (nullable): who answers; %NULL when there is no hub
 *
 * Follow another hub.
 */
void
flow_edit_board_set_verbs (FlowEditBoard *self, FlowVerbs *verbs)
{
  g_return_if_fail (FLOW_IS_EDIT_BOARD (self));

  if (!g_set_object (&self->verbs, verbs))
    return;
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
  g_clear_handle_id (&self->soon, g_source_remove);
  self->asking = FALSE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LIVE]);
  self->dirty = verbs != NULL;
  ask_now (self);
  if (verbs != NULL)
    return;
  for (int list = 0; list < FLOW_EDIT_N_LISTS; list++)
    g_list_store_remove_all (self->stores[list]);
  g_signal_emit (self, signals[CHANGED], 0);
}

/**
 * flow_edit_board_is_live:
 * @self: the board
 *
 * Returns: whether there is a hub
 */
gboolean
flow_edit_board_is_live (FlowEditBoard *self)
{
  g_return_val_if_fail (FLOW_IS_EDIT_BOARD (self), FALSE);

  return self->verbs != NULL;
}

/**
 * flow_edit_board_is_current:
 * @self: a board
 *
 * Find out whether everything that the hub told of is listed. If not, `changed` comes when it is.
 *
 * Returns: %FALSE while the hub is still to be asked
 */
gboolean
flow_edit_board_is_current (FlowEditBoard *self)
{
  g_return_val_if_fail (FLOW_IS_EDIT_BOARD (self), FALSE);

  return self->verbs == NULL || (!self->dirty && !self->asking);
}

/**
 * flow_edit_board_get_list:
 * @self: the board
 * @list: which
 *
 * Returns: (transfer none): a list of #FlowEntry, with the members that the verb `edits` writes; the keys are the ids
 */
GListModel *
flow_edit_board_get_list (FlowEditBoard *self, FlowEditList list)
{
  g_return_val_if_fail (FLOW_IS_EDIT_BOARD (self), NULL);

  return G_LIST_MODEL (self->stores[list]);
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

  open = G_LIST_MODEL (self->stores[FLOW_EDIT_LIST_OPEN]);
  for (guint i = 0; i < g_list_model_get_n_items (open); i++)
    {
      g_autoptr (FlowEntry) edit = g_list_model_get_item (open, i);

      n += flow_entry_get_flag (edit, "conflict") ? 1 : 0;
    }
  return n;
}

/**
 * flow_edit_board_find:
 * @self: the board
 * @id: an edit's id
 *
 * Returns: (transfer full) (nullable): the edit, whether it goes on or can be brought back
 */
FlowEntry *
flow_edit_board_find (FlowEditBoard *self, const char *id)
{
  g_return_val_if_fail (FLOW_IS_EDIT_BOARD (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  for (int list = 0; list < FLOW_EDIT_N_LISTS; list++)
    for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->stores[list])); i++)
      {
        g_autoptr (FlowEntry) edit = g_list_model_get_item (G_LIST_MODEL (self->stores[list]), i);

        if (g_str_equal (flow_entry_get_key (edit), id))
          return g_steal_pointer (&edit);
      }
  return NULL;
}

/**
 * flow_edit_board_refresh:
 * @self: the board
 *
 * Something is otherwise: ask the hub, soon, and once for all that comes until then.
 */
void
flow_edit_board_refresh (FlowEditBoard *self)
{
  g_return_if_fail (FLOW_IS_EDIT_BOARD (self));

  self->dirty = TRUE;
  ask_soon (self);
}

/**
 * flow_edit_board_watch:
 * @self: the board
 *
 * Somebody looks, until flow_edit_board_unwatch() is called as often: changes are asked for sooner.
 */
void
flow_edit_board_watch (FlowEditBoard *self)
{
  g_return_if_fail (FLOW_IS_EDIT_BOARD (self));

  if (self->watchers++ > 0)
    return;
  g_clear_handle_id (&self->soon, g_source_remove);
  self->dirty = TRUE;
  ask_now (self);
}

/**
 * flow_edit_board_unwatch:
 * @self: the board
 *
 * Nobody looks any more.
 */
void
flow_edit_board_unwatch (FlowEditBoard *self)
{
  g_return_if_fail (FLOW_IS_EDIT_BOARD (self));
  g_return_if_fail (self->watchers > 0);

  self->watchers--;
}

/**
 * flow_edit_board_hide:
 * @self: the board
 * @edit: what seems gone
 *
 * List an edit no more, until it is acted on or flow_edit_board_unhide() is called.
 */
void
flow_edit_board_hide (FlowEditBoard *self, FlowEntry *edit)
{
  g_return_if_fail (FLOW_IS_EDIT_BOARD (self));
  g_return_if_fail (FLOW_IS_ENTRY (edit));

  g_hash_table_add (self->hidden, g_strdup (flow_entry_get_key (edit)));
  for (int list = 0; list < FLOW_EDIT_N_LISTS; list++)
    {
      guint position;

      if (g_list_store_find (self->stores[list], edit, &position))
        g_list_store_remove (self->stores[list], position);
    }
  g_signal_emit (self, signals[CHANGED], 0);
}

/**
 * flow_edit_board_unhide:
 * @self: the board
 * @edit: what was hidden
 *
 * List it again.
 */
void
flow_edit_board_unhide (FlowEditBoard *self, FlowEntry *edit)
{
  g_return_if_fail (FLOW_IS_EDIT_BOARD (self));
  g_return_if_fail (FLOW_IS_ENTRY (edit));

  g_hash_table_remove (self->hidden, flow_entry_get_key (edit));
  flow_edit_board_refresh (self);
}

/**
 * flow_edit_board_act:
 * @self: the board
 * @verb: what to do
 * @arguments: with what
 *
 * Have the hub do something. When that fails it is told by [signal@FlowEditBoard::failed].
 */
void
flow_edit_board_act (FlowEditBoard *self, const char *verb, JsonObject *arguments)
{
  Deed *deed;

  g_return_if_fail (FLOW_IS_EDIT_BOARD (self));
  g_return_if_fail (verb != NULL && arguments != NULL);

  if (self->verbs == NULL)
    return;
  deed = g_new (Deed, 1);
  *deed = (Deed) { g_object_ref (self), g_strdup (flow_json_get_string (arguments, "id")) };
  flow_verbs_run_async (self->verbs, verb, arguments, NULL, done_cb, deed);
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

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = NULL;
  JsonObject *answer = flow_verbs_run_finish (FLOW_VERBS (source), result, &error);

  if (answer != NULL)
    g_task_return_pointer (task, answer, (GDestroyNotify) json_object_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

/**
 * flow_edit_board_ask_async:
 * @self: the board
 * @verb: what to ask
 * @arguments: (nullable): about what
 * @cancellable: (nullable): ends the waiting
 * @callback: called with the answer
 * @data: for @callback
 *
 * Ask the hub something that changes nothing. Without a hub the answer is %G_IO_ERROR_NOT_CONNECTED.
 */
void
flow_edit_board_ask_async (FlowEditBoard *self, const char *verb, JsonObject *arguments, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer data)
{
  GTask *task;

  g_return_if_fail (FLOW_IS_EDIT_BOARD (self));
  g_return_if_fail (verb != NULL);

  task = g_task_new (self, cancellable, callback, data);
  g_task_set_source_tag (task, flow_edit_board_ask_async);
  if (self->verbs != NULL)
    {
      flow_verbs_run_async (self->verbs, verb, arguments, cancellable, asked_cb, task);
      return;
    }
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED, "There is no hub");
  g_object_unref (task);
}

/**
 * flow_edit_board_ask_finish:
 * @self: the board
 * @result: the result of the callback
 * @error: return location
 *
 * Returns: (transfer full): the answer, or %NULL with the error of the verb
 */
JsonObject *
flow_edit_board_ask_finish (FlowEditBoard *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
