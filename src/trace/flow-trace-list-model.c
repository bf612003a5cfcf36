/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-list-model"

#include "trace/flow-trace-list-model.h"

#include "base/flow-error.h"
#include "trace/flow-trace-list-ask.h"
#include "trace/flow-trace-list-edit.h"
#include "trace/flow-trace-list-rows.h"
#include "trace/flow-trace-numbers.h"

/**
 * FlowTraceListModel:
 *
 * The traces that match a filter, in its order: a list of #FlowTraceItem that a million traces cost 16 bytes each.
 *
 * Which traces there are is found on a reader, piece by piece; their rows are read by the page, when somebody asks for
 * them. It grows from what was committed and asks the store for nothing else: one question at a time, so that each sees
 * all that the ones before saw.
 *
 * Paused, the list stands still but for its rows: what is new is counted, and comes when it goes on.
 */
struct _FlowTraceListModel
{
  GObject parent_instance;

  FlowTraceQueries *queries;
  FlowTraceFilterCopy *filter;
  FlowTraceKeys *keys;
  FlowTraceListRows *rows;
  FlowTraceNumbers *hidden;    /* to be erased */
  FlowTraceNumbers *returning; /* were hidden, and come back also when the list stands still */
  GCancellable *cancellable;

  FlowTraceKeyScan *scan; /* what is left to look through; on a reader's thread while it is asked */
  gboolean searching;     /* a scan is not done */
  gboolean replaces;      /* the next piece takes the place of what is shown */
  gboolean asking;        /* a question is on its way */
  gboolean stale;         /* too much has changed to say what: find all anew when it is quiet */
  gboolean failed;        /* the last question was not answered */
  FlowCommit *pending;    /* what changed and was not asked about yet */
  FlowCommit *asked;      /* what the question on its way is about */
  guint64 top;            /* traces up to this one were asked about */
  gint64 searched_at;     /* us, when the last scan began */
  gint64 search_time;     /* us, how long it took */
  gint64 changed_at;      /* us, when changes came last */
  guint pace;             /* source */

  gboolean paused;
  FlowTraceNumbers *held;    /* traces that have come since */
  FlowTraceNumbers *touched; /* traces of the list that have changed since */
  char *problem;
};

static void flow_trace_list_model_list_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FlowTraceListModel, flow_trace_list_model, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, flow_trace_list_model_list_iface_init))

enum
{
  PROP_0,
  PROP_PAUSED,
  PROP_N_HELD,
  PROP_LOADING,
  PROP_PROBLEM,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* Rows that are read along with one that is looked at. */
#define ROWS_BEFORE 8
#define ROWS_AFTER 56
/* So many new rows are worth keeping when they come. */
#define ROWS_KEPT 128
/* Two changes of the list are at least a frame apart. */
#define PACE_US 16000
/* After looking through everything nothing of the kind is done for so many times as long, and this long. */
#define RELOAD_PAUSE 10
#define RELOAD_PAUSE_US 100000

static GType
flow_trace_list_model_get_item_type (GListModel *model)
{
  return FLOW_TYPE_TRACE_ITEM;
}

static guint
flow_trace_list_model_get_n_items (GListModel *model)
{
  return flow_trace_keys_get_length (FLOW_TRACE_LIST_MODEL (model)->keys);
}

static void
want_page (FlowTraceListModel *self, guint position)
{
  guint end = MIN (position + ROWS_AFTER, flow_trace_keys_get_length (self->keys));

  for (guint i = position > ROWS_BEFORE ? position - ROWS_BEFORE : 0; i < end; i++)
    flow_trace_list_rows_want (self->rows, flow_trace_keys_get (self->keys, i)->number);
}

static gpointer
flow_trace_list_model_get_item (GListModel *model, guint position)
{
  FlowTraceListModel *self = FLOW_TRACE_LIST_MODEL (model);
  guint64 number;

  if (position >= flow_trace_keys_get_length (self->keys))
    return NULL;
  number = flow_trace_keys_get (self->keys, position)->number;
  if (!flow_trace_list_rows_is_asked (self->rows, number))
    want_page (self, position);
  return flow_trace_list_rows_get (self->rows, number);
}

static void
flow_trace_list_model_list_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = flow_trace_list_model_get_item_type;
  iface->get_n_items = flow_trace_list_model_get_n_items;
  iface->get_item = flow_trace_list_model_get_item;
}

