/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trace-test.h"

#include <signal.h>
#include <sys/wait.h>

/* storage.md 6: each span once, whatever a sender does. */

#define SPANS 60

static void
make_spans (TestSpan *spans, guint count, guint traces)
{
  for (guint i = 0; i < count; i++)
    spans[i] = test_span (1 + i % traces, i + 1);
}

static FlowIngestResult
take_body (TestStore *store, FlowSpanBatch *batch, const char *body)
{
  g_autoptr (GError) error = NULL;
  FlowIngestResult result;
  guint8 hash[16];

  flow_trace_store_hash_body (batch->signal, FALSE, body, strlen (body), hash);
  flow_trace_store_ingest_wait (store->traces, batch, hash, &result, &error);
  g_assert_no_error (error);
  flow_span_batch_unref (batch);
  return result;
}

static void
compare (TestStore *store, const TestSpan *spans, guint count)
{
  g_autoptr (FlowTraceReader) reader = test_store_reader (store);
  TestModel model;

  test_model_init (&model);
  test_model_take (&model, spans, count);
  test_model_compare (&model, reader);
  g_assert_cmpint (test_store_number (store, "SELECT sum(n) FROM segment WHERE signal = 0"), ==,
                   test_model_spans (&model));
  test_model_clear (&model);
}

static void
test_same_body (void)
{
  TestLog log = { 0, 0, 5, "hello", "shop", 9 };
  TestPoint point = { 5, "cpu", "shop", NULL, NULL, 1 };
  TestStore store;
  FlowTraceStoreStats stats;

  test_store_init (&store);
  g_assert_cmpuint (take_body (&store, test_logs (&log, 1), "one").stored, ==, 1);
  g_assert_cmpuint (take_body (&store, test_points (&point, 1), "one").stored, ==, 1);
  for (guint i = 0; i < 3; i++)
    {
      FlowIngestResult result = take_body (&store, test_logs (&log, 1), "one");

      g_assert_true (result.same_body);
      g_assert_cmpuint (result.stored, ==, 0);
      g_assert_cmpuint (result.duplicates, ==, 1);
      g_assert_true (take_body (&store, test_points (&point, 1), "one").same_body);
      if (i == 1)
        test_store_reopen (&store);
      else
        test_store_crash (&store);
    }
  g_assert_false (take_body (&store, test_logs (&log, 1), "two").same_body);
  flow_trace_store_get_stats (store.traces, &stats);
  g_assert_cmpuint (stats.logs, ==, 1);
  g_assert_cmpint (test_store_number (&store, "SELECT sum(n) FROM segment"), ==, 3);
  test_store_clear (&store);
}

/* The oldest of 8,192 bodies is forgotten for a new one. */
static void
test_ring (void)
{
  TestStore store;

  test_store_init (&store);
  for (guint i = 0; i < FLOW_SEEN_BODIES + 2; i++)
    {
      TestLog log = { 0, 0, i + 1, "hello", "shop", 9 };
      FlowSpanBatch *batch = test_logs (&log, 1);
      guint8 hash[16];

      flow_trace_store_hash_body (FLOW_SIGNAL_LOGS, TRUE, &i, sizeof i, hash);
      g_assert_true (flow_trace_store_ingest (store.traces, batch, hash, NULL, NULL, NULL, NULL));
      flow_span_batch_unref (batch);
    }
  test_store_reopen (&store);
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM seen_body"), ==, FLOW_SEEN_BODIES);
  for (guint i = 0; i < 4; i++)
    {
      TestLog log = { 0, 0, 1, "hello", "shop", 9 };
      g_autoptr (FlowSpanBatch) batch = test_logs (&log, 1);
      FlowIngestResult result;
      guint8 hash[16];
      guint number = i < 2 ? FLOW_SEEN_BODIES + i : i - 2;

      flow_trace_store_hash_body (FLOW_SIGNAL_LOGS, TRUE, &number, sizeof number, hash);
      g_assert_true (flow_trace_store_ingest_wait (store.traces, batch, hash, &result, NULL));
      g_assert_cmpint (result.same_body, ==, i < 2);
    }
  test_store_clear (&store);
}

