/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-text"

#include "text/flow-text.h"

#include <string.h>

#include "base/flow-error.h"
#include "text/flow-text-private.h"

/* Bytes that are looked at together: small enough for counters of 8 bits, what compilers turn into vectors. */
#define BLOCK 128
/* What is compared at once, by the C library. */
#define COMPARED 4096

struct _FlowText
{
  gatomicrefcount references;
  gsize size;
  gsize length;
  char *data;
  char own[];
};

static gsize
count_block (const char *text, gsize size)
{
  guint8 n = 0;

  for (gsize i = 0; i < size; i++)
    n += !flow_utf8_is_inside (text[i]);
  return n;
}

/**
 * flow_utf8_count:
 * @text: (array length=size): valid UTF-8
 * @size: bytes
 *
 * Count the characters of a text.
 *
 * Returns: characters
 */
gsize
flow_utf8_count (const char *text, gsize size)
{
  gsize n = 0, at = 0;

  for (; at + BLOCK <= size; at += BLOCK)
    n += count_block (text + at, BLOCK);
  return n + count_block (text + at, size - at);
}

/**
 * flow_utf8_skip:
 * @text: (array length=size): valid UTF-8
 * @size: bytes
 * @n_characters: characters to pass
 *
 * Find where a character begins.
 *
 * Returns: bytes before it, @size when there are fewer characters
 */
gsize
flow_utf8_skip (const char *text, gsize size, gsize n_characters)
{
  gsize at = 0;

  for (; at + BLOCK <= size; at += BLOCK)
    {
      gsize n = count_block (text + at, BLOCK);

      if (n > n_characters)
        break;
      n_characters -= n;
    }
  for (; at < size; at++)
    {
      if (flow_utf8_is_inside (text[at]))
        continue;
      if (n_characters == 0)
        break;
      n_characters--;
    }
  return at;
}

/**
 * flow_bytes_common_prefix:
 * @a: (array length=size): bytes
 * @b: (array length=size): other bytes
 * @size: how many of each
 *
 * Find out how far two pieces are the same from their beginning.
 *
 * Returns: bytes
 */
gsize
flow_bytes_common_prefix (const char *a, const char *b, gsize size)
{
  gsize at = 0;

  while (at + COMPARED <= size && memcmp (a + at, b + at, COMPARED) == 0)
    at += COMPARED;
  while (at + 8 <= size && memcmp (a + at, b + at, 8) == 0)
    at += 8;
  while (at < size && a[at] == b[at])
    at++;
  return at;
}

/**
 * flow_bytes_common_suffix:
 * @a_end: the end of bytes
 * @b_end: the end of other bytes
 * @size: how many there are before each
 *
 * Find out how far two pieces are the same from their end.
 *
 * Returns: bytes
 */
gsize
flow_bytes_common_suffix (const char *a_end, const char *b_end, gsize size)
{
  gsize n = 0;

  while (n + COMPARED <= size && memcmp (a_end - n - COMPARED, b_end - n - COMPARED, COMPARED) == 0)
    n += COMPARED;
  while (n + 8 <= size && memcmp (a_end - n - 8, b_end - n - 8, 8) == 0)
    n += 8;
  while (n < size && a_end[-1 - (gssize) n] == b_end[-1 - (gssize) n])
    n++;
  return n;
}

static gboolean
is_ascii (const char *text, gsize size)
{
  gsize at = 0;

  for (; at + BLOCK <= size; at += BLOCK)
    {
      guint8 bits = 0;

      for (gsize i = 0; i < BLOCK; i++)
        bits |= (guint8) text[at + i];
      if (bits >= 0x80)
        return FALSE;
    }
  for (; at < size; at++)
    {
      if ((guint8) text[at] >= 0x80)
        return FALSE;
    }
  return TRUE;
}

static gboolean
check (const char *text, gsize size, GError **error)
{
  if (size > FLOW_TEXT_MAX_SIZE)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE, "the text has %" G_GSIZE_FORMAT " bytes", size);
      return FALSE;
    }
  if (memchr (text, 0, size) != NULL)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "the text has a NUL in it");
      return FALSE;
    }
  if (!is_ascii (text, size) && !g_utf8_validate_len (text, size, NULL))
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "the text is not UTF-8");
      return FALSE;
    }
  return TRUE;
}

/**
 * flow_text_alloc:
 * @size: bytes
 * @length: characters in them
 * @data: (out): where to write them, before anybody else sees the text
 *
 * Create a text that is filled in by the caller.
 *
 * Returns: (transfer full): the text
 */
FlowText *
flow_text_alloc (gsize size, gsize length, char **data)
{
  FlowText *self = g_malloc (sizeof *self + size + 1);

  g_atomic_ref_count_init (&self->references);
  self->size = size;
  self->length = length;
  self->data = self->own;
  self->own[size] = '\0';
  *data = self->own;
  return self;
}

/**
 * flow_text_new_valid:
 * @utf8: (array length=size): UTF-8 that has been checked, or is a part of a text
 * @size: bytes
 *
 * Create a text from what is known to be one.
 *
 * Returns: (transfer full): the text
 */
