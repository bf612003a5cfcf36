/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-fact-saver"

#include "app/code/flow-fact-saver.h"

#include <glib/gi18n.h>

#include "app/shell/flow-toast.h"
#include "hub/flow-hub-facts.h"

/* A change on its way, or what takes it back. */
typedef struct
{
  FlowServices *services;
  GWeakRef from; /* GtkWidget */
  FlowFactChange *change;
  char *done;
} Save;

typedef struct
{
  Save *save;
  FlowFactSaved saved;
  gpointer data;
  GDestroyNotify destroy;
} Saving;

static Save *
save_new (FlowServices *services, GtkWidget *from, FlowFactChange *change, const char *done)
{
  Save *save = g_new0 (Save, 1);

  save->services = g_object_ref (services);
  g_weak_ref_init (&save->from, from);
  save->change = change;
  save->done = g_strdup (done);
  return save;
}

static void
save_free (gpointer data)
{
  Save *save = data;

  g_object_unref (save->services);
  g_weak_ref_clear (&save->from);
  g_clear_pointer (&save->change, flow_fact_change_free);
  g_free (save->done);
  g_free (save);
}

static void
undone_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) from = g_weak_ref_get (&((Save *) data)->from);
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowTraceFacts) facts = flow_hub_change_facts_finish (FLOW_HUB (source), result, NULL, &error);

  if (facts == NULL)
    flow_toast (from, error->message);
  save_free (data);
}

/* Whoever shows the facts hears of it as of any other change. */
static void
undo_cb (gpointer data)
{
  Save *undo = data;
  FlowHub *hub = flow_services_get_hub (undo->services);
  g_autoptr (GtkWidget) from = g_weak_ref_get (&undo->from);

  if (hub != NULL)
    flow_hub_change_facts_async (hub, g_steal_pointer (&undo->change), undone_cb,
                                 save_new (undo->services, from, NULL, NULL));
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Saving *saving = data;
  Save *save = saving->save;
  g_autoptr (GtkWidget) from = g_weak_ref_get (&save->from);
  g_autoptr (FlowTraceFacts) before = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowTraceFacts) after = flow_hub_change_facts_finish (FLOW_HUB (source), result, &before, &error);

  if (after == NULL)
    {
      g_autofree char *text = g_strdup_printf (_ ("Not saved: %s"), error->message);

      flow_toast (from, text);
    }
  else if (save->done != NULL)
    {
      FlowFactChange *undo = flow_fact_change_new_undo (save->change, before);

      flow_toast_undo (from, save->done, G_CALLBACK (undo_cb), NULL, save_new (save->services, from, undo, NULL),
                       save_free);
    }
  saving->saved (after, saving->data);
  if (saving->destroy != NULL)
    saving->destroy (saving->data);
  save_free (save);
  g_free (saving);
}

/**
 * flow_fact_saver_save:
 * @services: what pages work with
 * @from: the widget that asks; what happened is said in its window
 * @change: (transfer full): what is to become of the facts about a trace
 * @done: (nullable): what to say when it is saved, with a button to take it back
 * @saved: called once
 * @data: for @saved
 * @destroy: (nullable): frees @data
 *
 * Save a title, note, tag or pin.
 */
void
flow_fact_saver_save (FlowServices *services, GtkWidget *from, FlowFactChange *change, const char *done,
                      FlowFactSaved saved, gpointer data, GDestroyNotify destroy)
{
  FlowHub *hub = flow_services_get_hub (services);
  Saving *saving;
  FlowFactChange *copy;

  if (hub == NULL)
    {
      flow_fact_change_free (change);
      flow_toast (from, _ ("Not saved: the hub is not running"));
      saved (NULL, data);
      if (destroy != NULL)
        destroy (data);
      return;
    }
  copy = flow_fact_change_copy (change);
  saving = g_new0 (Saving, 1);
  *saving = (Saving) { save_new (services, from, copy, done), saved, data, destroy };
  flow_hub_change_facts_async (hub, change, saved_cb, saving);
}