static void
set_problem (FlowTraceListModel *self, const GError *error)
{
  const char *problem = NULL;

  /* A store that nobody has made yet has no traces; that is all. */
  if (error != NULL && !g_error_matches (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND))
    problem = error->message;
  if (g_strcmp0 (problem, self->problem) == 0)
    return;
  g_free (self->problem);
  self->problem = g_strdup (problem);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROBLEM]);
}

static void
set_searching (FlowTraceListModel *self, gboolean searching)
{
  if (searching == self->searching)
    return;
  self->searching = searching;
  if (searching)
    self->searched_at = g_get_monotonic_time ();
  else
    self->search_time = g_get_monotonic_time () - self->searched_at;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADING]);
}

static void
notify_held (FlowTraceListModel *self, guint before)
{
  if (flow_trace_numbers_count (self->held) != before)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_HELD]);
}

static void
add_pending (FlowTraceListModel *self, FlowCommit *commit)
{
  g_autoptr (FlowCommit) before = g_steal_pointer (&self->pending);

  self->pending = before != NULL ? flow_commit_merge (before, commit) : flow_commit_ref (commit);
}

/* What is on its way is answered to nobody. */
static void
drop_question (FlowTraceListModel *self)
{
  if (self->asked != NULL)
    add_pending (self, self->asked);
  g_clear_pointer (&self->asked, flow_commit_unref);
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
  self->asking = FALSE;
  g_clear_pointer (&self->scan, flow_trace_key_scan_free);
}

/* Returns: whether the answer still counts. */
static gboolean
finish (FlowTraceListModel *self, GObject *queries, GAsyncResult *result, gpointer *answer)
{
  g_autoptr (GError) error = NULL;

  *answer = flow_trace_queries_run_finish (FLOW_TRACE_QUERIES (queries), result, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return FALSE;
  self->asking = FALSE;
  g_clear_pointer (&self->asked, flow_commit_unref);
  set_problem (self, error);
  if (*answer != NULL)
    return TRUE;
  /* The next commit is the occasion to try again. */
  g_clear_pointer (&self->scan, flow_trace_key_scan_free);
  self->failed = TRUE;
  set_searching (self, FALSE);
  return FALSE;
}

static gboolean
is_hidden (FlowTraceListModel *self, guint64 number)
{
  return flow_trace_numbers_has (self->hidden, number);
}

static void
keep_rows (FlowTraceListModel *self, const GPtrArray *infos)
{
  for (guint i = 0; i < infos->len; i++)
    flow_trace_list_rows_put (self->rows, infos->pdata[i], i < ROWS_KEPT);
}

static void
take_piece (FlowTraceListModel *self, FlowTraceKeyScan *scan)
{
  const FlowTraceKey *keys = (const FlowTraceKey *) (gpointer) scan->keys->data;

  keep_rows (self, scan->infos);
  flow_trace_key_scan_drop (scan, self->hidden);
  if (scan->found != NULL)
    flow_trace_list_replace (&self->keys, G_LIST_MODEL (self), g_steal_pointer (&scan->found));
  else if (self->replaces && flow_trace_key_scan_in_pieces (scan))
    flow_trace_list_replace (&self->keys, G_LIST_MODEL (self), flow_trace_keys_new_sorted (keys, scan->keys->len));
  else if (flow_trace_key_scan_in_pieces (scan))
    flow_trace_list_append (self->keys, G_LIST_MODEL (self), scan->keys);
  self->replaces = FALSE;
}

static void pump (FlowTraceListModel *self);

static void
piece_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (FlowTraceListModel) self = data;
  g_autoptr (FlowTraceKeyScan) scan = NULL;
  gpointer answer;

  if (!finish (self, source, result, &answer))
    return;
  scan = answer;
  self->top = MAX (self->top, scan->newest);
  take_piece (self, scan);
  /* What was removed may have left the rest of a trace behind. */
  if (scan->whole)
    flow_trace_list_rows_refresh (self->rows);
  if (scan->done)
    set_searching (self, FALSE);
  else
    self->scan = g_steal_pointer (&scan);
  pump (self);
}

