/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "base/flow-error.h"
#include "hub/flow-guard.h"
#include "hub/flow-http-head.h"

G_BEGIN_DECLS

typedef struct _FlowHttpExchange FlowHttpExchange;

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
gboolean flow_http_exchange_only_get (FlowHttpExchange *self, gboolean pages);
void flow_http_exchange_note (FlowHttpExchange *self, guint status, const char *reason, const char *message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowHttpExchange, flow_http_exchange_unref)

G_END_DECLS
