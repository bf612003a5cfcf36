/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-text"

#include "text/flow-text-operation.h"

#include <string.h>

#include "base/flow-error.h"
#include "text/flow-text-private.h"

/**
 * flow_text_operation_new_noop:
 *
 * Create the operation that changes nothing.
 *
 * Returns: (transfer full): the operation
 */
FlowTextOperation *
flow_text_operation_new_noop (void)
{
  g_auto (FlowTextOperationBuilder) builder;

  flow_text_operation_builder_init (&builder);
  return flow_text_operation_builder_end (&builder);
}

/**
 * flow_text_operation_new_replace:
 * @index: where, in characters
 * @n_deleted: characters that go
 * @inserted: (nullable) (array length=size): valid UTF-8 that comes in their place
 * @size: bytes of it, or -1 up to a NUL
 *
 * Create the operation that changes one place.
 *
 * Returns: (transfer full): the operation
 */
FlowTextOperation *
flow_text_operation_new_replace (gsize index, gsize n_deleted, const char *inserted, gssize size)
{
  g_auto (FlowTextOperationBuilder) builder;

  flow_text_operation_builder_init (&builder);
  flow_text_operation_builder_retain (&builder, index);
  if (inserted != NULL)
    flow_text_operation_builder_insert (&builder, inserted, size);
  flow_text_operation_builder_delete (&builder, n_deleted);
  return flow_text_operation_builder_end (&builder);
}

/**
 * flow_text_operation_ref:
 * @self: an operation
 *
 * Take a reference; from any thread.
 *
 * Returns: (transfer full): @self
 */
FlowTextOperation *
flow_text_operation_ref (FlowTextOperation *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->references);
  return self;
}

/**
 * flow_text_operation_unref:
 * @self: (transfer full): an operation
 *
 * Give a reference back; from any thread.
 */
void
flow_text_operation_unref (FlowTextOperation *self)
{
  g_return_if_fail (self != NULL);

  if (g_atomic_ref_count_dec (&self->references))
    g_free (self);
}

/**
 * flow_text_operation_get_base_length:
 * @self: an operation
 *
 * Get the length that a text must have at least.
 *
 * Returns: characters
 */
gsize
flow_text_operation_get_base_length (const FlowTextOperation *self)
{
  return self->base_length;
}

/**
 * flow_text_operation_get_target_length:
 * @self: an operation
 *
 * Get the length that the shortest text has after it.
 *
 * Returns: characters
 */
gsize
flow_text_operation_get_target_length (const FlowTextOperation *self)
{
  return self->base_length - self->n_deleted + self->n_inserted;
}

/**
 * flow_text_operation_get_n_inserted:
 * @self: an operation
 *
 * Count what comes in.
 *
 * Returns: characters
 */
gsize
flow_text_operation_get_n_inserted (const FlowTextOperation *self)
{
  return self->n_inserted;
}

/**
 * flow_text_operation_get_n_deleted:
 * @self: an operation
 *
 * Count what goes.
 *
 * Returns: characters
 */
gsize
flow_text_operation_get_n_deleted (const FlowTextOperation *self)
{
  return self->n_deleted;
}

/**
 * flow_text_operation_get_inserted_size:
 * @self: an operation
 *
 * Get the size of what comes in.
 *
 * Returns: bytes
 */
gsize
flow_text_operation_get_inserted_size (const FlowTextOperation *self)
{
  return self->text_size;
}

/**
 * flow_text_operation_get_n_components:
 * @self: an operation
 *
 * Count the components.
 *
 * Returns: components
 */
guint
flow_text_operation_get_n_components (const FlowTextOperation *self)
{
  return self->n_parts;
}

/**
 * flow_text_operation_get_memory:
 * @self: an operation
 *
 * Get the memory that it takes, for the bounds of what is kept.
 *
 * Returns: bytes
 */
gsize
flow_text_operation_get_memory (const FlowTextOperation *self)
{
  return sizeof *self + self->n_parts * sizeof *self->parts + self->text_size;
}

/**
 * flow_text_operation_is_noop:
 * @self: an operation
 *
 * Find out whether nothing changes.
 *
 * Returns: %TRUE when nothing does
 */
gboolean
flow_text_operation_is_noop (const FlowTextOperation *self)
{
  return self->n_parts == 0;
}

/**
 * flow_text_operation_equal:
 * @self: an operation
 * @other: another
 *
 * Compare two operations.
 *
 * Returns: %TRUE when they do the same
 */
gboolean
flow_text_operation_equal (const FlowTextOperation *self, const FlowTextOperation *other)
{
  return self == other || (self->n_parts == other->n_parts && self->text_size == other->text_size &&
                           memcmp (self->parts, other->parts, self->n_parts * sizeof *self->parts) == 0 &&
                           memcmp (self->text, other->text, self->text_size) == 0);
}

/**
 * flow_text_operation_iter_init:
 * @iter: (out caller-allocates): an iterator
 * @operation: an operation
 *
 * Begin to walk through the components.
 */
void
flow_text_operation_iter_init (FlowTextOperationIter *iter, const FlowTextOperation *operation)
{
  *iter = (FlowTextOperationIter) { .operation = operation };
}

/**
 * flow_text_operation_iter_next:
 * @iter: an iterator
 * @component: (out caller-allocates): the component; its text lives as long as the operation
 *
 * Go to the next component.
 *
 * Returns: %FALSE after the last
 */
