/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>

#include "http-client.h"
#include "native-test.h"
#include "hub/doorways/flow-native-peer.h"
#include "hub/flow-guesses.h"

/* Who may open a channel, asked of a whole hub. */

#define PAGE "https://app.example"
#define ORIGIN "Origin: " PAGE "\r\n"
#define EXTENSION "chrome-extension://abcdefghijklmnopabcdefghijklmnop"

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
  hub_test_stop (&f->test);
  hub_test_clear (&f->test);
  test_context_remove (f->context);
}

static void
assert_answer (HubTest *test, const char *headers, const char *status)
{
  g_autofree char *head = native_ask (test, "/ws", headers);

  g_assert_nonnull (head);
  if (!g_str_has_prefix (head + strlen ("HTTP/1.1 "), status))
    g_error ("%s: %s instead of %s", headers, head, status);
}

static void
test_origin_page_refused_before_upgrade (Fixture *f, gconstpointer data)
{
  g_autofree char *token = native_get_token (&f->test);
  g_autofree char *both = g_strdup_printf (ORIGIN "Authorization: Bearer %s\r\n", token);

  assert_answer (&f->test, ORIGIN, "403 ");
  assert_answer (&f->test, both, "403 ");
  assert_answer (&f->test, "Origin: null\r\n", "403 ");
  assert_answer (&f->test, "Origin: http://localhost:3000\r\n", "403 ");
  assert_answer (&f->test, "Sec-Fetch-Site: cross-site\r\n", "403 ");
  /* It was not asked twice, and what has no name was not asked about. */
  while (f->test.origins->len < 2)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (f->test.origins->pdata[0], ==, PAGE);
}

static void
test_origin_ip_literal_refused (Fixture *f, gconstpointer data)
{
  static const char *const origins[] = {
    "http://127.0.0.2", "http://0.0.0.0", "http://192.168.1.2:8080", "http://[::ffff:7f00:1]", "http://2130706433",
    "http://127.1",     "http://[::]",    "http://169.254.0.1"
  };

  for (gsize i = 0; i < G_N_ELEMENTS (origins); i++)
    {
      g_autofree char *header = g_strdup_printf ("Origin: %s\r\n", origins[i]);

      assert_answer (&f->test, header, "403 ");
    }
}

static void
test_host_rebind_421 (Fixture *f, gconstpointer data)
{
  assert_answer (&f->test, "Host: evil.example\r\n", "421 ");
  assert_answer (&f->test, "Host: 127.0.0.1.nip.io:31847\r\n", "421 ");
  assert_answer (&f->test, "Host: localhost.evil.example\r\n", "421 ");
  assert_answer (&f->test, "Host: localhost:1\r\n", "101 ");
}

static void
test_host_0000_refused (Fixture *f, gconstpointer data)
{
  assert_answer (&f->test, "Host: 0.0.0.0\r\n", "421 ");
  assert_answer (&f->test, "Host: 0.0.0.0:31847\r\n", "421 ");
  assert_answer (&f->test, "Host: [::]\r\n", "421 ");
}

static gboolean
was_asked (gpointer data)
{
  return ((HubTest *) data)->origins->len > 0;
}

static void
send_upgrade (WsClient *client, HubTest *test, const char *origin)
{
  g_autofree char *request = g_strdup_printf ("GET /ws HTTP/1.1\r\nHost: localhost\r\nOrigin: %s\r\nUpgrade: websocket"
                                              "\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " WS_KEY
                                              "\r\nSec-WebSocket-Version: 13\r\n\r\n",
                                              origin);

  ws_client_connect (client, flow_hub_get_port (test->hub));
  ws_client_write (client, request, strlen (request));
}

static void
assert_head (WsClient *client, const char *status)
{
  g_autofree char *head = ws_client_read_head (client);

  g_assert_nonnull (head);
  g_assert_true (g_str_has_prefix (head + strlen ("HTTP/1.1 "), status));
}

/* With an app the page waits while the user is asked; a second connection of it asks nobody again. */
static void
test_ext_new_id_asks_once (Fixture *f, gconstpointer data)
{
  HubTest *test = &f->test;
  g_auto (WsClient) first = { 0 };
  g_auto (WsClient) second = { 0 };

  flow_hub_set_has_window (test->hub, TRUE);
  send_upgrade (&first, test, EXTENSION);
  hub_wait_until (was_asked, test);
  g_assert_cmpstr (test->origins->pdata[0], ==, EXTENSION);
  send_upgrade (&second, test, EXTENSION);
  flow_hub_answer_origin (test->hub, EXTENSION, FLOW_ORIGIN_ALLOW);
  assert_head (&first, "101 ");
  assert_head (&second, "101 ");
  g_assert_cmpuint (test->origins->len, ==, 1);
  assert_answer (test, "Origin: " EXTENSION "\r\n", "101 ");
}

