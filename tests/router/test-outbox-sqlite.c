/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "router-test.h"

#include <string.h>

#include "base/flow-error.h"
#include "router/flow-outbox-sqlite.h"
#include "store/flow-statement.h"
#include "support/test-folder.h"

#define NOW TEST_START_NS
#define HOUR_NS (G_GINT64_CONSTANT (3600) * 1000000000)

typedef struct
{
  FlowContext *context;
  GMainContext *main;
  FlowCallQueue *calls;
  FlowStore *store;
  FlowOutboxSqlite *outbox;
  guint done;
  FlowOutboxKnown known; /* of the last job */
  GError *error;
  char *payload;
} Fixture;

static void
open_store (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  f->store = flow_store_new (f->context);
  f->outbox = flow_outbox_sqlite_new (f->store, flow_context_get_database_path (f->context), f->calls);
  flow_store_open (f->store, &error);
  g_assert_no_error (error);
}

static void
close_store (Fixture *f)
{
  flow_store_close (f->store);
  flow_call_queue_drain (f->calls);
  g_clear_pointer (&f->outbox, flow_outbox_sqlite_free);
  g_clear_object (&f->store);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->context = test_context_new ();
  f->main = g_main_context_new ();
  f->calls = flow_call_queue_new (f->main, "test-calls");
  open_store (f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  close_store (f);
  flow_call_queue_free (f->calls);
  g_main_context_unref (f->main);
  test_context_remove (f->context);
  g_clear_error (&f->error);
  g_free (f->payload);
}

static void
done_cb (FlowOutboxJob *job)
{
  Fixture *f = job->owner;

  f->done++;
  f->known = job->known;
  g_clear_error (&f->error);
  f->error = g_steal_pointer (&job->error);
  g_clear_pointer (&f->payload, g_free);
  if (job->items->len > 0 && flow_outbox_job_get (job, 0)->payload != NULL)
    {
      GBytes *payload = flow_outbox_job_get (job, 0)->payload;

      f->payload = g_strndup (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload));
    }
  flow_outbox_job_free (job);
}

/* Have a job done, and wait for its end. */
static void
run (Fixture *f, FlowOutboxJob *job)
{
  guint before = f->done;

  job->done = done_cb;
  job->owner = f;
  flow_outbox_store_push (flow_outbox_sqlite_get_store (f->outbox), job);
  g_assert_cmpuint (f->done, ==, before);
  while (f->done == before)
    g_main_context_iteration (f->main, TRUE);
}

static FlowOutboxRecord *
record_new (guint64 number, const char *id)
{
  const FlowOutboxRecord values = { .number = number,
                                    .source = "cli/s",
                                    .id = id,
                                    .target = "editor",
                                    .type = "note",
                                    .priority = 7,
                                    .stored_ns = NOW,
                                    .expires_ns = NOW + HOUR_NS,
                                    .size = 4 };

  return flow_outbox_record_new (&values);
}

/* One job with one message. */
static void
run_one (Fixture *f, FlowOutboxAction action, guint64 number, const char *id, const char *channel, guint64 seq,
         gint64 now_ns)
{
  g_autoptr (FlowOutboxRecord) record = record_new (number, id);
  g_autoptr (GBytes) payload = action == FLOW_OUTBOX_PUT ? g_bytes_new_static ("body", 4) : NULL;
  FlowOutboxJob *job = flow_outbox_job_new (action, now_ns);

  job->reason = "declined";
  job->number = number - 10;
  flow_outbox_job_add (job, flow_outbox_item_new (record, channel, seq, 1, payload));
  run (f, job);
}

static FlowOutboxState *
load (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  FlowOutboxState *state = flow_outbox_store_load (flow_outbox_sqlite_get_store (f->outbox), &error);

  g_assert_no_error (error);
  return state;
}

static guint64
seq_of (FlowOutboxState *state, const char *name)
{
  const guint64 *seq = g_hash_table_lookup (state->seqs, name);

  return seq != NULL ? *seq : 0;
}

