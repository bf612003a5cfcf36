/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <libsoup/soup.h>
#include <string.h>

#include "base/flow-error.h"
#include "cloud/flow-cloud-private.h"
#include "hub/flow-json-read.h"
#include "support/test-folder.h"

#define DEVICE "0123456789abcdef0123456789abcdef"
#define OTHER_DEVICE "fedcba9876543210fedcba9876543210"
#define PASSWORD "a password of nobody"

/* A clock that a test sets forward. */
typedef struct
{
  FlowClock clock;
  gint seconds; /* atomic */
} TestClock;

/* A cloud in this process, with threads of its own, and somebody who asks it. */
typedef struct
{
  char *folder;
  TestClock clock;
  FlowCloudOptions options;
  FlowCloud *cloud;
  SoupSession *session;
  JsonObject *answer; /* (nullable): the last one */
  const char *code;   /* (nullable): of the error that it is */
  char *retry_after;
} Fixture;

static gint64
test_wall_ns (const FlowClock *clock)
{
  const TestClock *self = (const TestClock *) clock;

  return g_get_real_time () * 1000 + g_atomic_int_get (&self->seconds) * G_GINT64_CONSTANT (1000000000);
}

static gint64
test_monotonic_us (const FlowClock *clock)
{
  const TestClock *self = (const TestClock *) clock;

  return g_get_monotonic_time () + (gint64) g_atomic_int_get (&self->seconds) * G_USEC_PER_SEC;
}

