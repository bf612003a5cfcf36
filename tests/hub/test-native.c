/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>

#include "native-test.h"

/* The native protocol of a whole hub: who comes in, as what, and what becomes of messages. */

typedef struct
{
  FlowContext *context;
  HubTest test;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->context = test_context_new ();
  hub_test_init (&f->test, f->context, FALSE);
  hub_test_start (&f->test);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  if (flow_hub_is_running (f->test.hub))
    hub_test_stop (&f->test);
  hub_test_clear (&f->test);
  test_context_remove (f->context);
}

static JsonObject *
get_object (FlowMessage *message, const char *name)
{
  return json_object_get_object_member (flow_message_get_data (message), name);
}

static void
test_welcome (Fixture *f, gconstpointer data)
{
  g_auto (Peer) editor = { 0 };
  g_auto (Peer) peer = { 0 };
  g_autoptr (FlowMessage) welcome = NULL;
  g_autoptr (FlowMessage) sync = NULL;
  g_autofree char *id = NULL;
  const char *name = NULL;
  JsonArray *presence;

  native_join (&editor, &f->test, "editor", "first");
  g_assert_cmpstr (editor.name, ==, "editor/first");
  sync = native_expect (&editor, "sync_response");

  g_assert_true (native_open_with_token (&peer, &f->test));
  id = native_send (&peer, "hello", "", "{\"client\":\"c\",\"version\":\"2\",\"kind\":\"cli\",\"focused\":true}");
  welcome = native_expect (&peer, "welcome");
  g_assert_cmpstr (flow_message_get_source (welcome), ==, "desktop_app/hub");
  g_assert_true (flow_message_get_string (welcome, "channel", &name));
  g_assert_true (g_str_has_prefix (name, "cli/"));
  g_assert_cmpstr (flow_message_get_target (welcome), ==, name);
  g_assert_cmpint (json_object_get_int_member (get_object (welcome, "hub"), "protocol"), ==, 1);
  g_assert_cmpint (json_object_get_int_member (get_object (welcome, "delivery"), "seq"), ==, 0);
  g_assert_nonnull (json_object_get_string_member (get_object (welcome, "delivery"), "epoch"));
  presence = json_object_get_array_member (flow_message_get_data (welcome), "presence");
  g_assert_cmpuint (json_array_get_length (presence), ==, 1);
  g_assert_cmpstr (json_object_get_string_member (json_array_get_object_element (presence, 0), "channel"), ==,
                   "editor/first");
}

static void
test_hello_comes_first (Fixture *f, gconstpointer data)
{
  g_auto (Peer) peer = { 0 };
  g_autofree char *first = NULL;
  g_autofree char *again = NULL;

  g_assert_true (native_open_with_token (&peer, &f->test));
  first = native_send (&peer, "ping", "", "{}");
  native_expect_error (&peer, "unauthorized", first);
  native_hello (&peer, "cli", "");
  again = native_send (&peer, "hello", "", "{\"client\":\"c\",\"version\":\"1\",\"kind\":\"cli\"}");
  native_expect_error (&peer, "bad_request", again);
}

typedef struct
{
  const char *data;
  const char *code;
  guint close;
} BadHello;

static void
test_bad_hellos (Fixture *f, gconstpointer data)
{
  static const BadHello rows[] = {
    { "{}", "bad_request", 1008 },
    { "{\"client\":\"c\",\"version\":\"1\",\"kind\":\"toaster\"}", "bad_request", 1008 },
    { "{\"client\":\"c\",\"version\":\"1\",\"kind\":\"cli\",\"instance\":\"a/b\"}", "bad_request", 1008 },
    { "{\"client\":\"c\",\"version\":\"1\",\"kind\":\"cli\",\"workspaces\":\"/\"}", "bad_request", 1008 },
    { "{\"client\":\"c\",\"version\":\"1\",\"kind\":\"desktop_app\"}", "forbidden", 4403 },
    { "{\"client\":\"c\",\"version\":\"1\",\"kind\":\"browser_page\"}", "forbidden", 4403 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Peer) peer = { 0 };
      g_autofree char *id = NULL;

      g_assert_true (native_open_with_token (&peer, &f->test));
      id = native_send (&peer, "hello", "", rows[i].data);
      native_expect_error (&peer, rows[i].code, id);
      g_assert_cmpuint (native_expect_close (&peer), ==, rows[i].close);
    }
}

