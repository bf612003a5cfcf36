/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/flow-id.h"
#include "otlp-test.h"
#include "trace-test.h"

/* To which workspace and debug session a trace belongs, and that it is found by them. */

static FlowTracePlaces *
make_places (const char *current)
{
  static const FlowPathMap map = { "shop-*", "/app", "/home/me/shop" };
  FlowTracePlaces *places = flow_trace_places_new (&map, 1);

  flow_trace_places_add_folder (places, "/home/me/shop", "ws-shop");
  flow_trace_places_add_folder (places, "/home/me/shop/api", "ws-api");
  flow_trace_places_add_folder (places, "/srv/link-to-shop", "ws-shop");
  flow_trace_places_add_folder (places, "relative", "ws-never");
  flow_trace_places_add_session (places, "ws-api", "debug-1");
  flow_trace_places_set_current (places, current);
  return places;
}

static void
set_places (TestStore *store, const char *current)
{
  g_autoptr (FlowTracePlaces) places = make_places (current);

  flow_trace_store_set_places (store->traces, places);
}

/* One span of a trace. @attributes: of the resource, as OTLP JSON, with a comma behind each. */
static void
take (TestStore *store, guint trace, guint span, const char *attributes, const char *file)
{
  g_autofree char *text = g_strdup_printf (
      "{\"resourceSpans\":[{\"resource\":{\"attributes\":[%s"
      "{\"key\":\"service.name\",\"value\":{\"stringValue\":\"shop-web\"}}]},\"scopeSpans\":[{\"spans\":[{"
      "\"traceId\":\"%032x\",\"spanId\":\"%016x\",\"name\":\"n\",\"startTimeUnixNano\":\"1\",\"endTimeUnixNano\":\"2\","
      "\"attributes\":[{\"key\":\"code.file.path\",\"value\":{\"stringValue\":\"%s\"}}]}]}]}]}",
      attributes, trace, span, file);
  FlowSpanBatch *batch = otlp_decode_text (FLOW_SIGNAL_TRACES, text);

  g_assert_cmpuint (test_store_take (store, batch).stored, ==, 1);
}

static void
assert_place (TestStore *store, guint64 number, const char *workspace, const char *session)
{
  g_autoptr (FlowTraceReader) reader = test_store_reader (store);
  g_autofree char *found = NULL;
  g_autofree char *found_session = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (flow_trace_reader_get_place (reader, number, &found, &found_session, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (found, ==, workspace);
  g_assert_cmpstr (found_session, ==, session);
}

#define SAYS(key, value) "{\"key\":\"" key "\",\"value\":{\"stringValue\":\"" value "\"}},"

static void
test_find (void)
{
  g_autoptr (FlowTracePlaces) places = make_places (NULL);
  g_autoptr (FlowTracePlaces) empty = flow_trace_places_new (NULL, 0);

  g_assert_cmpstr (flow_trace_places_find (places, "", "/home/me/shop/a.ts"), ==, "ws-shop");
  g_assert_cmpstr (flow_trace_places_find (places, "", "/home/me/shop"), ==, "ws-shop");
  g_assert_cmpstr (flow_trace_places_find (places, "", "/home/me/shop/api/b.ts"), ==, "ws-api");
  g_assert_cmpstr (flow_trace_places_find (places, "", "/srv/link-to-shop/a.ts"), ==, "ws-shop");
  g_assert_null (flow_trace_places_find (places, "", "/home/me/shopping/a.ts"));
  g_assert_null (flow_trace_places_find (places, "", "relative/a.ts"));
  g_assert_null (flow_trace_places_find (places, "other", "/app/a.ts"));
  g_assert_cmpstr (flow_trace_places_find (places, "shop-web", "/app/api/a.ts"), ==, "ws-api");
  g_assert_cmpstr (flow_trace_places_find (places, "shop-web", "/app"), ==, "ws-shop");
  g_assert_null (flow_trace_places_find (places, "shop-web", "/apple/a.ts"));
  g_assert_null (flow_trace_places_find (empty, "", "/home/me/shop/a.ts"));
  g_assert_null (flow_trace_places_get_current (places));
}

static void
test_ranks (void)
{
  TestStore store = { 0 };

  test_store_init (&store);
  take (&store, 1, 1, "", "/home/me/shop/a.ts"); /* nobody has said what is known */
  set_places (&store, "ws-current");
  take (&store, 2, 1, "", "");
  take (&store, 3, 1, "", "/home/me/shop/a.ts");
  take (&store, 4, 1, SAYS ("process.working_directory", "/home/me/shop/api"), "/home/me/shop/a.ts");
  take (&store, 5, 1, SAYS ("flowscope.workspace.id", "mine") SAYS ("process.working_directory", "/home/me/shop"), "");
  take (&store, 6, 1, SAYS ("flowscope.session.id", "debug-9"), "/app/api/x.ts");
  assert_place (&store, 1, NULL, NULL);
  assert_place (&store, 2, "ws-current", NULL);
  assert_place (&store, 3, "ws-shop", NULL);
  assert_place (&store, 4, "ws-api", "debug-1");
  assert_place (&store, 5, "mine", NULL);
  assert_place (&store, 6, "ws-api", "debug-9");

  /* What comes later fills what is empty; only what a program says takes the place of something. */
  take (&store, 1, 2, "", "/home/me/shop/a.ts");
  take (&store, 2, 2, SAYS ("process.working_directory", "/home/me/shop"), "");
  take (&store, 3, 2, SAYS ("flowscope.workspace.id", "mine") SAYS ("flowscope.session.id", "s"), "");
  assert_place (&store, 1, "ws-shop", NULL);
  assert_place (&store, 2, "ws-current", NULL);
  assert_place (&store, 3, "mine", "s");
  test_store_clear (&store);
}

static void
test_hostile (void)
{
  TestStore store = { 0 };
  g_autofree char *long_id = g_strnfill (129, 'x');
  g_autofree char *said = g_strdup_printf (SAYS ("flowscope.workspace.id", "%s"), long_id);

  test_store_init (&store);
  set_places (&store, NULL);
  take (&store, 1, 1, said, "");
  take (&store, 2, 1, SAYS ("flowscope.workspace.id", "") SAYS ("flowscope.session.id", "a\\u0000b"), "");
  take (&store, 3, 1, "{\"key\":\"flowscope.workspace.id\",\"value\":{\"intValue\":\"7\"}},", "");
  for (guint64 number = 1; number <= 3; number++)
    assert_place (&store, number, NULL, NULL);
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM trace_place"), ==, 0);
  test_store_clear (&store);
}

static gboolean
add_records (sqlite3 *db, gpointer data, GError **error)
{
  return flow_sql_exec_text (db,
                             "INSERT INTO workspace VALUES ('ws-shop', '/home/me/shop', 'Shop', 1, 1),"
                             " ('ws-old', '/home/me/old', 'shop', 0, 0)",
                             error) &&
         flow_sql_exec_text (db, "INSERT INTO debug_session VALUES ('debug-1', 'ws-api', '', 'Checkout', 1, 0)", error);
}

/* The numbers of the traces that match, newest first. */
static char *
list (FlowTraceReader *reader, const FlowTraceFilter *filter)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) traces = flow_trace_reader_list (reader, filter, &error);
  GString *text = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < traces->len; i++)
    g_string_append_printf (text, "%u ", (guint) ((FlowTraceInfo *) traces->pdata[i])->number);
  return g_string_free (text, FALSE);
}

