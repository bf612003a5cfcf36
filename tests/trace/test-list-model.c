/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trace/flow-trace-list-model.h"

#include "base/flow-id.h"
#include "query-world.h"
#include "trace/flow-trace-queries.h"

/* The list of the window against the same question asked of a reader, while the store goes on. */

typedef struct
{
  World world;
  GAsyncQueue *commits;
  FlowTraceQueries *queries;
  FlowTraceListModel *model;
  GPtrArray *follower; /* FlowTraceItem: what a view has, told by announcements alone */
} Fixture;

static void
committed (FlowCommit *commit, gpointer data)
{
  g_async_queue_push (data, flow_commit_ref (commit));
  g_main_context_wakeup (NULL);
}

static void
follow_cb (GListModel *model, guint position, guint removed, guint added, gpointer data)
{
  GPtrArray *follower = data;

  g_assert_cmpuint (position + removed, <=, follower->len);
  if (removed > 0)
    g_ptr_array_remove_range (follower, position, removed);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (follower, (int) (position + i), g_list_model_get_item (model, position + i));
  g_assert_cmpuint (follower->len, ==, g_list_model_get_n_items (model));
}

/* A model over the store of another test, or over no store at all. */
static void
make_model (Fixture *self, const char *database)
{
  self->queries = flow_trace_queries_new (database);
  self->model = flow_trace_list_model_new (self->queries);
  self->follower = g_ptr_array_new_with_free_func (g_object_unref);
  g_signal_connect (self->model, "items-changed", G_CALLBACK (follow_cb), self->follower);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  query_world_init (&self->world, 3);
  self->commits = g_async_queue_new_full ((GDestroyNotify) flow_commit_unref);
  flow_trace_store_set_committed (self->world.store.traces, committed, self->commits);
  make_model (self, self->world.store.path);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_object_unref (self->model);
  g_ptr_array_unref (self->follower);
  g_object_unref (self->queries);
  query_world_clear (&self->world);
  g_async_queue_unref (self->commits);
}

/* Run the main loop once, as a window does, with what was committed by then. */
static void
turn (Fixture *self)
{
  FlowCommit *commit;

  g_main_context_iteration (NULL, TRUE);
  while (self->commits != NULL && (commit = g_async_queue_try_pop (self->commits)) != NULL)
    {
      flow_trace_list_model_committed (self->model, commit);
      flow_commit_unref (commit);
    }
}

static GPtrArray *
expected (Fixture *self)
{
  FlowTraceFilter filter = flow_trace_list_model_get_filter (self->model)->filter;
  g_autoptr (GError) error = NULL;
  GPtrArray *infos;

  filter.limit = 1000000;
  infos = flow_trace_reader_list (self->world.reader, &filter, &error);
  g_assert_no_error (error);
  return infos;
}

static gboolean
is_as_expected (Fixture *self, const GPtrArray *infos)
{
  if (self->follower->len != infos->len)
    return FALSE;
  for (guint i = 0; i < infos->len; i++)
    {
      FlowTraceItem *item = self->follower->pdata[i];
      const FlowTraceInfo *info = flow_trace_item_get_info (item);
      const FlowTraceInfo *wanted = infos->pdata[i];

      if (flow_trace_item_get_number (item) != wanted->number)
        return FALSE;
      if (info != NULL && (info->spans != wanted->spans || strcmp (info->name, wanted->name) != 0))
        return FALSE;
    }
  return TRUE;
}

/* Wait until the list is what a reader says. A list that never is runs into the time limit. */
static void
wait_for_truth (Fixture *self)
{
  g_autoptr (GPtrArray) infos = expected (self);

  while (flow_trace_list_model_get_loading (self->model) || !is_as_expected (self, infos))
    turn (self);
}

