/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-list-work"

#include "app/traces/flow-trace-list-work.h"

#include <glib/gi18n.h>

#include "app/shell/flow-toast.h"
#include "base/flow-id.h"
#include "hub/flow-hub-facts.h"
#include "hub/flow-hub-work.h"

/* A trace that is hidden and will be erased, unless the user wants it back. */
typedef struct
{
  FlowServices *services;
  FlowTraceListModel *model;
  GWeakRef from;
  guint64 number;
  guint8 trace_id[16];
} Erasure;

static void
erasure_free (gpointer data)
{
  Erasure *self = data;

  g_object_unref (self->services);
  g_object_unref (self->model);
  g_weak_ref_clear (&self->from);
  g_free (self);
}

static Erasure *
erasure_new (FlowServices *services, FlowTraceListModel *model, GtkWidget *from, guint64 number,
             const guint8 trace_id[16])
{
  Erasure *self = g_new0 (Erasure, 1);

  self->services = g_object_ref (services);
  self->model = g_object_ref (model);
  g_weak_ref_init (&self->from, from);
  self->number = number;
  memcpy (self->trace_id, trace_id, 16);
  return self;
}

static void
say (GWeakRef *from, const char *format, const char *detail)
{
  g_autoptr (GtkWidget) widget = g_weak_ref_get (from);
  g_autofree char *text = g_strconcat (format, ": ", detail, NULL);

  if (widget != NULL)
    flow_toast (widget, text);
}

/* What could not be erased is shown again. */
static void
erased_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Erasure *self = data;
  g_autoptr (GError) error = NULL;

  if (!flow_hub_erase_finish (FLOW_HUB (source), result, &error))
    {
      flow_trace_list_model_unhide (self->model, self->number);
      say (&self->from, _ ("The trace could not be erased"), error->message);
    }
  erasure_free (self);
}

static void
erase_now (Erasure *self)
{
  FlowHub *hub = flow_services_get_hub (self->services);
  g_autoptr (GtkWidget) from = g_weak_ref_get (&self->from);

  if (hub != NULL)
    flow_hub_erase_trace_async (hub, self->trace_id, NULL, erased_cb,
                                erasure_new (self->services, self->model, from, self->number, self->trace_id));
  else
    flow_trace_list_model_unhide (self->model, self->number);
}

static void
keep (Erasure *self)
{
  flow_trace_list_model_unhide (self->model, self->number);
}

/**
 * flow_trace_list_erase:
 * @services: what the page works with
 * @model: the list
 * @from: who asks
 * @info: a trace
 *
 * Erase a trace: it goes from the list at once, and from the store when the offer to undo it is gone.
 */
void
flow_trace_list_erase (FlowServices *services, FlowTraceListModel *model, GtkWidget *from, const FlowTraceInfo *info)
{
  g_autofree char *text = g_strdup_printf (_ ("“%s” erased"), flow_trace_info_get_title (info));
  Erasure *erasure;

  if (flow_services_get_hub (services) == NULL)
    {
      flow_toast (from, _ ("Nothing can be erased while the hub does not run"));
      return;
    }
  /* The row goes with its item, and the item may have been held by the selection alone. */
  erasure = erasure_new (services, model, from, info->number, info->trace_id);
  flow_trace_list_model_hide (model, erasure->number);
  flow_toast_undo (from, text, G_CALLBACK (keep), G_CALLBACK (erase_now), erasure, erasure_free);
}

typedef struct
{
  GWeakRef from;
} Asking;

static void
pinned_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Asking *asking = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowTraceFacts) facts = flow_hub_change_facts_finish (FLOW_HUB (source), result, NULL, &error);

  if (facts == NULL && error != NULL)
    say (&asking->from, _ ("The pin could not be saved"), error->message);
  g_weak_ref_clear (&asking->from);
  g_free (asking);
}

/**
 * flow_trace_list_pin:
 * @services: what the page works with
 * @from: who asks
 * @info: a trace
 *
 * Pin a trace, or take the pin away.
 */
void
flow_trace_list_pin (FlowServices *services, GtkWidget *from, const FlowTraceInfo *info)
{
  FlowHub *hub = flow_services_get_hub (services);
  FlowFactChange *change;
  Asking *asking;

  if (hub == NULL)
    {
      flow_toast (from, _ ("Nothing can be pinned while the hub does not run"));
      return;
    }
  change = flow_fact_change_new (info->trace_id);
  flow_fact_change_set_pinned (change, info->facts == NULL || !info->facts->pinned);
  asking = g_new0 (Asking, 1);
  g_weak_ref_init (&asking->from, from);
  flow_hub_change_facts_async (hub, change, pinned_cb, asking);
}

static void
copy (GtkWidget *from, const char *prefix, const FlowTraceInfo *info, const char *said)
{
  char id[33];
  g_autofree char *text = NULL;

  flow_id_to_hex (info->trace_id, 16, id);
  text = g_strconcat (prefix, id, NULL);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (from), text);
  flow_toast (from, said);
}

/**
 * flow_trace_list_copy_id:
 * @from: who asks
 * @info: a trace
 *
 * Put the trace's id into the clipboard.
 */
void
flow_trace_list_copy_id (GtkWidget *from, const FlowTraceInfo *info)
{
  copy (from, "", info, _ ("Trace ID copied"));
}

/**
 * flow_trace_list_copy_link:
 * @from: who asks
 * @info: a trace
 *
 * Put a link that opens the trace into the clipboard.
 */
void
flow_trace_list_copy_link (GtkWidget *from, const FlowTraceInfo *info)
{
  copy (from, "flowscope://trace/", info, _ ("Link copied"));
}
