/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <stdio.h>
#include <string.h>

#include "base/flow-id.h"
#include "cloud/flow-cloud-sqlite.h"
#include "cloud/flow-cloud-tokens.h"
#include "sync/flow-sync-batch.h"
#include "sync/flow-sync-hlc.h"
#include "sync/flow-sync-op.h"
#include "sync/flow-sync-ops-private.h"

/*
 * What the measurement of the cloud can not make itself:
 *   sync-load devices DATA-DIR ISSUER ACCOUNTS DEVICES   devices that are signed in: their ids and access tokens
 *   sync-load batches FILE DEVICE SCOPE BATCHES OPS      sealed batches of notes on traces; bytes of the same as JSON
 */

/* Words that people have. */
#define WORDS 3000

/* What fails ends the program. */
static void
demand (gboolean done, GError **error)
{
  if (!done)
    g_error ("%s", (*error)->message);
}

static gint64
add_user (FlowCloudData *data, FlowCloudUser *user)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = flow_id_new_token (128);

  flow_id_random (user->id, sizeof user->id);
  user->name = name;
  user->password = (char *) "none";
  demand (data->accounts->add_user (data, user, &error), &error);
  return user->number;
}

static void
add_device (FlowCloudData *data, FlowCloudTokens *tokens, const FlowCloudUser *user)
{
  gint64 now_s = g_get_real_time () / G_USEC_PER_SEC;
  FlowCloudDevice device = { .user = user->number, .seen_ms = now_s * 1000, .created_ms = now_s * 1000 };
  FlowCloudSession session = { .user = user->number, .expires_ms = (now_s + 86400) * 1000 };
  FlowCloudClaims claims = { .expires_s = now_s + 3600 };
  g_autoptr (GError) error = NULL;
  g_autofree char *token = NULL;
  char hex[FLOW_CLOUD_ID_HEX];

  flow_id_random (device.id, sizeof device.id);
  flow_id_random (session.id, sizeof session.id);
  demand (data->accounts->enter_device (data, &device, &error), &error);
  session.device = device.number;
  demand (data->accounts->add_session (data, &session, &error), &error);
  memcpy (claims.user, user->id, sizeof claims.user);
  memcpy (claims.device, device.id, sizeof claims.device);
  memcpy (claims.session, session.id, sizeof claims.session);
  token = flow_cloud_tokens_issue (tokens, &claims, now_s, &error);
  demand (token != NULL, &error);
  flow_id_to_hex (device.id, sizeof device.id, hex);
  g_print ("%u %s %s\n", (guint) user->number, hex, token);
}

static void
make_devices (const char *folder, const char *issuer, guint accounts, guint devices)
{
  g_autofree char *path = g_build_filename (folder, FLOW_CLOUD_SQLITE_NAME, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowCloudTokens) tokens = flow_cloud_tokens_new (folder, issuer, &error);
  FlowCloudData *data;
  sqlite3 *db = NULL;

  demand (tokens != NULL, &error);
  if (sqlite3_open (path, &db) != SQLITE_OK)
    g_error ("%s cannot be opened", path);
  sqlite3_busy_timeout (db, 60000);
  data = flow_cloud_sqlite_data_new (db);
  demand (flow_sql_exec_text (db, "BEGIN IMMEDIATE", &error), &error);
  for (guint i = 0; i < accounts; i++)
    {
      FlowCloudUser user = { 0 };

      add_user (data, &user);
      for (guint j = 0; j < devices; j++)
        add_device (data, tokens, &user);
    }
  demand (flow_sql_exec_text (db, "COMMIT", &error), &error);
  flow_cloud_sqlite_data_free (data);
  sqlite3_close (db);
}

/* The same number is the same word; small numbers come more often, as in a language. */
static void
append_word (GString *text, GRand *random)
{
  double place = g_rand_double (random);
  g_autoptr (GRand) word = g_rand_new_with_seed ((guint32) (place * place * WORDS));
  int length = g_rand_int_range (word, 1, 5);

  for (int i = 0; i < length; i++)
    {
      g_string_append_c (text, "bcdfghklmnprstvw"[g_rand_int_range (word, 0, 16)]);
      g_string_append_c (text, "aeiou"[g_rand_int_range (word, 0, 5)]);
    }
}

static char *
make_text (GRand *random, guint n)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      if (i > 0)
        g_string_append_c (text, ' ');
      append_word (text, random);
    }
  return g_string_free (text, FALSE);
}

static void
add_write (FlowSyncOp *op, const char *field, const char *item, GBytes *value)
{
  flow_sync_op_add (op, field, item, value);
  g_bytes_unref (value);
}

