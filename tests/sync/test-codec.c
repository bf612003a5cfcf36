/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is on the wire: values, operations, batches; also when it is garbage. */

#include <glib.h>
#include <math.h>

#include "base/flow-error.h"
#include "sync/flow-sync-batch.h"
#include "sync/flow-sync-hlc.h"
#include "sync/flow-sync-op.h"
#include "sync/flow-sync-ops-private.h"
#include "sync/flow-sync-order.h"
#include "sync/flow-sync-value.h"

static const FlowSyncDot first_dot = { { 1, 2, 3 }, 1790000000000, 5 };

static FlowSyncSeal
make_seal (gsize zstd_from)
{
  FlowSyncSeal seal = { { 1, 2, 3 }, { 4, 5 }, 20000, { 6 }, zstd_from, 3 };

  return seal;
}

static FlowSyncOp *
make_op (const char *title)
{
  g_autoptr (GBytes) key = g_bytes_new_static ("key", 3);
  g_autoptr (GBytes) value = flow_sync_value_new_text (title, -1);
  g_autoptr (GBytes) none = flow_sync_value_new_null ();
  FlowSyncOp *op = flow_sync_op_new ("item", 2, key);
  FlowSyncDot dot = { { 9 }, 7, 300 };

  op->hlc = flow_sync_hlc_make (1790000000000, 3);
  g_array_append_val (op->context, dot);
  flow_sync_op_add (op, "title", "", value);
  flow_sync_op_add (op, "tags", "gone", none);
  return op;
}

static FlowSyncOps *
make_ops (guint n)
{
  g_auto (FlowSyncOpsBuilder) builder = { .n_ops = 0 };
  FlowSyncVector *context = flow_sync_vector_new ();
  guint8 chain[FLOW_SYNC_CHAIN_SIZE];

  flow_sync_vector_set (context, (const guint8 *) "0123456789abcdef", 3, 4);
  flow_sync_chain_begin ("account", first_dot.device, first_dot.epoch, chain);
  flow_sync_ops_builder_init (&builder, "account", &first_dot, context);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (FlowSyncOp) op = make_op ("A title that is in every operation");
      g_autoptr (GBytes) body = NULL;

      op->hlc += i;
      body = flow_sync_op_encode (op);
      flow_sync_chain_add (chain, g_bytes_get_data (body, NULL), g_bytes_get_size (body));
      flow_sync_ops_builder_add (&builder, g_bytes_get_data (body, NULL), g_bytes_get_size (body), chain);
    }
  return flow_sync_ops_builder_end (&builder);
}

static void
test_values (void)
{
  static const gint64 numbers[] = { 0, 1, -1, 63, -64, 64, 1000000, G_MAXINT64, G_MININT64 };
  g_autoptr (GBytes) text = flow_sync_value_new_text ("später", -1);
  g_autoptr (GBytes) broken = flow_sync_value_new_text ("\xff", 1);
  g_autoptr (GBytes) real = flow_sync_value_new_real (-1.25);
  g_autoptr (GBytes) nan = flow_sync_value_new_real (NAN);
  g_autoptr (GBytes) zero = flow_sync_value_new_real (-0.0);
  g_autoptr (GBytes) plus = flow_sync_value_new_real (0.0);
  g_autoptr (GBytes) blob = flow_sync_value_new_blob ("\0\1", 2);
  double number = 0;
  gint64 wrong;
  gsize size;

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autoptr (GBytes) value = flow_sync_value_new_int (numbers[i]);
      gint64 back;

      g_assert_true (flow_sync_value_get_int (value, &back));
      g_assert_cmpint (back, ==, numbers[i]);
      g_assert_true (flow_sync_value_is_valid (g_bytes_get_data (value, NULL), g_bytes_get_size (value)));
    }
  g_assert_cmpstr (flow_sync_value_get_text (text, &size), ==, "später");
  g_assert_cmpuint (size, ==, 7);
  g_assert_cmpstr (flow_sync_value_get_text (broken, NULL), ==, "\xef\xbf\xbd");
  g_assert_true (flow_sync_value_get_real (real, &number));
  g_assert_cmpfloat (number, ==, -1.25);
  g_assert_cmpint (flow_sync_value_get_kind (nan), ==, FLOW_SYNC_VALUE_NULL);
  g_assert_true (g_bytes_equal (zero, plus));
  g_assert_nonnull (flow_sync_value_get_blob (blob, &size));
  g_assert_cmpuint (size, ==, 2);
  g_assert_null (flow_sync_value_get_blob (text, &size));
  g_assert_null (flow_sync_value_get_text (blob, NULL));
  g_assert_false (flow_sync_value_get_int (text, &wrong));
  g_assert_false (flow_sync_value_get_real (text, &number));
}

