/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trace-test.h"

#include "base/flow-id.h"

/* Encryption at rest: on and off on a full store, after a crash at any step, without the key; and what stays readable.
 * That a store says the same with it as without, whatever happens to it, is in test-segments.c. */

#define CANARY "canary"
#define TRACES 40

static TestSpan
canary_span (guint trace, guint64 id)
{
  TestSpan span = test_span (trace, id);

  span.name = test_text (CANARY "-name-%u", trace);
  span.service = CANARY "-service";
  span.file = "/src/" CANARY ".c";
  span.line = 7;
  span.host = CANARY "-host";
  span.event = CANARY "-event";
  span.attributes[0] = (TestAttribute) { CANARY "-key", FLOW_VALUE_STRING, CANARY "-value", 0, 0 };
  return span;
}

/* Sealed segments, parts, logs and metrics. */
static void
fill (TestStore *store)
{
  TestLog log = { 1, 1, 5, CANARY " in a log", CANARY "-service", 9 };
  TestPoint point = { 5, CANARY "-metric", CANARY "-service", "key", CANARY "-value", 1 };

  for (guint i = 1; i <= TRACES; i++)
    {
      TestSpan spans[] = { canary_span (i, i), canary_span (i, 1000 + i) };

      test_store_spans (store, spans, 2);
      if (i % 9 == 0)
        test_store_seal (store);
    }
  test_store_take (store, test_logs (&log, 1));
  test_store_take (store, test_points (&point, 1));
}

static FlowVault *
encrypt (TestStore *store)
{
  FlowVault *vault = flow_vault_new ();
  g_autoptr (GError) error = NULL;

  flow_vault_publish (vault);
  flow_trace_store_encrypt (store->traces, vault, &error);
  g_assert_no_error (error);
  return vault;
}

static void
decrypt (TestStore *store)
{
  g_autoptr (GError) error = NULL;

  flow_trace_store_decrypt (store->traces, &error);
  g_assert_no_error (error);
}

static void
assert_state (TestStore *store, FlowTraceEncryptionState state)
{
  FlowTraceEncryption encryption;

  flow_trace_store_get_encryption (store->traces, &encryption);
  g_assert_cmpstr (flow_trace_encryption_to_text (encryption.state), ==, flow_trace_encryption_to_text (state));
  g_assert_cmpuint (encryption.done, <=, encryption.total);
}

/* Everything is there, by list, by load and by search. */
static void
assert_complete (TestStore *store)
{
  g_autoptr (FlowTraceReader) reader = test_store_reader (store);
  g_autoptr (GPtrArray) services = flow_trace_reader_services (reader, NULL);

  g_assert_cmpuint (services->len, ==, 1);
  for (guint i = 1; i <= TRACES; i++)
    {
      g_autoptr (FlowTrace) trace = test_store_load (store, i);

      g_assert_cmpuint (trace->n_spans, >=, 2);
      g_assert_cmpstr (trace->info->name, ==, test_text (CANARY "-name-%u", i));
      g_assert_cmpstr (trace->info->services[0], ==, CANARY "-service");
    }
}

static void
wipe (TestStore *store)
{
  g_autoptr (GError) error = NULL;

  assert_state (store, FLOW_TRACE_WIPING);
  flow_trace_store_wipe (store->traces, &error);
  g_assert_no_error (error);
  assert_state (store, FLOW_TRACE_ENCRYPTED);
}

static void
test_on_and_off (void)
{
  g_autoptr (FlowVault) vault = NULL;
  TestSpan late;
  TestStore store;

  test_store_init (&store);
  fill (&store);
  assert_state (&store, FLOW_TRACE_PLAIN);
  vault = encrypt (&store);
  assert_state (&store, FLOW_TRACE_ENCRYPTING);
  test_store_convert_all (&store);
  wipe (&store);
  g_assert_cmpuint (test_store_count_in_files (&store, CANARY), ==, 0);
  assert_complete (&store);
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM trace WHERE typeof(name) <> 'blob'"), ==, 0);

  /* What comes then is encrypted at once, and so is what is sealed and merged of it. */
  late = canary_span (1, 5);
  test_store_spans (&store, &late, 1);
  test_store_seal (&store);
  while (test_store_merge (&store))
    ;
  test_store_reopen (&store);
  g_assert_cmpuint (test_store_count_in_files (&store, CANARY), ==, 0);
  assert_complete (&store);

  decrypt (&store);
  test_store_convert_all (&store);
  assert_state (&store, FLOW_TRACE_PLAIN);
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM trace_meta WHERE key LIKE 'vault%'"), ==, 0);
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM segment_data WHERE typeof(hot) <> 'blob'"), ==, 0);
  flow_vault_withdraw (flow_vault_get_id (vault));
  test_store_reopen (&store);
  assert_complete (&store);
  test_store_clear (&store);
}

