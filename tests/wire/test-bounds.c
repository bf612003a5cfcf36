/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "wire-test.h"

/* What has a bound, who pays for it, and what the threads owe each other. */

#define MEBIBYTE (1024 * 1024)

static void
test_connections (void)
{
  FlowWireLimits limits = flow_wire_default_limits;
  WireTest t = { 0 };
  WsClient clients[3] = { 0 };
  g_autofree char *head = NULL;

  limits.connections = 2;
  wire_test_start (&t, &limits);
  ws_client_open (&clients[0], t.port);
  ws_client_open (&clients[1], t.port);
  ws_client_connect (&clients[2], t.port);
  head = ws_client_read_head (&clients[2]);
  g_assert_true (g_str_has_prefix (head, "HTTP/1.1 503 "));
  ws_client_send (&clients[0], 0x81, "still", -1);
  ws_client_expect (&clients[0], 1, "still");
  for (guint i = 0; i < 3; i++)
    ws_client_clear (&clients[i]);
  wire_test_free (&t);
}

static void
test_head_time (void)
{
  static const char *const heads[] = { "", "GET / HTTP/1.1\r\nUpg" };
  FlowWireLimits limits = flow_wire_default_limits;
  WireTest t = { 0 };

  limits.head_ms = 30;
  wire_test_start (&t, &limits);
  for (guint i = 0; i < G_N_ELEMENTS (heads); i++)
    {
      g_autofree char *head = ws_client_ask (t.port, heads[i]);

      g_assert_true (g_str_has_prefix (head, "HTTP/1.1 408 "));
    }
  wire_test_free (&t);
}

static gboolean
is_empty (const FlowWireStats *stats)
{
  return stats->accepted > 0 && stats->connections == 0;
}

/* A head that is half there and then nothing: the wire must not spin, and sees at once that the peer goes. */
static void
test_half_head (void)
{
  WireTest t = { 0 };
  g_auto (WsClient) client = { 0 };

  wire_test_start (&t, NULL);
  ws_client_connect (&client, t.port);
  ws_client_write (&client, WS_REQUEST, 20);
  shutdown (client.fd, SHUT_WR);
  wire_test_wait_for_stats (&t, is_empty);
  ws_client_clear (&client);
  wire_test_free (&t);
}

static void
test_waiting (void)
{
  FlowWireLimits limits = flow_wire_default_limits;
  WireTest t = { 0 };
  WsClient clients[2] = { 0 };
  g_autofree char *late = NULL, *too_many = NULL;

  limits.waiting = 1;
  limits.waiting_ms = 300;
  wire_test_start (&t, &limits);
  t.verdict.answer = FLOW_WIRE_WAIT;
  ws_client_connect (&clients[0], t.port);
  ws_client_write (&clients[0], WS_REQUEST, strlen (WS_REQUEST));
  wire_test_wait_for (&t, "upgrade");
  too_many = ws_client_ask (t.port, WS_REQUEST);
  g_assert_true (g_str_has_prefix (too_many, "HTTP/1.1 429 "));
  late = ws_client_read_head (&clients[0]);
  g_assert_true (g_str_has_prefix (late, "HTTP/1.1 403 "));
  ws_client_clear (&clients[0]);

  /* One that goes while it waits makes room. */
  ws_client_connect (&clients[1], t.port);
  ws_client_write (&clients[1], WS_REQUEST, strlen (WS_REQUEST));
  ws_client_clear (&clients[1]);
  wire_test_wait_for (&t, "closed 1006 refused");
  wire_test_wait (&t, &t.n_closed, 3);
  wire_test_wait_for_stats (&t, is_empty);
  wire_test_free (&t);
}

