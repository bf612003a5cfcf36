/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cli/flow-text-table.h"
#include "hub/flow-json-read.h"

G_BEGIN_DECLS

/**
 * FlowJsonRowFunc:
 * @row: an element of an array
 * @cli: where it will be printed
 * @table: where its cells go
 *
 * Adds a row to a table.
 */
typedef void (*FlowJsonRowFunc) (JsonObject *row, FlowCli *cli, FlowTextTable *table);

void flow_json_cells_add_rows (JsonObject *answer, const char *key, FlowCli *cli, FlowTextTable *table,
                               FlowJsonRowFunc add);
void flow_json_cells_text (FlowTextTable *table, JsonObject *row, const char *key);
void flow_json_cells_number (FlowTextTable *table, JsonObject *row, const char *key);
void flow_json_cells_list (FlowTextTable *table, JsonObject *row, const char *key);
void flow_json_cells_time (FlowTextTable *table, FlowCli *cli, JsonObject *row, const char *key);

G_END_DECLS