/* Killed after each step, both ways. */
static void
test_crashes (void)
{
  g_autoptr (FlowVault) vault = NULL;
  guint crashes = 0;
  TestStore store;

  test_store_init (&store);
  fill (&store);
  vault = encrypt (&store);
  for (gboolean more = TRUE; more; crashes++)
    {
      test_store_crash (&store);
      assert_complete (&store);
      /* Each begins at the first row again, so it must get further than the one before. */
      for (guint i = 0; i <= crashes && more; i++)
        more = test_store_convert (&store);
    }
  g_assert_cmpuint (crashes, >, 3);
  test_store_crash (&store);
  wipe (&store);
  g_assert_cmpuint (test_store_count_in_files (&store, CANARY), ==, 0);
  decrypt (&store);
  crashes = 0;
  for (gboolean more = TRUE; more; crashes++)
    {
      test_store_crash (&store);
      assert_complete (&store);
      for (guint i = 0; i <= crashes && more; i++)
        more = test_store_convert (&store);
    }
  assert_state (&store, FLOW_TRACE_PLAIN);
  assert_complete (&store);
  test_store_clear (&store);
}

/* Somebody changes his mind while it is under way. */
static void
test_turned_around (void)
{
  g_autoptr (FlowVault) vault = NULL;
  g_autoptr (FlowVault) unused = NULL;
  TestStore store;

  test_store_init (&store);
  fill (&store);
  vault = encrypt (&store);
  test_store_convert (&store);
  decrypt (&store);
  test_store_convert (&store);
  /* The key that seals already goes on. */
  unused = encrypt (&store);
  flow_vault_withdraw (flow_vault_get_id (unused));
  test_store_convert_all (&store);
  wipe (&store);
  assert_complete (&store);
  decrypt (&store);
  test_store_convert_all (&store);
  assert_complete (&store);
  /* What is on, or off, is not begun again. */
  decrypt (&store);
  assert_state (&store, FLOW_TRACE_PLAIN);
  test_store_clear (&store);
}

static void
assert_locked (const GError *error)
{
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_SECRETS_LOCKED);
  g_assert_nonnull (strstr (error->message, "keyring"));
}

/* The key is not at hand: nothing is taken in, nothing is shown, and nothing is lost. */
static void
test_locked (void)
{
  g_autoptr (FlowVault) vault = NULL;
  g_autoptr (FlowSpanBatch) batch = NULL;
  g_autoptr (FlowTraceReader) reader = NULL;
  g_autoptr (GError) ingest = NULL, erase = NULL, off = NULL, on = NULL, unlock = NULL, record = NULL, read = NULL,
                     error = NULL;
  TestSpan late = canary_span (TRACES + 1, 5);
  FlowTraceEncryption encryption;
  guint8 id[16];
  TestStore store;

  test_store_init (&store);
  fill (&store);
  vault = encrypt (&store);
  test_store_convert_all (&store);
  flow_vault_withdraw (flow_vault_get_id (vault));
  test_store_reopen (&store);
  flow_trace_store_get_encryption (store.traces, &encryption);
  g_assert_true (encryption.locked);
  g_assert_cmpmem (encryption.vault, sizeof encryption.vault, flow_vault_get_id (vault), FLOW_VAULT_ID_SIZE);

  batch = test_spans (&late, 1);
  g_assert_false (flow_trace_store_ingest_wait (store.traces, batch, NULL, NULL, &ingest));
  assert_locked (ingest);
  test_trace_id (1, id);
  g_assert_false (flow_trace_store_erase_trace (store.traces, id, &erase));
  assert_locked (erase);
  g_assert_false (flow_trace_store_decrypt (store.traces, &off));
  assert_locked (off);
  g_assert_false (flow_trace_store_encrypt (store.traces, vault, &on));
  assert_locked (on);
  g_assert_false (flow_trace_store_unlock (store.traces, &unlock));
  assert_locked (unlock);
  g_assert_false (flow_trace_store_require_key (store.traces, &record));
  assert_locked (record);
  reader = flow_trace_reader_open (store.path, &read);
  g_assert_null (reader);
  assert_locked (read);

  flow_vault_publish (vault);
  g_assert_true (flow_trace_store_unlock (store.traces, &error));
  g_assert_no_error (error);
  g_assert_true (flow_trace_store_unlock (store.traces, NULL));
  g_assert_true (flow_trace_store_require_key (store.traces, NULL));
  assert_complete (&store);
  g_assert_cmpuint (test_store_spans (&store, &late, 1).stored, ==, 1);
  test_store_clear (&store);
}

