/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-import"

#include <glib/gi18n.h>

#include "base/flow-error.h"
#include "cli/flow-local-store.h"
#include "cli/flow-progress.h"
#include "cli/flow-verbs.h"
#include "hub/flow-http-client.h"
#include "message/flow-json-member.h"
#include "trace/flow-import.h"
#include "trace/flow-otlp-wire.h"

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
  FlowImportCounts counts;
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
post_cb (FlowSpanBatch *batch, GBytes *body, gpointer data, GError **error)
{
  return batch->n_rows == 0 || post (data, batch->signal, body, error);
}

static void
progress_cb (guint64 done, guint64 total, gpointer data)
{
  flow_progress_update (((Import *) data)->progress, done, total);
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
      flow_cli_print (cli, _ ("%d spans, %d log records and %d metric points read"), (int) import->counts.spans,
                      (int) import->counts.logs, (int) import->counts.points);
      if (import->counts.refused > 0)
        flow_cli_print (cli, _ (", %d refused because they are not valid"), (int) import->counts.refused);
      flow_cli_print (cli, "\n");
      return;
    }
  writer = flow_cli_begin_json (cli);
  flow_json_writer_begin_object (writer);
  flow_json_member_int (writer, "spans", import->counts.spans);
  flow_json_member_int (writer, "logs", import->counts.logs);
  flow_json_member_int (writer, "points", import->counts.points);
  flow_json_member_int (writer, "rejected", import->counts.refused);
  flow_json_writer_end_object (writer);
  flow_cli_end_json (cli);
}

static gboolean
import_file (Import *import, const char *path, GError **error)
{
  GCancellable *cancellable = flow_progress_get_cancellable (import->progress);

  if (import->client != NULL)
    return flow_import_read (path, post_cb, progress_cb, import, &import->counts, cancellable, error);
  return flow_import_store (path, flow_local_store_get_traces (import->store), progress_cb, import, &import->counts,
                            cancellable, error);
}

static gboolean
run (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  g_auto (Import) import = { NULL };

  if (!connect (&import, cli, error))
    return FALSE;
  import.progress = flow_progress_new (_ ("Importing"));
  for (const char *const *file = flow_arguments_words (arguments); *file != NULL; file++)
    if (!import_file (&import, *file, error))
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
