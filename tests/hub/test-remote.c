/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Clouds that misbehave, and sessions with one that does not. */

#include <string.h>

#include "base/flow-error.h"
#include "hub/sync/flow-remote-session.h"
#include "hub/sync/flow-remote-socket.h"
#include "hub/sync/flow-remote-url.h"
#include "hub/sync/flow-sync-backoff.h"

static const FlowRemoteLimits limits = { .idle_s = 30, .total_s = 30 };

/* A server in this thread: what it does is in the path, and it counts. */
typedef struct
{
  SoupServer *server;
  char *url;
  FlowRemote *remote;
  guint requests;
  guint refreshes;
  guint held;
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

static void
respond (SoupServerMessage *message, guint status, const char *type, const char *body)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, body, strlen (body));
}

static void
respond_tokens (Fixture *self, SoupServerMessage *message)
{
  g_autofree char *body = NULL;

  self->refreshes++;
  if (self->refuse_refresh)
    {
      respond (message, 401, FLOW_REMOTE_JSON, "{\"error\":{\"code\":\"token_reused\",\"message\":\"no\"}}");
      return;
    }
  body = g_strdup_printf ("{\"access\":\"a%u\",\"refresh\":\"r%u\",\"expires_in\":600}", self->refreshes,
                          self->refreshes);
  respond (message, 200, FLOW_REMOTE_JSON, body);
}

/* Only the newest access token is good. */
static void
respond_whoami (Fixture *self, SoupServerMessage *message)
{
  g_autofree char *wanted = g_strdup_printf ("Bearer a%u", self->refreshes);

  if (g_strcmp0 (self->authorization, wanted) == 0)
    respond (message, 200, FLOW_REMOTE_JSON, "{\"name\":\"ada\"}");
  else
    respond (message, 401, FLOW_REMOTE_JSON, "{\"error\":{\"code\":\"token_expired\",\"message\":\"old\"}}");
}

static void
answer_cb (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  Fixture *self = data;
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  g_autofree char *before = self->authorization;

  self->requests++;
  self->authorization = g_strdup (
      soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Authorization"));
  if (g_str_equal (path, "/api/auth/refresh"))
    respond_tokens (self, message);
  else if (g_str_equal (path, "/api/auth/me"))
    respond_whoami (self, message);
  else if (g_str_equal (path, "/redirect"))
    soup_server_message_set_redirect (message, 302, "/ok");
  else if (g_str_equal (path, "/500"))
    respond (message, 500, "text/html", "<h1>oh no</h1>");
  else if (g_str_equal (path, "/busy"))
    {
      soup_message_headers_replace (headers, "Retry-After", "7");
      respond (message, 429, FLOW_REMOTE_JSON, "{\"error\":{\"code\":\"rate_limited\",\"message\":\"slowly\"}}");
    }
  else if (g_str_equal (path, "/credentials"))
    respond (message, 401, FLOW_REMOTE_JSON, "{\"error\":{\"code\":\"bad_credentials\",\"message\":\"no such\"}}");
  else if (g_str_equal (path, "/failed"))
    respond (message, 500, FLOW_REMOTE_JSON, "{\"error\":{\"code\":\"failed\",\"message\":\"inside\"}}");
  else if (g_str_equal (path, "/long"))
    respond (message, 200, FLOW_REMOTE_BYTES, "12345678901234567890");
  else if (g_str_equal (path, "/never"))
    {
      self->held++;
      soup_server_message_pause (message);
    }
  else
    {
      soup_message_headers_replace (headers, "X-FlowScope-More", "1");
      respond (message, 200, FLOW_REMOTE_JSON, "{\"ok\":true}");
    }
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  GSList *uris;

  self->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (self->server, NULL, answer_cb, self, NULL);
  g_assert_true (soup_server_listen_local (self->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error));
  g_assert_no_error (error);
  uris = soup_server_get_uris (self->server);
  self->url = g_strdup_printf ("http://127.0.0.1:%d", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  self->remote = flow_remote_new (self->url, NULL, &limits, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_clear_pointer (&self->remote, flow_remote_free);
  soup_server_disconnect (self->server);
  g_object_unref (self->server);
  g_free (self->url);
  g_free (self->authorization);
  while (g_main_context_iteration (NULL, FALSE))
    ;
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

  clear (&outcome);
  other.path = "/busy";
  flow_remote_send (self->remote, &other, done_cb, &outcome);
  wait_for (&outcome);
  g_assert_error (outcome.read, FLOW_ERROR, FLOW_ERROR_TOO_MANY_REQUESTS);
  g_assert_cmpuint (outcome.retry_after_s, ==, 7);
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

  soup_server_disconnect (self->server);
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
  while (self->held == 0)
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
  while (self->held == 0)
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

  soup_server_disconnect (self->server);
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
