/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trace/flow-trace-filter-text.h"

#include "base/flow-error.h"

#define MS G_GINT64_CONSTANT (1000000)
#define NOW (G_GINT64_CONSTANT (1700000000) * 1000 * MS)

static FlowTraceFilterCopy *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  FlowTraceFilterCopy *filter = flow_trace_filter_text_parse (text, NOW, &error);

  g_assert_no_error (error);
  return filter;
}

static void
assert_list (const char *const *list, const char *wanted)
{
  g_autofree char *joined = list != NULL ? g_strjoinv ("|", (char **) list) : g_strdup ("");

  g_assert_cmpstr (joined, ==, wanted);
}

static void
test_words (void)
{
  static const struct
  {
    const char *text, *words, *attributes, *services;
  } cases[] = {
    { "", "", "", "" },
    { "  \t ", "", "", "" },
    { "GET users", "GET|users", "", "" },
    { "\"GET /users\"", "GET /users", "", "" },
    { "Foo::bar http://x", "Foo::bar|http://x", "", "" },
    { "http.route=/users", "", "http.route=/users", "" },
    { "db.statement=\"select 1\"", "", "db.statement=select 1", "" },
    { "\"a=b\" \">x\" \"service:y\"", "a=b|>x|service:y", "", "" },
    { "=x", "=x", "", "" },
    { "a=b=c", "", "a=b=c", "" },
    { "service:shop service:\"my shop\"", "", "", "shop|my shop" },
    { "SERVICE:Shop", "", "", "Shop" },
    { "\"a \\\"b\\\" \\\\\"", "a \"b\" \\", "", "" },
    { "a\\b", "a\\b", "", "" },
    { "k=\"\"\"x\"", "", "k=x", "" },
    { "\xc3\xa4pfel", "\xc3\xa4pfel", "", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (FlowTraceFilterCopy) copy = parse (cases[i].text);

      assert_list (copy->filter.words, cases[i].words);
      assert_list (copy->filter.attributes, cases[i].attributes);
      assert_list (copy->filter.services, cases[i].services);
    }
}

static void
test_values (void)
{
  g_autoptr (FlowTraceFilterCopy) a = parse (">200ms <1s status:error has:location has:logs tag:slow");
  g_autoptr (FlowTraceFilterCopy) b = parse (">=200ms >1ms <=1s <2s status:ok has:note has:tag has:pin");
  g_autoptr (FlowTraceFilterCopy) c = parse ("since:10m until:now");
  g_autoptr (FlowTraceFilterCopy) d = parse ("tag:\"two words\" tag:\"two words\" workspace:\"my shop\" session:x");

  g_assert_cmpint (a->filter.min_duration_ns, ==, 200 * MS + 1);
  g_assert_cmpint (a->filter.max_duration_ns, ==, 1000 * MS - 1);
  g_assert_true (a->filter.errors_only && !a->filter.ok_only && a->filter.has_location && a->filter.has_logs);
  g_assert_cmpstr (a->filter.tag, ==, "slow");
  g_assert_cmpint (b->filter.min_duration_ns, ==, 200 * MS);
  g_assert_cmpint (b->filter.max_duration_ns, ==, 1000 * MS);
  g_assert_true (b->filter.ok_only && b->filter.has_note && b->filter.has_tags && b->filter.pinned);
  g_assert_cmpint (c->filter.since_ns, ==, NOW - 600000 * MS);
  g_assert_cmpint (c->filter.until_ns, ==, NOW);
  g_assert_cmpstr (d->filter.tag, ==, "two words");
  g_assert_cmpstr (d->filter.workspace, ==, "my shop");
  g_assert_cmpstr (d->filter.session, ==, "x");
}

static void
test_mistakes (void)
{
  static const char *const texts[] = {
    ">x",
    ">",
    "<-1s",
    "status:maybe",
    "has:wings",
    "tag:",
    "service:",
    "since:soon",
    "\"open",
    "a \"b c",
    "status:error status:ok",
    ">2s <1s",
    "has:",
    "status:",
    "tag:a tag:b",
    "until:",
    ">200",
    "since:1m until:1h",
    "k=\"x",
    "until:",
    ">=",
    "workspace:a workspace:b",
    "session:a session:b",
    "session:",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (flow_trace_filter_text_parse (texts[i], NOW, &error));
      g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT);
      g_assert_cmpuint (strlen (error->message), >, 10);
    }
}

