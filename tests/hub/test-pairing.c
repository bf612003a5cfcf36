/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>

#include "http-client.h"
#include "hub/flow-guesses.h"
#include "hub/flow-json-read.h"
#include "hub/flow-pairing.h"
#include "native-test.h"

/* A clock that a test sets. */
typedef struct
{
  FlowClock clock;
  gint64 now_us;
} TestClock;

static gint64
wall_ns (const FlowClock *clock)
{
  return ((const TestClock *) clock)->now_us * 1000;
}

static gint64
monotonic_us (const FlowClock *clock)
{
  return ((const TestClock *) clock)->now_us;
}

static const TestClock new_clock = { { wall_ns, monotonic_us }, 1000 * G_USEC_PER_SEC };

static void
test_answers (void)
{
  TestClock clock = new_clock;
  g_autoptr (FlowPairing) pairing = flow_pairing_new (&clock.clock);
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;
  g_autofree char *code = NULL;
  const FlowPairingRequest *request = flow_pairing_ask (pairing, "Emacs", "editor", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (strlen (request->id), ==, 22);
  g_assert_cmpuint (strlen (request->code), ==, 7);
  id = g_strdup (request->id);
  code = g_ascii_strdown (request->code, -1);
  g_assert_cmpint (flow_pairing_find (pairing, id)->state, ==, FLOW_PAIRING_ASKED);
  g_assert_null (flow_pairing_find (pairing, code));
  g_assert_false (flow_pairing_answer (pairing, "ABC-DEF", TRUE, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (flow_pairing_answer (pairing, code, TRUE, &error));
  g_assert_cmpint (flow_pairing_find (pairing, id)->state, ==, FLOW_PAIRING_ALLOWED);
  /* Said is said. */
  g_assert_false (flow_pairing_answer (pairing, id, FALSE, NULL));
  flow_pairing_remove (pairing, id);
  g_assert_null (flow_pairing_find (pairing, id));
}

static void
test_expiry (void)
{
  TestClock clock = new_clock;
  g_autoptr (FlowPairing) pairing = flow_pairing_new (&clock.clock);
  g_autofree char *id = g_strdup (flow_pairing_ask (pairing, "Emacs", "editor", NULL)->id);

  clock.now_us += FLOW_PAIRING_SECONDS * G_USEC_PER_SEC - 1;
  g_assert_nonnull (flow_pairing_find (pairing, id));
  clock.now_us += 1;
  g_assert_null (flow_pairing_find (pairing, id));
  g_assert_false (flow_pairing_answer (pairing, id, TRUE, NULL));
}

static void
assert_too_many (FlowPairing *pairing)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (flow_pairing_ask (pairing, "one more", "cli", &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_TOO_MANY_REQUESTS);
}

static void
test_bounds (void)
{
  TestClock clock = new_clock;
  g_autoptr (FlowPairing) pairing = flow_pairing_new (&clock.clock);

  for (guint i = 0; i < FLOW_PAIRING_OPEN; i++)
    g_assert_nonnull (flow_pairing_ask (pairing, "one", "cli", NULL));
  assert_too_many (pairing);
  clock.now_us += FLOW_PAIRING_SECONDS * G_USEC_PER_SEC;
  for (guint i = 0; i < FLOW_PAIRING_A_MINUTE; i++)
    {
      const FlowPairingRequest *request = flow_pairing_ask (pairing, "one", "cli", NULL);

      g_assert_nonnull (request);
      g_assert_true (flow_pairing_answer (pairing, request->code, FALSE, NULL));
    }
  assert_too_many (pairing);
  clock.now_us += 60 * G_USEC_PER_SEC;
  g_assert_nonnull (flow_pairing_ask (pairing, "one", "cli", NULL));
}

static void
test_bad_requests (void)
{
  static const struct
  {
    const char *name, *kind;
  } rows[] = {
    { NULL, "cli" },
    { "", "cli" },
    { "a\nb", "cli" },
    { "a\x1b[2J", "cli" },
    { "a\xff", "cli" },
    { "a", NULL },
    { "a", "" },
    { "a", "toaster" },
    { "a", "desktop_app" },
    { "a", "browser_page" },
    { "a\xe2\x80\xae", "cli" },
  };
  TestClock clock = new_clock;
  g_autoptr (FlowPairing) pairing = flow_pairing_new (&clock.clock);
  g_autofree char *huge = g_strnfill (201, 'a');

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (flow_pairing_ask (pairing, rows[i].name, rows[i].kind, &error));
      g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST);
    }
  g_assert_null (flow_pairing_ask (pairing, huge, "cli", NULL));
}

/* So many are free, then each costs, and time pays back. */
static void
test_guesses (void)
{
  TestClock clock = new_clock;
  g_autoptr (FlowGuesses) guesses = flow_guesses_new (&clock.clock);

  for (guint i = 0; i < FLOW_GUESSES_FREE; i++)
    g_assert_cmpuint (flow_guesses_note (guesses, "uid 1"), ==, 0);
  for (guint i = 0; i < 100; i++)
    g_assert_cmpuint (flow_guesses_note (guesses, "uid 1"), ==, FLOW_GUESSES_DELAY_MS);
  g_assert_cmpuint (flow_guesses_note (guesses, "https://app.example"), ==, 0);
  clock.now_us += 180 * G_USEC_PER_SEC;
  g_assert_cmpuint (flow_guesses_note (guesses, "uid 1"), ==, 0);
}

typedef struct
{
  FlowContext *context;
  HubTest test;
  char *request;
  char *name;
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
  g_free (f->request);
  g_free (f->name);
}

static JsonObject *
ask (Fixture *f, const char *head, const char *body, guint status)
{
  g_autoptr (Client) client = client_new (flow_hub_get_port (f->test.hub));
  g_autoptr (Answer) answer = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *object;

  client_send_format (client, "%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %zu\r\n\r\n%s", head, strlen (body),
                      body);
  answer = client_read (client);
  g_assert_cmpuint (answer->status, ==, status);
  object = flow_json_read_object (answer->body->str, answer->body->len, &error);
  g_assert_no_error (error);
  return object;
}

static JsonObject *
poll_request (Fixture *f, guint status)
{
  g_autofree char *head = g_strdup_printf ("GET /pair/%s", f->request);

  return ask (f, head, "", status);
}

static JsonObject *
run_verb (Fixture *f, const char *verb, const char *json)
{
  HubWait wait = { f->test.hub, NULL };
  g_autoptr (JsonObject) arguments = flow_json_read_object (json, strlen (json), NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *answer;

  flow_hub_run_verb_async (f->test.hub, verb, arguments, NULL, hub_wait_cb, &wait);
  result = hub_wait (&wait);
  answer = flow_hub_run_verb_finish (f->test.hub, result, &error);
  g_assert_no_error (error);
  return answer;
}

static void
pair_asked_cb (FlowHub *hub, const char *request, const char *name, const char *kind, const char *code, Fixture *f)
{
  g_assert_cmpstr (request, ==, f->request);
  g_assert_cmpstr (kind, ==, "editor");
  f->name = g_strdup (name);
}

static gboolean
was_asked (gpointer data)
{
  return ((Fixture *) data)->name != NULL;
}

static void
begin (Fixture *f)
{
  g_autoptr (JsonObject) asked = ask (f, "POST /pair", "{\"name\":\"Emacs on devbox\",\"kind\":\"editor\"}", 202);

  f->request = g_strdup (flow_json_get_string (asked, "request"));
  g_assert_cmpint (flow_json_get_int (asked, "expires_in"), ==, FLOW_PAIRING_SECONDS);
  g_assert_nonnull (flow_json_get_string (asked, "code"));
}

static void
assert_clients (Fixture *f, guint n)
{
  g_autoptr (JsonObject) list = run_verb (f, "pair-list", "{}");

  g_assert_cmpuint (json_array_get_length (flow_json_get_array (list, "clients")), ==, n);
  g_assert_cmpuint (json_array_get_length (flow_json_get_array (list, "requests")), ==, 0);
}

/* Asked, compared, allowed; the token is told once, opens a channel also after a restart, until it is taken back. */
static void
test_paired (Fixture *f, gconstpointer data)
{
  g_autoptr (JsonObject) waits = NULL;
  g_autoptr (JsonObject) allowed = NULL;
  g_autoptr (JsonObject) got = NULL;
  g_autoptr (JsonObject) gone = NULL;
  g_autoptr (JsonObject) list = NULL;
  g_autoptr (JsonObject) forgotten = NULL;
  g_autofree char *header = NULL;
  g_autofree char *arguments = NULL;
  g_auto (Peer) peer = { 0 };
  g_auto (Peer) other = { 0 };
  g_autofree char *id = NULL;
  g_autofree char *refused = NULL;

  g_signal_connect (f->test.hub, "pair-asked", G_CALLBACK (pair_asked_cb), f);
  begin (f);
  hub_wait_until (was_asked, f);
  g_assert_cmpstr (f->name, ==, "Emacs on devbox");
  waits = poll_request (f, 202);
  arguments = g_strdup_printf ("{\"request\":\"%s\"}", f->request);
  allowed = run_verb (f, "pair-allow", arguments);
  got = poll_request (f, 200);
  gone = poll_request (f, 404);
  header = g_strdup_printf ("Authorization: Bearer %s\r\n", flow_json_get_string (got, "token"));
  assert_clients (f, 1);
  g_signal_handlers_disconnect_by_data (f->test.hub, f);

  hub_test_stop (&f->test);
  hub_test_clear (&f->test);
  hub_test_init (&f->test, f->context, FALSE);
  hub_test_start (&f->test);
  g_assert_true (native_open (&peer, &f->test, header));
  native_hello (&peer, "editor", "");
  g_assert_true (native_open (&other, &f->test, header));
  id = native_send (&other, "hello", "", "{\"client\":\"c\",\"version\":\"1\",\"kind\":\"cli\"}");
  native_expect_error (&other, "forbidden", id);

  list = run_verb (f, "pair-list", "{}");
  g_free (arguments);
  arguments = g_strdup_printf ("{\"client\":\"%s\"}",
                               json_object_get_string_member (
                                   json_array_get_object_element (flow_json_get_array (list, "clients"), 0), "client"));
  forgotten = run_verb (f, "pair-forget", arguments);
  g_assert_cmpuint (native_expect_close (&peer), ==, 4403);
  refused = native_ask (&f->test, "/ws", header);
  g_assert_true (g_str_has_prefix (refused, "HTTP/1.1 401 "));
  assert_clients (f, 0);
}

static void
test_denied (Fixture *f, gconstpointer data)
{
  g_autoptr (JsonObject) denied = NULL;
  g_autoptr (JsonObject) refusal = NULL;
  g_autofree char *arguments = NULL;

  begin (f);
  arguments = g_strdup_printf ("{\"request\":\"%s\"}", f->request);
  denied = run_verb (f, "pair-deny", arguments);
  refusal = poll_request (f, 403);
  assert_clients (f, 0);
}

/* No page may ask, and what is no request is told so. */
static void
test_who_may_ask (Fixture *f, gconstpointer data)
{
  static const char page[] = "POST /pair HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost:3000\r\n"
                             "Content-Length: 2\r\n\r\n{}";
  static const char own[] = "POST /pair HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-site\r\n"
                            "Content-Length: 2\r\n\r\n{}";
  g_autoptr (Client) client = client_new (flow_hub_get_port (f->test.hub));
  g_autoptr (Answer) first = client_ask (client, page);
  g_autoptr (Answer) second = client_ask (client, own);
  g_autoptr (JsonObject) bad G_GNUC_UNUSED = ask (f, "POST /pair", "{}", 400);
  g_autoptr (JsonObject) none G_GNUC_UNUSED = ask (f, "GET /pair/AAAA", "", 404);
  g_autoptr (JsonObject) method G_GNUC_UNUSED = ask (f, "GET /pair", "", 405);

  g_assert_cmpuint (first->status, ==, 403);
  g_assert_cmpuint (second->status, ==, 403);
}

/* A verb that there is not, and a hub that does not run. */
static void
test_verbs (Fixture *f, gconstpointer data)
{
  HubWait wait = { f->test.hub, NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) late = NULL;
  g_autoptr (GError) error = NULL;

  flow_hub_run_verb_async (f->test.hub, "nothing", NULL, NULL, hub_wait_cb, &wait);
  result = hub_wait (&wait);
  g_assert_null (flow_hub_run_verb_finish (f->test.hub, result, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
  g_clear_error (&error);
  hub_test_stop (&f->test);
  flow_hub_run_verb_async (f->test.hub, "channels", NULL, NULL, hub_wait_cb, &wait);
  late = hub_wait (&wait);
  g_assert_null (flow_hub_run_verb_finish (f->test.hub, late, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_RUNNING);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/pairing/answers", test_answers);
  g_test_add_func ("/pairing/expiry", test_expiry);
  g_test_add_func ("/pairing/bounds", test_bounds);
  g_test_add_func ("/pairing/bad-requests", test_bad_requests);
  g_test_add_func ("/pairing/guesses", test_guesses);
  g_test_add ("/pairing/paired", Fixture, NULL, set_up, test_paired, tear_down);
  g_test_add ("/pairing/denied", Fixture, NULL, set_up, test_denied, tear_down);
  g_test_add ("/pairing/who-may-ask", Fixture, NULL, set_up, test_who_may_ask, tear_down);
  g_test_add ("/pairing/verbs", Fixture, NULL, set_up, test_verbs, tear_down);
  return g_test_run ();
}
