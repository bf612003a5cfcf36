/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include <string.h>

#include "base/flow-id.h"
#include "cloud/flow-cloud-private.h"
#include "hub/flow-json-read.h"
#include "message/flow-json-member.h"

#define SMALL (64 * 1024)
/* A session ends when its device was silent for so long. */
#define SESSION_MS ((gint64) 90 * 24 * 3600 * 1000)
#define MAX_DEVICES 256
#define MAX_ATTEMPT 64

static gboolean
refuse (GError **error, FlowCloudError code, const char *message)
{
  g_set_error_literal (error, FLOW_CLOUD_ERROR, code, message);
  return FALSE;
}

static void
write_user (FlowJsonWriter *writer, const FlowCloudUser *user)
{
  flow_json_member_id (writer, "id", user->id, FLOW_CLOUD_ID_SIZE);
  flow_json_member_text (writer, "name", user->name, -1);
}

static gboolean
run_register (FlowCloudRequest *request, FlowCloudData *data, GError **error)
{
  g_auto (FlowCloudUser) user = { .created_ms = request->now_ms };
  g_autoptr (GString) out = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_id_random (user.id, FLOW_CLOUD_ID_SIZE);
  user.name = g_strdup (flow_json_get_string (request->json, "user"));
  user.password = g_strdup (request->hash);
  if (!data->accounts->add_user (data, &user, error))
    return FALSE;
  flow_json_writer_init (&writer, out);
  flow_json_writer_begin_object (&writer);
  write_user (&writer, &user);
  flow_json_writer_end_object (&writer);
  flow_cloud_request_answer_json (request, 201, out);
  return TRUE;
}

static gboolean
answer_tokens (FlowCloudRequest *request, const FlowCloudSession *session, const FlowCloudUser *user, GError **error)
{
  FlowCloudTokens *tokens = request->cloud->tokens;
  FlowCloudClaims claims = { .expires_s = request->now_ms / 1000 + FLOW_CLOUD_ACCESS_S };
  g_autofree char *refresh = flow_cloud_tokens_make_refresh (tokens, session->id, session->generation);
  g_autofree char *access = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  FlowJsonWriter writer;

  memcpy (claims.user, session->user_id, FLOW_CLOUD_ID_SIZE);
  memcpy (claims.device, session->device_id, FLOW_CLOUD_ID_SIZE);
  memcpy (claims.session, session->id, FLOW_CLOUD_ID_SIZE);
  access = flow_cloud_tokens_issue (tokens, &claims, request->now_ms / 1000, error);
  if (access == NULL)
    return FALSE;
  flow_json_writer_init (&writer, out);
  flow_json_writer_begin_object (&writer);
  flow_json_member_text (&writer, "access", access, -1);
  flow_json_member_text (&writer, "refresh", refresh, -1);
  flow_json_member_int (&writer, "expires_in", FLOW_CLOUD_ACCESS_S);
  flow_json_writer_key (&writer, "user");
  flow_json_writer_begin_object (&writer);
  write_user (&writer, user);
  flow_json_writer_end_object (&writer);
  flow_json_writer_end_object (&writer);
  flow_cloud_request_answer_json (request, 200, out);
  return TRUE;
}

static gboolean
read_device (FlowCloudRequest *request, FlowCloudDevice *device, GError **error)
{
  const char *id = flow_json_get_string (request->json, "device");
  const char *label = flow_json_get_string (request->json, "label");
  gsize size;
  guint8 *bytes;

  if (id == NULL || strlen (id) != 2 * FLOW_CLOUD_ID_SIZE || !flow_id_from_hex (id, FLOW_CLOUD_ID_SIZE, device->id) ||
      flow_id_is_zero (device->id, FLOW_CLOUD_ID_SIZE))
    return refuse (error, FLOW_CLOUD_ERROR_BAD_REQUEST, "“device” has 32 hex digits that are not all 0");
  if (label == NULL)
    return TRUE;
  bytes = g_base64_decode (label, &size);
  device->label = g_bytes_new_take (bytes, size);
  return TRUE;
}

/* Those that were removed are remembered, but are none. */
static guint
count_devices (const GPtrArray *devices)
{
  guint n = 0;

  for (guint i = 0; i < devices->len; i++)
    n += ((const FlowCloudDevice *) g_ptr_array_index (devices, i))->state != FLOW_CLOUD_DEVICE_REMOVED;
  return n;
}

/* A device that is there, or may become one. */
static gboolean
enter_device (FlowCloudRequest *request, FlowCloudData *data, FlowCloudDevice *device, GError **error)
{
  g_auto (FlowCloudDevice) known = { 0 };
  g_autoptr (GPtrArray) others = NULL;

  device->user = request->account;
  device->seen_ms = request->now_ms;
  if (!read_device (request, device, error) ||
      !data->accounts->find_device (data, device->user, device->id, &known, error))
    return FALSE;
  if (known.number != 0 && known.state == FLOW_CLOUD_DEVICE_REMOVED)
    return refuse (error, FLOW_CLOUD_ERROR_DEVICE_REMOVED, "this device was removed from the account");
  if (known.number == 0)
    {
      others = data->accounts->list_devices (data, device->user, error);
      if (others == NULL)
        return FALSE;
      if (count_devices (others) >= MAX_DEVICES)
        return refuse (error, FLOW_CLOUD_ERROR_QUOTA, "this account has as many devices as it may have");
    }
  return data->accounts->enter_device (data, device, error);
}

