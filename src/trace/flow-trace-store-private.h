/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <sqlite3.h>

#include "trace/flow-segment.h"
#include "trace/flow-span-sets.h"
#include "trace/flow-trace-changes.h"
#include "trace/flow-trace-index.h"
#include "trace/flow-trace-kept.h"
#include "trace/flow-trace-store.h"
#include "trace/flow-trace-totals.h"
#include "trace/flow-trace-touch.h"
#include "trace/flow-trace-vault.h"

G_BEGIN_DECLS

/** FLOW_SEGMENT_ROWS: rows of a full segment. */
#define FLOW_SEGMENT_ROWS 4096

/** FLOW_SEGMENT_SMALL: sealed segments of fewer rows are merged. */
#define FLOW_SEGMENT_SMALL 512

/** FLOW_SEGMENT_BYTES: bytes of strings and extras that a segment should not be above, as it is read as a whole. */
#define FLOW_SEGMENT_BYTES (32u << 20)

/** FLOW_SEEN_BODIES: bodies whose hashes are kept. */
#define FLOW_SEEN_BODIES 8192

/** FLOW_ELSEWHERE_MAX: traces of other devices that are listed beside those that the user said something about. */
#define FLOW_ELSEWHERE_MAX 50000

/** FLOW_NO_TOUCH: the row belongs to no trace. */
#define FLOW_NO_TOUCH G_MAXUINT32

/** FlowOpenRow: a row that is not in a sealed segment yet. */
typedef struct
{
  guint64 trace;
  guint32 batch; /* index into FlowOpenRows.batches */
  guint32 row;
  guint32 service;
  guint32 touch; /* only inside the transaction that brought it */
  guint8 flags;
} FlowOpenRow;

typedef struct
{
  guint64 id;
  guint64 last;
  guint32 first; /* index into rows */
  guint32 rows;
  guint32 revision;
  gboolean changed; /* a row was replaced: write it again */
} FlowOpenPart;

/** FlowOpenRows: of one signal, in order of arrival: first those in parts, then those of this transaction. */
typedef struct
{
  GArray *rows;       /* FlowOpenRow */
  guint32 forgotten;  /* rows that were here before the first one */
  guint committed;    /* rows in parts */
  GArray *parts;      /* FlowOpenPart */
  GPtrArray *batches; /* FlowSpanBatch */
  gsize bytes;        /* of the batches */
  gint64 oldest_us;   /* monotonic time of the first part */
} FlowOpenRows;

/** FlowReplacement: a span that came again with a later end, and whose older version lies in the database. */
typedef struct
{
  guint64 trace;
  guint64 span_id;
  guint64 start_ns;
  guint32 service;
  guint32 touch;
  guint8 kind;
} FlowReplacement;

/** FlowRowFilter: whether a row of a segment that is rewritten stays. */
typedef gboolean (*FlowRowFilter) (const FlowSegment *segment, gsize row, gpointer data);

typedef enum
{
  FLOW_STMT_SEGMENT_INSERT,
  FLOW_STMT_SEGMENT_DATA_INSERT,
  FLOW_STMT_SEGMENT_DELETE,
  FLOW_STMT_SEGMENT_DATA_DELETE,
  FLOW_STMT_SEGMENT_AT,
  FLOW_STMT_TRACE_INSERT,
  FLOW_STMT_TRACE_READ,
  FLOW_STMT_TRACE_PARTS,
  FLOW_STMT_TRACE_UPDATE,
  FLOW_STMT_TRACE_DELETE,
  FLOW_STMT_TRACE_SUBTRACT,
  FLOW_STMT_SERVICE_INSERT,
  FLOW_STMT_SEEN_INSERT,
  FLOW_STMT_SEEN_DELETE,
  FLOW_STMT_PLACE_WRITE,
  FLOW_STMT_PLACE_DELETE,
  FLOW_N_STMTS
} FlowStmt;

/** FlowTraceStep: housekeeping, in the order in which it is done when the store is idle. */
typedef enum
{
  FLOW_STEP_SEAL,
  FLOW_STEP_ADOPT,
  FLOW_STEP_MERGE,
  FLOW_STEP_RUNS,
  FLOW_STEP_CONVERT,
  FLOW_STEP_RETAIN,
  FLOW_N_STEPS
} FlowTraceStep;

struct _FlowTraceStore
{
  FlowStore *store;
  char *path; /* of the database */
  FlowSipKey key;
  FlowTraceIndex *index;
  FlowSpanSets *sets;
  FlowOpenRows open[FLOW_N_SIGNALS];
  guint64 next_ordinal;
  sqlite3_stmt *stmts[FLOW_N_STMTS];

  GHashTable *services; /* FlowServiceName -> id */
  guint32 last_service;
  GHashTable *seen; /* 16-byte hashes in seen_ring */
  guint8 (*seen_ring)[16];
  guint64 seen_count;
  FlowTraceKept kept;
  FlowTraceVault vault;
  GPtrArray *recent; /* FlowSegment, read last to fill sets */
  guint64 known_next; /* the trace after those that were read last */
  guint known_ahead;  /* how many were */

