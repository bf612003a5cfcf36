/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "sync/flow-sync-value.h"

#include <math.h>

#include "sync/flow-sync-bytes.h"

/* One more byte behind it, so that a text is terminated. */
static GBytes *
make (FlowSyncValueKind kind, gconstpointer data, gsize size)
{
  guint8 *bytes = g_malloc (size + 2);

  bytes[0] = (guint8) kind;
  if (size > 0)
    memcpy (bytes + 1, data, size);
  bytes[size + 1] = '\0';
  return g_bytes_new_take (bytes, size + 1);
}

/**
 * flow_sync_value_new:
 * @data: (array length=size): a valid encoding
 * @size: at least 1
 *
 * Returns: (transfer full): a value of its own
 */
GBytes *
flow_sync_value_new (gconstpointer data, gsize size)
{
  const guint8 *bytes = data;

  g_return_val_if_fail (size > 0, NULL);

  return make ((FlowSyncValueKind) bytes[0], bytes + 1, size - 1);
}

/**
 * flow_sync_value_new_null:
 *
 * Returns: (transfer full): no value; of a set or a map: not in it
 */
GBytes *
flow_sync_value_new_null (void)
{
  return make (FLOW_SYNC_VALUE_NULL, NULL, 0);
}

/**
 * flow_sync_value_new_int:
 * @value: a number
 *
 * Returns: (transfer full): the value
 */
GBytes *
flow_sync_value_new_int (gint64 value)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  flow_sync_put_varint (bytes, (guint64) value << 1 ^ (guint64) (value >> 63));
  return make (FLOW_SYNC_VALUE_INT, bytes->data, bytes->len);
}

/**
 * flow_sync_value_new_real:
 * @value: a finite number
 *
 * Returns: (transfer full): the value; none when @value is not finite
 */
GBytes *
flow_sync_value_new_real (double value)
{
  guint64 bits = 0;
  guint64 big;

  if (!isfinite (value))
    return flow_sync_value_new_null ();
  /* -0 and 0 are one number. */
  if (value != 0)
    memcpy (&bits, &value, sizeof bits);
  big = GUINT64_TO_BE (bits);
  return make (FLOW_SYNC_VALUE_REAL, &big, sizeof big);
}

/**
 * flow_sync_value_new_text:
 * @text: UTF-8
 * @length: its bytes, -1 when it is terminated
 *
 * Returns: (transfer full): the value; what is no UTF-8 is replaced
 */
GBytes *
flow_sync_value_new_text (const char *text, gssize length)
{
  g_autofree char *valid = NULL;

  if (g_utf8_validate (text, length, NULL))
    return make (FLOW_SYNC_VALUE_TEXT, text, length < 0 ? strlen (text) : (gsize) length);
  valid = g_utf8_make_valid (text, length);
  return make (FLOW_SYNC_VALUE_TEXT, valid, strlen (valid));
}

/**
 * flow_sync_value_new_blob:
 * @data: (array length=size) (nullable): bytes
 * @size: how many
 *
 * Returns: (transfer full): the value
 */
GBytes *
flow_sync_value_new_blob (gconstpointer data, gsize size)
{
  return make (FLOW_SYNC_VALUE_BLOB, data, size);
}

static gboolean is_valid_at (gconstpointer data, gsize size, gboolean grouped);

static gboolean
is_valid_group (FlowSyncReader *reader)
{
  guint64 n = flow_sync_read_varint (reader);
  const guint8 *before = NULL;
  gsize before_size = 0;

  for (guint64 i = 0; i < n && !reader->failed; i++)
    {
      gsize name_size, value_size;
      const guint8 *name = flow_sync_read_bytes (reader, &name_size);
      const guint8 *value = flow_sync_read_bytes (reader, &value_size);

      if (value == NULL || !g_utf8_validate ((const char *) name, (gssize) name_size, NULL) ||
          !is_valid_at (value, value_size, TRUE))
        return FALSE;
      if (before != NULL)
        {
          int order = memcmp (before, name, MIN (before_size, name_size));

          if (order > 0 || (order == 0 && before_size >= name_size))
            return FALSE;
        }
      before = name;
      before_size = name_size;
    }
  return n > 0;
}

/* Recursive, once: a group has no group in it. */
static gboolean
is_valid_at (gconstpointer data, gsize size, gboolean grouped)
{
  FlowSyncReader reader = { data, (const guint8 *) data + size, FALSE };
  double real = 0;
  guint64 bits;

  switch (flow_sync_read_u8 (&reader))
    {
    case FLOW_SYNC_VALUE_NULL:
      break;
    case FLOW_SYNC_VALUE_INT:
      flow_sync_read_varint (&reader);
      break;
    case FLOW_SYNC_VALUE_REAL:
      bits = flow_sync_read_u64 (&reader);
      memcpy (&real, &bits, sizeof real);
      if (!isfinite (real) || (real == 0 && bits != 0))
        return FALSE;
      break;
    case FLOW_SYNC_VALUE_TEXT:
      return g_utf8_validate ((const char *) reader.at, reader.end - reader.at, NULL);
    case FLOW_SYNC_VALUE_BLOB:
      return TRUE;
    case FLOW_SYNC_VALUE_GROUP:
      if (grouped || !is_valid_group (&reader))
        return FALSE;
      break;
    default:
      return FALSE;
    }
  return !reader.failed && reader.at == reader.end;
}

