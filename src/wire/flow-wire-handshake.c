/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-wire"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "message/flow-json-writer.h"
#include "wire/flow-http-text.h"
#include "wire/flow-wire-private.h"

/* The first request of a connection is looked at and left in the socket, until it is clear who takes it. */

/* Where the kernel cannot be told to wait for more than is there. */
#define LOOK_MS 20

static const char *
get_phrase (guint status)
{
  switch (status)
    {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 421:
      return "Misdirected Request";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Refused";
    }
}

/* The socket must wake whoever has it for each byte again. */
static void
wake_for_each_byte (FlowWireConnection *self)
{
  int one = 1;

  setsockopt (self->fd, SOL_SOCKET, SO_RCVLOWAT, &one, sizeof one);
}

/**
 * flow_wire_handshake_refuse:
 * @self: a connection that is not open yet
 * @status: HTTP status
 * @code: what it is called in `errors.json`
 * @message: what to tell the sender
 *
 * Answer a request with an error, and close.
 */
void
flow_wire_handshake_refuse (FlowWireConnection *self, guint status, const char *code, const char *message)
{
  g_autoptr (GString) body = g_string_new (NULL);
  g_autoptr (GString) head = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, body);
  flow_json_writer_begin_object (&writer);
  flow_json_writer_key (&writer, "error");
  flow_json_writer_begin_object (&writer);
  flow_json_writer_key (&writer, "code");
  flow_json_writer_string (&writer, code, -1);
  flow_json_writer_key (&writer, "message");
  flow_json_writer_string (&writer, message, -1);
  flow_json_writer_end_object (&writer);
  flow_json_writer_end_object (&writer);

  g_string_append_printf (head,
                          "HTTP/1.1 %u %s\r\nConnection: close\r\nContent-Type: application/json\r\n"
                          "Content-Length: %" G_GSIZE_FORMAT "\r\n",
                          status, get_phrase (status), body->len);
  if (status == 426)
    g_string_append (head, "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n");
  if (status == 429 || status == 503)
    g_string_append (head, "Retry-After: 1\r\n");
  g_string_append (head, "\r\n");
  g_string_append_len (head, body->str, (gssize) body->len);

  wake_for_each_byte (self);
  flow_wire_count (&self->wire->stats.refused, 1);
  if (self->state == FLOW_WIRE_WAITING)
    self->wire->waiting--;
  if (self->known)
    self->reason = g_strdup ("refused");
  flow_wire_connection_send_raw (self, head->str, head->len);
  flow_wire_connection_end (self);
}

static void
refuse_error (FlowWireConnection *self, FlowError error, const char *message)
{
  const FlowErrorInfo *info = flow_error_info (error);

  flow_wire_handshake_refuse (self, (guint) info->http_status, info->code,
                              message != NULL ? message : "the request is refused");
}

/* Not ours: whoever takes it finds the socket as the kernel made it. */
static void
hand_over (FlowWireConnection *self)
{
  FlowWire *wire = self->wire;
  guint doorway = self->doorway;
  int fd;

  wake_for_each_byte (self);
  if (wire->hooks.plain == NULL)
    {
      flow_wire_handshake_refuse (self, 426, "bad_request", "only WebSockets are served here");
      return;
    }
  flow_wire_count (&wire->stats.handed_over, 1);
  fd = flow_wire_connection_release (self);
  wire->hooks.plain (fd, doorway, wire->data);
}

/**
 * flow_wire_handshake_decide:
 * @self: a connection; nothing happens unless its head has come and it waits
 * @verdict: what becomes of it
 *
 * Accept or refuse a connection.
 */
void
flow_wire_handshake_decide (FlowWireConnection *self, const FlowWireVerdict *verdict)
{
  g_autofree char *answer = NULL;

  if (self->state != FLOW_WIRE_WAITING)
    return;
  if (verdict->answer != FLOW_WIRE_ACCEPT)
    {
      refuse_error (self, verdict->error, verdict->message);
      return;
    }
  self->wire->waiting--;
  answer = g_strdup_printf ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            "Sec-WebSocket-Accept: %s\r\n%s%s%s\r\n",
                            self->accept, verdict->protocol != NULL ? "Sec-WebSocket-Protocol: " : "",
                            verdict->protocol != NULL ? verdict->protocol : "",
                            verdict->protocol != NULL ? "\r\n" : "");
  g_clear_pointer (&self->accept, g_free);
  flow_wire_connection_send_raw (self, answer, strlen (answer));
  flow_wire_connection_opened (self);
}

