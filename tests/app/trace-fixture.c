/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "trace-fixture.h"

#include "base/flow-id.h"
#include "trace/flow-otlp-decoder.h"
#include "trace/flow-trace-store.h"

static void
take (FlowTraceStore *traces, FlowSignal signal, const char *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowSpanBatch) batch = flow_otlp_decode_json (signal, json, strlen (json), &error);

  g_assert_no_error (error);
  flow_trace_store_ingest_wait (traces, batch, NULL, NULL, &error);
  g_assert_no_error (error);
}

void
trace_fixture_store (FlowServices *services, const char *spans, const char *logs)
{
  g_autoptr (FlowStore) store = flow_store_new (flow_services_get_context (services));
  FlowTraceStore *traces = flow_trace_store_new (store);
  g_autoptr (GError) error = NULL;

  flow_store_open (store, &error);
  g_assert_no_error (error);
  if (spans != NULL)
    take (traces, FLOW_SIGNAL_TRACES, spans);
  if (logs != NULL)
    take (traces, FLOW_SIGNAL_LOGS, logs);
  flow_store_close (store);
  flow_trace_store_free (traces);
}

FlowTrace *
trace_fixture_load (FlowServices *services, const char *hex)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowTraceReader) reader = NULL;
  FlowTrace *trace;
  guint8 id[16];

  reader = flow_trace_reader_open (flow_context_get_database_path (flow_services_get_context (services)), &error);
  g_assert_no_error (error);
  g_assert_true (flow_id_from_hex (hex, sizeof id, id));
  trace = flow_trace_reader_load (reader, id, &error);
  g_assert_no_error (error);
  g_assert_nonnull (trace);
  return trace;
}

guint
trace_fixture_span (FlowTrace *trace, const char *name)
{
  for (gsize i = 0; i < trace->n_spans; i++)
    if (trace->spans[i].name.length == strlen (name) && memcmp (trace->spans[i].name.data, name, strlen (name)) == 0)
      return (guint) i;
  g_error ("there is no span %s", name);
  return 0;
}
