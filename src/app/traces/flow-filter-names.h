/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "trace/flow-trace-queries.h"

G_BEGIN_DECLS

/**
 * FlowFilterName:
 * @label: what people call it
 * @value: what the filter calls it
 *
 * Something to filter by.
 */
typedef struct
{
  char *label;
  char *value;
} FlowFilterName;

/**
 * FlowFilterNames:
 * @services: (element-type FlowFilterName): the services, those with most spans first
 * @workspaces: (element-type FlowFilterName): the folders that people work in, those used last first
 * @sessions: (element-type FlowFilterName): the debug sessions, the newest first
 *
 * What there is to filter by, a menu's length of each.
 */
typedef struct
{
  GPtrArray *services;
  GPtrArray *workspaces;
  GPtrArray *sessions;
} FlowFilterNames;

void flow_filter_names_load_async (FlowTraceQueries *queries, GCancellable *cancellable, GAsyncReadyCallback callback,
                                   gpointer data);
FlowFilterNames *flow_filter_names_load_finish (FlowTraceQueries *queries, GAsyncResult *result, GError **error);
void flow_filter_names_free (FlowFilterNames *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowFilterNames, flow_filter_names_free)

G_END_DECLS
