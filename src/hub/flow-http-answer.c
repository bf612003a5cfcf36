/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-http"

#include "hub/flow-http-answer.h"

static const char *
get_phrase (guint status)
{
  static const struct
  {
    guint status;
    const char *phrase;
  } rows[] = {
    { 200, "OK" },
    { 202, "Accepted" },
    { 204, "No Content" },
    { 400, "Bad Request" },
    { 401, "Unauthorized" },
    { 403, "Forbidden" },
    { 404, "Not Found" },
    { 405, "Method Not Allowed" },
    { 408, "Request Timeout" },
    { 409, "Conflict" },
    { 413, "Content Too Large" },
    { 415, "Unsupported Media Type" },
    { 417, "Expectation Failed" },
    { 421, "Misdirected Request" },
    { 429, "Too Many Requests" },
    { 431, "Request Header Fields Too Large" },
    { 500, "Internal Server Error" },
    { 501, "Not Implemented" },
    { 503, "Service Unavailable" },
    { 504, "Gateway Timeout" },
    { 505, "HTTP Version Not Supported" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      if (rows[i].status == status)
        return rows[i].phrase;
    }
  return "Unknown";
}

/**
 * flow_http_answer_write:
 * @out: where it goes; what was there is dropped
 * @answer: the answer
 *
 * Write an answer as it goes over the wire.
 */
void
flow_http_answer_write (GString *out, const FlowHttpAnswer *answer)
{
  gsize length = answer->body != NULL ? g_bytes_get_size (answer->body) : 0;

  g_string_truncate (out, 0);
  g_string_append_printf (out, "HTTP/1.1 %u %s\r\nDate: %s\r\n", answer->status, get_phrase (answer->status),
                          answer->date);
  if (answer->content_type != NULL)
    g_string_append_printf (out, "Content-Type: %s\r\n", answer->content_type);
  if (answer->status != 204)
    g_string_append_printf (out, "Content-Length: %" G_GSIZE_FORMAT "\r\n", length);
  if (answer->headers != NULL)
    g_string_append_len (out, answer->headers->str, (gssize) answer->headers->len);
  if (!answer->keep)
    g_string_append (out, "Connection: close\r\n");
  g_string_append (out, "\r\n");
  if (length > 0 && !answer->without_body)
    g_string_append_len (out, g_bytes_get_data (answer->body, NULL), (gssize) length);
}
