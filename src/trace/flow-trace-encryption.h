/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "store/flow-vault.h"
#include "trace/flow-trace-store.h"

G_BEGIN_DECLS

/**
 * FlowTraceEncryptionState:
 * @FLOW_TRACE_PLAIN: nothing is encrypted
 * @FLOW_TRACE_ENCRYPTING: what comes is encrypted, what is there is being encrypted
 * @FLOW_TRACE_WIPING: everything is encrypted, and what is left of the plain bytes must be overwritten
 * @FLOW_TRACE_ENCRYPTED: everything is encrypted
 * @FLOW_TRACE_DECRYPTING: what comes stays plain, what is there is being decrypted
 *
 * Whether the traces are encrypted on the disk.
 */
typedef enum
{
  FLOW_TRACE_PLAIN,
  FLOW_TRACE_ENCRYPTING,
  FLOW_TRACE_WIPING,
  FLOW_TRACE_ENCRYPTED,
  FLOW_TRACE_DECRYPTING,
} FlowTraceEncryptionState;

/**
 * FlowTraceEncryption:
 * @state: whether they are
 * @locked: whether the key is not at hand: nothing is taken in, and nothing can be read
 * @vault: (array fixed-size=8): the name of the key, unless @state is %FLOW_TRACE_PLAIN
 * @done: how much of a conversion is done
 * @total: of how much; 0 when there is none
 *
 * What can be said about encryption.
 */
typedef struct
{
  FlowTraceEncryptionState state;
  gboolean locked;
  guint8 vault[FLOW_VAULT_ID_SIZE];
  guint64 done;
  guint64 total;
} FlowTraceEncryption;

const char *flow_trace_encryption_to_text (FlowTraceEncryptionState state);
void flow_trace_store_get_encryption (FlowTraceStore *self, FlowTraceEncryption *encryption);
gboolean flow_trace_store_require_key (FlowTraceStore *self, GError **error);
gboolean flow_trace_store_encrypt (FlowTraceStore *self, FlowVault *vault, GError **error);
gboolean flow_trace_store_decrypt (FlowTraceStore *self, GError **error);
gboolean flow_trace_store_unlock (FlowTraceStore *self, GError **error);
gboolean flow_trace_store_wipe (FlowTraceStore *self, GError **error);

G_END_DECLS
