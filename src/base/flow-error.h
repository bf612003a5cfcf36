/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

#include "base/flow-error-codes.h"

G_BEGIN_DECLS

/**
 * FLOW_ERROR:
 *
 * The one error domain of FlowScope. Its codes are `data/protocol/errors.json`, so an error has the same
 * name in C, in an HTTP answer, in a WebSocket `error` message and in the clients.
 */
#define FLOW_ERROR (flow_error_quark ())

/**
 * FlowErrorInfo:
 * @code: the literal code on the wire, `too_large`
 * @http_status: the HTTP status that carries it
 * @close_code: the WebSocket close code, when it ends a connection
 * @advice: one English sentence, what the receiver should do
 */
typedef struct
{
  const char *code;
  int http_status;
  int close_code;
  const char *advice;
} FlowErrorInfo;

extern const FlowErrorInfo flow_error_table[FLOW_N_ERRORS];

GQuark flow_error_quark (void);
const FlowErrorInfo *flow_error_info (FlowError error);
const FlowErrorInfo *flow_error_info_for (const GError *error);
gboolean flow_error_from_code (const char *code, FlowError *error);

G_END_DECLS
