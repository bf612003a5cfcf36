/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-remote"

#include "hub/sync/flow-remote-session.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/flow-error.h"
#include "hub/flow-json-read.h"
#include "message/flow-json-member.h"

/* A token that ends sooner would end on its way. */
#define SPARE_US (20 * G_USEC_PER_SEC)
#define REFRESH_PATH "/api/auth/refresh"

struct _FlowRemoteSession
{
  FlowRemote *remote;
  const FlowClock *clock;
  char *mark;
  const FlowRemoteSessionFuncs *funcs;
  gpointer data;
  char *access;  /* (nullable) */
  char *refresh; /* (nullable): signed out */
  gint64 expires_us;
  gboolean refreshing;
  GPtrArray *waiting; /* Job: for a token */
  GPtrArray *jobs;    /* Job: all, also those under way */
  gboolean *gone;     /* (nullable): to be set when it is freed */
};

/* A request, or who only wants a token. */
typedef struct
{
  FlowRemoteSession *session;
  char *method;
  char *path;
  char *content_type;
  GBytes *body;
  gsize max_answer;
  gboolean large;
  gboolean tried; /* with a token that turned out to be none */
  FlowRemoteDone done;
  FlowRemoteAccess ready;
  gpointer data;
} Job;

static void
job_free (Job *job)
{
  g_free (job->method);
  g_free (job->path);
  g_free (job->content_type);
  g_clear_pointer (&job->body, g_bytes_unref);
  g_free (job);
}

/* Who hears of it may free the session. */
static void
job_end (Job *job, const FlowRemoteAnswer *answer, const GError *error)
{
  g_autofree char *access = error == NULL ? g_strdup (job->session->access) : NULL;

  g_ptr_array_remove_fast (job->session->jobs, job);
  if (job->done != NULL)
    job->done (answer, error, job->data);
  else
    job->ready (access, error, job->data);
  job_free (job);
}

static void run_job (Job *job);

/* Returns whether the session is still there. */
static gboolean
settle (FlowRemoteSession *self, const GError *error)
{
  gboolean gone = FALSE;

  self->gone = &gone;
  self->refreshing = FALSE;
  for (guint left = self->waiting->len; left > 0 && !gone; left--)
    {
      Job *job = g_ptr_array_steal_index (self->waiting, 0);

      if (error != NULL)
        job_end (job, NULL, error);
      else
        run_job (job);
    }
  if (!gone)
    self->gone = NULL;
  return !gone;
}

static gboolean
take_tokens (FlowRemoteSession *self, const FlowRemoteAnswer *answer)
{
  g_autoptr (JsonObject) body = NULL;
  const char *access, *refresh;

  body = flow_json_read_object (g_bytes_get_data (answer->body, NULL), g_bytes_get_size (answer->body), NULL);
  access = body != NULL ? flow_json_get_string (body, "access") : NULL;
  refresh = body != NULL ? flow_json_get_string (body, "refresh") : NULL;
  if (access == NULL || refresh == NULL)
    return FALSE;
  flow_remote_session_set_tokens (self, access, refresh,
                                  (guint) CLAMP (flow_json_get_int (body, "expires_in"), 1, 86400));
  return TRUE;
}

/* Only the words of the cloud end a token: one that is new is not thrown away for another's 401. */
static gboolean
is_about_token (const FlowRemoteAnswer *answer)
{
  g_autofree char *code = NULL;

  if (answer == NULL || answer->status != SOUP_STATUS_UNAUTHORIZED)
    return FALSE;
  code = flow_remote_read_code (answer);
  return code != NULL && g_str_has_prefix (code, "token_");
}

static void
refreshed_cb (const FlowRemoteAnswer *answer, const GError *error, gpointer data)
{
  FlowRemoteSession *self = data;
  g_autoptr (GError) problem = NULL;

  if (error == NULL && answer->status == SOUP_STATUS_OK && take_tokens (self, answer))
    {
      self->funcs->renewed (self->refresh, self->data);
      settle (self, NULL);
      return;
    }
  if (error != NULL)
    problem = g_error_copy (error);
  else if (is_about_token (answer))
    {
      problem = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_SIGNED_OUT,
                                     _ ("The cloud does not know this device any more"));
      flow_remote_session_set_tokens (self, NULL, NULL, 0);
    }
  else
    problem = flow_remote_read_error (answer);
  if (settle (self, problem) && g_error_matches (problem, FLOW_ERROR, FLOW_ERROR_SIGNED_OUT))
    self->funcs->ended (problem, self->data);
}

/* The same each time that this token is exchanged, also after a crash: so an answer that was lost is given again, and
 * the token does not count as one that was copied. */
static GBytes *
write_refresh (const char *refresh, const char *mark)
{
  g_autofree char *attempt = g_compute_hmac_for_string (G_CHECKSUM_SHA256, (const guint8 *) mark, strlen (mark),
                                                        refresh, -1);
  GString *text = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, text);
  flow_json_writer_begin_object (&writer);
  flow_json_member_text (&writer, "refresh", refresh, -1);
  flow_json_member_text (&writer, "attempt", attempt, -1);
  flow_json_writer_end_object (&writer);
  return g_string_free_to_bytes (text);
}

static void
refresh (FlowRemoteSession *self)
{
  g_autoptr (GBytes) body = write_refresh (self->refresh, self->mark);
  const FlowRemoteCall call = {
    .method = SOUP_METHOD_POST,
    .path = REFRESH_PATH,
    .content_type = FLOW_REMOTE_JSON,
    .body = body,
    .max_answer = FLOW_REMOTE_MAX_JSON,
  };

  self->refreshing = TRUE;
  flow_remote_send (self->remote, &call, refreshed_cb, self);
}