static gboolean
begin_session (FlowCloudRequest *request, FlowCloudData *data, const FlowCloudUser *user, const FlowCloudDevice *device,
               GError **error)
{
  g_auto (FlowCloudSession) session = {
    .user = user->number,
    .device = device->number,
    .expires_ms = request->now_ms + SESSION_MS,
  };

  flow_id_random (session.id, FLOW_CLOUD_ID_SIZE);
  memcpy (session.user_id, user->id, FLOW_CLOUD_ID_SIZE);
  memcpy (session.device_id, device->id, FLOW_CLOUD_ID_SIZE);
  return data->accounts->end_device_sessions (data, device->number, error) &&
         data->accounts->add_session (data, &session, error) && answer_tokens (request, &session, user, error);
}

static gboolean
run_login (FlowCloudRequest *request, FlowCloudData *data, GError **error)
{
  g_auto (FlowCloudUser) user = { 0 };
  g_auto (FlowCloudDevice) device = { 0 };

  if (!data->accounts->get_user (data, request->account, &user, error))
    return FALSE;
  if (user.number == 0)
    return refuse (error, FLOW_CLOUD_ERROR_BAD_CREDENTIALS, "the name or the password is wrong");
  if (user.disabled)
    return refuse (error, FLOW_CLOUD_ERROR_FORBIDDEN, "this account is disabled");
  if (request->hash != NULL && !data->accounts->set_password (data, user.number, request->hash, error))
    return FALSE;
  return enter_device (request, data, &device, error) && begin_session (request, data, &user, &device, error);
}

/* Whoever hears on the connections of a session that has ended hears nothing more. */
static void
close_connections (FlowCloudRequest *request, const FlowCloudSession *session, const char *reason)
{
  FlowCloudNote note = {
    .user = session->user,
    .to = session->device_id,
    .close = FLOW_CLOUD_CLOSE_EXPIRED,
    .reason = reason,
  };

  flow_cloud_request_publish (request, &note);
}

/* Somebody has a token that was replaced: he or whoever has the other one has stolen it. */
static gboolean
end_stolen (FlowCloudRequest *request, FlowCloudData *data, const FlowCloudSession *session, GError **error)
{
  if (!data->accounts->end_session (data, session->number, error))
    return FALSE;
  g_message ("A refresh token came twice; its session has been ended");
  close_connections (request, session, "a refresh token came twice");
  flow_cloud_request_answer_error (request, FLOW_CLOUD_ERROR_TOKEN_REUSED,
                                   "this refresh token was used before; the session has been ended");
  return TRUE;
}

/* The answer to the last replacement was lost: the same question has the same answer. */
static gboolean
is_repeated (const FlowCloudSession *session, guint32 generation, const char *attempt)
{
  return attempt != NULL && generation + 1 == session->generation && g_strcmp0 (attempt, session->attempt) == 0;
}

static gboolean
advance (FlowCloudRequest *request, FlowCloudData *data, FlowCloudSession *session, guint32 generation,
         const char *attempt, GError **error)
{
  session->generation = generation + 1;
  g_free (session->attempt);
  session->attempt = g_strdup (attempt);
  session->expires_ms = request->now_ms + SESSION_MS;
  return data->accounts->advance_session (data, session, error) &&
         data->accounts->see_device (data, session->device, request->now_ms, error);
}

static gboolean
check_session (FlowCloudRequest *request, const FlowCloudSession *session, GError **error)
{
  if (session->number == 0 || session->expires_ms < request->now_ms)
    return refuse (error, FLOW_CLOUD_ERROR_TOKEN_INVALID, "the session has ended");
  if (session->disabled)
    return refuse (error, FLOW_CLOUD_ERROR_FORBIDDEN, "this account is disabled");
  if (session->device_state == FLOW_CLOUD_DEVICE_REMOVED)
    return refuse (error, FLOW_CLOUD_ERROR_DEVICE_REMOVED, "this device was removed from the account");
  return TRUE;
}

static gboolean
find_session (FlowCloudRequest *request, FlowCloudData *data, FlowCloudSession *session, guint32 *generation,
              GError **error)
{
  const char *token = flow_json_get_string (request->json, "refresh");
  guint8 id[FLOW_CLOUD_ID_SIZE];

  if (token == NULL || !flow_cloud_tokens_read_refresh (request->cloud->tokens, token, id, generation))
    return refuse (error, FLOW_CLOUD_ERROR_TOKEN_INVALID, "the refresh token is not one of this cloud");
  return data->accounts->find_session (data, id, session, error);
}

