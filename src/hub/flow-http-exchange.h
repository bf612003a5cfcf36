/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "base/flow-error.h"
#include "hub/flow-guard.h"

G_BEGIN_DECLS

typedef struct _FlowHttpExchange FlowHttpExchange;

/**
 * FlowHttpHead:
 * @method: the method
 * @path: the path of the request target as it came, without query
 * @host: (nullable): `Host`
 * @origin: (nullable): `Origin`
 * @authorization: (nullable): `Authorization`
 * @content_type: (nullable): `Content-Type`
 * @content_encoding: (nullable): `Content-Encoding`
 * @user_agent: (nullable): `User-Agent`
 * @sec_fetch_site: (nullable): `Sec-Fetch-Site`
 * @asked_method: (nullable): `Access-Control-Request-Method`
 * @asked_headers: (nullable): `Access-Control-Request-Headers`
 * @asked_private_network: whether a preflight asks for a private network
 * @content_length: announced length of the body in bytes, -1 when not announced
 * @chunked: whether the body comes in chunks
 * @expects_continue: whether the sender waits for our word before the body
 * @doorway: which of the server's listeners it came in by
 * @cors_origin: (nullable): the origin that the answer may be shown to
 *
 * The head of a request. Belongs to its exchange; the strings end with the HTTP message.
 */
typedef struct
{
  const char *method;
  const char *path;
  const char *host;
  const char *origin;
  const char *authorization;
  const char *content_type;
  const char *content_encoding;
  const char *user_agent;
  const char *sec_fetch_site;
  const char *asked_method;
  const char *asked_headers;
  gboolean asked_private_network;
  gint64 content_length;
  gboolean chunked;
  gboolean expects_continue;
  guint doorway;
  const char *cors_origin;

  /*< private >*/
  guint n_hosts;
  guint n_origins;
  guint n_authorizations;
  guint n_content_lengths;
  guint n_transfer_encodings;
  gboolean bad_length;
} FlowHttpHead;

/**
 * FlowHttpHandler:
 * @area: what the guard needs to know
 * @head: (nullable): called when the head has come and the guard agrees; takes the body with
 *   flow_http_exchange_accept_body(), or answers at once
 * @body: called when the request is complete and not answered yet; answers now or later
 * @error_body: says an error in this protocol's way
 *
 * Who answers requests of one kind. All functions run on the hub thread.
 */
typedef struct
{
  FlowGuardArea area;
  void (*head) (FlowHttpExchange *exchange, gpointer data);
  void (*body) (FlowHttpExchange *exchange, gpointer data);
  GBytes *(*error_body) (FlowHttpExchange *exchange, guint status, FlowError code, const char *message,
                         const char **content_type);
} FlowHttpHandler;

FlowHttpExchange *flow_http_exchange_ref (FlowHttpExchange *self);
void flow_http_exchange_unref (FlowHttpExchange *self);
const FlowHttpHead *flow_http_exchange_get_head (FlowHttpExchange *self);
void flow_http_exchange_accept_body (FlowHttpExchange *self, gsize limit);
GBytes *flow_http_exchange_take_body (FlowHttpExchange *self);
gboolean flow_http_exchange_is_open (FlowHttpExchange *self);
void flow_http_exchange_add_header (FlowHttpExchange *self, const char *name, const char *value);
void flow_http_exchange_respond (FlowHttpExchange *self, guint status, const char *content_type, GBytes *body);
void flow_http_exchange_fail (FlowHttpExchange *self, guint status, FlowError code, const char *reason,
                              const char *message);
void flow_http_exchange_fail_error (FlowHttpExchange *self, const char *reason, const GError *error);
void flow_http_exchange_note (FlowHttpExchange *self, guint status, const char *reason, const char *message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowHttpExchange, flow_http_exchange_unref)

G_END_DECLS
