/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>
#include <sqlite3.h>

#include "secret/flow-cipher.h"

G_BEGIN_DECLS

#define FLOW_TYPE_VAULT (flow_vault_get_type ())

/** FLOW_VAULT_ID_SIZE: bytes of the name of a vault. */
#define FLOW_VAULT_ID_SIZE 8
/** FLOW_VAULT_OVERHEAD: bytes by which a sealed value is longer: a mark, the vault, a nonce before, a tag behind. */
#define FLOW_VAULT_OVERHEAD (1 + FLOW_VAULT_ID_SIZE + FLOW_CIPHER_BOX_OVERHEAD)
/** FLOW_VAULT_MARK: the first byte of a sealed value. */
#define FLOW_VAULT_MARK 0xff

/**
 * FlowVault:
 *
 * The key by which values of a database are sealed, and its name, which each sealed value bears. A vault that was
 * published opens what it sealed on every connection of this process; nothing else must be told of it.
 *
 * A sealed value has another type than the plain one, so that nobody who sends data can make it look sealed: where
 * a column has a BLOB it is a TEXT, and a BLOB where the column has a TEXT. It is bound to what it is and to the row
 * where it is.
 *
 * Immutable and reference counted, for any thread.
 */
typedef struct _FlowVault FlowVault;

/**
 * FlowVaultSealer:
 *
 * Seals values with one vault. Belongs to one thread.
 */
typedef struct _FlowVaultSealer FlowVaultSealer;

GType flow_vault_get_type (void) G_GNUC_CONST;
FlowVault *flow_vault_new (void);
FlowVault *flow_vault_new_from_secret (GBytes *secret, GError **error);
FlowVault *flow_vault_ref (FlowVault *self);
void flow_vault_unref (FlowVault *self);
const guint8 *flow_vault_get_id (const FlowVault *self);
GBytes *flow_vault_get_secret (const FlowVault *self);
char *flow_vault_get_secret_name (const guint8 id[FLOW_VAULT_ID_SIZE]);

void flow_vault_publish (FlowVault *self);
void flow_vault_withdraw (const guint8 id[FLOW_VAULT_ID_SIZE]);
FlowVault *flow_vault_find (const guint8 id[FLOW_VAULT_ID_SIZE]);

FlowVaultSealer *flow_vault_sealer_new (FlowVault *vault);
void flow_vault_sealer_free (FlowVaultSealer *self);
FlowVault *flow_vault_sealer_get_vault (FlowVaultSealer *self);
void flow_vault_sealer_seal (FlowVaultSealer *self, const char *what, gint64 row, gconstpointer plain, gsize size,
                             guint8 *out);
void flow_vault_bind_text (FlowVaultSealer *sealer, sqlite3_stmt *stmt, int parameter, const char *what, gint64 row,
                           const char *text, gsize size);
void flow_vault_bind_blob (FlowVaultSealer *sealer, sqlite3_stmt *stmt, int parameter, const char *what, gint64 row,
                           gconstpointer data, gsize size);

guint8 *flow_vault_open (const char *what, gint64 row, gconstpointer sealed, gsize size, gsize *plain_size,
                         GError **error);
gboolean flow_vault_add_functions (sqlite3 *db, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowVault, flow_vault_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowVaultSealer, flow_vault_sealer_free)

G_END_DECLS