static void
test_ping (void)
{
  FlowWireLimits limits = flow_wire_default_limits;
  WireTest t = { 0 };
  g_auto (WsClient) silent = { 0 };
  g_auto (WsClient) lively = { 0 };
  FlowWireStats stats;

  limits.ping_ms = 200;
  limits.pong_ms = 100;
  wire_test_start (&t, &limits);
  ws_client_open (&silent, t.port);
  ws_client_open (&lively, t.port);
  for (guint i = 0; i < 4; i++)
    {
      ws_client_expect (&lively, 9, "");
      ws_client_send (&lively, 0x8a, "", 0);
    }
  wire_test_wait_for (&t, "pong");
  wire_test_wait_for (&t, "closed 1006 no pong");
  flow_wire_get_stats (t.wire, &stats);
  g_assert_cmpuint (stats.silent, ==, 1);
  ws_client_expect (&silent, 9, "");
  ws_client_expect_end (&silent);
  ws_client_clear (&silent);
  ws_client_clear (&lively);
  wire_test_free (&t);
}

/* Messages for one that does not read. Returns how many were posted before its queue was full. */
static guint
post_until_full (WireTest *t, guint64 connection, gsize length, FlowWireSendFlags flags, const guint *counter)
{
  g_autofree char *text = g_strnfill (length, 's');
  g_autoptr (GBytes) bytes = g_bytes_new (text, length);
  guint n = 0;
  gboolean full = FALSE;

  while (!full)
    {
      if (flow_wire_post_message (t->wire, connection, FLOW_WIRE_TEXT, bytes, flags))
        n++;
      else
        g_thread_yield ();
      g_mutex_lock (&t->mutex);
      full = *counter > 0;
      g_mutex_unlock (&t->mutex);
    }
  return n;
}

static gboolean
is_within_queue (const FlowWireStats *stats)
{
  return stats->queued_bytes <= 32 * MEBIBYTE + 65536;
}

static gboolean
has_nothing_queued (const FlowWireStats *stats)
{
  return stats->queued_bytes == 0;
}

/* One that does not read costs its queue and no more, by messages and by bytes; nobody else notices. */
static void
test_stalled (void)
{
  static const gsize lengths[] = { 100, 1000000 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      FlowWireLimits limits = flow_wire_default_limits;
      WireTest t = { 0 };
      g_auto (WsClient) stalled = { 0 };
      g_auto (WsClient) other = { 0 };
      FlowWireStats stats;
      guint64 connection;

      limits.close_ms = 100;
      wire_test_start (&t, &limits);
      ws_client_open (&stalled, t.port);
      wire_test_wait_for (&t, "opened");
      connection = wire_test_get_connection (&t);
      ws_client_open (&other, t.port);
      g_assert_cmpuint (post_until_full (&t, connection, lengths[i], 0, &t.n_overflows), >, 30);
      flow_wire_get_stats (t.wire, &stats);
      g_assert_true (is_within_queue (&stats));
      g_assert_cmpuint (stats.overflows, >=, 1);
      for (guint k = 0; k < 100; k++)
        {
          ws_client_send (&other, 0x81, "quick", -1);
          ws_client_expect (&other, 1, "quick");
        }
      wire_test_wait_for (&t, "closed 1013 too slow");
      wire_test_wait_for_stats (&t, has_nothing_queued);
      ws_client_clear (&stalled);
      ws_client_clear (&other);
      wire_test_free (&t);
    }
}

/* Who was slow and reads again gets all of it, in order, and the wire says when. */
static void
test_drained (void)
{
  WireTest t = { 0 };
  g_auto (WsClient) client = { 0 };
  g_autofree char *filler = g_strnfill (20000, 'f');
  FlowWireStats stats;
  guint n = 0, seen = 0;

  wire_test_start (&t, NULL);
  ws_client_open (&client, t.port);
  wire_test_wait_for (&t, "opened");
  do
    {
      g_autofree char *text = g_strdup_printf ("%u %s", n, n % 2 == 0 ? filler : "");
      g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

      g_assert_true (flow_wire_post_message (t.wire, wire_test_get_connection (&t), FLOW_WIRE_TEXT, bytes, 0));
      n++;
      /* The wire comes after, so that its queue and not what is posted is what grows. */
      do
        flow_wire_get_stats (t.wire, &stats);
      while (stats.messages_out + 100 < n);
    }
  while (stats.queued_bytes < 2 * MEBIBYTE);
  for (; seen < n; seen++)
    {
      g_auto (WsFrame) frame = { 0 };

      g_assert_true (ws_client_receive (&client, &frame));
      g_assert_cmpuint (g_ascii_strtoull ((const char *) frame.data, NULL, 10), ==, seen);
    }
  wire_test_wait (&t, &t.n_drained, 1);
  g_assert_cmpuint (t.n_overflows, ==, 0);
  ws_client_clear (&client);
  wire_test_free (&t);
}

