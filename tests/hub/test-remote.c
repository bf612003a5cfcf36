/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Clouds that misbehave, and sessions with one that does not. */

#include <string.h>

#include "base/flow-error.h"
#include "hub/sync/flow-remote-session.h"
#include "hub/sync/flow-remote-socket.h"
#include "hub/sync/flow-remote-url.h"
#include "hub/sync/flow-sync-backoff.h"

static const FlowRemoteLimits limits = { .idle_s = 30, .total_s = 30 };

/* A server with a thread for each connection: what it does is in the path, and it counts. */
typedef struct
{
  GSocketService *service;
  char *url;
  FlowRemote *remote;
  gint held; /* atomic */

  GMutex mutex; /* guards the rest */
  guint requests;
  guint refreshes;
  char *authorization; /* of the last request */
  gboolean refuse_refresh;
} Fixture;

typedef struct
{
  gboolean ended;
  guint status;
  char *body;
  gboolean more;
  guint retry_after_s;
  GError *error;
  GError *read;
} Outcome;

#define JSON_ERROR(code) "{\"error\":{\"code\":\"" code "\",\"message\":\"no such\"}}"

static char *
respond (const char *status, const char *headers, const char *body)
{
  return g_strdup_printf ("HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n%s", status, headers, strlen (body), body);
}

static char *
respond_tokens (Fixture *self)
{
  g_autofree char *body = NULL;

  self->refreshes++;
  if (self->refuse_refresh)
    return respond ("401 Unauthorized", "", JSON_ERROR ("token_reused"));
  body = g_strdup_printf ("{\"access\":\"a%u\",\"refresh\":\"r%u\",\"expires_in\":600}", self->refreshes,
                          self->refreshes);
  return respond ("200 OK", "", body);
}

/* Only the newest access token is good. */
static char *
respond_whoami (Fixture *self)
{
  g_autofree char *wanted = g_strdup_printf ("Bearer a%u", self->refreshes);

  if (g_strcmp0 (self->authorization, wanted) == 0)
    return respond ("200 OK", "", "{\"name\":\"ada\"}");
  return respond ("401 Unauthorized", "", JSON_ERROR ("token_expired"));
}

static char *
answer (Fixture *self, const char *path)
{
  if (g_str_equal (path, "/api/auth/refresh"))
    return respond_tokens (self);
  if (g_str_equal (path, "/api/auth/me"))
    return respond_whoami (self);
  if (g_str_equal (path, "/redirect"))
    return respond ("302 Found", "Location: /ok\r\n", "");
  if (g_str_equal (path, "/500"))
    return respond ("500 Oh No", "Content-Type: text/html\r\n", "<h1>oh no</h1>");
  if (g_str_equal (path, "/busy"))
    return respond ("429 Slowly", "Retry-After: 7\r\n", JSON_ERROR ("rate_limited"));
  if (g_str_equal (path, "/credentials"))
    return respond ("401 Unauthorized", "", JSON_ERROR ("bad_credentials"));
  if (g_str_equal (path, "/failed"))
    return respond ("500 Oh No", "", JSON_ERROR ("failed"));
  if (g_str_equal (path, "/long"))
    return respond ("200 OK", "", "12345678901234567890");
  return respond ("200 OK", "X-FlowScope-More: 1\r\n", "{\"ok\":true}");
}

/* (nullable): the path of the next request; its body has been read. */
static char *
read_request (Fixture *self, GDataInputStream *stream)
{
  g_autofree char *path = NULL;
  g_autofree char *authorization = NULL;
  gsize length = 0;

  while (TRUE)
    {
      g_autofree char *line = g_data_input_stream_read_line (stream, NULL, NULL, NULL);

      if (line == NULL)
        return NULL;
      if (*g_strchomp (line) == '\0')
        break;
      if (path == NULL)
        path = g_strndup (strchr (line, ' ') + 1, strcspn (strchr (line, ' ') + 1, " "));
      else if (g_ascii_strncasecmp (line, "Authorization: ", 15) == 0)
        authorization = g_strdup (line + 15);
      else if (g_ascii_strncasecmp (line, "Content-Length: ", 16) == 0)
        length = g_ascii_strtoull (line + 16, NULL, 10);
    }
  while (length > 0 && g_input_stream_skip (G_INPUT_STREAM (stream), 1, NULL, NULL) == 1)
    length--;
  g_mutex_lock (&self->mutex);
  self->requests++;
  g_free (self->authorization);
  self->authorization = g_steal_pointer (&authorization);
  g_mutex_unlock (&self->mutex);
  return g_steal_pointer (&path);
}