static void
wait_for_row (Fixture *self, guint position)
{
  g_autoptr (FlowTraceItem) item = g_list_model_get_item (G_LIST_MODEL (self->model), position);

  while (flow_trace_item_get_info (item) == NULL)
    turn (self);
  g_assert_cmpuint (flow_trace_item_get_info (item)->number, ==, flow_trace_item_get_number (item));
}

static void
set_filter (Fixture *self, const FlowTraceFilter *filter)
{
  g_autoptr (FlowTraceFilterCopy) copy = flow_trace_filter_copy_new (filter);

  flow_trace_list_model_set_filter (self->model, copy);
}

static FlowTraceFilter
random_filter (World *world)
{
  static const char *const words[] = { "alp", "1", NULL };
  static const char *const attributes[] = { "key.1=3", NULL };
  static const char *const services[] = { "service-2", "service-3", NULL };
  FlowTraceFilter filter = { .sort = (FlowTraceSort) query_world_pick (world, 5) };

  filter.words = query_world_pick (world, 4) == 0 ? words : NULL;
  filter.attributes = query_world_pick (world, 4) == 0 ? attributes : NULL;
  filter.services = query_world_pick (world, 4) == 0 ? services : NULL;
  filter.service = query_world_pick (world, 6) == 0 ? "service-1" : NULL;
  filter.errors_only = query_world_pick (world, 4) == 0;
  filter.ok_only = !filter.errors_only && query_world_pick (world, 6) == 0;
  filter.has_location = query_world_pick (world, 4) == 0;
  filter.min_duration_ns = query_world_pick (world, 4) == 0 ? 300000000 : 0;
  return filter;
}

/* Some spans of new traces and some of traces that are known. */
static void
add_spans (Fixture *self, guint *next, guint count)
{
  g_autofree TestSpan *spans = g_new (TestSpan, count);

  for (guint i = 0; i < count; i++)
    {
      spans[i] = query_world_random_span (&self->world, SPANS + (*next)++);
      if (i % 2 == 0)
        spans[i].trace = TRACES + *next / 4;
    }
  test_store_spans (&self->world.store, spans, count);
}

static void
erase (Fixture *self, guint trace)
{
  g_autoptr (GError) error = NULL;
  guint8 id[16];

  test_trace_id (trace, id);
  flow_trace_store_erase_trace (self->world.store.traces, id, &error);
  if (!g_error_matches (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND))
    g_assert_no_error (error);
}

static void
test_filters (Fixture *self, gconstpointer data)
{
  wait_for_truth (self);
  g_assert_cmpuint (self->follower->len, >, 500);
  wait_for_row (self, 0);
  wait_for_row (self, self->follower->len - 1);
  for (guint round = 0; round < 60; round++)
    {
      FlowTraceFilter filter = random_filter (&self->world);

      set_filter (self, &filter);
      /* Every third one is given up for the next before it is answered. */
      if (round % 3 != 0)
        wait_for_truth (self);
    }
}

static void
test_grows (Fixture *self, gconstpointer data)
{
  guint next = 1;

  for (guint round = 0; round < 60; round++)
    {
      if (round % 6 == 0)
        {
          FlowTraceFilter filter = round == 0 ? (FlowTraceFilter) { 0 } : random_filter (&self->world);

          set_filter (self, &filter);
        }
      add_spans (self, &next, 1 + query_world_pick (&self->world, 40));
      if (round % 5 == 4)
        erase (self, 1 + query_world_pick (&self->world, TRACES));
      wait_for_truth (self);
    }
}

/* More traces than a commit names. */
static void
test_many (Fixture *self, gconstpointer data)
{
  const FlowTraceFilter filters[] = { { 0 }, { .errors_only = TRUE }, { .sort = FLOW_TRACE_SORT_DURATION } };
  g_autofree TestSpan *spans = g_new (TestSpan, FLOW_COMMIT_MAX_TRACES + 100);
  guint trace = TRACES;

  for (guint i = 0; i < G_N_ELEMENTS (filters); i++)
    {
      set_filter (self, &filters[i]);
      wait_for_truth (self);
      for (guint s = 0; s < FLOW_COMMIT_MAX_TRACES + 100; s++)
        {
          spans[s] = query_world_random_span (&self->world, SPANS * 10 * (i + 1) + s);
          spans[s].trace = s % 10 == 0 ? 1 + s / 10 : ++trace;
        }
      test_store_spans (&self->world.store, spans, FLOW_COMMIT_MAX_TRACES + 100);
      wait_for_truth (self);
    }
}

