/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-text"

#include "text/flow-text-transform.h"

#include "text/flow-text-private.h"

/* Where one is in an operation: what is left of a component. After the last one everything is retained. */
typedef struct
{
  const FlowTextOperation *operation;
  guint next;
  guint32 kind;
  gsize length;
  const char *text;
  gsize size;
} Cursor;

static void
load (Cursor *cursor)
{
  const FlowTextOperationPart *part;

  if (cursor->next == cursor->operation->n_parts)
    {
      cursor->kind = FLOW_TEXT_RETAIN;
      cursor->length = G_MAXSIZE;
      return;
    }
  part = &cursor->operation->parts[cursor->next++];
  cursor->kind = part->kind;
  cursor->length = part->length;
  if (part->kind == FLOW_TEXT_INSERT)
    {
      cursor->text += cursor->size;
      cursor->size = part->size;
    }
}

static void
start (Cursor *cursor, const FlowTextOperation *operation)
{
  *cursor = (Cursor) { .operation = operation, .text = operation->text };
  load (cursor);
}

static gboolean
at_end (const Cursor *cursor)
{
  return cursor->length == G_MAXSIZE;
}

static void
pass (Cursor *cursor, gsize length)
{
  if (at_end (cursor))
    return;
  cursor->length -= length;
  if (cursor->length == 0)
    load (cursor);
}

/* Takes characters of an insert over, and passes them. */
static void
copy_insert (Cursor *cursor, gsize length, FlowTextOperationBuilder *out)
{
  gsize bytes = cursor->size;

  if (length < cursor->length)
    bytes = flow_utf8_skip (cursor->text, cursor->size, length);
  flow_text_operation_builder_insert_counted (out, cursor->text, bytes, length);
  if (length < cursor->length)
    {
      cursor->text += bytes;
      cursor->size -= bytes;
    }
  pass (cursor, length);
}

/* Passes characters of an insert that are deleted again. */
static void
drop_insert (Cursor *cursor, gsize length)
{
  if (length < cursor->length)
    {
      gsize bytes = flow_utf8_skip (cursor->text, cursor->size, length);

      cursor->text += bytes;
      cursor->size -= bytes;
    }
  pass (cursor, length);
}

/* Both go on by what the second one does with what the first one left. */
static void
compose_step (Cursor *first, Cursor *second, FlowTextOperationBuilder *out)
{
  gsize length = MIN (first->length, second->length);

  if (first->kind == FLOW_TEXT_INSERT && second->kind == FLOW_TEXT_RETAIN)
    copy_insert (first, length, out);
  else if (first->kind == FLOW_TEXT_INSERT)
    drop_insert (first, length);
  else
    {
      if (second->kind == FLOW_TEXT_RETAIN)
        flow_text_operation_builder_retain (out, length);
      else
        flow_text_operation_builder_delete (out, length);
      pass (first, length);
    }
  pass (second, length);
}

/**
 * flow_text_operation_compose:
 * @first: an operation
 * @second: an operation for the text after it
 *
 * Make one operation that does what both do one after the other.
 *
 * Returns: (transfer full): the operation
 */
FlowTextOperation *
flow_text_operation_compose (const FlowTextOperation *first, const FlowTextOperation *second)
{
  g_auto (FlowTextOperationBuilder) out;
  Cursor a, b;

  flow_text_operation_builder_init (&out);
  start (&a, first);
  start (&b, second);
  while (!at_end (&a) || !at_end (&b))
    {
      if (a.kind == FLOW_TEXT_DELETE)
        {
          flow_text_operation_builder_delete (&out, a.length);
          pass (&a, a.length);
        }
      else if (b.kind == FLOW_TEXT_INSERT)
        copy_insert (&b, b.length, &out);
      else
        compose_step (&a, &b, &out);
    }
  return flow_text_operation_builder_end (&out);
}

/* Both go on over characters of the text that they share: what both delete is gone for each. */
static void
transform_step (Cursor *left, Cursor *right, FlowTextOperationBuilder *left_out, FlowTextOperationBuilder *right_out)
{
  gsize length = MIN (left->length, right->length);

  if (left->kind == FLOW_TEXT_RETAIN && right->kind == FLOW_TEXT_RETAIN)
    {
      flow_text_operation_builder_retain (left_out, length);
      flow_text_operation_builder_retain (right_out, length);
    }
  else if (right->kind == FLOW_TEXT_RETAIN)
    flow_text_operation_builder_delete (left_out, length);
  else if (left->kind == FLOW_TEXT_RETAIN)
    flow_text_operation_builder_delete (right_out, length);
  pass (left, length);
  pass (right, length);
}

/**
 * flow_text_operation_transform:
 * @left: an operation; at the same spot its insert stands left
 * @right: another operation for the same text
 * @left_after: (out) (optional) (transfer full): @left for the text after @right
 * @right_after: (out) (optional) (transfer full): @right for the text after @left
 *
 * Make two changes of one text follow each other: @left then @right_after gives the same as @right then @left_after.
 */
void
flow_text_operation_transform (const FlowTextOperation *left, const FlowTextOperation *right,
                               FlowTextOperation **left_after, FlowTextOperation **right_after)
{
  g_auto (FlowTextOperationBuilder) left_out;
  g_auto (FlowTextOperationBuilder) right_out;
  Cursor a, b;

  flow_text_operation_builder_init (&left_out);
  flow_text_operation_builder_init (&right_out);
  start (&a, left);
  start (&b, right);
  while (!at_end (&a) || !at_end (&b))
    {
      if (a.kind == FLOW_TEXT_INSERT)
        {
          flow_text_operation_builder_retain (&right_out, a.length);
          copy_insert (&a, a.length, &left_out);
        }
      else if (b.kind == FLOW_TEXT_INSERT)
        {
          flow_text_operation_builder_retain (&left_out, b.length);
          copy_insert (&b, b.length, &right_out);
        }
      else
        transform_step (&a, &b, &left_out, &right_out);
    }
  if (left_after != NULL)
    *left_after = flow_text_operation_builder_end (&left_out);
  if (right_after != NULL)
    *right_after = flow_text_operation_builder_end (&right_out);
}

/**
 * flow_text_operation_transform_index:
 * @self: an operation
 * @index: a position in the text before it, in characters
 * @own: whether the position is the cursor of who made it
 *
 * Move a position as the text around it moves. What is inserted at it moves an own cursor, and no other.
 *
 * Returns: the position in the text after it
 */
gsize
flow_text_operation_transform_index (const FlowTextOperation *self, gsize index, gboolean own)
{
  gsize moved = index;

  for (guint i = 0; i < self->n_parts; i++)
    {
      gsize length = self->parts[i].length;

      if (self->parts[i].kind == FLOW_TEXT_INSERT)
        {
          if (index > 0 || own)
            moved += length;
          continue;
        }
      if (self->parts[i].kind == FLOW_TEXT_DELETE)
        moved -= MIN (index, length);
      if (index < length || (index == length && !own))
        return moved;
      index -= length;
    }
  return moved;
}