static void
ask_piece (FlowTraceListModel *self)
{
  self->asking = TRUE;
  flow_trace_list_ask_piece (self->queries, g_steal_pointer (&self->scan), self->cancellable, piece_cb,
                             g_object_ref (self));
}

static void
start_search (FlowTraceListModel *self, gboolean whole)
{
  drop_question (self);
  self->stale = FALSE;
  self->failed = FALSE;
  self->replaces = !whole;
  self->scan = flow_trace_key_scan_new (self->filter, 0, whole);
  set_searching (self, TRUE);
}

static gboolean
is_by_arrival (FlowTraceListModel *self)
{
  return self->filter->filter.sort == FLOW_TRACE_SORT_NEWEST;
}

/* What a change does to a list that goes on. */
static void
apply_change (FlowTraceListModel *self, const FlowTraceChange *change, const FlowTraceKey *shown, GArray *removals,
              GArray *insertions)
{
  gboolean matches = change->info != NULL && !is_hidden (self, change->key.number);

  if (shown != NULL && (!matches || shown->value != change->key.value))
    g_array_append_val (removals, *shown);
  /* Traces that the scan has not come to yet are left to it. */
  if (matches && (shown == NULL || shown->value != change->key.value) &&
      (self->scan == NULL || !flow_trace_key_scan_will_find (self->scan, change->key.number)))
    g_array_append_val (insertions, change->key);
}

/* And to one that stands still. */
static void
hold_change (FlowTraceListModel *self, const FlowTraceChange *change, const FlowTraceKey *shown)
{
  guint before = flow_trace_numbers_count (self->held);

  if (self->scan != NULL && flow_trace_key_scan_will_find (self->scan, change->key.number))
    return;
  if (shown != NULL)
    flow_trace_numbers_add (self->touched, change->key.number);
  else if (change->info != NULL && !is_hidden (self, change->key.number))
    flow_trace_numbers_add (self->held, change->key.number);
  else
    flow_trace_numbers_remove (self->held, change->key.number);
  notify_held (self, before);
}

static void
apply_changes (FlowTraceListModel *self, const GArray *changes)
{
  g_autoptr (GHashTable) found = flow_trace_list_find (self->keys, is_by_arrival (self), changes);
  g_autoptr (GArray) removals = g_array_new (FALSE, FALSE, sizeof (FlowTraceKey));
  g_autoptr (GArray) insertions = g_array_new (FALSE, FALSE, sizeof (FlowTraceKey));

  for (guint i = 0; i < changes->len; i++)
    {
      const FlowTraceChange *change = &g_array_index (changes, FlowTraceChange, i);
      const FlowTraceKey *shown = g_hash_table_lookup (found, &change->key.number);
      gboolean held = !flow_trace_numbers_remove (self->returning, change->key.number) && self->paused;

      if (change->info != NULL)
        flow_trace_list_rows_put (self->rows, change->info, changes->len <= ROWS_KEPT);
      else if (!held)
        flow_trace_list_rows_forget (self->rows, change->key.number);
      if (held)
        hold_change (self, change, shown);
      else
        apply_change (self, change, shown, removals, insertions);
    }
  flow_trace_list_edit (self->keys, G_LIST_MODEL (self), removals, insertions);
}

static void
changes_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (FlowTraceListModel) self = data;
  g_autoptr (GArray) changes = NULL;
  gpointer answer;

  if (!finish (self, source, result, &answer))
    return;
  changes = answer;
  self->changed_at = g_get_monotonic_time ();
  apply_changes (self, changes);
  pump (self);
}

