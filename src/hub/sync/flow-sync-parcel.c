/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-sync"

#include "hub/sync/flow-sync-parcel.h"

#include <glib/gi18n-lib.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "secret/flow-digest.h"
#include "sync/flow-sync-batch.h"

/* Compressing and ciphering take a processor's time, which no thread that others wait for gives. */

#define DAY_MS (G_GINT64_CONSTANT (24) * 3600 * 1000)
/* A frame: u64 number | u32 length | sealed batch. */
#define FRAME_HEAD 12

typedef struct
{
  GPtrArray *ops;
  FlowSecretKeys *keys;
  FlowSyncSealing sealing;
} SealWork;

typedef struct
{
  GPtrArray *parcels;
  FlowSecretKeys *keys;
} OpenWork;

/** flow_sync_parcel_free: free a batch. */
void
flow_sync_parcel_free (gpointer parcel)
{
  FlowSyncParcel *self = parcel;

  g_bytes_unref (self->batch);
  g_clear_pointer (&self->ops, flow_sync_ops_unref);
  g_clear_error (&self->error);
  g_free (self);
}

static void
seal_work_free (gpointer data)
{
  SealWork *work = data;

  g_ptr_array_unref (work->ops);
  flow_secret_keys_unref (work->keys);
  g_free (work);
}

static void
open_work_free (gpointer data)
{
  OpenWork *work = data;

  g_ptr_array_unref (work->parcels);
  flow_secret_keys_unref (work->keys);
  g_free (work);
}

static GBytes *
seal_one (SealWork *work, FlowSyncOps *ops, GError **error)
{
  const char *scope = flow_sync_ops_get_scope (ops);
  const guint8 *key_id = flow_secret_keys_get_current (work->keys, scope);
  FlowSyncSeal seal = {
    .day = (guint32) (work->sealing.now_ms / DAY_MS),
    .zstd_from = work->sealing.compress_from,
    .zstd_level = work->sealing.level,
  };
  GBytes *batch;

  if (key_id == NULL || !flow_secret_keys_get_batch_key (work->keys, scope, key_id, seal.day,
                                                         flow_sync_ops_get_first (ops)->device, seal.key))
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_NEEDS_PASSPHRASE, _ ("There is no key for the scope %s"), scope);
      return NULL;
    }
  memcpy (seal.key_id, key_id, sizeof seal.key_id);
  flow_id_random (seal.nonce, sizeof seal.nonce);
  batch = flow_sync_batch_seal (ops, &seal, error);
  flow_digest_wipe (seal.key, sizeof seal.key);
  return batch;
}

static void
seal_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  SealWork *work = data;
  g_autoptr (GByteArray) body = g_byte_array_new ();
  GError *error = NULL;

  for (guint i = 0; i < work->ops->len; i++)
    {
      g_autoptr (GBytes) batch = seal_one (work, work->ops->pdata[i], &error);

      if (batch == NULL)
        {
          g_task_return_error (task, error);
          return;
        }
      g_byte_array_append (body, g_bytes_get_data (batch, NULL), (guint) g_bytes_get_size (batch));
    }
  g_task_return_pointer (task, g_byte_array_free_to_bytes (g_steal_pointer (&body)), (GDestroyNotify) g_bytes_unref);
}

/**
 * flow_sync_parcels_seal_async:
 * @ops: (element-type FlowSyncOps): what to send
 * @keys: with which keys
 * @sealing: how
 * @callback: called in this thread-default main context
 * @data: for @callback
 *
 * Seal batches, one after the other, on another thread.
 */
void
flow_sync_parcels_seal_async (GPtrArray *ops, FlowSecretKeys *keys, const FlowSyncSealing *sealing,
                              GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, data);
  SealWork *work = g_new (SealWork, 1);

  *work = (SealWork) { g_ptr_array_ref (ops), flow_secret_keys_ref (keys), *sealing };
  g_task_set_source_tag (task, flow_sync_parcels_seal_async);
  g_task_set_task_data (task, work, seal_work_free);
  g_task_run_in_thread (task, seal_thread);
}

/**
 * flow_sync_parcels_seal_finish:
 * @result: what the callback got
 * @error: return location
 *
 * Returns: (transfer full): the body of an upload, or %NULL with %FLOW_ERROR_NEEDS_PASSPHRASE or the error of sealing
 */