static gboolean
has_dropped (const FlowWireStats *stats)
{
  return stats->dropped > 0;
}

/* What is worth nothing later goes first, and leaves room for what is. */
static void
test_droppable (void)
{
  WireTest t = { 0 };
  g_auto (WsClient) client = { 0 };
  g_autofree char *text = g_strnfill (10000, 'p');
  g_autoptr (GBytes) bytes = g_bytes_new (text, 10000);
  g_autoptr (GBytes) last = g_bytes_new_static ("last", 4);
  g_auto (WsFrame) frame = { 0 };
  FlowWireStats stats;

  wire_test_start (&t, NULL);
  ws_client_open (&client, t.port);
  wire_test_wait_for (&t, "opened");
  do
    {
      flow_wire_post_message (t.wire, wire_test_get_connection (&t), FLOW_WIRE_TEXT, bytes, FLOW_WIRE_SEND_DROPPABLE);
      flow_wire_get_stats (t.wire, &stats);
    }
  while (!has_dropped (&stats));
  g_assert_cmpuint (stats.queued_bytes, <=, 8 * MEBIBYTE);
  while (!flow_wire_post_message (t.wire, wire_test_get_connection (&t), FLOW_WIRE_TEXT, last, 0))
    g_thread_yield ();
  do
    g_assert_true (ws_client_receive (&client, &frame));
  while (frame.length == 10000);
  g_assert_cmpstr ((const char *) frame.data, ==, "last");
  g_assert_cmpuint (t.n_overflows, ==, 0);
  ws_client_clear (&client);
  wire_test_free (&t);
}

/* Asks and does not listen: the answers do not pile up. */
static void
test_ping_flood (void)
{
  WireTest t = { 0 };
  g_auto (WsClient) client = { 0 };
  g_autoptr (GByteArray) pings = g_byte_array_new ();
  g_autofree char *payload = g_strnfill (125, 'p');
  g_auto (WsFrame) frame = { 0 };
  FlowWireStats stats;

  wire_test_start (&t, NULL);
  ws_client_open (&client, t.port);
  for (guint i = 0; i < 1000; i++)
    ws_frame_append (pings, 0x89, payload, 125);
  for (guint i = 0; i < 200; i++)
    {
      ws_client_write (&client, pings->data, pings->len);
      flow_wire_get_stats (t.wire, &stats);
      g_assert_cmpuint (stats.queued_bytes, <=, MEBIBYTE);
    }
  ws_client_send (&client, 0x89, "the last", -1);
  do
    g_assert_true (ws_client_receive (&client, &frame));
  while (frame.length == 125);
  g_assert_cmpstr ((const char *) frame.data, ==, "the last");
  ws_client_clear (&client);
  wire_test_free (&t);
}

static gboolean
holds_much (const FlowWireStats *stats)
{
  return stats->held_bytes >= MEBIBYTE;
}

