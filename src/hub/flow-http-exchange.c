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
 * it. An answer may be given at any moment, once, also before the body is in, also long after the handler has
 * returned and also when the peer has gone, which then is nothing. Belongs to the hub thread; others may carry
 * a pointer but not use it.
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
  if (self->headers != NULL)
    g_string_free (self->headers, TRUE);
  g_free (self);
}

/**
 * flow_http_exchange_get_head:
 * @self: an exchange
 *
 * Returns: (transfer none): the request's head; it lives as long as the exchange
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
  return !self->answered && self->connection != NULL;
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
  static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

  self->limit = limit;
  if (self->head.content_length > 0 && (guint64) self->head.content_length > limit)
    flow_http_exchange_fail (self, 0, FLOW_ERROR_TOO_LARGE, "length", "the body is longer than the limit");
  else if (self->head.expects_continue && self->rest != 0 && self->connection != NULL)
    {
      self->head.expects_continue = FALSE;
      flow_http_connection_send (self->connection, go_on, sizeof go_on - 1);
    }
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
  if (self->headers == NULL)
    self->headers = g_string_new (NULL);
  g_string_append_printf (self->headers, "%s: %s\r\n", name, value);
}

/* When the answer goes out before the request is in, what is left of it must be short to be worth reading. */
static gboolean
may_follow (FlowHttpExchange *self)
{
  if (self->complete)
    return self->head.keep_alive;
  return self->head.keep_alive && !self->head.expects_continue && self->rest >= 0 && self->rest <= DRAIN_BYTES;
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
  FlowHttpConnection *connection = self->connection;
  FlowHttpAnswer answer = {
    .status = status,
    .content_type = content_type,
    .headers = self->headers,
    .body = body,
    .without_body = g_str_equal (self->head.method, "HEAD"),
  };

  if (!flow_http_exchange_is_open (self))
    return;
  self->answered = TRUE;
  drop_body (self);
  connection->keep = connection->keep && may_follow (self);
  answer.keep = connection->keep;
  answer.date = flow_http_server_get_date (self->server);
  flow_http_answer_write (self->server->out, &answer);
  flow_http_connection_send (connection, self->server->out->str, self->server->out->len);
  flow_http_connection_answered (connection);
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
  if (status == 503 || status == 429)
    flow_http_exchange_add_header (self, "Retry-After", retry_after (code));
  if (status == 401)
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
 * flow_http_exchange_only_get:
 * @self: an exchange whose head has come
 * @pages: whether web pages of other origins may read it, which browsers ask first
 *
 * Refuse a method that is for writing, and answer what browsers ask.
 *
 * Returns: %TRUE when it is a request that reads, which is not answered yet
 */
gboolean
flow_http_exchange_only_get (FlowHttpExchange *self, gboolean pages)
{
  const FlowHttpHead *head = flow_http_exchange_get_head (self);

  if (g_str_equal (head->method, "GET") || g_str_equal (head->method, "HEAD"))
    return TRUE;
  if (pages && g_str_equal (head->method, "OPTIONS") && head->cors_origin != NULL)
    {
      flow_http_exchange_add_header (self, "Access-Control-Allow-Methods", "GET");
      flow_http_exchange_respond (self, 204, NULL, NULL);
    }
  else
    {
      flow_http_exchange_add_header (self, "Allow", "GET, HEAD");
      flow_http_exchange_fail (self, 0, FLOW_ERROR_METHOD_NOT_ALLOWED, "method", "use GET");
    }
  return FALSE;
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
  if (self->connection != NULL)
    record (self, status, reason, message);
}

static void
grow (FlowHttpExchange *self, gsize wanted)
{
  /* Short bodies get their room at once, long ones as they come: announcing much must not cost us much. */
  if (self->capacity == 0 && self->head.content_length > 0)
    self->capacity = MIN ((gsize) self->head.content_length, WHOLE_CAPACITY);
  if (self->capacity == 0)
    self->capacity = FIRST_CAPACITY;
  while (self->capacity < wanted)
    self->capacity *= 2;
  self->body = g_realloc (self->body, self->capacity);
}

static gboolean
check_room (FlowHttpExchange *self, gsize length)
{
  FlowHttpServer *server = self->server;

  if (self->length + length > self->limit)
    flow_http_exchange_fail (self, 0, FLOW_ERROR_TOO_LARGE, "length", "the body is longer than the limit");
  else if (server->stats.body_bytes + length > server->limits.body_bytes)
    flow_http_exchange_fail (self, 0, FLOW_ERROR_BUSY, "memory", "too many bodies are coming in at once");
  else
    return TRUE;
  return FALSE;
}

static void
count (FlowHttpExchange *self, gsize length)
{
  self->length += length;
  self->held += length;
  self->server->stats.body_bytes += length;
}

/**
 * flow_http_exchange_take:
 * @self: an exchange that is not answered
 * @data: a piece of the body
 * @length: its length in bytes
 *
 * Append to the body. When it gets too long the exchange is answered.
 */
void
flow_http_exchange_take (FlowHttpExchange *self, const guint8 *data, gsize length)
{
  if (!check_room (self, length))
    return;
  if (self->length + length > self->capacity || self->body == NULL)
    grow (self, self->length + length);
  memcpy (self->body + self->length, data, length);
  count (self, length);
}

/**
 * flow_http_exchange_reserve:
 * @self: an exchange with a body of known length
 * @length: (out): how much may be read
 *
 * Get where the next piece of the body can be read to.
 *
 * Returns: (nullable): room, %NULL when the exchange had to be answered instead
 */
guint8 *
flow_http_exchange_reserve (FlowHttpExchange *self, gsize *length)
{
  if (!check_room (self, 1))
    return NULL;
  if (self->length == self->capacity || self->body == NULL)
    grow (self, self->length + 1);
  *length = MIN (self->capacity - self->length, (gsize) self->rest);
  *length = MIN (*length, self->server->limits.body_bytes - self->server->stats.body_bytes);
  return self->body + self->length;
}

/**
 * flow_http_exchange_received:
 * @self: an exchange
 * @length: how many bytes were read to where flow_http_exchange_reserve() said
 *
 * Count a piece of the body.
 */
void
flow_http_exchange_received (FlowHttpExchange *self, gsize length)
{
  self->rest -= (gint64) length;
  count (self, length);
}

static FlowHttpExchange *
refuse_head (FlowHttpConnection *connection, FlowHttpExchange *self, FlowHttpProblem problem)
{
  flow_http_server_refuse_text (connection->server, connection, problem);
  g_free (self);
  return NULL;
}

/**
 * flow_http_exchange_new:
 * @connection: the connection
 * @text: the head
 * @length: its length in bytes
 *
 * Returns: (transfer full) (nullable): an exchange, %NULL when the head cannot be read, which has been answered
 */
FlowHttpExchange *
flow_http_exchange_new (FlowHttpConnection *connection, const guint8 *text, gsize length)
{
  FlowHttpExchange *self = g_malloc (sizeof *self + length);
  FlowHttpProblem problem;

  memset (self, 0, sizeof *self);
  memcpy (self->text, text, length);
  problem = flow_http_head_parse (&self->head, self->text, length);
  if (problem.status != 0)
    return refuse_head (connection, self, problem);

  self->references = 1;
  self->server = connection->server;
  self->connection = connection;
  self->head.doorway = connection->doorway;
  self->rest = self->head.chunked ? -1 : MAX (self->head.content_length, 0);
  self->counted = !self->server->stopping;
  self->server->stats.requests++;
  if (self->counted)
    self->server->stats.active++;
  return self;
}

static FlowGuardDecision
judge (FlowHttpExchange *self)
{
  FlowGuardRequest request = {
    .area = self->route.handler->area,
    .method = self->head.method,
    .host = self->head.host,
    .n_hosts = self->head.n_hosts,
    .target = self->head.target_authority,
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

/* Whoever has sent too many wrong tokens hears of each further one late. */
static gboolean
is_guessing (FlowHttpExchange *self)
{
  FlowGuesses *guesses = self->server->guesses;
  g_autofree char *user = NULL;
  const char *who = self->head.origin;

  if (guesses == NULL || self->head.n_authorizations == 0)
    return FALSE;
  if (who == NULL && self->connection->peer == FLOW_PEER_KNOWN)
    who = user = g_strdup_printf ("uid %u", self->connection->uid);
  return flow_guesses_note (guesses, who != NULL ? who : "unknown") > 0;
}

static gboolean
late_cb (gpointer data)
{
  FlowHttpExchange *self = data;

  flow_http_exchange_fail (self, 0, FLOW_ERROR_UNAUTHORIZED, "token",
                           "the token of the discovery file is missing or wrong");
  return G_SOURCE_REMOVE;
}

static void
refuse_late (FlowHttpExchange *self)
{
  self->head.keep_alive = FALSE;
  self->late = g_timeout_source_new (FLOW_GUESSES_DELAY_MS);
  g_source_set_name (self->late, "flow-http-late");
  g_source_set_callback (self->late, late_cb, self, NULL);
  g_source_attach (self->late, g_main_context_get_thread_default ());
  flow_http_connection_set_state (self->connection, FLOW_HTTP_WAITING);
}

static void
refuse (FlowHttpExchange *self, const FlowGuardDecision *decision)
{
  FlowHttpServer *server = self->server;

  if (decision->may_ask && server->origin_asked != NULL)
    server->origin_asked (self->head.origin, server->origin_data);
  if (decision->error == FLOW_ERROR_UNAUTHORIZED && is_guessing (self))
    refuse_late (self);
  else
    flow_http_exchange_fail (self, 0, decision->error, decision->reason, decision->message);
}

/* Tells whether the request may go on. */
static gboolean
pass_guard (FlowHttpExchange *self)
{
  FlowGuardDecision decision = judge (self);

  if (!decision.allow)
    {
      refuse (self, &decision);
      return FALSE;
    }
  if (decision.cors_origin != NULL)
    {
      self->head.cors_origin = decision.cors_origin;
      flow_http_exchange_add_header (self, "Access-Control-Allow-Origin", decision.cors_origin);
      flow_http_exchange_add_header (self, "Vary", "Origin");
    }
  if (self->server->stopping)
    flow_http_exchange_fail (self, 0, FLOW_ERROR_STOPPING, "stopping", "the hub is stopping");
  return !self->answered;
}

/**
 * flow_http_exchange_start:
 * @self: a new exchange, which is its connection's
 *
 * The head has come: find who answers, ask the guard, and let the handler see it.
 */
void
flow_http_exchange_start (FlowHttpExchange *self)
{
  FlowHttpConnection *connection = self->connection;

  self->route = self->server->router (self->head.doorway, self->head.path, self->server->router_data);
  connection->keep = TRUE;
  connection->chunks = (FlowHttpChunks) { 0 };
  flow_http_connection_set_state (connection, FLOW_HTTP_BODY);

  /* With an early answer the connection drops its reference. */
  flow_http_exchange_ref (self);
  if (pass_guard (self) && self->route.handler->head != NULL)
    self->route.handler->head (self, self->route.data);
  if (flow_http_exchange_is_open (self) && self->late == NULL && self->rest == 0)
    flow_http_exchange_complete (self);
  flow_http_exchange_unref (self);
}

/**
 * flow_http_exchange_complete:
 * @self: an exchange that is not answered
 *
 * The whole request is in: let the handler answer, now or later.
 */
void
flow_http_exchange_complete (FlowHttpExchange *self)
{
  self->complete = TRUE;
  flow_http_connection_set_state (self->connection, FLOW_HTTP_WAITING);
  self->route.handler->body (self, self->route.data);
}

/**
 * flow_http_exchange_abort:
 * @self: an exchange whose request does not come in as it should
 * @status: as for flow_http_exchange_fail()
 * @code: what went wrong
 * @reason: a word for the counters
 * @message: what to tell the sender
 *
 * Answer and end the connection.
 */
void
flow_http_exchange_abort (FlowHttpExchange *self, guint status, FlowError code, const char *reason, const char *message)
{
  self->head.keep_alive = FALSE;
  flow_http_exchange_fail (self, status, code, reason, message);
}

/**
 * flow_http_exchange_finished:
 * @self: an exchange
 *
 * The answer is with the kernel, or can no more be.
 */
void
flow_http_exchange_finished (FlowHttpExchange *self)
{
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
 * The connection is done with it: nobody can be answered any more.
 */
void
flow_http_exchange_gone (FlowHttpExchange *self)
{
  flow_http_exchange_finished (self);
  drop_body (self);
  if (self->late != NULL)
    {
      g_source_destroy (self->late);
      g_clear_pointer (&self->late, g_source_unref);
    }
  self->connection = NULL;
  self->server = NULL;
  flow_http_exchange_unref (self);
}
