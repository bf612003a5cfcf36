/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-import"

#include <glib/gi18n.h>

#include "base/flow-error.h"
#include "hub/flow-http-client.h"
#include "cli/flow-json-member.h"
#include "cli/flow-local-store.h"
#include "cli/flow-progress.h"
#include "cli/flow-verbs.h"
#include "trace/flow-otlp-encoder.h"
#include "trace/flow-otlp-file.h"
#include "trace/flow-otlp-wire.h"

/* Rows a request to the hub: far below its limit for a body, whatever the file put into one request. */
#define ROWS_A_REQUEST 8192
/* How often a hub that is busy is asked again, and how long to wait before it. */
#define MAX_TRIES 60
#define WAIT_US (G_USEC_PER_SEC / 2)

static const FlowOption options[] = { { NULL } };

/* Where the requests of the files go: to the hub, or without one into the database. */
typedef struct
{
  FlowHttpClient *client; /* (nullable) */
  FlowLocalStore *store;  /* (nullable) */
  FlowProgress *progress;
  guint64 rows[FLOW_N_SIGNALS];
  guint64 refused;
} Import;

static void
import_clear (Import *import)
{
  g_clear_pointer (&import->client, flow_http_client_free);
  g_clear_pointer (&import->store, flow_local_store_close);
  g_clear_pointer (&import->progress, flow_progress_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Import, import_clear)

static gboolean
is_busy (guint status)
{
  return status == 429 || status == 503;
}

/* The message of a google.rpc.Status, its field 2. */
static char *
status_message (GBytes *answer)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (answer, &length);
  FlowWire wire = { data, data + length };
  FlowWire text;
  guint32 tag;

  while (flow_wire_tag (&wire, &tag))
    {
      if (tag == FLOW_WIRE_TAG (2, BYTES) && flow_wire_bytes (&wire, &text))
        return g_strndup ((const char *) text.at, flow_wire_left (&text));
      if (!flow_wire_skip (&wire, tag))
        break;
    }
  return g_strdup ("");
}

static gboolean
refuse (GBytes *answer, guint status, GError **error)
{
  g_autofree char *message = status_message (answer);

  g_set_error (error, FLOW_ERROR, is_busy (status) ? FLOW_ERROR_BUSY : FLOW_ERROR_FAILED,
               _ ("the hub answered with status %u: %s"), status, message);
  return FALSE;
}

static gboolean
post (Import *import, FlowSignal signal, GBytes *body, GError **error)
{
  static const char *const paths[] = { "/v1/traces", "/v1/logs", "/v1/metrics" };
  GCancellable *cancellable = flow_progress_get_cancellable (import->progress);

  for (guint try = 0;; try++)
    {
      guint status = 0;
      g_autoptr (GBytes) answer = flow_http_client_send (import->client, "POST", paths[signal],
                                                         "application/x-protobuf", body, &status, cancellable, error);

      if (answer == NULL)
        return FALSE;
      if (status == 200)
        return TRUE;
      if (!is_busy (status) || try == MAX_TRIES)
        return refuse (answer, status, error);
      g_usleep (WAIT_US);
      flow_progress_update (import->progress, 0, 0);
    }
}

static gboolean
store (Import *import, FlowSpanBatch *batch, GBytes *body, GError **error)
{
  FlowIngestResult result;
  guint8 hash[16];

  flow_trace_store_hash_body (batch->signal, FALSE, g_bytes_get_data (body, NULL), g_bytes_get_size (body), hash);
  return flow_trace_store_ingest_wait (flow_local_store_get_traces (import->store), batch, hash, &result, error);
}

/* The rows from @first on, as a request of their own. */
static GBytes *
encode_part (const FlowSpanBatch *batch, guint32 first, guint32 n)
{
  FlowSpanBatch part = *batch;
  FlowBuffer out = { 0 };

  if (batch->signal == FLOW_SIGNAL_TRACES)
    part.spans += first;
  else if (batch->signal == FLOW_SIGNAL_LOGS)
    part.logs += first;
  else
    part.points += first;
  part.n_rows = n;
  flow_otlp_encode_protobuf (&part, &out);
  return g_bytes_new_take (out.data, out.length);
}

