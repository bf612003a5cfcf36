/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-clock.h"
#include "hub/sync/flow-remote-session.h"
#include "hub/sync/flow-sync-account.h"
#include "secret/flow-secret-keys.h"
#include "secret/flow-secrets.h"

G_BEGIN_DECLS

/** FLOW_SYNC_SECRET_REFRESH: the name of the secret with which another access token is got. */
#define FLOW_SYNC_SECRET_REFRESH "cloud/refresh"
/** FLOW_SYNC_SECRET_KEY: the name of the account's key. */
#define FLOW_SYNC_SECRET_KEY "cloud/account-key"

/**
 * FlowSyncLogin:
 * @url: the cloud's address, as flow_remote_url_check() made it
 * @ca_file: (nullable): certificates that the cloud's must be signed by
 * @user: who
 * @password: opens the account
 * @passphrase: (nullable): opens the keys, or is that of the first ones
 * @recovery: (nullable): the words that open the keys as well
 * @make_account: whether the account is to be made first
 * @device: this device's id, 32 hex digits
 * @device_name: what the user calls it
 * @secrets: where secrets go
 * @again: this device is signed in without keys, and stays so when these do not open: the cloud forgets the session
 *   from before
 *
 * What somebody signs in with.
 */
typedef struct
{
  char *url;
  char *ca_file;
  char *user;
  char *password;
  char *passphrase;
  char *recovery;
  gboolean make_account;
  char *device;
  char *device_name;
  FlowSecretsKind secrets;
  gboolean again;
} FlowSyncLogin;

/**
 * FlowSyncLoggedIn:
 * @account: who has signed in, with its envelope
 * @remote: the cloud
 * @access: an access token
 * @expires_in_s: seconds that it is good for
 * @refresh: the refresh token, which is kept as a secret already
 * @keys: (nullable): the keys; %NULL: nothing opened them so far
 * @words: (nullable): the recovery words of keys that were made just now
 * @secrets: where secrets are
 * @notice: (nullable): what else to tell people
 *
 * What came of it. Whoever takes a member sets it to %NULL.
 */
typedef struct
{
  FlowSyncAccount *account;
  FlowRemote *remote;
  char *access;
  guint expires_in_s;
  char *refresh;
  FlowSecretKeys *keys;
  char **words;
  FlowSecrets *secrets;
  char *notice;
} FlowSyncLoggedIn;

/**
 * FlowSyncLoginDone:
 * @result: (nullable): what came of it
 * @error: (nullable): why nothing did: nothing was changed here then
 * @data: what was given with it
 *
 * Hears how signing in ended.
 */
typedef void (*FlowSyncLoginDone) (FlowSyncLoggedIn *result, const GError *error, gpointer data);

/**
 * FlowSyncLoginRun:
 *
 * Signing in, step by step, on the hub thread.
 */
typedef struct _FlowSyncLoginRun FlowSyncLoginRun;

void flow_sync_login_clear (FlowSyncLogin *self);
FlowSyncLoginRun *flow_sync_login_start (FlowSyncLogin *login, FlowContext *context, FlowSyncLoginDone done,
                                         gpointer data);
void flow_sync_login_detach (FlowSyncLoginRun *self);

G_END_DECLS