static void
test_ext_denied_403 (Fixture *f, gconstpointer data)
{
  HubTest *test = &f->test;
  g_auto (WsClient) client = { 0 };

  flow_hub_set_has_window (test->hub, TRUE);
  send_upgrade (&client, test, EXTENSION);
  hub_wait_until (was_asked, test);
  flow_hub_answer_origin (test->hub, EXTENSION, FLOW_ORIGIN_DENY);
  assert_head (&client, "403 ");
  assert_answer (test, "Origin: " EXTENSION "\r\n", "403 ");
  /* The user's word holds for the next run too. */
  hub_test_stop (test);
  hub_test_clear (test);
  hub_test_init (test, f->context, FALSE);
  hub_test_start (test);
  flow_hub_set_has_window (test->hub, TRUE);
  assert_answer (test, "Origin: " EXTENSION "\r\n", "403 ");
  g_assert_cmpuint (test->origins->len, ==, 0);
}

/* What waits is let in, nothing is written down. */
static void
test_allowed_once (Fixture *f, gconstpointer data)
{
  HubTest *test = &f->test;
  g_auto (WsClient) client = { 0 };
  g_autoptr (GVariant) allowed = NULL;

  flow_hub_set_has_window (test->hub, TRUE);
  send_upgrade (&client, test, PAGE);
  hub_wait_until (was_asked, test);
  flow_hub_answer_origin (test->hub, PAGE, FLOW_ORIGIN_ALLOW_ONCE);
  assert_head (&client, "101 ");
  allowed = flow_settings_get (test->settings, "allowed-origins", NULL);
  g_assert_cmpuint (g_variant_n_children (allowed), ==, 0);
}

/* When the app goes there is nobody to ask. */
static void
test_asked_in_vain (Fixture *f, gconstpointer data)
{
  HubTest *test = &f->test;
  g_auto (WsClient) client = { 0 };

  flow_hub_set_has_window (test->hub, TRUE);
  send_upgrade (&client, test, PAGE);
  hub_wait_until (was_asked, test);
  flow_hub_set_has_window (test->hub, FALSE);
  assert_head (&client, "403 ");
}

/* No more than eight wait; the others are told at once. */
static void
test_eight_wait (Fixture *f, gconstpointer data)
{
  HubTest *test = &f->test;
  WsClient clients[8] = { 0 };

  flow_hub_set_has_window (test->hub, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    send_upgrade (&clients[i], test, PAGE);
  hub_wait_until (was_asked, test);
  assert_answer (test, "Origin: https://ninth.example\r\n", "429 ");
  flow_hub_answer_origin (test->hub, PAGE, FLOW_ORIGIN_DENY);
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      assert_head (&clients[i], "403 ");
      ws_client_clear (&clients[i]);
    }
}

/* The answers to wrong tokens come late after some of them, those to the right one never. */
static void
test_bruteforce_slowed_on_loopback (Fixture *f, gconstpointer data)
{
  gint64 begin = g_get_monotonic_time ();
  g_auto (Peer) peer = { 0 };

  for (guint i = 0; i < FLOW_GUESSES_FREE + 2; i++)
    assert_answer (&f->test, "Authorization: Bearer guess\r\n", "401 ");
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 2 * FLOW_GUESSES_DELAY_MS * 1000);
  native_join (&peer, &f->test, "cli", "a");
}

/* The same connection, another origin. */
static void
test_second_request_on_kept_alive_connection_is_judged (Fixture *f, gconstpointer data)
{
  static const char allowed[] = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
  static const char refused[] = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n" ORIGIN "\r\n";
  static const char rebound[] = "GET /healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n";
  g_autoptr (Client) client = client_new (flow_hub_get_port (f->test.hub));
  g_autoptr (Answer) first = client_ask (client, allowed);
  g_autoptr (Answer) second = client_ask (client, refused);
  g_autoptr (Answer) third = client_ask (client, rebound);

  g_assert_cmpuint (first->status, ==, 200);
  g_assert_cmpuint (second->status, ==, 403);
  g_assert_cmpuint (third->status, ==, 421);
}

static void
test_frame_200k_single_ok (Fixture *f, gconstpointer data)
{
  g_auto (Peer) a = { 0 };
  g_auto (Peer) b = { 0 };
  g_autofree char *text = g_strnfill (200 * 1024, 'x');
  g_autofree char *json = g_strdup_printf ("{\"text\":\"%s\"}", text);
  g_autofree char *id = NULL;
  g_autoptr (FlowMessage) came = NULL;
  const char *got = NULL;

  native_join (&a, &f->test, "cli", "a");
  native_join (&b, &f->test, "cli", "b");
  id = native_send (&a, "custom", ",\"target\":\"cli/b\"", json);
  came = native_expect (&b, "custom");
  g_assert_true (flow_message_get_string (came, "text", &got));
  g_assert_cmpstr (got, ==, text);
}