static void
answered_cb (const FlowRemoteAnswer *answer, const GError *error, gpointer data)
{
  Job *job = data;

  if (job->tried || !is_about_token (answer))
    {
      job_end (job, answer, error);
      return;
    }
  job->tried = TRUE;
  flow_remote_session_expire (job->session);
  run_job (job);
}

static void
wait_for_token (FlowRemoteSession *self, Job *job)
{
  g_ptr_array_add (self->waiting, job);
  if (!self->refreshing)
    refresh (self);
}

static void
run_job (Job *job)
{
  FlowRemoteSession *self = job->session;
  const FlowRemoteCall call = {
    .method = job->method,
    .path = job->path,
    .bearer = self->access,
    .content_type = job->content_type,
    .body = job->body,
    .max_answer = job->max_answer,
    .large = job->large,
  };

  if (self->refresh == NULL)
    {
      g_autoptr (GError) error = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_SIGNED_OUT,
                                                      _ ("Nobody is signed in to a cloud"));

      job_end (job, NULL, error);
    }
  else if (self->access == NULL || flow_clock_monotonic_us (self->clock) + SPARE_US >= self->expires_us)
    wait_for_token (self, job);
  else if (job->done == NULL)
    job_end (job, NULL, NULL);
  else
    flow_remote_send (self->remote, &call, answered_cb, job);
}

/**
 * flow_remote_session_new:
 * @remote: the cloud; lives longer
 * @clock: what time it is
 * @mark: what nobody else knows who only has a refresh token, the same over restarts
 * @funcs: (scope notified): whom to tell; lives longer
 * @data: for them
 *
 * Returns: (transfer full): a session without tokens
 */
FlowRemoteSession *
flow_remote_session_new (FlowRemote *remote, const FlowClock *clock, const char *mark,
                         const FlowRemoteSessionFuncs *funcs, gpointer data)
{
  FlowRemoteSession *self = g_new0 (FlowRemoteSession, 1);

  self->remote = remote;
  self->clock = clock;
  self->mark = g_strdup (mark);
  self->funcs = funcs;
  self->data = data;
  self->waiting = g_ptr_array_new ();
  self->jobs = g_ptr_array_new ();
  return self;
}

/**
 * flow_remote_session_free:
 * @self: (transfer full): a session; when a request is under way, its cloud must be freed at once behind it
 *
 * Forget the tokens. Nobody is told of anything any more.
 */
void
flow_remote_session_free (FlowRemoteSession *self)
{
  if (self->gone != NULL)
    *self->gone = TRUE;
  for (guint i = 0; i < self->jobs->len; i++)
    job_free (self->jobs->pdata[i]);
  g_ptr_array_unref (self->waiting);
  g_ptr_array_unref (self->jobs);
  g_free (self->access);
  g_free (self->refresh);
  g_free (self->mark);
  g_free (self);
}

/**
 * flow_remote_session_set_tokens:
 * @self: a session
 * @access: (nullable): an access token
 * @refresh: (nullable): a refresh token; %NULL: signed out
 * @expires_in_s: seconds that @access is good for
 *
 * Say what the cloud gave. Its expiry is measured from here on, whatever the clocks say.
 */
void
flow_remote_session_set_tokens (FlowRemoteSession *self, const char *access, const char *refresh, guint expires_in_s)
{
  char *old_access = self->access;
  char *old_refresh = self->refresh;

  self->access = g_strdup (access);
  self->refresh = g_strdup (refresh);
  g_free (old_access);
  g_free (old_refresh);
  self->expires_us = flow_clock_monotonic_us (self->clock) + (gint64) expires_in_s * G_USEC_PER_SEC;
}

/** flow_remote_session_get_refresh: (nullable): the refresh token, to sign out with. */
const char *
flow_remote_session_get_refresh (FlowRemoteSession *self)
{
  return self->refresh;
}

/**
 * flow_remote_session_send:
 * @self: a session
 * @call: what to send; its `bearer` is not looked at
 * @done: hears what came, on this thread
 * @data: for @done
 *
 * flow_remote_send() with an access token. One more error: %FLOW_ERROR_SIGNED_OUT, maybe at once.
 */
void
flow_remote_session_send (FlowRemoteSession *self, const FlowRemoteCall *call, FlowRemoteDone done, gpointer data)
{
  Job *job = g_new0 (Job, 1);

  job->session = self;
  job->method = g_strdup (call->method);
  job->path = g_strdup (call->path);
  job->content_type = g_strdup (call->content_type);
  job->body = call->body != NULL ? g_bytes_ref (call->body) : NULL;
  job->max_answer = call->max_answer;
  job->large = call->large;
  job->done = done;
  job->data = data;
  g_ptr_array_add (self->jobs, job);
  run_job (job);
}

/**
 * flow_remote_session_get_access:
 * @self: a session
 * @done: hears the token, maybe at once
 * @data: for @done
 *
 * Get an access token for a WebSocket.
 */
void
flow_remote_session_get_access (FlowRemoteSession *self, FlowRemoteAccess done, gpointer data)
{
  Job *job = g_new0 (Job, 1);

  job->session = self;
  job->ready = done;
  job->data = data;
  g_ptr_array_add (self->jobs, job);
  run_job (job);
}

/**
 * flow_remote_session_expire:
 * @self: a session
 *
 * The cloud does not take the access token any more; the next request gets another one.
 */
void
flow_remote_session_expire (FlowRemoteSession *self)
{
  self->expires_us = G_MININT64;
}
