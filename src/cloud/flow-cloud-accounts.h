/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** FLOW_CLOUD_ID_SIZE: bytes of an id of a user, a device or a session. */
#define FLOW_CLOUD_ID_SIZE 16

/** FLOW_CLOUD_ID_HEX: its characters in hex, the terminating zero included. */
#define FLOW_CLOUD_ID_HEX (2 * FLOW_CLOUD_ID_SIZE + 1)

typedef struct _FlowCloudData FlowCloudData;

/**
 * FlowCloudUser:
 * @number: the storage's number, 0 when there is no such user
 * @id: random
 * @name: as it was written
 * @password: the hash with its parameters
 * @disabled: nobody may sign in
 * @created_ms: when it was made, ms since the epoch
 *
 * An account.
 */
typedef struct
{
  gint64 number;
  guint8 id[FLOW_CLOUD_ID_SIZE];
  char *name;
  char *password;
  gboolean disabled;
  gint64 created_ms;
} FlowCloudUser;

/**
 * FlowCloudDeviceState:
 * @FLOW_CLOUD_DEVICE_LIVE: it counts
 * @FLOW_CLOUD_DEVICE_RETIRED: it was silent for too long: nobody waits for what it has acknowledged
 * @FLOW_CLOUD_DEVICE_REMOVED: it may not come back; of an account the last 1024 are remembered
 */
typedef enum
{
  FLOW_CLOUD_DEVICE_LIVE,
  FLOW_CLOUD_DEVICE_RETIRED,
  FLOW_CLOUD_DEVICE_REMOVED,
} FlowCloudDeviceState;

/**
 * FlowCloudDevice:
 * @number: the storage's number, 0 when there is no such device
 * @user: the number of its user
 * @id: as it calls itself
 * @label: (nullable): its name as ciphertext
 * @created_ms: when it first signed in
 * @seen_ms: when it was last heard of, within some minutes
 * @state: whether it counts
 *
 * A device of a user. Two users may have the same id; they are two devices.
 */
typedef struct
{
  gint64 number;
  gint64 user;
  guint8 id[FLOW_CLOUD_ID_SIZE];
  GBytes *label;
  gint64 created_ms;
  gint64 seen_ms;
  FlowCloudDeviceState state;
} FlowCloudDevice;

/**
 * FlowCloudSession:
 * @number: the storage's number, 0 when there is no such session
 * @id: random
 * @user: the number of its user
 * @device: the number of its device
 * @generation: how often its refresh token was replaced
 * @attempt: (nullable): the mark that the last replacement came with
 * @expires_ms: when it ends if it is not refreshed
 * @user_id: the user's id, when it was found
 * @disabled: the user's word
 * @device_id: the device's id, when it was found
 * @device_state: the device's state
 *
 * A signed-in device: the family of its refresh tokens.
 */
typedef struct
{
  gint64 number;
  guint8 id[FLOW_CLOUD_ID_SIZE];
  gint64 user;
  gint64 device;
  guint32 generation;
  char *attempt;
  gint64 expires_ms;
  guint8 user_id[FLOW_CLOUD_ID_SIZE];
  gboolean disabled;
  guint8 device_id[FLOW_CLOUD_ID_SIZE];
  FlowCloudDeviceState device_state;
} FlowCloudSession;

/**
 * FlowCloudAccounts:
 * @add_user: make a user; `FLOW_CLOUD_ERROR_USER_EXISTS` when the name is taken; sets its number
 * @find_user: find one by the key of its name (flow_cloud_name_key()); without one its number is 0
 * @get_user: find one by its number
 * @list_users: all, by name
 * @set_disabled: let nobody use it, or again
 * @set_password: another hash
 * @remove_user: delete a user and everything of it, blobs and records included
 * @enter_device: a device signs in: make it, or note that it was seen; @label %NULL leaves the one it has
 * @find_device: find a device of a user by its id; without one its number is 0
 * @list_devices: all of a user, by age
 * @see_device: note that it was heard of
 * @set_device_state: retire, remove or revive it
 * @add_session: make a session; sets its number
 * @find_session: find one by its id, with its user and device; without one its number is 0
 * @advance_session: note that its token was replaced
 * @end_session: delete it
 * @end_device_sessions: delete those of a device
 * @end_sessions: delete all that have expired
 *
 * What the storage knows of users, devices and sessions. All return %FALSE with @error only when the storage fails.
 */
typedef struct
{
  gboolean (*add_user) (FlowCloudData *data, FlowCloudUser *user, GError **error);
  gboolean (*find_user) (FlowCloudData *data, const char *name_key, FlowCloudUser *user, GError **error);
  gboolean (*get_user) (FlowCloudData *data, gint64 number, FlowCloudUser *user, GError **error);
  GPtrArray *(*list_users) (FlowCloudData *data, GError **error);
  gboolean (*set_disabled) (FlowCloudData *data, gint64 user, gboolean disabled, GError **error);
  gboolean (*set_password) (FlowCloudData *data, gint64 user, const char *password, GError **error);
  gboolean (*remove_user) (FlowCloudData *data, gint64 user, GError **error);
  gboolean (*enter_device) (FlowCloudData *data, FlowCloudDevice *device, GError **error);
  gboolean (*find_device) (FlowCloudData *data, gint64 user, const guint8 *id, FlowCloudDevice *device, GError **error);
  GPtrArray *(*list_devices) (FlowCloudData *data, gint64 user, GError **error);
  gboolean (*see_device) (FlowCloudData *data, gint64 device, gint64 now_ms, GError **error);
  gboolean (*set_device_state) (FlowCloudData *data, gint64 device, FlowCloudDeviceState state, GError **error);
  gboolean (*add_session) (FlowCloudData *data, FlowCloudSession *session, GError **error);
  gboolean (*find_session) (FlowCloudData *data, const guint8 *id, FlowCloudSession *session, GError **error);
  gboolean (*advance_session) (FlowCloudData *data, const FlowCloudSession *session, GError **error);
  gboolean (*end_session) (FlowCloudData *data, gint64 session, GError **error);
  gboolean (*end_device_sessions) (FlowCloudData *data, gint64 device, GError **error);
  gboolean (*end_sessions) (FlowCloudData *data, gint64 before_ms, GError **error);
} FlowCloudAccounts;

void flow_cloud_user_clear (FlowCloudUser *user);
void flow_cloud_user_free (FlowCloudUser *user);
void flow_cloud_device_clear (FlowCloudDevice *device);
void flow_cloud_device_free (FlowCloudDevice *device);
void flow_cloud_session_clear (FlowCloudSession *session);
char *flow_cloud_name_key (const char *name, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowCloudUser, flow_cloud_user_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowCloudDevice, flow_cloud_device_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowCloudSession, flow_cloud_session_clear)

G_END_DECLS
