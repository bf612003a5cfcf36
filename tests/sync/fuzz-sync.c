/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "../fuzz/fuzz.h"

#include "sync/flow-sync-batch.h"
#include "sync/flow-sync-op.h"
#include "sync/flow-sync-ops-private.h"
#include "sync/flow-sync-welcome.h"

static void
read_header (const guint8 *data, gsize size)
{
  FlowSyncBatchHeader header;
  g_autoptr (GByteArray) again = NULL;

  if (!flow_sync_batch_header_parse (&header, data, size, NULL))
    return;
  g_assert_cmpuint (flow_sync_batch_header_get_total (&header), <=, size);
  again = g_byte_array_new ();
  flow_sync_batch_header_append (&header, again);
  g_assert_cmpmem (again->data, again->len, data, header.header_size);
}

static void
read_op (const guint8 *data, gsize size)
{
  g_autoptr (FlowSyncOp) op = flow_sync_op_decode (data, size, NULL);
  g_autoptr (GBytes) again = NULL;

  if (op == NULL)
    return;
  again = flow_sync_op_encode (op);
  g_assert_cmpmem (g_bytes_get_data (again, NULL), g_bytes_get_size (again), data, size);
}

static void
read_payload (const guint8 *data, gsize size)
{
  FlowSyncBatchHeader header = { .scope = "account", .dot = { { 1 }, 1, 1 }, .n_ops = 2 };
  g_autoptr (GBytes) payload = g_bytes_new (data, size);
  g_autoptr (FlowSyncOps) ops = flow_sync_ops_parse (&header, payload, NULL);

  for (guint i = 0; ops != NULL && i < flow_sync_ops_get_n (ops); i++)
    {
      gsize op_size;
      const guint8 *op = flow_sync_ops_get_op (ops, i, &op_size);

      read_op (op, op_size);
    }
}

/* What comes from a cloud and what was sealed: the first byte says which of them it is to be. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (FlowSyncWelcome) welcome = NULL;

  if (size == 0)
    return 0;
  switch (data[0] % 4)
    {
    case 0:
      read_header (data + 1, size - 1);
      break;
    case 1:
      read_op (data + 1, size - 1);
      break;
    case 2:
      read_payload (data + 1, size - 1);
      break;
    default:
      welcome = flow_sync_welcome_parse ((const char *) data + 1, (gssize) size - 1, NULL);
      break;
    }
  return 0;
}