FlowText *
flow_text_new_valid (const char *utf8, gsize size)
{
  char *data;
  FlowText *self = flow_text_alloc (size, flow_utf8_count (utf8, size), &data);

  memcpy (data, utf8, size);
  return self;
}

/**
 * flow_text_new:
 * @utf8: (array length=size): the text
 * @size: bytes, or -1 up to a NUL
 * @error: return location for an error
 *
 * Create a text from a copy of what came from outside.
 *
 * Returns: (transfer full): the text, or %NULL with %FLOW_ERROR_BAD_REQUEST (not UTF-8, or with a NUL) or
 *   %FLOW_ERROR_TOO_LARGE (2 GiB)
 */
FlowText *
flow_text_new (const char *utf8, gssize size, GError **error)
{
  gsize bytes;

  g_return_val_if_fail (utf8 != NULL || size == 0, NULL);

  bytes = size < 0 ? strlen (utf8) : (gsize) size;
  if (bytes == 0)
    return flow_text_new_empty ();
  return check (utf8, bytes, error) ? flow_text_new_valid (utf8, bytes) : NULL;
}

/**
 * flow_text_new_take:
 * @utf8: (transfer full) (array length=size): the text and a NUL after it; freed also when it is refused
 * @size: bytes without the NUL
 * @error: return location for an error
 *
 * Create a text without a copy.
 *
 * Returns: (transfer full): the text, or %NULL with an error as of flow_text_new()
 */
FlowText *
flow_text_new_take (char *utf8, gsize size, GError **error)
{
  g_autofree char *taken = utf8;
  FlowText *self;

  g_return_val_if_fail (utf8 != NULL && utf8[size] == '\0', NULL);

  if (!check (utf8, size, error))
    return NULL;
  self = g_malloc (sizeof *self);
  g_atomic_ref_count_init (&self->references);
  self->size = size;
  self->length = flow_utf8_count (utf8, size);
  self->data = g_steal_pointer (&taken);
  return self;
}

/**
 * flow_text_new_normalized:
 * @utf8: (array length=size): the text
 * @size: bytes, or -1 up to a NUL
 * @error: return location for an error
 *
 * Create a text whose lines end with `\n` alone, whatever they ended with. What a text area does with its value.
 *
 * Returns: (transfer full): the text, or %NULL with an error as of flow_text_new()
 */
FlowText *
flow_text_new_normalized (const char *utf8, gssize size, GError **error)
{
  gsize bytes = size < 0 ? strlen (utf8) : (gsize) size, n = 0;
  g_autofree char *data = NULL;

  if (bytes == 0 || memchr (utf8, '\r', bytes) == NULL)
    return flow_text_new (utf8, (gssize) bytes, error);
  data = g_malloc (bytes + 1);
  for (gsize i = 0; i < bytes; i++)
    {
      if (utf8[i] != '\r')
        data[n++] = utf8[i];
      else if (i + 1 == bytes || utf8[i + 1] != '\n')
        data[n++] = '\n';
    }
  data[n] = '\0';
  return flow_text_new_take (g_steal_pointer (&data), n, error);
}

/**
 * flow_text_new_empty:
 *
 * Get the text without anything in it.
 *
 * Returns: (transfer full): the text
 */
FlowText *
flow_text_new_empty (void)
{
  return flow_text_new_valid ("", 0);
}

/**
 * flow_text_ref:
 * @self: a text
 *
 * Take a reference; from any thread.
 *
 * Returns: (transfer full): @self
 */
FlowText *
flow_text_ref (FlowText *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->references);
  return self;
}

/**
 * flow_text_unref:
 * @self: (transfer full): a text
 *
 * Give a reference back; from any thread.
 */
void
flow_text_unref (FlowText *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->references))
    return;
  if (self->data != self->own)
    g_free (self->data);
  g_free (self);
}

/**
 * flow_text_get_data:
 * @self: a text
 *
 * Get the bytes.
 *
 * Returns: (transfer none): UTF-8 and a NUL after it
 */
const char *
flow_text_get_data (const FlowText *self)
{
  return self->data;
}

/**
 * flow_text_get_size:
 * @self: a text
 *
 * Get the length in bytes.
 *
 * Returns: bytes
 */
gsize
flow_text_get_size (const FlowText *self)
{
  return self->size;
}

/**
 * flow_text_get_length:
 * @self: a text
 *
 * Get the length in characters.
 *
 * Returns: Unicode code points
 */
gsize
flow_text_get_length (const FlowText *self)
{
  return self->length;
}

/**
 * flow_text_is_ascii:
 * @self: a text
 *
 * Find out whether each character is one byte, so that positions are the same in all units.
 *
 * Returns: %TRUE when it is
 */
gboolean
flow_text_is_ascii (const FlowText *self)
{
  return self->size == self->length;
}

/**
 * flow_text_equal:
 * @self: a text
 * @other: another text
 *
 * Compare two texts byte by byte.
 *
 * Returns: %TRUE when they are the same
 */
gboolean
flow_text_equal (const FlowText *self, const FlowText *other)
{
  return self == other || (self->size == other->size && self->length == other->length &&
                           memcmp (self->data, other->data, self->size) == 0);
}
