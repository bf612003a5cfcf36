/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * FlowTraceKey:
 * @action: of a trace's view
 * @keys: what does it, in the form of gtk_accelerator_parse(), separated by spaces as in [class@Gtk.ShortcutsShortcut]
 * @title: what it does; not translated yet
 *
 * A key of the waterfall.
 */
typedef struct
{
  const char *action;
  const char *keys;
  const char *title;
} FlowTraceKey;

const FlowTraceKey *flow_trace_actions_get_keys (guint *n);
GtkEventController *flow_trace_actions_make_shortcuts (void);
GtkEventController *flow_trace_actions_make_escape (void);

G_END_DECLS
