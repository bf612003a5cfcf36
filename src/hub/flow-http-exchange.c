/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-http"

#include <string.h>

#include "hub/flow-http-private.h"

/* A body that is refused is read to its end when it is at most this long, so that the connection stays. */
#define DRAIN_BYTES (64 * 1024)
#define FIRST_CAPACITY (64 * 1024)
#define WHOLE_CAPACITY (1024 * 1024)

/**
 * FlowHttpExchange:
 *
 * One request and its answer. The head has come when a handler sees it; the body follows if the handler wants
 * it. An answer may be given at any moment, once, also long after the handler has returned and also when the
 * peer has gone, which then is nothing. Belongs to the hub thread; others may carry a pointer but not use it.
 */

/**
 * flow_http_exchange_ref:
 * @self: an exchange
 *
 * Returns: (transfer full): @self
 */
FlowHttpExchange *
flow_http_exchange_ref (FlowHttpExchange *self)
{
  self->references++;
  return self;
}

static void
drop_body (FlowHttpExchange *self)
{
  if (self->server != NULL)
    self->server->stats.body_bytes -= self->held;
  g_clear_pointer (&self->body, g_free);
  self->held = self->length = self->capacity = 0;
}

/**
 * flow_http_exchange_unref:
 * @self: (transfer full): an exchange
 *
 * Give a reference back.
 */
void
flow_http_exchange_unref (FlowHttpExchange *self)
{
  if (--self->references > 0)
    return;
  drop_body (self);
  g_free (self);
}

/**
 * flow_http_exchange_get_head:
 * @self: an exchange
 *
 * Returns: (transfer none): the request's head; its strings end with the answer
 */
const FlowHttpHead *
flow_http_exchange_get_head (FlowHttpExchange *self)
{
  return &self->head;
}

/**
 * flow_http_exchange_is_open:
 * @self: an exchange
 *
 * Find out whether an answer is still possible.
 *
 * Returns: %FALSE when it was answered or the peer is gone
 */
gboolean
flow_http_exchange_is_open (FlowHttpExchange *self)
{
  return !self->answered && self->msg != NULL;
}

/**
 * flow_http_exchange_accept_body:
 * @self: an exchange whose head has come
 * @limit: most bytes that it may have
 *
 * Ask for the body. One that is announced to be longer is refused at once, one that turns out longer as soon
 * as it does.
 */
void
flow_http_exchange_accept_body (FlowHttpExchange *self, gsize limit)
{
  self->limit = limit;
  if (self->head.content_length > 0 && (guint64) self->head.content_length > limit)
    flow_http_exchange_fail (self, 0, FLOW_ERROR_TOO_LARGE, "length", "the body is longer than the limit");
}

/**
 * flow_http_exchange_take_body:
 * @self: an exchange whose request is complete
 *
 * Take the body out of the exchange. It counts as memory of the server until the answer.
 *
 * Returns: (transfer full): the body, perhaps empty
 */
GBytes *
flow_http_exchange_take_body (FlowHttpExchange *self)
{
  gsize length = self->length;
  guint8 *body = g_steal_pointer (&self->body);

  self->length = self->capacity = 0;
  return body != NULL ? g_bytes_new_take (body, length) : g_bytes_new_static ("", 0);
}

/**
 * flow_http_exchange_add_header:
 * @self: an exchange that is not answered
 * @name: a header of the answer
 * @value: its value, from us or checked: no line breaks
 *
 * Set a header of the answer.
 */
void
flow_http_exchange_add_header (FlowHttpExchange *self, const char *name, const char *value)
{
  if (flow_http_exchange_is_open (self))
    soup_message_headers_replace (soup_server_message_get_response_headers (self->msg), name, value);
}

/* Whether the answer has to go out while the request is still coming in. */
static gboolean
must_cut (FlowHttpExchange *self)
{
  if (self->complete || self->head.expects_continue)
    return FALSE;
  return self->ambiguous || self->ignored > DRAIN_BYTES ||
         (self->has_body && !self->head.chunked && self->head.content_length > DRAIN_BYTES);
}