static void
test_values_are_canonical (void)
{
  static const struct
  {
    const char *bytes;
    gsize size;
  } bad[] = {
    { "", 0 },
    { "\x09", 1 },
    { "\x00\x00", 2 },                             /* none, and something behind it */
    { "\x01", 1 },                                 /* no number */
    { "\x01\x80\x00", 3 },                         /* longer than it must be */
    { "\x01\x02\x02", 3 },                         /* two numbers */
    { "\x02\x00\x00", 3 },                         /* half a number */
    { "\x02\x80\x00\x00\x00\x00\x00\x00\x00", 9 }, /* -0 */
    { "\x02\x7f\xf0\x00\x00\x00\x00\x00\x00", 9 }, /* infinite */
    { "\x03\xff", 2 },                             /* no UTF-8 */
    { "\x03\x00", 2 },                             /* a NUL */
    { "\x05\x00", 2 },                             /* a group of nothing */
    { "\x05\x02\x01z\x01\x00\x01"
      "a\x01\x00",
      10 }, /* not in order */
    { "\x05\x01\x01"
      "a\x02\x05\x00",
      7 }, /* a group in a group */
    { "\x05\x01\x01"
      "a\x01\x00\x00",
      7 }, /* something behind it */
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (flow_sync_value_is_valid (bad[i].bytes, bad[i].size));
}

static void
join_member (const char *name, GBytes *value, gpointer data)
{
  gint64 number = 0;

  flow_sync_value_get_int (value, &number);
  g_string_append_printf (data, "%s=%d ", name, (int) number);
}

static void
test_group (void)
{
  static const char *const names[] = { "a", "ab", "b" };
  g_autoptr (GBytes) one = flow_sync_value_new_int (1);
  g_autoptr (GBytes) two = flow_sync_value_new_int (2);
  GBytes *values[] = { one, two, one };
  g_autoptr (GBytes) group = flow_sync_value_new_group (names, values, 3);
  g_autoptr (GString) out = g_string_new (NULL);

  g_assert_true (flow_sync_value_is_valid (g_bytes_get_data (group, NULL), g_bytes_get_size (group)));
  flow_sync_value_foreach_member (group, join_member, out);
  flow_sync_value_foreach_member (one, join_member, out);
  g_assert_cmpstr (out->str, ==, "a=1 ab=2 b=1 ");
}

static void
test_op (void)
{
  g_autoptr (FlowSyncOp) op = make_op ("title");
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GBytes) again = NULL;
  g_autoptr (FlowSyncOp) back = NULL;
  g_autoptr (GError) error = NULL;

  op->txn_index = 2;
  op->txn_len = 200;
  op->flags = FLOW_SYNC_OP_AUTO;
  body = flow_sync_op_encode (op);
  back = flow_sync_op_decode (g_bytes_get_data (body, NULL), g_bytes_get_size (body), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (back->table, ==, "item");
  g_assert_cmpuint (back->schema, ==, 2);
  g_assert_cmpuint (back->writes->len, ==, 2);
  again = flow_sync_op_encode (back);
  g_assert_true (g_bytes_equal (body, again));
  g_assert_cmpuint (flow_sync_op_peek_hlc (g_bytes_get_data (body, NULL)), ==, op->hlc);
  g_assert_cmpuint (flow_sync_op_peek_txn (g_bytes_get_data (body, NULL), g_bytes_get_size (body)), ==, 198);
  /* Every piece of it that is missing is noticed. */
  for (gsize i = 0; i < g_bytes_get_size (body); i++)
    {
      g_autoptr (FlowSyncOp) cut = flow_sync_op_decode (g_bytes_get_data (body, NULL), i, NULL);

      g_assert_null (cut);
    }
}

/* Whatever comes, it is an operation or it is not; what is one is written as it was read. */
static void
test_garbage (void)
{
  g_autoptr (FlowSyncOp) op = make_op ("a title");
  g_autoptr (GBytes) body = flow_sync_op_encode (op);
  gsize size = g_bytes_get_size (body);

  for (guint i = 0; i < 20000; i++)
    {
      g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (body, NULL), size);
      g_autoptr (FlowSyncOp) read = NULL;

      for (guint j = 0; j < 1 + i % 4; j++)
        data[g_test_rand_int_range (0, (int) size)] = (guint8) g_test_rand_int ();
      flow_sync_op_peek_txn (data, size);
      read = flow_sync_op_decode (data, size, NULL);
      if (read != NULL)
        {
          g_autoptr (GBytes) again = flow_sync_op_encode (read);

          g_assert_cmpmem (data, size, g_bytes_get_data (again, NULL), g_bytes_get_size (again));
        }
    }
}

