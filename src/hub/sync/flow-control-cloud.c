/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-control"

#include <string.h>

#include "base/flow-error.h"
#include "hub/flow-control.h"
#include "hub/flow-hub-private.h"
#include "hub/flow-json-read.h"
#include "hub/sync/flow-hub-sync.h"
#include "hub/sync/flow-remote-url.h"

/* Signing in to a cloud, its keys and its devices. */

static void
done_cb (const GError *error, gpointer reply)
{
  flow_control_reply_end (reply, error);
}

/* The members of the object that is the answer. */
static void
answer_cb (const char *answer, const GError *error, gpointer reply)
{
  gsize length = answer != NULL ? strlen (answer) : 0;

  if (error == NULL && length > 2)
    flow_json_writer_raw (flow_control_reply_get_writer (reply), answer + 1, (gssize) length - 2);
  flow_control_reply_end (reply, error);
}

static char *
get_device_name (JsonObject *arguments)
{
  const char *name = flow_json_get_string (arguments, "device_name");

  return g_strdup (name != NULL && *name != '\0' ? name : g_get_host_name ());
}

static gboolean
read_login (JsonObject *arguments, FlowSyncLogin *login, GError **error)
{
  const char *url = flow_control_require_string (arguments, "url", error);
  const char *user = url != NULL ? flow_control_require_string (arguments, "user", error) : NULL;
  const char *password = user != NULL ? flow_control_require_string (arguments, "password", error) : NULL;
  const char *secrets = flow_json_get_string (arguments, "secrets");

  if (password == NULL || (secrets != NULL && !flow_secrets_kind_from_text (secrets, &login->secrets, error)))
    return FALSE;
  login->url = flow_remote_url_check (url, error);
  if (login->url == NULL)
    return FALSE;
  login->user = g_strdup (user);
  login->password = g_strdup (password);
  login->passphrase = g_strdup (flow_json_get_string (arguments, "passphrase"));
  login->recovery = g_strdup (flow_json_get_string (arguments, "recovery"));
  login->ca_file = g_strdup (flow_json_get_string (arguments, "ca"));
  login->make_account = flow_json_get_bool (arguments, "register");
  login->device_name = get_device_name (arguments);
  return TRUE;
}

static void
begin_login (FlowHub *hub, JsonObject *arguments, FlowControlReply *reply)
{
  FlowSyncLogin login = { 0 };
  g_autoptr (GError) error = NULL;

  if (read_login (arguments, &login, &error))
    flow_hub_sync_log_in (hub->sync, &login, answer_cb, reply);
  else
    flow_control_reply_end (reply, error);
  flow_sync_login_clear (&login);
}

static void
begin_logout (FlowHub *hub, JsonObject *arguments, FlowControlReply *reply)
{
  flow_hub_sync_log_out (hub->sync, flow_json_get_bool (arguments, "erase"), done_cb, reply);
}

static void
begin_delete (FlowHub *hub, JsonObject *arguments, FlowControlReply *reply)
{
  g_autoptr (GError) error = NULL;
  const char *password = flow_control_require_string (arguments, "password", &error);

  if (password != NULL)
    flow_hub_sync_delete_account (hub->sync, password, done_cb, reply);
  else
    flow_control_reply_end (reply, error);
}

static void
begin_unlock (FlowHub *hub, JsonObject *arguments, FlowControlReply *reply)
{
  flow_hub_sync_unlock (hub->sync, done_cb, reply);
}

static void
open_keys (FlowHub *hub, JsonObject *arguments, FlowControlReply *reply)
{
  const char *passphrase = flow_json_get_string (arguments, "passphrase");
  const char *words = flow_json_get_string (arguments, "recovery");
  g_autoptr (GError) error = NULL;

  if (passphrase != NULL || words != NULL)
    flow_hub_sync_open_keys (hub->sync, passphrase, words, answer_cb, reply);
  else
    {
      flow_control_require_string (arguments, "passphrase", &error);
      flow_control_reply_end (reply, error);
    }
}

static void
begin_keys (FlowHub *hub, JsonObject *arguments, FlowControlReply *reply)
{
  g_autoptr (GError) error = NULL;
  const char *action = flow_control_require_string (arguments, "action", &error);
  const char *other;

  if (action != NULL && g_str_equal (action, "rotate"))
    flow_hub_sync_rotate_keys (hub->sync, answer_cb, reply);
  else if (action != NULL && g_str_equal (action, "recovery"))
    flow_hub_sync_set_recovery (hub->sync, answer_cb, reply);
  else if (action != NULL && g_str_equal (action, "open"))
    open_keys (hub, arguments, reply);
  else if (action != NULL && g_str_equal (action, "replace") &&
           (other = flow_control_require_string (arguments, "passphrase", &error)) != NULL)
    flow_hub_sync_replace_keys (hub->sync, other, answer_cb, reply);
  else if (action != NULL && g_str_equal (action, "passphrase") &&
           (other = flow_control_require_string (arguments, "new", &error)) != NULL)
    flow_hub_sync_set_passphrase (hub->sync, other, answer_cb, reply);
  else
    {
      if (error == NULL)
        g_set_error_literal (&error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT,
                             "\"action\" must be rotate, replace, passphrase, recovery or open");
      flow_control_reply_end (reply, error);
    }
}

static void
begin_devices (FlowHub *hub, JsonObject *arguments, FlowControlReply *reply)
{
  flow_hub_sync_list_devices (hub->sync, answer_cb, reply);
}

static void
begin_remove (FlowHub *hub, JsonObject *arguments, FlowControlReply *reply)
{
  g_autoptr (GError) error = NULL;
  const char *device = flow_control_require_string (arguments, "device", &error);

  if (device != NULL)
    flow_hub_sync_remove_device (hub->sync, device, flow_json_get_string (arguments, "passphrase"), answer_cb, reply);
  else
    flow_control_reply_end (reply, error);
}

static void
begin_pair (FlowHub *hub, JsonObject *arguments, FlowControlReply *reply)
{
  g_autoptr (GError) error = NULL;
  const char *action = flow_control_require_string (arguments, "action", &error);

  if (action != NULL)
    flow_hub_sync_pair (hub->sync, action, flow_json_get_string (arguments, "code"),
                        flow_control_reply_get_writer (reply), &error);
  flow_control_reply_end (reply, error);
}

const FlowControlVerb flow_control_cloud_verbs[] = {
  { "cloud-login", FLOW_CONTROL_LATER, NULL, begin_login },
  { "cloud-logout", FLOW_CONTROL_LATER, NULL, begin_logout },
  { "cloud-delete", FLOW_CONTROL_LATER, NULL, begin_delete },
  { "sync-unlock", FLOW_CONTROL_LATER, NULL, begin_unlock },
  { "sync-keys", FLOW_CONTROL_LATER, NULL, begin_keys },
  { "sync-devices", FLOW_CONTROL_LATER, NULL, begin_devices },
  { "sync-device-remove", FLOW_CONTROL_LATER, NULL, begin_remove },
  { "sync-pair", FLOW_CONTROL_LATER, NULL, begin_pair },
  { NULL },
};
