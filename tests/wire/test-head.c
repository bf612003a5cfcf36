/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>

#include "wire/flow-http-text.h"
#include "wire/flow-wire-head.h"
#include "ws-client.h"

#define KEY "Sec-WebSocket-Key: " WS_KEY "\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"
#define UPGRADE "Connection: Upgrade\r\nUpgrade: websocket\r\n"
#define HOST "Host: localhost\r\n"
#define START "GET / HTTP/1.1\r\n"

/* The status that a head as a whole gets; 0 when it may become a WebSocket, 1 when it does not want to. */
static guint
judge (const char *text)
{
  g_autofree char *copy = g_memdup2 (text, strlen (text));
  FlowWireHead head;
  FlowWireHeadProblem problem;

  g_assert_cmpint (flow_http_text_find_end (copy, strlen (text), NULL), ==, (gssize) strlen (text));
  problem = flow_wire_head_parse (&head, copy, strlen (text));
  if (problem.status != 0)
    return problem.status;
  return flow_wire_head_is_upgrade (&head) ? flow_wire_head_check_upgrade (&head).status : 1;
}

static void
test_table (void)
{
  static const struct
  {
    const char *text;
    guint status;
  } cases[] = {
    { WS_REQUEST, 0 },
    { START HOST UPGRADE KEY VERSION "\r\n", 0 },
    { START HOST "connection:keep-alive ,\tUPGRADE\r\nuPGRADE:  WebSocket \t\r\n" KEY VERSION "\r\n", 0 },
    { START HOST "Connection: x\r\nConnection: upgrade\r\nUpgrade: h2c, websocket\r\n" KEY VERSION "\r\n", 0 },
    { "GET /a?b=c HTTP/1.1\r\n" HOST UPGRADE KEY VERSION "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n", 0 },
    { START HOST "\r\n", 1 },
    { START HOST "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n", 1 },
    { START HOST "Connection: Upgrade\r\nUpgrade: websockets\r\n\r\n", 1 },
    { "POST / HTTP/1.1\r\n" HOST UPGRADE KEY VERSION "\r\n", 405 },
    { START UPGRADE KEY VERSION "\r\n", 400 },
    { START HOST HOST UPGRADE KEY VERSION "\r\n", 400 },
    { START HOST "Upgrade: websocket\r\n" KEY VERSION "\r\n", 400 },
    { START HOST "Connection: close\r\nUpgrade: websocket\r\n" KEY VERSION "\r\n", 400 },
    { START HOST UPGRADE KEY "\r\n", 426 },
    { START HOST UPGRADE KEY "Sec-WebSocket-Version: 8\r\n\r\n", 426 },
    { START HOST UPGRADE KEY "Sec-WebSocket-Version: 13, 8\r\n\r\n", 426 },
    { START HOST UPGRADE KEY VERSION VERSION "\r\n", 426 },
    { START HOST UPGRADE VERSION "\r\n", 400 },
    { START HOST UPGRADE KEY KEY VERSION "\r\n", 400 },
    { START HOST UPGRADE VERSION "Sec-WebSocket-Key: \r\n\r\n", 400 },
    { START HOST UPGRADE VERSION "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=\r\n\r\n", 400 },
    { START HOST UPGRADE VERSION "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ!!\r\n\r\n", 400 },
    { START HOST UPGRADE VERSION "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZWUh\r\n\r\n", 400 },
    { START HOST UPGRADE KEY VERSION "Content-Length: 0\r\n\r\n", 400 },
    { START HOST UPGRADE KEY VERSION "Transfer-Encoding: chunked\r\n\r\n", 400 },
    { "GET / HTTP/1.0\r\n" HOST UPGRADE KEY VERSION "\r\n", 505 },
    { "GET / HTTP/2.0\r\n" HOST UPGRADE KEY VERSION "\r\n", 505 },
    { "GET / HTTQ/1.1\r\n" HOST UPGRADE KEY VERSION "\r\n", 400 },
    { "GET /\r\n" HOST UPGRADE KEY VERSION "\r\n", 400 },
    { "GET  HTTP/1.1\r\n" HOST UPGRADE KEY VERSION "\r\n", 400 },
    { "GET /a b HTTP/1.1\r\n" HOST UPGRADE KEY VERSION "\r\n", 400 },
    { "GET /\x01 HTTP/1.1\r\n" HOST UPGRADE KEY VERSION "\r\n", 400 },
    { "GET /#a HTTP/1.1\r\n" HOST UPGRADE KEY VERSION "\r\n", 400 },
    { START "Host : localhost\r\n" UPGRADE KEY VERSION "\r\n", 400 },
    { START " Host: localhost\r\n" UPGRADE KEY VERSION "\r\n", 400 },
    { START HOST "X: a\r\n b\r\n" UPGRADE KEY VERSION "\r\n", 400 },
    { START HOST "X\r\n" UPGRADE KEY VERSION "\r\n", 400 },
    { START HOST ": x\r\n" UPGRADE KEY VERSION "\r\n", 400 },
    { START HOST "X: a\x01\r\n" UPGRADE KEY VERSION "\r\n", 400 },
    { START HOST "X: a\rb\r\n" UPGRADE KEY VERSION "\r\n", 400 },
    { "\r\n\r\n", 400 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      guint status = judge (cases[i].text);

      if (status != cases[i].status)
        g_error ("%u instead of %u: %s", status, cases[i].status, cases[i].text);
    }
}

static void
test_end (void)
{
  for (gsize length = 0; length < strlen (WS_REQUEST); length++)
    g_assert_cmpint (flow_http_text_find_end (WS_REQUEST, length, NULL), ==, 0);
  g_assert_cmpint (flow_http_text_find_end (WS_REQUEST "more", strlen (WS_REQUEST) + 4, NULL), ==,
                   (gssize) strlen (WS_REQUEST));
  g_assert_cmpint (flow_http_text_find_end ("GET / HTTP/1.1\n\n", 16, NULL), ==, -1);
  g_assert_cmpint (flow_http_text_find_end ("\n", 1, NULL), ==, -1);
  g_assert_true (flow_wire_head_may_upgrade ("G", 1));
  g_assert_true (flow_wire_head_may_upgrade ("GET ", 4));
  g_assert_false (flow_wire_head_may_upgrade ("GETX", 4));
  g_assert_false (flow_wire_head_may_upgrade ("POST / HTTP/1.1", 15));
  g_assert_false (flow_wire_head_may_upgrade ("\x16\x03", 2));
}

static void
test_headers_bound (void)
{
  for (guint over = 0; over < 2; over++)
    {
      g_autoptr (GString) text = g_string_new (START);

      for (guint i = 0; i < FLOW_WIRE_MAX_HEADERS + over; i++)
        g_string_append (text, "X: y\r\n");
      g_string_append (text, "\r\n");
      g_assert_cmpuint (judge (text->str), ==, over ? 431 : 1);
    }
}

/* RFC 6455, section 1.3. */
static void
test_accept (void)
{
  g_autofree char *copy = g_strdup (WS_REQUEST);
  g_autofree char *accept = NULL;
  FlowWireHead head;

  g_assert_cmpuint (flow_wire_head_parse (&head, copy, strlen (copy)).status, ==, 0);
  accept = flow_wire_head_get_accept (&head);
  g_assert_cmpstr (accept, ==, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/head/table", test_table);
  g_test_add_func ("/head/end", test_end);
  g_test_add_func ("/head/headers-bound", test_headers_bound);
  g_test_add_func ("/head/accept", test_accept);
  return g_test_run ();
}
