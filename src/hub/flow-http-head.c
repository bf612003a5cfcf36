/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-http"

#include "hub/flow-http-head.h"

#include <string.h>

#include "wire/flow-http-text.h"

#define MAX_LENGTH_DIGITS 18
#define MAX_HEADERS 128

static const FlowHttpProblem fine = { 0, NULL };

static FlowHttpProblem
problem (guint status, const char *message)
{
  return (FlowHttpProblem) { status, message };
}

static FlowHttpProblem
parse_target (FlowHttpHead *self, char *target)
{
  static const char scheme[] = "http://";
  char *path = target;
  char *query;

  if (!flow_http_text_is_target (target))
    return problem (400, "bad request target");
  if (g_ascii_strncasecmp (target, scheme, sizeof scheme - 1) == 0)
    {
      char *authority = target + sizeof scheme - 1;

      /* Moved over the last slash, so that there is room for a zero behind it. */
      path = authority + strcspn (authority, "/?");
      self->target_authority = memmove (authority - 1, authority, (gsize) (path - authority));
      path[-1] = '\0';
      if (*path == '\0' || *path == '?')
        {
          self->path = "/";
          return fine;
        }
    }
  else if (g_str_equal (target, "*") && !g_str_equal (self->method, "OPTIONS"))
    return problem (400, "bad request target");
  else if (*target != '/' && !g_str_equal (target, "*"))
    return problem (400, "bad request target");

  query = strchr (path, '?');
  if (query != NULL)
    *query = '\0';
  self->path = path;
  return fine;
}

static FlowHttpProblem
parse_request_line (FlowHttpHead *self, char *line)
{
  char *target = strchr (line, ' ');
  char *version = target != NULL ? strchr (target + 1, ' ') : NULL;

  if (version == NULL || !flow_http_text_is_token (line, target))
    return problem (400, "not an HTTP request");
  *target++ = '\0';
  *version++ = '\0';
  self->method = line;
  self->http_1_0 = g_str_equal (version, "HTTP/1.0");
  if (!self->http_1_0 && !g_str_equal (version, "HTTP/1.1"))
    {
      if (g_str_has_prefix (version, "HTTP/"))
        return problem (505, "only HTTP/1.1 is spoken here");
      return problem (400, "not an HTTP request");
    }
  self->keep_alive = !self->http_1_0;
  return parse_target (self, target);
}

static gint64
parse_length (const char *text)
{
  gint64 length = 0;

  if (*text == '\0' || strlen (text) > MAX_LENGTH_DIGITS)
    return -1;
  for (; *text != '\0'; text++)
    {
      if (!g_ascii_isdigit (*text))
        return -1;
      length = length * 10 + (*text - '0');
    }
  return length;
}

static gboolean
is (const char *name, const char *wanted)
{
  return g_ascii_strcasecmp (name, wanted) == 0;
}

static FlowHttpProblem
take_a (FlowHttpHead *self, const char *name, const char *value)
{
  if (is (name, "Authorization"))
    {
      self->n_authorizations++;
      self->authorization = value;
    }
  else if (is (name, "Access-Control-Request-Method"))
    self->asked_method = value;
  else if (is (name, "Access-Control-Request-Headers"))
    self->asked_headers = value;
  else if (is (name, "Access-Control-Request-Private-Network") || is (name, "Access-Control-Request-Local-Network"))
    self->asked_private_network = is (value, "true");
  return fine;
}

static FlowHttpProblem
take_c (FlowHttpHead *self, const char *name, const char *value)
{
  if (is (name, "Content-Type"))
    self->content_type = value;
  else if (is (name, "Content-Encoding"))
    self->content_encoding = value;
  else if (is (name, "Connection") && flow_http_text_has_word (value, "close"))
    self->keep_alive = FALSE;
  else if (is (name, "Content-Length"))
    {
      self->n_content_lengths++;
      self->content_length = parse_length (value);
      if (self->content_length < 0)
        return problem (400, "Content-Length is not a number");
    }
  return fine;
}