/**
 * flow_http_exchange_respond:
 * @self: an exchange
 * @status: the HTTP status
 * @content_type: (nullable): type of @body
 * @body: (nullable): the answer's body
 *
 * Answer. The first answer counts, and nothing happens when the peer has gone.
 */
void
flow_http_exchange_respond (FlowHttpExchange *self, guint status, const char *content_type, GBytes *body)
{
  SoupMessageHeaders *headers;

  if (!flow_http_exchange_is_open (self))
    return;
  self->answered = TRUE;
  drop_body (self);

  headers = soup_server_message_get_response_headers (self->msg);
  soup_server_message_set_status (self->msg, status, NULL);
  if (content_type != NULL)
    soup_message_headers_replace (headers, "Content-Type", content_type);
  if (body != NULL && g_bytes_get_size (body) > 0)
    soup_message_body_append_bytes (soup_server_message_get_response_body (self->msg), body);
  if (!self->complete && (self->ambiguous || self->head.expects_continue))
    soup_message_headers_replace (headers, "Connection", "close");

  if (must_cut (self))
    {
      flow_http_connection_answer_and_close (self->connection, self->msg);
      return;
    }
  if (self->complete)
    flow_http_connection_set_state (self->connection, FLOW_HTTP_WRITING);
  if (self->paused)
    {
      self->paused = FALSE;
      soup_server_message_unpause (self->msg);
    }
}

static void
record (FlowHttpExchange *self, guint status, const char *reason, const char *message)
{
  g_autofree char *peer = NULL;
  FlowRefusal refusal = {
    .status = status,
    .reason = reason,
    .method = self->head.method,
    .path = self->head.path,
    .message = message,
    .agent = self->head.user_agent,
  };

  if (self->connection->peer == FLOW_PEER_KNOWN)
    peer = g_strdup_printf ("uid %u", self->connection->uid);
  refusal.peer = peer != NULL ? peer : "unknown";
  flow_refusals_add (self->server->refusals, &refusal);
}

static const char *
retry_after (FlowError code)
{
  switch (code)
    {
    case FLOW_ERROR_PAUSED:
      return "60";
    case FLOW_ERROR_DISK_FULL:
      return "5";
    default:
      return "1";
    }
}

/**
 * flow_http_exchange_fail:
 * @self: an exchange
 * @status: an HTTP status, or 0 for the one that belongs to @code
 * @code: what went wrong
 * @reason: a word for the counters
 * @message: what to tell the sender
 *
 * Answer with an error, in the way of the request's protocol, and keep record of it.
 */
void
flow_http_exchange_fail (FlowHttpExchange *self, guint status, FlowError code, const char *reason, const char *message)
{
  g_autoptr (GBytes) body = NULL;
  const char *content_type = NULL;

  if (!flow_http_exchange_is_open (self))
    return;
  if (status == 0)
    status = (guint) flow_error_info (code)->http_status;
  if (status == SOUP_STATUS_SERVICE_UNAVAILABLE || status == 429)
    flow_http_exchange_add_header (self, "Retry-After", retry_after (code));
  if (status == SOUP_STATUS_UNAUTHORIZED)
    flow_http_exchange_add_header (self, "WWW-Authenticate", "Bearer");

  record (self, status, reason, message);
  body = self->route.handler->error_body (self, status, code, message, &content_type);
  flow_http_exchange_respond (self, status, content_type, body);
}

/**
 * flow_http_exchange_fail_error:
 * @self: an exchange
 * @reason: (nullable): a word for the counters, %NULL for the error's own
 * @error: what went wrong
 *
 * Answer with an error as it came; those of foreign domains count as %FLOW_ERROR_FAILED.
 */
void
flow_http_exchange_fail_error (FlowHttpExchange *self, const char *reason, const GError *error)
{
  FlowError code = error->domain == FLOW_ERROR ? (FlowError) error->code : FLOW_ERROR_FAILED;

  flow_http_exchange_fail (self, 0, code, reason != NULL ? reason : flow_error_info (code)->code, error->message);
}

/**
 * flow_http_exchange_note:
 * @self: an exchange
 * @status: the HTTP status that it is answered with
 * @reason: a word for the counters
 * @message: what the sender is told
 *
 * Keep record of something the developer should know though the request is taken, such as refused rows.
 */
