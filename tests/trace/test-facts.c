/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trace-test.h"

#include "store/flow-maintenance.h"
#include "trace/flow-trace-facts-json.h"

/* What the user says about traces: what it takes, what becomes of it, and that retention and erase respect it. */

#define CANARY "c4n4ry5ecret"

static FlowFactChange *
change_of (guint trace)
{
  guint8 id[16];

  test_trace_id (trace, id);
  return flow_fact_change_new (id);
}

static FlowTraceFacts *
apply (TestStore *store, FlowFactChange *change)
{
  g_autoptr (GError) error = NULL;
  FlowTraceFacts *facts = flow_trace_store_change_facts_wait (store->traces, change, &error);

  g_assert_no_error (error);
  g_assert_nonnull (facts);
  return facts;
}

static void
pin (TestStore *store, guint trace, gboolean pinned)
{
  FlowFactChange *change = change_of (trace);

  flow_fact_change_set_pinned (change, pinned);
  flow_trace_facts_unref (apply (store, change));
}

static void
say_all (TestStore *store, guint trace)
{
  FlowFactChange *change = change_of (trace);

  g_assert_true (flow_fact_change_set_title (change, "  title " CANARY " ", NULL));
  g_assert_true (flow_fact_change_set_note (change, "note " CANARY "\nsecond line\n\n", NULL));
  g_assert_true (flow_fact_change_add_tag (change, "tag " CANARY, NULL));
  g_assert_true (flow_fact_change_add_tag (change, "another", NULL));
  g_assert_true (flow_fact_change_add_tag (change, "another", NULL));
  flow_fact_change_set_pinned (change, TRUE);
  flow_trace_facts_unref (apply (store, change));
}

static void
assert_tags (const FlowTraceFacts *facts, const char *expected)
{
  g_autofree char *tags = g_strjoinv ("|", facts->tags);

  g_assert_cmpstr (tags, ==, expected);
}

static void
assert_refused (gboolean ok, GError **error, FlowError code)
{
  g_assert_false (ok);
  g_assert_error (*error, FLOW_ERROR, (int) code);
  g_clear_error (error);
}

static void
test_texts (void)
{
  g_autoptr (FlowFactChange) change = change_of (1);
  g_autofree char *long_line = g_strnfill (FLOW_FACT_TITLE_MAX + 1, 'x');
  g_autofree char *long_note = g_strnfill (FLOW_FACT_NOTE_MAX + 1, 'x');
  g_autoptr (GError) error = NULL;

  assert_refused (flow_fact_change_set_title (change, "two\nlines", &error), &error, FLOW_ERROR_BAD_ARGUMENT);
  assert_refused (flow_fact_change_set_title (change, "escape \033[2J", &error), &error, FLOW_ERROR_BAD_ARGUMENT);
  assert_refused (flow_fact_change_set_title (change, "line\xe2\x80\xa8separator", &error), &error,
                  FLOW_ERROR_BAD_ARGUMENT);
  assert_refused (flow_fact_change_set_title (change, "\xff", &error), &error, FLOW_ERROR_BAD_ARGUMENT);
  assert_refused (flow_fact_change_set_title (change, long_line, &error), &error, FLOW_ERROR_TOO_LARGE);
  assert_refused (flow_fact_change_set_note (change, "\xff", &error), &error, FLOW_ERROR_BAD_ARGUMENT);
  assert_refused (flow_fact_change_set_note (change, long_note, &error), &error, FLOW_ERROR_TOO_LARGE);
  assert_refused (flow_fact_change_add_tag (change, " ", &error), &error, FLOW_ERROR_BAD_ARGUMENT);
  assert_refused (flow_fact_change_remove_tag (change, "a\tb", &error), &error, FLOW_ERROR_BAD_ARGUMENT);
  assert_refused (flow_fact_change_add_tag (change, long_line, &error), &error, FLOW_ERROR_TOO_LARGE);
}

static void
assert_json (const FlowTraceFacts *facts, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, text);
  flow_json_writer_begin_object (&writer);
  flow_trace_facts_write_json (&writer, facts);
  flow_json_writer_end_object (&writer);
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_json (void)
{
  g_autoptr (FlowFactChange) change = change_of (1);
  g_autoptr (FlowTraceFacts) facts = NULL;

  assert_json (NULL, "{\"title\":\"\",\"note\":\"\",\"tags\":[],\"pinned\":false}");
  flow_fact_change_set_title (change, "a \"b\"", NULL);
  flow_fact_change_set_note (change, "c\nd", NULL);
  flow_fact_change_add_tag (change, "e", NULL);
  flow_fact_change_set_pinned (change, TRUE);
  facts = flow_fact_change_apply (change, NULL, 1, NULL);
  assert_json (facts, "{\"title\":\"a \\\"b\\\"\",\"note\":\"c\\nd\",\"tags\":[\"e\"],\"pinned\":true}");
}

