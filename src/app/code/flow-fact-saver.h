/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "app/flow-services.h"
#include "trace/flow-fact-change.h"

G_BEGIN_DECLS

/**
 * FlowFactSaved:
 * @facts: (nullable): what is said about the trace now, %NULL when it could not be saved
 * @data: the caller's
 *
 * Hears how a change ended.
 */
typedef void (*FlowFactSaved) (FlowTraceFacts *facts, gpointer data);

void flow_fact_saver_save (FlowServices *services, GtkWidget *from, FlowFactChange *change, const char *done,
                           FlowFactSaved saved, gpointer data, GDestroyNotify destroy);

G_END_DECLS