static void
test_put_and_load (Fixture *f, gconstpointer data)
{
  g_autoptr (FlowOutboxState) state = NULL;
  g_autofree char *epoch = NULL;
  const FlowOutboxItem *item;

  run_one (f, FLOW_OUTBOX_PUT, 1, "a", NULL, 0, NOW);
  run_one (f, FLOW_OUTBOX_PUT, 2, "b", "editor/r", 5, NOW);
  g_assert_cmpint (f->known, ==, FLOW_OUTBOX_NEW);
  state = load (f);
  epoch = g_strdup (state->epoch);
  g_clear_pointer (&state, flow_outbox_state_free);
  close_store (f);
  open_store (f);

  state = load (f);
  g_assert_cmpstr (state->epoch, ==, epoch);
  g_assert_cmpuint (strlen (epoch), >=, 20);
  g_assert_cmpuint (state->waiting->len, ==, 2);
  item = g_ptr_array_index (state->waiting, 0);
  g_assert_null (item->channel);
  g_assert_cmpuint (item->seq, ==, 0);
  item = g_ptr_array_index (state->waiting, 1);
  g_assert_cmpuint (item->record->number, ==, 2);
  g_assert_cmpstr (item->record->source, ==, "cli/s");
  g_assert_cmpstr (item->record->id, ==, "b");
  g_assert_cmpstr (item->record->target, ==, "editor");
  g_assert_cmpstr (item->record->type, ==, "note");
  g_assert_cmpint (item->record->priority, ==, 7);
  g_assert_cmpint (item->record->stored_ns, ==, NOW);
  g_assert_cmpint (item->record->expires_ns, ==, NOW + HOUR_NS);
  g_assert_cmpuint (item->record->size, ==, 4);
  g_assert_cmpstr (item->channel, ==, "editor/r");
  g_assert_cmpuint (item->seq, ==, 5);
  g_assert_cmpuint (item->attempts, ==, 1);
  g_assert_cmpuint (seq_of (state, "editor/r"), ==, 5);
  g_assert_cmpuint (state->first_seq, ==, 0);
}

static void
test_take (Fixture *f, gconstpointer data)
{
  g_autoptr (FlowOutboxState) state = NULL;

  run_one (f, FLOW_OUTBOX_PUT, 1, "a", NULL, 0, NOW);
  run_one (f, FLOW_OUTBOX_TAKE, 1, "a", "editor/q", 9, NOW);
  g_assert_cmpstr (f->payload, ==, "body");
  run_one (f, FLOW_OUTBOX_TAKE, 1, "a", "editor/q", 3, NOW);
  state = load (f);
  g_assert_cmpuint (seq_of (state, "editor/q"), ==, 9);
  g_assert_cmpuint (((FlowOutboxItem *) g_ptr_array_index (state->waiting, 0))->seq, ==, 3);
}

static void
test_repeated (Fixture *f, gconstpointer data)
{
  run_one (f, FLOW_OUTBOX_PUT, 1, "a", NULL, 0, NOW);
  run_one (f, FLOW_OUTBOX_PUT, 2, "a", "editor/r", 1, NOW);
  g_assert_cmpint (f->known, ==, FLOW_OUTBOX_KEPT);
  run_one (f, FLOW_OUTBOX_ACKED, 1, "a", NULL, 0, NOW);
  run_one (f, FLOW_OUTBOX_PUT, 3, "a", NULL, 0, NOW);
  g_assert_cmpint (f->known, ==, FLOW_OUTBOX_HANDLED);

  run_one (f, FLOW_OUTBOX_PUT, 4, "b", NULL, 0, NOW);
  run_one (f, FLOW_OUTBOX_DIE, 4, "b", NULL, 0, NOW);
  run_one (f, FLOW_OUTBOX_PUT, 5, "b", NULL, 0, NOW);
  g_assert_cmpint (f->known, ==, FLOW_OUTBOX_KEPT);
  run_one (f, FLOW_OUTBOX_PUT, 6, "c", NULL, 0, NOW);
  run_one (f, FLOW_OUTBOX_DROP, 6, "c", NULL, 0, NOW);
  run_one (f, FLOW_OUTBOX_PUT, 7, "c", NULL, 0, NOW);
  g_assert_cmpint (f->known, ==, FLOW_OUTBOX_KEPT);
}

static void
test_dead_letters (Fixture *f, gconstpointer data)
{
  g_autoptr (FlowOutboxState) state = NULL;
  const FlowDeadLetter *letter;

  run_one (f, FLOW_OUTBOX_PUT, 1, "a", NULL, 0, NOW);
  run_one (f, FLOW_OUTBOX_PUT, 2, "b", NULL, 0, NOW);
  run_one (f, FLOW_OUTBOX_DIE, 2, "b", NULL, 0, NOW + 1);
  run_one (f, FLOW_OUTBOX_DIE, 1, "a", NULL, 0, NOW + 2);
  state = load (f);
  g_assert_cmpuint (state->waiting->len, ==, 0);
  g_assert_cmpuint (state->dead->len, ==, 2);
  letter = g_ptr_array_index (state->dead, 0);
  g_assert_cmpuint (letter->record->number, ==, 2);
  g_assert_cmpstr (letter->reason, ==, "declined");
  g_assert_cmpint (letter->died_ns, ==, NOW + 1);
  g_clear_pointer (&state, flow_outbox_state_free);

  run_one (f, FLOW_OUTBOX_REVIVE, 11, "a", NULL, 0, NOW);
  run_one (f, FLOW_OUTBOX_TAKE, 11, "a", "editor/r", 1, NOW);
  g_assert_cmpstr (f->payload, ==, "body");
  run_one (f, FLOW_OUTBOX_DROP, 2, "b", NULL, 0, NOW);
  state = load (f);
  g_assert_cmpuint (state->waiting->len, ==, 1);
  g_assert_cmpuint (state->dead->len, ==, 0);
}

