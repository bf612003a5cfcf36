/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-context.h"

G_BEGIN_DECLS

/**
 * FlowSyncAccount:
 * @server: (nullable): the cloud's address; %NULL: nobody has signed in
 * @ca_file: (nullable): certificates that the cloud's must be signed by
 * @user: (nullable): who has signed in
 * @device: (nullable): this device's id, 32 hex digits
 * @device_name: (nullable): what the user calls it
 * @secrets: (nullable): where its secrets are: `keyring`, `file` or `session`
 * @envelope: (nullable): the keys as the cloud keeps them, all of them encrypted
 * @envelope_version: which one
 * @left: the user has signed out; what was synced is remembered for when he signs in again
 * @reset: what was synced with an account before is still to be forgotten
 * @paused: the user wants nothing sent and nothing fetched
 * @setup: (nullable): how far turning it on is: `running`, `paused` or `failed`; %NULL: it is on
 * @backup: (nullable): the file with the records as they were before
 *
 * What a device remembers of the account that it is signed in to, in a file of the data directory. No secret is in it.
 */
typedef struct
{
  char *server;
  char *ca_file;
  char *user;
  char *device;
  char *device_name;
  char *secrets;
  char *envelope;
  guint64 envelope_version;
  gboolean left;
  gboolean reset;
  gboolean paused;
  char *setup;
  char *backup;
} FlowSyncAccount;

FlowSyncAccount *flow_sync_account_new (void);
FlowSyncAccount *flow_sync_account_copy (const FlowSyncAccount *self);
void flow_sync_account_free (FlowSyncAccount *self);
FlowSyncAccount *flow_sync_account_load (FlowContext *context, GError **error);
gboolean flow_sync_account_save (const FlowSyncAccount *self, FlowContext *context, GError **error);
gboolean flow_sync_account_forget (FlowContext *context, GError **error);
void flow_sync_account_set (char **member, const char *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSyncAccount, flow_sync_account_free)

G_END_DECLS
