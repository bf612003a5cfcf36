/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-otlp"

#include "hub/doorways/flow-otlp-doorway.h"

#include <string.h>

#include "base/flow-worker.h"
#include "hub/doorways/flow-otlp-head.h"
#include "trace/flow-otlp-decoder.h"
#include "trace/flow-otlp-inflate.h"
#include "trace/flow-otlp-status.h"

#define DEFAULT_BODY_LIMIT (64 * 1024 * 1024)
/* Longer bodies are read on another thread, so that they do not hold up the hub's. */
#define PLAIN_HERE (1024 * 1024)
#define GZIP_HERE (256 * 1024)
#define INFLATED_HERE (2 * 1024 * 1024)

/**
 * FlowOtlpDoorway:
 *
 * OTLP over HTTP (opentelemetry-proto, "OTLP/HTTP"): takes the three export requests, has them decoded and
 * stored, and answers after the commit. Belongs to the hub thread.
 */
struct _FlowOtlpDoorway
{
  FlowCallQueue *hub;
  FlowWorker *decoder; /* for long bodies, started by the first of them */
  FlowOtlpIngest ingest;
  gpointer sink;
  gboolean capture;
  gsize body_limit;
  FlowOtlpStats stats;
  void (*changed) (gpointer data); /* (nullable) */
  gpointer changed_data;
};

/* One export request on its way from its body to its answer. */
typedef struct
{
  FlowCall call;
  FlowOtlpDoorway *doorway;
  FlowHttpExchange *exchange;
  FlowOtlpIngest ingest;
  gpointer sink;
  GBytes *body;
  gsize limit; /* of the inflated body */
  FlowSignal signal;
  gboolean json;
  gboolean gzip;
  FlowSpanBatch *batch;
  FlowIngestResult result;
  GError *error;
} Job;

static void
job_free (Job *job)
{
  g_clear_pointer (&job->body, g_bytes_unref);
  g_clear_pointer (&job->batch, flow_span_batch_unref);
  g_clear_error (&job->error);
  flow_http_exchange_unref (job->exchange);
  g_free (job);
}

static void
answer (Job *job)
{
  FlowOtlpStats *stats = &job->doorway->stats;
  g_autoptr (GBytes) body = flow_otlp_response_body (job->signal, job->json, job->batch->rejected, job->batch->message);

  stats->accepted++;
  stats->stored[job->signal] += job->result.stored;
  stats->duplicates += job->result.duplicates;
  stats->same_bodies += job->result.same_body;
  stats->rejected += job->batch->rejected;
  if (job->batch->rejected > 0)
    flow_http_exchange_note (job->exchange, 200, "partial", job->batch->message);
  flow_http_exchange_respond (job->exchange, 200, flow_otlp_media_type (job->json), body);
}

/* What is wrong with the store rather than with the request. */
static const char *
find_trouble (const GError *error)
{
  if (error->domain == FLOW_ERROR && error->code != FLOW_ERROR_DISK_FULL && error->code != FLOW_ERROR_CORRUPT &&
      error->code != FLOW_ERROR_FAILED)
    return NULL;
  return flow_error_info_for (error)->code;
}

static void
set_trouble (FlowOtlpDoorway *self, const char *trouble)
{
  if (self->stats.trouble == trouble)
    return;
  self->stats.trouble = trouble;
  if (self->changed != NULL)
    self->changed (self->changed_data);
}

static void
finish (Job *job)
{
  const char *trouble = job->error != NULL ? find_trouble (job->error) : NULL;

  if (trouble != NULL || (job->error == NULL && job->batch->n_rows > 0))
    set_trouble (job->doorway, trouble);
  if (job->error != NULL)
    flow_http_exchange_fail_error (job->exchange, NULL, job->error);
  else
    answer (job);
  job_free (job);
}

static void
finish_call (FlowCall *call)
{
  finish ((Job *) call);
}

/* On the writer thread. */
static void
ingested_cb (const FlowIngestResult *result, const GError *error, gpointer data)
{
  Job *job = data;

  if (error != NULL)
    job->error = g_error_copy (error);
  else
    job->result = *result;
  flow_call_queue_push (job->doorway->hub, &job->call);
}

static gboolean
decode (Job *job, guint8 hash[16])
{
  gsize length;
  gconstpointer data = g_bytes_get_data (job->body, &length);

  flow_trace_store_hash_body (job->signal, job->json, data, length, hash);
  if (job->json)
    job->batch = flow_otlp_decode_json (job->signal, data, length, &job->error);
  else
    job->batch = flow_otlp_decode_protobuf (job->signal, data, length, &job->error);
  g_clear_pointer (&job->body, g_bytes_unref);
  return job->batch != NULL;
}

