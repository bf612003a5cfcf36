/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include <string.h>

#include "base/flow-id.h"
#include "cloud/flow-cloud-handlers.h"
#include "cloud/flow-cloud-read.h"
#include "message/flow-json-member.h"

static void
write_label (FlowJsonWriter *json, GBytes *label)
{
  gsize size = 0;
  const guint8 *data = label != NULL ? g_bytes_get_data (label, &size) : NULL;

  flow_json_writer_key (json, "label");
  if (label == NULL)
    flow_json_writer_null (json);
  else
    flow_json_writer_base64 (json, data, size);
}

static void
write_device (FlowCloudRequest *request, FlowJsonWriter *json, const FlowCloudDevice *device)
{
  FlowCloudFanout *fanout = flow_cloud_get_fanout (request->cloud);

  flow_json_writer_begin_object (json);
  flow_json_member_id (json, "id", device->id, sizeof device->id);
  write_label (json, device->label);
  flow_json_writer_key (json, "created");
  flow_json_writer_time (json, device->created_ms * 1000000);
  flow_json_writer_key (json, "last_seen");
  flow_json_writer_time (json, device->seen_ms * 1000000);
  flow_json_member_flag (json, "connected", flow_cloud_fanout_is_connected (fanout, request->caller.user, device->id));
  flow_json_member_flag (json, "retired", device->state == FLOW_CLOUD_DEVICE_RETIRED);
  flow_json_writer_end_object (json);
}

/**
 * flow_cloud_list_devices:
 * @request: a request
 * @data: the storage
 * @error: return location
 *
 * List the devices of an account.
 *
 * Returns: %FALSE with what the storage says
 */
gboolean
flow_cloud_list_devices (FlowCloudRequest *request, FlowCloudData *data, GError **error)
{
  g_autoptr (GPtrArray) devices = data->accounts->list_devices (data, request->caller.user, error);
  g_autoptr (GString) text = g_string_new (NULL);
  FlowJsonWriter json;

  if (devices == NULL)
    return FALSE;
  flow_json_writer_init (&json, text);
  flow_json_writer_begin_object (&json);
  flow_json_writer_key (&json, "devices");
  flow_json_writer_begin_array (&json);
  for (guint i = 0; i < devices->len; i++)
    {
      const FlowCloudDevice *device = g_ptr_array_index (devices, i);

      if (device->state != FLOW_CLOUD_DEVICE_REMOVED)
        write_device (request, &json, device);
    }
  flow_json_writer_end_array (&json);
  flow_json_writer_end_object (&json);
  flow_cloud_request_answer_json (request, 200, text);
  return TRUE;
}

static gboolean
find_device (FlowCloudRequest *request, FlowCloudData *data, const guint8 *id, FlowCloudDevice *device, GError **error)
{
  if (!data->accounts->find_device (data, request->caller.user, id, device, error))
    return FALSE;
  if (device->number != 0 && device->state != FLOW_CLOUD_DEVICE_REMOVED)
    return TRUE;
  return flow_cloud_not_found (error, "device");
}

/**
 * flow_cloud_remove_device:
 * @request: a request with an id
 * @data: the storage
 * @error: return location
 *
 * Remove a device: it is closed, may not come back, and nobody waits for it.
 *
 * Returns: %FALSE with `FLOW_CLOUD_ERROR_NOT_FOUND` or what the storage says
 */
gboolean
flow_cloud_remove_device (FlowCloudRequest *request, FlowCloudData *data, GError **error)
{
  g_auto (FlowCloudDevice) device = { 0 };
  g_autoptr (GString) news = g_string_new (NULL);
  guint8 id[FLOW_CLOUD_ID_SIZE] = { 0 };

  flow_id_from_hex (request->id, sizeof id, id);
  if (!find_device (request, data, id, &device, error) ||
      !data->accounts->set_device_state (data, device.number, FLOW_CLOUD_DEVICE_REMOVED, error) ||
      !flow_cloud_drop_digests (request, data, id, device.number, error))
    return FALSE;
  g_string_printf (news, "{\"type\":\"device_removed\",\"device\":\"%s\"}", request->id);
  flow_cloud_publish_text (request, NULL, news, 0);
  flow_cloud_publish_text (request, id, NULL, FLOW_CLOUD_CLOSE_REMOVED);
  flow_cloud_request_answer_empty (request, 204);
  return TRUE;
}

/* Into the mailbox; if the device is connected, it hears at once that there is something. */
static gboolean
send_letter (FlowCloudRequest *request, FlowCloudData *data, const FlowCloudDevice *to, const FlowCloudLetter *letter,
             GError **error)
{
  g_autoptr (GString) text = g_string_new ("{\"type\":\"device_message\"}");

  if (!data->records->add_letter (data, to->number, letter, error))
    return FALSE;
  flow_cloud_publish_text (request, to->id, text, 0);
  return TRUE;
}

