/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/flow-hub.h"
#include "hub/flow-report.h"

G_BEGIN_DECLS

/**
 * FlowHubTaskClass:
 * @name: of the thread, at most 15 bytes
 * @run: does the work, on a thread of its own
 * @done: (nullable): called on the owner's thread when it has ended, before whoever asked hears of it
 *
 * A kind of work that takes long. @data is the data of the #GTask.
 */
typedef struct
{
  const char *name;
  gboolean (*run) (FlowHub *hub, gpointer data, FlowReport *report, GCancellable *cancellable, GError **error);
  void (*done) (FlowHub *hub, gpointer data, const GError *error);
} FlowHubTaskClass;

typedef struct _FlowHubTask FlowHubTask;

void flow_hub_task_start (GTask *task, const FlowHubTaskClass *klass, FlowReportFunc report, gpointer report_data);
void flow_hub_task_cancel (FlowHubTask *self);

G_END_DECLS
