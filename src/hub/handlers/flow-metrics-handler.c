/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-metrics-handler"

#include "hub/handlers/flow-metrics-handler.h"

#include <string.h>

#include "base/flow-id.h"
#include "hub/handlers/flow-handlers-private.h"
#include "launch/flow-real-path.h"
#include "trace/flow-file-metrics.h"

#define TYPE "metrics_for_file"
/* What is remembered of files that were asked about, so that asking again reads only what came since. */
#define MAX_FILES 64
#define MAX_BYTES (16 * 1024 * 1024)
/* Files that may be asked about at a time, and who may wait for the figures of one. */
#define MAX_ASKING 32
#define MAX_WAITING 64
#define MAX_PATH_BYTES 4096

/**
 * FlowMetricsHandler:
 *
 * Tells editors what ran on the lines of a file. They ask again whenever traces come, so that a file is asked of one
 * reader at a time: who asks meanwhile gets the next answer together with all others who do.
 */
struct _FlowMetricsHandler
{
  FlowHandlers *handlers;
  GQueue files;                   /* File, the one asked about last first */
  guint asking;                   /* how many of them are being asked about */
  FlowSettingsSnapshot *settings; /* by whose path maps the files were looked for */
};

typedef struct
{
  char *name;               /* as it was asked for */
  char **folders;           /* where relative paths are looked for */
  FlowFileMetrics *metrics; /* (nullable) */
  gboolean asking;
  GPtrArray *waiting; /* FlowMessage: who gets the next answer */
  GPtrArray *asked;   /* FlowMessage: who gets the one under way */
} File;

/* A question on its way to a reader. */
typedef struct
{
  char *name;
  char **folders;
  FlowSettingsSnapshot *settings;
  FlowFileMetrics *before; /* (nullable) */
} Question;

static void
file_free (gpointer data)
{
  File *file = data;

  g_free (file->name);
  g_strfreev (file->folders);
  g_clear_pointer (&file->metrics, flow_file_metrics_unref);
  g_ptr_array_unref (file->waiting);
  g_ptr_array_unref (file->asked);
  g_free (file);
}

static File *
file_new (const char *name)
{
  File *file = g_new0 (File, 1);

  file->name = g_strdup (name);
  file->waiting = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_message_unref);
  file->asked = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_message_unref);
  return file;
}

static void
question_free (gpointer data)
{
  Question *question = data;

  g_free (question->name);
  g_strfreev (question->folders);
  flow_settings_snapshot_unref (question->settings);
  g_clear_pointer (&question->before, flow_file_metrics_unref);
  g_free (question);
}

/* The real path, or what was said: a path of another machine may be the very one that spans name. */
static char *
real_name (const char *name)
{
  FlowPathType type;
  char *real = flow_real_path (name, &type);

  return real != NULL ? real : g_canonicalize_filename (name, G_DIR_SEPARATOR_S);
}

/* On a reader's thread. */
static gpointer
read_metrics (FlowTraceReader *reader, gpointer data, GCancellable *cancellable, GError **error)
{
  Question *question = data;
  g_autofree char *real = real_name (question->name);
  g_autoptr (FlowLocator) locator = flow_locator_new (question->settings->path_maps, question->settings->n_path_maps);
  FlowFileMetrics *before = question->before;

  for (char **folder = question->folders; *folder != NULL; folder++)
    flow_locator_add_folder (locator, *folder);
  if (before != NULL && !g_str_equal (before->file, real))
    before = NULL;
  return flow_trace_reader_file_metrics (reader, real, locator, before, cancellable, error);
}

static void
write_id (FlowJsonWriter *writer, const char *key, const guint8 *bytes, gsize n)
{
  flow_json_writer_key (writer, key);
  flow_json_writer_hex (writer, bytes, n);
}

static void
write_ms (FlowJsonWriter *writer, const char *key, gint64 ns)
{
  flow_json_writer_key (writer, key);
  flow_json_writer_double (writer, (double) ns / 1e6);
}

static void
write_line (FlowJsonWriter *writer, const FlowLineMetrics *line)
{
  guint8 span_id[8];

  memcpy (span_id, &line->span_id, sizeof span_id);
  flow_json_writer_begin_object (writer);
  flow_json_writer_key (writer, "line");
  flow_json_writer_uint64 (writer, line->line);
  flow_json_writer_key (writer, "function");
  if (line->function != NULL)
    flow_json_writer_string (writer, line->function, -1);
  else
    flow_json_writer_null (writer);
  flow_json_writer_key (writer, "count");
  flow_json_writer_uint64 (writer, line->count);
  flow_json_writer_key (writer, "errors");
  flow_json_writer_uint64 (writer, line->errors);
  write_ms (writer, "p50_ms", line->p50_ns);
  write_ms (writer, "p95_ms", line->p95_ns);
  write_id (writer, "traceId", line->trace_id, sizeof line->trace_id);
  write_id (writer, "spanId", span_id, sizeof span_id);
  flow_json_writer_end_object (writer);
}

