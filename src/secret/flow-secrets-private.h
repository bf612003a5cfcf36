/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "secret/flow-secrets.h"

G_BEGIN_DECLS

/**
 * FlowSecretsAction:
 * @FLOW_SECRETS_LOOKUP: find a secret
 * @FLOW_SECRETS_STORE: keep one
 * @FLOW_SECRETS_CLEAR: forget one
 * @FLOW_SECRETS_UNLOCK: ask the user to unlock the keyring, or to make one
 *
 * What is asked of a place for secrets.
 */
typedef enum
{
  FLOW_SECRETS_LOOKUP,
  FLOW_SECRETS_STORE,
  FLOW_SECRETS_CLEAR,
  FLOW_SECRETS_UNLOCK,
} FlowSecretsAction;

/**
 * FlowSecretsCall:
 * @action: what is to be done
 * @name: with which secret; %NULL for %FLOW_SECRETS_UNLOCK
 * @label: what people read beside it
 * @directory: the data directory that it belongs to, or %NULL when it belongs to the user
 * @secret: what to store
 *
 * A call. Belongs to its task.
 */
typedef struct
{
  FlowSecretsAction action;
  char *name;
  char *label;
  char *directory;
  GBytes *secret;
} FlowSecretsCall;

void flow_secrets_keyring_run (const FlowSecretsCall *call, guint timeout_ms, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data);
gboolean flow_secrets_keyring_finish (GAsyncResult *result, GBytes **secret, GError **error);

/**
 * FlowSecretsFile:
 * @kind: where secrets go that are not known yet, %FLOW_SECRETS_AUTO before anybody decided
 * @items: (element-type utf8 GBytes): the secrets by name; an empty one is in the keyring
 *
 * What `secrets.json` in the data directory says.
 */
typedef struct
{
  FlowSecretsKind kind;
  GHashTable *items;
} FlowSecretsFile;

FlowSecretsFile *flow_secrets_file_load (const char *path, GError **error);
gboolean flow_secrets_file_save (const FlowSecretsFile *self, const char *path, GError **error);
void flow_secrets_file_free (FlowSecretsFile *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSecretsFile, flow_secrets_file_free)

G_END_DECLS