static void
ask (FlowWireConnection *self, const FlowWireHead *head)
{
  FlowWire *wire = self->wire;
  FlowWireVerdict verdict = { .answer = FLOW_WIRE_ACCEPT };

  self->state = FLOW_WIRE_WAITING;
  wire->waiting++;
  self->accept = flow_wire_head_get_accept (head);
  flow_wire_due_set (self, FLOW_WIRE_DUE_WAITING, wire->limits.waiting_ms);
  self->code = 1006;
  if (wire->hooks.upgrade != NULL)
    verdict = wire->hooks.upgrade (self, head, wire->data);
  self->known = verdict.answer != FLOW_WIRE_REFUSE;
  if (verdict.protocol != NULL && !flow_wire_head_has_word (head, "Sec-WebSocket-Protocol", verdict.protocol))
    verdict.protocol = NULL;
  if (verdict.answer != FLOW_WIRE_WAIT)
    flow_wire_handshake_decide (self, &verdict);
  else if (wire->waiting > wire->limits.waiting)
    refuse_error (self, FLOW_ERROR_TOO_MANY_REQUESTS, "too many others wait to be allowed");
  else
    flow_wire_connection_watch (self);
}

/* The head is complete. Only a WebSocket's is taken from the socket. */
static void
take_head (FlowWireConnection *self, char *text, gsize length)
{
  FlowWireHead head;
  FlowWireHeadProblem wrong = flow_wire_head_parse (&head, text, length);

  /* Whoever speaks plain HTTP has words of their own for what is wrong. */
  if (!flow_wire_head_is_upgrade (&head))
    {
      hand_over (self);
      return;
    }
  /* To where the strings of the head are not. */
  if (recv (self->fd, self->wire->scratch + self->wire->limits.head_bytes, length, MSG_DONTWAIT) != (gssize) length)
    {
      flow_wire_connection_lose (self, 1006, NULL);
      return;
    }
  wake_for_each_byte (self);
  if (wrong.status == 0)
    wrong = flow_wire_head_check_upgrade (&head);
  if (wrong.status != 0)
    flow_wire_handshake_refuse (self, wrong.status, "bad_request", wrong.message);
  else
    ask (self, &head);
}

/* Not complete yet: wake when there is more than there is now. Who has been woken for nothing looks now and then. */
static void
wait_for_more (FlowWireConnection *self, gsize there)
{
  gboolean woken_for_nothing = self->taken == there;
  int more = (int) there + 1;

  self->taken = there;
  if (self->events != 0 && !woken_for_nothing &&
      setsockopt (self->fd, SOL_SOCKET, SO_RCVLOWAT, &more, sizeof more) == 0)
    return;
  if (self->events != 0)
    uv_poll_stop (&self->poll);
  self->events = 0;
  if (flow_wire_now (self->wire) - self->heard_ms >= self->wire->limits.head_ms)
    flow_wire_handshake_refuse (self, 408, "timeout", "the head of the request took too long");
  else
    flow_wire_due_set (self, FLOW_WIRE_DUE_LOOK, LOOK_MS);
}

/**
 * flow_wire_handshake_look:
 * @self: a connection that is not open yet
 * @events: libuv's, 0 when some time has passed
 *
 * Look at what has come of a request's head, without taking it.
 */
void
flow_wire_handshake_look (FlowWireConnection *self, int events)
{
  FlowWire *wire = self->wire;
  char *text = (char *) wire->scratch;
  gssize length, end;

  if (self->state == FLOW_WIRE_WAITING)
    {
      /* Nothing is read from it now, so all that can have happened is that it went away. */
      flow_wire_connection_lose (self, 1006, NULL);
      return;
    }
  do
    length = recv (self->fd, text, wire->limits.head_bytes, MSG_PEEK | MSG_DONTWAIT);
  while (length < 0 && errno == EINTR);
  if (length == 0 || (length < 0 && errno != EAGAIN))
    {
      flow_wire_connection_lose (self, 1006, NULL);
      return;
    }
  if (length < 0)
    return;

  end = flow_wire_head_may_upgrade (text, (gsize) length) ? flow_http_text_find_end (text, (gsize) length, NULL) : -1;
  if (end < 0)
    hand_over (self);
  else if (end > 0)
    take_head (self, text, (gsize) end);
  else if ((guint) length >= wire->limits.head_bytes)
    {
      text[length - 1] = '\0';
      if (strcasestr (text, "\nSec-WebSocket-Key:") == NULL && wire->hooks.plain != NULL)
        hand_over (self);
      else
        flow_wire_handshake_refuse (self, 431, "too_large", "the head of the request is too long");
    }
  else if ((events & UV_DISCONNECT) != 0)
    flow_wire_connection_lose (self, 1006, NULL);
  else
    wait_for_more (self, (gsize) length);
}