static void
test_fragmented_over_cap_closed_1009 (Fixture *f, gconstpointer data)
{
  const gsize piece = 1024 * 1024;
  g_autofree char *text = g_strnfill (piece, 'x');
  g_auto (Peer) peer = { 0 };
  g_autoptr (GByteArray) frame = g_byte_array_new ();

  native_join (&peer, &f->test, "cli", "a");
  ws_frame_append (frame, 0x01, text, piece);
  ws_client_write (&peer.ws, frame->data, frame->len);
  frame->data[0] = 0x00;
  for (guint i = 0; i < 16; i++)
    if (!ws_client_try_write (&peer.ws, frame->data, frame->len))
      break;
  g_assert_cmpuint (native_expect_close (&peer), ==, 1009);
}

static void
test_bad_utf8_closed_1007 (Fixture *f, gconstpointer data)
{
  g_auto (Peer) peer = { 0 };

  native_join (&peer, &f->test, "cli", "a");
  ws_client_send (&peer.ws, 0x81, "{\"id\":\"\xc0\xaf\"}", -1);
  g_assert_cmpuint (native_expect_close (&peer), ==, 1007);
}

/* Allowed, and everybody who judges knows. */
static void
allow (HubTest *test, const char *origin)
{
  HubWait wait = { test->hub, NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (JsonObject) status = NULL;

  flow_hub_answer_origin (test->hub, origin, FLOW_ORIGIN_ALLOW);
  flow_hub_run_verb_async (test->hub, "status", NULL, NULL, hub_wait_cb, &wait);
  result = hub_wait (&wait);
  status = flow_hub_run_verb_finish (test->hub, result, NULL);
  g_assert_nonnull (status);
}

/* A page is one kind, sends what pages send, is told of nobody, and cannot take another page's name. */
static void
test_page_is_a_page (Fixture *f, gconstpointer data)
{
  HubTest *test = &f->test;
  g_auto (Peer) editor = { 0 };
  g_auto (Peer) page = { 0 };
  g_auto (Peer) other = { 0 };
  g_auto (Peer) silent = { 0 };
  g_autofree char *jump = NULL;
  g_autofree char *custom = NULL;

  native_join (&editor, test, "editor", "e");
  allow (test, PAGE);
  allow (test, "https://other.example");
  g_assert_true (native_open (&page, test, ORIGIN));
  g_assert_true (native_open (&other, test, "Origin: https://other.example\r\n"));
  native_hello (&page, "browser_page", ",\"instance\":\"tab\",\"workspaces\":[\"/etc\"]");
  native_hello (&other, "browser_page", ",\"instance\":\"tab\"");
  g_assert_cmpstr (page.name, !=, other.name);
  jump = native_send (&page, "jump_to_code", ",\"target\":\"editor/e\"", "{\"file\":\"/etc/passwd\",\"line\":1}");
  native_expect_error (&page, "forbidden", jump);
  custom = native_send (&page, "custom", ",\"target\":\"editor/e\"", "{}");
  native_expect_error (&page, "forbidden", custom);
  /* Denied while it is open: closed, also when it has not said hello. */
  g_assert_true (native_open (&silent, test, ORIGIN));
  flow_hub_answer_origin (test->hub, PAGE, FLOW_ORIGIN_DENY);
  g_assert_cmpuint (native_expect_close (&page), ==, 4403);
  native_expect_error (&silent, "forbidden", NULL);
  g_assert_cmpuint (native_expect_close (&silent), ==, 4403);
}

static void
test_connections_of_an_origin (Fixture *f, gconstpointer data)
{
  WsClient clients[FLOW_DOORWAY_PAGE_CONNECTIONS] = { 0 };

  allow (&f->test, PAGE);
  allow (&f->test, "https://other.example");
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      send_upgrade (&clients[i], &f->test, PAGE);
      assert_head (&clients[i], "101 ");
    }
  assert_answer (&f->test, ORIGIN, "429 ");
  assert_answer (&f->test, "Origin: https://other.example\r\n", "101 ");
  assert_answer (&f->test, "", "101 ");
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    ws_client_clear (&clients[i]);
}

#define GUARD(name) g_test_add ("/native-guard/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  GUARD (origin_page_refused_before_upgrade);
  GUARD (origin_ip_literal_refused);
  GUARD (host_rebind_421);
  GUARD (host_0000_refused);
  GUARD (ext_new_id_asks_once);
  GUARD (ext_denied_403);
  GUARD (allowed_once);
  GUARD (asked_in_vain);
  GUARD (eight_wait);
  GUARD (bruteforce_slowed_on_loopback);
  GUARD (second_request_on_kept_alive_connection_is_judged);
  GUARD (frame_200k_single_ok);
  GUARD (fragmented_over_cap_closed_1009);
  GUARD (bad_utf8_closed_1007);
  GUARD (page_is_a_page);
  GUARD (connections_of_an_origin);
  return g_test_run ();
}
