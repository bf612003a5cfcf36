/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

#include "base/flow-error.h"
#include "store/flow-database.h"
#include "store/flow-statement.h"
#include "store/flow-store-private.h"
#include "store/flow-store.h"
#include "support/test-folder.h"

G_BEGIN_DECLS

#define TEST_MIGRATIONS_ONE "/org/flowscope/test/one/"
#define TEST_MIGRATIONS_THREE "/org/flowscope/test/three/"
#define TEST_MIGRATIONS_CHANGED "/org/flowscope/test/changed/"
#define TEST_MIGRATIONS_BROKEN "/org/flowscope/test/broken/"
#define TEST_MIGRATIONS_COMMITTING "/org/flowscope/test/committing/"
#define TEST_MIGRATIONS_GAP "/org/flowscope/test/gap/"
#define TEST_MIGRATIONS_NO_DOWN "/org/flowscope/test/no-down/"

/* Answers of jobs, counted from any thread. */
typedef struct
{
  GMutex mutex;
  GCond cond;
  guint ok;
  guint failed;
  int last_code;
  char *last_message;
} TestAnswers;

/* A job that keeps the writer busy until it is let go, so that what is pushed meanwhile becomes one group. */
typedef struct
{
  GMutex mutex;
  GCond cond;
  gboolean entered;
  gboolean open;
} TestGate;

FlowStore *test_store_new (FlowContext *context);
FlowStore *test_store_open (FlowContext *context);

void test_answers_init (TestAnswers *answers);
void test_answers_clear (TestAnswers *answers);
void test_answers_wait (TestAnswers *answers, guint count);
void test_answers_done (gpointer data, const GError *error);

void test_gate_init (TestGate *gate);
void test_gate_clear (TestGate *gate);
void test_gate_push (TestGate *gate, FlowStore *store);
void test_gate_open (TestGate *gate);

gboolean test_make_table (sqlite3 *db, gpointer data, GError **error);
gboolean test_insert (sqlite3 *db, gpointer text, GError **error);
gint64 test_count (const char *path, const char *query);
char *test_digest_folder (const char *folder);

G_END_DECLS
