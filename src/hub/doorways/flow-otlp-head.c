/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-otlp"

#include "hub/doorways/flow-otlp-head.h"

#include <string.h>

#include "trace/flow-otlp-status.h"

#define JSON_TYPE "application/json"
#define PROTOBUF_TYPE "application/x-protobuf"

/* google.rpc.Code */
enum
{
  RPC_UNKNOWN = 2,
  RPC_INVALID_ARGUMENT = 3,
  RPC_NOT_FOUND = 5,
  RPC_PERMISSION_DENIED = 7,
  RPC_RESOURCE_EXHAUSTED = 8,
  RPC_INTERNAL = 13,
  RPC_UNAVAILABLE = 14,
  RPC_UNAUTHENTICATED = 16,
};

/**
 * flow_otlp_head_find_signal:
 * @path: a request's path
 * @signal: (out): what is exported to it
 *
 * Find out which of the three export requests a path is for. Nothing but the exact path counts.
 *
 * Returns: %FALSE when it is none
 */
gboolean
flow_otlp_head_find_signal (const char *path, FlowSignal *signal)
{
  static const char *const paths[FLOW_N_SIGNALS] = {
    [FLOW_SIGNAL_TRACES] = "/v1/traces",
    [FLOW_SIGNAL_LOGS] = "/v1/logs",
    [FLOW_SIGNAL_METRICS] = "/v1/metrics",
  };

  for (int i = 0; i < FLOW_N_SIGNALS; i++)
    {
      if (g_str_equal (path, paths[i]))
        {
          *signal = (FlowSignal) i;
          return TRUE;
        }
    }
  return FALSE;
}

static gboolean
is_type (const char *text, const char *type)
{
  gsize length = strlen (type);

  if (g_ascii_strncasecmp (text, type, length) != 0)
    return FALSE;
  text += length;
  while (g_ascii_isspace (*text))
    text++;
  return *text == '\0' || *text == ';';
}

/**
 * flow_otlp_head_find_encoding:
 * @content_type: (nullable): a `Content-Type`; parameters do not matter
 * @json: (out): whether the body is JSON, else it is protobuf
 *
 * Find out how a body is encoded.
 *
 * Returns: %FALSE when it is neither
 */
gboolean
flow_otlp_head_find_encoding (const char *content_type, gboolean *json)
{
  if (content_type == NULL)
    return FALSE;
  while (g_ascii_isspace (*content_type))
    content_type++;
  *json = is_type (content_type, JSON_TYPE);
  return *json || is_type (content_type, PROTOBUF_TYPE);
}

/**
 * flow_otlp_head_find_coding:
 * @content_encoding: (nullable): a `Content-Encoding`
 * @gzip: (out): whether the body is compressed
 *
 * Find out whether a body is compressed.
 *
 * Returns: %FALSE when it is in a way that is not supported
 */
gboolean
flow_otlp_head_find_coding (const char *content_encoding, gboolean *gzip)
{
  *gzip = content_encoding != NULL && g_ascii_strcasecmp (content_encoding, "gzip") == 0;
  return *gzip || content_encoding == NULL || *content_encoding == '\0' ||
         g_ascii_strcasecmp (content_encoding, "identity") == 0;
}

/**
 * flow_otlp_media_type:
 * @json: how a request was encoded
 *
 * Returns: the `Content-Type` of its answer, which must be the same
 */
const char *
flow_otlp_media_type (gboolean json)
{
  return json ? JSON_TYPE : PROTOBUF_TYPE;
}

static int
rpc_code (guint status)
{
  switch (status)
    {
    case 401:
      return RPC_UNAUTHENTICATED;
    case 403:
      return RPC_PERMISSION_DENIED;
    case 404:
      return RPC_NOT_FOUND;
    case 413:
      return RPC_RESOURCE_EXHAUSTED;
    case 408:
    case 429:
    case 503:
      return RPC_UNAVAILABLE;
    default:
      if (status >= 500)
        return RPC_INTERNAL;
      return status >= 400 ? RPC_INVALID_ARGUMENT : RPC_UNKNOWN;
    }
}

/**
 * flow_otlp_head_error_body:
 * @request_type: (nullable): the request's `Content-Type`
 * @status: the HTTP status of the answer
 * @message: what went wrong
 * @content_type: (out): the answer's `Content-Type`
 *
 * Say an error as OTLP wants it: a google.rpc.Status in the request's encoding, and plain text where the
 * request has none or it is about method or type, as the collector does.
 *
 * Returns: (transfer full): the answer's body
 */
GBytes *
flow_otlp_head_error_body (const char *request_type, guint status, const char *message, const char **content_type)
{
  gboolean json;

  if (status == 405 || status == 415 || !flow_otlp_head_find_encoding (request_type, &json))
    {
      *content_type = "text/plain; charset=utf-8";
      return g_bytes_new (message, strlen (message));
    }
  *content_type = flow_otlp_media_type (json);
  return flow_otlp_status_body (json, rpc_code (status), message);
}