static void
test_batch (gconstpointer zstd)
{
  g_autoptr (FlowSyncOps) ops = make_ops (100);
  FlowSyncSeal seal = make_seal (zstd != NULL ? 0 : G_MAXSIZE);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) batch = flow_sync_batch_seal (ops, &seal, &error);
  FlowSyncBatchHeader header;
  g_autoptr (FlowSyncOps) back = NULL;
  gsize size;
  const guint8 *data = g_bytes_get_data (batch, &size);

  g_assert_no_error (error);
  g_assert_true (flow_sync_batch_header_parse (&header, data, size, &error));
  g_assert_cmpstr (header.scope, ==, "account");
  g_assert_cmpuint (header.dot.seq, ==, 5);
  g_assert_cmpuint (flow_sync_batch_header_get_last (&header), ==, 104);
  g_assert_cmpuint (flow_sync_batch_header_get_total (&header), ==, size);
  g_assert_cmpuint (header.n_ops, ==, 100);
  g_assert_cmpuint (header.hlc, ==, flow_sync_ops_get_hlc (ops));
  g_assert_cmpuint (header.day, ==, 20000);
  g_assert_cmpint (header.flags, ==, zstd != NULL ? FLOW_SYNC_BATCH_ZSTD : 0);
  g_assert_null (g_strstr_len ((const char *) data, (gssize) size, "A title"));
  if (zstd != NULL)
    g_assert_cmpuint (size, <, flow_sync_ops_get_size (ops) / 5);
  back = flow_sync_batch_open (data, size, seal.key, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (flow_sync_ops_get_n (back), ==, 100);
  g_assert_true (g_bytes_equal (flow_sync_ops_get_payload (ops), flow_sync_ops_get_payload (back)));
  g_assert_true (flow_sync_vector_equal (flow_sync_ops_get_context (ops), flow_sync_ops_get_context (back)));
  g_assert_cmpmem (flow_sync_ops_get_chain (back), 32, flow_sync_ops_get_chain (ops), 32);
}

/* Every byte is authenticated: the operations, and whose they are. */
static void
test_batch_tampered (void)
{
  g_autoptr (FlowSyncOps) ops = make_ops (1);
  FlowSyncSeal seal = make_seal (G_MAXSIZE);
  g_autoptr (GBytes) batch = flow_sync_batch_seal (ops, &seal, NULL);
  gsize size;
  const guint8 *data = g_bytes_get_data (batch, &size);
  guint8 key[32] = { 0 };
  g_autoptr (GError) wrong = NULL;
  g_autoptr (GError) behind = NULL;
  g_autofree guint8 *longer = g_malloc0 (size + 1);

  for (gsize i = 0; i < size; i++)
    {
      g_autofree guint8 *copy = g_memdup2 (data, size);
      g_autoptr (GError) error = NULL;
      g_autoptr (FlowSyncOps) open = NULL;

      copy[i] ^= 1;
      open = flow_sync_batch_open (copy, size, seal.key, &error);
      g_assert_null (open);
      g_assert_nonnull (error);
      g_clear_error (&error);
      g_assert_null (flow_sync_batch_open (data, i, seal.key, &error));
    }
  g_assert_null (flow_sync_batch_open (data, size, key, &wrong));
  g_assert_error (wrong, FLOW_ERROR, FLOW_ERROR_NOT_AUTHENTIC);
  memcpy (longer, data, size);
  g_assert_null (flow_sync_batch_open (longer, size + 1, seal.key, &behind));
  g_assert_error (behind, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST);
}

