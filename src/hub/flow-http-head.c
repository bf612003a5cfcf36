/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-http"

#include <string.h>

#include "hub/flow-http-private.h"

#define MAX_LENGTH_DIGITS 18

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

static void
take_length (FlowHttpHead *self, const char *value)
{
  self->n_content_lengths++;
  self->content_length = parse_length (value);
  self->bad_length = self->bad_length || self->content_length < 0;
}

static gboolean
is (const char *name, const char *wanted)
{
  return g_ascii_strcasecmp (name, wanted) == 0;
}

static void
take_c (FlowHttpHead *self, const char *name, const char *value)
{
  if (is (name, "Content-Length"))
    take_length (self, value);
  else if (is (name, "Content-Type"))
    self->content_type = value;
  else if (is (name, "Content-Encoding"))
    self->content_encoding = value;
}

static void
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
  else if (is (name, "Access-Control-Request-Private-Network") ||
           is (name, "Access-Control-Request-Local-Network"))
    self->asked_private_network = is (value, "true");
}

static void
take_header (FlowHttpHead *self, const char *name, const char *value)
{
  switch (g_ascii_tolower (*name))
    {
    case 'a':
      take_a (self, name, value);
      break;
    case 'c':
      take_c (self, name, value);
      break;
    case 'h':
      if (is (name, "Host"))
        {
          self->n_hosts++;
          self->host = value;
        }
      break;
    case 'o':
      if (is (name, "Origin"))
        {
          self->n_origins++;
          self->origin = value;
        }
      break;
    case 's':
      if (is (name, "Sec-Fetch-Site"))
        self->sec_fetch_site = value;
      break;
    case 't':
      if (is (name, "Transfer-Encoding"))
        self->n_transfer_encodings++;
      break;
    case 'u':
      if (is (name, "User-Agent"))
        self->user_agent = value;
      break;
    default:
      break;
    }
}

/**
 * flow_http_head_parse:
 * @self: where it goes
 * @msg: a message whose head has come
 *
 * Collect what matters of a request's head in one pass over its headers.
 */
void
flow_http_head_parse (FlowHttpHead *self, SoupServerMessage *msg)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (msg);
  SoupMessageHeadersIter iter;
  const char *name, *value;

  memset (self, 0, sizeof *self);
  self->content_length = -1;
  self->method = soup_server_message_get_method (msg);
  self->path = soup_server_message_is_options_ping (msg) ? "*" : g_uri_get_path (soup_server_message_get_uri (msg));
  if (*self->path == '\0')
    self->path = "/";

  soup_message_headers_iter_init (&iter, headers);
  while (soup_message_headers_iter_next (&iter, &name, &value))
    take_header (self, name, value);

  self->chunked = soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CHUNKED;
  self->expects_continue = (soup_message_headers_get_expectations (headers) & SOUP_EXPECTATION_CONTINUE) != 0;
}

/**
 * flow_http_head_check_framing:
 * @self: a head
 *
 * Check that there is one way only to tell where the body ends (RFC 9112, section 6.3): not both a length
 * and chunks, neither of them twice, and a length of digits.
 *
 * Returns: (nullable): what is wrong
 */
const char *
flow_http_head_check_framing (const FlowHttpHead *self)
{
  if (self->bad_length)
    return "Content-Length is not a number";
  if (self->n_content_lengths > 1)
    return "more than one Content-Length";
  if (self->n_transfer_encodings > 1)
    return "more than one Transfer-Encoding";
  if (self->n_transfer_encodings > 0 && self->n_content_lengths > 0)
    return "both Content-Length and Transfer-Encoding";
  return NULL;
}