static gboolean
serve_cb (GThreadedSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
  Fixture *self = data;
  g_autoptr (GDataInputStream) stream = g_data_input_stream_new (
      g_io_stream_get_input_stream (G_IO_STREAM (connection)));
  char *path;

  while ((path = read_request (self, stream)) != NULL)
    {
      g_autofree char *wanted = path;
      g_autofree char *text = NULL;

      if (g_str_equal (wanted, "/never"))
        {
          g_atomic_int_inc (&self->held);
          g_main_context_wakeup (NULL);
          continue;
        }
      g_mutex_lock (&self->mutex);
      text = answer (self, wanted);
      g_mutex_unlock (&self->mutex);
      if (!g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), text, strlen (text),
                                      NULL, NULL, NULL))
        break;
    }
  return TRUE;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) address = NULL;

  g_mutex_init (&self->mutex);
  self->service = g_threaded_socket_service_new (-1);
  g_assert_true (g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), wanted, G_SOCKET_TYPE_STREAM,
                                                G_SOCKET_PROTOCOL_TCP, NULL, &address, &error));
  g_assert_no_error (error);
  g_signal_connect (self->service, "run", G_CALLBACK (serve_cb), self);
  self->url = g_strdup_printf ("http://127.0.0.1:%u", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));
  self->remote = flow_remote_new (self->url, NULL, &limits, &error);
  g_assert_no_error (error);
}

static void
stop_serving (Fixture *self)
{
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
}

/* The threads of the connections hold the service until their clients are gone. */
static void
tear_down (Fixture *self, gconstpointer data)
{
  gpointer service = self->service;

  g_clear_pointer (&self->remote, flow_remote_free);
  stop_serving (self);
  g_object_add_weak_pointer (G_OBJECT (self->service), &service);
  g_object_unref (self->service);
  while (g_atomic_pointer_get (&service) != NULL)
    {
      g_main_context_iteration (NULL, FALSE);
      g_thread_yield ();
    }
  g_free (self->url);
  g_free (self->authorization);
  g_mutex_clear (&self->mutex);
}

static void
done_cb (const FlowRemoteAnswer *answer, const GError *error, gpointer data)
{
  Outcome *outcome = data;

  g_assert_false (outcome->ended);
  outcome->ended = TRUE;
  if (error != NULL)
    {
      g_assert_null (answer);
      outcome->error = g_error_copy (error);
      return;
    }
  outcome->status = answer->status;
  outcome->more = answer->more;
  outcome->retry_after_s = answer->retry_after_s;
  outcome->body = g_strndup (g_bytes_get_data (answer->body, NULL), g_bytes_get_size (answer->body));
  outcome->read = flow_remote_read_error (answer);
  g_assert_cmpuint (answer->bytes_up, >, 0);
  g_assert_cmpuint (answer->bytes_down, >, 0);
}

static void
clear (Outcome *outcome)
{
  g_free (outcome->body);
  g_clear_error (&outcome->error);
  g_clear_error (&outcome->read);
  *outcome = (Outcome) { 0 };
}

static void
wait_for (Outcome *outcome)
{
  while (!outcome->ended)
    g_main_context_iteration (NULL, TRUE);
}

static void
get (FlowRemote *remote, const char *path, Outcome *outcome)
{
  const FlowRemoteCall call = { .method = "GET", .path = path, .bearer = "secret", .max_answer = 16 };

  clear (outcome);
  flow_remote_send (remote, &call, done_cb, outcome);
  g_assert_false (outcome->ended);
  wait_for (outcome);
}