static void
assert_list (FlowTraceReader *reader, FlowTraceFilter filter, const char *expected)
{
  g_autofree char *found = list (reader, &filter);

  g_assert_cmpstr (found, ==, expected);
}

static void
test_filter (void)
{
  TestStore store = { 0 };
  g_autoptr (FlowTraceReader) reader = NULL;

  test_store_init (&store);
  test_store_run (&store, add_records, NULL);
  set_places (&store, "ws-shop");
  take (&store, 1, 1, "", "");
  take (&store, 2, 1, SAYS ("process.working_directory", "/home/me/shop/api"), "");
  take (&store, 3, 1, SAYS ("flowscope.workspace.id", "unknown") SAYS ("flowscope.session.id", "debug-1"), "");
  take (&store, 4, 1, "", "/home/me/shop/a.ts");
  reader = test_store_reader (&store);
  assert_list (reader, (FlowTraceFilter) { .workspace = "ws-shop" }, "4 1 ");
  assert_list (reader, (FlowTraceFilter) { .workspace = "SHOP" }, "4 1 ");
  assert_list (reader, (FlowTraceFilter) { .workspace = "/home/me/shop" }, "4 1 ");
  assert_list (reader, (FlowTraceFilter) { .workspace = "ws-shop", .limit = 1 }, "4 ");
  assert_list (reader, (FlowTraceFilter) { .workspace = "ws-shop", .before_number = 4 }, "1 ");
  assert_list (reader, (FlowTraceFilter) { .workspace = "unknown" }, "3 ");
  assert_list (reader, (FlowTraceFilter) { .workspace = "nothing" }, "");
  assert_list (reader, (FlowTraceFilter) { .session = "checkout" }, "3 2 ");
  assert_list (reader, (FlowTraceFilter) { .session = "debug-1", .sort = FLOW_TRACE_SORT_DURATION }, "3 2 ");
  assert_list (reader, (FlowTraceFilter) { .session = "debug-1", .workspace = "ws-api" }, "2 ");
  assert_list (reader, (FlowTraceFilter) { .session = "debug-1", .name = "zzz" }, "");
  test_store_clear (&store);
}

/* Where a trace belonged goes with it. */
static void
test_erase (void)
{
  TestStore store = { 0 };
  g_autoptr (GError) error = NULL;
  guint8 id[16];

  test_store_init (&store);
  set_places (&store, "ws-current");
  for (guint trace = 1; trace <= 3; trace++)
    take (&store, trace, 1, "", "");
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM trace_place"), ==, 3);
  g_assert_true (flow_id_from_hex ("00000000000000000000000000000002", 16, id));
  g_assert_true (flow_trace_store_erase_trace (store.traces, id, &error));
  g_assert_no_error (error);
  g_assert_cmpint (test_store_number (&store, "SELECT sum(number) FROM trace_place"), ==, 4);
  g_assert_true (flow_trace_store_erase_all (store.traces, &error));
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM trace_place"), ==, 0);
  test_store_clear (&store);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trace/places/find", test_find);
  g_test_add_func ("/trace/places/ranks", test_ranks);
  g_test_add_func ("/trace/places/hostile", test_hostile);
  g_test_add_func ("/trace/places/filter", test_filter);
  g_test_add_func ("/trace/places/erase", test_erase);
  return g_test_run ();
}