static void
test_paused (Fixture *self, gconstpointer data)
{
  const FlowTraceFilter filters[] = { { 0 }, { .sort = FLOW_TRACE_SORT_SPANS }, { .errors_only = TRUE } };
  guint next = 1;

  for (guint i = 0; i < G_N_ELEMENTS (filters); i++)
    {
      g_autoptr (GPtrArray) after = NULL;
      guint before;

      set_filter (self, &filters[i]);
      wait_for_truth (self);
      before = self->follower->len;
      flow_trace_list_model_set_paused (self->model, TRUE);
      add_spans (self, &next, 80);
      after = expected (self);
      while (before + flow_trace_list_model_get_n_held (self->model) < after->len ||
             flow_trace_list_model_get_n_held (self->model) == 0)
        turn (self);
      g_assert_cmpuint (self->follower->len, ==, before);
      flow_trace_list_model_set_paused (self->model, FALSE);
      g_assert_cmpuint (flow_trace_list_model_get_n_held (self->model), ==, 0);
      wait_for_truth (self);
    }
}

/* A word may be a trace's id, as it is copied from elsewhere. */
static void
test_id (Fixture *self, gconstpointer data)
{
  const char *words[] = { "00000000000000000000000000000000", NULL };
  const FlowTraceFilter filter = { .words = words };
  char hex[33];
  FlowTraceInfo *info;

  wait_for_truth (self);
  wait_for_row (self, 5);
  info = flow_trace_info_ref (flow_trace_item_get_info (self->follower->pdata[5]));
  flow_id_to_hex (info->trace_id, 16, hex);
  words[0] = hex;
  set_filter (self, &filter);
  wait_for_truth (self);
  g_assert_cmpuint (self->follower->len, ==, 1);
  g_assert_cmpuint (flow_trace_item_get_number (self->follower->pdata[0]), ==, info->number);
  flow_trace_info_unref (info);
}

static void
test_hidden (Fixture *self, gconstpointer data)
{
  guint64 number;
  guint position, before;

  wait_for_truth (self);
  before = self->follower->len;
  number = flow_trace_item_get_number (self->follower->pdata[10]);
  flow_trace_list_model_hide (self->model, number);
  g_assert_false (flow_trace_list_model_find (self->model, number, &position));
  g_assert_cmpuint (self->follower->len, ==, before - 1);
  /* Looking through everything again does not bring it back. */
  flow_trace_list_model_reload (self->model);
  while (flow_trace_list_model_get_loading (self->model))
    turn (self);
  g_assert_cmpuint (self->follower->len, ==, before - 1);
  flow_trace_list_model_unhide (self->model, number);
  wait_for_truth (self);
  g_assert_true (flow_trace_list_model_find (self->model, number, &position));
  g_assert_cmpuint (position, ==, 10);
}

/* Who takes back an erasure sees the trace where it was, also in a list that stands still. */
static void
test_hidden_paused (Fixture *self, gconstpointer data)
{
  guint64 number;
  guint position, before;

  wait_for_truth (self);
  before = self->follower->len;
  number = flow_trace_item_get_number (self->follower->pdata[10]);
  flow_trace_list_model_set_paused (self->model, TRUE);
  flow_trace_list_model_hide (self->model, number);
  flow_trace_list_model_unhide (self->model, number);
  while (self->follower->len < before)
    turn (self);
  g_assert_true (flow_trace_list_model_find (self->model, number, &position));
  g_assert_cmpuint (position, ==, 10);
  g_assert_cmpuint (flow_trace_list_model_get_n_held (self->model), ==, 0);
}