/* The key is lost for good: everything can be erased, and it begins anew. */
static void
test_lost (void)
{
  g_autoptr (FlowVault) vault = NULL;
  g_autoptr (GError) error = NULL;
  TestSpan span = canary_span (1, 5);
  TestStore store;

  test_store_init (&store);
  fill (&store);
  vault = encrypt (&store);
  test_store_convert_all (&store);
  flow_vault_withdraw (flow_vault_get_id (vault));
  test_store_reopen (&store);
  flow_trace_store_erase_all (store.traces, &error);
  g_assert_no_error (error);
  assert_state (&store, FLOW_TRACE_PLAIN);
  g_assert_cmpuint (test_store_spans (&store, &span, 1).stored, ==, 1);
  test_store_reopen (&store);
  g_assert_cmpuint (test_store_spans (&store, &span, 1).stored, ==, 0);
  test_store_clear (&store);
}

/* What the segments say in the clear finds nothing that is not there: words are hashed with a key that is sealed. */
static void
test_hash_key (void)
{
  g_autoptr (FlowVault) vault = NULL;
  FlowSipKey key;
  char bytes[2 * sizeof key + 1];
  TestStore store;

  test_store_init (&store);
  fill (&store);
  key = store.traces->key;
  flow_id_to_hex ((const guint8 *) &key, sizeof key, bytes);
  vault = encrypt (&store);
  test_store_convert_all (&store);
  wipe (&store);
  test_store_close (&store);
  {
    g_autoptr (sqlite3) db = NULL;
    g_autofree char *query = g_strdup_printf ("SELECT count(*) FROM trace_meta WHERE instr(hex(value), upper('%s'))",
                                              bytes);
    gint64 found = -1;

    g_assert_cmpint (sqlite3_open (store.path, &db), ==, SQLITE_OK);
    g_assert_true (flow_sql_get_int64 (db, query, &found, NULL));
    g_assert_cmpint (found, ==, 0);
  }
  test_store_open (&store);
  assert_complete (&store);
  test_store_clear (&store);
}

static gboolean
damage_run (sqlite3 *db, gpointer data, GError **error)
{
  return flow_sql_exec_text (db,
                             "UPDATE segment_data SET hot = (SELECT hot FROM segment_data AS other WHERE other.id <> "
                             "segment_data.id LIMIT 1) WHERE id = (SELECT min(id) FROM segment_data)",
                             error);
}

/* A segment that was put in the place of another does not open, and does not keep the rest from being decrypted. */
static void
test_swapped (void)
{
  g_autoptr (FlowVault) vault = NULL;
  g_autoptr (FlowTrace) trace = NULL;
  TestStore store;

  test_store_init (&store);
  fill (&store);
  vault = encrypt (&store);
  test_store_convert_all (&store);
  test_store_run (&store, damage_run, NULL);
  g_test_expect_message ("flow-trace", G_LOG_LEVEL_WARNING, "*does not open*");
  decrypt (&store);
  test_store_convert_all (&store);
  g_test_assert_expected_messages ();
  assert_state (&store, FLOW_TRACE_PLAIN);
  trace = test_store_load (&store, TRACES);
  g_assert_cmpuint (trace->n_spans, ==, 2);
  test_store_clear (&store);
}

/* By itself: the store converts while it is idle, and while it is not. */
static void
test_by_itself (void)
{
  g_autoptr (FlowVault) vault = NULL;
  FlowTraceEncryption encryption = { 0 };
  TestStore store;
  guint64 id = 1000000;

  test_store_init (&store);
  fill (&store);
  store.traces->by_hand = FALSE;
  vault = encrypt (&store);
  do
    {
      TestSpan span = canary_span (1 + (guint) (id % TRACES), id);

      id++;
      test_store_spans (&store, &span, 1);
      flow_trace_store_get_encryption (store.traces, &encryption);
    }
  while (encryption.state == FLOW_TRACE_ENCRYPTING);
  g_assert_cmpint (encryption.state, ==, FLOW_TRACE_WIPING);
  g_assert_cmpuint (encryption.done, ==, encryption.total);
  test_store_clear (&store);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/encryption/on-and-off", test_on_and_off);
  g_test_add_func ("/encryption/crashes", test_crashes);
  g_test_add_func ("/encryption/turned-around", test_turned_around);
  g_test_add_func ("/encryption/locked", test_locked);
  g_test_add_func ("/encryption/lost", test_lost);
  g_test_add_func ("/encryption/hash-key", test_hash_key);
  g_test_add_func ("/encryption/swapped", test_swapped);
  g_test_add_func ("/encryption/by-itself", test_by_itself);
  return g_test_run ();
}
