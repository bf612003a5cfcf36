/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>

#include "wire-test.h"

/* What a connection says and hears from its first byte to its last. */

#define MEBIBYTE (1024 * 1024)

static void
test_echo (void)
{
  WireTest t = { 0 };
  g_auto (WsClient) client = { 0 };
  FlowWireStats stats;

  wire_test_start (&t, NULL);
  ws_client_open (&client, t.port);
  ws_client_send (&client, 0x81, "hello", -1);
  ws_client_expect (&client, 1, "hello");
  ws_client_send (&client, 0x82, "", 0);
  ws_client_expect (&client, 2, "");
  ws_client_send (&client, 0x89, "are you there", -1);
  ws_client_expect (&client, 10, "are you there");
  ws_client_send (&client, 0x8a, "nobody asked", -1);
  ws_client_send (&client, 0x88, "\x03\xe8", 2);
  g_assert_cmpuint (ws_client_expect_close (&client), ==, 1000);
  ws_client_expect_end (&client);
  ws_client_clear (&client);
  wire_test_wait_for (&t, "closed 1000 ");
  flow_wire_get_stats (t.wire, &stats);
  g_assert_cmpuint (stats.messages_in, ==, 2);
  g_assert_cmpuint (stats.messages_out, ==, 2);
  g_assert_cmpuint (stats.accepted, ==, 1);
  g_assert_cmpuint (stats.open, ==, 0);
  g_assert_cmpuint (stats.queued_bytes, ==, 0);
  g_assert_cmpuint (stats.held_bytes, ==, 0);
  wire_test_free (&t);
}

static gpointer
write_thread (gpointer data)
{
  gpointer *arguments = data;
  GByteArray *bytes = arguments[1];

  ws_client_write (arguments[0], bytes->data, bytes->len);
  return NULL;
}

/* As long as a message may be, as one frame and as a thousand, back and forth. */
static void
test_longest (void)
{
  WireTest t = { 0 };
  g_autofree char *payload = g_strnfill (16 * MEBIBYTE, 'x');
  const gsize part = 16 * MEBIBYTE / 1024;

  wire_test_start (&t, NULL);
  for (guint fragments = 1; fragments <= 1024; fragments += 1023)
    {
      g_auto (WsClient) client = { 0 };
      g_auto (WsFrame) frame = { 0 };
      g_autoptr (GByteArray) out = g_byte_array_new ();
      gpointer arguments[2] = { &client, out };
      GThread *writer;

      for (guint i = 0; i < fragments; i++)
        ws_frame_append (out, (i == 0 ? 1 : 0) | (i + 1 == fragments ? 0x80 : 0), payload,
                         fragments == 1 ? 16 * MEBIBYTE : part);
      ws_client_open (&client, t.port);
      writer = g_thread_new ("writer", write_thread, arguments);
      g_assert_true (ws_client_receive (&client, &frame));
      g_assert_cmpmem (frame.data, frame.length, payload, 16 * MEBIBYTE);
      g_thread_join (writer);
    }
  wire_test_free (&t);
}

/* The close code with which a wire answers what is sent to it. */
static guint
get_answer (WireTest *t, GByteArray *out)
{
  g_auto (WsClient) client = { 0 };
  guint code;

  ws_client_open (&client, t->port);
  (void) ws_client_try_write (&client, out->data, out->len);
  code = ws_client_expect_close (&client);
  if (code != 1006)
    ws_client_expect_end (&client);
  return code;
}

/* The bounds as they are delivered. */
static void
test_message_bounds (void)
{
  WireTest t = { 0 };
  g_autofree char *payload = g_strnfill (16 * MEBIBYTE + 1, 'x');
  g_autoptr (GByteArray) frame = g_byte_array_new ();
  g_autoptr (GByteArray) message = g_byte_array_new ();
  g_autoptr (GByteArray) fragments = g_byte_array_new ();

  wire_test_start (&t, NULL);
  ws_frame_append (frame, 0x81, payload, 16 * MEBIBYTE + 1);
  g_assert_cmpuint (get_answer (&t, frame), ==, 1009);
  ws_frame_append (message, 0x01, payload, 16 * MEBIBYTE);
  ws_frame_append (message, 0x80, payload, 1);
  g_assert_cmpuint (get_answer (&t, message), ==, 1009);
  for (guint i = 0; i <= 1024; i++)
    ws_frame_append (fragments, i == 0 ? 1 : 0, "", 0);
  g_assert_cmpuint (get_answer (&t, fragments), ==, 1008);
  wire_test_free (&t);
}