/* What is sealed may be garbage as well. */
static void
test_batch_of_garbage (void)
{
  FlowSyncBatchHeader header = { .scope = "account", .dot = { { 1 }, 1, 1 }, .n_ops = 3 };

  for (guint i = 0; i < 2000; i++)
    {
      guint8 bytes[64];
      g_autoptr (GBytes) payload = NULL;
      g_autoptr (FlowSyncOps) ops = NULL;

      for (guint j = 0; j < sizeof bytes; j++)
        bytes[j] = (guint8) (g_test_rand_int () % 12);
      bytes[0] = 1;
      payload = g_bytes_new (bytes, sizeof bytes);
      ops = flow_sync_ops_parse (&header, payload, NULL);
      g_assert_true (ops == NULL || flow_sync_ops_get_n (ops) == 3);
    }
}

static void
test_batch_too_large (void)
{
  g_autoptr (FlowSyncOps) ops = make_ops (4000);
  FlowSyncSeal seal = make_seal (G_MAXSIZE);
  g_autoptr (GError) error = NULL;

  g_assert_null (flow_sync_batch_seal (ops, &seal, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE);
}

/* Batches that were cut in other pieces have the same chain at the same place. */
static void
test_chain (void)
{
  g_autoptr (FlowSyncOps) ten = make_ops (10);
  g_autoptr (FlowSyncOps) twenty = make_ops (20);
  guint8 chain[FLOW_SYNC_CHAIN_SIZE];
  guint8 other[FLOW_SYNC_CHAIN_SIZE];

  flow_sync_chain_begin ("account", first_dot.device, first_dot.epoch, chain);
  flow_sync_chain_begin ("account", first_dot.device, first_dot.epoch + 1, other);
  g_assert_true (memcmp (chain, other, sizeof chain) != 0);
  for (guint i = 0; i < 20; i++)
    {
      gsize size;
      const guint8 *op = flow_sync_ops_get_op (twenty, i, &size);

      flow_sync_chain_add (chain, op, size);
      if (i == 9)
        g_assert_cmpmem (chain, sizeof chain, flow_sync_ops_get_chain (ten), FLOW_SYNC_CHAIN_SIZE);
    }
  g_assert_cmpmem (chain, sizeof chain, flow_sync_ops_get_chain (twenty), FLOW_SYNC_CHAIN_SIZE);
}

static void
test_scope_names (void)
{
  g_assert_true (flow_sync_scope_is_valid ("account"));
  g_assert_true (flow_sync_scope_is_valid ("w-0123456789abcdefghij_Z"));
  g_assert_false (flow_sync_scope_is_valid (""));
  g_assert_false (flow_sync_scope_is_valid ("two words"));
  g_assert_false (flow_sync_scope_is_valid ("../../etc"));
  g_assert_false (flow_sync_scope_is_valid ("00000000000000000000000000000000000000000000000000000000000000000"));
}

static void
test_vector (void)
{
  g_autoptr (FlowSyncVector) a = flow_sync_vector_new ();
  g_autoptr (FlowSyncVector) b = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  FlowSyncDot dot = { { 2 }, 1, 7 };
  FlowJsonWriter json;

  flow_sync_vector_set (a, (const guint8 *) "bbbbbbbbbbbbbbbb", 2, 5);
  flow_sync_vector_set (a, (const guint8 *) "bbbbbbbbbbbbbbbb", 1, 9);
  flow_sync_vector_set (a, (const guint8 *) "aaaaaaaaaaaaaaaa", 1, 3);
  flow_sync_vector_set (a, (const guint8 *) "cccccccccccccccc", 1, 0);
  g_assert_cmpuint (flow_sync_vector_get_size (a), ==, 3);
  g_assert_cmpuint (flow_sync_vector_get_entry (a, 1)->seq, ==, 9);
  b = flow_sync_vector_copy (a);
  g_assert_true (flow_sync_vector_equal (a, b));
  flow_sync_vector_raise (b, dot.device, 1, 7);
  flow_sync_vector_raise (b, dot.device, 1, 6);
  g_assert_true (flow_sync_vector_has (b, &dot));
  g_assert_false (flow_sync_vector_has (a, &dot));
  g_assert_true (flow_sync_vector_covers (b, a));
  g_assert_false (flow_sync_vector_covers (a, b));
  flow_sync_vector_merge (a, b);
  g_assert_true (flow_sync_vector_equal (a, b));
  flow_sync_vector_set (a, dot.device, 1, 0);
  g_assert_cmpuint (flow_sync_vector_get (a, dot.device, 1), ==, 0);
  flow_sync_vector_set (a, (const guint8 *) "aaaaaaaaaaaaaaaa", 1, 0);
  flow_sync_vector_set (a, (const guint8 *) "bbbbbbbbbbbbbbbb", 1, 0);
  flow_json_writer_init (&json, out);
  flow_sync_vector_write_json (a, &json);
  g_assert_cmpstr (out->str, ==, "[{\"device\":\"62626262626262626262626262626262\",\"epoch\":2,\"seq\":5}]");
}

static void
test_hlc (void)
{
  guint64 hlc = flow_sync_hlc_make (1000, 0);

  g_assert_cmpint (flow_sync_hlc_get_ms (hlc), ==, 1000);
  g_assert_cmpuint (flow_sync_hlc_tick (hlc, 1000), ==, flow_sync_hlc_make (1000, 1));
  g_assert_cmpuint (flow_sync_hlc_tick (hlc, 2000), ==, flow_sync_hlc_make (2000, 0));
  /* A clock that goes back does not take the operations with it. */
  g_assert_cmpuint (flow_sync_hlc_tick (hlc, 500), >, hlc);
  g_assert_cmpuint (flow_sync_hlc_tick (flow_sync_hlc_make (1000, 65535), 1000), ==, flow_sync_hlc_make (1001, 0));
  g_assert_cmpuint (flow_sync_hlc_receive (hlc, flow_sync_hlc_make (5000, 7), 2000), ==, flow_sync_hlc_make (5000, 7));
  /* Nor does a wrong one elsewhere make this one wrong. */
  g_assert_cmpint (flow_sync_hlc_get_ms (flow_sync_hlc_receive (hlc, flow_sync_hlc_make (9000000, 0), 2000)), ==,
                   62000);
  g_assert_cmpuint (flow_sync_hlc_receive (hlc, 1, 2000), ==, hlc);
  g_assert_true (flow_sync_hlc_is_ahead (flow_sync_hlc_make (62001, 0), 2000));
  g_assert_false (flow_sync_hlc_is_ahead (flow_sync_hlc_make (62000, 0), 2000));
}

/* Between any two there is room for another one. */
static void
test_order (void)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (keys, flow_sync_order_between (NULL, NULL));
  for (guint i = 0; i < 1000; i++)
    {
      guint at = i % 3 == 0 ? 0 : i % 3 == 1 ? keys->len : (guint) g_test_rand_int_range (0, (int) keys->len + 1);
      const char *before = at > 0 ? g_ptr_array_index (keys, at - 1) : NULL;
      const char *after = at < keys->len ? g_ptr_array_index (keys, at) : NULL;
      char *key = flow_sync_order_between (before, after);

      g_assert_true (before == NULL || strcmp (before, key) < 0);
      g_assert_true (after == NULL || strcmp (key, after) < 0);
      g_ptr_array_insert (keys, (int) at, key);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/sync/codec/values", test_values);
  g_test_add_func ("/sync/codec/values-are-canonical", test_values_are_canonical);
  g_test_add_func ("/sync/codec/group", test_group);
  g_test_add_func ("/sync/codec/op", test_op);
  g_test_add_func ("/sync/codec/garbage", test_garbage);
  g_test_add_data_func ("/sync/codec/batch", NULL, test_batch);
  g_test_add_data_func ("/sync/codec/batch-compressed", "zstd", test_batch);
  g_test_add_func ("/sync/codec/batch-tampered", test_batch_tampered);
  g_test_add_func ("/sync/codec/batch-of-garbage", test_batch_of_garbage);
  g_test_add_func ("/sync/codec/batch-too-large", test_batch_too_large);
  g_test_add_func ("/sync/codec/chain", test_chain);
  g_test_add_func ("/sync/codec/scope-names", test_scope_names);
  g_test_add_func ("/sync/codec/vector", test_vector);
  g_test_add_func ("/sync/codec/hlc", test_hlc);
  g_test_add_func ("/sync/codec/order", test_order);
  return g_test_run ();
}