static FlowHttpProblem
take_e_to_o (FlowHttpHead *self, const char *name, const char *value)
{
  if (is (name, "Host"))
    {
      self->n_hosts++;
      self->host = value;
    }
  else if (is (name, "Origin"))
    {
      self->n_origins++;
      self->origin = value;
    }
  else if (is (name, "Expect"))
    {
      if (!is (value, "100-continue"))
        return problem (417, "only 100-continue can be expected");
      self->expects_continue = !self->http_1_0;
    }
  return fine;
}

static FlowHttpProblem
take_s_to_u (FlowHttpHead *self, const char *name, const char *value)
{
  if (is (name, "User-Agent"))
    self->user_agent = value;
  else if (is (name, "Sec-Fetch-Site"))
    self->sec_fetch_site = value;
  else if (is (name, "Sec-Fetch-Dest"))
    self->sec_fetch_dest = value;
  else if (is (name, "Upgrade") && flow_http_text_has_word (value, "websocket"))
    return problem (400, "WebSockets are not served here");
  else if (is (name, "Transfer-Encoding"))
    {
      self->n_transfer_encodings++;
      self->chunked = TRUE;
      if (!is (value, "chunked"))
        return problem (501, "the only Transfer-Encoding is chunked");
    }
  return fine;
}

static FlowHttpProblem
take_header (FlowHttpHead *self, const char *name, const char *value)
{
  switch (g_ascii_tolower (*name))
    {
    case 'a':
      return take_a (self, name, value);
    case 'c':
      return take_c (self, name, value);
    case 'e':
    case 'h':
    case 'o':
      return take_e_to_o (self, name, value);
    case 's':
    case 't':
    case 'u':
      return take_s_to_u (self, name, value);
    default:
      return fine;
    }
}

static FlowHttpProblem
parse_header_line (FlowHttpHead *self, char *line, char *end)
{
  const char *value = flow_http_text_split_header (line, end);

  return value != NULL ? take_header (self, line, value) : problem (400, "bad header line");
}

/* There must be one way only to tell where the body ends (RFC 9112, section 6.3). */
static FlowHttpProblem
check_framing (const FlowHttpHead *self)
{
  if (self->n_content_lengths > 1)
    return problem (400, "more than one Content-Length");
  if (self->n_transfer_encodings > 1)
    return problem (400, "more than one Transfer-Encoding");
  if (self->n_transfer_encodings > 0 && self->n_content_lengths > 0)
    return problem (400, "both Content-Length and Transfer-Encoding");
  if (self->n_transfer_encodings > 0 && self->http_1_0)
    return problem (400, "Transfer-Encoding in HTTP/1.0");
  return fine;
}

/**
 * flow_http_head_parse:
 * @self: where it goes
 * @text: a head with its empty line, see flow_http_text_find_end(); is written into
 * @length: its length in bytes
 *
 * Take the head of a request apart, strictly (RFC 9112): whatever other readers of the same bytes could
 * understand in another way is refused.
 *
 * Returns: the problem; its status is 0 when there is none
 */
FlowHttpProblem
flow_http_head_parse (FlowHttpHead *self, char *text, gsize length)
{
  char *end = text + length;
  FlowHttpProblem result = fine;
  guint lines = 0;

  memset (self, 0, sizeof *self);
  self->content_length = -1;
  self->method = self->path = "";
  for (char *line = text, *next; line < end && result.status == 0; line = next, lines++)
    {
      char *stop = memchr (line, '\n', (gsize) (end - line));

      if (stop == NULL || stop == line || stop[-1] != '\r')
        return problem (400, "bad line end");
      next = stop + 1;
      stop--;
      if (stop == line)
        break;
      if (memchr (line, '\0', (gsize) (stop - line)) != NULL)
        return problem (400, "a zero byte in the head");
      *stop = '\0';
      if (lines > MAX_HEADERS)
        return problem (431, "too many headers");
      result = lines == 0 ? parse_request_line (self, line) : parse_header_line (self, line, stop);
    }
  if (lines == 0)
    return problem (400, "not an HTTP request");
  return result.status == 0 ? check_framing (self) : result;
}
