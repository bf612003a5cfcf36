/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-remote"

#include "hub/sync/flow-remote.h"

#include <glib/gi18n-lib.h>

#include "base/flow-error.h"
#include "base/flow-version.h"
#include "hub/flow-json-read.h"
#include "hub/sync/flow-remote-url.h"

#define READ_BYTES (64 * 1024)
#define MAX_RETRY_AFTER_S 3600
/* RFC 6585, section 4. */
#define TOO_MANY_REQUESTS 429
/* RFC 4918, section 11.5. */
#define INSUFFICIENT_STORAGE 507
/* Bytes that a large request moves in its time at least, to get as much time again. */
#define LEAST_PROGRESS (256 * 1024)

/* Ten minutes are enough for 4 MiB at 7 KB/s. */
const FlowRemoteLimits flow_remote_default_limits = { .idle_s = 30, .total_s = 600 };

struct _FlowRemote
{
  char *url;
  char *host;
  FlowRemoteLimits limits;
  SoupSession *session;
  gboolean forbidden;
  gint64 wait_until_us; /* what the server asked for when it had too much to do */
  GPtrArray *requests;  /* Request: under way */
};

typedef struct
{
  FlowRemote *remote; /* NULL when it was freed meanwhile */
  SoupMessage *message;
  GCancellable *cancellable;
  GSource *deadline;
  gboolean large;
  guint64 moved; /* bytes, when it was looked last */
  gboolean late;
  GInputStream *stream; /* (nullable) */
  GByteArray *body;
  gsize max_answer;
  FlowRemoteDone done;
  gpointer data;
} Request;

static void
request_free (Request *request)
{
  g_source_destroy (request->deadline);
  g_source_unref (request->deadline);
  g_clear_object (&request->stream);
  g_object_unref (request->message);
  g_object_unref (request->cancellable);
  g_byte_array_unref (request->body);
  g_free (request);
}

/* The one way in which a request ends. */
static void
request_end (Request *request, const FlowRemoteAnswer *answer, const GError *error)
{
  if (request->remote != NULL)
    {
      g_ptr_array_remove_fast (request->remote->requests, request);
      request->done (answer, error, request->data);
    }
  request_free (request);
}

static void
request_fail (Request *request, GError *cause)
{
  g_autoptr (GError) error = cause;
  g_autoptr (GError) told = NULL;
  const char *host = request->remote != NULL ? request->remote->host : "";

  if (error->domain == FLOW_ERROR)
    told = g_steal_pointer (&error);
  else if (request->late || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    told = g_error_new (FLOW_ERROR, FLOW_ERROR_OFFLINE, _ ("%s does not answer in time"), host);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    told = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_CANCELLED, _ ("It was cancelled"));
  else if (error->domain == G_TLS_ERROR)
    told = g_error_new (FLOW_ERROR, FLOW_ERROR_BAD_ANSWER, _ ("The certificate of %s is not accepted: %s"), host,
                        error->message);
  else
    told = g_error_new (FLOW_ERROR, FLOW_ERROR_OFFLINE, "%s: %s", host, error->message);
  request_end (request, NULL, told);
}

static guint
read_retry_after (SoupMessage *message)
{
  const char *text = soup_message_headers_get_one (soup_message_get_response_headers (message), "Retry-After");

  return text != NULL ? (guint) MIN (g_ascii_strtoull (text, NULL, 10), MAX_RETRY_AFTER_S) : 0;
}

static void
remember_wait (Request *request, const FlowRemoteAnswer *answer)
{
  if (request->remote != NULL &&
      (answer->status == TOO_MANY_REQUESTS || answer->status == SOUP_STATUS_SERVICE_UNAVAILABLE))
    request->remote->wait_until_us = g_get_monotonic_time () + (gint64) answer->retry_after_s * G_USEC_PER_SEC;
}

