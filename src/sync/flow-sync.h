/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-clock.h"
#include "sync/flow-sync-ops.h"
#include "sync/flow-sync-table.h"
#include "sync/flow-sync-welcome.h"

G_BEGIN_DECLS

/**
 * FlowSync:
 *
 * One replica of the records of an account, in a database. It writes down what is done to records here as operations,
 * takes those of other devices in, and makes the domain's tables say what holds. What is sent follows from what others
 * have; whatever two wrote without knowing of each other is decided by rules or asked, and never lost.
 *
 * It has no thread, no network and no clock of its own. All of it happens on the thread of the database's connection; a
 * function that writes wants a transaction. After an error, and when the transaction was rolled back, it looks
 * everything up again (flow_sync_forget()).
 */
typedef struct _FlowSync FlowSync;

/**
 * FlowSyncSetup:
 * @tables: (array length=n_tables): the kinds of records, in the order in which they are told to the domain; must live
 *   as long as the engine
 * @n_tables: how many
 * @clock: where the time comes from
 * @random: makes random bytes; %NULL: the system's
 * @random_data: for @random
 * @machine: what tells this machine and folder from others: when it changes, the disk was copied
 *
 * What an engine is made of.
 */
typedef struct
{
  const FlowSyncTable *const *tables;
  guint n_tables;
  const FlowClock *clock;
  void (*random) (guint8 *out, gsize size, gpointer data);
  gpointer random_data;
  const char *machine;
} FlowSyncSetup;

/**
 * FlowSyncResolution:
 * @FLOW_SYNC_AUTO_MERGE: the policies of the tables; they ask where they must
 * @FLOW_SYNC_MANUAL: every conflict asks
 * @FLOW_SYNC_CLOUD_WINS: what was written elsewhere holds
 * @FLOW_SYNC_LOCAL_WINS: what was written here holds
 *
 * Who decides conflicts that are found from now on.
 */
typedef enum
{
  FLOW_SYNC_AUTO_MERGE,
  FLOW_SYNC_MANUAL,
  FLOW_SYNC_CLOUD_WINS,
  FLOW_SYNC_LOCAL_WINS,
} FlowSyncResolution;

/**
 * FlowSyncDifference:
 * @device: (array fixed-size=16): a device that has something else although it knows the same
 * @tables: how many tables differ, 0: none
 * @stuck: repairing them did not help
 *
 * What was found out by comparing digests.
 */
typedef struct
{
  guint8 device[FLOW_SYNC_DEVICE_SIZE];
  guint tables;
  gboolean stuck;
} FlowSyncDifference;

/**
 * FlowSyncCounts:
 * @pending: own operations that the cloud has not accepted
 * @pending_bytes: their bytes, as they are before compression
 * @conflicts: conflicts that wait for a person
 * @quarantined: operations and records that could not be taken
 * @operations: operations in the log
 * @differs: what other devices have otherwise
 *
 * What `flowctl sync status` shows.
 */
typedef struct
{
  guint64 pending;
  guint64 pending_bytes;
  guint64 conflicts;
  guint64 quarantined;
  guint64 operations;
  FlowSyncDifference differs;
} FlowSyncCounts;

/**
 * FlowSyncSeed:
 * @table: which table is at its turn
 * @after: (nullable): the last record of it that was looked at
 * @rows: records so far
 * @finished: whether all were looked at
 *
 * How far the records that were there before are; begins zeroed, ends with flow_sync_seed_clear(). A run that was
 * broken off begins from the first one again: what has its operation gets no second one.
 */
typedef struct
{
  guint table;
  GBytes *after;
  guint64 rows;
  gboolean finished;
} FlowSyncSeed;

/**
 * FlowSyncCensus:
 * @rows: records of each table, in the order of the tables
 * @bytes: bytes that their operations would have, roughly
 *
 * What is there to be sent when syncing is turned on.
 */
typedef struct
{
  guint64 *rows;
  guint64 bytes;
} FlowSyncCensus;

/**
 * FlowSyncPlan:
 * @scope: which scope
 * @upload: there is something to send
 * @upload_after: the seq behind which it begins
 * @download: the cloud has something that is not here
 * @snapshot: it is so old that only the snapshot has it: fetch that first
 * @compact: all of it is here, and a snapshot of it would be worth while
 * @repair: the blob with what a device has that has something else, empty: none
 * @mend: others have something else: offer them what is here
 * @tell: there is a digest that the cloud has not got: say hello again
 *
 * What is to be done for a scope.
 */
typedef struct
{
  char scope[FLOW_SYNC_SCOPE_MAX + 1];
  gboolean upload;
  guint64 upload_after;
  gboolean download;
  gboolean snapshot;
  gboolean compact;
  char repair[FLOW_SYNC_BLOB_DIGITS + 1];
  gboolean mend;
  gboolean tell;
} FlowSyncPlan;

