/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include <string.h>

#include "cloud/flow-cloud-error.h"
#include "cloud/flow-cloud-sqlite.h"

static void
read_id (sqlite3_stmt *row, int column, guint8 *id)
{
  if (sqlite3_column_bytes (row, column) == FLOW_CLOUD_ID_SIZE)
    memcpy (id, sqlite3_column_blob (row, column), FLOW_CLOUD_ID_SIZE);
}

static void
bind_id (sqlite3_stmt *statement, int index, const guint8 *id)
{
  sqlite3_bind_blob (statement, index, id, FLOW_CLOUD_ID_SIZE, SQLITE_TRANSIENT);
}

static void
bind_text (sqlite3_stmt *statement, int index, const char *text)
{
  sqlite3_bind_text (statement, index, text, -1, SQLITE_TRANSIENT);
}

static void
read_user (sqlite3_stmt *row, FlowCloudUser *user)
{
  user->number = sqlite3_column_int64 (row, 0);
  read_id (row, 1, user->id);
  user->name = g_strdup ((const char *) sqlite3_column_text (row, 2));
  user->password = g_strdup ((const char *) sqlite3_column_text (row, 3));
  user->disabled = sqlite3_column_int (row, 4) != 0;
  user->created_ms = sqlite3_column_int64 (row, 5);
}

static void
read_device (sqlite3_stmt *row, FlowCloudDevice *device)
{
  g_clear_pointer (&device->label, g_bytes_unref);
  device->number = sqlite3_column_int64 (row, 0);
  device->user = sqlite3_column_int64 (row, 1);
  read_id (row, 2, device->id);
  if (sqlite3_column_type (row, 3) != SQLITE_NULL)
    device->label = g_bytes_new (sqlite3_column_blob (row, 3), (gsize) sqlite3_column_bytes (row, 3));
  device->created_ms = sqlite3_column_int64 (row, 4);
  device->seen_ms = sqlite3_column_int64 (row, 5);
  device->state = (FlowCloudDeviceState) sqlite3_column_int (row, 6);
}

/* The first row of a statement, into what is empty when there is none. */
static gboolean
first_user (sqlite3_stmt *statement, FlowCloudUser *user, GError **error)
{
  gboolean row = FALSE;

  flow_cloud_user_clear (user);
  if (!flow_cloud_sqlite_step (statement, &row, error))
    return FALSE;
  if (row)
    read_user (statement, user);
  sqlite3_reset (statement);
  return TRUE;
}

static gboolean
first_device (sqlite3_stmt *statement, FlowCloudDevice *device, GError **error)
{
  gboolean row = FALSE;

  flow_cloud_device_clear (device);
  if (!flow_cloud_sqlite_step (statement, &row, error))
    return FALSE;
  if (row)
    read_device (statement, device);
  sqlite3_reset (statement);
  return TRUE;
}

/* The number of a row that was made, 0 when none was. */
static gboolean
first_number (sqlite3_stmt *statement, gint64 *number, GError **error)
{
  gboolean row = FALSE;

  if (!flow_cloud_sqlite_step (statement, &row, error))
    return FALSE;
  *number = row ? sqlite3_column_int64 (statement, 0) : 0;
  return !row || flow_cloud_sqlite_done (statement, error);
}

static gboolean
run_two (FlowCloudData *data, const char *name, gint64 first, gint64 second, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_prepare (data, name, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, first);
  sqlite3_bind_int64 (statement, 2, second);
  return flow_cloud_sqlite_done (statement, error);
}

static gboolean
run_one (FlowCloudData *data, const char *name, gint64 value, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_prepare (data, name, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, value);
  return flow_cloud_sqlite_done (statement, error);
}