static void
write_since (FlowJsonWriter *writer, const FlowFileMetrics *metrics)
{
  flow_json_writer_key (writer, "since");
  flow_json_writer_time (writer, metrics->total > 0 ? metrics->since_ns : 0);
}

/* The editor's own version of the text goes back with it, so that it knows which lines are meant. */
static void
send_metrics (FlowRouter *router, FlowMessage *question, const char *name, const FlowFileMetrics *metrics)
{
  g_autoptr (FlowMessageBuilder) builder = flow_message_builder_new (TYPE, FLOW_CHANNEL_HUB);
  g_autoptr (FlowMessage) message = NULL;
  FlowJsonWriter *writer;
  gint64 version;

  flow_message_builder_set_target (builder, flow_message_get_source (question));
  flow_message_builder_set_reply_to (builder, flow_message_get_id (question));
  writer = flow_message_builder_data (builder);
  flow_json_writer_key (writer, "file");
  flow_json_writer_string (writer, name, -1);
  if (flow_message_get_int (question, "version", &version))
    {
      flow_json_writer_key (writer, "version");
      flow_json_writer_int64 (writer, version);
    }
  flow_json_writer_key (writer, "lines");
  flow_json_writer_begin_array (writer);
  for (guint i = 0; i < metrics->lines->len; i++)
    write_line (writer, &g_array_index (metrics->lines, FlowLineMetrics, i));
  flow_json_writer_end_array (writer);
  flow_json_writer_key (writer, "total");
  flow_json_writer_uint64 (writer, metrics->total);
  write_since (writer, metrics);
  message = flow_message_builder_end (g_steal_pointer (&builder));
  flow_router_send (router, message);
  flow_router_acked (router, question, "handled");
}

static void
answer (FlowRouter *router, FlowMessage *question, const char *name, const FlowFileMetrics *metrics,
        const GError *error)
{
  if (flow_router_find (router, flow_message_get_source (question)) == NULL)
    return;
  if (metrics != NULL)
    send_metrics (router, question, name, metrics);
  else
    flow_router_error (router, question, FLOW_ERROR_FAILED, error->message);
}

static File *
find_file (FlowMetricsHandler *self, const char *name)
{
  for (GList *link = self->files.head; link != NULL; link = link->next)
    if (g_str_equal (((File *) link->data)->name, name))
      return link->data;
  return NULL;
}

/* Forget what was asked about longest ago; what is being asked stays. */
static void
keep_to_bounds (FlowMetricsHandler *self)
{
  gsize bytes = 0;
  guint n = 0;
  GList *next;

  for (GList *link = self->files.head; link != NULL; link = next)
    {
      File *file = link->data;

      next = link->next;
      n++;
      bytes += file->metrics != NULL ? flow_file_metrics_get_bytes (file->metrics) : 0;
      if (file->asking || (n <= MAX_FILES && bytes <= MAX_BYTES))
        continue;
      g_queue_delete_link (&self->files, link);
      file_free (file);
    }
}

static gboolean
is_for (const Question *question, FlowMetricsHandler *self, const File *file)
{
  return question->settings == self->settings &&
         g_strv_equal ((const char *const *) question->folders, (const char *const *) file->folders);
}

static void ask (FlowMetricsHandler *self, File *file);

static void
answered (FlowHandlers *handlers, FlowMessage *message, gpointer result, const GError *error, gpointer data)
{
  FlowMetricsHandler *self = handlers->metrics;
  const Question *question = data;
  g_autoptr (FlowFileMetrics) metrics = result;
  File *file = find_file (self, question->name);

  file->asking = FALSE;
  self->asking--;
  for (guint i = 0; i < file->asked->len; i++)
    answer (handlers->router, g_ptr_array_index (file->asked, i), file->name, metrics, error);
  g_ptr_array_set_size (file->asked, 0);
  g_clear_pointer (&file->metrics, flow_file_metrics_unref);
  if (is_for (question, self, file))
    file->metrics = g_steal_pointer (&metrics);
  if (file->waiting->len > 0)
    ask (self, file);
  keep_to_bounds (self);
}