static void
newer_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (FlowTraceListModel) self = data;
  g_autoptr (FlowTraceKeyScan) scan = NULL;
  g_autoptr (GArray) none = g_array_new (FALSE, FALSE, sizeof (FlowTraceKey));
  g_autoptr (GArray) keys = g_array_new (FALSE, FALSE, sizeof (FlowTraceKey));
  guint before = flow_trace_numbers_count (self->held);
  gpointer answer;

  if (!finish (self, source, result, &answer))
    return;
  scan = answer;
  flow_trace_key_scan_drop (scan, self->hidden);
  for (guint i = 0; i < flow_trace_keys_get_length (scan->found); i++)
    if (self->paused)
      flow_trace_numbers_add (self->held, flow_trace_keys_get (scan->found, i)->number);
    else
      g_array_append_val (keys, *flow_trace_keys_get (scan->found, i));
  keep_rows (self, scan->infos);
  flow_trace_list_edit (self->keys, G_LIST_MODEL (self), none, keys);
  notify_held (self, before);
  flow_trace_list_rows_refresh (self->rows);
  self->changed_at = g_get_monotonic_time ();
  pump (self);
}

static void
ask_changes (FlowTraceListModel *self)
{
  g_autoptr (FlowCommit) commit = g_steal_pointer (&self->pending);
  guint64 asked = self->top;

  self->top = MAX (self->top, commit->last_trace);
  /* Any trace may have left, or matched only now: that is seen when everything is looked through again. */
  self->stale |= commit->removed || (commit->many && !flow_trace_filter_copy_is_all (self->filter));
  if (!commit->many && commit->n_traces == 0)
    {
      pump (self);
      return;
    }
  self->asking = TRUE;
  self->asked = flow_commit_ref (commit);
  if (commit->many)
    flow_trace_list_ask_all (self->queries, flow_trace_key_scan_new (self->filter, asked, TRUE), self->cancellable,
                             newer_cb, g_object_ref (self));
  else
    flow_trace_list_ask_changes (self->queries, self->filter, commit, self->cancellable, changes_cb,
                                 g_object_ref (self));
}

static gboolean
pace_cb (gpointer data)
{
  FlowTraceListModel *self = data;

  self->pace = 0;
  pump (self);
  return G_SOURCE_REMOVE;
}

/* Returns: whether it is time; if not, what waits goes on when it is. */
static gboolean
is_due (FlowTraceListModel *self, gint64 due)
{
  gint64 wait = due - g_get_monotonic_time ();

  if (wait <= 0)
    return TRUE;
  /* A long wait for something else must not hold this up. */
  g_clear_handle_id (&self->pace, g_source_remove);
  self->pace = g_timeout_add ((guint) (wait / 1000) + 1, pace_cb, self);
  g_source_set_name_by_id (self->pace, "flow-trace-list-pace");
  return FALSE;
}

/* Ask the next question, if there is one and none on its way. Changes come between the pieces of a scan. */
static void
pump (FlowTraceListModel *self)
{
  if (self->asking)
    return;
  if (self->pending != NULL && (self->scan == NULL || flow_trace_key_scan_in_pieces (self->scan)))
    {
      if (is_due (self, self->changed_at + PACE_US))
        ask_changes (self);
    }
  else if (self->scan != NULL)
    ask_piece (self);
  else if (self->stale && !self->paused &&
           is_due (self, self->searched_at + self->search_time * (1 + RELOAD_PAUSE) + RELOAD_PAUSE_US))
    {
      start_search (self, TRUE);
      ask_piece (self);
    }
}

static void
flow_trace_list_model_dispose (GObject *object)
{
  FlowTraceListModel *self = FLOW_TRACE_LIST_MODEL (object);

  drop_question (self);
  g_clear_handle_id (&self->pace, g_source_remove);
  g_clear_pointer (&self->rows, flow_trace_list_rows_free);
  g_clear_object (&self->queries);

  G_OBJECT_CLASS (flow_trace_list_model_parent_class)->dispose (object);
}

static void
flow_trace_list_model_finalize (GObject *object)
{
  FlowTraceListModel *self = FLOW_TRACE_LIST_MODEL (object);

  g_object_unref (self->cancellable);
  flow_trace_filter_copy_unref (self->filter);
  flow_trace_keys_free (self->keys);
  g_clear_pointer (&self->pending, flow_commit_unref);
  g_clear_pointer (&self->asked, flow_commit_unref);
  g_hash_table_unref (self->hidden);
  g_hash_table_unref (self->returning);
  g_hash_table_unref (self->held);
  g_hash_table_unref (self->touched);
  g_free (self->problem);

  G_OBJECT_CLASS (flow_trace_list_model_parent_class)->finalize (object);
}

