/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "store/flow-job-queue.h"
#include "store/flow-store.h"

G_BEGIN_DECLS

/**
 * FlowWriter:
 *
 * The one connection that writes, and what happens on its thread: groups of jobs become transactions, and when there
 * are none, participants and the file's housekeeping get their turn. Belongs to the writer thread but for
 * flow_writer_get_stats().
 */
typedef struct _FlowWriter FlowWriter;

FlowWriter *flow_writer_new (const char *path, const char *reserve_path);
void flow_writer_free (FlowWriter *self);
void flow_writer_add_participant (FlowWriter *self, const FlowStoreParticipant *participant, gpointer data);
void flow_writer_set_idle_us (FlowWriter *self, gint64 idle_us);
gboolean flow_writer_open (FlowWriter *self, const char *migrations_path, const FlowStoreWatch *watch, GError **error);
void flow_writer_close (FlowWriter *self);
void flow_writer_run (FlowWriter *self, FlowJob *jobs, FlowJobQueue *queue);
gint64 flow_writer_due (FlowWriter *self);
void flow_writer_idle (FlowWriter *self);
gboolean flow_writer_tidy (FlowWriter *self, guint wait_ms, GError **error);
void flow_writer_get_stats (FlowWriter *self, FlowStoreStats *stats);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowWriter, flow_writer_free)

G_END_DECLS