void
flow_http_exchange_note (FlowHttpExchange *self, guint status, const char *reason, const char *message)
{
  if (self->msg != NULL)
    record (self, status, reason, message);
}

/* Small bodies get their room at once, long ones as they come: announcing much must cost the sender something. */
static void
reserve (FlowHttpExchange *self, gsize extra)
{
  gsize wanted = self->length + extra;

  if (wanted <= self->capacity)
    return;
  if (self->capacity == 0 && self->head.content_length > 0)
    self->capacity = MIN ((gsize) self->head.content_length, WHOLE_CAPACITY);
  if (self->capacity == 0)
    self->capacity = FIRST_CAPACITY;
  while (self->capacity < wanted)
    self->capacity *= 2;
  self->body = g_realloc (self->body, self->capacity);
}

static void
take_chunk (FlowHttpExchange *self, const guint8 *data, gsize length)
{
  FlowHttpServer *server = self->server;

  if (self->length + length > self->limit)
    {
      flow_http_exchange_fail (self, 0, FLOW_ERROR_TOO_LARGE, "length", "the body is longer than the limit");
      return;
    }
  if (server->stats.body_bytes + length > server->limits.body_bytes)
    {
      flow_http_exchange_fail (self, 0, FLOW_ERROR_BUSY, "memory", "too many bodies are coming in at once");
      return;
    }
  reserve (self, length);
  memcpy (self->body + self->length, data, length);
  self->length += length;
  self->held += length;
  server->stats.body_bytes += length;
}

static void
ignore_chunk (FlowHttpExchange *self, gsize length)
{
  FlowHttpConnection *connection = self->connection;

  self->ignored += length;
  if (connection->state != FLOW_HTTP_LINGER)
    {
      if (must_cut (self))
        flow_http_connection_answer_and_close (connection, self->msg);
      return;
    }
  if (length >= connection->drain_left)
    flow_http_connection_close (connection);
  else
    connection->drain_left -= length;
}

static void
got_chunk_cb (SoupServerMessage *msg, GBytes *chunk, gpointer data)
{
  FlowHttpExchange *self = data;
  gsize length;
  const guint8 *bytes = g_bytes_get_data (chunk, &length);

  if (self->answered)
    {
      ignore_chunk (self, length);
      return;
    }
  flow_http_connection_progress (self->connection);
  take_chunk (self, bytes, length);
}

/**
 * flow_http_exchange_new:
 * @connection: the connection
 * @msg: a message whose head has come; it lives longer than the exchange is told otherwise
 *
 * Returns: (transfer full): an exchange
 */
FlowHttpExchange *
flow_http_exchange_new (FlowHttpConnection *connection, SoupServerMessage *msg)
{
  FlowHttpExchange *self = g_new0 (FlowHttpExchange, 1);

  self->references = 1;
  self->server = connection->server;
  self->connection = connection;
  self->msg = msg;
  flow_http_head_parse (&self->head, msg);
  self->head.doorway = connection->doorway;
  self->has_body = self->head.chunked || self->head.content_length > 0;
  connection->exchange = self;
  self->counted = !self->server->stopping;
  self->server->stats.requests++;
  if (self->counted)
    self->server->stats.active++;
  return self;
}

static FlowGuardDecision
judge (FlowHttpExchange *self)
{
  GUri *uri = soup_server_message_get_uri (self->msg);
  FlowGuardRequest request = {
    .area = self->route.handler->area,
    .method = self->head.method,
    .host = self->head.host,
    .n_hosts = self->head.n_hosts,
    .target_host = g_uri_get_host (uri),
    .target_has_user = g_uri_get_userinfo (uri) != NULL,
    .origin = self->head.origin,
    .n_origins = self->head.n_origins,
    .authorization = self->head.authorization,
    .n_authorizations = self->head.n_authorizations,
    .sec_fetch_site = self->head.sec_fetch_site,
    .peer = self->connection->peer,
    .peer_uid = self->connection->uid,
  };

  return flow_guard_check (&request, &self->server->policy);
}