static void
flow_trace_list_model_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  FlowTraceListModel *self = FLOW_TRACE_LIST_MODEL (object);

  switch (prop_id)
    {
    case PROP_PAUSED:
      g_value_set_boolean (value, self->paused);
      break;
    case PROP_N_HELD:
      g_value_set_uint (value, flow_trace_list_model_get_n_held (self));
      break;
    case PROP_LOADING:
      g_value_set_boolean (value, self->searching);
      break;
    case PROP_PROBLEM:
      g_value_set_string (value, self->problem);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
flow_trace_list_model_class_init (FlowTraceListModelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = flow_trace_list_model_dispose;
  object_class->finalize = flow_trace_list_model_finalize;
  object_class->get_property = flow_trace_list_model_get_property;

  /**
   * FlowTraceListModel:paused:
   *
   * Whether the list stands still.
   */
  properties[PROP_PAUSED] = g_param_spec_boolean ("paused", NULL, NULL, FALSE,
                                                  G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * FlowTraceListModel:n-held:
   *
   * How many traces have come while it stands still.
   */
  properties[PROP_N_HELD] = g_param_spec_uint ("n-held", NULL, NULL, 0, G_MAXUINT, 0,
                                               G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * FlowTraceListModel:loading:
   *
   * Whether more may be found.
   */
  properties[PROP_LOADING] = g_param_spec_boolean ("loading", NULL, NULL, FALSE,
                                                   G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * FlowTraceListModel:problem:
   *
   * Why traces could not be read, %NULL when they could.
   */
  properties[PROP_PROBLEM] = g_param_spec_string ("problem", NULL, NULL, NULL,
                                                  G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
flow_trace_list_model_init (FlowTraceListModel *self)
{
  const FlowTraceFilter all = { 0 };

  self->filter = flow_trace_filter_copy_new (&all);
  self->keys = flow_trace_keys_new ();
  self->cancellable = g_cancellable_new ();
  self->hidden = flow_trace_numbers_new ();
  self->returning = flow_trace_numbers_new ();
  self->held = flow_trace_numbers_new ();
  self->touched = flow_trace_numbers_new ();
}

/**
 * flow_trace_list_model_new:
 * @queries: the readers
 *
 * Returns: (transfer full): a list that looks for all traces, newest first
 */
FlowTraceListModel *
flow_trace_list_model_new (FlowTraceQueries *queries)
{
  FlowTraceListModel *self = g_object_new (FLOW_TYPE_TRACE_LIST_MODEL, NULL);

  self->queries = g_object_ref (queries);
  self->rows = flow_trace_list_rows_new (queries);
  flow_trace_list_model_reload (self);
  return self;
}

static void
forget_held (FlowTraceListModel *self)
{
  guint before = flow_trace_numbers_count (self->held);

  g_hash_table_remove_all (self->held);
  g_hash_table_remove_all (self->touched);
  notify_held (self, before);
}

/**
 * flow_trace_list_model_set_filter:
 * @self: a list
 * @filter: what to show, in which order; its limit counts for nothing
 *
 * Show other traces. The first of them come at once, and what was shown goes then.
 */
void
flow_trace_list_model_set_filter (FlowTraceListModel *self, FlowTraceFilterCopy *filter)
{
  if (flow_trace_filter_copy_equal (self->filter, filter))
    return;
  flow_trace_filter_copy_unref (self->filter);
  self->filter = flow_trace_filter_copy_ref (filter);
  flow_trace_list_model_reload (self);
}

/**
 * flow_trace_list_model_get_filter:
 * @self: a list
 *
 * Returns: (transfer none): what is shown
 */
FlowTraceFilterCopy *
flow_trace_list_model_get_filter (FlowTraceListModel *self)
{
  return self->filter;
}

/**
 * flow_trace_list_model_reload:
 * @self: a list
 *
 * Look through everything from the beginning.
 */
void
flow_trace_list_model_reload (FlowTraceListModel *self)
{
  forget_held (self);
  start_search (self, FALSE);
  pump (self);
}

/**
 * flow_trace_list_model_committed:
 * @self: a list
 * @commit: what became durable
 *
 * Grow by it.
 */
void
flow_trace_list_model_committed (FlowTraceListModel *self, FlowCommit *commit)
{
  if (self->failed)
    {
      flow_trace_list_model_reload (self);
      return;
    }
  add_pending (self, commit);
  pump (self);
}

/**
 * flow_trace_list_model_set_paused:
 * @self: a list
 * @paused: whether it stands still
 *
 * Let it stand still, or go on with all that has come.
 */
void
flow_trace_list_model_set_paused (FlowTraceListModel *self, gboolean paused)
{
  g_autoptr (FlowCommit) commit = NULL;

  paused = !!paused;
  if (self->paused == paused)
    return;
  self->paused = paused;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAUSED]);
  if (paused)
    return;
  commit = flow_trace_numbers_to_commit (self->held, self->touched);
  forget_held (self);
  self->changed_at = 0;
  if (commit->many)
    flow_trace_list_model_reload (self);
  else
    flow_trace_list_model_committed (self, commit);
}

/**
 * flow_trace_list_model_get_paused:
 * @self: a list
 *
 * Returns: whether it stands still
 */
gboolean
flow_trace_list_model_get_paused (FlowTraceListModel *self)
{
  return self->paused;
}

/**
 * flow_trace_list_model_get_n_held:
 * @self: a list
 *
 * Returns: how many traces have come while it stands still
 */
guint
flow_trace_list_model_get_n_held (FlowTraceListModel *self)
{
  return flow_trace_numbers_count (self->held);
}

/**
 * flow_trace_list_model_get_loading:
 * @self: a list
 *
 * Returns: whether more may be found
 */
gboolean
flow_trace_list_model_get_loading (FlowTraceListModel *self)
{
  return self->searching;
}

/**
 * flow_trace_list_model_get_problem:
 * @self: a list
 *
 * Returns: (nullable): why traces could not be read
 */
const char *
flow_trace_list_model_get_problem (FlowTraceListModel *self)
{
  return self->problem;
}

/**
 * flow_trace_list_model_find:
 * @self: a list
 * @number: a trace's number
 * @position: (out): its place
 *
 * Returns: whether it is shown
 */
gboolean
flow_trace_list_model_find (FlowTraceListModel *self, guint64 number, guint *position)
{
  g_autoptr (GArray) changes = g_array_new (FALSE, FALSE, sizeof (FlowTraceChange));
  FlowTraceChange change = { { 0, number }, NULL };
  g_autoptr (GHashTable) found = NULL;
  const FlowTraceKey *there;

  g_array_append_val (changes, change);
  found = flow_trace_list_find (self->keys, is_by_arrival (self), changes);
  there = g_hash_table_lookup (found, &number);
  return there != NULL && flow_trace_keys_find (self->keys, there, position);
}

/**
 * flow_trace_list_model_hide:
 * @self: a list
 * @number: a trace that is going to be erased
 *
 * Show it no more, whatever the store says.
 */
void
flow_trace_list_model_hide (FlowTraceListModel *self, guint64 number)
{
  guint before = flow_trace_numbers_count (self->held), position;

  flow_trace_numbers_add (self->hidden, number);
  flow_trace_numbers_remove (self->returning, number);
  flow_trace_numbers_remove (self->held, number);
  notify_held (self, before);
  if (!flow_trace_list_model_find (self, number, &position))
    return;
  flow_trace_keys_remove (self->keys, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
}

/**
 * flow_trace_list_model_unhide:
 * @self: a list
 * @number: a trace that was hidden
 *
 * Show it again if it is there, also in a list that stands still.
 */
void
flow_trace_list_model_unhide (FlowTraceListModel *self, guint64 number)
{
  g_autoptr (FlowCommit) commit = flow_commit_new ();

  if (!flow_trace_numbers_remove (self->hidden, number))
    return;
  flow_trace_numbers_add (self->returning, number);
  commit->traces = g_memdup2 (&number, sizeof number);
  commit->n_traces = 1;
  self->changed_at = 0;
  flow_trace_list_model_committed (self, commit);
}
