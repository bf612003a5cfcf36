/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <glib.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "message/flow-envelope.h"
#include "message/flow-utf8-check.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* A name is in the text, or without its escapes in the envelope. */
static void
check_slice (FlowSlice slice, const FlowEnvelope *envelope, const char *text, gsize length)
{
  gboolean in_text = slice.text >= text && slice.text + slice.length <= text + length;
  gboolean in_envelope = slice.text >= envelope->plain &&
                         slice.text + slice.length <= envelope->plain + sizeof envelope->plain;

  g_assert (slice.text == NULL ? slice.length == 0 : slice.length > 0 && (in_text || in_envelope));
}

/* Any bytes as a message. What is not UTF-8 never gets here, and must do no harm if it did. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *text = (const char *) data;
  FlowUtf8Check check = { 0 };
  FlowEnvelope envelope;
  gboolean valid = flow_utf8_check (&check, data, size) && flow_utf8_check_is_complete (&check);

  if (valid && memchr (data, '\0', size) == NULL)
    g_assert (g_utf8_validate_len (text, size, NULL));
  if (flow_envelope_scan (&envelope, text, size) != NULL)
    return 0;
  check_slice (envelope.id, &envelope, text, size);
  check_slice (envelope.type, &envelope, text, size);
  check_slice (envelope.source, &envelope, text, size);
  check_slice (envelope.target, &envelope, text, size);
  check_slice (envelope.timestamp, &envelope, text, size);
  check_slice (envelope.reply_to, &envelope, text, size);
  check_slice (envelope.expires, &envelope, text, size);
  check_slice (envelope.data, &envelope, text, size);
  check_slice (envelope.metadata, &envelope, text, size);
  g_assert (envelope.id.text != NULL && envelope.type.text != NULL);
  g_assert (envelope.priority >= -1 && envelope.priority <= 9);
  return 0;
}
