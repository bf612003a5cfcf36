/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-message"

#include "message/flow-message-type-private.h"

#include <string.h>

/**
 * flow_message_type_find:
 * @name: (array length=length): a type from a message
 * @length: its length in bytes
 *
 * Find what is known about a type. May be called from any thread.
 *
 * Returns: (nullable) (transfer none): the row, %NULL for a type that is only passed on
 */
const FlowMessageType *
flow_message_type_find (const char *name, gsize length)
{
  if (length > flow_message_longest_type)
    return NULL;
  for (guint i = flow_message_first_type[length]; i < flow_message_first_type[length + 1]; i++)
    {
      if (memcmp (flow_message_types[i].name, name, length) == 0)
        return &flow_message_types[i];
    }
  return NULL;
}

/**
 * flow_message_type_list:
 * @n_types: (out): how many there are
 *
 * Get all types, in no order that means anything.
 *
 * Returns: (array length=n_types) (transfer none): the rows
 */
const FlowMessageType *
flow_message_type_list (guint *n_types)
{
  *n_types = flow_message_n_types;
  return flow_message_types;
}

/**
 * flow_message_type_allows:
 * @self: (nullable): a type, %NULL for one that is not known
 * @kind: who wants to send it
 *
 * Find out whether a kind of channel may send a type (protocol.md, "Guard", rule 6). What is not known everybody may
 * send but pages.
 *
 * Returns: %TRUE when it may
 */
gboolean
flow_message_type_allows (const FlowMessageType *self, FlowChannelKind kind)
{
  return self != NULL ? (self->senders & FLOW_CHANNEL_KIND_MASK (kind)) != 0 : kind != FLOW_CHANNEL_KIND_BROWSER_PAGE;
}