static void
test_hash (void)
{
  guint8 hashes[7][16];

  flow_trace_store_hash_body (FLOW_SIGNAL_TRACES, FALSE, "a", 1, hashes[0]);
  flow_trace_store_hash_body (FLOW_SIGNAL_TRACES, TRUE, "a", 1, hashes[1]);
  flow_trace_store_hash_body (FLOW_SIGNAL_LOGS, FALSE, "a", 1, hashes[2]);
  flow_trace_store_hash_body (FLOW_SIGNAL_METRICS, FALSE, "a", 1, hashes[3]);
  flow_trace_store_hash_body (FLOW_SIGNAL_TRACES, FALSE, "b", 1, hashes[4]);
  flow_trace_store_hash_body (FLOW_SIGNAL_TRACES, FALSE, "", 0, hashes[5]);
  flow_trace_store_hash_body (FLOW_SIGNAL_TRACES, FALSE, "a", 1, hashes[6]);
  for (guint i = 0; i < 6; i++)
    for (guint j = i + 1; j < 6; j++)
      g_assert_true (memcmp (hashes[i], hashes[j], 16) != 0);
  g_assert_cmpmem (hashes[0], 16, hashes[6], 16);
}

static void
test_inside_batch (void)
{
  TestSpan spans[SPANS];
  TestStore store;

  make_spans (spans, SPANS, 3);
  for (guint i = 30; i < SPANS; i++)
    spans[i] = spans[i - 30];
  test_store_init (&store);
  g_assert_cmpuint (test_store_spans (&store, spans, SPANS).duplicates, ==, 30);
  compare (&store, spans, 30);
  test_store_clear (&store);
}

static gboolean
forget_sets_run (sqlite3 *db, gpointer data, GError **error)
{
  flow_span_sets_clear (data);
  return TRUE;
}

typedef enum
{
  KNOWN_CACHED,
  KNOWN_EVICTED,
  KNOWN_SEALED,
  KNOWN_EVICTED_SEALED,
  KNOWN_REOPENED,
  KNOWN_CRASHED,
  N_KNOWN
} Known;

static void
bring_into (TestStore *store, Known known)
{
  if (known == KNOWN_SEALED || known == KNOWN_EVICTED_SEALED)
    test_store_seal (store);
  if (known == KNOWN_EVICTED || known == KNOWN_EVICTED_SEALED)
    test_store_run (store, forget_sets_run, store->traces->sets);
  if (known == KNOWN_REOPENED)
    test_store_reopen (store);
  if (known == KNOWN_CRASHED)
    test_store_crash (store);
}

/* The same spans in other groups, in other batches, with some that are new. */
static void
test_regrouped (gconstpointer data)
{
  TestSpan spans[SPANS], shuffled[SPANS];
  TestStore store;
  guint stored = 0;

  make_spans (spans, SPANS, 7);
  test_store_init (&store);
  for (guint i = 0; i < 40; i += 10)
    test_store_spans (&store, spans + i, 10);
  bring_into (&store, (Known) GPOINTER_TO_INT (data));
  for (guint i = 0; i < SPANS; i++)
    shuffled[i] = spans[i * 37 % SPANS];
  for (guint i = 0; i < SPANS; i += 15)
    stored += test_store_spans (&store, shuffled + i, 15).stored;
  g_assert_cmpuint (stored, ==, 20);
  compare (&store, spans, SPANS);
  bring_into (&store, (Known) GPOINTER_TO_INT (data));
  g_assert_cmpuint (test_store_spans (&store, shuffled, SPANS).duplicates, ==, SPANS);
  compare (&store, spans, SPANS);
  test_store_clear (&store);
}

static guint
count_shared (TestStore *store, guint trace)
{
  g_autoptr (FlowTrace) loaded = test_store_load (store, trace);
  guint shared = 0;

  for (gsize i = 0; i < loaded->n_spans; i++)
    shared += (loaded->spans[i].flags & FLOW_SPAN_SHARED_ID) != 0;
  return shared;
}