/* Messages that never end, of many: together they have a bound. */
static void
test_held (void)
{
  FlowWireLimits limits = flow_wire_default_limits;
  WireTest t = { 0 };
  g_auto (WsClient) first = { 0 };
  g_auto (WsClient) second = { 0 };
  g_autofree char *part = g_strnfill (MEBIBYTE, 'x');
  FlowWireStats stats;

  limits.held_bytes = 3 * MEBIBYTE / 2;
  wire_test_start (&t, &limits);
  ws_client_open (&first, t.port);
  ws_client_send (&first, 0x01, part, MEBIBYTE);
  wire_test_wait_for_stats (&t, holds_much);
  ws_client_open (&second, t.port);
  ws_client_send (&second, 0x01, part, MEBIBYTE);
  g_assert_cmpuint (ws_client_expect_close (&second), ==, 1013);
  ws_client_clear (&second);
  wire_test_wait_for (&t, "closed 1013 ");
  ws_client_send (&first, 0x80, "", 0);
  {
    g_auto (WsFrame) frame = { 0 };

    g_assert_true (ws_client_receive (&first, &frame));
    g_assert_cmpuint (frame.length, ==, MEBIBYTE);
  }
  flow_wire_get_stats (t.wire, &stats);
  g_assert_cmpuint (stats.held_bytes, ==, 0);
  ws_client_clear (&first);
  wire_test_free (&t);
}

/* While a connection is paused nothing of it is taken: its peer has to wait. */
static void
test_paused (void)
{
  WireTest t = { 0 };
  g_auto (WsClient) client = { 0 };
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autofree char *text = g_strnfill (5000, '-');
  guint n = 1;
  gssize sent, cut = 0;

  wire_test_start (&t, NULL);
  ws_client_open (&client, t.port);
  wire_test_wait_for (&t, "opened");
  ws_frame_append (out, 0x81, "pause", 5);
  ws_frame_append (out, 0x81, "same packet", 11);
  ws_client_write (&client, out->data, out->len);
  wire_test_wait (&t, &t.n_messages, 1);
  g_byte_array_set_size (out, 0);
  ws_frame_append (out, 0x81, text, 5000);
  /* Until the kernel takes no more on both sides. */
  while ((sent = send (client.fd, out->data, out->len, MSG_DONTWAIT | MSG_NOSIGNAL)) > 0)
    {
      n++;
      cut = sent;
      if ((gsize) sent < out->len)
        break;
    }
  g_assert_cmpuint (t.n_messages, ==, 1);
  g_assert_true (flow_wire_post_paused (t.wire, wire_test_get_connection (&t), FALSE));
  if (sent > 0)
    ws_client_write (&client, out->data + cut, out->len - (gsize) cut);
  ws_client_expect (&client, 1, "same packet");
  wire_test_wait (&t, &t.n_messages, n + 1);
  ws_client_clear (&client);
  wire_test_free (&t);
}

/* One that says something and goes while it is paused has said it all the same. */
static void
test_gone_while_paused (void)
{
  WireTest t = { 0 };
  g_auto (WsClient) client = { 0 };

  wire_test_start (&t, NULL);
  ws_client_open (&client, t.port);
  ws_client_send (&client, 0x81, "pause", -1);
  wire_test_wait (&t, &t.n_messages, 1);
  for (guint i = 0; i < 100; i++)
    ws_client_send (&client, 0x81, "- last words", -1);
  ws_client_clear (&client);
  g_assert_cmpuint (t.n_closed, ==, 0);
  g_assert_true (flow_wire_post_paused (t.wire, wire_test_get_connection (&t), FALSE));
  wire_test_wait (&t, &t.n_closed, 1);
  g_assert_cmpuint (t.n_messages, ==, 101);
  wire_test_free (&t);
}

/* When too much waits for all together, those that read are not the ones who suffer. */
static void
test_queued_by_all (void)
{
  FlowWireLimits limits = flow_wire_default_limits;
  WireTest t = { 0 };
  g_auto (WsClient) stalled = { 0 };
  g_auto (WsClient) other = { 0 };
  guint64 connection;

  limits.queued_bytes = MEBIBYTE;
  wire_test_start (&t, &limits);
  ws_client_open (&stalled, t.port);
  wire_test_wait_for (&t, "opened");
  connection = wire_test_get_connection (&t);
  ws_client_open (&other, t.port);
  /* Of its own bound the queue is far away. */
  post_until_full (&t, connection, 900000, 0, &t.n_overflows);
  for (guint i = 0; i < 100; i++)
    {
      ws_client_send (&other, 0x81, "quick", -1);
      ws_client_expect (&other, 1, "quick");
    }
  ws_client_clear (&stalled);
  ws_client_clear (&other);
  wire_test_free (&t);
}