static void
start (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture->cloud = flow_cloud_new (&fixture->options, &error);
  g_assert_no_error (error);
  flow_cloud_start (fixture->cloud, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("flow-cloud-XXXXXX", NULL);
  fixture->clock = (TestClock) { { test_wall_ns, test_monotonic_us }, 0 };
  fixture->options = (FlowCloudOptions) {
    .data_dir = fixture->folder,
    .registration = TRUE,
    .limits = data != NULL,
    .connections = 100,
    .clock = &fixture->clock.clock,
  };
  fixture->session = soup_session_new_with_options ("proxy-resolver", NULL, NULL);
  start (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  soup_session_abort (fixture->session);
  g_clear_object (&fixture->session);
  flow_cloud_free (fixture->cloud);
  g_clear_pointer (&fixture->answer, json_object_unref);
  g_free (fixture->retry_after);
  test_remove_tree (fixture->folder);
  g_free (fixture->folder);
}

static void
read_answer (Fixture *fixture, GBytes *body)
{
  gsize size;
  const char *data = g_bytes_get_data (body, &size);
  JsonObject *error;

  g_clear_pointer (&fixture->answer, json_object_unref);
  fixture->answer = flow_json_read_object (data, size, NULL);
  error = fixture->answer != NULL ? flow_json_get_object (fixture->answer, "error") : NULL;
  fixture->code = error != NULL ? flow_json_get_string (error, "code") : NULL;
}

static guint
ask (Fixture *fixture, const char *method, const char *path, const char *token, const char *json)
{
  g_autofree char *url = g_strconcat (flow_cloud_get_url (fixture->cloud), path, NULL);
  g_autoptr (SoupMessage) message = soup_message_new (method, url);
  g_autoptr (GBytes) sent = json != NULL ? g_bytes_new (json, strlen (json)) : NULL;
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GError) error = NULL;

  if (sent != NULL)
    soup_message_set_request_body_from_bytes (message, "application/json", sent);
  if (token != NULL)
    {
      g_autofree char *bearer = g_strconcat ("Bearer ", token, NULL);

      soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization", bearer);
    }
  body = soup_session_send_and_read (fixture->session, message, NULL, &error);
  g_assert_no_error (error);
  read_answer (fixture, body);
  g_free (fixture->retry_after);
  fixture->retry_after = g_strdup (
      soup_message_headers_get_one (soup_message_get_response_headers (message), "Retry-After"));
  return soup_message_get_status (message);
}

static guint
sign_up (Fixture *fixture, const char *user)
{
  g_autofree char *json = g_strdup_printf ("{\"user\":\"%s\",\"password\":\"" PASSWORD "\"}", user);

  return ask (fixture, "POST", "/api/auth/register", NULL, json);
}

static guint
sign_in (Fixture *fixture, const char *user, const char *password, const char *device)
{
  g_autofree char *json = g_strdup_printf ("{\"user\":\"%s\",\"password\":\"%s\",\"device\":\"%s\",\"label\":\"AAAA\"}",
                                           user, password, device);

  return ask (fixture, "POST", "/api/auth/login", NULL, json);
}

static char *
get (Fixture *fixture, const char *name)
{
  return g_strdup (flow_json_get_string (fixture->answer, name));
}

static guint
refresh (Fixture *fixture, const char *token, const char *attempt)
{
  g_autofree char *json = attempt != NULL ? g_strdup_printf ("{\"refresh\":\"%s\",\"attempt\":\"%s\"}", token, attempt)
                                          : g_strdup_printf ("{\"refresh\":\"%s\"}", token);

  return ask (fixture, "POST", "/api/auth/refresh", NULL, json);
}

static void
test_an_account (Fixture *fixture, gconstpointer data)
{
  g_autofree char *token = NULL;

  g_assert_cmpuint (sign_up (fixture, "Anna"), ==, 201);
  g_assert_cmpstr (flow_json_get_string (fixture->answer, "name"), ==, "Anna");
  g_assert_cmpuint (sign_up (fixture, "anna"), ==, 409);
  g_assert_cmpstr (fixture->code, ==, "user_exists");
  g_assert_cmpuint (sign_in (fixture, "ANNA", PASSWORD, DEVICE), ==, 200);
  g_assert_cmpint (flow_json_get_int (fixture->answer, "expires_in"), ==, 600);
  token = get (fixture, "access");
  g_assert_cmpuint (ask (fixture, "GET", "/api/auth/me", token, NULL), ==, 200);
  g_assert_cmpint (flow_json_get_int (flow_json_get_object (fixture->answer, "usage"), "devices"), ==, 1);
  g_assert_cmpuint (ask (fixture, "GET", "/api/auth/me", NULL, NULL), ==, 401);
  g_assert_cmpstr (fixture->code, ==, "token_invalid");

  g_assert_cmpuint (ask (fixture, "DELETE", "/api/auth/me", token, "{\"password\":\"another one\"}"), ==, 401);
  g_assert_cmpstr (fixture->code, ==, "bad_credentials");
  g_assert_cmpuint (ask (fixture, "DELETE", "/api/auth/me", token, "{\"password\":\"" PASSWORD "\"}"), ==, 204);
  g_assert_cmpuint (ask (fixture, "GET", "/api/auth/me", token, NULL), ==, 401);
  g_assert_cmpuint (sign_in (fixture, "anna", PASSWORD, DEVICE), ==, 401);
}

static void
test_wrong_passwords (Fixture *fixture, gconstpointer data)
{
  g_autofree char *wrong = NULL;

  sign_up (fixture, "anna");
  g_assert_cmpuint (sign_in (fixture, "anna", "a wrong password", DEVICE), ==, 401);
  wrong = g_strdup (flow_json_get_string (flow_json_get_object (fixture->answer, "error"), "message"));
  g_assert_cmpuint (sign_in (fixture, "nobody", "a wrong password", DEVICE), ==, 401);
  /* Nothing tells a name that is there from one that is not. */
  g_assert_cmpstr (flow_json_get_string (flow_json_get_object (fixture->answer, "error"), "message"), ==, wrong);
  g_assert_cmpuint (sign_in (fixture, "anna", PASSWORD, "00000000000000000000000000000000"), ==, 400);
}

static void
test_refreshing (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = NULL, *second = NULL, *third = NULL, *access = NULL;

  sign_up (fixture, "anna");
  sign_in (fixture, "anna", PASSWORD, DEVICE);
  first = get (fixture, "refresh");
  g_assert_cmpuint (refresh (fixture, first, NULL), ==, 200);
  second = get (fixture, "refresh");
  access = get (fixture, "access");
  g_assert_cmpstr (first, !=, second);
  g_assert_cmpuint (refresh (fixture, second, NULL), ==, 200);
  third = get (fixture, "refresh");
  g_assert_cmpuint (refresh (fixture, second, NULL), ==, 401);
  g_assert_cmpstr (fixture->code, ==, "token_reused");
  /* The whole family is gone. */
  g_assert_cmpuint (refresh (fixture, third, NULL), ==, 401);
  g_assert_cmpstr (fixture->code, ==, "token_invalid");
  g_assert_cmpuint (ask (fixture, "GET", "/api/auth/me", access, NULL), ==, 401);
  g_assert_cmpuint (refresh (fixture, "fsr1.nonsense", NULL), ==, 401);
}

/* An answer that was lost on its way is given again to who asks in the same words, and to nobody else. */
static void
test_lost_answers (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = NULL, *second = NULL, *again = NULL;

  sign_up (fixture, "anna");
  sign_in (fixture, "anna", PASSWORD, DEVICE);
  first = get (fixture, "refresh");
  g_assert_cmpuint (refresh (fixture, first, "attempt-1"), ==, 200);
  second = get (fixture, "refresh");
  g_assert_cmpuint (refresh (fixture, first, "attempt-1"), ==, 200);
  again = get (fixture, "refresh");
  g_assert_cmpstr (second, ==, again);
  g_assert_cmpuint (refresh (fixture, second, "attempt-2"), ==, 200);
  g_assert_cmpuint (refresh (fixture, first, "attempt-1"), ==, 401);
  g_assert_cmpstr (fixture->code, ==, "token_reused");
}

static void
test_time_passes (Fixture *fixture, gconstpointer data)
{
  g_autofree char *access = NULL, *token = NULL;

  sign_up (fixture, "anna");
  sign_in (fixture, "anna", PASSWORD, DEVICE);
  access = get (fixture, "access");
  token = get (fixture, "refresh");
  g_atomic_int_set (&fixture->clock.seconds, 599 + 2);
  g_assert_cmpuint (ask (fixture, "GET", "/api/auth/me", access, NULL), ==, 401);
  g_assert_cmpstr (fixture->code, ==, "token_expired");
  g_assert_cmpuint (refresh (fixture, token, NULL), ==, 200);
  g_free (token);
  token = get (fixture, "refresh");
  g_atomic_int_set (&fixture->clock.seconds, 91 * 24 * 3600);
  g_assert_cmpuint (refresh (fixture, token, NULL), ==, 401);
  g_assert_cmpstr (fixture->code, ==, "token_invalid");
}

static void
test_signing_out (Fixture *fixture, gconstpointer data)
{
  g_autofree char *access = NULL, *token = NULL, *json = NULL;

  sign_up (fixture, "anna");
  sign_in (fixture, "anna", PASSWORD, DEVICE);
  access = get (fixture, "access");
  token = get (fixture, "refresh");
  json = g_strdup_printf ("{\"refresh\":\"%s\"}", token);
  g_assert_cmpuint (ask (fixture, "POST", "/api/auth/logout", NULL, json), ==, 204);
  g_assert_cmpuint (ask (fixture, "POST", "/api/auth/logout", NULL, json), ==, 204);
  g_assert_cmpuint (ask (fixture, "POST", "/api/auth/logout", NULL, "{\"refresh\":\"fsr1.x\"}"), ==, 204);
  g_assert_cmpuint (ask (fixture, "GET", "/api/auth/me", access, NULL), ==, 401);
  g_assert_cmpuint (refresh (fixture, token, NULL), ==, 401);
}

static void
test_signing_in_again (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = NULL, *second = NULL;

  sign_up (fixture, "anna");
  sign_in (fixture, "anna", PASSWORD, DEVICE);
  first = get (fixture, "access");
  /* A device has one session, and does not end those of others. */
  sign_in (fixture, "anna", PASSWORD, OTHER_DEVICE);
  g_assert_cmpuint (ask (fixture, "GET", "/api/auth/me", first, NULL), ==, 200);
  sign_in (fixture, "anna", PASSWORD, DEVICE);
  second = get (fixture, "access");
  g_assert_cmpuint (ask (fixture, "GET", "/api/auth/me", first, NULL), ==, 401);
  g_assert_cmpuint (ask (fixture, "DELETE", "/api/devices/" DEVICE, second, NULL), ==, 204);
  g_assert_cmpuint (ask (fixture, "GET", "/api/auth/me", second, NULL), ==, 403);
  g_assert_cmpstr (fixture->code, ==, "device_removed");
  g_assert_cmpuint (sign_in (fixture, "anna", PASSWORD, DEVICE), ==, 403);
  g_assert_cmpstr (fixture->code, ==, "device_removed");
}

static void
test_survives (Fixture *fixture, gconstpointer data)
{
  g_autofree char *access = NULL, *token = NULL;

  sign_up (fixture, "anna");
  sign_in (fixture, "anna", PASSWORD, DEVICE);
  access = get (fixture, "access");
  token = get (fixture, "refresh");
  flow_cloud_free (fixture->cloud);
  start (fixture);
  g_assert_cmpuint (ask (fixture, "GET", "/api/auth/me", access, NULL), ==, 200);
  g_assert_cmpuint (refresh (fixture, token, NULL), ==, 200);
}

static void
test_many_guesses (Fixture *fixture, gconstpointer data)
{
  guint limited = 0;
  guint wrong = 0;

  sign_up (fixture, "anna");
  for (guint i = 0; i < 5; i++)
    g_assert_cmpuint (sign_in (fixture, "anna", PASSWORD, DEVICE), ==, 200);
  for (guint i = 0; i < 100; i++)
    {
      guint status = sign_in (fixture, "anna", "a wrong password", DEVICE);

      limited += status == 429;
      wrong += status == 401;
    }
  g_assert_cmpuint (limited + wrong, ==, 100);
  g_assert_cmpuint (wrong, <=, 12);
  g_assert_cmpstr (fixture->code, ==, "rate_limited");
  g_assert_cmpint (g_ascii_strtoll (fixture->retry_after, NULL, 10), >=, 1);
  /* Not even the right one helps now, and it does later. */
  g_assert_cmpuint (sign_in (fixture, "anna", PASSWORD, DEVICE), ==, 429);
  g_atomic_int_set (&fixture->clock.seconds, 60);
  g_assert_cmpuint (sign_in (fixture, "anna", PASSWORD, DEVICE), ==, 200);
}

static void
test_many_accounts (Fixture *fixture, gconstpointer data)
{
  guint made = 0, status = 401;

  for (guint i = 0; i < 12; i++)
    {
      g_autofree char *name = g_strdup_printf ("user%u", i);

      made += sign_up (fixture, name) == 201;
    }
  g_assert_cmpuint (made, ==, 10);
  g_assert_cmpuint (ask (fixture, "GET", "/healthz", NULL, NULL), ==, 200);
  for (guint i = 0; i < 400 && status == 401; i++)
    status = ask (fixture, "GET", "/api/devices", "x", NULL);
  g_assert_cmpuint (status, ==, 429);
}

static void
closed_cb (SoupWebsocketConnection *connection, gpointer data)
{
  *(guint *) data = soup_websocket_connection_get_close_code (connection);
}

static void
text_cb (SoupWebsocketConnection *connection, gint type, GBytes *text, gpointer data)
{
  gsize size;
  const char *bytes = g_bytes_get_data (text, &size);

  g_free (*(char **) data);
  *(char **) data = g_strndup (bytes, size);
}

static void
connected_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  *(SoupWebsocketConnection **) data = soup_session_websocket_connect_finish (SOUP_SESSION (object), result, &error);
  g_assert_no_error (error);
}

