/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-error.h"

#include <gio/gio.h>

#include "base/flow-error.h"
#include "message/flow-json-member.h"

static const FlowCloudErrorInfo table[FLOW_CLOUD_N_ERRORS] = {
  [FLOW_CLOUD_ERROR_FAILED] = { "failed", 500, "Look at the cloud's log, then try again.", 0 },
  [FLOW_CLOUD_ERROR_BAD_REQUEST] = { "bad_request", 400, NULL, 0 },
  [FLOW_CLOUD_ERROR_BAD_CREDENTIALS] = { "bad_credentials", 401, "Check the name and the password.", 0 },
  [FLOW_CLOUD_ERROR_TOKEN_EXPIRED] = { "token_expired", 401, "Refresh the access token.", 0 },
  [FLOW_CLOUD_ERROR_TOKEN_INVALID] = { "token_invalid", 401, "Sign in again.", 0 },
  [FLOW_CLOUD_ERROR_TOKEN_REUSED] = { "token_reused", 401, "Sign in again. If that was not you, change the password.",
                                      0 },
  [FLOW_CLOUD_ERROR_FORBIDDEN] = { "forbidden", 403, NULL, 0 },
  [FLOW_CLOUD_ERROR_DEVICE_REMOVED] = { "device_removed", 403, "Sign in again to add this device anew.", 0 },
  [FLOW_CLOUD_ERROR_CLONED] = { "cloned", 409, "Take a device id of your own.", 0 },
  [FLOW_CLOUD_ERROR_REGISTRATION_CLOSED] = { "registration_closed", 403, "Ask whoever runs this cloud for an account.",
                                             0 },
  [FLOW_CLOUD_ERROR_NOT_FOUND] = { "not_found", 404, NULL, 0 },
  [FLOW_CLOUD_ERROR_METHOD_NOT_ALLOWED] = { "method_not_allowed", 405, "Use a method that Allow names.", 0 },
  [FLOW_CLOUD_ERROR_USER_EXISTS] = { "user_exists", 409, "Choose another name, or sign in.", 0 },
  [FLOW_CLOUD_ERROR_VERSION_CONFLICT] = { "version_conflict", 409, "Get it again, then try again.", 0 },
  [FLOW_CLOUD_ERROR_FULL] = { "full", 409, "Fetch the snapshot first.", 0 },
  [FLOW_CLOUD_ERROR_TOO_LARGE] = { "too_large", 413, "Send less at once.", 0 },
  [FLOW_CLOUD_ERROR_UNSUPPORTED_MEDIA_TYPE] = { "unsupported_media_type", 415, NULL, 0 },
  [FLOW_CLOUD_ERROR_UPGRADE_REQUIRED] = { "upgrade_required", 426, "Open a WebSocket here.", 0 },
  [FLOW_CLOUD_ERROR_QUOTA] = { "quota", 507, "Delete something, or ask whoever runs this cloud for more room.", 0 },
  [FLOW_CLOUD_ERROR_RATE_LIMITED] = { "rate_limited", 429, "Wait as long as Retry-After says.", 1 },
  [FLOW_CLOUD_ERROR_BUSY] = { "busy", 503, "Wait as long as Retry-After says.", 2 },
  [FLOW_CLOUD_ERROR_DISK_FULL] = { "disk_full", 503, "Whoever runs this cloud must make room on its disk.", 60 },
};

G_DEFINE_QUARK (flow - cloud - error - quark, flow_cloud_error)

/**
 * flow_cloud_error_get_info:
 * @error: a code
 *
 * Returns: (transfer none): how it is said
 */
const FlowCloudErrorInfo *
flow_cloud_error_get_info (FlowCloudError error)
{
  return &table[error];
}

/**
 * flow_cloud_error_from:
 * @error: any error
 *
 * Find out what to answer. Of what the storage says only what others can help with is told.
 *
 * Returns: its code; %FLOW_CLOUD_ERROR_FAILED for what is nobody else's business
 */
FlowCloudError
flow_cloud_error_from (const GError *error)
{
  if (error->domain == FLOW_CLOUD_ERROR)
    return (FlowCloudError) error->code;
  if (g_error_matches (error, FLOW_ERROR, FLOW_ERROR_DISK_FULL) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
    return FLOW_CLOUD_ERROR_DISK_FULL;
  if (g_error_matches (error, FLOW_ERROR, FLOW_ERROR_BUSY) || g_error_matches (error, FLOW_ERROR, FLOW_ERROR_STOPPING))
    return FLOW_CLOUD_ERROR_BUSY;
  if (g_error_matches (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST))
    return FLOW_CLOUD_ERROR_BAD_REQUEST;
  return FLOW_CLOUD_ERROR_FAILED;
}

/**
 * flow_cloud_error_write:
 * @error: a code
 * @message: what happened
 *
 * Write the body of an answer.
 *
 * Returns: (transfer full): JSON
 */
GBytes *
flow_cloud_error_write (FlowCloudError error, const char *message)
{
  GString *out = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, out);
  flow_json_writer_begin_object (&writer);
  flow_json_writer_key (&writer, "error");
  flow_json_writer_begin_object (&writer);
  flow_json_member_text (&writer, "code", table[error].code, -1);
  flow_json_member_text (&writer, "message", message, -1);
  if (table[error].suggestion != NULL)
    flow_json_member_text (&writer, "suggestion", table[error].suggestion, -1);
  flow_json_writer_end_object (&writer);
  flow_json_writer_end_object (&writer);
  return g_string_free_to_bytes (out);
}