/* Senders that share ids: another start, service or kind is another span, and is marked. */
static void
test_shared (gconstpointer data)
{
  TestSpan spans[80];
  TestStore store;
  guint count = 0;

  for (guint i = 0; i < 20; i++)
    {
      for (guint j = 0; j < 4; j++)
        spans[count + j] = test_span (1, i + 1);
      spans[count + 1].start_ns++;
      spans[count + 2].service = "another";
      spans[count + 3].kind = 2;
      count += 4;
    }
  test_store_init (&store);
  g_assert_cmpuint (test_store_spans (&store, spans, 40).stored, ==, 40);
  bring_into (&store, (Known) GPOINTER_TO_INT (data));
  g_assert_cmpuint (test_store_spans (&store, spans, 80).stored, ==, 40);
  g_assert_cmpuint (test_store_spans (&store, spans, 80).duplicates, ==, 80);
  compare (&store, spans, 80);
  g_assert_cmpuint (count_shared (&store, 1), ==, 60);
  for (guint i = 0; i < 80; i++)
    spans[i].end_ns += 1000;
  g_assert_cmpuint (test_store_spans (&store, spans, 80).stored, ==, 80);
  compare (&store, spans, 80);
  g_assert_cmpuint (count_shared (&store, 1), >=, 60);
  test_store_clear (&store);
}

/* A span that goes on: the later end takes its place, with what came with it; an earlier one is dropped. */
static void
test_later_end (gconstpointer data)
{
  TestSpan spans[4], all[10];
  g_autoptr (FlowTrace) trace = NULL;
  TestStore store;
  guint count = 0;

  for (guint i = 0; i < 4; i++)
    {
      spans[i] = test_span (1, i + 1);
      spans[i].parent_id = i;
      all[count++] = spans[i];
    }
  spans[1].error = TRUE;
  spans[1].status = 2;
  all[1] = spans[1];
  test_store_init (&store);
  test_store_spans (&store, spans, 4);
  bring_into (&store, (Known) GPOINTER_TO_INT (data));

  spans[0].end_ns += 1000000; /* the root: renamed */
  spans[0].name = "renamed";
  spans[1].end_ns += 10; /* no error any more */
  spans[1].error = FALSE;
  spans[1].status = 1;
  spans[2].end_ns += 10; /* an error now, in a file */
  spans[2].error = TRUE;
  spans[2].file = "/src/late.c";
  spans[3].end_ns -= 10; /* dropped */
  spans[3].name = "too early";
  g_assert_cmpuint (test_store_spans (&store, spans, 4).duplicates, ==, 1);
  for (guint i = 0; i < 4; i++)
    all[count++] = spans[i];
  compare (&store, all, count);
  bring_into (&store, (Known) GPOINTER_TO_INT (data));
  compare (&store, all, count);
  trace = test_store_load (&store, 1);
  g_assert_cmpstr (trace->info->name, ==, "renamed");
  g_assert_cmpuint (trace->info->errors, ==, 1);
  g_assert_cmpint (trace->info->end_ns, ==, (gint64) spans[0].end_ns);
  g_assert_true (trace->info->has_location);

  spans[0].end_ns += 5; /* twice in one batch, and once more */
  all[count++] = spans[0];
  spans[1] = spans[0];
  spans[1].end_ns += 5;
  spans[1].name = "last";
  all[count++] = spans[1];
  test_store_spans (&store, spans, 2);
  compare (&store, all, count);
  bring_into (&store, (Known) GPOINTER_TO_INT (data));
  compare (&store, all, count);
  test_store_clear (&store);
}

/* A thousand spans of one segment that go on cost one rewrite of it, not a thousand. */
static void
test_many_later (void)
{
  guint count = 3000;
  g_autofree TestSpan *spans = g_new (TestSpan, count);
  TestStore store;
  gint64 before;

  make_spans (spans, count, 10);
  test_store_init (&store);
  test_store_spans (&store, spans, count);
  test_store_seal (&store);
  for (guint i = 0; i < count; i++)
    spans[i].end_ns += 7;
  before = test_store_number (&store, "SELECT max(revision) FROM segment");
  g_assert_cmpuint (test_store_spans (&store, spans, count).stored, ==, count);
  g_assert_cmpint (test_store_number (&store, "SELECT max(revision) FROM segment"), <=, before + 1);
  compare (&store, spans, count);
  test_store_clear (&store);
}

/* Ids chosen to be hard: a counter in either byte order, and one id shared by thousands. Done in an instant or not at
 * all: the test's time limit is what would end it. */