static gint64
count (Fixture *f, const char *text)
{
  g_autoptr (sqlite3) db = flow_store_open_reader (flow_context_get_database_path (f->context), NULL);
  gint64 n = -1;

  g_assert_true (flow_sql_get_int64 (db, text, &n, NULL));
  return n;
}

static gboolean
exec_run (sqlite3 *db, gpointer data, GError **error)
{
  return flow_sql_exec_text (db, data, error);
}

static void
exec (Fixture *f, const char *text)
{
  g_autoptr (GError) error = NULL;

  flow_store_run (f->store, exec_run, (gpointer) text, &error);
  g_assert_no_error (error);
}

/* What is remembered is bounded; whoever is forgotten is counted from where he may have been. */
static void
test_prune (Fixture *f, gconstpointer data)
{
  g_autoptr (FlowOutboxState) state = NULL;

  run_one (f, FLOW_OUTBOX_PUT, 1, "old", NULL, 0, NOW);
  run_one (f, FLOW_OUTBOX_ACKED, 1, "old", NULL, 0, NOW);
  exec (f, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50010) "
           "INSERT INTO message_seen SELECT 'cli/s', i, 1800100000000000000 + i, 1 FROM n");
  exec (f, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10003) "
           "INSERT INTO channel SELECT 'editor/' || i, i * 10, i FROM n");
  exec (f, "UPDATE channel SET seq = 777777 WHERE name = 'editor/2'");
  run_one (f, FLOW_OUTBOX_PUT, 2, "kept", "editor/1", 11, 1);
  run (f, flow_outbox_job_new (FLOW_OUTBOX_PRUNE, NOW + 25 * HOUR_NS));
  g_assert_no_error (f->error);

  g_assert_cmpint (count (f, "SELECT count (*) FROM message_seen WHERE id = 'old'"), ==, 0);
  g_assert_cmpint (count (f, "SELECT count (*) FROM message_seen"), ==, FLOW_OUTBOX_MAX_SEEN);
  g_assert_cmpint (count (f, "SELECT count (*) FROM message_seen WHERE id IN ('10', '11')"), ==, 1);
  state = load (f);
  g_assert_cmpuint (g_hash_table_size (state->seqs), ==, FLOW_OUTBOX_MAX_NAMES + 1);
  g_assert_cmpuint (seq_of (state, "editor/1"), ==, 11);
  g_assert_cmpuint (seq_of (state, "editor/2"), ==, 0);
  g_assert_cmpuint (seq_of (state, "editor/4"), ==, 40);
  g_assert_cmpuint (state->first_seq, ==, 777777);
}

static void
test_closed (Fixture *f, gconstpointer data)
{
  flow_store_close (f->store);
  run_one (f, FLOW_OUTBOX_PUT, 1, "a", NULL, 0, NOW);
  g_assert_error (f->error, FLOW_ERROR, FLOW_ERROR_STOPPING);
}

/* An outbox that is gone does not hear how its jobs ended. */
static void
test_outbox_goes_first (Fixture *f, gconstpointer data)
{
  static const FlowRouterFuncs funcs = { 0 };
  FlowRouter *router = flow_router_new (NULL, &funcs, NULL);
  g_autoptr (FlowMessage) message = test_message ("note", "cli/s", "m", "editor/r", ",\"ack\":true");

  g_assert_true (flow_router_open (router, flow_outbox_sqlite_get_store (f->outbox), NULL));
  flow_router_route (router, NULL, message);
  flow_router_free (router);
  close_store (f);
  open_store (f);
  g_assert_cmpint (count (f, "SELECT count (*) FROM outbox"), ==, 1);
}

#define ADD(name, func) g_test_add ("/router/outbox-sqlite/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("put-and-load", test_put_and_load);
  ADD ("take", test_take);
  ADD ("repeated", test_repeated);
  ADD ("dead-letters", test_dead_letters);
  ADD ("prune", test_prune);
  ADD ("closed", test_closed);
  ADD ("outbox-goes-first", test_outbox_goes_first);
  return g_test_run ();
}