static void
request_succeed (Request *request)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (request->message);
  SoupMessageMetrics *metrics = soup_message_get_metrics (request->message);
  FlowRemoteAnswer answer = {
    .status = soup_message_get_status (request->message),
    .more = g_strcmp0 (soup_message_headers_get_one (headers, "X-FlowScope-More"), "1") == 0,
    .retry_after_s = read_retry_after (request->message),
    .bytes_up = soup_message_metrics_get_request_header_bytes_sent (metrics) +
                soup_message_metrics_get_request_body_bytes_sent (metrics),
    .bytes_down = soup_message_metrics_get_response_header_bytes_received (metrics) +
                  soup_message_metrics_get_response_body_bytes_received (metrics),
  };

  answer.body = g_byte_array_free_to_bytes (request->body);
  request->body = g_byte_array_new ();
  remember_wait (request, &answer);
  request_end (request, &answer, NULL);
  g_bytes_unref (answer.body);
}

static void read_more (Request *request);

static void
read_cb (GObject *stream, GAsyncResult *result, gpointer data)
{
  Request *request = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (stream), result, &error);

  if (bytes == NULL)
    request_fail (request, g_steal_pointer (&error));
  else if (g_bytes_get_size (bytes) == 0)
    request_succeed (request);
  else if (request->body->len + g_bytes_get_size (bytes) > request->max_answer)
    request_fail (request, g_error_new_literal (FLOW_ERROR, FLOW_ERROR_BAD_ANSWER,
                                                _ ("The cloud's answer is longer than it may be")));
  else
    {
      g_byte_array_append (request->body, g_bytes_get_data (bytes, NULL), (guint) g_bytes_get_size (bytes));
      read_more (request);
    }
}

static void
read_more (Request *request)
{
  g_input_stream_read_bytes_async (request->stream, READ_BYTES, G_PRIORITY_DEFAULT, request->cancellable, read_cb,
                                   request);
}

static void
sent_cb (GObject *session, GAsyncResult *result, gpointer data)
{
  Request *request = data;
  g_autoptr (GError) error = NULL;

  request->stream = soup_session_send_finish (SOUP_SESSION (session), result, &error);
  if (request->stream == NULL)
    request_fail (request, g_steal_pointer (&error));
  else if (SOUP_STATUS_IS_REDIRECTION (soup_message_get_status (request->message)))
    request_fail (request, g_error_new_literal (FLOW_ERROR, FLOW_ERROR_BAD_ANSWER,
                                                _ ("The cloud sends us to another address, which is not followed")));
  else
    read_more (request);
}

static gboolean
late_cb (gpointer data)
{
  Request *request = data;
  SoupMessageMetrics *metrics = soup_message_get_metrics (request->message);
  guint64 moved = metrics != NULL ? soup_message_metrics_get_request_body_bytes_sent (metrics) : 0;

  moved += request->body->len;
  if (request->large && moved >= request->moved + LEAST_PROGRESS)
    {
      request->moved = moved;
      return G_SOURCE_CONTINUE;
    }
  request->late = TRUE;
  g_cancellable_cancel (request->cancellable);
  return G_SOURCE_REMOVE;
}

static gboolean
use_ca (FlowRemote *self, const char *path, GError **error)
{
  g_autoptr (GTlsDatabase) database = g_tls_file_database_new (path, error);

  if (database == NULL)
    return FALSE;
  soup_session_set_tls_database (self->session, database);
  return TRUE;
}

/**
 * flow_remote_new:
 * @url: what flow_remote_url_check() returned
 * @ca_file: (nullable): a file with the certificates that the server's must be signed by; %NULL: those of the system
 * @limits: how patient to be
 * @error: return location
 *
 * Returns: (transfer full): the cloud, to which no connection is open yet; %NULL when @ca_file cannot be read
 */