static gboolean
send_to_all (FlowCloudRequest *request, FlowCloudData *data, const FlowCloudLetter *letter, GError **error)
{
  g_autoptr (GPtrArray) devices = data->accounts->list_devices (data, request->caller.user, error);

  if (devices == NULL)
    return FALSE;
  for (guint i = 0; i < devices->len; i++)
    {
      const FlowCloudDevice *device = g_ptr_array_index (devices, i);

      if (device->state == FLOW_CLOUD_DEVICE_LIVE && device->number != request->caller.device &&
          !send_letter (request, data, device, letter, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
send_to_one (FlowCloudRequest *request, FlowCloudData *data, const FlowCloudLetter *letter, GError **error)
{
  g_auto (FlowCloudDevice) device = { 0 };
  guint8 id[FLOW_CLOUD_ID_SIZE];

  flow_cloud_read_id (request->json, "to", id);
  return find_device (request, data, id, &device, error) && send_letter (request, data, &device, letter, error);
}

/**
 * flow_cloud_send_letter:
 * @request: a request
 * @data: the storage
 * @error: return location
 *
 * Send a message from one device to another one, or to all.
 *
 * Returns: %FALSE with `FLOW_CLOUD_ERROR_NOT_FOUND`, `FLOW_CLOUD_ERROR_BAD_REQUEST` or what the storage says
 */
gboolean
flow_cloud_send_letter (FlowCloudRequest *request, FlowCloudData *data, GError **error)
{
  gboolean all = strcmp (json_object_get_string_member (request->json, "to"), "*") == 0;
  g_autoptr (GBytes) body = flow_cloud_read_base64 (request->json, "body", error);
  g_autofree char *kind = g_strdup (json_object_get_string_member (request->json, "kind"));
  FlowCloudLetter letter = { .kind = kind, .body = body, .time_ms = request->now_ms };
  gboolean sent;

  if (body == NULL)
    return FALSE;
  memcpy (letter.from, request->caller.device_id, sizeof letter.from);
  sent = all ? send_to_all (request, data, &letter, error) : send_to_one (request, data, &letter, error);
  if (!sent)
    return FALSE;
  flow_cloud_request_answer_empty (request, 204);
  return TRUE;
}

static void
write_letter (FlowJsonWriter *json, const FlowCloudLetter *letter)
{
  gsize size = 0;
  const guint8 *body = g_bytes_get_data (letter->body, &size);

  flow_json_writer_begin_object (json);
  flow_json_member_int (json, "number", letter->number);
  flow_json_member_id (json, "from", letter->from, sizeof letter->from);
  flow_json_member_text (json, "kind", letter->kind, -1);
  flow_json_writer_key (json, "body");
  flow_json_writer_base64 (json, body, size);
  flow_json_member_int (json, "time_ms", letter->time_ms);
  flow_json_writer_end_object (json);
}

/**
 * flow_cloud_list_letters:
 * @request: a request
 * @data: the storage
 * @error: return location
 *
 * Give a device what is in its mailbox, where it stays until the device says that it has it.
 *
 * Returns: %FALSE with what the storage says
 */
gboolean
flow_cloud_list_letters (FlowCloudRequest *request, FlowCloudData *data, GError **error)
{
  g_autoptr (GPtrArray) letters = data->records->list_letters (data, request->caller.device, error);
  g_autoptr (GString) text = g_string_new (NULL);
  FlowJsonWriter json;

  if (letters == NULL)
    return FALSE;
  flow_json_writer_init (&json, text);
  flow_json_writer_begin_object (&json);
  flow_json_writer_key (&json, "messages");
  flow_json_writer_begin_array (&json);
  for (guint i = 0; i < letters->len; i++)
    {
      const FlowCloudLetter *letter = g_ptr_array_index (letters, i);

      if (letter->time_ms >= request->now_ms - FLOW_CLOUD_LETTER_MS)
        write_letter (&json, letter);
    }
  flow_json_writer_end_array (&json);
  flow_json_writer_end_object (&json);
  flow_cloud_request_answer_json (request, 200, text);
  return TRUE;
}

/**
 * flow_cloud_drop_letters:
 * @request: a request
 * @data: the storage
 * @error: return location
 *
 * Forget what a device has taken from its mailbox.
 *
 * Returns: %FALSE with what the storage says
 */
gboolean
flow_cloud_drop_letters (FlowCloudRequest *request, FlowCloudData *data, GError **error)
{
  gint64 until = json_object_get_int_member (request->json, "until");

  if (!data->records->drop_letters (data, request->caller.device, until, error))
    return FALSE;
  flow_cloud_request_answer_empty (request, 204);
  return TRUE;
}
