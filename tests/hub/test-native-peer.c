/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>

#include "hub/doorways/flow-native-peer.h"

/* What the wire's thread decides about each message, by table. */

#define TEST_TYPE_CHANNEL (test_channel_get_type ())
G_DECLARE_FINAL_TYPE (TestChannel, test_channel, TEST, CHANNEL, FlowChannel)

struct _TestChannel
{
  FlowChannel parent_instance;
};

G_DEFINE_FINAL_TYPE (TestChannel, test_channel, FLOW_TYPE_CHANNEL)

static void
test_channel_class_init (TestChannelClass *klass)
{
}

static void
test_channel_init (TestChannel *self)
{
}

static FlowNativePeer *
peer_new (const char *name)
{
  FlowNativePeer *self = flow_native_peer_new (1, NULL, "uid 1");

  if (name != NULL)
    {
      g_autoptr (FlowChannel) channel = g_object_new (TEST_TYPE_CHANNEL, "name", name, NULL);

      flow_native_peer_join (self, channel);
    }
  return self;
}

static void
peer_free (FlowNativePeer *self)
{
  flow_native_peer_leave (self);
  flow_native_peer_unref (self);
}

static FlowNativeStep
judge (FlowNativePeer *peer, const char *text, gint64 now_us, FlowNativeProblem *problem)
{
  FlowEnvelope envelope;

  g_assert_null (flow_envelope_scan (&envelope, text, strlen (text)));
  return flow_native_peer_judge (peer, &envelope, now_us, problem);
}

#define FORWARD FLOW_NATIVE_FORWARD
#define ROUTE FLOW_NATIVE_ROUTE
#define HELLO FLOW_NATIVE_HELLO
#define PONG FLOW_NATIVE_PONG
#define REFUSE FLOW_NATIVE_REFUSE

