/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/sync/flow-sync-board.h"

G_BEGIN_DECLS

#define FLOW_TYPE_SYNC_DIALOG (flow_sync_dialog_get_type ())
G_DECLARE_DERIVABLE_TYPE (FlowSyncDialog, flow_sync_dialog, FLOW, SYNC_DIALOG, AdwWindow)

/**
 * FlowSyncDialogClass:
 * @collect: read what was written; returns the arguments of the verb, or %NULL after flow_sync_dialog_complain()
 * @failed: (nullable): the hub could not do it; whatever is marked as wrong is to be marked
 *
 * A dialog about something that the hub is asked to do.
 */
struct _FlowSyncDialogClass
{
  AdwWindowClass parent_class;

  JsonObject *(*collect) (FlowSyncDialog *self);
  void (*failed) (FlowSyncDialog *self, const char *code);
};

void flow_sync_dialog_set_up (FlowSyncDialog *self, GtkWidget *from, FlowSyncBoard *board, const char *verb,
                              const char *title);
void flow_sync_dialog_set_button (FlowSyncDialog *self, const char *label, gboolean destructive);
void flow_sync_dialog_add_group (FlowSyncDialog *self, GtkWidget *group);
void flow_sync_dialog_complain (FlowSyncDialog *self, GtkWidget *field, const char *text);
GtkWidget *flow_sync_dialog_make_entry (const char *title, const char *text);
GtkWidget *flow_sync_dialog_make_secret (const char *title);

G_END_DECLS
