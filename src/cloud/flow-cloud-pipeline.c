/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include <string.h>

#include "base/flow-id.h"
#include "cloud/flow-cloud-private.h"
#include "cloud/flow-cloud-read.h"
#include "cloud/flow-cloud-schema.h"
#include "hub/flow-json-read.h"
#include "secret/flow-digest.h"
#include "secret/flow-password.h"

/*
 * The way of a request: its head is looked at on the cloud's thread; when the body is there, its JSON too; a password
 * goes to the threads that hash; then the handler runs on a thread of the storage, in the transaction that also looks
 * up who asks; and back on the cloud's thread the answer is sent. Each step ends with the next one, or with an answer.
 */

#define BEARER "Bearer "

static gboolean
refuse (GError **error, FlowCloudError code, const char *message)
{
  g_set_error_literal (error, FLOW_CLOUD_ERROR, code, message);
  return FALSE;
}

/* While the cloud stops, its parts end before the connections do. */
static gboolean
is_open (FlowCloudExchange *exchange, GError **error)
{
  return !exchange->request.cloud->stopping || refuse (error, FLOW_CLOUD_ERROR_BUSY, "the cloud is stopping");
}

static gboolean
too_often (FlowCloudExchange *exchange, guint retry_s, GError **error)
{
  exchange->retry_s = retry_s;
  return refuse (error, FLOW_CLOUD_ERROR_RATE_LIMITED, "too many requests");
}

static gboolean
check_token (FlowCloudExchange *exchange, const char *authorization, GError **error)
{
  FlowCloudRequest *request = &exchange->request;

  if (authorization == NULL || g_ascii_strncasecmp (authorization, BEARER, strlen (BEARER)) != 0)
    return refuse (error, FLOW_CLOUD_ERROR_TOKEN_INVALID, "this needs an access token");
  return flow_cloud_tokens_verify (request->cloud->tokens, authorization + strlen (BEARER), request->now_ms / 1000,
                                   &exchange->claims, error);
}

/**
 * flow_cloud_pipeline_admit:
 * @exchange: an exchange whose route is known
 * @authorization: (nullable): the header Authorization
 * @error: return location
 *
 * Find out who asks, and whether he may ask so often.
 *
 * Returns: %FALSE with %FLOW_CLOUD_ERROR_TOKEN_INVALID, %FLOW_CLOUD_ERROR_TOKEN_EXPIRED or
 *   %FLOW_CLOUD_ERROR_RATE_LIMITED
 */
