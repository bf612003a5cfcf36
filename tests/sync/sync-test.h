/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>
#include <sqlite3.h>

#include "base/flow-error.h"
#include "store/flow-statement.h"
#include "sync/flow-sync-conflicts.h"
#include "sync/flow-sync.h"

G_BEGIN_DECLS

/* Fields of the table item, which people make. */
enum
{
  TEST_TITLE,
  TEST_NOTE,
  TEST_PINNED,
  TEST_STATUS,
  TEST_COMPLETED,
  TEST_FILE,
  TEST_LINE,
  TEST_TAGS,
  TEST_META,
  TEST_WEIGHT,
  TEST_PICTURE,
};

/* A clock that stands still until it is moved. */
typedef struct
{
  FlowClock clock; /* first: it is one */
  gint64 now_ms;
} TestClock;

/* A database with an engine: a device. The domain has the tables item, item_tag, item_meta (people), fact (machine). */
typedef struct
{
  char *name;
  char *machine;
  TestClock clock;
  guint64 random;
  sqlite3 *db;
  FlowSync *sync;
  gboolean old; /* a program that does not know item.weight, item.picture and fact */
  FlowSyncTable tables[2];
  GHashTable *stmts;
  gboolean refuse; /* the domain takes no item whose title is “refused” */
} TestReplica;

/* What a cloud does with operations: it numbers them and gives them to the others. */
typedef struct
{
  GPtrArray *ops;
} TestCloud;

TestReplica *test_replica_new (const char *name);
TestReplica *test_replica_new_off (const char *name, gboolean old);
TestReplica *test_replica_copy (TestReplica *self, const char *machine);
void test_replica_free (TestReplica *self);
void test_replica_reopen (TestReplica *self, gboolean old);

guint test_do (TestReplica *self, const char *sql);
char *test_ask (sqlite3 *db, const char *sql);
gint64 test_number (sqlite3 *db, const char *sql);
void test_begin (TestReplica *self);
void test_commit (TestReplica *self);

TestCloud *test_cloud_new (void);
void test_cloud_free (TestCloud *self);
guint test_cloud_upload (TestCloud *self, TestReplica *replica);
FlowSyncApplied test_cloud_download (TestCloud *self, TestReplica *replica);
FlowSyncApplied test_apply (TestReplica *replica, FlowSyncOps *ops, guint64 number);
FlowSyncOps *test_collect (TestReplica *replica, guint64 after);
void test_cloud_sync (TestCloud *self, TestReplica *a, TestReplica *b);
char *test_cloud_welcome (TestCloud *self, TestReplica *replica, gint64 time_ms, const char *state);
gboolean test_cloud_hello (TestCloud *self, TestReplica *replica, FlowSyncPlans *plans);

char *test_dump (TestReplica *self);
void test_assert_equal (TestReplica *a, TestReplica *b);
char *test_conflicts (TestReplica *self, gboolean all);
void test_conflict_id (TestReplica *self, const char *where, guint8 *id);
void test_resolve (TestReplica *self, const char *where, const char *field, const char *choice, const char *text);

#define test_assert_text(db, sql, text)                \
  G_STMT_START                                         \
  {                                                    \
    g_autofree char *test_answer = test_ask (db, sql); \
    g_assert_cmpstr (test_answer, ==, text);           \
  }                                                    \
  G_STMT_END

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestReplica, test_replica_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestCloud, test_cloud_free)

G_END_DECLS
