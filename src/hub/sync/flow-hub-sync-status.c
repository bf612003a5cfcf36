/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-sync"

#include <glib/gi18n-lib.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "hub/sync/flow-hub-sync-private.h"
#include "hub/sync/flow-remote-url.h"
#include "message/flow-json-member.h"

/* What is said of syncing. */

/* What was measured is shown for so long. */
#define SPEED_US (3 * G_USEC_PER_SEC)

static gboolean
has_error (FlowHubSync *self, FlowError code)
{
  return g_error_matches (self->error, FLOW_ERROR, (int) code);
}

static gboolean
is_signed_out (FlowHubSync *self)
{
  return has_error (self, FLOW_ERROR_SIGNED_OUT) || has_error (self, FLOW_ERROR_CLONED) ||
         has_error (self, FLOW_ERROR_DEVICE_REMOVED);
}

static gboolean
is_moving (FlowHubSync *self)
{
  const FlowSyncPassTotals *totals = self->pass != NULL ? flow_sync_pass_get_totals (self->pass) : NULL;

  return totals != NULL && (totals->sent > 0 || totals->received > 0 || self->counts.pending > 0);
}

static const char *
name_state (FlowHubSync *self)
{
  if (self->account->server == NULL || self->account->left)
    return "off";
  if (is_signed_out (self))
    return "signed_out";
  if (has_error (self, FLOW_ERROR_NEEDS_PASSPHRASE))
    return "needs_passphrase";
  if (self->account->paused)
    return "paused";
  if (self->settings->local_only)
    return "error";
  if (has_error (self, FLOW_ERROR_OFFLINE) || has_error (self, FLOW_ERROR_BUSY) || has_error (self, FLOW_ERROR_TIMEOUT))
    return "offline";
  if (self->error != NULL)
    return "error";
  if (is_moving (self))
    return "syncing";
  return self->last_success_ns == 0 ? "connecting" : "idle";
}

static void
write_text (FlowJsonWriter *writer, const char *key, const char *text)
{
  flow_json_writer_key (writer, key);
  flow_json_writer_string (writer, text, -1);
}

static void
write_error (FlowHubSync *self, FlowJsonWriter *writer)
{
  g_autoptr (GError) local = NULL;
  const GError *error = self->error;

  flow_json_writer_key (writer, "error");
  if (error == NULL && self->settings->local_only && self->session != NULL)
    error = local = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_LOCAL_ONLY, _ ("The setting privacy.local-only is on"));
  if (error == NULL || self->account->left)
    {
      flow_json_writer_null (writer);
      return;
    }
  flow_json_writer_begin_object (writer);
  write_text (writer, "code", flow_error_info_for (error)->code);
  write_text (writer, "message", error->message);
  write_text (writer, "suggestion", flow_error_info_for (error)->advice);
  flow_json_writer_end_object (writer);
}

static void
write_account (FlowHubSync *self, FlowJsonWriter *writer)
{
  gboolean off = self->account->server == NULL || self->account->left;

  write_text (writer, "server", off ? NULL : self->account->server);
  write_text (writer, "user", off ? NULL : self->account->user);
  flow_json_writer_key (writer, "device");
  if (off)
    {
      flow_json_writer_null (writer);
      return;
    }
  flow_json_writer_begin_object (writer);
  write_text (writer, "id", self->account->device);
  write_text (writer, "name", self->account->device_name);
  flow_json_writer_end_object (writer);
}

static void
write_speed (FlowHubSync *self, FlowJsonWriter *writer)
{
  gboolean shown = self->speed_us > 0 && flow_clock_monotonic_us (self->setup.clock) - self->speed_us < SPEED_US;

  flow_json_writer_key (writer, "speed");
  flow_json_writer_begin_object (writer);
  flow_json_member_int (writer, "up", shown ? (gint64) self->speed_up : 0);
  flow_json_member_int (writer, "down", shown ? (gint64) self->speed_down : 0);
  flow_json_writer_end_object (writer);
  flow_json_writer_key (writer, "ratio");
  if (self->raw_bytes > 0)
    flow_json_writer_double (writer, (double) self->sealed_bytes / (double) self->raw_bytes);
  else
    flow_json_writer_null (writer);
}

static void
write_counts (FlowHubSync *self, FlowJsonWriter *writer)
{
  flow_json_member_flag (writer, "auto", self->settings->auto_sync);
  flow_json_writer_key (writer, "pending");
  flow_json_writer_begin_object (writer);
  flow_json_member_uint (writer, "operations", self->counts.pending);
  flow_json_member_uint (writer, "bytes", self->counts.pending_bytes);
  flow_json_writer_end_object (writer);
  flow_json_writer_key (writer, "last_success");
  if (self->last_success_ns > 0)
    flow_json_writer_time (writer, self->last_success_ns);
  else
    flow_json_writer_null (writer);
  flow_json_member_uint (writer, "conflicts", self->counts.conflicts);
  flow_json_member_uint (writer, "quarantined", self->counts.quarantined);
}