typedef struct
{
  WsClient *client;
  gboolean stop;
} Flood;

static gpointer
flood_thread (gpointer data)
{
  Flood *flood = data;
  g_autoptr (GByteArray) out = g_byte_array_new ();
  guint64 n = 0;

  for (guint i = 0; i < 2000; i++)
    ws_frame_append (out, 0x81, "-", 1);
  for (; !g_atomic_int_get (&flood->stop); n++)
    ws_client_write (flood->client, out->data, out->len);
  return GSIZE_TO_POINTER (n);
}

/* One sends as much as it can. The other gets its turn after what one may take in a turn, however much waits. */
static void
test_fair (void)
{
  WireTest t = { 0 };
  g_auto (WsClient) busy = { 0 };
  g_auto (WsClient) other = { 0 };
  Flood flood = { &busy, FALSE };
  GThread *thread;

  wire_test_start (&t, NULL);
  ws_client_open (&busy, t.port);
  ws_client_open (&other, t.port);
  thread = g_thread_new ("flood", flood_thread, &flood);
  wire_test_wait (&t, &t.n_messages, 10000);
  for (guint i = 0; i < 50; i++)
    {
      guint before, after;

      g_mutex_lock (&t.mutex);
      before = t.n_messages;
      g_mutex_unlock (&t.mutex);
      ws_client_send (&other, 0x81, "mine", -1);
      ws_client_expect (&other, 1, "mine");
      g_mutex_lock (&t.mutex);
      after = t.n_messages;
      g_mutex_unlock (&t.mutex);
      /* Of the time in which the client does not run the wire knows nothing, so the bound is a wide one. */
      g_assert_cmpuint (after - before, <, 200 * FLOW_WIRE_SCRATCH / 7);
    }
  g_atomic_int_set (&flood.stop, TRUE);
  g_assert_cmpuint (GPOINTER_TO_SIZE (g_thread_join (thread)), >, 0);
  ws_client_clear (&busy);
  ws_client_clear (&other);
  wire_test_free (&t);
}

#define N_POSTERS 4
#define N_POSTS 5000

typedef struct
{
  WireTest *t;
  guint64 connection;
  guint number;
} Poster;

static gpointer
post_thread (gpointer data)
{
  Poster *poster = data;

  for (guint i = 0; i < N_POSTS; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u %u", poster->number, i);
      g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

      while (!flow_wire_post_message (poster->t->wire, poster->connection, FLOW_WIRE_TEXT, bytes, 0))
        g_thread_yield ();
      flow_wire_post_close (poster->t->wire, poster->connection + 1000, 1000, "nobody");
    }
  return NULL;
}

/* All threads may post at once; what one posts stays in its order. */
static void
test_posts (void)
{
  FlowWireLimits limits = flow_wire_default_limits;
  WireTest t = { 0 };
  g_auto (WsClient) client = { 0 };
  Poster posters[N_POSTERS];
  GThread *threads[N_POSTERS];
  guint next[N_POSTERS] = { 0 };

  limits.queue_messages = N_POSTERS * N_POSTS;
  limits.posts = 64;
  wire_test_start (&t, &limits);
  ws_client_open (&client, t.port);
  wire_test_wait_for (&t, "opened");
  for (guint i = 0; i < N_POSTERS; i++)
    {
      posters[i] = (Poster) { &t, wire_test_get_connection (&t), i };
      threads[i] = g_thread_new ("poster", post_thread, &posters[i]);
    }
  for (guint n = 0; n < N_POSTERS * N_POSTS; n++)
    {
      g_auto (WsFrame) frame = { 0 };
      char *rest;
      guint number;

      g_assert_true (ws_client_receive (&client, &frame));
      number = (guint) g_ascii_strtoull ((const char *) frame.data, &rest, 10);
      g_assert_cmpuint (number, <, N_POSTERS);
      g_assert_cmpuint (g_ascii_strtoull (rest, NULL, 10), ==, next[number]);
      next[number]++;
    }
  for (guint i = 0; i < N_POSTERS; i++)
    g_thread_join (threads[i]);
  ws_client_clear (&client);
  wire_test_free (&t);
}