static void
test_too_many_tags (void)
{
  g_autoptr (FlowFactChange) change = change_of (1);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i <= FLOW_FACT_TAGS_MAX; i++)
    g_assert_true (flow_fact_change_add_tag (change, test_text ("tag %u", i), NULL));
  g_assert_null (flow_fact_change_apply (change, NULL, 1, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE);
}

/* A change, its undo, and the undo's undo, over facts that others changed meanwhile. */
static void
test_undo (void)
{
  g_autoptr (FlowFactChange) first = change_of (1);
  g_autoptr (FlowFactChange) second = change_of (1);
  g_autoptr (FlowFactChange) other = change_of (1);
  g_autoptr (FlowFactChange) undo = NULL;
  g_autoptr (FlowFactChange) undo_first = NULL;
  g_autoptr (FlowFactChange) copy = NULL;
  g_autoptr (FlowTraceFacts) before = NULL, after = NULL, changed = NULL, back = NULL, none = NULL, same = NULL;

  flow_fact_change_set_title (first, "one", NULL);
  flow_fact_change_set_note (first, "note", NULL);
  flow_fact_change_add_tag (first, "b", NULL);
  flow_fact_change_add_tag (first, "a", NULL);
  flow_fact_change_set_pinned (first, TRUE);
  before = flow_fact_change_apply (first, NULL, 5, NULL);
  assert_tags (before, "a|b");
  g_assert_cmpint (before->updated_ns, ==, 5);

  flow_fact_change_set_title (second, "two", NULL);
  flow_fact_change_clear_tags (second);
  flow_fact_change_add_tag (second, "c", NULL);
  flow_fact_change_add_tag (second, "b", NULL);
  flow_fact_change_set_pinned (second, FALSE);
  after = flow_fact_change_apply (second, before, 6, NULL);
  g_assert_cmpstr (after->title, ==, "two");
  g_assert_cmpstr (after->note, ==, "note");
  assert_tags (after, "b|c");
  g_assert_false (after->pinned);

  flow_fact_change_add_tag (other, "d", NULL);
  flow_fact_change_set_note (other, "other", NULL);
  changed = flow_fact_change_apply (other, after, 7, NULL);
  copy = flow_fact_change_copy (second);
  same = flow_fact_change_apply (copy, before, 6, NULL);
  g_assert_cmpstr (same->title, ==, after->title);
  assert_tags (same, "b|c");
  undo = flow_fact_change_new_undo (second, before);
  back = flow_fact_change_apply (undo, changed, 8, NULL);
  g_assert_cmpstr (back->title, ==, "one");
  g_assert_cmpstr (back->note, ==, "other");
  assert_tags (back, "a|b|d");
  g_assert_true (back->pinned);

  undo_first = flow_fact_change_new_undo (first, NULL);
  none = flow_fact_change_apply (undo_first, before, 9, NULL);
  g_assert_true (flow_trace_facts_is_empty (none));
}

/* --- In the store ------------------------------------------------------------------------------------------- */

static void
add_traces (TestStore *store, guint first, guint last)
{
  for (guint i = first; i <= last; i++)
    {
      TestSpan spans[] = { test_span (i, 1), test_span (i, 2) };

      test_store_spans (store, spans, 2);
    }
}

static guint
count_listed (FlowTraceReader *reader, const FlowTraceFilter *filter)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = flow_trace_reader_list (reader, filter, &error);

  g_assert_no_error (error);
  return found->len;
}