/**
 * flow_sync_value_is_valid:
 * @data: (array length=size): bytes that came from outside
 * @size: how many
 *
 * Returns: whether they are a value in its canonical form
 */
gboolean
flow_sync_value_is_valid (gconstpointer data, gsize size)
{
  return size > 0 && size <= FLOW_SYNC_VALUE_MAX && is_valid_at (data, size, FALSE);
}

/**
 * flow_sync_value_get_kind:
 * @value: a value
 *
 * Returns: what it is
 */
FlowSyncValueKind
flow_sync_value_get_kind (GBytes *value)
{
  const guint8 *bytes = g_bytes_get_data (value, NULL);

  return (FlowSyncValueKind) bytes[0];
}

static FlowSyncReader
begin (GBytes *value, FlowSyncValueKind kind)
{
  gsize size;
  const guint8 *bytes = g_bytes_get_data (value, &size);
  FlowSyncReader reader = { bytes + 1, bytes + size, bytes[0] != kind };

  return reader;
}

/**
 * flow_sync_value_get_int:
 * @value: a value
 * @out: (out): the number
 *
 * Returns: %FALSE when it is none
 */
gboolean
flow_sync_value_get_int (GBytes *value, gint64 *out)
{
  FlowSyncReader reader = begin (value, FLOW_SYNC_VALUE_INT);
  guint64 zigzag = flow_sync_read_varint (&reader);

  *out = (gint64) (zigzag >> 1 ^ (~(zigzag & 1) + 1));
  return !reader.failed;
}

/**
 * flow_sync_value_get_real:
 * @value: a value
 * @out: (out): the number
 *
 * Returns: %FALSE when it is none
 */
gboolean
flow_sync_value_get_real (GBytes *value, double *out)
{
  FlowSyncReader reader = begin (value, FLOW_SYNC_VALUE_REAL);
  guint64 bits = flow_sync_read_u64 (&reader);

  memcpy (out, &bits, sizeof bits);
  return !reader.failed;
}

/**
 * flow_sync_value_get_text:
 * @value: a value
 * @length: (out) (optional): bytes of the text
 *
 * Returns: (nullable) (transfer none): the text, terminated; %NULL when it is none
 */
const char *
flow_sync_value_get_text (GBytes *value, gsize *length)
{
  FlowSyncReader reader = begin (value, FLOW_SYNC_VALUE_TEXT);

  if (reader.failed)
    return NULL;
  if (length != NULL)
    *length = (gsize) (reader.end - reader.at);
  return (const char *) reader.at;
}

/**
 * flow_sync_value_get_blob:
 * @value: a value
 * @size: (out): how many bytes
 *
 * Returns: (nullable) (transfer none): the bytes, %NULL when they are none
 */
gconstpointer
flow_sync_value_get_blob (GBytes *value, gsize *size)
{
  FlowSyncReader reader = begin (value, FLOW_SYNC_VALUE_BLOB);

  *size = reader.failed ? 0 : (gsize) (reader.end - reader.at);
  return reader.failed ? NULL : reader.at;
}

/**
 * flow_sync_value_new_group:
 * @names: (array length=n): names of members, in the order of their bytes, each once
 * @values: (array length=n): their values, none of them a group
 * @n: how many, at least one
 *
 * Returns: (transfer full): one value of them all
 */
GBytes *
flow_sync_value_new_group (const char *const *names, GBytes *const *values, guint n)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  flow_sync_put_varint (bytes, n);
  for (guint i = 0; i < n; i++)
    {
      gsize size;
      gconstpointer data = g_bytes_get_data (values[i], &size);

      flow_sync_put_bytes (bytes, names[i], strlen (names[i]));
      flow_sync_put_bytes (bytes, data, size);
    }
  return make (FLOW_SYNC_VALUE_GROUP, bytes->data, bytes->len);
}

/**
 * flow_sync_value_foreach_member:
 * @value: a value
 * @func: hears each member, if it is a group
 * @data: for @func
 *
 * Walk through a group in the order of its names.
 */
void
flow_sync_value_foreach_member (GBytes *value, FlowSyncMemberFunc func, gpointer data)
{
  FlowSyncReader reader = begin (value, FLOW_SYNC_VALUE_GROUP);
  guint64 n = flow_sync_read_varint (&reader);

  for (guint64 i = 0; i < n && !reader.failed; i++)
    {
      gsize name_size, value_size;
      const guint8 *name_at = flow_sync_read_bytes (&reader, &name_size);
      const guint8 *value_at = flow_sync_read_bytes (&reader, &value_size);
      g_autofree char *name = NULL;
      g_autoptr (GBytes) member = NULL;

      if (reader.failed || value_size == 0)
        return;
      name = g_strndup ((const char *) name_at, name_size);
      member = flow_sync_value_new (value_at, value_size);
      func (name, member, data);
    }
}