static void
test_token_in_hello (Fixture *f, gconstpointer data)
{
  g_autofree char *token = native_get_token (&f->test);
  g_autofree char *more = g_strdup_printf (",\"token\":\"%s\"", token);
  g_auto (Peer) good = { 0 };
  g_auto (Peer) bad = { 0 };
  g_auto (Peer) none = { 0 };
  g_autofree char *wrong = NULL;
  g_autofree char *missing = NULL;

  g_assert_true (native_open (&good, &f->test, ""));
  native_hello (&good, "cli", more);
  g_assert_true (native_open (&bad, &f->test, ""));
  wrong = native_send (&bad, "hello", "", "{\"client\":\"c\",\"version\":\"1\",\"kind\":\"cli\",\"token\":\"x\"}");
  native_expect_error (&bad, "unauthorized", wrong);
  g_assert_cmpuint (native_expect_close (&bad), ==, 4401);
  g_assert_true (native_open (&none, &f->test, ""));
  missing = native_send (&none, "hello", "", "{\"client\":\"c\",\"version\":\"1\",\"kind\":\"cli\"}");
  native_expect_error (&none, "unauthorized", missing);
  g_assert_cmpuint (native_expect_close (&none), ==, 4401);
}

/* What has a target that is there arrives as it was sent, byte for byte. */
static void
test_forwarded_as_it_came (Fixture *f, gconstpointer data)
{
  static const char text[] = "{ \"type\":\"custom\" , \"source\":\"cli/a\",\"future\":[1,{}],\"id\":\"7\","
                             "\"target\":\"cli/b\",\"data\":{\"text\":\"\xf0\x9f\x98\x80\"}}";
  g_auto (Peer) a = { 0 };
  g_auto (Peer) b = { 0 };
  g_autoptr (FlowMessage) came = NULL;
  gsize length;
  const char *bytes;

  native_join (&a, &f->test, "cli", "a");
  native_join (&b, &f->test, "cli", "b");
  ws_client_send (&a.ws, 0x81, text, -1);
  came = native_expect (&b, "custom");
  bytes = g_bytes_get_data (flow_message_get_bytes (came), &length);
  g_assert_cmpmem (bytes, length, text, sizeof text - 1);
}

static void
test_refused_messages (Fixture *f, gconstpointer data)
{
  g_auto (Peer) peer = { 0 };
  g_autofree char *other = NULL;
  g_autofree char *forbidden = NULL;
  g_autofree char *nobody = NULL;
  g_autofree char *late = NULL;
  g_autofree char *numbered = NULL;

  native_join (&peer, &f->test, "cli", "a");
  other = native_send (&peer, "custom", ",\"source\":\"cli/b\",\"target\":\"cli/a\"", "{}");
  native_expect_error (&peer, "bad_source", other);
  forbidden = native_send (&peer, "channel_connected", "", "{}");
  native_expect_error (&peer, "forbidden", forbidden);
  late = native_send (&peer, "custom", ",\"target\":\"editor\",\"expires\":\"tomorrow\"", "{}");
  native_expect_error (&peer, "bad_request", late);
  numbered = native_send (&peer, "custom", ",\"target\":\"cli/a\",\"seq\":9", "{}");
  native_expect_error (&peer, "bad_request", numbered);
  ws_client_send (&peer.ws, 0x81, "[1]", -1);
  native_expect_error (&peer, "bad_request", NULL);
  ws_client_send (&peer.ws, 0x82, "{}", -1);
  native_expect_error (&peer, "bad_request", NULL);
  nobody = native_send (&peer, "ping", "", "{\"pingTime\":12.5}");
  g_assert_nonnull (nobody);
}

static void
test_ping (Fixture *f, gconstpointer data)
{
  g_auto (Peer) peer = { 0 };
  g_autofree char *id = NULL;
  g_autoptr (FlowMessage) pong = NULL;
  double time = 0;

  native_join (&peer, &f->test, "cli", "a");
  id = native_send (&peer, "ping", "", "{\"pingTime\":1732092000123}");
  pong = native_expect (&peer, "pong");
  g_assert_cmpstr (flow_message_get_reply_to (pong), ==, id);
  g_assert_true (flow_message_get_double (pong, "pingTime", &time));
  g_assert_cmpfloat (time, ==, 1732092000123.0);
}

