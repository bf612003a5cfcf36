/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** FLOW_WIRE_SHARED_FROM: payloads from this size on are shared by those that they are sent to, not copied. */
#define FLOW_WIRE_SHARED_FROM (16 * 1024)

/**
 * FlowWireKind:
 * @FLOW_WIRE_TEXT: UTF-8
 * @FLOW_WIRE_BINARY: any bytes
 *
 * What a message is.
 */
typedef enum
{
  FLOW_WIRE_TEXT = 1,
  FLOW_WIRE_BINARY = 2,
} FlowWireKind;

/**
 * FlowWireMessage:
 * @kind: what it is; a text has been checked to be UTF-8
 * @data: its bytes, not zero-terminated; valid until the hook returns
 * @length: how many
 *
 * A message that has come. Who keeps it beyond the hook takes it as bytes, see flow_wire_message_get_bytes().
 */
typedef struct
{
  FlowWireKind kind;
  const guint8 *data;
  gsize length;

  /*< private >*/
  GBytes *bytes;
} FlowWireMessage;

GBytes *flow_wire_message_get_bytes (FlowWireMessage *self);

G_END_DECLS
