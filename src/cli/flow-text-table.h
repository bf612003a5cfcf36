/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cli/flow-cli.h"

G_BEGIN_DECLS

/**
 * FlowTextTable:
 *
 * Rows of text in columns that are as wide as their widest cell. A cell is safe to print when it is added: whoever
 * adds a text from outside escapes it first.
 */
typedef struct _FlowTextTable FlowTextTable;

FlowTextTable *flow_text_table_new (const char *const *titles, const char *alignment);
void flow_text_table_free (FlowTextTable *self);
void flow_text_table_add (FlowTextTable *self, char *cell);
void flow_text_table_add_outside (FlowTextTable *self, const char *text);
guint flow_text_table_get_n_rows (FlowTextTable *self);
void flow_text_table_print (FlowTextTable *self, FlowCli *cli);
char *flow_text_table_to_text (FlowTextTable *self, guint width, const char *bold, const char *plain);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowTextTable, flow_text_table_free)

G_END_DECLS