/* What another device has otherwise, and what was done about it. */
static void
write_difference (FlowHubSync *self, FlowJsonWriter *writer)
{
  const FlowSyncDifference *differs = &self->counts.differs;
  char id[2 * FLOW_SYNC_DEVICE_SIZE + 1];

  flow_json_writer_key (writer, "differs");
  if (differs->tables == 0)
    flow_json_writer_null (writer);
  else
    {
      flow_id_to_hex (differs->device, sizeof differs->device, id);
      flow_json_writer_begin_object (writer);
      write_text (writer, "device", id);
      write_text (writer, "name", g_hash_table_lookup (self->names, id));
      flow_json_member_uint (writer, "tables", differs->tables);
      flow_json_member_flag (writer, "stuck", differs->stuck);
      flow_json_writer_end_object (writer);
    }
  flow_json_writer_key (writer, "repaired");
  if (self->link.repaired == 0)
    {
      flow_json_writer_null (writer);
      return;
    }
  flow_json_writer_begin_object (writer);
  flow_json_member_uint (writer, "records", self->link.repaired);
  flow_json_writer_key (writer, "time");
  flow_json_writer_time (writer, self->link.repaired_ns);
  flow_json_writer_end_object (writer);
}

static void
write_secrets (FlowHubSync *self, FlowJsonWriter *writer)
{
  const char *kind = self->account->secrets;
  const char *state = "ok", *message = "";

  if (self->secrets != NULL)
    {
      kind = flow_secrets_kind_to_text (flow_secrets_get_kind (self->secrets));
      state = flow_secrets_state_to_text (flow_secrets_get_state (self->secrets));
      message = flow_secrets_get_message (self->secrets);
    }
  flow_json_writer_key (writer, "secrets");
  flow_json_writer_begin_object (writer);
  write_text (writer, "kind", kind != NULL && !g_str_equal (kind, "auto") ? kind : "keyring");
  write_text (writer, "state", g_str_equal (state, "unknown") ? "ok" : state);
  write_text (writer, "message", message);
  flow_json_writer_end_object (writer);
}

static void
write_setup (FlowHubSync *self, FlowJsonWriter *writer)
{
  flow_json_writer_key (writer, "setup");
  if (flow_sync_setup_get_state (self->setting_up) == FLOW_SYNC_SETUP_NONE)
    {
      flow_json_writer_null (writer);
      return;
    }
  flow_json_writer_begin_object (writer);
  flow_sync_setup_write (self->setting_up, writer);
  flow_json_writer_end_object (writer);
}

/* Every other computer that is spoken with. */
static void
write_hosts (FlowHubSync *self, FlowJsonWriter *writer)
{
  g_autofree char *host = self->remote != NULL ? flow_remote_url_get_host (flow_remote_get_url (self->remote)) : NULL;

  flow_json_writer_key (writer, "hosts");
  flow_json_writer_begin_array (writer);
  if (host != NULL)
    flow_json_writer_string (writer, host, -1);
  flow_json_writer_end_array (writer);
}

static void
write_words (FlowJsonWriter *writer)
{
  const char *const encrypted[] = {
    _ ("notes, titles, tags and pins"), _ ("the list of traces and their spans"),
    _ ("settings of the account"),      _ ("workspaces, debug sessions and choices of editors"),
    _ ("the names of devices"),         NULL,
  };
  const char *const readable[] = {
    _ ("your name at the cloud and when you sign in"),
    _ ("sizes, times and numbers of changes"),
    _ ("which device sent them"),
    NULL,
  };

  flow_json_writer_key (writer, "encrypted");
  flow_json_writer_strv (writer, encrypted);
  flow_json_writer_key (writer, "readable");
  flow_json_writer_strv (writer, readable);
}

/**
 * flow_hub_sync_write_status:
 * @self: syncing
 * @writer: inside of an object
 *
 * Write the members of the answer of the verb `sync-status`.
 */
void
flow_hub_sync_write_status (FlowHubSync *self, FlowJsonWriter *writer)
{
  write_text (writer, "state", name_state (self));
  write_account (self, writer);
  write_counts (self, writer);
  write_difference (self, writer);
  write_error (self, writer);
  write_speed (self, writer);
  flow_json_writer_key (writer, "peers");
  flow_hub_sync_write_peers (self, writer);
  write_secrets (self, writer);
  write_setup (self, writer);
  write_hosts (self, writer);
  write_words (writer);
}