static void
test_urls (void)
{
  static const struct
  {
    const char *text;
    const char *url;
    FlowError error;
  } cases[] = {
    { "https://cloud.example", "https://cloud.example", 0 },
    { "https://cloud.example/", "https://cloud.example", 0 },
    { "https://cloud.example:8443/flow//", "https://cloud.example:8443/flow", 0 },
    { "http://127.0.0.1:8080", "http://127.0.0.1:8080", 0 },
    { "http://localhost", "http://localhost", 0 },
    { "http://[::1]:80/", "http://[::1]:80", 0 },
    { "http://cloud.example", NULL, FLOW_ERROR_INSECURE_URL },
    { "http://127.0.0.1.example", NULL, FLOW_ERROR_INSECURE_URL },
    { "http://10.0.0.1", NULL, FLOW_ERROR_INSECURE_URL },
    { "http://0.0.0.0", NULL, FLOW_ERROR_INSECURE_URL },
    { "https://ada:pw@cloud.example", NULL, FLOW_ERROR_BAD_ARGUMENT },
    { "https://cloud.example/?a=b", NULL, FLOW_ERROR_BAD_ARGUMENT },
    { "ftp://cloud.example", NULL, FLOW_ERROR_BAD_ARGUMENT },
    { "cloud.example", NULL, FLOW_ERROR_BAD_ARGUMENT },
    { "https://", NULL, FLOW_ERROR_BAD_ARGUMENT },
    { "", NULL, FLOW_ERROR_BAD_ARGUMENT },
    { "https://\xff", NULL, FLOW_ERROR_BAD_ARGUMENT },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *url = flow_remote_url_check (cases[i].text, &error);

      g_assert_cmpstr (url, ==, cases[i].url);
      if (cases[i].url != NULL)
        g_assert_no_error (error);
      else
        g_assert_error (error, FLOW_ERROR, (int) cases[i].error);
    }
}

static void
test_hosts (void)
{
  g_autofree char *secure = flow_remote_url_get_host ("https://cloud.example/flow");
  g_autofree char *local = flow_remote_url_get_host ("http://[::1]:8080");

  g_assert_cmpstr (secure, ==, "cloud.example:443");
  g_assert_cmpstr (local, ==, "[::1]:8080");
  g_assert_true (flow_remote_url_is_local ("http://[::1]:8080"));
  g_assert_false (flow_remote_url_is_local ("https://cloud.example"));
}

static void
test_backoff (void)
{
  FlowSyncBackoff backoff = { 0 };
  guint first = flow_sync_backoff_next_ms (&backoff, 0, 60000), last = 0;

  g_assert_cmpuint (first, <=, 500);
  g_assert_cmpuint (first, >=, 375);
  for (guint i = 0; i < 100; i++)
    last = flow_sync_backoff_next_ms (&backoff, 0, 60000);
  g_assert_cmpuint (last, <=, 60000);
  g_assert_cmpuint (last, >=, 45000);
  g_assert_cmpuint (flow_sync_backoff_next_ms (&backoff, 90000, 60000), ==, 90000);
  flow_sync_backoff_reset (&backoff);
  g_assert_cmpuint (flow_sync_backoff_next_ms (&backoff, 0, 60000), <=, 500);
}

static void
test_answers (Fixture *self, gconstpointer data)
{
  Outcome outcome = { 0 };

  get (self->remote, "/ok", &outcome);
  g_assert_no_error (outcome.error);
  g_assert_cmpuint (outcome.status, ==, 200);
  g_assert_cmpstr (outcome.body, ==, "{\"ok\":true}");
  g_assert_true (outcome.more);
  g_assert_cmpstr (self->authorization, ==, "Bearer secret");

  get (self->remote, "/500", &outcome);
  g_assert_cmpuint (outcome.status, ==, 500);
  g_assert_error (outcome.read, FLOW_ERROR, FLOW_ERROR_CLOUD_FAILED);

  clear (&outcome);
}

/* The errors of the cloud come as what they mean here, and what is inside of it stays there. */
static void
test_errors (Fixture *self, gconstpointer data)
{
  Outcome outcome = { 0 };
  const FlowRemoteCall call = { .method = "GET", .path = "/credentials", .max_answer = 4096 };
  FlowRemoteCall other = call;

  flow_remote_send (self->remote, &call, done_cb, &outcome);
  wait_for (&outcome);
  g_assert_error (outcome.read, FLOW_ERROR, FLOW_ERROR_BAD_CREDENTIALS);
  g_assert_nonnull (strstr (outcome.read->message, "no such"));
  g_assert_null (self->authorization);

  clear (&outcome);
  other.path = "/failed";
  flow_remote_send (self->remote, &other, done_cb, &outcome);
  wait_for (&outcome);
  g_assert_error (outcome.read, FLOW_ERROR, FLOW_ERROR_CLOUD_FAILED);
  g_assert_cmpuint (flow_remote_get_wait_ms (self->remote), ==, 0);

  clear (&outcome);
  other.path = "/busy";
  flow_remote_send (self->remote, &other, done_cb, &outcome);
  wait_for (&outcome);
  g_assert_error (outcome.read, FLOW_ERROR, FLOW_ERROR_TOO_MANY_REQUESTS);
  g_assert_cmpuint (outcome.retry_after_s, ==, 7);
  g_assert_cmpuint (flow_remote_get_wait_ms (self->remote), >, 0);
  g_assert_cmpuint (flow_remote_get_wait_ms (self->remote), <=, 7000);
  clear (&outcome);
}

