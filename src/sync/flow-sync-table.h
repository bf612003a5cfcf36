/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

typedef struct _FlowSyncRecord FlowSyncRecord;

/**
 * FlowSyncType:
 * @FLOW_SYNC_INT: a whole number, also a boolean and a time
 * @FLOW_SYNC_REAL: a finite number
 * @FLOW_SYNC_TEXT: UTF-8
 * @FLOW_SYNC_BLOB: bytes
 * @FLOW_SYNC_SET: texts, each once
 * @FLOW_SYNC_MAP: texts by key
 *
 * What a field holds.
 */
typedef enum
{
  FLOW_SYNC_INT,
  FLOW_SYNC_REAL,
  FLOW_SYNC_TEXT,
  FLOW_SYNC_BLOB,
  FLOW_SYNC_SET,
  FLOW_SYNC_MAP,
} FlowSyncType;

/**
 * FlowSyncPolicy:
 * @FLOW_SYNC_LATEST: the write with the later clock, the other one is kept in the log of conflicts; in a map key by key
 * @FLOW_SYNC_FINAL: for the first field of a group: a final value beats an open one, of two final ones the one that the
 *   cloud accepted first holds, until both are accepted the later one
 * @FLOW_SYNC_UNION: for a set: what either added is in it, a removal removes what it had seen
 * @FLOW_SYNC_MERGE: for a text: what both changed is merged word by word, an overlap asks
 *
 * What holds when two devices wrote the same field and neither knew of the other.
 */
typedef enum
{
  FLOW_SYNC_LATEST,
  FLOW_SYNC_FINAL,
  FLOW_SYNC_UNION,
  FLOW_SYNC_MERGE,
} FlowSyncPolicy;

/**
 * FlowSyncDeletion:
 * @FLOW_SYNC_PEOPLE: people make these: one that was changed elsewhere meanwhile stays and asks
 * @FLOW_SYNC_MACHINE: machines make these: a deletion wins
 *
 * What a deletion does to a record that was changed by somebody who did not know of it.
 */
typedef enum
{
  FLOW_SYNC_PEOPLE,
  FLOW_SYNC_MACHINE,
} FlowSyncDeletion;

/**
 * FlowSyncField:
 * @name: on the wire, for ever; no "." in it
 * @type: what it holds
 * @policy: what holds of two writes
 * @group: (nullable): the name of a group: its fields are written and decided together, by the policy of its first one.
 *   They stand next to each other; no set and no map is in a group; the name is no field's
 *
 * A field of a table that syncs.
 */
typedef struct
{
  const char *name;
  FlowSyncType type;
  FlowSyncPolicy policy;
  const char *group;
} FlowSyncField;

/**
 * FlowSyncTable:
 * @name: on the wire, for ever; what its triggers write into sync_dirty
 * @schema: version of @fields, from 1: raised when a field is added. Fields are only ever added
 * @deletion: who makes these records
 * @fields: (array length=n_fields): its fields, 64 at most
 * @n_fields: how many
 * @finals: (nullable) (array zero-terminated=1): texts that are final in a %FLOW_SYNC_FINAL field
 * @scope: (nullable): the scope of a record, from nothing but its key, so that all devices agree; %NULL: the account
 * @read: reads a record as it is in the domain's own tables, whoever wrote it; *exists is %FALSE when there is none. An
 *   empty text, a zero and nothing are the same: none of them is written against what others set
 * @apply: makes the domain's tables say what was merged: @record is the whole record, %NULL when it is deleted. What
 *   the domain cannot keep it says with an error of %FLOW_ERROR; the record is quarantined then and tried again later.
 *   Triggers are silent meanwhile
 * @list: appends the keys (as #GBytes) of at most @limit records behind @after (%NULL: from the first one) in the order
 *   of their bytes
 * @title: (nullable): what people call the record, for the list of conflicts
 * @data: for the functions
 *
 * A kind of record that syncs: one row for the table and one for each field say all that the engine has to know.
 *
 * Everything is called on the thread of the connection, inside its transaction. A key is bytes: the trigger writes
 * `CAST (new.id AS BLOB)`.
 */
typedef struct _FlowSyncTable FlowSyncTable;

struct _FlowSyncTable
{
  const char *name;
  guint schema;
  FlowSyncDeletion deletion;
  const FlowSyncField *fields;
  guint n_fields;
  const char *const *finals;
  char *(*scope) (const FlowSyncTable *self, GBytes *key);
  gboolean (*read) (const FlowSyncTable *self, sqlite3 *db, GBytes *key, FlowSyncRecord *record, gboolean *exists,
                    GError **error);
  gboolean (*apply) (const FlowSyncTable *self, sqlite3 *db, GBytes *key, const FlowSyncRecord *record, GError **error);
  gboolean (*list) (const FlowSyncTable *self, sqlite3 *db, GBytes *after, guint limit, GPtrArray *keys,
                    GError **error);
  char *(*title) (const FlowSyncTable *self, sqlite3 *db, GBytes *key);
  gpointer data;
};

gboolean flow_sync_table_check (const FlowSyncTable *self, GError **error);
int flow_sync_table_find_field (const FlowSyncTable *self, const char *name);

G_END_DECLS
