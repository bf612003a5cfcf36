/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-sync"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "hub/flow-json-read.h"
#include "hub/sync/flow-hub-sync-private.h"
#include "message/flow-json-member.h"
#include "store/flow-statement.h"

/* The devices of the account: the cloud knows that they are there, the records what they are called. */

#define MESSAGES_PATH "/api/devices/messages"
/* People wait for what is in the mailbox. */
#define MAIL_AGAIN_MS 2000
#define DEVICES_PATH "/api/devices"

/** flow_sync_device_row_free: free a device. */
void
flow_sync_device_row_free (gpointer row)
{
  FlowSyncDeviceRow *self = row;

  g_free (self->id);
  g_free (self->created);
  g_free (self->last_seen);
  g_free (self);
}

static const char *
name_device (FlowHubSync *self, const char *id)
{
  const char *name = g_hash_table_lookup (self->names, id);

  if (name != NULL && *name != '\0')
    return name;
  return g_strcmp0 (id, self->account->device) == 0 && self->account->device_name != NULL
             ? self->account->device_name
             : _ ("a device without a name");
}

static void
write_text (FlowJsonWriter *writer, const char *key, const char *text)
{
  flow_json_writer_key (writer, key);
  flow_json_writer_string (writer, text, -1);
}

static void
write_device (FlowHubSync *self, const FlowSyncDeviceRow *row, gboolean created, FlowJsonWriter *writer)
{
  const guint64 *behind = g_hash_table_lookup (self->link.behind, row->id);

  flow_json_writer_begin_object (writer);
  write_text (writer, "device", row->id);
  write_text (writer, "name", name_device (self, row->id));
  flow_json_member_flag (writer, "this", g_strcmp0 (row->id, self->account->device) == 0);
  if (created)
    write_text (writer, "created", row->created);
  write_text (writer, "last_seen", row->last_seen);
  flow_json_member_flag (writer, "connected", row->connected);
  flow_json_member_uint (writer, "behind", behind != NULL ? *behind : 0);
  flow_json_member_flag (writer, "retired", row->retired);
  flow_json_writer_end_object (writer);
}

static void
write_devices (FlowHubSync *self, gboolean created, FlowJsonWriter *writer)
{
  flow_json_writer_begin_array (writer);
  for (guint i = 0; i < self->devices->len; i++)
    write_device (self, self->devices->pdata[i], created, writer);
  flow_json_writer_end_array (writer);
}

/** flow_hub_sync_write_peers: write the array of devices, as the cloud named them last. */
void
flow_hub_sync_write_peers (FlowHubSync *self, FlowJsonWriter *writer)
{
  write_devices (self, FALSE, writer);
}

static FlowSyncDeviceRow *
read_row (JsonObject *object)
{
  const char *id = flow_json_get_string (object, "id");
  FlowSyncDeviceRow *row;

  if (id == NULL || strlen (id) != 2 * FLOW_SYNC_DEVICE_SIZE)
    return NULL;
  row = g_new0 (FlowSyncDeviceRow, 1);
  row->id = g_strdup (id);
  row->created = g_strdup (flow_json_get_string (object, "created"));
  row->last_seen = g_strdup (flow_json_get_string (object, "last_seen"));
  row->connected = flow_json_get_bool (object, "connected");
  row->retired = flow_json_get_bool (object, "retired");
  return row;
}

static void
take_devices (FlowHubSync *self, const FlowRemoteAnswer *answer)
{
  g_autoptr (JsonObject) body = NULL;
  JsonArray *array;

  body = flow_json_read_object (g_bytes_get_data (answer->body, NULL), g_bytes_get_size (answer->body), NULL);
  array = body != NULL ? flow_json_get_array (body, "devices") : NULL;
  if (array == NULL)
    return;
  g_ptr_array_set_size (self->devices, 0);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      FlowSyncDeviceRow *row = JSON_NODE_HOLDS_OBJECT (node) ? read_row (json_node_get_object (node)) : NULL;

      if (row != NULL)
        g_ptr_array_add (self->devices, row);
    }
  flow_hub_sync_tell (self);
}

/* The names, from the records, on their way from the writer thread. */
typedef struct
{
  FlowHubSync *sync;
  GHashTable *names;
} Names;

