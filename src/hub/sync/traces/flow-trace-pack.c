/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-pack"

#include "hub/sync/traces/flow-trace-pack.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <zstd.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "trace/flow-otlp-decoder.h"
#include "trace/flow-otlp-encoder.h"

/*
 * A packed trace: "FST1", then a box of AES-256-GCM; in it, compressed by zstd, for the spans and for the logs:
 * u32 length (big-endian) and that many bytes of OTLP protobuf. Beside the box stand, not hidden: "FST1", the id of the
 * trace and the id of the blob, so that the cloud cannot give one for another.
 */

#define MAGIC "FST1"
#define MAGIC_SIZE 4
#define TRACE_ID_SIZE 16
#define LEVEL 3
/* Bytes that a packed trace may have when it is unpacked. */
#define PLAIN_MAX (512u << 20)

static const FlowSignal signals[] = { FLOW_SIGNAL_TRACES, FLOW_SIGNAL_LOGS };

typedef struct
{
  guint8 magic[MAGIC_SIZE];
  guint8 trace[TRACE_ID_SIZE];
  guint8 blob[FLOW_TRACE_BLOB_ID_SIZE];
} Beside;

static Beside
beside (const guint8 *trace_id, const FlowTracePart *part)
{
  Beside self;

  memcpy (self.magic, MAGIC, sizeof self.magic);
  memcpy (self.trace, trace_id, sizeof self.trace);
  memcpy (self.blob, part->blob, sizeof self.blob);
  return self;
}

/**
 * flow_trace_part_to_text:
 * @self: a part
 *
 * Returns: (transfer full): blob, key, bytes and spans, with spaces between
 */
char *
flow_trace_part_to_text (const FlowTracePart *self)
{
  char blob[2 * sizeof self->blob + 1], key[2 * sizeof self->key + 1];

  flow_id_to_hex (self->blob, sizeof self->blob, blob);
  flow_id_to_hex (self->key, sizeof self->key, key);
  return g_strdup_printf ("%s %s %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, blob, key, self->bytes, self->spans);
}

/**
 * flow_trace_part_from_text:
 * @text: what flow_trace_part_to_text() gave, on any device
 * @self: (out caller-allocates): the part
 *
 * Returns: whether it is a part
 */
gboolean
flow_trace_part_from_text (const char *text, FlowTracePart *self)
{
  g_auto (GStrv) words = g_strsplit (text, " ", 5);

  return g_strv_length (words) == 4 && strlen (words[0]) == 2 * sizeof self->blob &&
         strlen (words[1]) == 2 * sizeof self->key && flow_id_from_hex (words[0], sizeof self->blob, self->blob) &&
         flow_id_from_hex (words[1], sizeof self->key, self->key) &&
         g_ascii_string_to_unsigned (words[2], 10, 0, FLOW_TRACE_PACK_MAX, &self->bytes, NULL) &&
         g_ascii_string_to_unsigned (words[3], 10, 0, G_MAXUINT32, &self->spans, NULL);
}

static void
put_size (FlowBuffer *out, guint32 size)
{
  guint32 big = GUINT32_TO_BE (size);

  flow_buffer_put (out, &big, sizeof big);
}

static gboolean
fail_large (GError **error)
{
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE,
                       _ ("The trace is too large to be sent to other devices"));
  return FALSE;
}

static gboolean
put_signal (const FlowTrace *trace, FlowSignal signal, FlowBuffer *plain, GError **error)
{
  g_autoptr (FlowSpanBatch) batch = flow_trace_to_batch (trace, signal);
  g_auto (FlowBuffer) encoded = { 0 };

  if (batch->n_rows > 0)
    flow_otlp_encode_protobuf (batch, &encoded);
  if (plain->length + encoded.length + sizeof (guint32) > PLAIN_MAX)
    return fail_large (error);
  put_size (plain, (guint32) encoded.length);
  flow_buffer_put (plain, encoded.data, encoded.length);
  return TRUE;
}

static guint8 *
compress (const FlowBuffer *plain, gsize *size)
{
  gsize bound = ZSTD_compressBound (plain->length);
  guint8 *out = g_malloc (bound);

  *size = ZSTD_compress (out, bound, plain->data, plain->length, LEVEL);
  g_assert (!ZSTD_isError (*size));
  return out;
}

static GBytes *
seal (const guint8 *compressed, gsize size, const guint8 *trace_id, const FlowTracePart *part)
{
  Beside associated = beside (trace_id, part);
  g_autoptr (FlowCipher) cipher = flow_cipher_new (part->key);
  gsize sealed_size = MAGIC_SIZE + size + FLOW_CIPHER_BOX_OVERHEAD;
  guint8 *sealed = g_malloc (sealed_size);

  memcpy (sealed, MAGIC, MAGIC_SIZE);
  flow_cipher_seal_box (cipher, &associated, sizeof associated, compressed, size, sealed + MAGIC_SIZE);
  return g_bytes_new_take (sealed, sealed_size);
}

/**
 * flow_trace_pack:
 * @trace: a trace with its spans
 * @part: (out caller-allocates): how it can be found and opened
 * @error: return location
 *
 * Pack the spans and logs of a trace for other devices, sealed with a key of its own. On any thread.
 *
 * Returns: (transfer full): what the cloud gets; %NULL with %FLOW_ERROR_TOO_LARGE
 */
