/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "router-test.h"

#include "router/flow-recent.h"

static void
test_latency (void)
{
  FlowLatency latency = { 0 };
  FlowLatencySummary summary;

  g_assert_false (flow_latency_summarise (&latency, &summary));
  flow_latency_add (&latency, 2500);
  g_assert_true (flow_latency_summarise (&latency, &summary));
  g_assert_cmpfloat (summary.p50_ms, ==, 2.5);
  g_assert_cmpfloat (summary.p99_ms, ==, 2.5);
  g_assert_cmpfloat (summary.last_ms, ==, 2.5);
  /* Only the last 64 count. */
  for (guint i = 1; i <= FLOW_LATENCY_SAMPLES; i++)
    flow_latency_add (&latency, i * 1000);
  g_assert_true (flow_latency_summarise (&latency, &summary));
  g_assert_cmpfloat (summary.p50_ms, ==, FLOW_LATENCY_SAMPLES / 2);
  g_assert_cmpfloat (summary.p99_ms, ==, FLOW_LATENCY_SAMPLES);
  g_assert_cmpfloat (summary.last_ms, ==, FLOW_LATENCY_SAMPLES);
  flow_latency_add (&latency, G_MAXUINT64);
  g_assert_true (flow_latency_summarise (&latency, &summary));
  g_assert_cmpfloat (summary.last_ms, >, 4e6);
}

static void
test_facts (void)
{
  static const char *const capabilities[] = { "code", "traces", NULL };
  g_autoptr (TestChannel) test = test_channel_new ("vscode_extension/a.b-1", capabilities);
  FlowChannel *channel = FLOW_CHANNEL (test);
  g_autofree char *name = NULL;

  g_object_get (channel, "name", &name, NULL);
  g_assert_cmpstr (name, ==, "vscode_extension/a.b-1");
  g_assert_cmpint (flow_channel_get_kind (channel), ==, FLOW_CHANNEL_KIND_VSCODE_EXTENSION);
  g_assert_cmpstr (flow_channel_get_client (channel), ==, "");
  g_assert_cmpstr (flow_channel_get_version (channel), ==, "");
  flow_channel_set_client (channel, "code", "1.100");
  g_assert_null (flow_channel_get_origin (channel));
  flow_channel_set_origin (channel, "https://app.example");
  g_assert_cmpstr (flow_channel_get_origin (channel), ==, "https://app.example");
  g_assert_cmpstr (flow_channel_get_client (channel), ==, "code");
  g_assert_cmpstr (flow_channel_get_version (channel), ==, "1.100");
  g_assert_true (flow_channel_has_capability (channel, "traces"));
  g_assert_false (flow_channel_has_capability (channel, "trace"));
  g_assert_null (flow_channel_get_workspaces (channel)[0]);
  g_assert_cmpuint (flow_channel_holds (channel, "/"), ==, 0);
}

static void
test_focus (void)
{
  g_autoptr (TestChannel) test = test_channel_new ("editor/a", NULL);
  FlowChannel *channel = FLOW_CHANNEL (test);

  flow_channel_set_focused (channel, FALSE, 5);
  g_assert_cmpint (flow_channel_get_focused_at (channel), ==, 0);
  flow_channel_set_focused (channel, TRUE, 6);
  g_assert_true (flow_channel_get_focused (channel));
  flow_channel_set_focused (channel, FALSE, 9);
  g_assert_cmpint (flow_channel_get_focused_at (channel), ==, 9);
  flow_channel_set_focused (channel, FALSE, 12);
  g_assert_cmpint (flow_channel_get_focused_at (channel), ==, 9);
}

static void
test_recent (void)
{
  g_autoptr (FlowRecent) recent = flow_recent_new (2);

  g_assert_cmpint (flow_recent_add (recent, "cli/a", "1"), ==, FLOW_RECENT_NEW);
  g_assert_cmpint (flow_recent_add (recent, "cli/a", "1"), ==, FLOW_RECENT_PENDING);
  g_assert_cmpint (flow_recent_add (recent, "cli/b", "1"), ==, FLOW_RECENT_NEW);
  flow_recent_done (recent, "cli/b", "1");
  g_assert_cmpint (flow_recent_add (recent, "cli/b", "1"), ==, FLOW_RECENT_DONE);
  flow_recent_set_receiver (recent, "cli/a", "1", "editor/r");
  g_assert_cmpstr (flow_recent_find_sender (recent, "editor/r", "1"), ==, "cli/a");
  g_assert_null (flow_recent_find_sender (recent, "editor/q", "1"));
  /* The oldest goes. */
  g_assert_cmpint (flow_recent_add (recent, "cli/c", "1"), ==, FLOW_RECENT_NEW);
  g_assert_cmpint (flow_recent_add (recent, "cli/a", "1"), ==, FLOW_RECENT_NEW);
  flow_recent_forget (recent, "cli/a", "1");
  g_assert_cmpint (flow_recent_add (recent, "cli/a", "1"), ==, FLOW_RECENT_NEW);
  /* What was with somebody who is gone may be tried again, but for what he did. */
  flow_recent_set_receiver (recent, "cli/a", "1", "editor/r");
  flow_recent_set_receiver (recent, "cli/c", "1", "editor/r");
  flow_recent_done (recent, "cli/c", "1");
  flow_recent_forget_receiver (recent, "editor/r");
  g_assert_cmpint (flow_recent_add (recent, "cli/c", "1"), ==, FLOW_RECENT_DONE);
  g_assert_cmpint (flow_recent_add (recent, "cli/a", "1"), ==, FLOW_RECENT_NEW);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/router/channel/latency", test_latency);
  g_test_add_func ("/router/channel/facts", test_facts);
  g_test_add_func ("/router/channel/focus", test_focus);
  g_test_add_func ("/router/recent", test_recent);
  return g_test_run ();
}