/* The newer one has the name; messages go to it. */
static void
test_replaced (Fixture *f, gconstpointer data)
{
  g_auto (Peer) before = { 0 };
  g_auto (Peer) after = { 0 };
  g_auto (Peer) sender = { 0 };
  g_autofree char *id = NULL;
  g_autoptr (FlowMessage) came = NULL;

  native_join (&before, &f->test, "cli", "same");
  native_join (&after, &f->test, "cli", "same");
  g_assert_cmpuint (native_expect_close (&before), ==, 4409);
  native_join (&sender, &f->test, "cli", "sender");
  id = native_send (&sender, "custom", ",\"target\":\"cli/same\"", "{}");
  came = native_expect (&after, "custom");
  g_assert_cmpstr (flow_message_get_id (came), ==, id);
}

/* More than the hub thread takes at once: the sender waits, and each is answered. */
static void
test_many_for_the_hub (Fixture *f, gconstpointer data)
{
  const guint n = 1000;
  g_auto (Peer) peer = { 0 };
  g_autoptr (GByteArray) frames = g_byte_array_new ();

  native_join (&peer, &f->test, "cli", "a");
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"id\":\"%u\",\"type\":\"custom\",\"source\":\"cli/a\","
                                               "\"target\":\"cli/gone\",\"ack\":true,\"data\":{}}",
                                               i);

      ws_frame_append (frames, 0x81, text, strlen (text));
    }
  ws_client_write (&peer.ws, frames->data, frames->len);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (FlowMessage) ack = native_expect (&peer, "ack");
      g_autofree char *id = g_strdup_printf ("%u", i);

      g_assert_cmpstr (flow_message_get_reply_to (ack), ==, id);
    }
}

typedef struct
{
  guint changes;
  char *trace;
  guint64 span;
} News;

static void
channels_changed_cb (FlowHub *hub, News *news)
{
  news->changes++;
}

static void
focus_trace_cb (FlowHub *hub, const char *trace, guint64 span, News *news)
{
  news->trace = g_strdup (trace);
  news->span = span;
}

static gboolean
has_changed (gpointer data)
{
  return ((News *) data)->changes > 0;
}

static gboolean
has_focus (gpointer data)
{
  return ((News *) data)->trace != NULL;
}

/* What the owner hears; a trace can be shown only where there is a window. */
static void
test_news (Fixture *f, gconstpointer data)
{
  static const char trace[] = "{\"traceId\":\"00000000000000000000000000000001\",\"spanId\":\"0000000000000001\"}";
  static const guint8 span[8] = { 0, 0, 0, 0, 0, 0, 0, 1 };
  g_auto (Peer) peer = { 0 };
  g_autofree char *vain = NULL;
  g_autofree char *shown = NULL;
  News news = { 0 };

  g_signal_connect (f->test.hub, "channels-changed", G_CALLBACK (channels_changed_cb), &news);
  g_signal_connect (f->test.hub, "focus-trace", G_CALLBACK (focus_trace_cb), &news);
  native_join (&peer, &f->test, "cli", "a");
  hub_wait_until (has_changed, &news);
  g_assert_cmpuint (hub_test_post (&f->test, 1, 1, NULL), ==, 200);
  vain = native_send (&peer, "focus_trace", "", trace);
  native_expect_error (&peer, "no_target", vain);
  flow_hub_set_has_window (f->test.hub, TRUE);
  shown = native_send (&peer, "focus_trace", "", trace);
  hub_wait_until (has_focus, &news);
  g_assert_cmpstr (news.trace, ==, "00000000000000000000000000000001");
  g_assert_cmpmem (&news.span, sizeof news.span, span, sizeof span);
  g_signal_handlers_disconnect_by_data (f->test.hub, &news);
  g_free (news.trace);
}

/* How many messages of a type come before the first of another. */
static guint
count_until (Peer *peer, const char *type, const char *last, FlowMessage **found)
{
  guint n = 0;

  while (TRUE)
    {
      g_autoptr (FlowMessage) message = native_receive (peer);

      g_assert_nonnull (message);
      n += flow_message_is (message, type);
      if (!flow_message_is (message, last))
        continue;
      *found = g_steal_pointer (&message);
      return n;
    }
}

/* A receiver that reads nothing for a while: it costs its queue, and nobody else waits. What does not fit is told to
 * its sender, and what is to be acknowledged comes when the receiver reads again. */