static const struct
{
  const char *name;    /* (nullable): nobody yet */
  const char *members; /* beside the id */
  FlowNativeStep step;
  FlowError error;
} rows[] = {
  { NULL, "\"type\":\"hello\"", HELLO },
  { NULL, "\"type\":\"hello\",\"source\":\"anything\"", HELLO },
  { NULL, "\"type\":\"ping\"", REFUSE, FLOW_ERROR_UNAUTHORIZED },
  { NULL, "\"type\":\"jump_to_code\",\"source\":\"cli/a\"", REFUSE, FLOW_ERROR_UNAUTHORIZED },
  { "cli/a", "\"type\":\"hello\",\"source\":\"cli/a\"", REFUSE, FLOW_ERROR_BAD_REQUEST },
  { "cli/a", "\"type\":\"custom\"", REFUSE, FLOW_ERROR_BAD_SOURCE },
  { "cli/a", "\"type\":\"custom\",\"source\":\"cli\"", REFUSE, FLOW_ERROR_BAD_SOURCE },
  { "cli/a", "\"type\":\"custom\",\"source\":\"cli/b\"", REFUSE, FLOW_ERROR_BAD_SOURCE },
  { "cli/a", "\"type\":\"custom\",\"source\":\"cli/aa\"", REFUSE, FLOW_ERROR_BAD_SOURCE },
  { "cli/a", "\"type\":\"custom\",\"source\":\"desktop_app/hub\"", REFUSE, FLOW_ERROR_BAD_SOURCE },
  { "cli/a", "\"type\":\"custom\",\"source\":\"CLI/a\"", REFUSE, FLOW_ERROR_BAD_SOURCE },
  { "cli/a", "\"type\":\"custom\",\"source\":\"cli/a\"", ROUTE },
  { "cli/a", "\"type\":\"custom\",\"source\":\"cli\\u002fa\"", ROUTE },
  { "cli/a", "\"type\":\"custom\",\"source\":\"cli/a\",\"target\":\"editor/b\"", FORWARD },
  { "cli/a", "\"type\":\"custom\",\"source\":\"cli/a\",\"target\":\"editor/b\",\"ack\":false", FORWARD },
  { "cli/a", "\"type\":\"custom\",\"source\":\"cli/a\",\"target\":\"editor/b\",\"ack\":true", ROUTE },
  { "cli/a", "\"type\":\"custom\",\"source\":\"cli/a\",\"target\":\"desktop_app\"", ROUTE },
  { "cli/a", "\"type\":\"custom\",\"source\":\"cli/a\",\"target\":\"desktop_app/hub\"", ROUTE },
  { "cli/a", "\"type\":\"jump_to_code\",\"source\":\"cli/a\",\"target\":\"editor/b\"", FORWARD },
  { "cli/a", "\"type\":\"jump_to_code\",\"source\":\"cli/a\"", ROUTE },
  { "cli/a", "\"type\":\"edit_update\",\"source\":\"cli/a\",\"target\":\"editor/b\"", ROUTE },
  { "cli/a", "\"type\":\"ack\",\"source\":\"cli/a\",\"target\":\"editor/b\"", ROUTE },
  { "cli/a", "\"type\":\"error\",\"source\":\"cli/a\",\"target\":\"editor/b\"", ROUTE },
  { "cli/a", "\"type\":\"ping\",\"source\":\"cli/a\"", PONG },
  { "cli/a", "\"type\":\"ping\",\"source\":\"cli/a\",\"target\":\"desktop_app\"", PONG },
  { "cli/a", "\"type\":\"ping\",\"source\":\"cli/a\",\"target\":\"editor/b\"", FORWARD },
  { "cli/a", "\"type\":\"welcome\",\"source\":\"cli/a\",\"target\":\"editor/b\"", REFUSE, FLOW_ERROR_FORBIDDEN },
  { "cli/a", "\"type\":\"channel_connected\",\"source\":\"cli/a\"", REFUSE, FLOW_ERROR_FORBIDDEN },
  { "cli/a", "\"type\":\"configuration_updated\",\"source\":\"cli/a\"", REFUSE, FLOW_ERROR_FORBIDDEN },
  { "browser_page/p", "\"type\":\"ping\",\"source\":\"browser_page/p\"", PONG },
  { "browser_page/p", "\"type\":\"ack\",\"source\":\"browser_page/p\"", ROUTE },
  { "browser_page/p", "\"type\":\"edit_request\",\"source\":\"browser_page/p\"", ROUTE },
  { "browser_page/p", "\"type\":\"edit_update\",\"source\":\"browser_page/p\",\"target\":\"editor/b\"", ROUTE },
  { "browser_page/p", "\"type\":\"jump_to_code\",\"source\":\"browser_page/p\"", REFUSE, FLOW_ERROR_FORBIDDEN },
  { "browser_page/p", "\"type\":\"focus_trace\",\"source\":\"browser_page/p\"", REFUSE, FLOW_ERROR_FORBIDDEN },
  { "browser_page/p", "\"type\":\"trace_added\",\"source\":\"browser_page/p\"", REFUSE, FLOW_ERROR_FORBIDDEN },
  { "browser_page/p", "\"type\":\"workspace_changed\",\"source\":\"browser_page/p\"", REFUSE, FLOW_ERROR_FORBIDDEN },
  { "browser_page/p", "\"type\":\"custom\",\"source\":\"browser_page/p\"", REFUSE, FLOW_ERROR_FORBIDDEN },
};

static void
test_judgements (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      FlowNativePeer *peer = peer_new (rows[i].name);
      g_autofree char *text = g_strdup_printf ("{\"id\":\"1\",%s}", rows[i].members);
      FlowNativeProblem problem = { 0 };
      FlowNativeStep step = judge (peer, text, 1, &problem);

      if (step != rows[i].step || (step == REFUSE && problem.error != rows[i].error))
        g_error ("%s: step %d, error %d (%s)", text, step, problem.error, problem.message);
      peer_free (peer);
    }
}