FlowRemote *
flow_remote_new (const char *url, const char *ca_file, const FlowRemoteLimits *limits, GError **error)
{
  g_autoptr (FlowRemote) self = g_new0 (FlowRemote, 1);

  self->url = g_strdup (url);
  self->host = flow_remote_url_get_host (url);
  self->limits = *limits;
  self->requests = g_ptr_array_new ();
  self->session = soup_session_new ();
  soup_session_set_timeout (self->session, limits->idle_s);
  soup_session_set_user_agent (self->session, "FlowScope/" FLOW_VERSION);
  if (flow_remote_url_is_local (url))
    soup_session_set_proxy_resolver (self->session, NULL);
  if (ca_file != NULL && !use_ca (self, ca_file, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * flow_remote_free:
 * @self: (transfer full): a cloud
 *
 * Close what is open. Nobody is told of the requests that are under way.
 */
void
flow_remote_free (FlowRemote *self)
{
  for (guint i = 0; i < self->requests->len; i++)
    {
      Request *request = self->requests->pdata[i];

      request->remote = NULL;
      g_cancellable_cancel (request->cancellable);
    }
  g_ptr_array_unref (self->requests);
  g_object_unref (self->session);
  g_free (self->host);
  g_free (self->url);
  g_free (self);
}

/** flow_remote_get_url: its address, as flow_remote_url_check() made it. */
const char *
flow_remote_get_url (FlowRemote *self)
{
  return self->url;
}

/** flow_remote_get_session: what its connections belong to, for a WebSocket. */
SoupSession *
flow_remote_get_session (FlowRemote *self)
{
  return self->session;
}

/**
 * flow_remote_new_message:
 * @self: a cloud
 * @method: `GET`
 * @path: behind its address
 * @bearer: (nullable): the access token
 *
 * Returns: (transfer full): a request with what all have
 */
SoupMessage *
flow_remote_new_message (FlowRemote *self, const char *method, const char *path, const char *bearer)
{
  g_autofree char *uri = g_strconcat (self->url, path, NULL);
  g_autofree char *authorization = bearer != NULL ? g_strconcat ("Bearer ", bearer, NULL) : NULL;
  SoupMessage *message = soup_message_new (method, uri);

  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_COLLECT_METRICS);
  /* Doing it twice does no harm, so a kept connection may be used; tokens are given out once. */
  if (!g_str_has_prefix (path, "/api/auth/"))
    soup_message_add_flags (message, SOUP_MESSAGE_IDEMPOTENT);
  if (authorization != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization", authorization);
  return message;
}

/**
 * flow_remote_set_forbidden:
 * @self: a cloud
 * @forbidden: whether no connection may be made
 *
 * Say whether the user lets it speak. What is under way ends at once when not.
 */
void
flow_remote_set_forbidden (FlowRemote *self, gboolean forbidden)
{
  self->forbidden = forbidden;
  if (forbidden)
    {
      flow_remote_cancel (self);
      soup_session_abort (self->session);
    }
}

/**
 * flow_remote_check_allowed:
 * @self: a cloud
 * @error: return location
 *
 * Returns: whether it may be spoken with, else %FALSE with %FLOW_ERROR_LOCAL_ONLY
 */
gboolean
flow_remote_check_allowed (FlowRemote *self, GError **error)
{
  if (self->forbidden)
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_LOCAL_ONLY, _ ("The setting privacy.local-only is on"));
  return !self->forbidden;
}

static void
refuse_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_task_propagate_boolean (G_TASK (result), &error);
  request_fail (data, g_steal_pointer (&error));
}

/* Later, as all answers come. */
static void
refuse (Request *request, GError *error)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, refuse_cb, request);

  g_task_set_source_tag (task, refuse);
  g_task_return_error (task, error);
}

/**
 * flow_remote_send:
 * @self: a cloud
 * @call: what to send
 * @done: hears later what came, on this thread
 * @data: for @done
 *
 * Send a request. Each answer that HTTP allows is an answer; errors are %FLOW_ERROR_OFFLINE, %FLOW_ERROR_BAD_ANSWER,
 * %FLOW_ERROR_LOCAL_ONLY and %FLOW_ERROR_CANCELLED.
 */