static gboolean
inflate (Job *job, gsize limit, GError **error)
{
  GBytes *inflated = flow_otlp_inflate_gzip (job->body, limit, error);

  if (inflated == NULL)
    return FALSE;
  g_bytes_unref (job->body);
  job->body = inflated;
  job->gzip = FALSE;
  return TRUE;
}

/* On any thread. Returns FALSE when the job is done with: it has an error, or nothing to store. */
static gboolean
process (Job *job)
{
  guint8 hash[16];

  if (job->gzip && !inflate (job, job->limit, &job->error))
    return FALSE;
  if (!decode (job, hash) || job->batch->n_rows == 0)
    return FALSE;
  return job->ingest (job->sink, job->batch, hash, ingested_cb, job, &job->error);
}

/* On the decoder's thread. */
static void
process_thread (gpointer data)
{
  Job *job = data;
  FlowCallQueue *hub = job->doorway->hub;

  if (!process (job))
    flow_call_queue_push (hub, &job->call);
}

static void
process_elsewhere (FlowOtlpDoorway *self, Job *job)
{
  if (self->decoder == NULL)
    self->decoder = flow_worker_new ("flow-decode");
  flow_worker_invoke (self->decoder, process_thread, job, NULL);
}

/* Whether a body is short enough for the hub's thread; a short gzip body can be a long one. */
static gboolean
is_short (Job *job)
{
  if (job->gzip)
    {
      if (g_bytes_get_size (job->body) > GZIP_HERE)
        return FALSE;
      if (!inflate (job, MIN (INFLATED_HERE, job->limit), &job->error))
        {
          gboolean longer = g_error_matches (job->error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE) &&
                            job->limit > INFLATED_HERE;

          if (longer)
            g_clear_error (&job->error);
          return !longer;
        }
    }
  return g_bytes_get_size (job->body) <= PLAIN_HERE;
}

static void
body_cb (FlowHttpExchange *exchange, gpointer data)
{
  FlowOtlpDoorway *self = data;
  const FlowHttpHead *head = flow_http_exchange_get_head (exchange);
  Job *job = g_new0 (Job, 1);

  job->call.run = finish_call;
  job->doorway = self;
  job->exchange = flow_http_exchange_ref (exchange);
  job->ingest = self->ingest;
  job->sink = self->sink;
  job->limit = self->body_limit;
  job->body = flow_http_exchange_take_body (exchange);
  flow_otlp_head_find_signal (head->path, &job->signal);
  flow_otlp_head_find_encoding (head->content_type, &job->json);
  flow_otlp_head_find_coding (head->content_encoding, &job->gzip);

  if (self->ingest == NULL)
    g_set_error_literal (&job->error, FLOW_ERROR, FLOW_ERROR_STOPPING, "the hub is stopping");
  if (job->error == NULL && !is_short (job))
    process_elsewhere (self, job);
  else if (job->error != NULL || !process (job))
    finish (job);
}

static void
preflight (FlowHttpExchange *exchange, const FlowHttpHead *head)
{
  flow_http_exchange_add_header (exchange, "Access-Control-Allow-Methods", "POST");
  flow_http_exchange_add_header (exchange, "Access-Control-Max-Age", "7200");
  flow_http_exchange_add_header (exchange, "Access-Control-Allow-Headers",
                                 head->asked_headers != NULL ? head->asked_headers
                                                             : "content-type, traceparent, tracestate, baggage");
  if (head->asked_private_network)
    flow_http_exchange_add_header (exchange, "Access-Control-Allow-Private-Network", "true");
  flow_http_exchange_respond (exchange, 204, NULL, NULL);
}

static void
head_cb (FlowHttpExchange *exchange, gpointer data)
{
  FlowOtlpDoorway *self = data;
  const FlowHttpHead *head = flow_http_exchange_get_head (exchange);
  FlowSignal signal;
  gboolean json, gzip;

  if (!flow_otlp_head_find_signal (head->path, &signal))
    flow_http_exchange_fail (exchange, 0, FLOW_ERROR_NOT_FOUND, "path", "404 page not found");
  else if (g_str_equal (head->method, "OPTIONS") && head->cors_origin != NULL && head->asked_method != NULL)
    preflight (exchange, head);
  else if (!g_str_equal (head->method, "POST"))
    {
      flow_http_exchange_add_header (exchange, "Allow", "POST");
      flow_http_exchange_fail (exchange, 0, FLOW_ERROR_METHOD_NOT_ALLOWED, "method",
                               "405 method not allowed, supported: [POST]");
    }
  else if (!flow_otlp_head_find_encoding (head->content_type, &json))
    flow_http_exchange_fail (exchange, 0, FLOW_ERROR_UNSUPPORTED_MEDIA_TYPE, "type",
                             "415 unsupported media type, supported: [application/json, application/x-protobuf]");
  else if (!flow_otlp_head_find_coding (head->content_encoding, &gzip))
    flow_http_exchange_fail (exchange, 0, FLOW_ERROR_BAD_REQUEST, "coding",
                             "unsupported Content-Encoding, supported: gzip");
  else if (!self->capture)
    flow_http_exchange_fail (exchange, 0, FLOW_ERROR_PAUSED, "paused", "capturing is switched off (capture.enabled)");
  else if (self->ingest == NULL)
    flow_http_exchange_fail (exchange, 0, FLOW_ERROR_BUSY, "starting", "the hub is starting");
  else
    flow_http_exchange_accept_body (exchange, self->body_limit);
}