static gboolean
run_refresh (FlowCloudRequest *request, FlowCloudData *data, GError **error)
{
  const char *attempt = flow_json_get_string (request->json, "attempt");
  g_auto (FlowCloudSession) session = { 0 };
  g_auto (FlowCloudUser) user = { 0 };
  guint32 generation = 0;

  if (attempt != NULL && strlen (attempt) > MAX_ATTEMPT)
    return refuse (error, FLOW_CLOUD_ERROR_BAD_REQUEST, "“attempt” is too long");
  if (!find_session (request, data, &session, &generation, error) || !check_session (request, &session, error))
    return FALSE;
  if (generation < session.generation && !is_repeated (&session, generation, attempt))
    return end_stolen (request, data, &session, error);
  /* More than the storage knows of was issued before a backup was restored. */
  if (generation >= session.generation && !advance (request, data, &session, generation, attempt, error))
    return FALSE;
  return data->accounts->get_user (data, session.user, &user, error) && answer_tokens (request, &session, &user, error);
}

/* Whoever wants to be gone is gone, whatever was there. */
static gboolean
run_logout (FlowCloudRequest *request, FlowCloudData *data, GError **error)
{
  g_auto (FlowCloudSession) session = { 0 };
  g_autoptr (GError) problem = NULL;
  guint32 generation = 0;

  flow_cloud_request_answer_empty (request, 204);
  if (!find_session (request, data, &session, &generation, &problem))
    {
      if (problem->domain == FLOW_CLOUD_ERROR)
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  if (session.number == 0)
    return TRUE;
  close_connections (request, &session, "signed out");
  return data->accounts->end_session (data, session.number, error);
}

static void
write_usage (FlowJsonWriter *writer, const FlowCloudUsage *usage, guint devices)
{
  flow_json_writer_key (writer, "usage");
  flow_json_writer_begin_object (writer);
  flow_json_member_int (writer, "batches", usage->batches);
  flow_json_member_int (writer, "bytes", usage->bytes);
  flow_json_member_int (writer, "blobs", usage->blobs);
  flow_json_member_int (writer, "blob_bytes", usage->blob_bytes);
  flow_json_member_int (writer, "devices", devices);
  flow_json_member_int (writer, "conflicts", usage->conflicts);
  flow_json_writer_end_object (writer);
}

static gboolean
run_me (FlowCloudRequest *request, FlowCloudData *data, GError **error)
{
  g_auto (FlowCloudUser) user = { 0 };
  g_autoptr (GPtrArray) devices = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  FlowCloudUsage usage = { 0 };
  FlowJsonWriter writer;

  if (!data->accounts->get_user (data, request->caller.user, &user, error) ||
      !data->records->get_usage (data, request->caller.user, &usage, error))
    return FALSE;
  devices = data->accounts->list_devices (data, request->caller.user, error);
  if (devices == NULL)
    return FALSE;
  flow_json_writer_init (&writer, out);
  flow_json_writer_begin_object (&writer);
  write_user (&writer, &user);
  flow_json_writer_key (&writer, "created");
  flow_json_writer_time (&writer, user.created_ms * 1000 * 1000);
  write_usage (&writer, &usage, count_devices (devices));
  flow_json_writer_end_object (&writer);
  flow_cloud_request_answer_json (request, 200, out);
  return TRUE;
}

static gboolean
run_remove_me (FlowCloudRequest *request, FlowCloudData *data, GError **error)
{
  FlowCloudNote note = {
    .user = request->caller.user,
    .close = FLOW_CLOUD_CLOSE_REMOVED,
    .reason = "the account was deleted",
  };

  if (!data->accounts->remove_user (data, request->caller.user, error))
    return FALSE;
  flow_cloud_request_publish (request, &note);
  flow_cloud_request_forget (request);
  flow_cloud_request_answer_empty (request, 204);
  return TRUE;
}

#define OPEN (FLOW_CLOUD_ROUTE_PUBLIC | FLOW_CLOUD_ROUTE_JSON)

const FlowCloudRoute flow_cloud_auth_routes[] = {
  { "POST", "/api/auth/register", OPEN | FLOW_CLOUD_ROUTE_HASH, SMALL, run_register, NULL },
  { "POST", "/api/auth/login", OPEN | FLOW_CLOUD_ROUTE_PASSWORD, SMALL, run_login, NULL },
  { "POST", "/api/auth/refresh", OPEN, SMALL, run_refresh, NULL },
  { "POST", "/api/auth/logout", OPEN, SMALL, run_logout, NULL },
  { "GET", "/api/auth/me", FLOW_CLOUD_ROUTE_READS, 0, run_me, NULL },
  { "DELETE", "/api/auth/me", FLOW_CLOUD_ROUTE_JSON | FLOW_CLOUD_ROUTE_PASSWORD, SMALL, run_remove_me, NULL },
  { NULL },
};
