/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * FlowProgress:
 *
 * How far a long command is, on the terminal, from half a second on; and Ctrl-C, which cancels it in order instead of
 * ending the process. One at a time.
 */
typedef struct _FlowProgress FlowProgress;

FlowProgress *flow_progress_new (const char *what);
void flow_progress_free (FlowProgress *self);
void flow_progress_update (FlowProgress *self, guint64 done, guint64 total);
GCancellable *flow_progress_get_cancellable (FlowProgress *self);
void flow_progress_explain (FlowProgress *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowProgress, flow_progress_free)

G_END_DECLS
