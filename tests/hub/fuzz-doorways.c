/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <stddef.h>
#include <stdint.h>

#include "hub/doorways/flow-atomic-chrome.h"
#include "hub/doorways/flow-ghost-text.h"
#include "hub/edits/flow-edit-read.h"
#include "hub/flow-json-read.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* What was read can be written, and read again. */
static void
check_field (const FlowFieldProtocol *protocol, JsonObject *object)
{
  g_auto (FlowFieldMessage) message = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (!protocol->read (object, &message, &error))
    {
      g_assert (error != NULL && message.text == NULL);
      return;
    }
  g_assert (error == NULL);
  if (message.text == NULL)
    return;
  g_assert (!message.has_cursor || (message.cursor.start <= flow_text_get_length (message.text) &&
                                    message.cursor.end <= flow_text_get_length (message.text)));
  bytes = flow_field_write (protocol, message.text, message.has_cursor ? &message.cursor : NULL);
  g_assert (g_bytes_get_size (bytes) > flow_text_get_size (message.text));
}

static void
check_request (JsonObject *object)
{
  g_auto (FlowEditRequest) request = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *url = NULL;

  if (!flow_edit_request_read (&request, object, &error))
    {
      g_assert (error != NULL);
      return;
    }
  g_assert (error == NULL && request.opening.text != NULL);
  url = flow_edit_bind_url (request.opening.url, "https://app.example");
  g_assert (g_str_has_prefix (url, "https://app.example"));
}

static void
check_update (JsonObject *object)
{
  g_auto (FlowEditUpdate) update = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean ok = flow_edit_update_read (&update, object, &error);

  g_assert (ok == (error == NULL));
  if (ok && update.operation != NULL)
    g_assert (update.has_base && update.op_id != NULL);
}

/* Any bytes as a message of each doorway for texts. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (JsonObject) object = flow_json_read_object ((const char *) data, size, NULL);
  JsonObject *payload = object != NULL ? flow_json_get_object (object, "payload") : NULL;

  if (object == NULL)
    return 0;
  check_field (&flow_ghost_text, object);
  check_field (&flow_atomic_chrome, object);
  check_request (payload != NULL ? payload : object);
  check_update (payload != NULL ? payload : object);
  return 0;
}