static void
test_round_trip (void)
{
  g_autoptr (FlowTraceReader) reader = NULL;
  g_autoptr (FlowTrace) trace = NULL, same = NULL;
  g_autoptr (FlowTraceFacts) gone = NULL;
  FlowFactChange *change;
  TestStore store;

  test_store_init (&store);
  add_traces (&store, 1, 3);
  reader = test_store_reader (&store);
  g_assert_cmpuint (g_hash_table_size (flow_trace_reader_get_facts (reader, NULL)), ==, 0);
  say_all (&store, 2);

  trace = test_store_load (&store, 2);
  g_assert_cmpstr (trace->info->facts->title, ==, "title " CANARY);
  g_assert_cmpstr (flow_trace_info_get_title (trace->info), ==, "title " CANARY);
  g_assert_cmpstr (trace->info->facts->note, ==, "note " CANARY "\nsecond line");
  assert_tags (trace->info->facts, "another|tag " CANARY);
  g_assert_true (trace->info->facts->pinned);
  g_assert_cmpint (trace->info->facts->updated_ns, >, 0);
  same = test_store_load (&store, 1);
  g_assert_null (same->info->facts);
  g_assert_cmpstr (flow_trace_info_get_title (same->info), ==, same->info->name);

  /* What was answered is there after a crash, and a reader that has cached it sees a change. */
  g_assert_cmpuint (g_hash_table_size (flow_trace_reader_get_facts (reader, NULL)), ==, 1);
  g_clear_pointer (&reader, flow_trace_reader_free);
  test_store_crash (&store);
  reader = test_store_reader (&store);
  g_assert_cmpuint (g_hash_table_size (flow_trace_reader_get_facts (reader, NULL)), ==, 1);
  pin (&store, 3, TRUE);
  g_assert_cmpuint (g_hash_table_size (flow_trace_reader_get_facts (reader, NULL)), ==, 2);
  g_assert_true (flow_trace_facts_has_tag (trace->info->facts, "another"));

  /* When nothing is said any more, no word is left, only that there was something. */
  change = change_of (2);
  flow_fact_change_set_title (change, "", NULL);
  flow_fact_change_set_note (change, "", NULL);
  flow_fact_change_clear_tags (change);
  flow_fact_change_set_pinned (change, FALSE);
  gone = apply (&store, change);
  g_assert_true (flow_trace_facts_is_empty (gone));
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM trace_fact WHERE title || note <> ''"), ==, 0);
  g_assert_cmpint (test_store_number (&store, "SELECT sum(pinned) FROM trace_fact"), ==, 1);
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM trace_tag"), ==, 0);
  g_assert_cmpuint (g_hash_table_size (flow_trace_reader_get_facts (reader, NULL)), ==, 1);
  test_store_clear (&store);
}

static void
test_filter (void)
{
  g_autoptr (FlowTraceReader) reader = NULL;
  FlowFactChange *change;
  TestStore store;

  test_store_init (&store);
  add_traces (&store, 1, 5);
  say_all (&store, 2);
  pin (&store, 3, TRUE);
  change = change_of (4);
  flow_fact_change_add_tag (change, "another", NULL);
  flow_trace_facts_unref (apply (&store, change));
  reader = test_store_reader (&store);
  g_assert_cmpuint (count_listed (reader, &(FlowTraceFilter) { 0 }), ==, 5);
  g_assert_cmpuint (count_listed (reader, &(FlowTraceFilter) { .tag = "another" }), ==, 2);
  g_assert_cmpuint (count_listed (reader, &(FlowTraceFilter) { .tag = "another", .limit = 1 }), ==, 1);
  g_assert_cmpuint (count_listed (reader, &(FlowTraceFilter) { .tag = "absent" }), ==, 0);
  g_assert_cmpuint (count_listed (reader, &(FlowTraceFilter) { .has_note = TRUE }), ==, 1);
  g_assert_cmpuint (count_listed (reader, &(FlowTraceFilter) { .has_tags = TRUE }), ==, 2);
  g_assert_cmpuint (count_listed (reader, &(FlowTraceFilter) { .pinned = TRUE }), ==, 2);
  g_assert_cmpuint (count_listed (reader, &(FlowTraceFilter) { .pinned = TRUE, .tag = "another" }), ==, 1);
  g_assert_cmpuint (count_listed (reader, &(FlowTraceFilter) { .pinned = TRUE, .name = "no such" }), ==, 0);
  test_store_clear (&store);
}

