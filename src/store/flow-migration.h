/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>
#include <sqlite3.h>

#include "store/flow-store-resources.h"

G_BEGIN_DECLS

/**
 * FlowMigration:
 * @number: 1 and up, without gaps
 * @name: what stands after the number in the file's name
 * @up: the SQL that makes this version out of the one before
 * @down: the SQL that makes the one before out of this one
 * @checksum: SHA-256 of @up, in hex
 *
 * A step from one schema to the next. Neither text may begin or end a transaction.
 */
typedef struct
{
  int number;
  char *name;
  char *up;
  char *down;
  char *checksum;
} FlowMigration;

GPtrArray *flow_migrations_load (const char *resource_path, GError **error);
int flow_migrations_newest (GPtrArray *migrations);
gboolean flow_migrations_version (sqlite3 *db, int *version, GError **error);
gboolean flow_migrations_compare (sqlite3 *db, GPtrArray *migrations, GPtrArray *problems, GError **error);
gboolean flow_migrations_apply (sqlite3 *db, GPtrArray *migrations, int to, GError **error);
gboolean flow_migrations_revert (sqlite3 *db, GPtrArray *migrations, int to, GError **error);

G_END_DECLS