static void
ask (FlowMetricsHandler *self, File *file)
{
  Question *question = g_new0 (Question, 1);
  GPtrArray *waiting = file->waiting;

  file->waiting = file->asked;
  file->asked = waiting;
  file->asking = TRUE;
  self->asking++;
  question->name = g_strdup (file->name);
  question->folders = g_strdupv (file->folders);
  question->settings = flow_settings_snapshot_ref (self->settings);
  question->before = file->metrics != NULL ? flow_file_metrics_ref (file->metrics) : NULL;
  flow_handlers_query (self->handlers, NULL, read_metrics, question, question_free,
                       (GDestroyNotify) flow_file_metrics_unref, answered);
}

static void
add_folders (GPtrArray *folders, const char *const *more)
{
  for (; more != NULL && *more != NULL; more++)
    if (!g_ptr_array_find_with_equal_func (folders, *more, g_str_equal, NULL))
      g_ptr_array_add (folders, g_strdup (*more));
}

static int
compare_strings (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Where a relative path may begin: every folder that is known, and what the editor has open. In one order, so that
 * several windows ask the same. */
static char **
list_folders (FlowMetricsHandler *self, FlowChannel *from)
{
  g_autoptr (GPtrArray) folders = g_ptr_array_new ();
  g_auto (GStrv) known = flow_workspaces_list_folders (self->handlers->workspaces);

  add_folders (folders, (const char *const *) known);
  add_folders (folders, self->settings->workspace_folders);
  add_folders (folders, flow_channel_get_workspaces (from));
  g_ptr_array_sort (folders, compare_strings);
  g_ptr_array_add (folders, NULL);
  return (char **) g_ptr_array_steal (folders, NULL);
}

/* Other path maps: other files may be meant. */
static void
use_settings (FlowMetricsHandler *self)
{
  if (self->settings == self->handlers->settings)
    return;
  g_clear_pointer (&self->settings, flow_settings_snapshot_unref);
  self->settings = flow_settings_snapshot_ref (self->handlers->settings);
  for (GList *link = self->files.head; link != NULL; link = link->next)
    g_clear_pointer (&((File *) link->data)->metrics, flow_file_metrics_unref);
}

static void
use_folders (File *file, char **folders)
{
  gboolean same = file->folders != NULL &&
                  g_strv_equal ((const char *const *) file->folders, (const char *const *) folders);

  if (!same)
    g_clear_pointer (&file->metrics, flow_file_metrics_unref);
  g_strfreev (file->folders);
  file->folders = folders;
}

/* The file goes to the front, and comes into being with the first question. */
static File *
take_file (FlowMetricsHandler *self, const char *name)
{
  File *file = find_file (self, name);

  if (file != NULL)
    g_queue_remove (&self->files, file);
  else
    file = file_new (name);
  g_queue_push_head (&self->files, file);
  return file;
}

static FlowRouterHandled
handle (FlowRouter *router, FlowChannel *from, FlowMessage *message, gpointer data)
{
  FlowMetricsHandler *self = data;
  const char *name;
  File *file;

  if (from == NULL || flow_message_get_reply_to (message) != NULL)
    return FLOW_ROUTER_DONE;
  if (!flow_message_get_string (message, "file", &name) || !g_path_is_absolute (name) || strlen (name) > MAX_PATH_BYTES)
    {
      flow_router_error (router, message, FLOW_ERROR_BAD_REQUEST, "“file” must be an absolute path");
      return FLOW_ROUTER_LATER;
    }
  use_settings (self);
  file = take_file (self, name);
  if (file->waiting->len >= MAX_WAITING || (!file->asking && self->asking >= MAX_ASKING))
    {
      flow_router_error (router, message, FLOW_ERROR_BUSY, "Too many questions about files wait already");
      keep_to_bounds (self);
      return FLOW_ROUTER_LATER;
    }
  g_ptr_array_add (file->waiting, flow_message_ref (message));
  use_folders (file, list_folders (self, from));
  if (!file->asking)
    ask (self, file);
  return FLOW_ROUTER_LATER;
}

/**
 * flow_metrics_handler_new:
 * @handlers: the handlers that it is one of
 *
 * Have questions about files answered.
 *
 * Returns: (transfer full): the handler
 */
FlowMetricsHandler *
flow_metrics_handler_new (FlowHandlers *handlers)
{
  FlowMetricsHandler *self = g_new0 (FlowMetricsHandler, 1);

  self->handlers = handlers;
  g_queue_init (&self->files);
  flow_router_add_handler (handlers->router, TYPE, handle, self);
  return self;
}

/**
 * flow_metrics_handler_free:
 * @self: (transfer full): a handler that nobody asks any more
 *
 * Free it.
 */
void
flow_metrics_handler_free (FlowMetricsHandler *self)
{
  g_queue_clear_full (&self->files, file_free);
  g_clear_pointer (&self->settings, flow_settings_snapshot_unref);
  g_free (self);
}
