/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FlowEditRun:
 *
 * An editor's process that has a file.
 */
typedef struct _FlowEditRun FlowEditRun;

/** FLOW_EDIT_RUN_UNKNOWN: how an editor ended that was not started by this process. */
#define FLOW_EDIT_RUN_UNKNOWN (-1)

/**
 * FlowEditRunEnded:
 * @run: the editor; may be freed
 * @status: what it returned, 128 and more when a signal ended it; or %FLOW_EDIT_RUN_UNKNOWN
 *
 * Hears that an editor has ended.
 */
typedef void (*FlowEditRunEnded) (FlowEditRun *run, int status, gpointer data);

FlowEditRun *flow_edit_run_start (const char *command, const char *file, guint line, GMainContext *context,
                                  FlowEditRunEnded ended, gpointer data, GError **error);
FlowEditRun *flow_edit_run_adopt (GPid pid, guint64 birth, GMainContext *context, FlowEditRunEnded ended,
                                  gpointer data);
void flow_edit_run_free (FlowEditRun *self);
gboolean flow_edit_run_stays (FlowEditRun *self);
gboolean flow_edit_run_is_over (FlowEditRun *self);
GPid flow_edit_run_get_pid (FlowEditRun *self);
guint64 flow_edit_run_get_birth (FlowEditRun *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowEditRun, flow_edit_run_free)

G_END_DECLS
