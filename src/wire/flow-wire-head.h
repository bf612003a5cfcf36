/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** FLOW_WIRE_MAX_HEADERS: most header lines of a request that wants to be a WebSocket. */
#define FLOW_WIRE_MAX_HEADERS 64

/**
 * FlowWireHeader:
 * @name: its name as it came
 * @value: its value without the blanks around
 *
 * A header line.
 */
typedef struct
{
  const char *name;
  const char *value;
} FlowWireHeader;

/**
 * FlowWireHead:
 * @method: the method
 * @target: the request target as it came
 * @headers: the header lines in their order
 * @n_headers: how many
 *
 * The head of a request. All strings are in the text that was parsed.
 */
typedef struct
{
  const char *method;
  const char *target;
  FlowWireHeader headers[FLOW_WIRE_MAX_HEADERS];
  guint n_headers;
} FlowWireHead;

/**
 * FlowWireHeadProblem:
 * @status: the HTTP status of the answer, 0 when there is no problem
 * @message: what is wrong
 */
typedef struct
{
  guint status;
  const char *message;
} FlowWireHeadProblem;

gboolean flow_wire_head_may_upgrade (const char *text, gsize length);
FlowWireHeadProblem flow_wire_head_parse (FlowWireHead *self, char *text, gsize length);
const char *flow_wire_head_get (const FlowWireHead *self, const char *name, guint *count);
gboolean flow_wire_head_has_word (const FlowWireHead *self, const char *name, const char *word);
gboolean flow_wire_head_is_upgrade (const FlowWireHead *self);
FlowWireHeadProblem flow_wire_head_check_upgrade (const FlowWireHead *self);
char *flow_wire_head_get_accept (const FlowWireHead *self);

G_END_DECLS
