/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-call-queue.h"
#include "base/flow-error.h"
#include "hub/sync/tables/flow-record-tables.h"
#include "store/flow-statement.h"
#include "support/test-folder.h"
#include "sync/flow-sync-record.h"
#include "trace/flow-trace-reader.h"

G_BEGIN_DECLS

#define TEST_DEVICE_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define TEST_DEVICE_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

/* A device: a store in a folder of its own with the tables that sync, without the engine. */
typedef struct
{
  FlowContext *context;
  const char *path; /* of the database */
  FlowStore *store;
  FlowTraceStore *traces;
  FlowRecordTables *tables;
  FlowCallQueue *calls;
  gint changed; /* atomic: FlowRecordsChanged, all that was told */
} TestRecords;

typedef gboolean (*TestRecordsRun) (TestRecords *self, sqlite3 *db, gpointer data, GError **error);

FlowContext *test_records_new_context (void);
void test_records_init (TestRecords *self, const char *device);
void test_records_clear (TestRecords *self);
void test_records_open (TestRecords *self, const char *device);
void test_records_close (TestRecords *self);
void test_records_run (TestRecords *self, TestRecordsRun run, gpointer data);
void test_records_exec (TestRecords *self, const char *sql);
gint64 test_records_number (TestRecords *self, const char *query);
char *test_records_text (TestRecords *self, const char *query);

const FlowSyncTable *test_records_table (TestRecords *self, const char *name);
FlowSyncRecord *test_records_read (TestRecords *self, const char *table, GBytes *key);
void test_records_apply (TestRecords *self, const char *table, GBytes *key, const FlowSyncRecord *record);
GPtrArray *test_records_list (TestRecords *self, const char *table, guint page);

void test_records_trace_id (guint trace, guint8 id[16]);
GBytes *test_records_trace_key (guint trace);
void test_records_add_spans (TestRecords *self, guint trace, guint spans, gboolean error);
FlowTrace *test_records_load (TestRecords *self, guint trace);

G_END_DECLS
