/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-handlers.h"
#include "cloud/flow-cloud-read.h"
#include "message/flow-json-member.h"

/* Bytes of a key envelope. */
#define MAX_ENVELOPE (64 * 1024)

/**
 * flow_cloud_get_keys:
 * @request: a request
 * @data: the storage
 * @error: return location
 *
 * Give a device the sealed keys of its account.
 *
 * Returns: %FALSE with `FLOW_CLOUD_ERROR_NOT_FOUND` or what the storage says
 */
gboolean
flow_cloud_get_keys (FlowCloudRequest *request, FlowCloudData *data, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *envelope = NULL;
  FlowJsonWriter json;
  gint64 version;

  if (!data->records->get_keys (data, request->caller.user, &version, &envelope, error))
    return FALSE;
  if (envelope == NULL)
    return flow_cloud_not_found (error, "key envelope");
  flow_json_writer_init (&json, text);
  flow_json_writer_begin_object (&json);
  flow_json_member_int (&json, "version", version);
  flow_json_writer_key (&json, "envelope");
  flow_json_writer_raw (&json, envelope, -1);
  flow_json_writer_end_object (&json);
  flow_cloud_request_answer_json (request, 200, text);
  return TRUE;
}

static gboolean
check_version (FlowCloudRequest *request, FlowCloudData *data, gint64 version, GError **error)
{
  g_autofree char *envelope = NULL;
  gint64 kept;

  if (!data->records->get_keys (data, request->caller.user, &kept, &envelope, error))
    return FALSE;
  if (kept == version)
    return TRUE;
  g_set_error (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_VERSION_CONFLICT,
               "Version %" G_GINT64_FORMAT " is kept; fetch it, then change that one", kept);
  return FALSE;
}

/**
 * flow_cloud_put_keys:
 * @request: a request
 * @data: the storage
 * @error: return location
 *
 * Replace the sealed keys of an account, if nobody else did meanwhile.
 *
 * Returns: %FALSE with `FLOW_CLOUD_ERROR_VERSION_CONFLICT`, `FLOW_CLOUD_ERROR_TOO_LARGE` or what the storage says
 */
gboolean
flow_cloud_put_keys (FlowCloudRequest *request, FlowCloudData *data, GError **error)
{
  gint64 version = json_object_get_int_member (request->json, "version");
  g_autofree char *envelope = json_to_string (json_object_get_member (request->json, "envelope"), FALSE);
  g_autoptr (GString) news = g_string_new (NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  if (strlen (envelope) > MAX_ENVELOPE)
    {
      g_set_error (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_TOO_LARGE, "A key envelope has at most %d bytes",
                   MAX_ENVELOPE);
      return FALSE;
    }
  if (!check_version (request, data, version, error) ||
      !data->records->set_keys (data, request->caller.user, version + 1, envelope, error))
    return FALSE;
  g_string_printf (news, "{\"type\":\"keys\",\"version\":%" G_GINT64_FORMAT "}", version + 1);
  g_string_printf (text, "{\"version\":%" G_GINT64_FORMAT "}", version + 1);
  flow_cloud_publish_text (request, NULL, news, 0);
  flow_cloud_request_answer_json (request, 200, text);
  return TRUE;
}
