/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <json-glib/json-glib.h>
#include <sqlite3.h>

#include "sync/flow-sync-vector.h"

G_BEGIN_DECLS

/** FLOW_SYNC_DIGEST_SIZE: bytes of what stands for a table. */
#define FLOW_SYNC_DIGEST_SIZE 16

/** FLOW_SYNC_DIGEST_NAME_SIZE: bytes of what a table is called, which says nothing without the key. */
#define FLOW_SYNC_DIGEST_NAME_SIZE 8

/** FLOW_SYNC_DIGEST_KEY_SIZE: bytes of the account's key for digests. */
#define FLOW_SYNC_DIGEST_KEY_SIZE 32

/** FLOW_SYNC_DIGEST_TABLES_MAX: tables of a digest at most. */
#define FLOW_SYNC_DIGEST_TABLES_MAX 256

/** FLOW_SYNC_BLOB_DIGITS: hex digits of the id of a blob. */
#define FLOW_SYNC_BLOB_DIGITS 32

/**
 * FlowSyncTableDigest:
 * @name: a keyed hash of the table's name
 * @sum: of keyed hashes of its records
 * @table: (nullable) (not owned): the table's name, when it is this device's digest; interned
 */
typedef struct
{
  guint8 name[FLOW_SYNC_DIGEST_NAME_SIZE];
  guint8 sum[FLOW_SYNC_DIGEST_SIZE];
  const char *table;
} FlowSyncTableDigest;

/**
 * FlowSyncDigest:
 * @scope: of which scope
 * @vector: what was known of it then
 * @key: says which key it was made with
 * @tables: (element-type FlowSyncTableDigest): those with something in them, by name
 * @repair: the blob with what holds there, empty: none
 *
 * What holds in a scope, in a few bytes. Two devices that know the same of it have the same ones, unless one of them
 * has lost or spoilt something. Who has not got the key learns nothing from it but that.
 */
typedef struct
{
  char scope[FLOW_SYNC_SCOPE_MAX + 1];
  FlowSyncVector *vector;
  guint8 key[FLOW_SYNC_DIGEST_NAME_SIZE];
  GArray *tables;
  char repair[FLOW_SYNC_BLOB_DIGITS + 1];
} FlowSyncDigest;

FlowSyncDigest *flow_sync_digest_new (const char *scope);
FlowSyncDigest *flow_sync_digest_copy (const FlowSyncDigest *self);
void flow_sync_digest_free (FlowSyncDigest *self);
gboolean flow_sync_digest_is_same (const FlowSyncDigest *self, const FlowSyncDigest *other);
gboolean flow_sync_digest_is_comparable (const FlowSyncDigest *self, const FlowSyncDigest *other);
guint flow_sync_digest_compare (const FlowSyncDigest *self, const FlowSyncDigest *other, GPtrArray *tables);
void flow_sync_digest_write_json (const FlowSyncDigest *self, FlowJsonWriter *json);
FlowSyncDigest *flow_sync_digest_read_json (JsonObject *object, const char *scope);

GPtrArray *flow_sync_digest_make (sqlite3 *db, const guint8 *key, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSyncDigest, flow_sync_digest_free)

G_END_DECLS