  /* this transaction */
  guint32 serial;
  GArray *touches;      /* FlowTouch */
  GPtrArray *held;      /* FlowSpanBatch: what the touches point into */
  GArray *replacements; /* FlowReplacement */
  FlowTracePlaces *used_places; /* what the touches were placed by */
  GStringChunk *place_names;    /* what their places point into */
  guint32 stored[FLOW_N_SIGNALS];
  FlowTraceChanges changes;
  GError *failure; /* memory and database differ: nothing but a roll-back helps */

  gboolean by_hand;  /* for tests: no housekeeping of its own */
  guint elsewhere_max; /* traces of other devices that are listed */
  guint32 index_run; /* for tests: traces in a new run of the index */
  guint erase_wait_ms; /* how long an erase waits for readers */
  gboolean orphans; /* parts in the database whose rows are not in memory */
  gboolean uneven;  /* segments were sealed: some may be worth merging */
  FlowTraceTotals totals; /* as of this transaction */
  gint64 last_commit_us;
  gint64 next_retention_us;
  gint64 not_before_us[FLOW_N_STEPS]; /* when a step that failed is tried again */
  FlowRetention retention; /* under lock */
  FlowTracePlaces *places; /* under lock */
  FlowCommitted committed;
  gpointer committed_data;
  GMutex lock; /* stats, encryption, retention and places */
  FlowTraceEncryption encryption;
  FlowTraceStoreStats stats;
};

/* flow-trace-store.c */
gboolean flow_trace_store_load (FlowTraceStore *self, sqlite3 *db, GError **error);
sqlite3_stmt *flow_trace_store_stmt (FlowTraceStore *self, FlowStmt which);
gboolean flow_trace_is_damage (const GError *error);
guint32 flow_trace_store_service (FlowTraceStore *self, const char *name, gsize length, GError **error);

FlowSegment *flow_trace_store_recent_segment (FlowTraceStore *self, const FlowSegmentEntry *entry);

/* flow-trace-known.c */
gboolean flow_trace_store_fill_set (FlowTraceStore *self, sqlite3 *db, FlowSpanSet *set, GError **error);

/* flow-trace-write.c */
gboolean flow_trace_write (FlowTraceStore *self, sqlite3 *db, GError **error);
gboolean flow_trace_flush (FlowTraceStore *self, sqlite3 *db, GError **error);
gboolean flow_trace_seal_open (FlowTraceStore *self, FlowSignal signal, GError **error);
gboolean flow_trace_write_segment (FlowTraceStore *self, FlowSegmentBuilder *builder, guint64 id, guint64 last,
                                   gboolean seal, guint32 revision, gint64 arrived, GError **error);
gboolean flow_trace_delete_row (FlowTraceStore *self, guint64 number, GError **error);
gboolean flow_trace_delete_segment (FlowTraceStore *self, FlowSignal signal, guint64 id, GError **error);

/* flow-trace-keep.c */
gboolean flow_trace_adopt_orphans (FlowTraceStore *self, sqlite3 *db, GError **error);
gboolean flow_trace_merge_small (FlowTraceStore *self, sqlite3 *db, gboolean *merged, GError **error);
gboolean flow_trace_apply_replacements (FlowTraceStore *self, sqlite3 *db, GError **error);

gboolean flow_trace_rewrite_segment (FlowTraceStore *self, sqlite3 *db, const FlowSegmentEntry *entry,
                                     FlowRowFilter keep, gpointer data, GError **error);

/* flow-trace-retain.c */
gboolean flow_trace_retain (FlowTraceStore *self, sqlite3 *db, gboolean *more, GError **error);

/* flow-trace-erase.c */
gboolean flow_trace_forget_services (FlowTraceStore *self, sqlite3 *db, GError **error);
gboolean flow_trace_keep_numbers (FlowTraceStore *self, sqlite3 *db, GError **error);

/* flow-trace-elsewhere.c */
gboolean flow_trace_retain_elsewhere (FlowTraceStore *self, sqlite3 *db, gboolean *more, GError **error);
gboolean flow_trace_add_elsewhere_services (sqlite3 *db, GHashTable *used, GError **error);

/* flow-trace-facts-write.c */
gboolean flow_trace_delete_facts (FlowTraceStore *self, sqlite3 *db, const guint8 trace_id[16], GError **error);

/* flow-segment-entry.c */
gboolean flow_segment_entry_from_row (sqlite3_stmt *stmt, FlowSegmentEntry *entry);
void flow_segment_entry_clear (FlowSegmentEntry *entry);
GArray *flow_segment_entries (sqlite3 *db, const char *statement, FlowSignal signal, gint64 argument, GError **error);
GArray *flow_trace_part_segments (sqlite3_stmt *segment_at, FlowSignal signal, gconstpointer parts, gsize length,
                                  GError **error);

G_END_DECLS
