/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-board"

#include "app/connections/flow-board.h"

#include <string.h>

#include "hub/flow-json-read.h"

/* Whatever changes within this time is asked for once; there is time while nobody looks. */
#define SOON_MS 100
#define LATER_MS 500

typedef struct
{
  FlowVerbs *verbs;          /* NULL: there is no hub, and nothing to list */
  GCancellable *cancellable; /* ends the waiting for answers of these verbs */
  GListStore *stores[FLOW_BOARD_MAX];
  guint64 totals[FLOW_BOARD_MAX];
  gboolean asking[FLOW_BOARD_MAX];
  gboolean dirty[FLOW_BOARD_MAX];
  GHashTable *hidden; /* keys of what seems gone but can be taken back */
  guint soon;
  guint watchers;
} FlowBoardPrivate;

/**
 * FlowBoard:
 *
 * Something of the hub as the window follows it: questions that are asked again when the hub tells that something
 * changed, and the lists of their answers, whose entries stay the same objects. What the user wants done goes through
 * here to the hub.
 */
G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (FlowBoard, flow_board, G_TYPE_OBJECT)

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

static FlowBoardPrivate *
get (FlowBoard *self)
{
  return flow_board_get_instance_private (self);
}

/* --- Answers --------------------------------------------------------------------------------------------- */

/* Numbers are keys too. */
static char *
dup_key (JsonObject *members, const char *name)
{
  const char *text = flow_json_get_string (members, name);
  gint64 number = flow_json_get_int (members, name);

  if (text != NULL)
    return g_strdup (text);
  return number != 0 ? g_strdup_printf ("%" G_GINT64_FORMAT, number) : NULL;
}

/* How many there are is told beside the list, of which not all may be there. What is hidden does not count. */
static guint64
read_total (JsonObject *answer, const char *member, JsonArray *array, guint n_hidden)
{
  JsonObject *counts = flow_json_get_object (answer, "counts");
  gint64 told = counts != NULL ? flow_json_get_int (counts, member) : 0;
  gint64 listed = array != NULL ? (gint64) json_array_get_length (array) : 0;

  return (guint64) MAX (MAX (told, listed) - (gint64) n_hidden, 0);
}

static GPtrArray *
read_entries (FlowBoard *self, const FlowBoardList *list, JsonArray *array, guint *n_hidden)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func (g_object_unref);
  guint n = array != NULL ? json_array_get_length (array) : 0;
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < n && entries->len < list->max; i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      JsonObject *members = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      g_autofree char *key = members != NULL ? dup_key (members, list->key) : NULL;

      if (key == NULL || g_hash_table_contains (seen, key))
        continue;
      if (g_hash_table_contains (get (self)->hidden, key))
        {
          ++*n_hidden;
          continue;
        }
      g_ptr_array_add (entries, flow_entry_new (key, members));
      g_hash_table_add (seen, (char *) flow_entry_get_key (entries->pdata[entries->len - 1]));
    }
  return entries;
}

static void
take (FlowBoard *self, guint question, JsonObject *answer)
{
  FlowBoardClass *klass = FLOW_BOARD_GET_CLASS (self);

  for (guint list = 0; list < klass->n_lists; list++)
    {
      const char *member = klass->lists[list].member;
      JsonArray *array = flow_json_get_array (answer, member);
      g_autoptr (GPtrArray) entries = NULL;
      guint n_hidden = 0;

      if (klass->lists[list].question != question)
        continue;
      entries = read_entries (self, &klass->lists[list], array, &n_hidden);
      get (self)->totals[list] = read_total (answer, member, array, n_hidden);
      flow_entry_sync (get (self)->stores[list], entries);
    }
  if (klass->answered != NULL)
    klass->answered (self, question, answer);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
forget_all (FlowBoard *self)
{
  FlowBoardClass *klass = FLOW_BOARD_GET_CLASS (self);

  for (guint list = 0; list < klass->n_lists; list++)
    {
      get (self)->totals[list] = 0;
      g_list_store_remove_all (get (self)->stores[list]);
    }
  for (guint question = 0; klass->answered != NULL && question < klass->n_questions; question++)
    klass->answered (self, question, NULL);
  g_signal_emit (self, signals[CHANGED], 0);
}

/* --- Questions ------------------------------------------------------------------------------------------- */

static void ask_soon (FlowBoard *self);

typedef struct
{
  FlowBoard *self;
  guint question;
} Asked;

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Asked *asked = data;
  g_autoptr (FlowBoard) self = asked->self;
  FlowBoardPrivate *priv = get (self);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = flow_verbs_run_finish (FLOW_VERBS (source), result, &error);

  /* An answer of a hub that is gone says nothing. */
  if (G_OBJECT (priv->verbs) != source)
    return;
  priv->asking[asked->question] = FALSE;
  if (answer != NULL)
    take (self, asked->question, answer);
  else
    g_debug ("%s: %s", FLOW_BOARD_GET_CLASS (self)->questions[asked->question].verb, error->message);
  if (priv->dirty[asked->question])
    ask_soon (self);
}