void
flow_remote_send (FlowRemote *self, const FlowRemoteCall *call, FlowRemoteDone done, gpointer data)
{
  Request *request = g_new0 (Request, 1);
  GError *error = NULL;

  request->remote = self;
  request->message = flow_remote_new_message (self, call->method, call->path, call->bearer);
  request->cancellable = g_cancellable_new ();
  request->body = g_byte_array_new ();
  request->max_answer = call->max_answer;
  request->large = call->large;
  request->done = done;
  request->data = data;
  request->deadline = g_timeout_source_new_seconds (self->limits.total_s);
  g_source_set_name (request->deadline, "flow-remote-deadline");
  g_source_set_callback (request->deadline, late_cb, request, NULL);
  g_source_attach (request->deadline, g_main_context_get_thread_default ());
  if (call->body != NULL)
    soup_message_set_request_body_from_bytes (request->message, call->content_type, call->body);
  g_ptr_array_add (self->requests, request);
  if (flow_remote_check_allowed (self, &error))
    soup_session_send_async (self->session, request->message, G_PRIORITY_DEFAULT, request->cancellable, sent_cb,
                             request);
  else
    refuse (request, error);
}

/**
 * flow_remote_cancel:
 * @self: a cloud
 *
 * End what is under way; those who wait hear %FLOW_ERROR_CANCELLED later.
 */
void
flow_remote_cancel (FlowRemote *self)
{
  for (guint i = 0; i < self->requests->len; i++)
    g_cancellable_cancel (((Request *) self->requests->pdata[i])->cancellable);
}

/** flow_remote_get_wait_ms: how long the server asked to be left alone from now on. */
guint
flow_remote_get_wait_ms (FlowRemote *self)
{
  return (guint) (MAX (self->wait_until_us - g_get_monotonic_time (), 0) / 1000);
}

static FlowError
error_of_status (const FlowRemoteAnswer *answer)
{
  switch (answer->status)
    {
    case TOO_MANY_REQUESTS:
      return FLOW_ERROR_TOO_MANY_REQUESTS;
    case SOUP_STATUS_SERVICE_UNAVAILABLE:
      return FLOW_ERROR_BUSY;
    case SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE:
      return FLOW_ERROR_TOO_LARGE;
    case INSUFFICIENT_STORAGE:
      return FLOW_ERROR_QUOTA;
    default:
      return answer->status >= 500 ? FLOW_ERROR_CLOUD_FAILED : FLOW_ERROR_BAD_ANSWER;
    }
}

/**
 * flow_remote_read_code:
 * @answer: an answer that is none that was hoped for
 *
 * Returns: (transfer full) (nullable): the code in its body, as the cloud wrote it
 */
char *
flow_remote_read_code (const FlowRemoteAnswer *answer)
{
  g_autoptr (JsonObject) body = NULL;
  JsonObject *error;

  body = flow_json_read_object (g_bytes_get_data (answer->body, NULL), g_bytes_get_size (answer->body), NULL);
  error = body != NULL ? flow_json_get_object (body, "error") : NULL;
  return error != NULL ? g_strdup (flow_json_get_string (error, "code")) : NULL;
}

/**
 * flow_remote_read_error:
 * @answer: an answer that is none that was hoped for
 *
 * Returns: (transfer full): what the cloud says; %FLOW_ERROR_BAD_ANSWER when that is nothing one knows,
 *   %FLOW_ERROR_CLOUD_FAILED when the fault is its own
 */
GError *
flow_remote_read_error (const FlowRemoteAnswer *answer)
{
  g_autoptr (JsonObject) body = NULL;
  JsonObject *error;
  const char *code, *message;
  FlowError known;

  body = flow_json_read_object (g_bytes_get_data (answer->body, NULL), g_bytes_get_size (answer->body), NULL);
  error = body != NULL ? flow_json_get_object (body, "error") : NULL;
  code = error != NULL ? flow_json_get_string (error, "code") : NULL;
  message = error != NULL ? flow_json_get_string (error, "message") : NULL;
  if (code == NULL || message == NULL)
    return g_error_new (FLOW_ERROR, (int) error_of_status (answer), _ ("The cloud answered with status %u"),
                        answer->status);
  /* What went wrong inside of the cloud says nothing about this computer. */
  if (!flow_error_from_code (code, &known) || known == FLOW_ERROR_FAILED)
    known = error_of_status (answer);
  return g_error_new (FLOW_ERROR, (int) known, _ ("The cloud says: %s"), message);
}