static SoupWebsocketConnection *
open_socket (Fixture *fixture, const char *token)
{
  g_autofree char *url = g_strconcat (flow_cloud_get_url (fixture->cloud), FLOW_CLOUD_SOCKET_PATH, NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", url);
  g_autofree char *bearer = g_strconcat ("Bearer ", token, NULL);
  SoupWebsocketConnection *connection = NULL;

  if (token != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization", bearer);
  soup_session_websocket_connect_async (fixture->session, message, NULL, NULL, G_PRIORITY_DEFAULT, NULL, connected_cb,
                                        &connection);
  while (connection == NULL)
    g_main_context_iteration (NULL, TRUE);
  return connection;
}

static void
test_sockets (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SoupWebsocketConnection) first = NULL;
  g_autoptr (SoupWebsocketConnection) second = NULL;
  g_autofree char *access = NULL, *token = NULL, *heard = NULL, *hello = NULL;
  guint code = 0;

  sign_up (fixture, "anna");
  sign_in (fixture, "anna", PASSWORD, DEVICE);
  access = get (fixture, "access");
  token = get (fixture, "refresh");
  first = open_socket (fixture, access);
  g_signal_connect (first, "message", G_CALLBACK (text_cb), &heard);
  g_signal_connect (first, "closed", G_CALLBACK (closed_cb), &code);
  while (heard == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (strstr (heard, "\"welcome\""));
  g_clear_pointer (&heard, g_free);

  /* A newer connection of the same run takes its place. */
  second = open_socket (fixture, NULL);
  g_signal_connect (second, "message", G_CALLBACK (text_cb), &heard);
  hello = g_strdup_printf ("{\"type\":\"hello\",\"access\":\"%s\"}", access);
  soup_websocket_connection_send_text (second, hello);
  while (heard == NULL || code == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (code, ==, 1000);

  /* A cloud that stops says so. */
  code = 0;
  g_signal_connect (second, "closed", G_CALLBACK (closed_cb), &code);
  flow_cloud_stop (fixture->cloud);
  while (code == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (code, ==, 1001);
}

static void
test_closed_registration (void)
{
  Fixture fixture = { 0 };

  set_up (&fixture, NULL);
  flow_cloud_free (fixture.cloud);
  fixture.options.registration = FALSE;
  start (&fixture);
  g_assert_cmpuint (sign_up (&fixture, "anna"), ==, 403);
  g_assert_cmpstr (fixture.code, ==, "registration_closed");
  tear_down (&fixture, NULL);
}

/* The storage has two threads that read; an export has one of them at most. */
static void
test_one_export_is_written (Fixture *fixture, gconstpointer data)
{
  FlowCloudShares *exporting = fixture->cloud->bounds[FLOW_CLOUD_BOUND_EXPORTING];
  g_autofree char *token = NULL;
  GLogLevelFlags fatal;

  g_assert_cmpuint (sign_up (fixture, "anna"), ==, 201);
  g_assert_cmpuint (sign_in (fixture, "anna", PASSWORD, DEVICE), ==, 200);
  token = get (fixture, "access");
  g_assert_true (flow_cloud_shares_take (exporting, "somebody else", 1));
  fatal = g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  g_assert_cmpuint (ask (fixture, "GET", "/api/export", token, NULL), ==, 503);
  g_assert_cmpstr (fixture->code, ==, "busy");
  g_log_set_always_fatal (fatal);
  g_assert_cmpuint (ask (fixture, "GET", "/api/auth/me", token, NULL), ==, 200);
  flow_cloud_shares_give_back (exporting, "somebody else", 1);
  g_assert_cmpuint (ask (fixture, "GET", "/api/export", token, NULL), ==, 200);
  g_assert_cmpuint (flow_cloud_shares_get_taken (exporting), ==, 0);
}

static void
test_locked (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (flow_cloud_new (&fixture->options, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_LOCKED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
#define ADD(name, func) g_test_add ("/cloud/auth/" name, Fixture, NULL, set_up, func, tear_down)
#define ADD_LIMITED(name, func) g_test_add ("/cloud/auth/" name, Fixture, "limited", set_up, func, tear_down)
  ADD ("an-account", test_an_account);
  ADD ("wrong-passwords", test_wrong_passwords);
  ADD ("refreshing", test_refreshing);
  ADD ("lost-answers", test_lost_answers);
  ADD ("time-passes", test_time_passes);
  ADD ("signing-out", test_signing_out);
  ADD ("signing-in-again", test_signing_in_again);
  ADD ("survives", test_survives);
  ADD ("sockets", test_sockets);
  ADD ("one-export-is-written", test_one_export_is_written);
  ADD ("locked", test_locked);
  ADD_LIMITED ("many-guesses", test_many_guesses);
  ADD_LIMITED ("many-accounts", test_many_accounts);
  g_test_add_func ("/cloud/auth/closed-registration", test_closed_registration);
  return g_test_run ();
}