static void
hold_cb (gpointer data)
{
  WireTest *t = data;

  g_mutex_lock (&t->mutex);
  t->n_drained++;
  g_cond_broadcast (&t->cond);
  while (t->n_drained < 2)
    g_cond_wait (&t->cond, &t->mutex);
  g_mutex_unlock (&t->mutex);
}

/* A wire that does not come to it: posting says no and does not wait. A close is possible even then. */
static void
test_posts_bound (void)
{
  FlowWireLimits limits = flow_wire_default_limits;
  WireTest t = { 0 };
  g_autoptr (GBytes) bytes = g_bytes_new_static ("0123456789", 10);

  limits.posts = 10;
  limits.post_bytes = 50;
  wire_test_start (&t, &limits);
  g_assert_true (flow_wire_invoke (t.wire, hold_cb, &t, NULL));
  wire_test_wait (&t, &t.n_drained, 1);
  for (guint i = 0; i < 5; i++)
    g_assert_true (flow_wire_post_message (t.wire, 1, FLOW_WIRE_TEXT, bytes, 0));
  g_assert_false (flow_wire_post_message (t.wire, 1, FLOW_WIRE_TEXT, bytes, 0));
  for (guint i = 5; i < 20; i++)
    g_assert_true (flow_wire_post_close (t.wire, 1, 1000, "x"));
  g_assert_false (flow_wire_post_close (t.wire, 1, 1000, "x"));
  g_mutex_lock (&t.mutex);
  t.n_drained++;
  g_cond_broadcast (&t.cond);
  g_mutex_unlock (&t.mutex);
  wire_test_free (&t);
}

/* Everybody hears that we go; who does not answer is not waited for long; after that nothing can be posted. */
static void
test_stop (void)
{
  FlowWireLimits limits = flow_wire_default_limits;
  WireTest t = { 0 };
  g_auto (WsClient) polite = { 0 };
  g_auto (WsClient) deaf = { 0 };
  g_auto (WsClient) halfway = { 0 };
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);

  limits.close_ms = 100;
  wire_test_start (&t, &limits);
  ws_client_open (&polite, t.port);
  ws_client_open (&deaf, t.port);
  ws_client_connect (&halfway, t.port);
  ws_client_write (&halfway, WS_REQUEST, 10);
  flow_wire_stop (t.wire);
  flow_wire_stop (t.wire);
  g_assert_cmpuint (ws_client_expect_close (&polite), ==, 1001);
  ws_client_send (&polite, 0x88, "\x03\xe9", 2);
  ws_client_expect_end (&polite);
  wire_test_stop (&t);
  g_assert_cmpuint (t.n_closed, ==, 2);
  g_assert_false (flow_wire_post_message (t.wire, wire_test_get_connection (&t), FLOW_WIRE_TEXT, bytes, 0));
  g_assert_false (flow_wire_invoke (t.wire, hold_cb, &t, NULL));
  ws_client_clear (&polite);
  ws_client_clear (&deaf);
  ws_client_clear (&halfway);
  wire_test_free (&t);
}