static GBytes *
error_body (FlowHttpExchange *exchange, guint status, FlowError code, const char *message, const char **content_type)
{
  return flow_otlp_head_error_body (flow_http_exchange_get_head (exchange)->content_type, status, message,
                                    content_type);
}

const FlowHttpHandler flow_otlp_doorway_handler = {
  .area = FLOW_GUARD_OTLP,
  .head = head_cb,
  .body = body_cb,
  .error_body = error_body,
};

/**
 * flow_otlp_doorway_new:
 * @hub: (transfer none): the way back to the hub thread
 *
 * Make the doorway. Until it is opened it answers 503.
 *
 * Returns: (transfer full): the doorway, the data of %flow_otlp_doorway_handler
 */
FlowOtlpDoorway *
flow_otlp_doorway_new (FlowCallQueue *hub)
{
  FlowOtlpDoorway *self = g_new0 (FlowOtlpDoorway, 1);

  self->hub = hub;
  self->capture = TRUE;
  self->body_limit = DEFAULT_BODY_LIMIT;
  return self;
}

/**
 * flow_otlp_doorway_free:
 * @self: (transfer full): a doorway that has been closed and has no request under way
 *
 * Free the doorway.
 */
void
flow_otlp_doorway_free (FlowOtlpDoorway *self)
{
  flow_otlp_doorway_close (self);
  g_free (self);
}

/**
 * flow_otlp_doorway_has_path:
 * @path: a request's path
 *
 * Find out whether a path is one of OTLP's, so that it is answered in OTLP's way on the hub's own port too.
 *
 * Returns: %TRUE if so
 */
gboolean
flow_otlp_doorway_has_path (const char *path)
{
  FlowSignal signal;

  return flow_otlp_head_find_signal (path, &signal) || g_str_has_prefix (path, "/v1development/");
}

/**
 * flow_otlp_doorway_open:
 * @self: a doorway
 * @ingest: takes batches
 * @sink: for @ingest
 *
 * Begin to take telemetry.
 */
void
flow_otlp_doorway_open (FlowOtlpDoorway *self, FlowOtlpIngest ingest, gpointer sink)
{
  self->ingest = ingest;
  self->sink = sink;
}

/**
 * flow_otlp_doorway_close:
 * @self: a doorway
 *
 * Take nothing any more. Bodies that are being read are still handed to the sink before this returns.
 */
void
flow_otlp_doorway_close (FlowOtlpDoorway *self)
{
  self->ingest = NULL;
  g_clear_pointer (&self->decoder, flow_worker_free);
}

/**
 * flow_otlp_doorway_set_changed:
 * @self: the doorway
 * @changed: (nullable): called when `trouble` is another one
 * @data: for it
 *
 * Have somebody hear that storing began to fail, or works again.
 */
void
flow_otlp_doorway_set_changed (FlowOtlpDoorway *self, void (*changed) (gpointer data), gpointer data)
{
  self->changed = changed;
  self->changed_data = data;
}

/**
 * flow_otlp_doorway_set_capture:
 * @self: a doorway
 * @enabled: whether telemetry is taken in; while not, requests are answered 503
 *
 * Follow the setting `capture.enabled`.
 */
void
flow_otlp_doorway_set_capture (FlowOtlpDoorway *self, gboolean enabled)
{
  self->capture = enabled;
}

/**
 * flow_otlp_doorway_set_body_limit:
 * @self: a doorway
 * @bytes: most bytes a body may have, as it comes and after inflating
 *
 * Follow the setting `limits.body-mb`.
 */
void
flow_otlp_doorway_set_body_limit (FlowOtlpDoorway *self, gsize bytes)
{
  self->body_limit = bytes;
}

/**
 * flow_otlp_doorway_get_stats:
 * @self: a doorway
 * @stats: (out): what came in since start
 *
 * Get the counters.
 */
void
flow_otlp_doorway_get_stats (FlowOtlpDoorway *self, FlowOtlpStats *stats)
{
  *stats = self->stats;
}
