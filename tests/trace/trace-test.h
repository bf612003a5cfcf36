/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/flow-error.h"
#include "store/flow-statement.h"
#include "store/flow-store-private.h"
#include "support/test-folder.h"
#include "trace/flow-trace-reader-private.h"
#include "trace/flow-trace-store-private.h"

G_BEGIN_DECLS

#define TEST_ATTRIBUTES 4

/* Under a sanitizer, or without optimisation, everything takes ten times as long, and a part of it shows as much. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__OPTIMIZE__)
#define TEST_SLOW_BUILD 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TEST_SLOW_BUILD 1
#endif
#endif
#ifndef TEST_SLOW_BUILD
#define TEST_SLOW_BUILD 0
#endif

/* An attribute; strings live as long as the process. */
typedef struct
{
  const char *key; /* NULL: none */
  FlowValueType type;
  const char *string; /* STRING; for ANY an array with this one string */
  gint64 integer;
  double number;
} TestAttribute;

/* A span as a test thinks of it; strings live as long as the process (test_text()), NULL is none. */
typedef struct
{
  guint trace; /* test_trace_id() makes the id */
  guint64 span_id;
  guint64 parent_id;
  guint64 start_ns;
  guint64 end_ns;
  const char *name;
  const char *service;
  const char *host; /* a resource attribute */
  const char *scope;
  const char *file;
  const char *event;
  const char *status_message;
  TestAttribute attributes[TEST_ATTRIBUTES];
  guint line;
  guint8 kind;
  guint8 status;
  gboolean error;
} TestSpan;

typedef struct
{
  guint trace; /* 0: none */
  guint64 span_id;
  guint64 time_ns;
  const char *body;
  const char *service;
  guint8 severity;
} TestLog;

typedef struct
{
  guint64 time_ns;
  const char *name;
  const char *service;
  const char *key, *value; /* attribute */
  double number;
} TestPoint;

/* A store in a folder of its own, which does no housekeeping by itself. */
typedef struct
{
  FlowContext *context;
  FlowStore *store;
  FlowTraceStore *traces;
  const char *path;
  guint32 index_run;                 /* 0: as in the product */
  const FlowStoreParticipant *after; /* nullable: a participant added after the traces' */
  gpointer after_data;
} TestStore;

void test_trace_id (guint trace, guint8 id[16]);
FlowSpanBatch *test_spans (const TestSpan *spans, guint count);
FlowSpanBatch *test_logs (const TestLog *logs, guint count);
FlowSpanBatch *test_points (const TestPoint *points, guint count);

void test_store_init (TestStore *self);
void test_store_clear (TestStore *self);
void test_store_open (TestStore *self);
void test_store_close (TestStore *self);
void test_store_reopen (TestStore *self);
void test_store_crash (TestStore *self);

FlowIngestResult test_store_take (TestStore *self, FlowSpanBatch *batch);
FlowIngestResult test_store_spans (TestStore *self, const TestSpan *spans, guint count);
void test_store_run (TestStore *self, FlowStoreFunc run, gpointer data);
void test_store_seal (TestStore *self);
gboolean test_store_merge (TestStore *self);
void test_store_adopt (TestStore *self);
gboolean test_store_convert (TestStore *self);
void test_store_convert_all (TestStore *self);
gint64 test_store_number (TestStore *self, const char *query);
FlowTraceReader *test_store_reader (TestStore *self);
FlowTrace *test_store_load (TestStore *self, guint trace);
guint test_store_count_in_files (TestStore *self, const char *text);

/* The spans that a store must have, by trace. */
typedef struct
{
  GHashTable *traces; /* number -> GArray of TestSpan */
  GHashTable *ids;    /* of spans that ever came: one that is not there is not looked for */
} TestModel;

void test_model_init (TestModel *self);
void test_model_clear (TestModel *self);
void test_model_take (TestModel *self, const TestSpan *spans, guint count);
void test_model_erase (TestModel *self, guint trace);
guint test_model_spans (const TestModel *self);
void test_model_compare (const TestModel *self, FlowTraceReader *reader);

const char *test_text (const char *format, ...) G_GNUC_PRINTF (1, 2);
TestSpan test_span (guint trace, guint64 span_id);

G_END_DECLS
