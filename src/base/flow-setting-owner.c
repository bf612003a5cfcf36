/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-setting-owner"

#include "base/flow-setting-owner.h"

/* What is not here never leaves its device. */
static const char *const of_account[] = {
  "integrations.cloud.auto-upload",
  "sync.auto-sync",
  "sync.compress-from-bytes",
  "sync.compression-level",
  "sync.conflict-resolution",
  "sync.enable-offline-mode",
  "sync.interval",
  "sync.traces",
  NULL,
};

/* Lists of which each line is of the account: what two devices add to them is on both. */
static const char *const of_account_by_line[] = {
  "allowed-origins", "denied-origins", "edit.editors-by-site", "edit.editors-by-type", NULL,
};

/**
 * flow_settings_of_account:
 *
 * Returns: (transfer none) (array zero-terminated=1): the settings that have one value on all devices of an account
 */
const char *const *
flow_settings_of_account (void)
{
  return of_account;
}

/**
 * flow_setting_is_of_account:
 * @key: a key of the settings
 *
 * Returns: whether it follows the account that is signed in to; all others are of the device alone
 */
gboolean
flow_setting_is_of_account (const char *key)
{
  return g_strv_contains (of_account, key) || g_strv_contains (of_account_by_line, key);
}