GBytes *
flow_trace_pack (const FlowTrace *trace, FlowTracePart *part, GError **error)
{
  g_auto (FlowBuffer) plain = { 0 };
  g_autofree guint8 *compressed = NULL;
  GBytes *sealed;
  gsize size;

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    if (!put_signal (trace, signals[i], &plain, error))
      return NULL;
  compressed = compress (&plain, &size);
  if (size + FLOW_CIPHER_BOX_OVERHEAD + MAGIC_SIZE > FLOW_TRACE_PACK_MAX)
    {
      fail_large (error);
      return NULL;
    }
  flow_id_random (part->blob, sizeof part->blob);
  flow_id_random (part->key, sizeof part->key);
  part->spans = trace->info->spans;
  sealed = seal (compressed, size, trace->info->trace_id, part);
  part->bytes = g_bytes_get_size (sealed);
  return sealed;
}

static gboolean
fail_packed (GError **error)
{
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_CORRUPT,
                       _ ("What another device sent of the trace cannot be read"));
  return FALSE;
}

static guint8 *
open_box (GBytes *packed, const FlowTracePart *part, const guint8 *trace_id, gsize *size, GError **error)
{
  Beside associated = beside (trace_id, part);
  g_autoptr (FlowCipher) cipher = NULL;
  g_autofree guint8 *out = NULL;
  gsize packed_size;
  const guint8 *data = g_bytes_get_data (packed, &packed_size);

  if (packed_size < MAGIC_SIZE + FLOW_CIPHER_BOX_OVERHEAD || memcmp (data, MAGIC, MAGIC_SIZE) != 0)
    {
      fail_packed (error);
      return NULL;
    }
  cipher = flow_cipher_new (part->key);
  *size = packed_size - MAGIC_SIZE - FLOW_CIPHER_BOX_OVERHEAD;
  out = g_malloc (*size + 1);
  if (!flow_cipher_open_box (cipher, &associated, sizeof associated, data + MAGIC_SIZE, packed_size - MAGIC_SIZE, out,
                             error))
    return NULL;
  return g_steal_pointer (&out);
}

static guint8 *
inflate (const guint8 *compressed, gsize size, gsize *plain_size, GError **error)
{
  unsigned long long length = ZSTD_getFrameContentSize (compressed, size);
  g_autofree guint8 *plain = NULL;

  if (length == ZSTD_CONTENTSIZE_UNKNOWN || length == ZSTD_CONTENTSIZE_ERROR || length > PLAIN_MAX)
    {
      fail_packed (error);
      return NULL;
    }
  plain = g_malloc (length + 1);
  *plain_size = ZSTD_decompress (plain, length, compressed, size);
  if (ZSTD_isError (*plain_size) || *plain_size != length)
    {
      fail_packed (error);
      return NULL;
    }
  return g_steal_pointer (&plain);
}

/* Only of the trace that was asked for: another device may add to no other one. */
static gboolean
is_of_trace (const FlowSpanBatch *batch, const guint8 *trace_id)
{
  for (guint32 i = 0; i < batch->n_rows; i++)
    {
      const guint8 *id = batch->signal == FLOW_SIGNAL_TRACES ? batch->spans[i].trace_id : batch->logs[i].trace_id;

      if (memcmp (id, trace_id, TRACE_ID_SIZE) != 0)
        return FALSE;
    }
  return TRUE;
}

static gboolean
take_signal (FlowSignal signal, const guint8 **at, const guint8 *end, const guint8 *trace_id, GPtrArray *batches,
             GError **error)
{
  g_autoptr (FlowSpanBatch) batch = NULL;
  guint32 size;

  if ((gsize) (end - *at) < sizeof size)
    return fail_packed (error);
  memcpy (&size, *at, sizeof size);
  size = GUINT32_FROM_BE (size);
  *at += sizeof size;
  if ((gsize) (end - *at) < size)
    return fail_packed (error);
  if (size == 0)
    return TRUE;
  batch = flow_otlp_decode_protobuf (signal, *at, size, error);
  *at += size;
  if (batch == NULL)
    return FALSE;
  if (!is_of_trace (batch, trace_id))
    return fail_packed (error);
  g_ptr_array_add (batches, g_steal_pointer (&batch));
  return TRUE;
}

/**
 * flow_trace_unpack:
 * @packed: what the cloud has
 * @part: how it is opened
 * @trace_id: of which trace it must be
 * @error: return location
 *
 * Open what flow_trace_pack() made on another device. On any thread.
 *
 * Returns: (transfer full) (element-type FlowSpanBatch): its spans and its logs; %NULL with %FLOW_ERROR_NOT_AUTHENTIC
 *   when it is something else or was changed, %FLOW_ERROR_CORRUPT, or the codes of flow_otlp_decode_protobuf()
 */
GPtrArray *
flow_trace_unpack (GBytes *packed, const FlowTracePart *part, const guint8 trace_id[16], GError **error)
{
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_span_batch_unref);
  gsize size = 0, plain_size = 0;
  g_autofree guint8 *compressed = open_box (packed, part, trace_id, &size, error);
  g_autofree guint8 *plain = compressed != NULL ? inflate (compressed, size, &plain_size, error) : NULL;
  const guint8 *at = plain;

  if (plain == NULL)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    if (!take_signal (signals[i], &at, plain + plain_size, trace_id, batches, error))
      return NULL;
  return g_steal_pointer (&batches);
}
