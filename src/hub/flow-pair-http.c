/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-pairing"

#include "hub/flow-pair-http.h"

#include <string.h>

#include "base/flow-id.h"
#include "hub/flow-hub-private.h"
#include "hub/flow-json-read.h"
#include "hub/flow-public.h"
#include "message/flow-json-member.h"
#include "message/flow-json-writer.h"

#define PAIR_PATH "/pair"
#define BODY_LIMIT (16 * 1024)
#define TOKEN_BITS 256

/* A client that fetches its token, while it is made durable. */
typedef struct
{
  FlowHub *hub;
  FlowHttpExchange *exchange;
  char *token;
} Fetch;

static void
fetch_free (Fetch *fetch)
{
  flow_http_exchange_unref (fetch->exchange);
  g_free (fetch->token);
  g_free (fetch);
}

/**
 * flow_pair_has_path:
 * @path: a request's path
 *
 * Returns: whether it is about pairing
 */
gboolean
flow_pair_has_path (const char *path)
{
  return g_str_equal (path, PAIR_PATH) || g_str_has_prefix (path, PAIR_PATH "/");
}

static void
respond (FlowHttpExchange *exchange, guint status, GString *json)
{
  g_autoptr (GBytes) body = g_string_free_to_bytes (json);

  flow_http_exchange_add_header (exchange, "Cache-Control", "no-store");
  flow_http_exchange_respond (exchange, status, "application/json", body);
}

static void
respond_token (Fetch *fetch)
{
  GString *out = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, out);
  flow_json_writer_begin_object (&writer);
  flow_json_member_text (&writer, "token", fetch->token, -1);
  flow_json_writer_end_object (&writer);
  respond (fetch->exchange, 200, out);
}

/* The token opens something before the client knows it. */
static void
added_cb (gpointer data, const GError *error)
{
  Fetch *fetch = data;

  if (error != NULL)
    flow_http_exchange_fail_error (fetch->exchange, NULL, error);
  else
    {
      flow_hub_use_policy (fetch->hub);
      flow_hub_news_change (fetch->hub->news);
      respond_token (fetch);
    }
  fetch_free (fetch);
}

static void
hand_out (FlowHub *hub, FlowHttpExchange *exchange, const FlowPairingRequest *request)
{
  Fetch *fetch = g_new (Fetch, 1);

  g_autofree char *name = g_strdup (request->name);
  g_autofree char *kind = g_strdup (request->kind);

  *fetch = (Fetch) { hub, flow_http_exchange_ref (exchange), flow_id_new_token (TOKEN_BITS) };
  /* Once: whoever asks again, asks in vain. */
  flow_pairing_remove (hub->pairing, request->id);
  flow_clients_add (hub->clients, name, kind, fetch->token, added_cb, fetch);
}

static void
respond_request (FlowHttpExchange *exchange, const FlowPairingRequest *request)
{
  gint64 left_us = request->expires_us - flow_clock_monotonic_us (flow_clock_system ());
  GString *out = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, out);
  flow_json_writer_begin_object (&writer);
  flow_json_member_text (&writer, "request", request->id, -1);
  flow_json_member_text (&writer, "code", request->code, -1);
  flow_json_writer_key (&writer, "expires_in");
  flow_json_writer_int64 (&writer, (left_us + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);
  flow_json_writer_end_object (&writer);
  respond (exchange, 202, out);
}

static void
poll_request (FlowHub *hub, FlowHttpExchange *exchange, const char *id)
{
  const FlowPairingRequest *request = flow_pairing_find (hub->pairing, id);

  if (request == NULL)
    flow_http_exchange_fail (exchange, 0, FLOW_ERROR_NOT_FOUND, "pair", "there is no such request, or it is too old");
  else if (request->state == FLOW_PAIRING_DENIED)
    flow_http_exchange_fail (exchange, 0, FLOW_ERROR_FORBIDDEN, "pair", "the user does not want it");
  else if (request->state == FLOW_PAIRING_ASKED)
    respond_request (exchange, request);
  else
    hand_out (hub, exchange, request);
}

static void
ask (FlowHub *hub, FlowHttpExchange *exchange)
{
  g_autoptr (GBytes) body = flow_http_exchange_take_body (exchange);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) arguments = NULL;
  const FlowPairingRequest *request = NULL;

  arguments = flow_json_read_object (g_bytes_get_data (body, NULL), g_bytes_get_size (body), &error);
  if (arguments != NULL)
    request = flow_pairing_ask (hub->pairing, flow_json_get_string (arguments, "name"),
                                flow_json_get_string (arguments, "kind"), &error);
  if (request == NULL)
    {
      flow_http_exchange_fail_error (exchange, "pair", error);
      return;
    }
  flow_hub_news_pair (hub->news, request->id, request->name, request->kind, request->code);
  respond_request (exchange, request);
}

static void
head_cb (FlowHttpExchange *exchange, gpointer data)
{
  const FlowHttpHead *head = flow_http_exchange_get_head (exchange);
  gboolean asks = g_str_equal (head->path, PAIR_PATH);

  if (!((FlowHub *) data)->open)
    flow_http_exchange_fail (exchange, 0, FLOW_ERROR_BUSY, "starting", "the hub is starting or stopping");
  else if (!g_str_equal (head->method, asks ? "POST" : "GET"))
    {
      flow_http_exchange_add_header (exchange, "Allow", asks ? "POST" : "GET");
      flow_http_exchange_fail (exchange, 0, FLOW_ERROR_METHOD_NOT_ALLOWED, "method", asks ? "use POST" : "use GET");
    }
  else if (asks)
    flow_http_exchange_accept_body (exchange, BODY_LIMIT);
}

static void
body_cb (FlowHttpExchange *exchange, gpointer data)
{
  const char *path = flow_http_exchange_get_head (exchange)->path;

  if (g_str_equal (path, PAIR_PATH))
    ask (data, exchange);
  else
    poll_request (data, exchange, path + strlen (PAIR_PATH "/"));
}

static GBytes *
error_body (FlowHttpExchange *exchange, guint status, FlowError code, const char *message, const char **content_type)
{
  return flow_json_error_body (status, code, message, content_type);
}

const FlowHttpHandler flow_pair_handler = {
  .area = FLOW_GUARD_PAIR,
  .head = head_cb,
  .body = body_cb,
  .error_body = error_body,
};
