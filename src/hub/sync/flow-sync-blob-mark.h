/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/*
 * What a pass stores in the cloud is written down before it is sent, and crossed out when the cloud has been told what
 * it is for. What is left by a pass that ended in between is deleted from the cloud, which knows of no use for it.
 */

gboolean flow_sync_blob_mark (sqlite3 *db, const char *blob, GError **error);
gboolean flow_sync_blob_unmark (sqlite3 *db, const char *blob, GError **error);
gboolean flow_sync_blob_leave (sqlite3 *db, GError **error);

G_END_DECLS