/* The token goes to no other address, not even of the same server. */
static void
test_redirect (Fixture *self, gconstpointer data)
{
  Outcome outcome = { 0 };

  get (self->remote, "/redirect", &outcome);
  g_assert_error (outcome.error, FLOW_ERROR, FLOW_ERROR_BAD_ANSWER);
  g_assert_cmpuint (self->requests, ==, 1);
  clear (&outcome);
}

static void
test_long (Fixture *self, gconstpointer data)
{
  Outcome outcome = { 0 };

  get (self->remote, "/long", &outcome);
  g_assert_error (outcome.error, FLOW_ERROR, FLOW_ERROR_BAD_ANSWER);
  clear (&outcome);
}

static void
test_slow (Fixture *self, gconstpointer data)
{
  static const FlowRemoteLimits hasty = { .idle_s = 30, .total_s = 1 };
  g_autoptr (FlowRemote) remote = flow_remote_new (self->url, NULL, &hasty, NULL);
  Outcome outcome = { 0 };

  get (remote, "/never", &outcome);
  g_assert_error (outcome.error, FLOW_ERROR, FLOW_ERROR_OFFLINE);
  clear (&outcome);
}

static void
test_nobody (Fixture *self, gconstpointer data)
{
  Outcome outcome = { 0 };

  stop_serving (self);
  get (self->remote, "/ok", &outcome);
  g_assert_error (outcome.error, FLOW_ERROR, FLOW_ERROR_OFFLINE);
  clear (&outcome);
}

static void
test_forbidden (Fixture *self, gconstpointer data)
{
  const FlowRemoteCall call = { .method = "GET", .path = "/never", .max_answer = 16 };
  Outcome outcome = { 0 };

  flow_remote_send (self->remote, &call, done_cb, &outcome);
  while (g_atomic_int_get (&self->held) == 0)
    g_main_context_iteration (NULL, TRUE);
  flow_remote_set_forbidden (self->remote, TRUE);
  wait_for (&outcome);
  g_assert_error (outcome.error, FLOW_ERROR, FLOW_ERROR_CANCELLED);

  get (self->remote, "/ok", &outcome);
  g_assert_error (outcome.error, FLOW_ERROR, FLOW_ERROR_LOCAL_ONLY);
  g_assert_cmpuint (self->requests, ==, 1);

  flow_remote_set_forbidden (self->remote, FALSE);
  get (self->remote, "/ok", &outcome);
  g_assert_cmpuint (outcome.status, ==, 200);
  clear (&outcome);
}

/* Who frees a cloud hears nothing any more. */
static void
test_freed (Fixture *self, gconstpointer data)
{
  const FlowRemoteCall call = { .method = "GET", .path = "/never", .max_answer = 16 };
  Outcome outcome = { 0 };

  flow_remote_send (self->remote, &call, done_cb, &outcome);
  while (g_atomic_int_get (&self->held) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_clear_pointer (&self->remote, flow_remote_free);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_false (outcome.ended);
}

static void
test_ca (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (flow_remote_new (self->url, "/nowhere/ca.pem", &limits, &error));
  g_assert_nonnull (error);
}

typedef struct
{
  guint renewed;
  char *refresh;
  GError *ended;
} Told;

static void
renewed_cb (const char *refresh, gpointer data)
{
  Told *told = data;

  told->renewed++;
  g_free (told->refresh);
  told->refresh = g_strdup (refresh);
}

static void
ended_cb (const GError *error, gpointer data)
{
  ((Told *) data)->ended = g_error_copy (error);
}

static void
told_clear (Told *told)
{
  g_free (told->refresh);
  g_clear_error (&told->ended);
}

static const FlowRemoteSessionFuncs session_funcs = { renewed_cb, ended_cb };
static const FlowRemoteCall me = { .method = "GET", .path = "/api/auth/me", .max_answer = 4096 };

/* However many wait, the token is renewed once. */
static void
test_session (Fixture *self, gconstpointer data)
{
  Told told = { 0 };
  Outcome outcomes[5] = { 0 };
  g_autoptr (FlowRemoteSession) session = flow_remote_session_new (self->remote, flow_clock_system (), "mark",
                                                                   &session_funcs, &told);

  flow_remote_session_set_tokens (session, NULL, "r0", 0);
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    flow_remote_session_send (session, &me, done_cb, &outcomes[i]);
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      wait_for (&outcomes[i]);
      g_assert_cmpuint (outcomes[i].status, ==, 200);
      clear (&outcomes[i]);
    }
  g_assert_cmpuint (self->refreshes, ==, 1);
  g_assert_cmpuint (told.renewed, ==, 1);
  g_assert_cmpstr (told.refresh, ==, "r1");
  told_clear (&told);
}