static gboolean
names_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  Names *names = data;
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row;

  if (!flow_sql_prepare (db, "hub-sync/device-names", &stmt, error))
    return FALSE;
  while (flow_sql_step_row (stmt, &row, error))
    {
      if (!row)
        return TRUE;
      g_hash_table_insert (names->names, g_strdup ((const char *) sqlite3_column_text (stmt, 0)),
                           g_strdup ((const char *) sqlite3_column_text (stmt, 1)));
    }
  return FALSE;
}

static void
names_done (gpointer data, const GError *error)
{
  g_autofree Names *names = data;
  FlowHubSync *self = names->sync;

  if (!self->stopped && error == NULL)
    {
      g_hash_table_unref (self->names);
      self->names = g_steal_pointer (&names->names);
      flow_hub_sync_tell (self);
    }
  g_clear_pointer (&names->names, g_hash_table_unref);
}

static void
ask_names (FlowHubSync *self)
{
  Names *names = g_new0 (Names, 1);

  names->sync = self;
  names->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  flow_sync_engine_run (self->setup.engine, names_run, names_done, names);
}

static void
asked_cb (const FlowRemoteAnswer *answer, const GError *error, gpointer data)
{
  FlowHubSync *self = data;

  self->asking_devices = FALSE;
  if (error == NULL && answer->status == SOUP_STATUS_OK)
    take_devices (self, answer);
}

/** flow_hub_sync_ask_devices: learn which devices there are, and what they are called. */
void
flow_hub_sync_ask_devices (FlowHubSync *self)
{
  const FlowRemoteCall call = { .method = SOUP_METHOD_GET, .path = DEVICES_PATH, .max_answer = FLOW_REMOTE_MAX_JSON };

  ask_names (self);
  if (self->asking_devices)
    return;
  self->asking_devices = TRUE;
  flow_remote_session_send (self->session, &call, asked_cb, self);
}

static void
listed_cb (const FlowRemoteAnswer *answer, const GError *error, gpointer data)
{
  FlowSyncJob *job = data;
  FlowHubSync *self = job->sync;
  g_autoptr (GString) text = g_string_new (NULL);
  FlowJsonWriter writer;

  if (!flow_sync_job_is_well (job, answer, error))
    return;
  take_devices (self, answer);
  flow_json_writer_init (&writer, text);
  flow_json_writer_begin_object (&writer);
  flow_json_writer_key (&writer, "devices");
  write_devices (self, TRUE, &writer);
  flow_json_writer_end_object (&writer);
  flow_sync_job_end (job, text->str, NULL, NULL);
}

/**
 * flow_hub_sync_list_devices:
 * @self: syncing
 * @done: hears the answer, a JSON object
 * @data: for @done
 *
 * Ask the cloud for the devices of the account.
 */
void
flow_hub_sync_list_devices (FlowHubSync *self, FlowHubSyncAnswer done, gpointer data)
{
  flow_sync_job_send (flow_sync_job_new (self, NULL, done, data), SOUP_METHOD_GET, DEVICES_PATH, NULL, NULL,
                      FLOW_REMOTE_MAX_JSON, listed_cb);
}

static char *
write_removed (void)
{
  GString *text = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, text);
  flow_json_writer_begin_object (&writer);
  write_text (&writer, "recovery", NULL);
  write_text (&writer, "notice",
              _ ("The server sends the device nothing more, but it still has the key of your account: whoever has the "
                 "device and gets at what the server keeps could read it. Replace the key with your passphrase."));
  flow_json_writer_end_object (&writer);
  return g_string_free (text, FALSE);
}

static void
rotated_cb (const char *answer, const GError *error, gpointer data)
{
  FlowSyncJob *job = data;
  g_autofree char *text = write_removed ();

  flow_sync_job_end (job, text, NULL, error);
}

/* Once it was asked to go, nobody may take its having gone for the whole. */
static GError *
make_unreplaced (const GError *error, const char *text)
{
  return g_error_new (error->domain, error->code, "%s: %s. %s", text, error->message,
                      _ ("Replace it in the app, on the page Sync below “Account”, or with “flowctl sync keys "
                         "--replace”."));
}

