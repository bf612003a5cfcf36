/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>

#include "forest-test.h"
#include "base/flow-error.h"
#include "trace-test.h"
#include "trace/flow-span-filter-text.h"
#include "trace/flow-time-ticks.h"

static void
make_trace (Forest *forest)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  forest_init (forest, random, 0, 0);
  forest_add_span (forest, 1, 0, 0, 1000000, "GET /users");     /* api */
  forest_add_span (forest, 2, 1, 10, 200000, "SELECT Users");   /* db */
  forest_add_span (forest, 7, 1, 300000, 50000, "render page"); /* api, error */
  forest_add_span (forest, 9, 44, 300000, 500, "Überschrift");  /* web, location, under a missing one */
  forest_add_log (forest, 2, 21, "cache is cold");
}

/* The names of what matches, or the error. */
static char *
find (const char *text)
{
  g_auto (Forest) forest = { 0 };
  g_autoptr (FlowTraceOutline) outline = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowSpanFilterText) filter = flow_span_filter_text_parse (text, &error);
  g_autofree guint8 *found = NULL;
  GString *names;

  if (filter == NULL)
    {
      g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT);
      return g_strdup ("error");
    }
  make_trace (&forest);
  outline = flow_trace_outline_new (&forest.trace);
  found = flow_span_filter_text_match (filter, outline, &forest.trace, NULL, &error);
  g_assert_no_error (error);
  names = g_string_new (NULL);
  for (guint i = 0; i < outline->n_nodes; i++)
    if (found[i])
      g_string_append_printf (names, "%s%s", names->len > 0 ? "|" : "", flow_trace_outline_name (outline, i));
  return g_string_free (names, FALSE);
}

static void
test_words (void)
{
  static const struct
  {
    const char *text;
    const char *found;
  } cases[] = {
    { "users", "GET /users|SELECT Users" },
    { "select users", "SELECT Users" },
    { "\"render page\"", "render page" },
    { "überSCHRIFT", "Überschrift" },
    { "users -select", "GET /users" },
    { "\"-select\"", "" },
    { "\"a=b\"", "" },
    { "service:api", "GET /users|render page" },
    { "-service:api is:span", "SELECT Users|Überschrift" },
    { ">100us is:span", "GET /users|SELECT Users" },
    { "<=500ns", "Überschrift" },
    { ">15%", "GET /users|SELECT Users" },
    { "status:error", "render page" },
    { "status:ok <1ms", "GET /users|SELECT Users|Überschrift" },
    { "has:location", "Überschrift" },
    { "has:logs", "SELECT Users" },
    { "has:errors", "GET /users|render page" },
    { "is:log", "cache is cold" },
    { "cache", "cache is cold" },
    { "none=none", "" },
    { ">", "error" },
    { ">soon", "error" },
    { "status:maybe", "error" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *found = find (cases[i].text);

      g_test_message ("%s", cases[i].text);
      g_assert_cmpstr (found, ==, cases[i].found);
    }
}

static void
test_empty (void)
{
  g_autoptr (FlowSpanFilterText) nothing = flow_span_filter_text_parse ("  ", NULL);
  g_autoptr (FlowSpanFilterText) word = flow_span_filter_text_parse ("x", NULL);
  g_autoptr (FlowSpanFilterText) attribute = flow_span_filter_text_parse ("a=b", NULL);

  g_assert_true (flow_span_filter_text_is_empty (nothing));
  g_assert_false (flow_span_filter_text_is_empty (word));
  g_assert_false (flow_span_filter_text_needs_attributes (word));
  g_assert_true (flow_span_filter_text_needs_attributes (attribute));
}

/* Attributes of a span and of its resource, from a real store. */
static void
test_attributes (void)
{
  TestStore store = { 0 };
  TestSpan spans[2] = { test_span (1, 1), test_span (1, 2) };
  g_autoptr (FlowTrace) trace = NULL;
  g_autoptr (FlowTraceOutline) outline = NULL;
  static const char *const texts[] = { "http.route=/users", "host.name=box", "http.route=/other" };
  static const guint counts[] = { 1, 2, 0 };

  spans[0].host = spans[1].host = "box";
  spans[1].attributes[0] = (TestAttribute) { .key = "http.route", .type = FLOW_VALUE_STRING, .string = "/users" };
  spans[1].event = "cache.miss";
  test_store_init (&store);
  test_store_spans (&store, spans, 2);
  trace = test_store_load (&store, 1);
  outline = flow_trace_outline_new (trace);
  g_assert_cmpuint (outline->n_events, ==, 1);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (FlowSpanFilterText) filter = flow_span_filter_text_parse (texts[i], NULL);
      g_autofree guint8 *found = flow_span_filter_text_match (filter, outline, trace, NULL, NULL);
      guint n = 0;

      for (guint k = 0; k < outline->n_nodes; k++)
        n += found[k];
      g_assert_cmpuint (n, ==, counts[i]);
    }
  test_store_clear (&store);
}

static void
test_cancelled (void)
{
  g_auto (Forest) forest = { 0 };
  g_autoptr (FlowTraceOutline) outline = NULL;
  g_autoptr (FlowSpanFilterText) filter = flow_span_filter_text_parse ("x", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  make_trace (&forest);
  outline = flow_trace_outline_new (&forest.trace);
  g_cancellable_cancel (cancellable);
  g_assert_null (flow_span_filter_text_match (filter, outline, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
check_tick (gint64 ns, gint64 step, gint64 longest, const char *wanted)
{
  g_autofree char *text = flow_ticks_format (ns, step, longest);

  g_assert_cmpstr (text, ==, wanted);
}

static void
test_ticks (void)
{
  g_autofree char *clock = flow_ticks_format_clock (G_GUINT64_CONSTANT (1795165040235000000), 1000000);
  g_autofree char *minutes = flow_ticks_format_clock (G_GUINT64_CONSTANT (1795165040235000000),
                                                      G_GINT64_CONSTANT (60000000000));

  g_assert_cmpint (flow_ticks_step (1000, 10), ==, 100);
  g_assert_cmpint (flow_ticks_step (1100, 10), ==, 200);
  g_assert_cmpint (flow_ticks_step (4e9, 10), ==, 500000000);
  g_assert_cmpint (flow_ticks_step (600e9, 10), ==, G_GINT64_CONSTANT (60000000000));
  g_assert_cmpint (flow_ticks_step (0, 10), ==, 1);
  g_assert_cmpint (flow_ticks_step (9e18, 1), >, 0);
  check_tick (0, 100, 1000, "0");
  check_tick (250, 50, 900, "250ns");
  check_tick (12500000, 500000, 20000000, "12.5ms");
  check_tick (G_GINT64_CONSTANT (1000001000), 1000, G_GINT64_CONSTANT (1000005000), "1.000001s");
  check_tick (G_GINT64_CONSTANT (125000000000), G_GINT64_CONSTANT (5000000000), G_GINT64_CONSTANT (600000000000),
              "2:05");
  check_tick (G_GINT64_CONSTANT (10800000000000), G_GINT64_CONSTANT (3600000000000), G_GINT64_CONSTANT (20000000000000),
              "3:00:00");
  g_assert_cmpstr (clock, ==, "08:57:20.235");
  g_assert_cmpstr (minutes, ==, "08:57");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/trace/span-filter-text/words", test_words);
  g_test_add_func ("/trace/span-filter-text/empty", test_empty);
  g_test_add_func ("/trace/span-filter-text/attributes", test_attributes);
  g_test_add_func ("/trace/span-filter-text/cancelled", test_cancelled);
  g_test_add_func ("/trace/time-ticks", test_ticks);
  return g_test_run ();
}