/* Descriptors come back, whatever becomes of the connections. */
static void
test_descriptors (void)
{
  WireTest t = { 0 };
  int before, after;

  wire_test_start (&t, NULL);
  for (guint i = 0; i < 300; i++)
    {
      g_auto (WsClient) client = { 0 };

      ws_client_connect (&client, t.port);
      if (i % 3 != 0)
        ws_client_write (&client, WS_REQUEST, i % 3 == 1 ? 30 : strlen (WS_REQUEST));
      if (i % 2 == 0)
        shutdown (client.fd, SHUT_WR);
    }
  wire_test_wait_for_stats (&t, is_empty);
  before = g_open ("/dev/null", O_RDONLY | O_CLOEXEC, 0);
  g_assert_cmpint (before, <, 60);
  g_close (before, NULL);
  wire_test_free (&t);
  after = g_open ("/dev/null", O_RDONLY | O_CLOEXEC, 0);
  g_assert_cmpint (after, <, 20);
  g_close (after, NULL);
}

static gboolean
is_fatal (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  return !g_str_equal (domain, "flow-wire");
}

static void
note_warning (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  g_assert_nonnull (strstr (message, "no connection can be accepted"));
  g_atomic_int_inc ((guint *) data);
}

/* No descriptor for a connection: it waits, the others go on, and the wire does not spin. */
static void
test_no_descriptors (void)
{
  WireTest t = { 0 };
  g_auto (WsClient) before = { 0 };
  g_auto (WsClient) late = { 0 };
  g_autofree char *head = NULL;
  struct rlimit limit, low;
  guint warnings = 0, handler;
  int next;

  wire_test_start (&t, NULL);
  ws_client_open (&before, t.port);
  g_test_log_set_fatal_handler (is_fatal, NULL);
  handler = g_log_set_handler ("flow-wire", G_LOG_LEVEL_WARNING | G_LOG_FLAG_FATAL, note_warning, &warnings);
  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &limit));
  next = g_open ("/dev/null", O_RDONLY | O_CLOEXEC, 0);
  g_close (next, NULL);
  low = limit;
  low.rlim_cur = (rlim_t) next + 1;
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &low));
  ws_client_connect (&late, t.port);
  ws_client_write (&late, WS_REQUEST, strlen (WS_REQUEST));
  while (g_atomic_int_get (&warnings) == 0)
    g_thread_yield ();
  ws_client_send (&before, 0x81, "still", -1);
  ws_client_expect (&before, 1, "still");
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &limit));
  head = ws_client_read_head (&late);
  g_assert_true (g_str_has_prefix (head, "HTTP/1.1 101 "));
  g_assert_cmpuint (warnings, ==, 1);
  g_log_remove_handler ("flow-wire", handler);
  g_test_log_set_fatal_handler (NULL, NULL);
  ws_client_clear (&before);
  ws_client_clear (&late);
  wire_test_free (&t);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/bounds/connections", test_connections);
  g_test_add_func ("/bounds/head-time", test_head_time);
  g_test_add_func ("/bounds/half-head", test_half_head);
  g_test_add_func ("/bounds/waiting", test_waiting);
  g_test_add_func ("/bounds/ping", test_ping);
  g_test_add_func ("/bounds/stalled", test_stalled);
  g_test_add_func ("/bounds/drained", test_drained);
  g_test_add_func ("/bounds/droppable", test_droppable);
  g_test_add_func ("/bounds/ping-flood", test_ping_flood);
  g_test_add_func ("/bounds/held", test_held);
  g_test_add_func ("/bounds/paused", test_paused);
  g_test_add_func ("/bounds/gone-while-paused", test_gone_while_paused);
  g_test_add_func ("/bounds/queued-by-all", test_queued_by_all);
  g_test_add_func ("/bounds/fair", test_fair);
  g_test_add_func ("/bounds/posts", test_posts);
  g_test_add_func ("/bounds/posts-bound", test_posts_bound);
  g_test_add_func ("/bounds/stop", test_stop);
  g_test_add_func ("/bounds/descriptors", test_descriptors);
  g_test_add_func ("/bounds/no-descriptors", test_no_descriptors);
  return g_test_run ();
}