static void
ask (FlowBoard *self, guint question)
{
  const FlowBoardQuestion *what = &FLOW_BOARD_GET_CLASS (self)->questions[question];
  g_autoptr (JsonObject) arguments = NULL;
  Asked *asked = g_new (Asked, 1);

  if (what->arguments != NULL)
    arguments = flow_json_read_object (what->arguments, strlen (what->arguments), NULL);
  *asked = (Asked) { g_object_ref (self), question };
  flow_verbs_run_async (get (self)->verbs, what->verb, arguments, get (self)->cancellable, answered_cb, asked);
}

static void
ask_now (FlowBoard *self)
{
  FlowBoardPrivate *priv = get (self);

  for (guint question = 0; question < FLOW_BOARD_GET_CLASS (self)->n_questions; question++)
    {
      if (priv->verbs == NULL || !priv->dirty[question] || priv->asking[question])
        continue;
      priv->dirty[question] = FALSE;
      priv->asking[question] = TRUE;
      ask (self, question);
    }
}

static void
soon_cb (gpointer data)
{
  get (data)->soon = 0;
  ask_now (data);
}

static void
ask_soon (FlowBoard *self)
{
  FlowBoardPrivate *priv = get (self);

  if (priv->soon != 0 || priv->verbs == NULL)
    return;
  priv->soon = g_timeout_add_once (priv->watchers > 0 ? SOON_MS : LATER_MS, soon_cb, self);
  g_source_set_name_by_id (priv->soon, "flow-board-soon");
}

static void
mark (FlowBoard *self)
{
  FlowBoardClass *klass = FLOW_BOARD_GET_CLASS (self);
  FlowBoardPrivate *priv = get (self);

  for (guint question = 0; question < klass->n_questions; question++)
    priv->dirty[question] = priv->dirty[question] || klass->questions[question].always || priv->watchers > 0;
}

/* --- Acts ------------------------------------------------------------------------------------------------ */

typedef struct
{
  FlowBoard *self;
  char *key; /* (nullable): what was acted on */
} Deed;

static void
done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Deed *deed = data;
  g_autoptr (FlowBoard) self = deed->self;
  g_autofree char *key = deed->key;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = flow_verbs_run_finish (FLOW_VERBS (source), result, &error);

  if (key != NULL)
    g_hash_table_remove (get (self)->hidden, key);
  if (answer == NULL)
    g_signal_emit (self, signals[FAILED], 0, error->message);
  if (G_OBJECT (get (self)->verbs) == source)
    flow_board_refresh (self);
}

/* --- The whole ------------------------------------------------------------------------------------------- */