gboolean
flow_text_operation_iter_next (FlowTextOperationIter *iter, FlowTextComponent *component)
{
  const FlowTextOperationPart *part;

  if (iter->next == iter->operation->n_parts)
    return FALSE;
  part = &iter->operation->parts[iter->next++];
  *component = (FlowTextComponent) { .kind = (FlowTextComponentKind) part->kind, .length = part->length };
  if (part->kind == FLOW_TEXT_INSERT)
    {
      component->text = iter->operation->text + iter->offset;
      component->size = part->size;
      iter->offset += part->size;
    }
  return TRUE;
}

/**
 * flow_text_operation_fits:
 * @self: an operation
 * @text: a text
 *
 * Find out whether a text is long enough for it.
 *
 * Returns: %TRUE when it is
 */
gboolean
flow_text_operation_fits (const FlowTextOperation *self, const FlowText *text)
{
  return self->base_length <= flow_text_get_length (text);
}

/* Bytes of what an operation takes out: those of an ASCII text need no look. */
static gsize
count_deleted_bytes (const FlowTextOperation *self, const FlowText *text)
{
  const char *data = flow_text_get_data (text);
  gsize size = flow_text_get_size (text), at = 0, deleted = 0;

  if (flow_text_is_ascii (text))
    return self->n_deleted;
  for (guint i = 0; i < self->n_parts; i++)
    {
      gsize bytes;

      if (self->parts[i].kind == FLOW_TEXT_INSERT)
        continue;
      bytes = flow_utf8_skip (data + at, size - at, self->parts[i].length);
      if (self->parts[i].kind == FLOW_TEXT_DELETE)
        deleted += bytes;
      at += bytes;
    }
  return deleted;
}

static void
write_result (const FlowTextOperation *self, const FlowText *text, char *out)
{
  const char *data = flow_text_get_data (text);
  const char *inserted = self->text;
  gsize size = flow_text_get_size (text), at = 0;
  gboolean ascii = flow_text_is_ascii (text);

  for (guint i = 0; i < self->n_parts; i++)
    {
      const FlowTextOperationPart *part = &self->parts[i];
      gsize bytes;

      if (part->kind == FLOW_TEXT_INSERT)
        {
          memcpy (out, inserted, part->size);
          inserted += part->size;
          out += part->size;
          continue;
        }
      bytes = ascii ? part->length : flow_utf8_skip (data + at, size - at, part->length);
      if (part->kind == FLOW_TEXT_RETAIN)
        {
          memcpy (out, data + at, bytes);
          out += bytes;
        }
      at += bytes;
    }
  memcpy (out, data + at, size - at);
}

/**
 * flow_text_operation_apply:
 * @self: an operation
 * @text: the text that it is for
 * @error: return location for an error
 *
 * Change a text.
 *
 * Returns: (transfer full): the text after it, or %NULL with %FLOW_ERROR_BAD_REQUEST (the text is too short) or
 *   %FLOW_ERROR_TOO_LARGE (2 GiB)
 */
FlowText *
flow_text_operation_apply (const FlowTextOperation *self, FlowText *text, GError **error)
{
  gsize size;
  FlowText *result;
  char *data;

  if (!flow_text_operation_fits (self, text))
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST,
                   "the operation is for %" G_GSIZE_FORMAT " characters, the text has %" G_GSIZE_FORMAT,
                   self->base_length, flow_text_get_length (text));
      return NULL;
    }
  if (self->n_parts == 0)
    return flow_text_ref (text);
  size = flow_text_get_size (text) - count_deleted_bytes (self, text) + self->text_size;
  if (size > FLOW_TEXT_MAX_SIZE)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE, "the text would have %" G_GSIZE_FORMAT " bytes", size);
      return NULL;
    }
  result = flow_text_alloc (size, flow_text_get_length (text) - self->n_deleted + self->n_inserted, &data);
  write_result (self, text, data);
  return result;
}

/**
 * flow_text_operation_invert:
 * @self: an operation
 * @text: the text before it, which it fits
 *
 * Make the operation that takes it back.
 *
 * Returns: (transfer full): an operation for the text after @self
 */
FlowTextOperation *
flow_text_operation_invert (const FlowTextOperation *self, const FlowText *text)
{
  g_auto (FlowTextOperationBuilder) builder;
  const char *data = flow_text_get_data (text);
  gsize size = flow_text_get_size (text), at = 0;

  g_return_val_if_fail (flow_text_operation_fits (self, text), NULL);

  flow_text_operation_builder_init (&builder);
  for (guint i = 0; i < self->n_parts; i++)
    {
      const FlowTextOperationPart *part = &self->parts[i];
      gsize bytes;

      if (part->kind == FLOW_TEXT_INSERT)
        {
          flow_text_operation_builder_delete (&builder, part->length);
          continue;
        }
      bytes = flow_text_is_ascii (text) ? part->length : flow_utf8_skip (data + at, size - at, part->length);
      if (part->kind == FLOW_TEXT_RETAIN)
        flow_text_operation_builder_retain (&builder, part->length);
      else
        flow_text_operation_builder_insert_counted (&builder, data + at, bytes, part->length);
      at += bytes;
    }
  return flow_text_operation_builder_end (&builder);
}