static void
test_absent (void)
{
  g_autoptr (GError) error = NULL;
  FlowFactChange *change = change_of (7);
  TestStore store;

  test_store_init (&store);
  add_traces (&store, 1, 1);
  flow_fact_change_set_pinned (change, TRUE);
  g_assert_null (flow_trace_store_change_facts_wait (store.traces, change, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM trace_fact"), ==, 0);
  test_store_clear (&store);
}

/* A database of the first schema that nobody has migrated yet is read as one without facts. */
static void
test_old_schema (void)
{
  g_autoptr (FlowTraceReader) reader = NULL;
  TestStore store;

  test_store_init (&store);
  add_traces (&store, 1, 2);
  test_store_seal (&store);
  test_store_close (&store);
  g_assert_true (flow_store_rollback_to (store.path, 1, NULL));
  reader = flow_trace_reader_open (store.path, NULL);
  g_assert_cmpuint (count_listed (reader, &(FlowTraceFilter) { 0 }), ==, 2);
  g_assert_cmpuint (count_listed (reader, &(FlowTraceFilter) { .pinned = TRUE }), ==, 0);
  g_clear_pointer (&reader, flow_trace_reader_free);
  test_store_open (&store);
  pin (&store, 1, TRUE);
  test_store_clear (&store);
}

typedef struct
{
  GMutex lock;
  GCond cond;
  guint told;
  gboolean facts;
  guint64 trace;
  gboolean was, is; /* pinned */
  gboolean done;
} Told;

static void
committed_cb (FlowCommit *commit, gpointer data)
{
  Told *told = data;

  g_mutex_lock (&told->lock);
  told->told++;
  told->facts = commit->facts;
  told->trace = commit->n_traces == 1 ? commit->traces[0] : 0;
  g_mutex_unlock (&told->lock);
}

static void
changed_cb (FlowTraceFacts *before, FlowTraceFacts *after, const GError *error, gpointer data)
{
  Told *told = data;

  g_assert_no_error (error);
  g_mutex_lock (&told->lock);
  told->was = before != NULL && before->pinned;
  told->is = after->pinned;
  told->done = TRUE;
  g_cond_signal (&told->cond);
  g_mutex_unlock (&told->lock);
}

static void
test_told (void)
{
  FlowFactChange *change = change_of (2);
  Told told = { .told = 0 };
  TestStore store;

  test_store_init (&store);
  add_traces (&store, 1, 2);
  flow_trace_store_set_committed (store.traces, committed_cb, &told);
  flow_fact_change_set_pinned (change, TRUE);
  g_assert_true (flow_trace_store_change_facts (store.traces, change, changed_cb, &told, NULL, NULL));
  g_mutex_lock (&told.lock);
  while (!told.done)
    g_cond_wait (&told.cond, &told.lock);
  g_assert_cmpuint (told.told, ==, 1);
  g_assert_true (told.facts);
  g_assert_cmpuint (told.trace, ==, 2);
  g_assert_false (told.was);
  g_assert_true (told.is);
  g_mutex_unlock (&told.lock);
  flow_store_close (store.store);
  change = change_of (2);
  g_assert_false (flow_trace_store_change_facts (store.traces, change, changed_cb, &told, NULL, NULL));
  test_store_clear (&store);
}

/* --- Retention and erase ------------------------------------------------------------------------------------ */

typedef struct
{
  FlowTraceStore *self;
  gboolean more;
} Retention;

static gboolean
retain_run (sqlite3 *db, gpointer data, GError **error)
{
  Retention *run = data;

  return flow_trace_retain (run->self, db, &run->more, error);
}

/* Runs until there is nothing to do; a store that never comes to an end fails. */
static void
retain (TestStore *store, guint days)
{
  Retention run = { store->traces, TRUE };
  guint rounds = 0;

  flow_trace_store_set_retention (store->traces, (FlowRetention) { days, 0 });
  for (; run.more; rounds++)
    {
      g_assert_cmpuint (rounds, <, 20);
      test_store_run (store, retain_run, &run);
    }
}

static gboolean
text_run (sqlite3 *db, gpointer data, GError **error)
{
  return flow_sql_exec_text (db, data, error);
}

static void
age (TestStore *store)
{
  test_store_seal (store);
  test_store_run (store, text_run,
                  (gpointer) "UPDATE segment SET arrived = arrived - 8 * 86400 "
                             "WHERE arrived > strftime('%s') - 86400");
}

static guint
n_spans (TestStore *store, guint trace)
{
  g_autoptr (FlowTrace) loaded = test_store_load (store, trace);

  return loaded != NULL ? (guint) loaded->n_spans : 0;
}

static void
test_retention (void)
{
  TestLog logs[] = { { 2, 1, 5, "kept", "shop", 9 }, { 3, 1, 5, "gone", "shop", 9 } };
  g_autoptr (FlowTrace) kept = NULL;
  FlowTraceStoreStats stats;
  TestStore store;

  test_store_init (&store);
  add_traces (&store, 1, 30);
  test_store_take (&store, test_logs (logs, 2));
  say_all (&store, 2);
  pin (&store, 9, TRUE);
  age (&store);
  for (guint i = 0; i < 12; i++)
    {
      add_traces (&store, 100 + i, 100 + i);
      pin (&store, 100 + i, TRUE);
      age (&store);
    }
  add_traces (&store, 200, 200);
  test_store_seal (&store);
  retain (&store, 7);
  for (guint i = 1; i <= 30; i++)
    g_assert_cmpuint (n_spans (&store, i), ==, i == 2 || i == 9 ? 2 : 0);
  for (guint i = 100; i < 112; i++)
    g_assert_cmpuint (n_spans (&store, i), ==, 2);
  g_assert_cmpuint (n_spans (&store, 200), ==, 2);
  kept = test_store_load (&store, 2);
  g_assert_cmpuint (kept->n_logs, ==, 1);
  g_assert_cmpuint (kept->info->spans, ==, 2);
  flow_trace_store_get_stats (store.traces, &stats);
  g_assert_cmpuint (stats.retention_deleted, ==, 57);

  /* Merged, restarted, and again. Then one is let go. */
  while (test_store_merge (&store))
    ;
  test_store_reopen (&store);
  retain (&store, 7);
  g_assert_cmpuint (n_spans (&store, 2), ==, 2);
  pin (&store, 9, FALSE);
  retain (&store, 7);
  g_assert_cmpuint (n_spans (&store, 9), ==, 0);
  g_assert_cmpuint (n_spans (&store, 2), ==, 2);
  g_assert_cmpuint (n_spans (&store, 105), ==, 2);
  test_store_clear (&store);
}

/* A segment of which nobody can read what is to be kept stays, and does not hold up the others. */
static void
test_retention_damage (void)
{
  TestStore store;

  test_store_init (&store);
  add_traces (&store, 1, 3);
  pin (&store, 2, TRUE);
  age (&store);
  test_store_run (&store, text_run, (gpointer) "UPDATE segment_data SET extra = x'ff'");
  add_traces (&store, 10, 12);
  age (&store);
  g_test_expect_message ("flow-trace", G_LOG_LEVEL_WARNING, "*damaged*");
  retain (&store, 7);
  g_test_assert_expected_messages ();
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM segment"), ==, 1);
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM trace"), ==, 3);
  test_store_clear (&store);
}

/* Facts go with their trace, from the files too; older versions of them as well. */
static void
test_erase (gconstpointer all)
{
  g_autoptr (FlowTraceReader) reader = NULL;
  g_autoptr (GError) error = NULL;
  TestStore store;
  guint8 id[16];

  test_store_init (&store);
  add_traces (&store, 1, 3);
  reader = test_store_reader (&store);
  for (guint i = 0; i < 40; i++)
    {
      FlowFactChange *change = change_of (1);

      flow_fact_change_set_note (change, test_text ("%0*u " CANARY, (int) (i * 97 + 1), i), NULL);
      flow_fact_change_clear_tags (change);
      flow_fact_change_add_tag (change, test_text (CANARY " %u", i), NULL);
      flow_trace_facts_unref (apply (&store, change));
      pin (&store, 2, i % 2 == 0);
    }
  say_all (&store, 1);
  g_assert_cmpuint (g_hash_table_size (flow_trace_reader_get_facts (reader, NULL)), ==, 1);
  pin (&store, 2, TRUE);
  g_assert_cmpuint (test_store_count_in_files (&store, CANARY), >, 0);
  test_trace_id (1, id);
  if (all != NULL ? flow_trace_store_erase_all (store.traces, &error)
                  : flow_trace_store_erase_trace (store.traces, id, &error))
    g_assert_cmpuint (test_store_count_in_files (&store, CANARY), ==, 0);
  g_assert_no_error (error);
  g_assert_cmpuint (g_hash_table_size (flow_trace_reader_get_facts (reader, NULL)), ==, all != NULL ? 0 : 1);

  /* One that comes again under the same id is another one. */
  add_traces (&store, 1, 1);
  {
    g_autoptr (FlowTrace) again = test_store_load (&store, 1);

    g_assert_null (again->info->facts);
  }
  test_store_close (&store);
  g_assert_cmpuint (test_store_count_in_files (&store, CANARY), ==, 0);
  test_store_open (&store);
  test_store_clear (&store);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/trace/facts/texts", test_texts);
  g_test_add_func ("/trace/facts/json", test_json);
  g_test_add_func ("/trace/facts/too-many-tags", test_too_many_tags);
  g_test_add_func ("/trace/facts/undo", test_undo);
  g_test_add_func ("/trace/facts/round-trip", test_round_trip);
  g_test_add_func ("/trace/facts/filter", test_filter);
  g_test_add_func ("/trace/facts/absent", test_absent);
  g_test_add_func ("/trace/facts/old-schema", test_old_schema);
  g_test_add_func ("/trace/facts/told", test_told);
  g_test_add_func ("/trace/facts/retention", test_retention);
  g_test_add_func ("/trace/facts/retention/damage", test_retention_damage);
  g_test_add_data_func ("/trace/facts/erase/one", NULL, test_erase);
  g_test_add_data_func ("/trace/facts/erase/all", "all", test_erase);
  return g_test_run ();
}
