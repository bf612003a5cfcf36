/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FLOW_CLOUD_ERROR:
 *
 * What a request of the cloud's API is refused with. Each code has a name and an HTTP status, see
 * flow_cloud_error_get_info().
 */
#define FLOW_CLOUD_ERROR (flow_cloud_error_quark ())

/**
 * FlowCloudError:
 * @FLOW_CLOUD_ERROR_FAILED: the cloud's own fault; what it was is in its log only
 * @FLOW_CLOUD_ERROR_BAD_REQUEST: it makes no sense, and will make none when it is sent again
 * @FLOW_CLOUD_ERROR_BAD_CREDENTIALS: the name or the password is wrong; nobody learns which
 * @FLOW_CLOUD_ERROR_TOKEN_EXPIRED: the access token was good; refresh it
 * @FLOW_CLOUD_ERROR_TOKEN_INVALID: the token is none of ours, or its session has ended
 * @FLOW_CLOUD_ERROR_TOKEN_REUSED: a refresh token came twice: its session has been ended
 * @FLOW_CLOUD_ERROR_FORBIDDEN: not with this account or device
 * @FLOW_CLOUD_ERROR_DEVICE_REMOVED: the user has removed this device; it may come back under another id
 * @FLOW_CLOUD_ERROR_CLONED: the device is connected from elsewhere
 * @FLOW_CLOUD_ERROR_REGISTRATION_CLOSED: accounts are made by whoever runs the cloud
 * @FLOW_CLOUD_ERROR_NOT_FOUND: there is no such thing for this user
 * @FLOW_CLOUD_ERROR_METHOD_NOT_ALLOWED: not with this method
 * @FLOW_CLOUD_ERROR_USER_EXISTS: the name is taken
 * @FLOW_CLOUD_ERROR_VERSION_CONFLICT: somebody else was first
 * @FLOW_CLOUD_ERROR_FULL: what is asked for is in a snapshot only
 * @FLOW_CLOUD_ERROR_TOO_LARGE: more bytes than allowed
 * @FLOW_CLOUD_ERROR_UNSUPPORTED_MEDIA_TYPE: not in this content type
 * @FLOW_CLOUD_ERROR_UPGRADE_REQUIRED: only as a WebSocket
 * @FLOW_CLOUD_ERROR_QUOTA: the user has as much as he may have
 * @FLOW_CLOUD_ERROR_RATE_LIMITED: too often; Retry-After says when again
 * @FLOW_CLOUD_ERROR_BUSY: not now; Retry-After says when again
 * @FLOW_CLOUD_ERROR_DISK_FULL: the cloud has no room left
 */
typedef enum
{
  FLOW_CLOUD_ERROR_FAILED,
  FLOW_CLOUD_ERROR_BAD_REQUEST,
  FLOW_CLOUD_ERROR_BAD_CREDENTIALS,
  FLOW_CLOUD_ERROR_TOKEN_EXPIRED,
  FLOW_CLOUD_ERROR_TOKEN_INVALID,
  FLOW_CLOUD_ERROR_TOKEN_REUSED,
  FLOW_CLOUD_ERROR_FORBIDDEN,
  FLOW_CLOUD_ERROR_DEVICE_REMOVED,
  FLOW_CLOUD_ERROR_CLONED,
  FLOW_CLOUD_ERROR_REGISTRATION_CLOSED,
  FLOW_CLOUD_ERROR_NOT_FOUND,
  FLOW_CLOUD_ERROR_METHOD_NOT_ALLOWED,
  FLOW_CLOUD_ERROR_USER_EXISTS,
  FLOW_CLOUD_ERROR_VERSION_CONFLICT,
  FLOW_CLOUD_ERROR_FULL,
  FLOW_CLOUD_ERROR_TOO_LARGE,
  FLOW_CLOUD_ERROR_UNSUPPORTED_MEDIA_TYPE,
  FLOW_CLOUD_ERROR_UPGRADE_REQUIRED,
  FLOW_CLOUD_ERROR_QUOTA,
  FLOW_CLOUD_ERROR_RATE_LIMITED,
  FLOW_CLOUD_ERROR_BUSY,
  FLOW_CLOUD_ERROR_DISK_FULL,
  FLOW_CLOUD_N_ERRORS,
} FlowCloudError;

/**
 * FlowCloudErrorInfo:
 * @code: its name in an answer
 * @status: the HTTP status
 * @suggestion: (nullable): what to do about it, for people
 * @retry_s: seconds for Retry-After, 0 for none
 */
typedef struct
{
  const char *code;
  guint status;
  const char *suggestion;
  guint retry_s;
} FlowCloudErrorInfo;

GQuark flow_cloud_error_quark (void);
const FlowCloudErrorInfo *flow_cloud_error_get_info (FlowCloudError error);
FlowCloudError flow_cloud_error_from (const GError *error);
GBytes *flow_cloud_error_write (FlowCloudError error, const char *message);

G_END_DECLS