/* A token that the cloud does not take any more is renewed, and the request sent again. */
static void
test_session_expired (Fixture *self, gconstpointer data)
{
  Told told = { 0 };
  Outcome outcome = { 0 };
  g_autoptr (FlowRemoteSession) session = flow_remote_session_new (self->remote, flow_clock_system (), "mark",
                                                                   &session_funcs, &told);

  flow_remote_session_set_tokens (session, "stale", "r0", 600);
  flow_remote_session_send (session, &me, done_cb, &outcome);
  wait_for (&outcome);
  g_assert_cmpuint (outcome.status, ==, 200);
  g_assert_cmpuint (self->refreshes, ==, 1);
  clear (&outcome);
  told_clear (&told);
}

static void
test_session_ended (Fixture *self, gconstpointer data)
{
  Told told = { 0 };
  Outcome outcome = { 0 };
  g_autoptr (FlowRemoteSession) session = flow_remote_session_new (self->remote, flow_clock_system (), "mark",
                                                                   &session_funcs, &told);

  self->refuse_refresh = TRUE;
  flow_remote_session_set_tokens (session, NULL, "r0", 0);
  flow_remote_session_send (session, &me, done_cb, &outcome);
  wait_for (&outcome);
  g_assert_error (outcome.error, FLOW_ERROR, FLOW_ERROR_SIGNED_OUT);
  g_assert_error (told.ended, FLOW_ERROR, FLOW_ERROR_SIGNED_OUT);
  g_assert_null (flow_remote_session_get_refresh (session));
  clear (&outcome);

  flow_remote_session_send (session, &me, done_cb, &outcome);
  wait_for (&outcome);
  g_assert_error (outcome.error, FLOW_ERROR, FLOW_ERROR_SIGNED_OUT);
  clear (&outcome);
  told_clear (&told);
}

/* Without a network the refresh token is not thrown away. */
static void
test_session_offline (Fixture *self, gconstpointer data)
{
  Told told = { 0 };
  Outcome outcome = { 0 };
  g_autoptr (FlowRemoteSession) session = flow_remote_session_new (self->remote, flow_clock_system (), "mark",
                                                                   &session_funcs, &told);

  stop_serving (self);
  flow_remote_session_set_tokens (session, NULL, "r0", 0);
  flow_remote_session_send (session, &me, done_cb, &outcome);
  wait_for (&outcome);
  g_assert_error (outcome.error, FLOW_ERROR, FLOW_ERROR_OFFLINE);
  g_assert_no_error (told.ended);
  g_assert_cmpstr (flow_remote_session_get_refresh (session), ==, "r0");
  clear (&outcome);
  told_clear (&told);
}

#define ADD(name, func) g_test_add ("/hub/remote/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/hub/remote/urls", test_urls);
  g_test_add_func ("/hub/remote/hosts", test_hosts);
  g_test_add_func ("/hub/remote/backoff", test_backoff);
  ADD ("answers", test_answers);
  ADD ("errors", test_errors);
  ADD ("redirect", test_redirect);
  ADD ("long", test_long);
  ADD ("slow", test_slow);
  ADD ("nobody", test_nobody);
  ADD ("forbidden", test_forbidden);
  ADD ("freed", test_freed);
  ADD ("ca", test_ca);
  ADD ("session", test_session);
  ADD ("session-expired", test_session_expired);
  ADD ("session-ended", test_session_ended);
  ADD ("session-offline", test_session_offline);
  return g_test_run ();
}