static gboolean
take_batch_cb (FlowSpanBatch *batch, guint64 done, guint64 total, gpointer data, GError **error)
{
  Import *import = data;

  flow_progress_update (import->progress, done, total);
  import->rows[batch->signal] += batch->n_rows;
  import->refused += batch->rejected;
  if (import->store != NULL)
    {
      g_autoptr (GBytes) body = encode_part (batch, 0, batch->n_rows);

      return batch->n_rows == 0 || store (import, batch, body, error);
    }
  for (guint32 first = 0; first < batch->n_rows; first += ROWS_A_REQUEST)
    {
      g_autoptr (GBytes) body = encode_part (batch, first, MIN (ROWS_A_REQUEST, batch->n_rows - first));

      if (!post (import, batch->signal, body, error))
        return FALSE;
    }
  return TRUE;
}

/* A hub that takes nothing in would only be asked again and again. */
static gboolean
check_capturing (FlowCli *cli, GError **error)
{
  g_autoptr (JsonObject) status = flow_cli_call (cli, "status", NULL, error);

  if (status == NULL || flow_json_get_bool (status, "capture_enabled"))
    return status != NULL;
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_PAUSED, _ ("the hub takes nothing in at the moment"));
  return FALSE;
}

static gboolean
connect (Import *import, FlowCli *cli, GError **error)
{
  g_autoptr (GError) local = NULL;
  const FlowDiscovery *hub = flow_cli_get_hub (cli, &local);

  if (hub != NULL)
    {
      import->client = flow_http_client_new (hub->port, hub->token);
      return check_capturing (cli, error);
    }
  if (g_error_matches (local, FLOW_ERROR, FLOW_ERROR_NOT_RUNNING))
    import->store = flow_local_store_open (cli, error);
  else
    g_propagate_error (error, g_steal_pointer (&local));
  return import->store != NULL;
}

static void
report (FlowCli *cli, const Import *import)
{
  FlowJsonWriter *writer;

  if (!flow_cli_is_json (cli))
    {
      flow_cli_print (cli, _ ("%d spans, %d log records and %d metric points read"), (int) import->rows[0],
                      (int) import->rows[1], (int) import->rows[2]);
      if (import->refused > 0)
        flow_cli_print (cli, _ (", %d refused because they are not valid"), (int) import->refused);
      flow_cli_print (cli, "\n");
      return;
    }
  writer = flow_cli_begin_json (cli);
  flow_json_writer_begin_object (writer);
  flow_json_member_int (writer, "spans", import->rows[FLOW_SIGNAL_TRACES]);
  flow_json_member_int (writer, "logs", import->rows[FLOW_SIGNAL_LOGS]);
  flow_json_member_int (writer, "points", import->rows[FLOW_SIGNAL_METRICS]);
  flow_json_member_int (writer, "rejected", import->refused);
  flow_json_writer_end_object (writer);
  flow_cli_end_json (cli);
}

static gboolean
run (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  g_auto (Import) import = { NULL };

  if (!connect (&import, cli, error))
    return FALSE;
  import.progress = flow_progress_new (_ ("Importing"));
  for (const char *const *file = flow_arguments_words (arguments); *file != NULL; file++)
    if (!flow_otlp_file_read (*file, take_batch_cb, &import, flow_progress_get_cancellable (import.progress), error))
      {
        flow_progress_explain (import.progress, error);
        return FALSE;
      }
  report (cli, &import);
  return TRUE;
}

const FlowVerb flow_verb_import = {
  .name = "import",
  .synopsis = "FILE…",
  .summary = N_ ("Read files of OTLP JSON or protobuf"),
  .description = N_ ("Takes one request or one a line as JSON, one message or several with their lengths in front as "
                     "protobuf, each also with gzip. A file can be given again, also one that was cancelled half-way: "
                     "what came in then is not stored twice."),
  .options = options,
  .min = 1,
  .max = FLOW_ANY,
  .run = run,
};