static void
replaced_cb (const char *answer, const GError *error, gpointer data)
{
  FlowSyncJob *job = data;
  g_autoptr (GError) problem = NULL;

  if (error != NULL)
    problem = make_unreplaced (error, _ ("The device is removed, but replacing the key of your account failed"));
  flow_sync_job_end (job, answer, NULL, problem);
}

/* It was removed before, and the answer to that got lost. */
static gboolean
is_gone (const FlowRemoteAnswer *answer)
{
  g_autofree char *code = answer != NULL && answer->status == SOUP_STATUS_NOT_FOUND ? flow_remote_read_code (answer)
                                                                                    : NULL;

  return g_strcmp0 (code, "not_found") == 0;
}

static void
removed_cb (const FlowRemoteAnswer *answer, const GError *error, gpointer data)
{
  FlowSyncJob *job = data;
  g_autoptr (GError) unknown = NULL;

  if (job->change != NULL && error != NULL)
    error = unknown = make_unreplaced (error, _ ("The device may be removed, but the key of your account is not "
                                                 "replaced"));
  if (!(job->change != NULL && is_gone (answer)) && !flow_sync_job_is_well (job, answer, error))
    return;
  /* The one that is gone has the keys of until now; what comes is sealed with others. */
  job->busy = TRUE;
  flow_hub_sync_ask_devices (job->sync);
  if (job->change != NULL)
    flow_hub_sync_replace_keys (job->sync, job->change->passphrase, replaced_cb, job);
  else
    flow_hub_sync_rotate_keys (job->sync, rotated_cb, job);
}

static void
send_removal (FlowSyncJob *job)
{
  job->busy = FALSE;
  flow_sync_job_send (job, SOUP_METHOD_DELETE, job->text, NULL, NULL, FLOW_REMOTE_MAX_JSON, removed_cb);
}

/* A passphrase that is wrong is said before anything is done. */
static void
checked_cb (const GError *error, gpointer data)
{
  FlowSyncJob *job = data;

  if (error == NULL)
    send_removal (job);
  else
    flow_sync_job_end (job, NULL, NULL, error);
}

static gboolean
check_removal (FlowHubSync *self, const char *device, gboolean replaces, GError **error)
{
  guint8 id[FLOW_SYNC_DEVICE_SIZE];

  if (strlen (device) != 2 * sizeof id || !flow_id_from_hex (device, sizeof id, id))
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "\"device\" must be 32 hex digits");
  else if (g_strcmp0 (device, self->account->device) == 0)
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT,
                         _ ("That is this device: sign out instead of removing it"));
  else
    return !replaces || flow_hub_sync_check_open (self, error);
  return FALSE;
}

/**
 * flow_hub_sync_remove_device:
 * @self: syncing
 * @device: a device, 32 hex digits
 * @passphrase: (nullable): the account's, to replace its key, which the device has
 * @done: hears the answer, a JSON object: other recovery words, or a notice that the device has the key still
 * @data: for @done
 *
 * Remove a device from the account: it is signed out, and with a passphrase it cannot read what comes later.
 */
void
flow_hub_sync_remove_device (FlowHubSync *self, const char *device, const char *passphrase, FlowHubSyncAnswer done,
                             gpointer data)
{
  g_autoptr (GError) error = NULL;
  FlowSyncJob *job;

  if (!check_removal (self, device, passphrase != NULL, &error))
    {
      done (NULL, error, data);
      return;
    }
  job = flow_sync_job_new (self, NULL, done, data);
  job->text = g_strconcat (DEVICES_PATH "/", device, NULL);
  if (passphrase == NULL)
    {
      send_removal (job);
      return;
    }
  job->change = flow_sync_key_change_new (passphrase);
  job->busy = TRUE;
  flow_hub_sync_check_passphrase (self, passphrase, checked_cb, job);
}

/* Of pairing: what comes of a round that is over is nothing to the next. */
static guint
get_round (FlowSyncJob *job)
{
  return GPOINTER_TO_UINT (job->data);
}

static void
mailed_cb (const FlowRemoteAnswer *answer, const GError *error, gpointer data)
{
  FlowSyncJob *job = data;
  g_autoptr (GError) problem = NULL;

  if (answer != NULL && !SOUP_STATUS_IS_SUCCESSFUL (answer->status))
    error = problem = flow_remote_read_error (answer);
  flow_sync_pairing_sent (job->sync->pairing, get_round (job), error);
  flow_sync_job_end (job, NULL, NULL, error);
}

