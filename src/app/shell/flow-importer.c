/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-importer"

#include "app/shell/flow-importer.h"

#include <glib/gi18n.h>

#include "app/shell/flow-count-text.h"
#include "hub/flow-hub-work.h"

/**
 * FlowImporter:
 *
 * Takes files of telemetry in, one after the other, each as a job that can be watched and stopped. Files that are given
 * before the hub runs wait for it.
 */
struct _FlowImporter
{
  GObject parent_instance;

  FlowServices *services;
  GQueue waiting; /* FlowImport */
  gboolean running;
};

/* One file, from when it was given until its job ended. */
typedef struct
{
  FlowImporter *importer;
  GFile *file;
  GCancellable *cancellable;
  FlowJob *job;
} FlowImport;

G_DEFINE_FINAL_TYPE (FlowImporter, flow_importer, G_TYPE_OBJECT)

static void
import_free (FlowImport *import)
{
  g_object_unref (import->file);
  g_object_unref (import->cancellable);
  g_object_unref (import->job);
  g_free (import);
}

static void
import_finish (FlowImport *import, const GError *error)
{
  flow_job_finish (import->job, error);
  import_free (import);
}

static void
progress_cb (guint64 done, guint64 total, gpointer data)
{
  FlowImport *import = data;

  flow_job_set_fraction (import->job, total > 0 ? (double) done / (double) total : FLOW_JOB_PULSE);
}

static char *
describe (const FlowImportCounts *counts)
{
  guint64 rows = counts->spans + counts->logs + counts->points;
  guint64 added = rows - MIN (counts->duplicates, rows);
  g_autofree char *imported = flow_count_text_rows_imported (added);
  g_autofree char *duplicates = flow_count_text_number (counts->duplicates);
  g_autofree char *refused = flow_count_text_number (counts->refused);
  GString *text = g_string_new (imported);

  if (counts->duplicates > 0)
    g_string_append_printf (text, _ (", there before: %s"), duplicates);
  if (counts->refused > 0)
    g_string_append_printf (text, _ (", not valid: %s"), refused);
  return g_string_free (text, FALSE);
}

static void begin_next (FlowImporter *self);

static void
imported_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  FlowImport *import = data;
  g_autoptr (FlowImporter) self = import->importer;
  g_autoptr (GError) error = NULL;
  FlowImportCounts counts = { 0 };

  if (flow_hub_import_finish (FLOW_HUB (source), result, &counts, &error))
    {
      g_autofree char *text = describe (&counts);

      flow_job_set_detail (import->job, text);
    }
  import_finish (import, error);
  self->running = FALSE;
  begin_next (self);
}

static void
begin_next (FlowImporter *self)
{
  FlowHub *hub = flow_services_get_hub (self->services);
  FlowImport *import;

  if (self->running || hub == NULL || g_queue_is_empty (&self->waiting))
    return;
  import = g_queue_pop_head (&self->waiting);
  self->running = TRUE;
  import->importer = g_object_ref (self);
  flow_job_set_detail (import->job, NULL);
  flow_hub_import_async (hub, import->file, progress_cb, import, import->cancellable, imported_cb, import);
}

/* One that waits is over at once; one that runs is told so by its work. */
static void
cancelled_cb (GCancellable *cancellable, FlowImporter *self)
{
  for (GList *l = self->waiting.head; l != NULL; l = l->next)
    {
      FlowImport *import = l->data;
      g_autoptr (GError) error = NULL;

      if (import->cancellable != cancellable)
        continue;
      g_queue_delete_link (&self->waiting, l);
      g_cancellable_set_error_if_cancelled (cancellable, &error);
      import_finish (import, error);
      return;
    }
}

static void
hub_changed_cb (FlowServices *services, FlowImporter *self)
{
  begin_next (self);
}

static void
flow_importer_dispose (GObject *object)
{
  FlowImporter *self = FLOW_IMPORTER (object);

  g_queue_clear_full (&self->waiting, (GDestroyNotify) import_free);
  g_clear_object (&self->services);

  G_OBJECT_CLASS (flow_importer_parent_class)->dispose (object);
}

static void
flow_importer_class_init (FlowImporterClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_importer_dispose;
}

static void
flow_importer_init (FlowImporter *self)
{
  g_queue_init (&self->waiting);
}

/**
 * flow_importer_new:
 * @services: the hub and the jobs
 *
 * Returns: (transfer full): an importer
 */
FlowImporter *
flow_importer_new (FlowServices *services)
{
  FlowImporter *self = g_object_new (FLOW_TYPE_IMPORTER, NULL);

  self->services = g_object_ref (services);
  g_signal_connect_object (services, "hub-changed", G_CALLBACK (hub_changed_cb), self, 0);
  return self;
}

/**
 * flow_importer_add:
 * @self: the importer
 * @file: a file of traces, logs or metrics
 *
 * Take a file in, when those before it are.
 */
void
flow_importer_add (FlowImporter *self, GFile *file)
{
  FlowImport *import = g_new0 (FlowImport, 1);
  g_autofree char *base = g_file_get_basename (file);
  g_autofree char *name = g_filename_display_name (base != NULL ? base : "");
  g_autofree char *title = g_strdup_printf (_ ("Importing %s"), name);

  import->file = g_object_ref (file);
  import->cancellable = g_cancellable_new ();
  g_signal_connect_object (import->cancellable, "cancelled", G_CALLBACK (cancelled_cb), self, 0);
  import->job = flow_jobs_begin (flow_services_get_jobs (self->services), title, import->cancellable);
  flow_job_set_detail (import->job, _ ("Waiting"));
  g_queue_push_tail (&self->waiting, import);
  hub_changed_cb (self->services, self);
}