static void
assert_taken (char *text, const char *wanted)
{
  g_assert_cmpstr (text, ==, wanted);
  g_free (text);
}

static void
test_edits (void)
{
  assert_taken (flow_trace_filter_text_add ("", FLOW_FILTER_SERVICE, "shop"), "service:shop");
  assert_taken (flow_trace_filter_text_add ("GET ", FLOW_FILTER_SERVICE, "my shop"), "GET service:\"my shop\"");
  assert_taken (flow_trace_filter_text_add ("a", FLOW_FILTER_ATTRIBUTE, "k=a \"b\""), "a k=\"a \\\"b\\\"\"");
  assert_taken (flow_trace_filter_text_add ("a", FLOW_FILTER_DURATION, ">1s"), "a >1s");
  assert_taken (flow_trace_filter_text_add ("", FLOW_FILTER_WORD, "x=y"), "\"x=y\"");
  assert_taken (flow_trace_filter_text_remove ("a service:x b", FLOW_FILTER_SERVICE, "x"), "a b");
  assert_taken (flow_trace_filter_text_remove ("a service:x b", FLOW_FILTER_SERVICE, "y"), "a service:x b");
  assert_taken (flow_trace_filter_text_remove ("service:x \"open b", FLOW_FILTER_SERVICE, NULL), "\"open b");
  assert_taken (flow_trace_filter_text_toggle ("a >1s", FLOW_FILTER_DURATION, ">2s"), "a >2s");
  assert_taken (flow_trace_filter_text_toggle ("a >2s", FLOW_FILTER_DURATION, ">2s"), "a");
  assert_taken (flow_trace_filter_text_toggle ("status:ok", FLOW_FILTER_STATUS, "error"), "status:error");
  assert_taken (flow_trace_filter_text_toggle ("service:a", FLOW_FILTER_SERVICE, "b"), "service:a service:b");
  g_assert_true (flow_trace_filter_text_has ("a has:logs", FLOW_FILTER_HAS, "logs"));
  g_assert_false (flow_trace_filter_text_has ("a has:logs", FLOW_FILTER_HAS, "note"));
}

/* Whatever a value holds: what is written for it is read as it. */
static void
test_round_trip (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (5);
  static const char letters[] = "ab \"\\:=<>\t.\xc3";

  for (guint round = 0; round < 3000; round++)
    {
      char value[8] = { 0 };
      g_autofree char *service = NULL;
      g_autofree char *word = NULL;
      g_autoptr (FlowTraceFilterCopy) a = NULL;
      g_autoptr (FlowTraceFilterCopy) b = NULL;

      for (guint i = 0, n = 1 + (guint) g_rand_int_range (random, 0, 6); i < n; i++)
        value[i] = letters[g_rand_int_range (random, 0, (gint32) sizeof letters - 1)];
      service = flow_trace_filter_text_add ("x", FLOW_FILTER_SERVICE, value);
      a = parse (service);
      assert_list (a->filter.services, value);
      g_assert_true (flow_trace_filter_text_has (service, FLOW_FILTER_SERVICE, value));
      word = flow_trace_filter_text_add ("", FLOW_FILTER_WORD, value);
      b = parse (word);
      assert_list (b->filter.words, value);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/trace/filter-text/words", test_words);
  g_test_add_func ("/trace/filter-text/values", test_values);
  g_test_add_func ("/trace/filter-text/mistakes", test_mistakes);
  g_test_add_func ("/trace/filter-text/edits", test_edits);
  g_test_add_func ("/trace/filter-text/round-trip", test_round_trip);
  return g_test_run ();
}