static void
flow_board_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  if (id == PROP_LIVE)
    g_value_set_boolean (value, flow_board_is_live (FLOW_BOARD (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
flow_board_constructed (GObject *object)
{
  FlowBoard *self = FLOW_BOARD (object);
  FlowBoardClass *klass = FLOW_BOARD_GET_CLASS (self);

  g_assert (klass->n_questions <= FLOW_BOARD_MAX && klass->n_lists <= FLOW_BOARD_MAX);
  for (guint list = 0; list < klass->n_lists; list++)
    get (self)->stores[list] = g_list_store_new (FLOW_TYPE_ENTRY);

  G_OBJECT_CLASS (flow_board_parent_class)->constructed (object);
}

static void
flow_board_dispose (GObject *object)
{
  FlowBoardPrivate *priv = get (FLOW_BOARD (object));

  g_clear_handle_id (&priv->soon, g_source_remove);
  g_cancellable_cancel (priv->cancellable);
  g_clear_object (&priv->verbs);

  G_OBJECT_CLASS (flow_board_parent_class)->dispose (object);
}

static void
flow_board_finalize (GObject *object)
{
  FlowBoardPrivate *priv = get (FLOW_BOARD (object));

  for (guint list = 0; list < FLOW_BOARD_MAX; list++)
    g_clear_object (&priv->stores[list]);
  g_hash_table_unref (priv->hidden);
  g_object_unref (priv->cancellable);

  G_OBJECT_CLASS (flow_board_parent_class)->finalize (object);
}

static void
flow_board_class_init (FlowBoardClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = flow_board_constructed;
  object_class->get_property = flow_board_get_property;
  object_class->dispose = flow_board_dispose;
  object_class->finalize = flow_board_finalize;

  /**
   * FlowBoard:live:
   *
   * Whether there is a hub.
   */
  properties[PROP_LIVE] = g_param_spec_boolean ("live", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * FlowBoard::changed:
   * @self: the board
   *
   * Emitted when the hub has answered; the entries of the lists may say something else.
   */
  signals[CHANGED] = g_signal_new ("changed", FLOW_TYPE_BOARD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  /**
   * FlowBoard::failed:
   * @self: the board
   * @reason: what the hub said
   *
   * Emitted when flow_board_act() could not be done.
   */
  signals[FAILED] = g_signal_new ("failed", FLOW_TYPE_BOARD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                  G_TYPE_STRING);
}

static void
flow_board_init (FlowBoard *self)
{
  get (self)->hidden = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  get (self)->cancellable = g_cancellable_new ();
}

/**
 * flow_board_set_verbs:
 * @self: the board
 * @verbs: (nullable): who answers; %NULL when there is no hub
 *
 * Follow another hub.
 */
void
flow_board_set_verbs (FlowBoard *self, FlowVerbs *verbs)
{
  FlowBoardPrivate *priv;

  g_return_if_fail (FLOW_IS_BOARD (self));

  priv = get (self);
  if (!g_set_object (&priv->verbs, verbs))
    return;
  g_cancellable_cancel (priv->cancellable);
  g_object_unref (priv->cancellable);
  priv->cancellable = g_cancellable_new ();
  g_clear_handle_id (&priv->soon, g_source_remove);
  memset (priv->asking, 0, sizeof priv->asking);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LIVE]);
  if (verbs == NULL)
    {
      memset (priv->dirty, 0, sizeof priv->dirty);
      forget_all (self);
      return;
    }
  mark (self);
  ask_now (self);
}

/**
 * flow_board_is_live:
 * @self: the board
 *
 * Returns: whether there is a hub
 */
gboolean
flow_board_is_live (FlowBoard *self)
{
  g_return_val_if_fail (FLOW_IS_BOARD (self), FALSE);

  return get (self)->verbs != NULL;
}

/**
 * flow_board_is_current:
 * @self: a board
 *
 * Find out whether everything that the hub told of is listed. If not, `changed` comes when it is.
 *
 * Returns: %FALSE while the hub is still to be asked
 */
gboolean
flow_board_is_current (FlowBoard *self)
{
  FlowBoardPrivate *priv;

  g_return_val_if_fail (FLOW_IS_BOARD (self), FALSE);

  priv = get (self);
  for (guint question = 0; question < FLOW_BOARD_GET_CLASS (self)->n_questions; question++)
    {
      if (priv->dirty[question] || priv->asking[question])
        return priv->verbs == NULL;
    }
  return TRUE;
}

/**
 * flow_board_get_list:
 * @self: the board
 * @list: which
 *
 * Returns: (transfer none): a list of #FlowEntry, with the members that the verb writes
 */
GListModel *
flow_board_get_list (FlowBoard *self, guint list)
{
  g_return_val_if_fail (FLOW_IS_BOARD (self), NULL);
  g_return_val_if_fail (list < FLOW_BOARD_GET_CLASS (self)->n_lists, NULL);

  return G_LIST_MODEL (get (self)->stores[list]);
}

/**
 * flow_board_get_total:
 * @self: the board
 * @list: which
 *
 * Returns: how many there are, also of those that are too many to be listed
 */
guint64
flow_board_get_total (FlowBoard *self, guint list)
{
  g_return_val_if_fail (FLOW_IS_BOARD (self), 0);
  g_return_val_if_fail (list < FLOW_BOARD_GET_CLASS (self)->n_lists, 0);

  return get (self)->totals[list];
}

/**
 * flow_board_find:
 * @self: the board
 * @key: what tells an entry from the others
 *
 * Returns: (transfer full) (nullable): the entry, in whatever list it is
 */
FlowEntry *
flow_board_find (FlowBoard *self, const char *key)
{
  g_return_val_if_fail (FLOW_IS_BOARD (self), NULL);
  g_return_val_if_fail (key != NULL, NULL);

  for (guint list = 0; list < FLOW_BOARD_GET_CLASS (self)->n_lists; list++)
    for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (get (self)->stores[list])); i++)
      {
        g_autoptr (FlowEntry) entry = g_list_model_get_item (G_LIST_MODEL (get (self)->stores[list]), i);

        if (g_str_equal (flow_entry_get_key (entry), key))
          return g_steal_pointer (&entry);
      }
  return NULL;
}

/**
 * flow_board_refresh:
 * @self: the board
 *
 * Something is otherwise: ask the hub, soon, and once for all that comes until then.
 */
void
flow_board_refresh (FlowBoard *self)
{
  g_return_if_fail (FLOW_IS_BOARD (self));

  mark (self);
  ask_soon (self);
}

/**
 * flow_board_watch:
 * @self: the board
 *
 * Somebody looks, until flow_board_unwatch() is called as often: everything is asked for, and sooner.
 */
void
flow_board_watch (FlowBoard *self)
{
  g_return_if_fail (FLOW_IS_BOARD (self));

  if (get (self)->watchers++ > 0)
    return;
  g_clear_handle_id (&get (self)->soon, g_source_remove);
  if (FLOW_BOARD_GET_CLASS (self)->watched != NULL)
    FLOW_BOARD_GET_CLASS (self)->watched (self, TRUE);
  mark (self);
  ask_now (self);
}

/**
 * flow_board_unwatch:
 * @self: the board
 *
 * Nobody looks any more.
 */
void
flow_board_unwatch (FlowBoard *self)
{
  g_return_if_fail (FLOW_IS_BOARD (self));
  g_return_if_fail (get (self)->watchers > 0);

  if (--get (self)->watchers == 0 && FLOW_BOARD_GET_CLASS (self)->watched != NULL)
    FLOW_BOARD_GET_CLASS (self)->watched (self, FALSE);
}

/**
 * flow_board_hide:
 * @self: the board
 * @entry: what seems gone
 *
 * List an entry no more, until it is acted on or flow_board_unhide() is called.
 */
void
flow_board_hide (FlowBoard *self, FlowEntry *entry)
{
  FlowBoardPrivate *priv;

  g_return_if_fail (FLOW_IS_BOARD (self));
  g_return_if_fail (FLOW_IS_ENTRY (entry));

  priv = get (self);
  g_hash_table_add (priv->hidden, g_strdup (flow_entry_get_key (entry)));
  for (guint list = 0; list < FLOW_BOARD_GET_CLASS (self)->n_lists; list++)
    {
      guint position;

      if (!g_list_store_find (priv->stores[list], entry, &position))
        continue;
      priv->totals[list] -= MIN (priv->totals[list], 1);
      g_list_store_remove (priv->stores[list], position);
    }
  g_signal_emit (self, signals[CHANGED], 0);
}

/**
 * flow_board_unhide:
 * @self: the board
 * @entry: what was hidden
 *
 * List it again.
 */
void
flow_board_unhide (FlowBoard *self, FlowEntry *entry)
{
  g_return_if_fail (FLOW_IS_BOARD (self));
  g_return_if_fail (FLOW_IS_ENTRY (entry));

  g_hash_table_remove (get (self)->hidden, flow_entry_get_key (entry));
  flow_board_refresh (self);
}

/**
 * flow_board_act:
 * @self: the board
 * @verb: what to do
 * @arguments: (nullable): with what
 * @key: (nullable): the entry that it is done with
 *
 * Have the hub do something. When that fails it is told by [signal@FlowBoard::failed].
 */
void
flow_board_act (FlowBoard *self, const char *verb, JsonObject *arguments, const char *key)
{
  Deed *deed;

  g_return_if_fail (FLOW_IS_BOARD (self));
  g_return_if_fail (verb != NULL);

  if (get (self)->verbs == NULL)
    return;
  deed = g_new (Deed, 1);
  *deed = (Deed) { g_object_ref (self), g_strdup (key) };
  flow_verbs_run_async (get (self)->verbs, verb, arguments, NULL, done_cb, deed);
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
 * flow_board_ask_async:
 * @self: the board
 * @verb: what to ask
 * @arguments: (nullable): about what
 * @cancellable: (nullable): ends the waiting
 * @callback: called with the answer
 * @data: for @callback
 *
 * Ask the hub something whose answer is wanted. Without a hub the answer is %G_IO_ERROR_NOT_CONNECTED.
 */
void
flow_board_ask_async (FlowBoard *self, const char *verb, JsonObject *arguments, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer data)
{
  GTask *task;

  g_return_if_fail (FLOW_IS_BOARD (self));
  g_return_if_fail (verb != NULL);

  task = g_task_new (self, cancellable, callback, data);
  g_task_set_source_tag (task, flow_board_ask_async);
  if (get (self)->verbs != NULL)
    {
      flow_verbs_run_async (get (self)->verbs, verb, arguments, cancellable, asked_cb, task);
      return;
    }
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED, "There is no hub");
  g_object_unref (task);
}

/**
 * flow_board_ask_finish:
 * @self: the board
 * @result: the result of the callback
 * @error: return location
 *
 * Returns: (transfer full): the answer, or %NULL with the error of the verb
 */
JsonObject *
flow_board_ask_finish (FlowBoard *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