static void
test_hard_ids (void)
{
  guint count = TEST_SLOW_BUILD ? 8000 : 100000;
  g_autofree TestSpan *spans = g_new (TestSpan, count);
  TestStore store;

  test_store_init (&store);
  for (guint i = 0; i < count; i++)
    {
      spans[i] = test_span (1 + i % 4, i + 1);
      if (i % 4 == 1)
        spans[i].span_id = GUINT64_TO_BE (i + 1);
      if (i % 4 == 2)
        spans[i].span_id = (guint64) (i + 1) << 32;
      if (i % 4 == 3)
        {
          spans[i].span_id = 1;
          spans[i].start_ns = i * 1000003u;
          spans[i].end_ns = spans[i].start_ns + 1;
        }
    }
  g_assert_cmpuint (test_store_spans (&store, spans, count).stored, ==, count);
  g_assert_cmpuint (test_store_spans (&store, spans, count).duplicates, ==, count);
  test_store_run (&store, forget_sets_run, store.traces->sets);
  g_assert_cmpuint (test_store_spans (&store, spans, count).duplicates, ==, count);
  test_store_clear (&store);
}

/* The sets keep to their bound and forget the one used longest ago. */
static void
test_sets (void)
{
  g_autoptr (FlowSpanSets) sets = flow_span_sets_new (20000);
  FlowSpanSet *set;
  gboolean shared;

  for (guint64 trace = 1; trace <= 100; trace++)
    {
      set = flow_span_sets_add (sets, trace);
      for (guint64 id = 1; id <= 40; id++)
        {
          FlowSpanKey key = { id, id, 7, 0 };

          flow_span_set_add (sets, set, &key);
          key.identity = 8;
          if (id % 4 == 0)
            flow_span_set_add (sets, set, &key);
        }
      flow_span_sets_get (sets, 1);
      flow_span_sets_trim (sets);
    }
  g_assert_nonnull (flow_span_sets_get (sets, 1));
  g_assert_null (flow_span_sets_get (sets, 2));
  set = flow_span_sets_get (sets, 100);
  for (guint64 id = 1; id <= 40; id++)
    {
      g_assert_nonnull (flow_span_set_find (set, id, 7, &shared));
      g_assert_false (shared);
      g_assert_cmpint (flow_span_set_find (set, id, 8, &shared) != NULL, ==, id % 4 == 0);
      g_assert_true (shared);
      g_assert_null (flow_span_set_find (set, id, 9, &shared));
    }
  g_assert_null (flow_span_set_find (set, 41, 7, &shared));
  g_assert_false (shared);
  flow_span_sets_remove (sets, 100);
  flow_span_sets_remove (sets, 100);
  g_assert_null (flow_span_sets_get (sets, 100));
}

/* kill -9: a child ingests and says what was acknowledged. */
typedef struct
{
  int fd;
  guint body;
} Acknowledged;

static void
acknowledge (const FlowIngestResult *result, const GError *error, gpointer data)
{
  Acknowledged *acknowledged = data;

  if (error != NULL || write (acknowledged->fd, &acknowledged->body, sizeof (guint)) != sizeof (guint))
    _exit (1);
}

#define BODY 40

static void
body_spans (guint body, TestSpan spans[BODY])
{
  for (guint i = 0; i < BODY; i++)
    {
      spans[i] = test_span (1 + (body * 3 + i % 5) % 50, (guint64) body * BODY + i + 1);
      spans[i].parent_id = i > 0 ? spans[i - 1].span_id : 0;
    }
}

static G_NORETURN void
ingest_for_ever (TestStore *store, int fd)
{
  test_store_open (store);
  for (guint body = 0;; body++)
    {
      TestSpan spans[BODY];
      Acknowledged *acknowledged = g_new0 (Acknowledged, 1);
      FlowSpanBatch *batch;
      guint8 hash[16];

      body_spans (body, spans);
      batch = test_spans (spans, BODY);
      *acknowledged = (Acknowledged) { fd, body };
      flow_trace_store_hash_body (FLOW_SIGNAL_TRACES, FALSE, &body, sizeof body, hash);
      while (!flow_trace_store_ingest (store->traces, batch, hash, acknowledge, acknowledged, NULL, NULL))
        g_thread_yield ();
      flow_span_batch_unref (batch);
    }
}