/* What is read where others wait for it is short. */
static void
test_too_long (void)
{
  static const struct
  {
    const char *name; /* (nullable): nobody yet */
    const char *type;
    gsize most;
    FlowNativeStep step;
  } types[] = {
    { NULL, "hello", FLOW_NATIVE_HELLO_BYTES, HELLO },
    { "cli/a", "ack", FLOW_NATIVE_SIGNAL_BYTES, ROUTE },
    { "browser_page/p", "ping", FLOW_NATIVE_SIGNAL_BYTES, PONG },
    { "cli/a", "pong", FLOW_NATIVE_SIGNAL_BYTES, ROUTE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    for (gsize longer = 0; longer < 2; longer++)
      {
        FlowNativePeer *peer = peer_new (types[i].name);
        g_autofree char *blanks = g_strnfill (types[i].most + longer - 2, ' ');
        g_autofree char *text = g_strdup_printf ("{\"id\":\"1\",\"type\":\"%s\",\"source\":\"%s\",\"data\":{%s}}",
                                                 types[i].type, types[i].name != NULL ? types[i].name : "x", blanks);
        FlowNativeProblem problem = { 0 };

        g_assert_cmpint (judge (peer, text, 1, &problem), ==, longer ? REFUSE : types[i].step);
        g_assert_true (!longer || problem.error == FLOW_ERROR_TOO_LARGE);
        peer_free (peer);
      }
}

/* The type that is remembered is not taken for another of the same length. */
static void
test_types_in_turn (void)
{
  FlowNativePeer *peer = peer_new ("cli/a");
  FlowNativeProblem problem;

  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpint (judge (peer, "{\"id\":\"1\",\"type\":\"ping\",\"source\":\"cli/a\"}", 1, &problem), ==, PONG);
      g_assert_cmpint (judge (peer, "{\"id\":\"1\",\"type\":\"pang\",\"source\":\"cli/a\"}", 1, &problem), ==, ROUTE);
      g_assert_cmpint (judge (peer, "{\"id\":\"1\",\"type\":\"welcome\",\"source\":\"cli/a\"}", 1, &problem), ==,
                       REFUSE);
      g_assert_cmpint (judge (peer, "{\"id\":\"1\",\"type\":\"welcomf\",\"source\":\"cli/a\"}", 1, &problem), ==,
                       ROUTE);
    }
  peer_free (peer);
}

/* A burst, then so many a second; programs have no such bound. */
static void
test_rate_of_pages (void)
{
  static const char page[] = "{\"id\":\"1\",\"type\":\"ack\",\"source\":\"browser_page/p\"}";
  static const char program[] = "{\"id\":\"1\",\"type\":\"ack\",\"source\":\"cli/a\"}";
  FlowNativePeer *peer = peer_new ("browser_page/p");
  FlowNativePeer *other = peer_new ("cli/a");
  FlowDoorwayPage together = { 0 };
  gint64 now_us = 1000 * G_USEC_PER_SEC;
  FlowNativeProblem problem;
  guint taken = 0;

  peer->guest.page = &together;
  for (guint i = 0; i < 10 * FLOW_NATIVE_PAGE_BURST; i++)
    {
      taken += judge (peer, page, now_us, &problem) == ROUTE;
      g_assert_cmpint (judge (other, program, now_us, &problem), ==, ROUTE);
    }
  g_assert_cmpuint (taken, >=, FLOW_NATIVE_PAGE_BURST);
  g_assert_cmpuint (taken, <=, FLOW_NATIVE_PAGE_BURST + 1);
  g_assert_cmpint (judge (peer, page, now_us, &problem), ==, REFUSE);
  g_assert_cmpint (problem.error, ==, FLOW_ERROR_TOO_MANY_REQUESTS);
  for (guint i = taken = 0; i < 10 * FLOW_NATIVE_PAGE_RATE; i++)
    taken += judge (peer, page, now_us += G_USEC_PER_SEC / (5 * FLOW_NATIVE_PAGE_RATE), &problem) == ROUTE;
  g_assert_cmpuint (taken, >=, 2 * FLOW_NATIVE_PAGE_RATE - 2);
  g_assert_cmpuint (taken, <=, 2 * FLOW_NATIVE_PAGE_RATE + 2);
  peer_free (peer);
  peer_free (other);
}

static void
test_in_flight (void)
{
  FlowNativePeer *peer = peer_new (NULL);

  for (guint i = 1; i < FLOW_NATIVE_FLIGHT; i++)
    g_assert_false (flow_native_peer_begin (peer, 10));
  g_assert_true (flow_native_peer_begin (peer, 10));
  g_assert_false (flow_native_peer_end (peer, 0));
  for (guint i = 1; i < FLOW_NATIVE_FLIGHT / 2; i++)
    g_assert_false (flow_native_peer_end (peer, 10));
  g_assert_true (flow_native_peer_end (peer, 10));
  for (guint i = 0; i < FLOW_NATIVE_FLIGHT / 2; i++)
    g_assert_true (flow_native_peer_end (peer, 10));
  /* One that is long is enough. */
  g_assert_true (flow_native_peer_begin (peer, FLOW_NATIVE_FLIGHT_BYTES));
  g_assert_true (flow_native_peer_end (peer, FLOW_NATIVE_FLIGHT_BYTES));
  peer_free (peer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/native-peer/judgements", test_judgements);
  g_test_add_func ("/native-peer/too-long", test_too_long);
  g_test_add_func ("/native-peer/types-in-turn", test_types_in_turn);
  g_test_add_func ("/native-peer/rate-of-pages", test_rate_of_pages);
  g_test_add_func ("/native-peer/in-flight", test_in_flight);
  return g_test_run ();
}
