/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "text/flow-text.h"

G_BEGIN_DECLS

/**
 * FlowTextComponentKind:
 * @FLOW_TEXT_RETAIN: characters that stay
 * @FLOW_TEXT_INSERT: characters that come in
 * @FLOW_TEXT_DELETE: characters that go
 *
 * What a component of an operation does.
 */
typedef enum
{
  FLOW_TEXT_RETAIN,
  FLOW_TEXT_INSERT,
  FLOW_TEXT_DELETE,
} FlowTextComponentKind;

/**
 * FlowTextComponent:
 * @kind: what it does
 * @length: characters
 * @text: (array length=size): what comes in, not terminated; %NULL for the other kinds
 * @size: bytes of @text
 */
typedef struct
{
  FlowTextComponentKind kind;
  gsize length;
  const char *text;
  gsize size;
} FlowTextComponent;

/**
 * FlowTextOperation:
 *
 * A change of a text: components from its beginning on, which retain, insert and delete characters; what comes after
 * the last one stays. Always in its normal form: neighbours of one kind are one, an insert comes before a delete at the
 * same spot, no retain at the end. So two operations do the same when their components are the same. Never changes;
 * may be shared by threads.
 */
typedef struct _FlowTextOperation FlowTextOperation;

/**
 * FlowTextOperationIter:
 *
 * Walks through the components of an operation, which must outlive it. Lives on the stack, needs no clearing.
 */
typedef struct
{
  /*< private >*/
  const FlowTextOperation *operation;
  guint next;
  gsize offset;
} FlowTextOperationIter;

FlowTextOperation *flow_text_operation_new_noop (void);
FlowTextOperation *flow_text_operation_new_replace (gsize index, gsize n_deleted, const char *inserted, gssize size);
FlowTextOperation *flow_text_operation_ref (FlowTextOperation *self);
void flow_text_operation_unref (FlowTextOperation *self);

gsize flow_text_operation_get_base_length (const FlowTextOperation *self);
gsize flow_text_operation_get_target_length (const FlowTextOperation *self);
gsize flow_text_operation_get_n_inserted (const FlowTextOperation *self);
gsize flow_text_operation_get_n_deleted (const FlowTextOperation *self);
gsize flow_text_operation_get_inserted_size (const FlowTextOperation *self);
guint flow_text_operation_get_n_components (const FlowTextOperation *self);
gsize flow_text_operation_get_memory (const FlowTextOperation *self);
gboolean flow_text_operation_is_noop (const FlowTextOperation *self);
gboolean flow_text_operation_equal (const FlowTextOperation *self, const FlowTextOperation *other);
void flow_text_operation_iter_init (FlowTextOperationIter *iter, const FlowTextOperation *operation);
gboolean flow_text_operation_iter_next (FlowTextOperationIter *iter, FlowTextComponent *component);

gboolean flow_text_operation_fits (const FlowTextOperation *self, const FlowText *text);
FlowText *flow_text_operation_apply (const FlowTextOperation *self, FlowText *text, GError **error);
FlowTextOperation *flow_text_operation_invert (const FlowTextOperation *self, const FlowText *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowTextOperation, flow_text_operation_unref)

G_END_DECLS
