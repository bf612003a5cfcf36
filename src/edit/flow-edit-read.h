/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <sqlite3.h>

#include "edit/flow-edit-journal.h"

G_BEGIN_DECLS

/** FLOW_EDIT_PLACE_BITS: of an entry's number are its place in its session, the others the session's number. */
#define FLOW_EDIT_PLACE_BITS 32
#define FLOW_EDIT_PLACE_MASK ((G_GUINT64_CONSTANT (1) << FLOW_EDIT_PLACE_BITS) - 1)

/**
 * FlowEditStepFunc:
 * @place: of an entry
 * @what: its kind, as text
 * @change: (transfer none): what it did; without an operation nothing, or it is not kept any more
 * @data: what was given with it
 *
 * Take an entry.
 *
 * Returns: whether more are wanted
 */
typedef gboolean (*FlowEditStepFunc) (guint64 place, const char *what, FlowEditChange *change, gpointer data);

gint64 flow_edit_read_first (guint64 number);
gint64 flow_edit_read_last (guint64 number);
gboolean flow_edit_read_find (sqlite3 *db, const char *id, guint64 *number, guint64 *revision, GError **error);
GPtrArray *flow_edit_read_records (sqlite3 *db, GError **error);
FlowEditStored *flow_edit_read_session (sqlite3 *db, guint64 number, GError **error);
FlowText *flow_edit_read_snapshot (sqlite3 *db, guint64 number, guint64 revision, guint64 *place, guint64 *at,
                                   GError **error);
FlowText *flow_edit_read_snapshot_before (sqlite3 *db, guint64 number, guint64 before, guint64 *place, GError **error);
gboolean flow_edit_read_oldest (sqlite3 *db, guint64 number, guint64 revision, guint skip, gint64 *place, guint64 *at,
                                GError **error);
gboolean flow_edit_read_steps (sqlite3 *db, guint64 number, guint64 place, FlowEditStepFunc step, gpointer data,
                               GError **error);
FlowText *flow_edit_read_text (sqlite3 *db, guint64 number, guint64 revision, guint64 *at, GError **error);
guint64 flow_edit_read_back (sqlite3 *db, guint64 number, guint entries, GError **error);
GPtrArray *flow_edit_read_changes (sqlite3 *db, guint64 number, guint64 after, GError **error);

G_END_DECLS
