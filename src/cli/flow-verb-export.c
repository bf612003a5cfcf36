/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-export"

#include <glib/gi18n.h>
#include <stdio.h>

#include "base/flow-error.h"
#include "cli/flow-progress.h"
#include "cli/flow-terminal.h"
#include "cli/flow-trace-pick.h"
#include "cli/flow-verbs.h"
#include "trace/flow-otlp-file.h"

static const FlowOption options[] = {
  { "all", 0, FLOW_OPTION_FLAG, NULL, N_ ("Everything that is stored"), NULL },
  { "format", 'f', FLOW_OPTION_CHOICE, "FORMAT", N_ ("json (one request), jsonl (one a line) or protobuf"),
    "json|jsonl|protobuf" },
  { "signal", 0, FLOW_OPTION_CHOICE, "SIGNAL", N_ ("Only traces, logs or metrics"), "traces|logs|metrics" },
  { "gzip", 'z', FLOW_OPTION_FLAG, NULL, N_ ("Compress"), NULL },
  { "output", 'o', FLOW_OPTION_FILE, "FILE", N_ ("Write to FILE instead of standard output"), NULL },
  { NULL },
};

typedef struct
{
  FlowOtlpWriter *writer;
  FlowProgress *progress;
  guint64 rows;
} Export;

static FlowOtlpFileFormat
read_format (const char *text)
{
  if (g_strcmp0 (text, "protobuf") == 0)
    return FLOW_OTLP_FILE_PROTOBUF;
  return g_strcmp0 (text, "json") == 0 ? FLOW_OTLP_FILE_JSON : FLOW_OTLP_FILE_JSON_LINES;
}

static gboolean
wants (FlowArguments *arguments, FlowSignal signal)
{
  static const char *const names[] = { "traces", "logs", "metrics" };
  const char *only = flow_arguments_text (arguments, "signal");

  return only == NULL || g_str_equal (only, names[signal]);
}

static gboolean
append_cb (const FlowSpanBatch *rows, gpointer data, GError **error)
{
  Export *export = data;

  export->rows += rows->n_rows;
  flow_progress_update (export->progress, 0, 0);
  if (g_cancellable_set_error_if_cancelled (flow_progress_get_cancellable (export->progress), error))
    return FALSE;
  return flow_otlp_writer_append (export->writer, rows, error);
}

static gboolean
export_all (Export *export, FlowCli *cli, FlowArguments *arguments, GError **error)
{
  FlowTraceReader *reader = flow_cli_get_reader (cli, error);

  if (reader == NULL)
    return FALSE;
  for (guint signal = 0; signal < FLOW_N_SIGNALS; signal++)
    if (wants (arguments, (FlowSignal) signal) &&
        !flow_trace_reader_export (reader, (FlowSignal) signal, append_cb, export, error))
      return FALSE;
  return TRUE;
}

static gboolean
export_traces (Export *export, GPtrArray *traces, FlowArguments *arguments, GError **error)
{
  for (guint i = 0; i < traces->len; i++)
    for (guint signal = FLOW_SIGNAL_TRACES; signal <= FLOW_SIGNAL_LOGS; signal++)
      {
        g_autoptr (FlowSpanBatch) rows = NULL;

        if (!wants (arguments, (FlowSignal) signal))
          continue;
        rows = flow_trace_to_batch (g_ptr_array_index (traces, i), (FlowSignal) signal);
        if (rows != NULL && rows->n_rows > 0 && !append_cb (rows, export, error))
          return FALSE;
      }
  return TRUE;
}

/* Loads before anything is written, so that a wrong id leaves no file behind. */
static GPtrArray *
load_traces (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  g_autoptr (GPtrArray) traces = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_trace_unref);

  for (const char *const *word = flow_arguments_words (arguments); *word != NULL; word++)
    {
      FlowTrace *trace = flow_trace_pick_whole (cli, *word, error);

      if (trace == NULL)
        return NULL;
      g_ptr_array_add (traces, trace);
    }
  return g_steal_pointer (&traces);
}

static gboolean
check_usage (FlowArguments *arguments, GError **error)
{
  const char *output = flow_arguments_text (arguments, "output");
  gboolean binary = flow_arguments_has (arguments, "gzip") ||
                    g_strcmp0 (flow_arguments_text (arguments, "format"), "protobuf") == 0;

  if (flow_arguments_has (arguments, "all") == (flow_arguments_n_words (arguments) > 0))
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("name traces, or give --all"));
  else if (output == NULL && binary && flow_terminal_is_terminal (fileno (stdout)))
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT,
                         _ ("this would be noise on a terminal; give --output FILE"));
  else
    return TRUE;
  return FALSE;
}

static gboolean
run (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  const char *output = flow_arguments_text (arguments, "output");
  g_autoptr (GPtrArray) traces = NULL;
  g_autoptr (FlowOtlpWriter) writer = NULL;
  g_autoptr (FlowProgress) progress = NULL;
  Export export = { NULL };
  gboolean all = flow_arguments_has (arguments, "all");

  if (!check_usage (arguments, error))
    return FALSE;
  traces = load_traces (cli, arguments, error);
  if (traces == NULL || (all && flow_cli_get_reader (cli, error) == NULL))
    return FALSE;

  writer = flow_otlp_writer_new (output != NULL ? output : "-", read_format (flow_arguments_text (arguments, "format")),
                                 flow_arguments_has (arguments, "gzip"), error);
  if (writer == NULL)
    return FALSE;
  progress = flow_progress_new (_ ("Exporting"));
  export.writer = writer;
  export.progress = progress;
  if (!(all ? export_all (&export, cli, arguments, error) : export_traces (&export, traces, arguments, error)))
    {
      flow_progress_explain (progress, error);
      return FALSE;
    }
  return flow_otlp_writer_close (writer, error);
}

const FlowVerb flow_verb_export = {
  .name = "export",
  .synopsis = "TRACE… | --all",
  .summary = N_ ("Write traces as OTLP JSON or protobuf"),
  .description = N_ (
      "What is written can be imported again without loss, here or by any other OpenTelemetry tool. Without "
      "--format it is JSON Lines, one request a line, as the OpenTelemetry collector writes files."),
  .options = options,
  .max = FLOW_ANY,
  .run = run,
};