/* A row that is in sight is told of changes, however many others were looked at meanwhile. */
static void
test_held_row (Fixture *self, gconstpointer data)
{
  g_autoptr (GObject) first = NULL;
  g_autoptr (GObject) again = NULL;
  guint next = 1;

  wait_for_truth (self);
  while (self->follower->len < 3000)
    {
      add_spans (self, &next, 400);
      wait_for_truth (self);
    }
  /* The follower holds every item that it was told of. */
  g_ptr_array_set_size (self->follower, 0);
  g_signal_handlers_disconnect_by_data (self->model, self->follower);
  first = g_list_model_get_item (G_LIST_MODEL (self->model), 0);
  for (guint i = 1; i < 3000; i++)
    g_object_unref (g_list_model_get_item (G_LIST_MODEL (self->model), i));
  again = g_list_model_get_item (G_LIST_MODEL (self->model), 0);
  g_assert_true (first == again);
}

/* A window is closed while questions are on their way. */
static void
test_let_go (Fixture *self, gconstpointer data)
{
  for (guint round = 0; round < 20; round++)
    {
      FlowTraceListModel *model = flow_trace_list_model_new (self->queries);
      g_autoptr (FlowCommit) commit = flow_commit_new ();
      g_autoptr (GObject) item = NULL;

      for (guint i = 0; i < round % 5; i++)
        g_main_context_iteration (NULL, FALSE);
      item = g_list_model_get_item (G_LIST_MODEL (model), 0);
      flow_trace_list_model_committed (model, commit);
      g_object_unref (model);
    }
  wait_for_truth (self);
}

/* A window is there before the first hub has made a store. */
static void
test_no_store (void)
{
  Fixture self = { 0 };
  g_autoptr (FlowCommit) commit = flow_commit_new ();
  TestSpan span = test_span (1, 1);

  self.world.store.context = NULL;
  test_store_init (&self.world.store);
  test_store_spans (&self.world.store, &span, 1);
  make_model (&self, "/nowhere/flowscope.db");
  while (flow_trace_list_model_get_loading (self.model))
    turn (&self);
  g_assert_null (flow_trace_list_model_get_problem (self.model));
  g_assert_cmpuint (self.follower->len, ==, 0);
  g_object_unref (self.model);
  g_object_unref (self.queries);
  g_ptr_array_unref (self.follower);
  make_model (&self, self.world.store.path);
  flow_trace_list_model_committed (self.model, commit);
  while (self.follower->len == 0)
    turn (&self);
  g_object_unref (self.model);
  g_object_unref (self.queries);
  g_ptr_array_unref (self.follower);
  test_store_clear (&self.world.store);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add ("/trace/list-model/filters", Fixture, NULL, set_up, test_filters, tear_down);
  g_test_add ("/trace/list-model/grows", Fixture, NULL, set_up, test_grows, tear_down);
  g_test_add ("/trace/list-model/many", Fixture, NULL, set_up, test_many, tear_down);
  g_test_add ("/trace/list-model/paused", Fixture, NULL, set_up, test_paused, tear_down);
  g_test_add ("/trace/list-model/id", Fixture, NULL, set_up, test_id, tear_down);
  g_test_add ("/trace/list-model/hidden", Fixture, NULL, set_up, test_hidden, tear_down);
  g_test_add ("/trace/list-model/hidden-paused", Fixture, NULL, set_up, test_hidden_paused, tear_down);
  g_test_add ("/trace/list-model/held-row", Fixture, NULL, set_up, test_held_row, tear_down);
  g_test_add ("/trace/list-model/let-go", Fixture, NULL, set_up, test_let_go, tear_down);
  g_test_add_func ("/trace/list-model/no-store", test_no_store);
  return g_test_run ();
}