static void
refuse (FlowHttpExchange *self, const FlowGuardDecision *decision)
{
  FlowHttpServer *server = self->server;

  if (g_str_equal (decision->reason, "origin") && server->origin_asked != NULL && self->head.n_origins == 1)
    server->origin_asked (self->head.origin, server->origin_data);
  flow_http_exchange_fail (self, 0, decision->error, decision->reason, decision->message);
}

/**
 * flow_http_exchange_start:
 * @self: a new exchange
 *
 * The head has come: find who answers, ask the guard, and let the handler see it.
 */
void
flow_http_exchange_start (FlowHttpExchange *self)
{
  const char *framing = flow_http_head_check_framing (&self->head);
  FlowGuardDecision decision;

  self->route = self->server->router (self->head.doorway, self->head.path, self->server->router_data);
  soup_message_body_set_accumulate (soup_server_message_get_request_body (self->msg), FALSE);
  if (self->has_body)
    {
      flow_http_connection_set_state (self->connection, FLOW_HTTP_BODY);
      self->chunk_handler = g_signal_connect (self->msg, "got-chunk", G_CALLBACK (got_chunk_cb), self);
    }

  if (framing != NULL)
    {
      self->ambiguous = TRUE;
      flow_http_exchange_fail (self, 0, FLOW_ERROR_BAD_REQUEST, "framing", framing);
      return;
    }
  decision = judge (self);
  if (!decision.allow)
    {
      refuse (self, &decision);
      return;
    }
  if (decision.cors_origin != NULL)
    {
      self->head.cors_origin = decision.cors_origin;
      flow_http_exchange_add_header (self, "Access-Control-Allow-Origin", decision.cors_origin);
      flow_http_exchange_add_header (self, "Vary", "Origin");
    }
  if (self->server->stopping)
    flow_http_exchange_fail (self, 0, FLOW_ERROR_STOPPING, "stopping", "the hub is stopping");
  else if (self->route.handler->head != NULL)
    self->route.handler->head (self, self->route.data);
}

/**
 * flow_http_exchange_complete:
 * @self: an exchange that is not answered
 *
 * The whole request is in: let the handler answer, and wait if it does not yet.
 */
void
flow_http_exchange_complete (FlowHttpExchange *self)
{
  self->complete = TRUE;
  flow_http_connection_set_state (self->connection, FLOW_HTTP_WAITING);
  if (self->route.handler->body != NULL)
    self->route.handler->body (self, self->route.data);
  if (!self->answered)
    {
      self->paused = TRUE;
      soup_server_message_pause (self->msg);
    }
}

/**
 * flow_http_exchange_stalled:
 * @self: an exchange whose body stopped coming
 *
 * Give the request up.
 */
void
flow_http_exchange_stalled (FlowHttpExchange *self)
{
  FlowHttpConnection *connection = self->connection;

  self->ambiguous = TRUE;
  self->head.expects_continue = FALSE;
  if (self->answered)
    flow_http_connection_answer_and_close (connection, self->msg);
  else
    flow_http_exchange_fail (self, SOUP_STATUS_REQUEST_TIMEOUT, FLOW_ERROR_TIMEOUT, "stalled",
                             "the body came too slowly");
}

/**
 * flow_http_exchange_finished:
 * @self: an exchange
 *
 * The answer has been written, or can no more be.
 */
void
flow_http_exchange_finished (FlowHttpExchange *self)
{
  if (self->connection != NULL && self->connection->exchange == self)
    self->connection->exchange = NULL;
  if (!self->counted)
    return;
  self->counted = FALSE;
  self->server->stats.active--;
  flow_http_server_check_stopped (self->server);
}

/**
 * flow_http_exchange_gone:
 * @self: (transfer full): an exchange
 *
 * The message is being freed: nobody can be answered any more.
 */
void
flow_http_exchange_gone (FlowHttpExchange *self)
{
  flow_http_exchange_finished (self);
  drop_body (self);
  memset (&self->head, 0, sizeof self->head);
  self->msg = NULL;
  self->connection = NULL;
  self->server = NULL;
  flow_http_exchange_unref (self);
}