static void
send_cb (const char *to, const char *kind, GBytes *body, guint round, gpointer data)
{
  FlowHubSync *self = data;
  GString *text = g_string_new (NULL);
  g_autoptr (GBytes) bytes = NULL;
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, text);
  flow_json_writer_begin_object (&writer);
  flow_json_member_text (&writer, "to", to, -1);
  flow_json_member_text (&writer, "kind", kind, -1);
  flow_json_writer_key (&writer, "body");
  flow_json_writer_base64 (&writer, g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  flow_json_writer_end_object (&writer);
  bytes = g_string_free_to_bytes (text);
  flow_sync_job_send (flow_sync_job_new (self, NULL, NULL, GUINT_TO_POINTER (round)), SOUP_METHOD_POST, MESSAGES_PATH,
                      FLOW_REMOTE_JSON, bytes, FLOW_REMOTE_MAX_JSON, mailed_cb);
}

/* What was not deleted in time comes again, and was taken already. */
static void
take_mail (FlowHubSync *self, JsonObject *message)
{
  gint64 number = flow_json_get_int (message, "number");
  const char *from = flow_json_get_string (message, "from");
  const char *kind = flow_json_get_string (message, "kind");
  const char *text = flow_json_get_string (message, "body");
  g_autoptr (GBytes) body = NULL;
  guchar *data;
  gsize size;

  if (number <= self->mail)
    return;
  self->mail = number;
  if (from == NULL || kind == NULL || text == NULL || *text == '\0')
    return;
  data = g_base64_decode (text, &size);
  body = g_bytes_new_take (data, size);
  flow_sync_pairing_receive (self->pairing, from, kind, body);
}

static gboolean
mail_again_cb (gpointer data)
{
  FlowHubSync *self = data;

  g_clear_pointer (&self->mail_timer, g_source_unref);
  flow_hub_sync_read_mail (self);
  return G_SOURCE_REMOVE;
}

/* Without a connection it is read when there is one. */
static void
read_mail_later (FlowHubSync *self)
{
  if (self->mail_timer != NULL || self->socket == NULL)
    return;
  self->mail_timer = g_timeout_source_new (MAIL_AGAIN_MS);
  g_source_set_name (self->mail_timer, "flow-hub-sync-mail");
  g_source_set_callback (self->mail_timer, mail_again_cb, self, NULL);
  g_source_attach (self->mail_timer, g_main_context_get_thread_default ());
}

static void
mail_read (FlowHubSync *self)
{
  gboolean again = self->mail_came;

  self->reading_mail = self->mail_came = FALSE;
  if (again)
    flow_hub_sync_read_mail (self);
}

static void
deleted_cb (const FlowRemoteAnswer *answer, const GError *error, gpointer data)
{
  mail_read (data);
}

/* It is deleted when it is taken, so that nothing is lost on the way. */
static void
delete_mail (FlowHubSync *self)
{
  g_autofree char *text = g_strdup_printf ("{\"until\":%" G_GINT64_FORMAT "}", self->mail);
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));
  const FlowRemoteCall call = {
    .method = SOUP_METHOD_DELETE,
    .path = MESSAGES_PATH,
    .content_type = FLOW_REMOTE_JSON,
    .body = body,
    .max_answer = FLOW_REMOTE_MAX_JSON,
  };

  flow_remote_session_send (self->session, &call, deleted_cb, self);
}

static void
mail_cb (const FlowRemoteAnswer *answer, const GError *error, gpointer data)
{
  FlowHubSync *self = data;
  g_autoptr (JsonObject) body = NULL;
  JsonArray *messages;

  if (error != NULL || answer->status != SOUP_STATUS_OK)
    {
      self->reading_mail = self->mail_came = FALSE;
      read_mail_later (self);
      return;
    }
  body = flow_json_read_object (g_bytes_get_data (answer->body, NULL), g_bytes_get_size (answer->body), NULL);
  messages = body != NULL ? flow_json_get_array (body, "messages") : NULL;
  for (guint i = 0; messages != NULL && i < json_array_get_length (messages); i++)
    {
      JsonNode *node = json_array_get_element (messages, i);

      if (JSON_NODE_HOLDS_OBJECT (node))
        take_mail (self, json_node_get_object (node));
    }
  if (self->session != NULL && messages != NULL && json_array_get_length (messages) > 0)
    delete_mail (self);
  else
    mail_read (self);
}