gboolean
flow_cloud_pipeline_admit (FlowCloudExchange *exchange, const char *authorization, GError **error)
{
  FlowCloudRequest *request = &exchange->request;
  gboolean is_public = (request->route->flags & FLOW_CLOUD_ROUTE_PUBLIC) != 0;
  g_autoptr (GError) problem = NULL;
  guint retry_s = 0;

  if (!is_public && check_token (exchange, authorization, &problem))
    return flow_cloud_rates_take_device (request->cloud, &exchange->claims, &retry_s) ||
           too_often (exchange, retry_s, error);
  if (!flow_cloud_rates_take_stranger (request->cloud, request->peer, &retry_s))
    return too_often (exchange, retry_s, error);
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static void
answer (FlowCloudExchange *exchange)
{
  flow_cloud_http_answer (exchange->request.cloud->http, exchange);
}

static void
fail (FlowCloudExchange *exchange, const GError *error)
{
  flow_cloud_exchange_fail (exchange, error);
  answer (exchange);
}

/**
 * flow_cloud_pipeline_identify:
 * @claims: what a token says
 * @data: the storage, in a transaction
 * @caller: (out): who that is
 * @error: return location
 *
 * Look up the session of a token.
 *
 * Returns: %FALSE with %FLOW_CLOUD_ERROR_TOKEN_INVALID when it has ended, %FLOW_CLOUD_ERROR_FORBIDDEN when the account
 *   is disabled, %FLOW_CLOUD_ERROR_DEVICE_REMOVED, or the storage's error
 */
gboolean
flow_cloud_pipeline_identify (const FlowCloudClaims *claims, FlowCloudData *data, FlowCloudCaller *caller,
                              GError **error)
{
  g_auto (FlowCloudSession) session = { 0 };

  if (!data->accounts->find_session (data, claims->session, &session, error))
    return FALSE;
  if (session.number == 0 || memcmp (session.user_id, claims->user, FLOW_CLOUD_ID_SIZE) != 0 ||
      memcmp (session.device_id, claims->device, FLOW_CLOUD_ID_SIZE) != 0)
    return refuse (error, FLOW_CLOUD_ERROR_TOKEN_INVALID, "the session has ended");
  if (session.disabled)
    return refuse (error, FLOW_CLOUD_ERROR_FORBIDDEN, "this account is disabled");
  if (session.device_state == FLOW_CLOUD_DEVICE_REMOVED)
    return refuse (error, FLOW_CLOUD_ERROR_DEVICE_REMOVED, "this device was removed from the account");
  caller->user = session.user;
  caller->device = session.device;
  caller->device_state = session.device_state;
  caller->session = session.number;
  memcpy (caller->user_id, session.user_id, FLOW_CLOUD_ID_SIZE);
  memcpy (caller->device_id, session.device_id, FLOW_CLOUD_ID_SIZE);
  flow_id_to_hex (session.device_id, FLOW_CLOUD_ID_SIZE, caller->device_hex);
  return TRUE;
}

/* Who asks, as the storage has it. The token may be older than the end of its session. */
static gboolean
identify (FlowCloudExchange *exchange, FlowCloudData *data, GError **error)
{
  FlowCloudCaller *caller = &exchange->request.caller;

  if ((exchange->request.route->flags & FLOW_CLOUD_ROUTE_PUBLIC) != 0)
    return TRUE;
  return flow_cloud_pipeline_identify (&exchange->claims, data, caller, error);
}

static gboolean
handle_run (FlowCloudData *data, gpointer user_data, GError **error)
{
  FlowCloudExchange *exchange = user_data;

  if (!flow_cloud_bounds_may_answer (exchange, error) || !identify (exchange, data, error) ||
      !exchange->request.route->run (&exchange->request, data, error))
    return FALSE;
  flow_cloud_bounds_note_answer (exchange);
  return TRUE;
}

/* Back from a thread of the storage. */
static void
back_call (FlowCall *call)
{
  FlowCloudExchange *exchange = (FlowCloudExchange *) ((char *) call - G_STRUCT_OFFSET (FlowCloudExchange, call));

  if (exchange->error != NULL)
    {
      fail (exchange, exchange->error);
      return;
    }
  flow_cloud_exchange_forget (exchange);
  exchange->next (exchange);
}

static void
work_done (gpointer user_data, const GError *error)
{
  FlowCloudExchange *exchange = user_data;

  exchange->error = error != NULL ? g_error_copy (error) : NULL;
  if (error == NULL)
    flow_cloud_exchange_publish (exchange);
  flow_call_queue_push (exchange->request.cloud->calls, &exchange->call);
}

static void
push (FlowCloudExchange *exchange, gboolean writes, FlowCloudFunc run, void (*next) (FlowCloudExchange *exchange))
{
  FlowCloudStorage *storage = exchange->request.cloud->storage;
  gsize bytes = exchange->request.body != NULL ? g_bytes_get_size (exchange->request.body) : 0;
  FlowCloudJob job = { writes, bytes, run, work_done, exchange };
  g_autoptr (GError) error = NULL;

  exchange->call.run = back_call;
  exchange->next = next;
  if (!is_open (exchange, &error) || !storage->klass->push (storage, &job, &error))
    fail (exchange, error);
}

static void
handle (FlowCloudExchange *exchange)
{
  push (exchange, (exchange->request.route->flags & FLOW_CLOUD_ROUTE_READS) == 0, handle_run, answer);
}

static void
hashed (FlowCloudExchange *exchange)
{
  exchange->request.hash = g_steal_pointer (&exchange->password.made);
  handle (exchange);
}

static void
checked (FlowCloudExchange *exchange)
{
  g_autoptr (GError) error = NULL;

  if (!exchange->password.matches)
    {
      refuse (&error, FLOW_CLOUD_ERROR_BAD_CREDENTIALS, "the name or the password is wrong");
      fail (exchange, error);
      return;
    }
  flow_cloud_rates_give_back (exchange);
  hashed (exchange);
}

/* Back from a thread that hashes. */
static void
password_call (FlowCall *call)
{
  FlowCloudExchange *exchange = (FlowCloudExchange *) ((char *) call -
                                                       G_STRUCT_OFFSET (FlowCloudExchange, password.call));

  if (exchange->password.error != NULL)
    fail (exchange, exchange->password.error);
  else
    exchange->next (exchange);
}

static void
push_password (FlowCloudExchange *exchange, void (*next) (FlowCloudExchange *exchange))
{
  g_autoptr (GError) error = NULL;

  exchange->password.call.run = password_call;
  exchange->next = next;
  if (!is_open (exchange, &error) ||
      !flow_cloud_passwords_push (exchange->request.cloud->passwords, &exchange->password, &error))
    fail (exchange, error);
}

/* Whose password it is: the caller's, or that of who wants to become one. */
static gboolean
find_password_run (FlowCloudData *data, gpointer user_data, GError **error)
{
  FlowCloudExchange *exchange = user_data;
  FlowCloudRequest *request = &exchange->request;
  g_auto (FlowCloudUser) user = { 0 };
  gboolean found;

  if (!identify (exchange, data, error))
    return FALSE;
  if (request->caller.user != 0)
    found = data->accounts->get_user (data, request->caller.user, &user, error);
  else
    found = data->accounts->find_user (data, exchange->name_key, &user, error);
  request->account = user.number;
  exchange->password.hash = g_steal_pointer (&user.password);
  return found;
}

static void
found_password (FlowCloudExchange *exchange)
{
  push_password (exchange, checked);
}

/* The name that a password belongs to: for the limit, and to find its user. */
static gboolean
read_name (FlowCloudExchange *exchange, GError **error)
{
  const char *name = flow_json_get_string (exchange->request.json, "user");

  if ((exchange->request.route->flags & FLOW_CLOUD_ROUTE_PUBLIC) != 0)
    {
      exchange->name_key = name != NULL ? flow_cloud_name_key (name, error) : NULL;
      if (name == NULL)
        refuse (error, FLOW_CLOUD_ERROR_BAD_REQUEST, "“user” is missing");
      return exchange->name_key != NULL;
    }
  exchange->name_key = g_malloc (FLOW_CLOUD_ID_HEX);
  flow_id_to_hex (exchange->claims.user, FLOW_CLOUD_ID_SIZE, exchange->name_key);
  return TRUE;
}

static gboolean
read_password (FlowCloudExchange *exchange, GError **error)
{
  FlowCloud *cloud = exchange->request.cloud;
  gboolean makes = (exchange->request.route->flags & FLOW_CLOUD_ROUTE_HASH) != 0;
  const char *password = flow_json_get_string (exchange->request.json, "password");
  guint retry_s = 0;

  if (makes && !cloud->options->registration)
    return refuse (error, FLOW_CLOUD_ERROR_REGISTRATION_CLOSED, "accounts are made by whoever runs this cloud");
  if (password == NULL || strlen (password) > FLOW_PASSWORD_MAX_SIZE)
    return refuse (error, FLOW_CLOUD_ERROR_BAD_REQUEST, "“password” is missing or too long");
  if (!read_name (exchange, error))
    return FALSE;
  if (!flow_cloud_rates_take_guess (exchange, makes ? NULL : exchange->name_key, &retry_s))
    return too_often (exchange, retry_s, error);
  exchange->password.password = g_strdup (password);
  exchange->password.wants_hash = makes;
  return TRUE;
}

/* The one copy that is needed was made; the request and its JSON are there until the answer has gone. */
static void
wipe_password (FlowCloudRequest *request)
{
  const char *password = request->json != NULL ? flow_json_get_string (request->json, "password") : NULL;
  gsize size;
  gpointer body = (gpointer) g_bytes_get_data (request->body, &size);

  if (password != NULL)
    flow_digest_wipe ((gpointer) password, strlen (password));
  if (size > 0)
    flow_digest_wipe (body, size);
}

static gboolean
read_json (FlowCloudExchange *exchange, GError **error)
{
  FlowCloudRequest *request = &exchange->request;
  gsize size;
  const char *text = g_bytes_get_data (request->body, &size);

  if ((request->route->flags & FLOW_CLOUD_ROUTE_JSON) == 0)
    return TRUE;
  if (flow_cloud_read_has_nul (text, size))
    return refuse (error, FLOW_CLOUD_ERROR_BAD_REQUEST, "a text has the character U+0000");
  request->json = flow_json_read_object (text, size, error);
  return request->json != NULL && flow_cloud_schema_check (request->route, request->json, error);
}

/**
 * flow_cloud_pipeline_run:
 * @exchange: an exchange whose body has come
 *
 * Have it answered, now or later.
 */
void
flow_cloud_pipeline_run (FlowCloudExchange *exchange)
{
  FlowCloudRequest *request = &exchange->request;
  FlowCloudRouteFlags secret = request->route->flags & (FLOW_CLOUD_ROUTE_PASSWORD | FLOW_CLOUD_ROUTE_HASH);
  g_autoptr (GError) error = NULL;
  gboolean read = is_open (exchange, &error) && read_json (exchange, &error) &&
                  (secret == 0 || read_password (exchange, &error));

  if (secret != 0)
    wipe_password (request);
  if (!read)
    fail (exchange, error);
  else if (request->route->start != NULL)
    {
      request->route->start (request);
      answer (exchange);
    }
  else if (secret == FLOW_CLOUD_ROUTE_HASH)
    push_password (exchange, hashed);
  else if (secret != 0)
    push (exchange, FALSE, find_password_run, found_password);
  else
    handle (exchange);
}