GBytes *
flow_sync_parcels_seal_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static guint64
read_number (const guint8 *data, guint size)
{
  guint64 number = 0;

  for (guint i = 0; i < size; i++)
    number = number << 8 | data[i];
  return number;
}

/**
 * flow_sync_parcels_split:
 * @frames: what the cloud sent: frames one after the other
 * @error: return location
 *
 * Take frames apart; what is in them is not looked at.
 *
 * Returns: (transfer full) (element-type FlowSyncParcel): the batches, sealed; %NULL with %FLOW_ERROR_BAD_ANSWER
 */
GPtrArray *
flow_sync_parcels_split (GBytes *frames, GError **error)
{
  g_autoptr (GPtrArray) parcels = g_ptr_array_new_with_free_func (flow_sync_parcel_free);
  gsize size;
  const guint8 *data = g_bytes_get_data (frames, &size);

  for (gsize at = 0; at < size;)
    {
      FlowSyncParcel *parcel;
      gsize length = size - at >= FRAME_HEAD ? read_number (data + at + 8, 4) : 0;

      if (size - at < FRAME_HEAD || length > size - at - FRAME_HEAD)
        {
          g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ANSWER,
                               _ ("The cloud sent something that is no batch"));
          return NULL;
        }
      parcel = g_new0 (FlowSyncParcel, 1);
      parcel->number = read_number (data + at, 8);
      parcel->batch = g_bytes_new_from_bytes (frames, at + FRAME_HEAD, length);
      g_ptr_array_add (parcels, parcel);
      at += FRAME_HEAD + length;
    }
  return g_steal_pointer (&parcels);
}

/**
 * flow_sync_parcel_open:
 * @batch: a sealed batch
 * @keys: with which keys
 * @unknown_key: (out): whether its data key is not among them
 * @error: return location
 *
 * Open one batch.
 *
 * Returns: (transfer full): what is in it, or %NULL with %FLOW_ERROR_NOT_AUTHENTIC or the error of a damaged batch
 */
FlowSyncOps *
flow_sync_parcel_open (GBytes *batch, FlowSecretKeys *keys, gboolean *unknown_key, GError **error)
{
  FlowSyncBatchHeader header;
  guint8 key[FLOW_SYNC_KEY_SIZE];
  gsize size;
  const guint8 *data = g_bytes_get_data (batch, &size);
  FlowSyncOps *ops;

  *unknown_key = FALSE;
  if (!flow_sync_batch_header_parse (&header, data, size, error))
    return NULL;
  if (!flow_secret_keys_get_batch_key (keys, header.scope, header.key_id, header.day, header.dot.device, key))
    {
      *unknown_key = TRUE;
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NOT_AUTHENTIC,
                           _ ("It is sealed with a key that this device does not have"));
      return NULL;
    }
  ops = flow_sync_batch_open (data, size, key, error);
  flow_digest_wipe (key, sizeof key);
  return ops;
}

static void
open_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  OpenWork *work = data;

  for (guint i = 0; i < work->parcels->len; i++)
    {
      FlowSyncParcel *parcel = work->parcels->pdata[i];

      if (parcel->ops != NULL)
        continue;
      g_clear_error (&parcel->error);
      parcel->ops = flow_sync_parcel_open (parcel->batch, work->keys, &parcel->unknown_key, &parcel->error);
    }
  g_task_return_pointer (task, g_ptr_array_ref (work->parcels), (GDestroyNotify) g_ptr_array_unref);
}

/**
 * flow_sync_parcels_open_async:
 * @parcels: (element-type FlowSyncParcel): sealed batches; nobody else uses them meanwhile
 * @keys: with which keys
 * @callback: called in this thread-default main context
 * @data: for @callback
 *
 * Open those that are not open, on another thread. Each that cannot be opened says why.
 */
void
flow_sync_parcels_open_async (GPtrArray *parcels, FlowSecretKeys *keys, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, data);
  OpenWork *work = g_new (OpenWork, 1);

  *work = (OpenWork) { g_ptr_array_ref (parcels), flow_secret_keys_ref (keys) };
  g_task_set_source_tag (task, flow_sync_parcels_open_async);
  g_task_set_task_data (task, work, open_work_free);
  g_task_run_in_thread (task, open_thread);
}

/** flow_sync_parcels_open_finish: (transfer full) (element-type FlowSyncParcel): the same batches. */
GPtrArray *
flow_sync_parcels_open_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