static gboolean
add_user (FlowCloudData *data, FlowCloudUser *user, GError **error)
{
  g_autofree char *key = flow_cloud_name_key (user->name, error);
  sqlite3_stmt *statement = key != NULL ? flow_cloud_sqlite_prepare (data, "cloud-user-add", error) : NULL;

  if (statement == NULL)
    return FALSE;
  bind_id (statement, 1, user->id);
  bind_text (statement, 2, user->name);
  bind_text (statement, 3, key);
  bind_text (statement, 4, user->password);
  sqlite3_bind_int (statement, 5, user->disabled);
  sqlite3_bind_int64 (statement, 6, user->created_ms);
  if (!first_number (statement, &user->number, error))
    return FALSE;
  if (user->number != 0)
    return TRUE;
  g_set_error_literal (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_USER_EXISTS, "there is a user of this name already");
  return FALSE;
}

static gboolean
find_user (FlowCloudData *data, const char *name_key, FlowCloudUser *user, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_prepare (data, "cloud-user-find", error);

  if (statement == NULL)
    return FALSE;
  bind_text (statement, 1, name_key);
  return first_user (statement, user, error);
}

static gboolean
get_user (FlowCloudData *data, gint64 number, FlowCloudUser *user, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_prepare (data, "cloud-user-get", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, number);
  return first_user (statement, user, error);
}

static GPtrArray *
list_users (FlowCloudData *data, GError **error)
{
  g_autoptr (GPtrArray) users = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_cloud_user_free);
  sqlite3_stmt *statement = flow_cloud_sqlite_prepare (data, "cloud-user-list", error);
  gboolean row = FALSE;

  while (statement != NULL && flow_cloud_sqlite_step (statement, &row, error))
    {
      FlowCloudUser *user;

      if (!row)
        return g_steal_pointer (&users);
      user = g_new0 (FlowCloudUser, 1);
      read_user (statement, user);
      g_ptr_array_add (users, user);
    }
  return NULL;
}

static gboolean
set_disabled (FlowCloudData *data, gint64 user, gboolean disabled, GError **error)
{
  return run_two (data, "cloud-user-disable", user, disabled, error);
}

static gboolean
set_password (FlowCloudData *data, gint64 user, const char *password, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_prepare (data, "cloud-user-password", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, user);
  bind_text (statement, 2, password);
  return flow_cloud_sqlite_done (statement, error);
}

static gboolean
remove_user (FlowCloudData *data, gint64 user, GError **error)
{
  return run_one (data, "cloud-user-remove", user, error);
}

static gboolean
enter_device (FlowCloudData *data, FlowCloudDevice *device, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_prepare (data, "cloud-device-enter", error);
  gboolean row = FALSE;

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, device->user);
  bind_id (statement, 2, device->id);
  if (device->label != NULL)
    sqlite3_bind_blob64 (statement, 3, g_bytes_get_data (device->label, NULL), g_bytes_get_size (device->label),
                         SQLITE_TRANSIENT);
  sqlite3_bind_int64 (statement, 4, device->seen_ms);
  if (!flow_cloud_sqlite_step (statement, &row, error))
    return FALSE;
  read_device (statement, device);
  return flow_cloud_sqlite_done (statement, error);
}

static gboolean
find_device (FlowCloudData *data, gint64 user, const guint8 *id, FlowCloudDevice *device, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_prepare (data, "cloud-device-find", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, user);
  bind_id (statement, 2, id);
  return first_device (statement, device, error);
}

static GPtrArray *
list_devices (FlowCloudData *data, gint64 user, GError **error)
{
  g_autoptr (GPtrArray) devices = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_cloud_device_free);
  sqlite3_stmt *statement = flow_cloud_sqlite_prepare (data, "cloud-device-list", error);
  gboolean row = FALSE;

  if (statement != NULL)
    sqlite3_bind_int64 (statement, 1, user);
  while (statement != NULL && flow_cloud_sqlite_step (statement, &row, error))
    {
      FlowCloudDevice *device;

      if (!row)
        return g_steal_pointer (&devices);
      device = g_new0 (FlowCloudDevice, 1);
      read_device (statement, device);
      g_ptr_array_add (devices, device);
    }
  return NULL;
}

