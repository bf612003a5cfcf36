/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>

#include "wire-test.h"

static void
test_echo (void)
{
  WireTest t = { 0 };
  g_auto (WsClient) client = { 0 };

  wire_test_start (&t, NULL);
  ws_client_open (&client, t.port);
  ws_client_send (&client, 0x81, "hello", -1);
  ws_client_expect (&client, 1, "hello");
  ws_client_send (&client, 0x88, "\x03\xe8", 2);
  g_assert_cmpuint (ws_client_expect_close (&client), ==, 1000);
  ws_client_expect_end (&client);
  ws_client_clear (&client);
  wire_test_wait_for (&t, "closed 1000 ");
  wire_test_free (&t);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/wire/echo", test_echo);
  return g_test_run ();
}
