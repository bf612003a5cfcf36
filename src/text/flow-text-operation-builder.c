/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-text"

#include "text/flow-text-operation-builder.h"

#include <string.h>

#include "text/flow-text-private.h"

/**
 * flow_text_operation_builder_init:
 * @self: a builder on the caller's stack
 *
 * Begin an operation.
 */
void
flow_text_operation_builder_init (FlowTextOperationBuilder *self)
{
  self->parts = self->own_parts;
  self->n_parts = 0;
  self->n_allocated = FLOW_TEXT_OPERATION_BUILDER_PARTS;
  self->text = NULL;
  self->size = 0;
  self->text_allocated = 0;
}

/**
 * flow_text_operation_builder_clear:
 * @self: a builder
 *
 * Forget what was begun.
 */
void
flow_text_operation_builder_clear (FlowTextOperationBuilder *self)
{
  if (self->parts != self->own_parts)
    g_free (self->parts);
  g_free (self->text);
  flow_text_operation_builder_init (self);
}

static void
grow (FlowTextOperationBuilder *self)
{
  guint n = self->n_allocated * 2;

  if (self->parts == self->own_parts)
    {
      self->parts = g_new (FlowTextOperationPart, n);
      memcpy (self->parts, self->own_parts, sizeof self->own_parts);
    }
  else
    self->parts = g_renew (FlowTextOperationPart, self->parts, n);
  self->n_allocated = n;
}

static FlowTextOperationPart *
append_part (FlowTextOperationBuilder *self, FlowTextComponentKind kind)
{
  FlowTextOperationPart *part;

  if (self->n_parts == self->n_allocated)
    grow (self);
  part = &self->parts[self->n_parts++];
  *part = (FlowTextOperationPart) { .kind = kind };
  return part;
}

static FlowTextOperationPart *
last_part (FlowTextOperationBuilder *self, FlowTextComponentKind kind)
{
  if (self->n_parts > 0 && self->parts[self->n_parts - 1].kind == kind)
    return &self->parts[self->n_parts - 1];
  return append_part (self, kind);
}

/* The insert at the end, which stands before a delete at the same spot. */
static FlowTextOperationPart *
last_insert (FlowTextOperationBuilder *self)
{
  guint n = self->n_parts;

  if (n == 0 || self->parts[n - 1].kind != FLOW_TEXT_DELETE)
    return last_part (self, FLOW_TEXT_INSERT);
  if (n > 1 && self->parts[n - 2].kind == FLOW_TEXT_INSERT)
    return &self->parts[n - 2];
  append_part (self, FLOW_TEXT_DELETE);
  self->parts[n] = self->parts[n - 1];
  self->parts[n - 1] = (FlowTextOperationPart) { .kind = FLOW_TEXT_INSERT };
  return &self->parts[n - 1];
}

/**
 * flow_text_operation_builder_retain:
 * @self: a builder
 * @length: characters, may be 0
 *
 * Leave characters as they are.
 */
void
flow_text_operation_builder_retain (FlowTextOperationBuilder *self, gsize length)
{
  if (length > 0)
    last_part (self, FLOW_TEXT_RETAIN)->length += (guint32) length;
}

/**
 * flow_text_operation_builder_insert_counted:
 * @self: a builder
 * @utf8: (array length=size): valid UTF-8 without NUL
 * @size: bytes, may be 0
 * @length: characters in them
 *
 * Put characters in that have been counted.
 */
void
flow_text_operation_builder_insert_counted (FlowTextOperationBuilder *self, const char *utf8, gsize size, gsize length)
{
  FlowTextOperationPart *part;

  if (size == 0)
    return;
  part = last_insert (self);
  part->length += (guint32) length;
  part->size += (guint32) size;
  if (self->size + size > self->text_allocated)
    {
      self->text_allocated = MAX (self->size + size, 2 * self->text_allocated);
      self->text = g_realloc (self->text, self->text_allocated);
    }
  memcpy (self->text + self->size, utf8, size);
  self->size += size;
}

/**
 * flow_text_operation_builder_insert:
 * @self: a builder
 * @utf8: (array length=size): valid UTF-8 without NUL
 * @size: bytes, or -1 up to a NUL
 *
 * Put characters in.
 */
void
flow_text_operation_builder_insert (FlowTextOperationBuilder *self, const char *utf8, gssize size)
{
  gsize bytes = size < 0 ? strlen (utf8) : (gsize) size;

  flow_text_operation_builder_insert_counted (self, utf8, bytes, flow_utf8_count (utf8, bytes));
}

/**
 * flow_text_operation_builder_delete:
 * @self: a builder
 * @length: characters, may be 0
 *
 * Take characters out.
 */
void
flow_text_operation_builder_delete (FlowTextOperationBuilder *self, gsize length)
{
  if (length > 0)
    last_part (self, FLOW_TEXT_DELETE)->length += (guint32) length;
}

static void
count_parts (FlowTextOperation *operation)
{
  for (guint i = 0; i < operation->n_parts; i++)
    {
      const FlowTextOperationPart *part = &operation->parts[i];

      if (part->kind == FLOW_TEXT_INSERT)
        operation->n_inserted += part->length;
      else
        operation->base_length += part->length;
      if (part->kind == FLOW_TEXT_DELETE)
        operation->n_deleted += part->length;
    }
}

/**
 * flow_text_operation_builder_end:
 * @self: a builder; it is empty after it
 *
 * Finish the operation.
 *
 * Returns: (transfer full): the operation
 */
FlowTextOperation *
flow_text_operation_builder_end (FlowTextOperationBuilder *self)
{
  FlowTextOperation *operation;
  gsize parts_size;
  char *text;

  if (self->n_parts > 0 && self->parts[self->n_parts - 1].kind == FLOW_TEXT_RETAIN)
    self->n_parts--;
  parts_size = self->n_parts * sizeof *self->parts;
  operation = g_malloc0 (sizeof *operation + parts_size + self->size);
  g_atomic_ref_count_init (&operation->references);
  operation->n_parts = self->n_parts;
  memcpy (operation->parts, self->parts, parts_size);
  text = (char *) operation->parts + parts_size;
  if (self->size > 0)
    memcpy (text, self->text, self->size);
  operation->text = text;
  operation->text_size = self->size;
  count_parts (operation);
  flow_text_operation_builder_clear (self);
  return operation;
}
