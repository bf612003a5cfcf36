/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "base/flow-context.h"

G_BEGIN_DECLS

#define FLOW_TYPE_SECRETS (flow_secrets_get_type ())

/**
 * FlowSecretsKind:
 * @FLOW_SECRETS_AUTO: what was used before; at first the keyring if there is one, else the file
 * @FLOW_SECRETS_KEYRING: the keyring of the desktop, by the Secret Service
 * @FLOW_SECRETS_FILE: a file in the data directory that only its owner may read
 * @FLOW_SECRETS_SESSION: the memory of this process
 *
 * Where secrets are kept; `--secrets` and the app say which.
 */
typedef enum
{
  FLOW_SECRETS_AUTO,
  FLOW_SECRETS_KEYRING,
  FLOW_SECRETS_FILE,
  FLOW_SECRETS_SESSION,
} FlowSecretsKind;

/**
 * FlowSecretsState:
 * @FLOW_SECRETS_UNKNOWN: nothing was asked yet
 * @FLOW_SECRETS_OK: the last question was answered
 * @FLOW_SECRETS_LOCKED: the keyring is locked
 * @FLOW_SECRETS_MISSING: there is no keyring, or it does not answer
 * @FLOW_SECRETS_REFUSED: the keyring, or the user in its window, said no; or the file may not be read
 *
 * How the last question ended.
 */
typedef enum
{
  FLOW_SECRETS_UNKNOWN,
  FLOW_SECRETS_OK,
  FLOW_SECRETS_LOCKED,
  FLOW_SECRETS_MISSING,
  FLOW_SECRETS_REFUSED,
} FlowSecretsState;

/** FLOW_SECRETS_MAX_SIZE: the longest secret, in bytes. */
#define FLOW_SECRETS_MAX_SIZE (64 * 1024)
/** FLOW_SECRETS_OF_USER: how the name of a secret begins that does not belong to one data directory. */
#define FLOW_SECRETS_OF_USER "user/"

G_DECLARE_FINAL_TYPE (FlowSecrets, flow_secrets, FLOW, SECRETS, GObject)

FlowSecrets *flow_secrets_new (FlowContext *context, FlowSecretsKind kind);
FlowSecretsKind flow_secrets_get_kind (FlowSecrets *self);
FlowSecretsState flow_secrets_get_state (FlowSecrets *self);
const char *flow_secrets_get_message (FlowSecrets *self);
gboolean flow_secrets_uses_file (FlowSecrets *self);
void flow_secrets_set_timeout (FlowSecrets *self, guint timeout_ms);

void flow_secrets_lookup_async (FlowSecrets *self, const char *name, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data);
GBytes *flow_secrets_lookup_finish (FlowSecrets *self, GAsyncResult *result, GError **error);
void flow_secrets_store_async (FlowSecrets *self, const char *name, const char *label, GBytes *secret,
                               GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gboolean flow_secrets_store_finish (FlowSecrets *self, GAsyncResult *result, GError **error);
void flow_secrets_clear_async (FlowSecrets *self, const char *name, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data);
gboolean flow_secrets_clear_finish (FlowSecrets *self, GAsyncResult *result, GError **error);
void flow_secrets_unlock_async (FlowSecrets *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean flow_secrets_unlock_finish (FlowSecrets *self, GAsyncResult *result, GError **error);

GBytes *flow_secrets_lookup (FlowSecrets *self, const char *name, GCancellable *cancellable, GError **error);
gboolean flow_secrets_store (FlowSecrets *self, const char *name, const char *label, GBytes *secret,
                             GCancellable *cancellable, GError **error);
gboolean flow_secrets_clear (FlowSecrets *self, const char *name, GCancellable *cancellable, GError **error);

gboolean flow_secrets_unlock (FlowSecrets *self, GCancellable *cancellable, GError **error);

gboolean flow_secrets_kind_from_text (const char *text, FlowSecretsKind *kind, GError **error);
const char *flow_secrets_kind_to_text (FlowSecretsKind kind);
const char *flow_secrets_state_to_text (FlowSecretsState state);

G_END_DECLS
