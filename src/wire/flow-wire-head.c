/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-wire"

#include "wire/flow-wire-head.h"

#include <string.h>

#include "wire/flow-http-text.h"

#define UUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define KEY_BYTES 16
#define KEY_CHARACTERS 24
#define SHA1_BYTES 20

static const FlowWireHeadProblem fine = { 0, NULL };

static FlowWireHeadProblem
problem (guint status, const char *message)
{
  return (FlowWireHeadProblem) { status, message };
}

/**
 * flow_wire_head_may_upgrade:
 * @text: what has come, the first byte of a connection first
 * @length: its length in bytes, at least 1
 *
 * Find out whether this can become the head of a WebSocket, which only a GET can.
 *
 * Returns: %FALSE when it is something else for sure
 */
gboolean
flow_wire_head_may_upgrade (const char *text, gsize length)
{
  static const char method[] = "GET ";

  return memcmp (text, method, MIN (length, sizeof method - 1)) == 0;
}

static FlowWireHeadProblem
parse_request_line (FlowWireHead *self, char *line)
{
  char *target = strchr (line, ' ');
  char *version = target != NULL ? strchr (target + 1, ' ') : NULL;

  if (version == NULL || !flow_http_text_is_token (line, target))
    return problem (400, "not an HTTP request");
  *target++ = '\0';
  *version++ = '\0';
  self->method = line;
  self->target = target;
  if (!g_str_equal (version, "HTTP/1.1"))
    return problem (g_str_has_prefix (version, "HTTP/") ? 505 : 400, "only HTTP/1.1 is spoken here");
  return flow_http_text_is_target (target) ? fine : problem (400, "bad request target");
}

static FlowWireHeadProblem
parse_header_line (FlowWireHead *self, char *line, char *end)
{
  const char *value = flow_http_text_split_header (line, end);

  if (value == NULL)
    return problem (400, "bad header line");
  if (self->n_headers == FLOW_WIRE_MAX_HEADERS)
    return problem (431, "too many header lines");
  self->headers[self->n_headers++] = (FlowWireHeader) { line, value };
  return fine;
}

/**
 * flow_wire_head_parse:
 * @self: where it goes
 * @text: a head with its empty line, see flow_http_text_find_end(); is written into
 * @length: its length in bytes
 *
 * Take the head of a request apart, strictly (RFC 9112).
 *
 * Returns: the problem; its status is 0 when there is none
 */
FlowWireHeadProblem
flow_wire_head_parse (FlowWireHead *self, char *text, gsize length)
{
  char *line = text;
  char *end = text + length - 2;
  FlowWireHeadProblem wrong = fine;

  self->method = self->target = NULL;
  self->n_headers = 0;
  if (memchr (text, '\0', length) != NULL)
    return problem (400, "not an HTTP request");
  for (gboolean first = TRUE; line < end && wrong.status == 0; first = FALSE)
    {
      char *next = memchr (line, '\n', (gsize) (end - line));

      g_assert (next != NULL && next[-1] == '\r');
      next[-1] = '\0';
      if (memchr (line, '\r', (gsize) (next - 1 - line)) != NULL)
        return problem (400, "bad header line");
      wrong = first ? parse_request_line (self, line) : parse_header_line (self, line, next - 1);
      line = next + 1;
    }
  if (wrong.status == 0 && self->method == NULL)
    return problem (400, "not an HTTP request");
  return wrong;
}

/**
 * flow_wire_head_get:
 * @self: a head
 * @name: name of a header, in any case
 * @count: (out) (optional): how many of them there are
 *
 * Get the value of a header; of several, the last.
 *
 * Returns: (nullable): the value
 */
const char *
flow_wire_head_get (const FlowWireHead *self, const char *name, guint *count)
{
  const char *value = NULL;
  guint n = 0;

  for (guint i = 0; i < self->n_headers; i++)
    {
      if (g_ascii_strcasecmp (self->headers[i].name, name) == 0)
        {
          value = self->headers[i].value;
          n++;
        }
    }
  if (count != NULL)
    *count = n;
  return value;
}

/**
 * flow_wire_head_has_word:
 * @self: a head
 * @name: name of a header whose value is a list with commas
 * @word: a word, in any case
 *
 * Find out whether a word is in a header, or in one of several of that name.
 *
 * Returns: whether it is
 */
gboolean
flow_wire_head_has_word (const FlowWireHead *self, const char *name, const char *word)
{
  for (guint i = 0; i < self->n_headers; i++)
    {
      if (g_ascii_strcasecmp (self->headers[i].name, name) == 0 &&
          flow_http_text_has_word (self->headers[i].value, word))
        return TRUE;
    }
  return FALSE;
}

/**
 * flow_wire_head_is_upgrade:
 * @self: a head
 *
 * Find out whether a request wants to become a WebSocket, rightly or not.
 *
 * Returns: whether it does
 */
gboolean
flow_wire_head_is_upgrade (const FlowWireHead *self)
{
  return flow_wire_head_has_word (self, "Upgrade", "websocket");
}

static gboolean
is_key (const char *key)
{
  g_autofree guchar *bytes = NULL;
  gsize length;

  if (strlen (key) != KEY_CHARACTERS || strspn (key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                                     "0123456789+/") != KEY_CHARACTERS - 2)
    return FALSE;
  bytes = g_base64_decode (key, &length);
  return length == KEY_BYTES;
}

/**
 * flow_wire_head_check_upgrade:
 * @self: a head that wants to become a WebSocket
 *
 * Check that it may, as far as the protocol goes (RFC 6455, section 4.2.1).
 *
 * Returns: the problem; its status is 0 when there is none, 426 when another version is wanted
 */
FlowWireHeadProblem
flow_wire_head_check_upgrade (const FlowWireHead *self)
{
  const char *key, *version;
  guint keys, versions, hosts;

  if (!g_str_equal (self->method, "GET"))
    return problem (405, "only a GET can become a WebSocket");
  flow_wire_head_get (self, "Host", &hosts);
  if (hosts != 1)
    return problem (400, "there must be one Host");
  if (!flow_wire_head_has_word (self, "Connection", "Upgrade"))
    return problem (400, "Connection must say Upgrade");
  if (flow_wire_head_get (self, "Content-Length", NULL) != NULL ||
      flow_wire_head_get (self, "Transfer-Encoding", NULL) != NULL)
    return problem (400, "a request that becomes a WebSocket has no body");
  version = flow_wire_head_get (self, "Sec-WebSocket-Version", &versions);
  if (versions != 1 || !g_str_equal (version, "13"))
    return problem (426, "the version of WebSockets that is spoken here is 13");
  key = flow_wire_head_get (self, "Sec-WebSocket-Key", &keys);
  if (keys != 1 || !is_key (key))
    return problem (400, "Sec-WebSocket-Key must be 16 bytes in base64");
  return fine;
}

/**
 * flow_wire_head_get_accept:
 * @self: a head that flow_wire_head_check_upgrade() found nothing wrong with
 *
 * Make the value of `Sec-WebSocket-Accept` (RFC 6455, section 4.2.2).
 *
 * Returns: (transfer full): the value
 */
char *
flow_wire_head_get_accept (const FlowWireHead *self)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA1);
  const char *key = flow_wire_head_get (self, "Sec-WebSocket-Key", NULL);
  guint8 digest[SHA1_BYTES];
  gsize length = sizeof digest;

  g_checksum_update (checksum, (const guchar *) key, -1);
  g_checksum_update (checksum, (const guchar *) UUID, -1);
  g_checksum_get_digest (checksum, digest, &length);
  return g_base64_encode (digest, length);
}