static guint
kill_after (TestStore *store, guint at)
{
  int ends[2];
  guint body, last = 0, count = 0;
  pid_t child;

  g_assert_cmpint (pipe (ends), ==, 0);
  child = fork ();
  if (child == 0)
    ingest_for_ever (store, ends[1]);
  close (ends[1]);
  while (count < at && read (ends[0], &body, sizeof body) == sizeof body)
    count++;
  kill (child, SIGKILL);
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
  last = body;
  while (read (ends[0], &body, sizeof body) == sizeof body)
    last = body;
  close (ends[0]);
  return last + 1;
}

static void
test_kill (gconstpointer data)
{
  TestStore store;
  guint bodies, extra = 0;
  g_autofree TestSpan *spans = NULL;

  test_store_init (&store);
  test_store_close (&store);
  bodies = kill_after (&store, GPOINTER_TO_UINT (data));
  test_store_open (&store);
  spans = g_new (TestSpan, (gsize) bodies * BODY);
  for (guint i = 0; i < bodies; i++)
    body_spans (i, spans + (gsize) i * BODY);
  /* Each of the bodies that were acknowledged, sent again as they were. */
  for (guint i = 0; i < bodies; i++)
    {
      g_autoptr (FlowSpanBatch) batch = test_spans (spans + (gsize) i * BODY, BODY);
      FlowIngestResult result;
      guint8 hash[16];

      flow_trace_store_hash_body (FLOW_SIGNAL_TRACES, FALSE, &i, sizeof i, hash);
      g_assert_true (flow_trace_store_ingest_wait (store.traces, batch, hash, &result, NULL));
      g_assert_cmpuint (result.stored, ==, 0);
      if (bodies - i < FLOW_SEEN_BODIES / 2)
        g_assert_true (result.same_body);
    }
  /* In other groups. */
  for (guint i = 0; i + 70 <= bodies * BODY; i += 70)
    g_assert_cmpuint (test_store_spans (&store, spans + i, 70).stored, ==, 0);
  /* What was not acknowledged may be there too, but nothing twice. */
  extra = (guint) test_store_number (&store, "SELECT sum(spans) FROM trace") - bodies * BODY;
  g_assert_cmpuint (extra % BODY, ==, 0);
  spans = g_renew (TestSpan, spans, (gsize) bodies * BODY + extra);
  for (guint i = 0; i < extra / BODY; i++)
    body_spans (bodies + i, spans + (gsize) (bodies + i) * BODY);
  compare (&store, spans, bodies * BODY + extra);
  test_store_adopt (&store);
  compare (&store, spans, bodies * BODY + extra);
  g_assert_cmpint (test_store_number (&store, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), ==, 1);
  test_store_clear (&store);
}

int
main (int argc, char **argv)
{
  static const char *const names[N_KNOWN] = { "cached", "evicted", "sealed", "evicted-sealed", "reopened", "crashed" };

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  /* First, while there are no threads. */
  for (guint at = 20; at <= 600; at *= 5)
    g_test_add_data_func (test_text ("/trace/stored-once/kill/%u", at), GUINT_TO_POINTER (at), test_kill);
  g_test_add_func ("/trace/stored-once/same-body", test_same_body);
  g_test_add_func ("/trace/stored-once/ring", test_ring);
  g_test_add_func ("/trace/stored-once/hash", test_hash);
  g_test_add_func ("/trace/stored-once/inside-batch", test_inside_batch);
  g_test_add_func ("/trace/stored-once/many-later", test_many_later);
  g_test_add_func ("/trace/stored-once/hard-ids", test_hard_ids);
  g_test_add_func ("/trace/stored-once/sets", test_sets);
  for (guint i = 0; i < N_KNOWN; i++)
    {
      gconstpointer known = GINT_TO_POINTER (i);

      g_test_add_data_func (test_text ("/trace/stored-once/regrouped/%s", names[i]), known, test_regrouped);
      g_test_add_data_func (test_text ("/trace/stored-once/shared/%s", names[i]), known, test_shared);
      g_test_add_data_func (test_text ("/trace/stored-once/later-end/%s", names[i]), known, test_later_end);
    }
  return g_test_run ();
}