/** flow_hub_sync_read_mail: fetch what other devices have sent to this one. */
void
flow_hub_sync_read_mail (FlowHubSync *self)
{
  const FlowRemoteCall call = { .method = SOUP_METHOD_GET, .path = MESSAGES_PATH, .max_answer = FLOW_REMOTE_MAX_JSON };

  if (self->session == NULL || self->reading_mail)
    {
      self->mail_came = self->reading_mail;
      return;
    }
  self->reading_mail = TRUE;
  flow_remote_session_send (self->session, &call, mail_cb, self);
}

/** flow_hub_sync_stop_mail: there is no mailbox any more. */
void
flow_hub_sync_stop_mail (FlowHubSync *self)
{
  if (self->mail_timer != NULL)
    g_source_destroy (self->mail_timer);
  g_clear_pointer (&self->mail_timer, g_source_unref);
  self->reading_mail = self->mail_came = FALSE;
  self->mail = 0;
}

static FlowSecretKeys *
get_keys_cb (gpointer data)
{
  FlowHubSync *self = data;

  return self->keyring != NULL ? flow_sync_keyring_get (self->keyring) : NULL;
}

static void
pair_asked_cb (const char *device, gpointer data)
{
  FlowHubSync *self = data;

  flow_hub_sync_say (self, "device", _ ("Another device wants to be let in"), device);
  flow_hub_sync_tell (self);
}

static void
pair_moved_cb (gpointer data)
{
  flow_hub_sync_tell (data);
}

/* A key that was handed over: whoever began with it hears whether it is of use. */
typedef struct
{
  FlowHubSync *sync;
  guint round;
} Joining;

static void
key_used_cb (const GError *error, gpointer data)
{
  g_autofree Joining *joining = data;

  flow_sync_pairing_joined (joining->sync->pairing, joining->round, error);
}

static void
joined_cb (const guint8 account_key[FLOW_SECRET_KEY_SIZE], guint round, gpointer data)
{
  FlowHubSync *self = data;
  Joining *joining = g_new (Joining, 1);

  *joining = (Joining) { self, round };
  flow_hub_sync_use_account_key (self, account_key, flow_sync_job_new (self, key_used_cb, NULL, joining));
}

/** flow_hub_sync_new_pairing: (transfer full): how devices are let in. */
FlowSyncPairing *
flow_hub_sync_new_pairing (FlowHubSync *self)
{
  static const FlowSyncPairingFuncs funcs = { send_cb, get_keys_cb, pair_asked_cb, pair_moved_cb, joined_cb };

  return flow_sync_pairing_new (&funcs, self);
}

/**
 * flow_hub_sync_pair:
 * @self: syncing
 * @action: `offer`, `accept`, `confirm`, `cancel` or `show`
 * @code: (nullable): what another device shows, for `accept`
 * @writer: inside of an object
 * @error: return location
 *
 * Let a device in, or have this one let in, and write how far it is.
 *
 * Returns: whether that could be done
 */
gboolean
flow_hub_sync_pair (FlowHubSync *self, const char *action, const char *code, FlowJsonWriter *writer, GError **error)
{
  const char *peer;
  gboolean ok = TRUE;

  if (!flow_hub_sync_check_signed_in (self, error))
    return FALSE;
  if (g_str_equal (action, "offer"))
    ok = flow_sync_pairing_offer (self->pairing, error);
  else if (g_str_equal (action, "accept"))
    ok = flow_sync_pairing_accept (self->pairing, code, error);
  else if (g_str_equal (action, "confirm"))
    ok = flow_sync_pairing_confirm (self->pairing, error);
  else if (g_str_equal (action, "cancel"))
    flow_sync_pairing_cancel (self->pairing);
  else if (!g_str_equal (action, "show"))
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT,
                           "\"action\" must be offer, accept, confirm, cancel or show");
      return FALSE;
    }
  if (!ok)
    return FALSE;
  peer = flow_sync_pairing_get_device (self->pairing);
  flow_sync_pairing_write (self->pairing, peer != NULL ? name_device (self, peer) : NULL, writer);
  return TRUE;
}
