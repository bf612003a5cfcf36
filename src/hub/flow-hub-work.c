/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub"

#include "hub/flow-hub-work.h"

#include <string.h>

#include "base/flow-error.h"
#include "hub/flow-hub-private.h"
#include "trace/flow-trace-reader.h"

#define ID_BYTES 16
/* Readers hold a transaction for at most 2 s. */
#define VACUUM_WAIT_MS 10000

typedef struct
{
  FlowReport *report; /* while it runs */
  GCancellable *cancellable;
  FlowHubProgressFunc progress;
  gpointer progress_data;
} Watch;

typedef struct
{
  gboolean all;
  guint8 trace_id[ID_BYTES];
} Erase;

typedef struct
{
  Watch watch; /* first: see report_cb() */
  char *path;  /* (nullable): the file is no local one */
  FlowImportCounts counts;
} Import;

typedef struct
{
  Watch watch;          /* first: see report_cb() */
  char *path;           /* (nullable): the file is no local one */
  GPtrArray *trace_ids; /* (nullable): everything */
  FlowOtlpFileFormat format;
  gboolean gzip;
  FlowOtlpWriter *writer;
  gboolean by_rows; /* what progress counts */
  guint64 done;
  guint64 total;
  guint64 rows;
} Export;

static void
report_cb (guint stage, guint64 done, guint64 total, gpointer data)
{
  Watch *watch = data;

  watch->progress (done, total, watch->progress_data);
}

/* Begin, or say at once that the hub does not run. @data is the task's. */
static void
start (GTask *task, const FlowHubTaskClass *klass, Watch *watch)
{
  FlowHub *self = g_task_get_source_object (task);

  if (flow_hub_is_running (self))
    {
      flow_hub_task_start (task, klass, watch != NULL && watch->progress != NULL ? report_cb : NULL, watch);
      return;
    }
  g_task_return_new_error (task, FLOW_ERROR, FLOW_ERROR_NOT_RUNNING, "The hub is not running");
  g_object_unref (task);
}

static gboolean
finish (FlowHub *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static gboolean
require_path (const char *path, GError **error)
{
  if (path != NULL)
    return TRUE;
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_UNSUPPORTED, "Only files on this computer can be used");
  return FALSE;
}

