/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _FlowWorker FlowWorker;

/**
 * FlowWorkerFunc:
 * @data: what was given with it
 *
 * Something to run on a worker's thread, once.
 */
typedef void (*FlowWorkerFunc) (gpointer data);

FlowWorker *flow_worker_new (const char *name);
GMainContext *flow_worker_get_context (FlowWorker *self);
gboolean flow_worker_is_current (FlowWorker *self);
gboolean flow_worker_invoke (FlowWorker *self, FlowWorkerFunc func, gpointer data, GDestroyNotify destroy);
void flow_worker_call (FlowWorker *self, FlowWorkerFunc func, gpointer data);
void flow_worker_stop (FlowWorker *self);
void flow_worker_free (FlowWorker *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowWorker, flow_worker_free)

G_END_DECLS
