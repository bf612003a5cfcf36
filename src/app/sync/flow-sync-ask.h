/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/sync/flow-sync-dialog.h"

G_BEGIN_DECLS

/**
 * FlowSyncQuestion:
 * @FLOW_SYNC_ASK_UNLOCK: the passphrase or the recovery words, for a device that does not have the key
 * @FLOW_SYNC_ASK_PASSPHRASE: another passphrase
 * @FLOW_SYNC_ASK_WORDS: other recovery words
 * @FLOW_SYNC_ASK_ROTATE: other keys
 * @FLOW_SYNC_ASK_REPLACE: another key of the account, and other keys
 * @FLOW_SYNC_ASK_SIGN_OUT: sign out
 * @FLOW_SYNC_ASK_DELETE: delete the account
 * @FLOW_SYNC_ASK_REMOVE: remove a device, with flow_sync_ask_remove()
 *
 * What is asked.
 */
typedef enum
{
  FLOW_SYNC_ASK_UNLOCK,
  FLOW_SYNC_ASK_PASSPHRASE,
  FLOW_SYNC_ASK_WORDS,
  FLOW_SYNC_ASK_ROTATE,
  FLOW_SYNC_ASK_REPLACE,
  FLOW_SYNC_ASK_SIGN_OUT,
  FLOW_SYNC_ASK_DELETE,
  FLOW_SYNC_ASK_REMOVE,
} FlowSyncQuestion;

#define FLOW_TYPE_SYNC_ASK (flow_sync_ask_get_type ())
G_DECLARE_FINAL_TYPE (FlowSyncAsk, flow_sync_ask, FLOW, SYNC_ASK, FlowSyncDialog)

FlowSyncDialog *flow_sync_ask_show (GtkWidget *from, FlowSyncBoard *board, FlowSyncQuestion question);
FlowSyncDialog *flow_sync_ask_remove (GtkWidget *from, FlowSyncBoard *board, const char *device, const char *name);

G_END_DECLS
