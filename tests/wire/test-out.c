/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>

#include "wire/flow-wire-out.h"
#include "ws-client.h"

typedef struct
{
  FlowWirePool pool;
  FlowWireOut out;
  int fd;
  WsClient peer;
} Fixture;

static void
set_up (Fixture *f)
{
  int fds[2], size = 4096;

  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds));
  g_assert_no_errno (setsockopt (fds[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size));
  *f = (Fixture) { .fd = fds[0] };
  f->peer.fd = fds[1];
  f->peer.in = g_byte_array_sized_new (1024);
  flow_wire_pool_init (&f->pool);
}

static void
tear_down (Fixture *f)
{
  flow_wire_out_clear (&f->out, &f->pool);
  flow_wire_pool_clear (&f->pool);
  g_close (f->fd, NULL);
  ws_client_clear (&f->peer);
}

/* A payload that says which it is. */
static GBytes *
make_payload (guint number, gsize length)
{
  g_autofree char *text = g_malloc (length + 1);

  for (gsize i = 0; i < length; i++)
    text[i] = (char) ('a' + (number + i) % 26);
  return g_bytes_new (text, length);
}

/* Frames of all sizes, copied and by reference, through a socket that takes little at once: they arrive as they
 * were, and what waits is counted right all the time. */
static void
test_partial (void)
{
  static const gsize lengths[] = { 0, 1, 125, 126, 4000, 16384, 65535, 65536, 200000, 5 };
  Fixture f;
  guint queued = 0, arrived = 0;
  gsize bytes = 0, written = 0;

  set_up (&f);
  while (arrived < 400)
    {
      for (guint i = 0; i < 7 && queued < 400; i++, queued++)
        {
          gsize length = lengths[(queued * 7) % G_N_ELEMENTS (lengths)];
          g_autoptr (GBytes) payload = make_payload (queued, length);

          if (length >= 16384)
            flow_wire_out_append_shared (&f.out, &f.pool, FLOW_WIRE_OPCODE_TEXT, payload);
          else
            flow_wire_out_append (&f.out, &f.pool, FLOW_WIRE_OPCODE_TEXT, g_bytes_get_data (payload, NULL), length);
          bytes += length + (length < 126 ? 2 : length < 65536 ? 4 : 10);
        }
      g_assert_cmpint (flow_wire_out_write (&f.out, &f.pool, f.fd, 30000, &written), !=, FLOW_WIRE_WRITTEN_BROKEN);
      g_assert_cmpuint (f.out.bytes, ==, bytes - written);
      g_assert_true ((f.out.messages == 0) == (f.out.bytes == 0));
      while (arrived < queued - f.out.messages)
        {
          g_autoptr (GBytes) payload = make_payload (arrived, lengths[(arrived * 7) % G_N_ELEMENTS (lengths)]);
          g_auto (WsFrame) frame = { 0 };

          g_assert_true (ws_client_receive (&f.peer, &frame));
          g_assert_cmpmem (frame.data, frame.length, g_bytes_get_data (payload, NULL), g_bytes_get_size (payload));
          arrived++;
        }
      /* What is there of a frame that is not sent as a whole. */
      if (f.out.bytes > 0)
        {
          guint8 buffer[3000];
          gssize length = recv (f.peer.fd, buffer, sizeof buffer, MSG_DONTWAIT);

          if (length > 0)
            g_byte_array_append (f.peer.in, buffer, (guint) length);
        }
    }
  g_assert_null (f.out.data);
  tear_down (&f);
}

/* Payloads are given back as soon as they are sent, and buffers as soon as nothing waits. */
static void
test_memory (void)
{
  Fixture f;
  GBytes *payload = make_payload (1, 100000);
  gpointer watched = payload;
  gsize written = 0;

  set_up (&f);
  flow_wire_out_append_shared (&f.out, &f.pool, FLOW_WIRE_OPCODE_BINARY, payload);
  flow_wire_out_append_shared (&f.out, &f.pool, FLOW_WIRE_OPCODE_BINARY, payload);
  g_bytes_unref (payload);
  g_assert_cmpuint (g_bytes_get_size (watched), ==, 100000);
  g_assert_cmpuint (f.out.bytes, ==, 2 * 100010);
  g_assert_cmpuint (f.out.messages, ==, 2);
  g_assert_cmpuint (f.out.capacity, <=, 4096);
  while (flow_wire_out_write (&f.out, &f.pool, f.fd, G_MAXSIZE, &written) == FLOW_WIRE_WRITTEN_PART)
    {
      guint8 buffer[65536];

      g_assert_cmpint (recv (f.peer.fd, buffer, sizeof buffer, MSG_DONTWAIT), >, 0);
    }
  g_assert_cmpuint (written, ==, 2 * 100010);
  g_assert_null (f.out.data);
  g_assert_cmpuint (f.pool.buffers[0]->len, ==, 1);
  tear_down (&f);
}

static void
test_broken (void)
{
  Fixture f;
  gsize written = 0;

  set_up (&f);
  flow_wire_out_append (&f.out, &f.pool, FLOW_WIRE_OPCODE_TEXT, "x", 1);
  shutdown (f.fd, SHUT_WR);
  g_assert_cmpint (flow_wire_out_write (&f.out, &f.pool, f.fd, G_MAXSIZE, &written), ==, FLOW_WIRE_WRITTEN_BROKEN);
  tear_down (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/out/partial", test_partial);
  g_test_add_func ("/out/memory", test_memory);
  g_test_add_func ("/out/broken", test_broken);
  return g_test_run ();
}
