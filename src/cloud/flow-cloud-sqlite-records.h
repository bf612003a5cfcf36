/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cloud/flow-cloud-sqlite.h"

G_BEGIN_DECLS

/* Reading and binding what the records are made of. */
sqlite3_stmt *flow_cloud_sqlite_ask (FlowCloudData *data, const char *name, gint64 first, GError **error);
gboolean flow_cloud_sqlite_next (sqlite3_stmt *statement, gboolean *row, GError **error);
gboolean flow_cloud_sqlite_has (sqlite3_stmt *statement, gboolean *found, GError **error);
gboolean flow_cloud_sqlite_change (FlowCloudData *data, sqlite3_stmt *statement, gboolean *changed, GError **error);
void flow_cloud_sqlite_bind_id (sqlite3_stmt *statement, int index, const guint8 *id);
void flow_cloud_sqlite_bind_text (sqlite3_stmt *statement, int index, const char *text);
void flow_cloud_sqlite_bind_bytes (sqlite3_stmt *statement, int index, GBytes *bytes);
void flow_cloud_sqlite_read_id (sqlite3_stmt *row, int column, guint8 *id, gsize size);
void flow_cloud_sqlite_read_text (sqlite3_stmt *row, int column, char *text, gsize size);
GBytes *flow_cloud_sqlite_read_bytes (sqlite3_stmt *row, int column);
gboolean flow_cloud_sqlite_add_usage (FlowCloudData *data, gint64 user, const FlowCloudUsage *usage, GError **error);

/* Streams and batches. */
GPtrArray *flow_cloud_sqlite_list_streams (FlowCloudData *data, gint64 user, const char *scope, GError **error);
gboolean flow_cloud_sqlite_find_stream (FlowCloudData *data, gint64 user, const char *scope, const guint8 *device,
                                        guint64 epoch, FlowCloudStream *stream, GError **error);
gboolean flow_cloud_sqlite_count_streams (FlowCloudData *data, gint64 user, const char *scope, guint *count,
                                          GError **error);
gboolean flow_cloud_sqlite_add_batch (FlowCloudData *data, gint64 user, FlowCloudStream *stream, FlowCloudBatch *batch,
                                      GError **error);
gboolean flow_cloud_sqlite_find_batch (FlowCloudData *data, gint64 stream, guint64 seq, FlowCloudBatch *batch,
                                       GError **error);
gboolean flow_cloud_sqlite_walk_batches (FlowCloudData *data, gint64 user, const char *scope, gint64 from,
                                         GHashTable *known, FlowCloudBatchFunc func, gpointer user_data,
                                         GError **error);
GPtrArray *flow_cloud_sqlite_list_scopes (FlowCloudData *data, gint64 user, GError **error);
gboolean flow_cloud_sqlite_drop_batches (FlowCloudData *data, gint64 user, gint64 stream, guint64 seq, guint *dropped,
                                         GError **error);

/* What devices have said about them. */
GPtrArray *flow_cloud_sqlite_list_acks (FlowCloudData *data, gint64 user, const char *scope, GError **error);
gboolean flow_cloud_sqlite_set_ack (FlowCloudData *data, gint64 device, gint64 stream, guint64 seq, GError **error);
gboolean flow_cloud_sqlite_note_epoch (FlowCloudData *data, gint64 device, const char *scope, guint64 epoch,
                                       gboolean *changed, GError **error);
gboolean flow_cloud_sqlite_retire_devices (FlowCloudData *data, gint64 before_ms, guint *count, GError **error);
GPtrArray *flow_cloud_sqlite_list_digests (FlowCloudData *data, gint64 user, const char *scope, const guint8 *device,
                                           GError **error);
gboolean flow_cloud_sqlite_set_digest (FlowCloudData *data, gint64 device, const FlowCloudDigest *digest,
                                       GError **error);
gboolean flow_cloud_sqlite_forget_digests (FlowCloudData *data, gint64 device, GError **error);
GPtrArray *flow_cloud_sqlite_list_snapshots (FlowCloudData *data, gint64 user, GError **error);
gboolean flow_cloud_sqlite_get_snapshot (FlowCloudData *data, gint64 user, const char *scope,
                                         FlowCloudSnapshot *snapshot, GError **error);
gboolean flow_cloud_sqlite_set_snapshot (FlowCloudData *data, gint64 user, const FlowCloudSnapshot *snapshot,
                                         GError **error);
gboolean flow_cloud_sqlite_has_snapshot (FlowCloudData *data, gint64 user, const guint8 *blob, gboolean *has,
                                         GError **error);

/* Conflicts, letters, keys, blobs. */
gboolean flow_cloud_sqlite_find_conflict (FlowCloudData *data, gint64 user, const guint8 *id, gint64 *bytes,
                                          GError **error);
gboolean flow_cloud_sqlite_set_conflict (FlowCloudData *data, gint64 user, const FlowCloudConflict *conflict,
                                         GError **error);
GPtrArray *flow_cloud_sqlite_list_conflicts (FlowCloudData *data, gint64 user, GError **error);
gboolean flow_cloud_sqlite_remove_conflict (FlowCloudData *data, gint64 user, const guint8 *id, gboolean *found,
                                            GError **error);
gboolean flow_cloud_sqlite_add_letter (FlowCloudData *data, gint64 device, const FlowCloudLetter *letter,
                                       GError **error);
GPtrArray *flow_cloud_sqlite_list_letters (FlowCloudData *data, gint64 device, GError **error);
gboolean flow_cloud_sqlite_drop_letters (FlowCloudData *data, gint64 device, gint64 until, GError **error);
gboolean flow_cloud_sqlite_end_letters (FlowCloudData *data, gint64 before_ms, GError **error);
gboolean flow_cloud_sqlite_get_keys (FlowCloudData *data, gint64 user, gint64 *version, char **envelope,
                                     GError **error);
gboolean flow_cloud_sqlite_set_keys (FlowCloudData *data, gint64 user, gint64 version, const char *envelope,
                                     GError **error);
gboolean flow_cloud_sqlite_put_blob (FlowCloudData *data, gint64 user, const FlowCloudBlob *blob, GBytes *body,
                                     gboolean *replaced, GError **error);
gboolean flow_cloud_sqlite_find_blob (FlowCloudData *data, gint64 user, const guint8 *id, FlowCloudBlob *blob,
                                      GError **error);
gboolean flow_cloud_sqlite_get_blob (FlowCloudData *data, gint64 user, const guint8 *id, GBytes **body, GError **error);
GPtrArray *flow_cloud_sqlite_list_blobs (FlowCloudData *data, gint64 user, GError **error);
gboolean flow_cloud_sqlite_remove_blob (FlowCloudData *data, gint64 user, const guint8 *id, gboolean *found,
                                        GError **error);

G_END_DECLS