static gboolean
erase_run (FlowHub *self, gpointer data, FlowReport *report, GCancellable *cancellable, GError **error)
{
  Erase *erase = data;

  /* One trace is a short work, and a promise: a hub that stops keeps it. */
  if (erase->all && g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (erase->all)
    return flow_trace_store_erase_all (self->traces, error);
  if (!flow_trace_store_erase_trace (self->traces, erase->trace_id, error))
    return FALSE;
  flow_hub_router_erased (self, erase->trace_id);
  return TRUE;
}

static void
erase (FlowHub *self, const guint8 *trace_id, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  static const FlowHubTaskClass klass = { "flow-erase", erase_run, NULL };
  GTask *task = g_task_new (self, cancellable, callback, data);
  Erase *erase = g_new0 (Erase, 1);

  g_task_set_source_tag (task, flow_hub_erase_trace_async);
  erase->all = trace_id == NULL;
  if (trace_id != NULL)
    memcpy (erase->trace_id, trace_id, ID_BYTES);
  g_task_set_task_data (task, erase, g_free);
  start (task, &klass, NULL);
}

/**
 * flow_hub_erase_trace_async:
 * @self: a hub
 * @trace_id: (array fixed-size=16): which trace
 * @cancellable: (nullable): does not end it: one trace is short work, and is erased also while the hub stops
 * @callback: called on this thread
 * @data: for @callback
 *
 * Erase a trace with its spans, its logs and what the user wrote about it, so that nothing of it is left in the files.
 * Readers see it gone soon; overwriting what is left in the files may take longer.
 */
void
flow_hub_erase_trace_async (FlowHub *self, const guint8 trace_id[16], GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer data)
{
  g_return_if_fail (FLOW_IS_HUB (self) && trace_id != NULL);

  erase (self, trace_id, cancellable, callback, data);
}

/**
 * flow_hub_erase_all_async:
 * @self: a hub
 * @cancellable: (nullable): ends it if it has not begun
 * @callback: called on this thread
 * @data: for @callback
 *
 * Erase all traces, logs and metrics.
 */
void
flow_hub_erase_all_async (FlowHub *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_return_if_fail (FLOW_IS_HUB (self));

  erase (self, NULL, cancellable, callback, data);
}

/**
 * flow_hub_erase_finish:
 * @self: the hub
 * @result: what the callback got
 * @error: return location
 *
 * Errors: %FLOW_ERROR_NOT_FOUND when there is no such trace; %FLOW_ERROR_BUSY when it is erased but a reader keeps its
 * remains in the files, which are overwritten later then; %FLOW_ERROR_NOT_RUNNING; `G_IO_ERROR_CANCELLED`; or the codes
 * of flow_sql_error().
 *
 * Returns: whether it is erased
 */
gboolean
flow_hub_erase_finish (FlowHub *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return finish (self, result, error);
}

static void
import_free (gpointer data)
{
  Import *import = data;

  g_free (import->path);
  g_free (import);
}

static void
imported_cb (guint64 done, guint64 total, gpointer report)
{
  flow_report_say (report, 0, done, total);
}

static gboolean
import_run (FlowHub *self, gpointer data, FlowReport *report, GCancellable *cancellable, GError **error)
{
  Import *import = data;

  return require_path (import->path, error) &&
         flow_import_store (import->path, self->traces, imported_cb, report, &import->counts, cancellable, error);
}

/**
 * flow_hub_import_async:
 * @self: a hub
 * @file: a file of OTLP: JSON, JSON Lines or protobuf, also with gzip
 * @progress: (nullable): hears how many bytes of the file have been read
 * @progress_data: for @progress
 * @cancellable: (nullable): ends it; what came in stays
 * @callback: called on this thread
 * @data: for @callback
 *
 * Read a file in, as `flowctl import` does, also while capturing is off. It takes no more memory than its longest
 * request. What was stored before is not stored again, so a file can be given again.
 */
void
flow_hub_import_async (FlowHub *self, GFile *file, FlowHubProgressFunc progress, gpointer progress_data,
                       GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  static const FlowHubTaskClass klass = { "flow-import", import_run, NULL };
  GTask *task;
  Import *import;

  g_return_if_fail (FLOW_IS_HUB (self) && G_IS_FILE (file));

  task = g_task_new (self, cancellable, callback, data);
  g_task_set_source_tag (task, flow_hub_import_async);
  import = g_new0 (Import, 1);
  import->watch = (Watch) { .progress = progress, .progress_data = progress_data };
  import->path = g_file_get_path (file);
  g_task_set_task_data (task, import, import_free);
  start (task, &klass, &import->watch);
}

/**
 * flow_hub_import_finish:
 * @self: the hub
 * @result: what the callback got
 * @counts: (out caller-allocates) (optional): what was read, also when it failed half-way
 * @error: return location
 *
 * Errors: those of flow_import_store(), %FLOW_ERROR_UNSUPPORTED for a file that is not on this computer,
 * %FLOW_ERROR_NOT_RUNNING.
 *
 * Returns: whether all of it is stored
 */
gboolean
flow_hub_import_finish (FlowHub *self, GAsyncResult *result, FlowImportCounts *counts, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  if (counts != NULL)
    *counts = ((Import *) g_task_get_task_data (G_TASK (result)))->counts;
  return finish (self, result, error);
}

static void
export_free (gpointer data)
{
  Export *export = data;

  g_clear_pointer (&export->writer, flow_otlp_writer_free);
  g_clear_pointer (&export->trace_ids, g_ptr_array_unref);
  g_free (export->path);
  g_free (export);
}

static gboolean
append_cb (const FlowSpanBatch *rows, gpointer data, GError **error)
{
  Export *export = data;

  if (g_cancellable_set_error_if_cancelled (export->watch.cancellable, error))
    return FALSE;
  export->rows += rows->n_rows;
  if (export->by_rows)
    flow_report_say (export->watch.report, 0, export->rows, MAX (export->rows, export->total));
  return flow_otlp_writer_append (export->writer, rows, error);
}

static gboolean
export_all (FlowHub *self, Export *export, FlowTraceReader *reader, GError **error)
{
  FlowTraceStoreStats stats;

  flow_trace_store_get_stats (self->traces, &stats);
  export->by_rows = TRUE;
  export->total = stats.stored_spans + stats.stored_logs + stats.stored_points;
  for (guint signal = 0; signal < FLOW_N_SIGNALS; signal++)
    if (!flow_trace_reader_export (reader, (FlowSignal) signal, append_cb, export, error))
      return FALSE;
  return TRUE;
}

static gboolean
export_trace (Export *export, FlowTraceReader *reader, const guint8 *trace_id, FlowSignal signal, GError **error)
{
  g_autoptr (FlowTrace) trace = flow_trace_reader_load (reader, trace_id, error);
  g_autoptr (FlowSpanBatch) rows = NULL;

  if (trace == NULL)
    return FALSE;
  flow_report_say (export->watch.report, 0, ++export->done, export->total);
  rows = flow_trace_to_batch (trace, signal);
  return rows == NULL || rows->n_rows == 0 || append_cb (rows, export, error);
}

/* In one JSON document the requests of a signal follow each other. */
static gboolean
export_some (Export *export, FlowTraceReader *reader, GError **error)
{
  export->total = 2 * export->trace_ids->len;
  for (guint signal = FLOW_SIGNAL_TRACES; signal <= FLOW_SIGNAL_LOGS; signal++)
    for (guint i = 0; i < export->trace_ids->len; i++)
      if (!export_trace (export, reader, g_bytes_get_data (export->trace_ids->pdata[i], NULL), (FlowSignal) signal,
                         error))
        return FALSE;
  return TRUE;
}

static gboolean
export_run (FlowHub *self, gpointer data, FlowReport *report, GCancellable *cancellable, GError **error)
{
  Export *export = data;
  g_autoptr (FlowTraceReader) reader = NULL;
  gboolean ok;

  if (!require_path (export->path, error))
    return FALSE;
  reader = flow_trace_reader_open (flow_context_get_database_path (self->context), error);
  if (reader == NULL)
    return FALSE;
  export->writer = flow_otlp_writer_new (export->path, export->format, export->gzip, error);
  if (export->writer == NULL)
    return FALSE;
  export->watch.report = report;
  export->watch.cancellable = cancellable;
  ok = (export->trace_ids != NULL ? export_some (export, reader, error) : export_all (self, export, reader, error)) &&
       flow_otlp_writer_close (export->writer, error);
  g_clear_pointer (&export->writer, flow_otlp_writer_free);
  return ok;
}

static GPtrArray *
copy_ids (GPtrArray *trace_ids)
{
  GPtrArray *copy = g_ptr_array_new_full (trace_ids->len, (GDestroyNotify) g_bytes_unref);

  for (guint i = 0; i < trace_ids->len; i++)
    g_ptr_array_add (copy, g_bytes_ref (trace_ids->pdata[i]));
  return copy;
}

/**
 * flow_hub_export_async:
 * @self: a hub
 * @trace_ids: (nullable) (element-type GBytes): ids of 16 bytes; %NULL for everything that is stored
 * @file: where to; it is replaced when all is written, and untouched before
 * @format: how
 * @gzip: whether to compress
 * @progress: (nullable): hears how far it is
 * @progress_data: for @progress
 * @cancellable: (nullable): ends it
 * @callback: called on this thread
 * @data: for @callback
 *
 * Write traces with their logs, or everything, as OTLP.
 */
void
flow_hub_export_async (FlowHub *self, GPtrArray *trace_ids, GFile *file, FlowOtlpFileFormat format, gboolean gzip,
                       FlowHubProgressFunc progress, gpointer progress_data, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer data)
{
  static const FlowHubTaskClass klass = { "flow-export", export_run, NULL };
  GTask *task;
  Export *export;

  g_return_if_fail (FLOW_IS_HUB (self) && G_IS_FILE (file));

  task = g_task_new (self, cancellable, callback, data);
  g_task_set_source_tag (task, flow_hub_export_async);
  export = g_new0 (Export, 1);
  export->watch = (Watch) { .progress = progress, .progress_data = progress_data };
  export->path = g_file_get_path (file);
  export->trace_ids = trace_ids != NULL ? copy_ids (trace_ids) : NULL;
  export->format = format;
  export->gzip = gzip;
  g_task_set_task_data (task, export, export_free);
  start (task, &klass, &export->watch);
}

/**
 * flow_hub_export_finish:
 * @self: the hub
 * @result: what the callback got
 * @rows: (out) (optional): spans, log records and metric points that were written
 * @error: return location
 *
 * Errors: %FLOW_ERROR_NOT_FOUND when a trace is gone; those of the reader and of writing files;
 * `G_IO_ERROR_CANCELLED`; %FLOW_ERROR_UNSUPPORTED for a file that is not on this computer.
 *
 * Returns: whether the file is written
 */
gboolean
flow_hub_export_finish (FlowHub *self, GAsyncResult *result, guint64 *rows, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  if (rows != NULL)
    *rows = ((Export *) g_task_get_task_data (G_TASK (result)))->rows;
  return finish (self, result, error);
}

static gboolean
vacuum_run (FlowHub *self, gpointer data, FlowReport *report, GCancellable *cancellable, GError **error)
{
  return !g_cancellable_set_error_if_cancelled (cancellable, error) &&
         flow_store_tidy (self->store, VACUUM_WAIT_MS, error);
}

/**
 * flow_hub_vacuum_async:
 * @self: a hub
 * @cancellable: (nullable): ends it if it has not begun
 * @callback: called on this thread
 * @data: for @callback
 *
 * Give the space of what was deleted back to the disk now. It happens by itself when the hub is idle.
 */
void
flow_hub_vacuum_async (FlowHub *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  static const FlowHubTaskClass klass = { "flow-vacuum", vacuum_run, NULL };
  GTask *task;

  g_return_if_fail (FLOW_IS_HUB (self));

  task = g_task_new (self, cancellable, callback, data);
  g_task_set_source_tag (task, flow_hub_vacuum_async);
  start (task, &klass, NULL);
}

/**
 * flow_hub_vacuum_finish:
 * @self: the hub
 * @result: what the callback got
 * @error: return location
 *
 * Errors: %FLOW_ERROR_BUSY when a reader holds an old state, and those of flow_store_tidy().
 *
 * Returns: whether it is done
 */
gboolean
flow_hub_vacuum_finish (FlowHub *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return finish (self, result, error);
}