/**
 * FlowSyncPlans:
 * @again: this replica goes on as another one (it was restored, copied or retired): say hello again
 * @plans: (element-type FlowSyncPlan): a plan for each scope
 *
 * What follows from a welcome.
 */
typedef struct
{
  gboolean again;
  GArray *plans;
} FlowSyncPlans;

/**
 * FlowSyncOutcome:
 * @FLOW_SYNC_TAKEN: all of it is in
 * @FLOW_SYNC_KNOWN: it was there already
 * @FLOW_SYNC_GAP: operations before it are missing: fetch by the vector
 * @FLOW_SYNC_EARLY: its device knew of operations that are not here yet: fetch by the vector
 * @FLOW_SYNC_AHEAD: its clock is more than a minute ahead of this one: say hello again to learn the time, try again
 * @FLOW_SYNC_REFUSED: it is not what its device sent, or cannot be read; it is in quarantine, others go on
 * @FLOW_SYNC_UNREAD: it does not open, which anybody can bring about: its stream waits until it came again
 *
 * What became of operations. What was taken before a gap stays taken.
 */
typedef enum
{
  FLOW_SYNC_TAKEN,
  FLOW_SYNC_KNOWN,
  FLOW_SYNC_GAP,
  FLOW_SYNC_EARLY,
  FLOW_SYNC_AHEAD,
  FLOW_SYNC_REFUSED,
  FLOW_SYNC_UNREAD,
} FlowSyncOutcome;

/**
 * FlowSyncApplied:
 * @outcome: what became of it
 * @ops: operations that were taken
 * @records: records that have other values for it
 * @made: operations of this device that came of it: merges and decisions
 * @asked: conflicts that wait for a person since
 * @decided: conflicts that the rules decided
 *
 * What taking operations in did.
 */
typedef struct
{
  FlowSyncOutcome outcome;
  guint ops;
  guint records;
  guint made;
  guint asked;
  guint decided;
} FlowSyncApplied;

FlowSync *flow_sync_new (const FlowSyncSetup *setup);
void flow_sync_free (FlowSync *self);
gboolean flow_sync_open (FlowSync *self, sqlite3 *db, GError **error);
void flow_sync_close (FlowSync *self);
void flow_sync_forget (FlowSync *self);

gboolean flow_sync_is_on (FlowSync *self);
const guint8 *flow_sync_get_device (FlowSync *self);
guint64 flow_sync_get_epoch (FlowSync *self);
gint64 flow_sync_get_offset_ms (FlowSync *self);
gint64 flow_sync_get_now_ms (FlowSync *self);
void flow_sync_set_resolution (FlowSync *self, FlowSyncResolution resolution);
const FlowSyncTable *flow_sync_find_table (FlowSync *self, const char *name);

gboolean flow_sync_turn_on (FlowSync *self, GError **error);
gboolean flow_sync_turn_off (FlowSync *self, GError **error);
gboolean flow_sync_reset (FlowSync *self, GError **error);
gboolean flow_sync_count (FlowSync *self, FlowSyncCounts *counts, GError **error);
gboolean flow_sync_take_census (FlowSync *self, FlowSyncCensus *census, GError **error);
void flow_sync_census_clear (FlowSyncCensus *census);
gboolean flow_sync_seed (FlowSync *self, FlowSyncSeed *at, guint limit, GError **error);
void flow_sync_seed_clear (FlowSyncSeed *at);
gboolean flow_sync_capture (FlowSync *self, guint *n_ops, GError **error);

gboolean flow_sync_add_scope (FlowSync *self, const char *scope, GError **error);
char **flow_sync_list_scopes (FlowSync *self, GError **error);
FlowSyncVector *flow_sync_get_vector (FlowSync *self, const char *scope, GError **error);
gboolean flow_sync_write_hello (FlowSync *self, FlowJsonWriter *json, GError **error);
gboolean flow_sync_take_welcome (FlowSync *self, const FlowSyncWelcome *welcome, FlowSyncPlans *plans, GError **error);
void flow_sync_plans_clear (FlowSyncPlans *plans);
gboolean flow_sync_collect (FlowSync *self, const char *scope, guint64 after, gsize max_bytes, FlowSyncOps **ops,
                            GError **error);
gboolean flow_sync_accept (FlowSync *self, const char *scope, const FlowSyncDot *last, guint64 number, GError **error);
gboolean flow_sync_apply (FlowSync *self, FlowSyncOps *ops, guint64 number, FlowSyncApplied *applied, GError **error);
gboolean flow_sync_apply_unreadable (FlowSync *self, GBytes *batch, const GError *why, const FlowSyncVector *held,
                                     FlowSyncApplied *applied, GError **error);
gboolean flow_sync_lower_vector (FlowSync *self, const char *scope, FlowSyncVector *vector, GError **error);
gboolean flow_sync_become_new (FlowSync *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSync, flow_sync_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowSyncSeed, flow_sync_seed_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowSyncCensus, flow_sync_census_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowSyncPlans, flow_sync_plans_clear)

G_END_DECLS