/* A note on a trace; adds what it would be as JSON to @plain. */
static FlowSyncOp *
make_op (GRand *random, gint64 ms, const char *device, gsize *plain)
{
  guint8 trace[16];
  g_autofree char *title = make_text (random, 3);
  g_autofree char *note = make_text (random, 12);
  g_autofree char *tag = make_text (random, 1);
  g_autofree char *when = flow_clock_format_utc (ms * 1000000);
  g_autofree char *json = NULL;
  g_autoptr (GBytes) key = NULL;
  FlowSyncOp *op;
  char hex[33];

  flow_id_random (trace, sizeof trace);
  flow_id_to_hex (trace, sizeof trace, hex);
  json = g_strdup_printf (
      "{\"type\":\"upsert\",\"table\":\"trace_fact\",\"id\":\"%s\",\"fields\":{\"title\":\"%s\","
      "\"note\":\"%s\",\"tags\":[\"%s\"],\"pinned\":true},\"updatedAt\":\"%s\",\"deviceId\":\"%s\"}",
      hex, title, note, tag, when, device);
  *plain += strlen (json);
  key = g_bytes_new (trace, sizeof trace);
  op = flow_sync_op_new ("trace_fact", 1, key);
  op->hlc = flow_sync_hlc_make (ms, 0);
  op->txn_len = 1;
  add_write (op, "title", "", flow_sync_value_new_text (title, -1));
  add_write (op, "note", "", flow_sync_value_new_text (note, -1));
  add_write (op, "tags", tag, flow_sync_value_new_int (1));
  add_write (op, "pinned", "", flow_sync_value_new_int (1));
  return op;
}

static GBytes *
make_batch (GRand *random, const char *scope, const char *device, FlowSyncDot *dot, guint8 *chain, guint n,
            gsize *plain)
{
  g_auto (FlowSyncOpsBuilder) builder = { 0 };
  g_autoptr (FlowSyncOps) ops = NULL;
  g_autoptr (GError) error = NULL;
  FlowSyncSeal seal = { .zstd_level = 3 };
  gint64 ms = g_get_real_time () / 1000;
  GBytes *sealed;

  flow_sync_ops_builder_init (&builder, scope, dot, flow_sync_vector_new ());
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (FlowSyncOp) op = make_op (random, ms, device, plain);
      g_autoptr (GBytes) bytes = flow_sync_op_encode (op);
      gsize size = 0;
      gconstpointer data = g_bytes_get_data (bytes, &size);

      flow_sync_chain_add (chain, data, size);
      flow_sync_ops_builder_add (&builder, data, size, chain);
    }
  ops = flow_sync_ops_builder_end (&builder);
  flow_id_random (seal.key, sizeof seal.key);
  flow_id_random (seal.nonce, sizeof seal.nonce);
  seal.day = (guint32) (ms / 86400000);
  sealed = flow_sync_batch_seal (ops, &seal, &error);
  demand (sealed != NULL, &error);
  dot->seq += n;
  return sealed;
}

static void
make_batches (const char *path, const char *device, const char *scope, guint batches, guint n)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (20261120);
  FlowSyncDot dot = { .epoch = 1, .seq = 1 };
  guint8 chain[FLOW_SYNC_CHAIN_SIZE];
  FILE *file = fopen (path, "wb");
  gsize plain = 0;

  if (file == NULL || !flow_id_from_hex (device, sizeof dot.device, dot.device))
    g_error ("%s cannot be written", path);
  flow_sync_chain_begin (scope, dot.device, dot.epoch, chain);
  for (guint i = 0; i < batches; i++)
    {
      g_autoptr (GBytes) batch = make_batch (random, scope, device, &dot, chain, n, &plain);
      gsize size = 0;
      gconstpointer data = g_bytes_get_data (batch, &size);

      fwrite (data, 1, size, file);
    }
  fclose (file);
  g_print ("%" G_GSIZE_FORMAT "\n", plain);
}

static guint
number (const char *text)
{
  guint64 value = 0;

  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT, &value, NULL))
    g_error ("%s is no number", text);
  return (guint) value;
}

int
main (int argc, char **argv)
{
  if (argc == 6 && strcmp (argv[1], "devices") == 0)
    make_devices (argv[2], argv[3], number (argv[4]), number (argv[5]));
  else if (argc == 7 && strcmp (argv[1], "batches") == 0)
    make_batches (argv[2], argv[3], argv[4], number (argv[5]), number (argv[6]));
  else
    return 2;
  return 0;
}
