/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-wire"

#include "wire/flow-wire-message.h"

/**
 * flow_wire_message_get_bytes:
 * @self: a message
 *
 * Get a message as bytes that can be kept and that any thread may read. A long message is not copied.
 *
 * Returns: (transfer none): the bytes; take a reference to keep them
 */
GBytes *
flow_wire_message_get_bytes (FlowWireMessage *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (self->bytes == NULL)
    self->bytes = g_bytes_new (self->data, self->length);
  return self->bytes;
}
