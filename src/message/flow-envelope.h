/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

/** FLOW_ENVELOPE_MAX_DEPTH: how many levels deep a message may be, its own braces being the first. */
#define FLOW_ENVELOPE_MAX_DEPTH 64
/** FLOW_ENVELOPE_MAX_MEMBERS: how many members a message may have at its top. */
#define FLOW_ENVELOPE_MAX_MEMBERS 64
/** FLOW_ENVELOPE_MAX_NAME: longest `id`, `type`, `source`, `target`, `timestamp`, `reply_to`, `expires`, in bytes. */
#define FLOW_ENVELOPE_MAX_NAME 256

/**
 * FlowSlice:
 * @text: (nullable): the first byte; no zero follows the last. %NULL when there is nothing
 * @length: bytes
 *
 * A part of a text that belongs to somebody else.
 */
typedef struct
{
  const char *text;
  guint length;
} FlowSlice;

/**
 * FlowEnvelope:
 * @id: `id`
 * @type: `type`
 * @source: `source`
 * @target: `target`
 * @timestamp: `timestamp`
 * @reply_to: `reply_to`
 * @expires: `expires`
 * @data: `data`, as it came: some JSON value whose inside nobody has looked at
 * @metadata: `metadata`, as it came
 * @seq: `seq`, as it came: the number of a delivery, which only the hub may write
 * @priority: `priority`, -1 when there is none
 * @ack: whether the sender wants an acknowledgement
 *
 * The outside of a message of the native protocol: what routing needs, as places in the text that was scanned.
 * Names are without escapes: those that came with some are kept in the envelope itself, which therefore must
 * not be copied.
 */
typedef struct
{
  FlowSlice id;
  FlowSlice type;
  FlowSlice source;
  FlowSlice target;
  FlowSlice timestamp;
  FlowSlice reply_to;
  FlowSlice expires;
  FlowSlice data;
  FlowSlice metadata;
  FlowSlice seq;
  int priority;
  gboolean ack;

  /*< private >*/
  guint plain_length;
  char plain[7 * FLOW_ENVELOPE_MAX_NAME];
} FlowEnvelope;

const char *flow_envelope_scan (FlowEnvelope *self, const char *text, gsize length);

/**
 * flow_slice_equal:
 * @self: a slice
 * @text: a zero-terminated text
 *
 * Compare a slice with a text.
 *
 * Returns: whether they are the same bytes
 */
static inline gboolean
flow_slice_equal (FlowSlice self, const char *text)
{
  return self.text != NULL && strlen (text) == self.length && memcmp (self.text, text, self.length) == 0;
}

G_END_DECLS