static void
test_close (void)
{
  static const struct
  {
    const char *payload;
    gssize length;
    guint answer;
  } cases[] = {
    { "", 0, 1005 },
    { "\x03", 1, 1002 },
    { "\x03\xe8", 2, 1000 },
    { "\x03\xe8"
      "all done",
      10, 1000 },
    { "\x03\xe9", 2, 1001 },
    { "\x03\xef", 2, 1007 },
    { "\x03\xf3", 2, 1011 },
    { "\x0b\xb8", 2, 3000 },
    { "\x13\x87", 2, 4999 },
    { "\0\0", 2, 1002 },
    { "\x03\xe7", 2, 1002 },
    { "\x03\xec", 2, 1002 },
    { "\x03\xed", 2, 1002 },
    { "\x03\xee", 2, 1002 },
    { "\x03\xf7", 2, 1002 },
    { "\x0b\xb7", 2, 1002 },
    { "\x13\x88", 2, 1002 },
    { "\xff\xff", 2, 1002 },
    { "\x03\xe8\xff", 3, 1007 },
    { "\x03\xe8\xce", 3, 1007 },
  };
  WireTest t = { 0 };

  wire_test_start (&t, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GByteArray) out = g_byte_array_new ();

      ws_frame_append (out, 0x88, cases[i].payload, (gsize) cases[i].length);
      /* Nothing behind a close frame counts. */
      ws_frame_append (out, 0x81, "late", 4);
      g_assert_cmpuint (get_answer (&t, out), ==, cases[i].answer);
    }
  wire_test_wait (&t, &t.n_closed, G_N_ELEMENTS (cases));
  g_assert_cmpuint (t.n_messages, ==, 0);
  wire_test_wait_for (&t, "closed 1005 ");
  wire_test_wait_for (&t, "closed 1000 all done");
  wire_test_wait_for (&t, "closed 1002 the close code is not valid");
  wire_test_wait_for (&t, "closed 1007 the reason for closing is not UTF-8");
  wire_test_free (&t);
}

/* We close: what was sent before arrives, the answer is awaited, what comes in between is ignored. */
static void
test_close_by_us (void)
{
  WireTest t = { 0 };
  g_auto (WsClient) client = { 0 };

  wire_test_start (&t, NULL);
  ws_client_open (&client, t.port);
  ws_client_send (&client, 0x81, "first", -1);
  ws_client_send (&client, 0x81, "close", -1);
  ws_client_send (&client, 0x81, "ignored", -1);
  ws_client_expect (&client, 1, "first");
  g_assert_cmpuint (ws_client_expect_close (&client), ==, 4000);
  ws_client_send (&client, 0x81, "ignored", -1);
  ws_client_send (&client, 0x88, "\x0f\xa0", 2);
  ws_client_expect_end (&client);
  ws_client_clear (&client);
  wire_test_wait_for (&t, "closed 4000 as you wish");
  g_assert_cmpuint (t.n_messages, ==, 2);
  wire_test_free (&t);
}

static void
test_bad_frames (void)
{
  static const struct
  {
    const char *data;
    gsize length;
    guint answer;
  } cases[] = {
    { "\x81\x05hello", 7, 1002 },        { "\xc1\x80\0\0\0\0", 6, 1002 }, { "\x83\x80\0\0\0\0", 6, 1002 },
    { "\x80\x80\0\0\0\0", 6, 1002 },     { "\x09\x80\0\0\0\0", 6, 1002 }, { "\x89\xfe\0\x7e", 4, 1002 },
    { "\x81\x81\0\0\0\0\xff", 7, 1007 }, { "\x81\xfe\0\x01", 4, 1002 },
  };
  WireTest t = { 0 };

  wire_test_start (&t, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GByteArray) out = g_byte_array_new ();

      g_byte_array_append (out, (const guint8 *) cases[i].data, (guint) cases[i].length);
      g_assert_cmpuint (get_answer (&t, out), ==, cases[i].answer);
    }
  wire_test_free (&t);
}

