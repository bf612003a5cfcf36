/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "text/flow-text-operation.h"

G_BEGIN_DECLS

typedef struct
{
  /*< private >*/
  guint32 kind;
  guint32 length;
  guint32 size;
} FlowTextOperationPart;

#define FLOW_TEXT_OPERATION_BUILDER_PARTS 8

/**
 * FlowTextOperationBuilder:
 *
 * Makes an operation from components in the order of the text, and brings it into its normal form. Lives on the
 * stack; flow_text_operation_builder_end() or flow_text_operation_builder_clear() frees what it holds.
 */
typedef struct
{
  /*< private >*/
  FlowTextOperationPart *parts;
  guint n_parts;
  guint n_allocated;
  char *text;
  gsize size;
  gsize text_allocated;
  FlowTextOperationPart own_parts[FLOW_TEXT_OPERATION_BUILDER_PARTS];
} FlowTextOperationBuilder;

void flow_text_operation_builder_init (FlowTextOperationBuilder *self);
void flow_text_operation_builder_clear (FlowTextOperationBuilder *self);
void flow_text_operation_builder_retain (FlowTextOperationBuilder *self, gsize length);
void flow_text_operation_builder_insert (FlowTextOperationBuilder *self, const char *utf8, gssize size);
void flow_text_operation_builder_insert_counted (FlowTextOperationBuilder *self, const char *utf8, gsize size,
                                                 gsize length);
void flow_text_operation_builder_delete (FlowTextOperationBuilder *self, gsize length);
FlowTextOperation *flow_text_operation_builder_end (FlowTextOperationBuilder *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowTextOperationBuilder, flow_text_operation_builder_clear)

G_END_DECLS
