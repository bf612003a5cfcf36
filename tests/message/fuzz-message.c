/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <stddef.h>
#include <stdint.h>

#include "message/flow-message-validate.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Any bytes as a message that is read to the bottom. What is valid stays so with a number of delivery. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  g_autoptr (FlowMessage) message = flow_message_new_from_bytes (bytes, NULL);
  g_autoptr (FlowMessage) numbered = NULL;
  g_autoptr (GError) error = NULL;
  const char *text;
  gint64 number;

  if (message == NULL)
    return 0;
  flow_message_get_string (message, "file", &text);
  flow_message_get_int (message, "line", &number);
  flow_message_get_metadata (message, "sessionId");
  numbered = flow_message_new_with_seq (message, 1);
  g_assert (flow_message_get_seq (numbered) == 1);
  if (flow_message_validate (message, &error))
    g_assert (flow_message_validate (numbered, NULL));
  else
    g_assert (error != NULL);
  return 0;
}