/* Peers that go without a word. */
static void
test_gone (void)
{
  WireTest t = { 0 };
  struct linger at_once = { .l_onoff = 1 };

  wire_test_start (&t, NULL);
  for (guint reset = 0; reset < 2; reset++)
    {
      g_auto (WsClient) client = { 0 };

      ws_client_open (&client, t.port);
      ws_client_send (&client, 0x01, "half a mess", -1);
      if (reset)
        setsockopt (client.fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
      ws_client_clear (&client);
      wire_test_wait (&t, &t.n_closed, reset + 1);
    }
  wire_test_wait_for (&t, "closed 1006 ");
  wire_test_free (&t);
}

static gboolean
has_no_connections (const FlowWireStats *stats)
{
  return stats->accepted > 0 && stats->connections == 0;
}

/* What an untouched socket has to say. */
static char *
read_plain (WireTest *t)
{
  char buffer[20000];
  int fd = wire_test_take_plain (t), lowat = 0;
  socklen_t size = sizeof lowat;
  gssize length;

  g_assert_no_errno (getsockopt (fd, SOL_SOCKET, SO_RCVLOWAT, &lowat, &size));
  g_assert_cmpint (lowat, ==, 1);
  g_assert_cmpint (fcntl (fd, F_GETFL) & O_NONBLOCK, !=, 0);
  g_assert_cmpint (fcntl (fd, F_GETFD) & FD_CLOEXEC, !=, 0);
  length = recv (fd, buffer, sizeof buffer, 0);
  g_close (fd, NULL);
  g_assert_cmpint (length, >, 0);
  return g_strndup (buffer, (gsize) length);
}

/* What is no WebSocket goes on as it came. */
static void
test_plain (void)
{
  g_autofree char *long_header = g_strnfill (9000, 'x');
  g_autofree char *long_head = g_strdup_printf ("GET / HTTP/1.1\r\nX: %s\r\n\r\n", long_header);
  const char *const requests[] = { "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
                                   "GET / HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
                                   "POST /v1/traces HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello",
                                   "P",
                                   "\x16\x03\x01",
                                   "GET / HTTP/1.1\n\n",
                                   "GET\r\n\r\n",
                                   "GET / HTTP/1.1\r\nbad header\r\n\r\n" };
  WireTest t = { 0 };
  FlowWireStats stats;

  wire_test_start (&t, NULL);
  for (guint i = 0; i <= G_N_ELEMENTS (requests); i++)
    {
      const char *request = i < G_N_ELEMENTS (requests) ? requests[i] : long_head;
      g_auto (WsClient) client = { 0 };
      g_autofree char *seen = NULL;

      ws_client_connect (&client, t.port);
      ws_client_write (&client, request, strlen (request));
      seen = read_plain (&t);
      g_assert_cmpstr (seen, ==, request);
    }
  wire_test_wait_for_stats (&t, has_no_connections);
  flow_wire_get_stats (t.wire, &stats);
  g_assert_cmpuint (stats.handed_over, ==, G_N_ELEMENTS (requests) + 1);
  g_assert_cmpstr (t.heard->str, ==, "");
  wire_test_free (&t);
}

/* A head that comes byte by byte, of both kinds; the wire has looked at each of them. */
static void
test_slow_head (void)
{
  static const char plain[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  WireTest t = { 0 };
  g_auto (WsClient) client = { 0 };
  g_auto (WsClient) other = { 0 };
  g_autofree char *head = NULL, *seen = NULL;

  wire_test_start (&t, NULL);
  ws_client_connect (&client, t.port);
  ws_client_connect (&other, t.port);
  for (gsize i = 0; i < strlen (WS_REQUEST); i++)
    {
      ws_client_write (&client, &WS_REQUEST[i], 1);
      if (i < strlen (plain))
        ws_client_write (&other, &plain[i], 1);
      g_thread_yield ();
    }
  head = ws_client_read_head (&client);
  g_assert_true (g_str_has_prefix (head, "HTTP/1.1 101 Switching Protocols\r\n"));
  g_assert_nonnull (strstr (head, "\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
  g_assert_null (strstr (head, "Sec-WebSocket-Extensions"));
  seen = read_plain (&t);
  g_assert_cmpstr (seen, ==, plain);
  ws_client_send (&client, 0x81, "x", 1);
  ws_client_expect (&client, 1, "x");
  ws_client_clear (&client);
  ws_client_clear (&other);
  wire_test_free (&t);
}

/* A client need not wait for the answer, as far as the wire is concerned. */
static void
test_frames_behind_the_request (void)
{
  WireTest t = { 0 };
  g_auto (WsClient) client = { 0 };
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autofree char *head = NULL;

  wire_test_start (&t, NULL);
  g_byte_array_append (out, (const guint8 *) WS_REQUEST, strlen (WS_REQUEST));
  ws_frame_append (out, 0x81, "at once", 7);
  ws_client_connect (&client, t.port);
  ws_client_write (&client, out->data, out->len);
  head = ws_client_read_head (&client);
  ws_client_expect (&client, 1, "at once");
  ws_client_clear (&client);
  wire_test_free (&t);
}

static void
assert_status (WireTest *t, const char *request, const char *status)
{
  g_autofree char *head = ws_client_ask (t->port, request);

  g_assert_nonnull (head);
  if (!g_str_has_prefix (head + strlen ("HTTP/1.1 "), status))
    g_error ("%s instead of %s", head, status);
}

static void
test_refused (void)
{
  g_autofree char *long_header = g_strnfill (9000, 'x');
  g_autofree char *too_long = g_strdup_printf (
      "GET / HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Key: " WS_KEY "\r\nX: %s\r\n\r\n", long_header);
  WireTest t = { 0 };

  wire_test_start (&t, NULL);
  assert_status (&t, "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n", "400 Bad Request");
  assert_status (&t,
                 "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                 "Sec-WebSocket-Key: " WS_KEY "\r\n\r\n",
                 "426 Upgrade Required");
  assert_status (&t, too_long, "431 ");
  g_assert_cmpstr (t.heard->str, ==, "");

  t.verdict = (FlowWireVerdict) { FLOW_WIRE_REFUSE, FLOW_ERROR_FORBIDDEN, "this \"origin\" is not allowed", NULL };
  assert_status (&t, WS_REQUEST, "403 Forbidden");
  t.verdict.error = FLOW_ERROR_MISDIRECTED;
  assert_status (&t, WS_REQUEST, "421 Misdirected Request");
  wire_test_wait_for (&t, "upgrade /ws");
  wire_test_wait_for_stats (&t, has_no_connections);
  g_assert_cmpuint (t.n_closed, ==, 0);
  wire_test_free (&t);
}

static void
test_subprotocol (void)
{
  static const char with_two[] = "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                 "Sec-WebSocket-Key: " WS_KEY "\r\nSec-WebSocket-Version: 13\r\n"
                                 "Sec-WebSocket-Protocol: chat, flow\r\n\r\n";
  WireTest t = { 0 };
  g_autofree char *with = NULL, *without = NULL;

  wire_test_start (&t, NULL);
  t.verdict.protocol = "flow";
  with = ws_client_ask (t.port, with_two);
  g_assert_nonnull (strstr (with, "\r\nSec-WebSocket-Protocol: flow\r\n"));
  without = ws_client_ask (t.port, WS_REQUEST);
  g_assert_null (strstr (without, "Sec-WebSocket-Protocol"));
  wire_test_free (&t);
}

/* Somebody is asked first, and answers from another thread. */
static void
test_waiting (void)
{
  WireTest t = { 0 };
  g_auto (WsClient) client = { 0 };
  g_auto (WsClient) other = { 0 };
  g_autofree char *head = NULL, *refusal = NULL;
  g_autoptr (GBytes) early = g_bytes_new_static ("early", 5);
  FlowWireVerdict yes = { .answer = FLOW_WIRE_ACCEPT };
  FlowWireVerdict no = { FLOW_WIRE_REFUSE, FLOW_ERROR_FORBIDDEN, "no", NULL };
  guint64 first;

  wire_test_start (&t, NULL);
  t.verdict.answer = FLOW_WIRE_WAIT;
  ws_client_connect (&client, t.port);
  ws_client_write (&client, WS_REQUEST, strlen (WS_REQUEST));
  wire_test_wait_for (&t, "upgrade /ws");
  first = wire_test_get_connection (&t);
  g_assert_true (flow_wire_post_message (t.wire, first, FLOW_WIRE_TEXT, early, 0));
  g_assert_true (flow_wire_post_verdict (t.wire, first, &yes));
  head = ws_client_read_head (&client);
  g_assert_true (g_str_has_prefix (head, "HTTP/1.1 101 "));
  g_assert_true (flow_wire_post_verdict (t.wire, first, &no));
  ws_client_send (&client, 0x81, "in", -1);
  ws_client_expect (&client, 1, "in");

  ws_client_connect (&other, t.port);
  ws_client_write (&other, WS_REQUEST, strlen (WS_REQUEST));
  while (wire_test_get_connection (&t) == first)
    g_thread_yield ();
  g_assert_true (flow_wire_post_verdict (t.wire, wire_test_get_connection (&t), &no));
  refusal = ws_client_read_head (&other);
  g_assert_true (g_str_has_prefix (refusal, "HTTP/1.1 403 "));
  ws_client_clear (&client);
  ws_client_clear (&other);
  wire_test_free (&t);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/wire/echo", test_echo);
  g_test_add_func ("/wire/longest", test_longest);
  g_test_add_func ("/wire/message-bounds", test_message_bounds);
  g_test_add_func ("/wire/close", test_close);
  g_test_add_func ("/wire/close-by-us", test_close_by_us);
  g_test_add_func ("/wire/bad-frames", test_bad_frames);
  g_test_add_func ("/wire/gone", test_gone);
  g_test_add_func ("/wire/plain", test_plain);
  g_test_add_func ("/wire/slow-head", test_slow_head);
  g_test_add_func ("/wire/frames-behind-the-request", test_frames_behind_the_request);
  g_test_add_func ("/wire/refused", test_refused);
  g_test_add_func ("/wire/subprotocol", test_subprotocol);
  g_test_add_func ("/wire/waiting", test_waiting);
  return g_test_run ();
}