static gboolean
see_device (FlowCloudData *data, gint64 device, gint64 now_ms, GError **error)
{
  return run_two (data, "cloud-device-see", device, now_ms, error);
}

static gboolean
set_device_state (FlowCloudData *data, gint64 device, FlowCloudDeviceState state, GError **error)
{
  return run_two (data, "cloud-device-state", device, state, error) &&
         (state != FLOW_CLOUD_DEVICE_REMOVED || run_two (data, "cloud-device-forget", device, state, error));
}

static gboolean
add_session (FlowCloudData *data, FlowCloudSession *session, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_prepare (data, "cloud-session-add", error);

  if (statement == NULL)
    return FALSE;
  bind_id (statement, 1, session->id);
  sqlite3_bind_int64 (statement, 2, session->user);
  sqlite3_bind_int64 (statement, 3, session->device);
  sqlite3_bind_int64 (statement, 4, session->generation);
  bind_text (statement, 5, session->attempt);
  sqlite3_bind_int64 (statement, 6, session->expires_ms);
  return first_number (statement, &session->number, error);
}

static void
read_session (sqlite3_stmt *row, FlowCloudSession *session)
{
  session->number = sqlite3_column_int64 (row, 0);
  read_id (row, 1, session->id);
  session->user = sqlite3_column_int64 (row, 2);
  session->device = sqlite3_column_int64 (row, 3);
  session->generation = (guint32) sqlite3_column_int64 (row, 4);
  session->attempt = g_strdup ((const char *) sqlite3_column_text (row, 5));
  session->expires_ms = sqlite3_column_int64 (row, 6);
  read_id (row, 7, session->user_id);
  session->disabled = sqlite3_column_int (row, 8) != 0;
  read_id (row, 9, session->device_id);
  session->device_state = (FlowCloudDeviceState) sqlite3_column_int (row, 10);
}

static gboolean
find_session (FlowCloudData *data, const guint8 *id, FlowCloudSession *session, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_prepare (data, "cloud-session-find", error);
  gboolean row = FALSE;

  flow_cloud_session_clear (session);
  if (statement == NULL)
    return FALSE;
  bind_id (statement, 1, id);
  if (!flow_cloud_sqlite_step (statement, &row, error))
    return FALSE;
  if (row)
    read_session (statement, session);
  sqlite3_reset (statement);
  return TRUE;
}

static gboolean
advance_session (FlowCloudData *data, const FlowCloudSession *session, GError **error)
{
  sqlite3_stmt *statement = flow_cloud_sqlite_prepare (data, "cloud-session-advance", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, session->number);
  sqlite3_bind_int64 (statement, 2, session->generation);
  bind_text (statement, 3, session->attempt);
  sqlite3_bind_int64 (statement, 4, session->expires_ms);
  return flow_cloud_sqlite_done (statement, error);
}

static gboolean
end_session (FlowCloudData *data, gint64 session, GError **error)
{
  return run_one (data, "cloud-session-end", session, error);
}

static gboolean
end_device_sessions (FlowCloudData *data, gint64 device, GError **error)
{
  return run_one (data, "cloud-session-end-device", device, error);
}

static gboolean
end_sessions (FlowCloudData *data, gint64 before_ms, GError **error)
{
  return run_one (data, "cloud-session-end-old", before_ms, error);
}

const FlowCloudAccounts flow_cloud_sqlite_accounts = {
  .add_user = add_user,
  .find_user = find_user,
  .get_user = get_user,
  .list_users = list_users,
  .set_disabled = set_disabled,
  .set_password = set_password,
  .remove_user = remove_user,
  .enter_device = enter_device,
  .find_device = find_device,
  .list_devices = list_devices,
  .see_device = see_device,
  .set_device_state = set_device_state,
  .add_session = add_session,
  .find_session = find_session,
  .advance_session = advance_session,
  .end_session = end_session,
  .end_device_sessions = end_device_sessions,
  .end_sessions = end_sessions,
};
