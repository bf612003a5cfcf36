/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sim-random.h"
#include "sync/flow-sync-table.h"

G_BEGIN_DECLS

/** SIM_KEYS: so many records there may be of a table; the last two of them are in a scope of their own. */
#define SIM_KEYS 6

/** SIM_SCOPE: the scope that is not the account. */
#define SIM_SCOPE "w-0123456789abcdefghijkl"

/**
 * SimEdit:
 * @table: 0: what people make, 1: what machines make
 * @key: number of the record
 * @what: what is changed; any number will do
 * @value: to what; no two edits of a run have the same
 *
 * What somebody does to a record.
 */
typedef struct
{
  guint table;
  guint key;
  guint what;
  guint value;
} SimEdit;

/**
 * SimTables:
 *
 * The tables of one database that sync in a simulation: one of what people make and one of what machines make, with a
 * field of every type and every policy. The version before knew less: fewer fields, a smaller group, no machines.
 */
typedef struct _SimTables SimTables;

gboolean sim_tables_create (sqlite3 *db, GError **error);
SimTables *sim_tables_new (sqlite3 *db, gboolean old);
void sim_tables_free (SimTables *self);
const FlowSyncTable *const *sim_tables_get (SimTables *self, guint *n);
gboolean sim_tables_edit (SimTables *self, const SimEdit *edit, GError **error);
gboolean sim_tables_delete (SimTables *self, const SimEdit *edit, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimTables, sim_tables_free)

G_END_DECLS