static void
test_slow_reader (Fixture *f, gconstpointer data)
{
  const guint n = 1000;
  g_autofree char *text = g_strnfill (64 * 1024, 'x');
  g_autofree char *json = g_strdup_printf ("{\"text\":\"%s\"}", text);
  g_auto (Peer) sender = { 0 };
  g_auto (Peer) slow = { 0 };
  g_auto (Peer) other = { 0 };
  g_autofree char *ping = NULL;
  g_autofree char *last = NULL;
  g_autoptr (FlowMessage) pong = NULL;
  g_autoptr (FlowMessage) came = NULL;
  g_autoptr (FlowMessage) stored = NULL;
  guint received, refused;

  native_join (&sender, &f->test, "cli", "sender");
  native_join (&slow, &f->test, "cli", "slow");
  native_join (&other, &f->test, "cli", "other");
  for (guint i = 0; i < n; i++)
    g_free (native_send (&sender, "custom", ",\"target\":\"cli/slow\"", json));
  last = native_send (&sender, "last", ",\"target\":\"cli/slow\",\"ack\":true", "{}");
  ping = native_send (&other, "ping", "", "{}");
  pong = native_expect (&other, "pong");
  g_assert_cmpstr (flow_message_get_reply_to (pong), ==, ping);

  refused = count_until (&sender, "error", "ack", &stored);
  received = count_until (&slow, "custom", "last", &came);
  g_assert_cmpstr (flow_message_get_reply_to (stored), ==, last);
  g_assert_cmpstr (flow_message_get_id (came), ==, last);
  g_assert_cmpuint (flow_message_get_seq (came), ==, 1);
  g_assert_cmpuint (refused, >, 0);
  g_assert_cmpuint (received, >=, 512);
  g_assert_cmpuint (received + refused, ==, n);
}

static void
test_stop (Fixture *f, gconstpointer data)
{
  HubWait stopped = { f->test.hub, NULL };
  g_auto (Peer) joined = { 0 };
  g_auto (Peer) stranger = { 0 };
  g_autoptr (GAsyncResult) result = NULL;

  native_join (&joined, &f->test, "cli", "a");
  g_assert_true (native_open_with_token (&stranger, &f->test));
  flow_hub_stop_async (f->test.hub, hub_wait_cb, &stopped);
  g_assert_cmpuint (native_expect_close (&joined), ==, 1001);
  g_assert_cmpuint (native_expect_close (&stranger), ==, 1001);
  native_clear (&joined);
  native_clear (&stranger);
  result = hub_wait (&stopped);
}

static void
test_paths (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *path;
    const char *status;
  } rows[] = {
    { "/ws", "HTTP/1.1 101 " },  { "/ws?x=1", "HTTP/1.1 101 " },
    { "/", "HTTP/1.1 404 " },    { "/wss", "HTTP/1.1 404 " },
    { "/ws/", "HTTP/1.1 404 " }, { "/control/stop", "HTTP/1.1 404 " },
    { "/w", "HTTP/1.1 404 " },   { "ws://localhost/ws", "HTTP/1.1 404 " },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *head = native_ask (&f->test, rows[i].path, "");

      g_assert_nonnull (head);
      g_assert_true (g_str_has_prefix (head, rows[i].status));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add ("/native/welcome", Fixture, NULL, set_up, test_welcome, tear_down);
  g_test_add ("/native/hello-comes-first", Fixture, NULL, set_up, test_hello_comes_first, tear_down);
  g_test_add ("/native/bad-hellos", Fixture, NULL, set_up, test_bad_hellos, tear_down);
  g_test_add ("/native/token-in-hello", Fixture, NULL, set_up, test_token_in_hello, tear_down);
  g_test_add ("/native/forwarded-as-it-came", Fixture, NULL, set_up, test_forwarded_as_it_came, tear_down);
  g_test_add ("/native/refused-messages", Fixture, NULL, set_up, test_refused_messages, tear_down);
  g_test_add ("/native/ping", Fixture, NULL, set_up, test_ping, tear_down);
  g_test_add ("/native/replaced", Fixture, NULL, set_up, test_replaced, tear_down);
  g_test_add ("/native/many-for-the-hub", Fixture, NULL, set_up, test_many_for_the_hub, tear_down);
  g_test_add ("/native/slow-reader", Fixture, NULL, set_up, test_slow_reader, tear_down);
  g_test_add ("/native/news", Fixture, NULL, set_up, test_news, tear_down);
  g_test_add ("/native/stop", Fixture, NULL, set_up, test_stop, tear_down);
  g_test_add ("/native/paths", Fixture, NULL, set_up, test_paths, tear_down);
  return g_test_run ();
}
