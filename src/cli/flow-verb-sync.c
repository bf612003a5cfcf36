/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-sync"

#include <glib/gi18n.h>

#include "base/flow-error.h"
#include "cli/flow-secret-input.h"
#include "cli/flow-sync-print.h"
#include "cli/flow-verbs.h"
#include "message/flow-json-member.h"

#define WAIT_S 60

static const FlowOption options[] = {
  { "all", 'a', FLOW_OPTION_FLAG, NULL, N_ ("Show also conflicts that are settled"), NULL },
  { "limit", 'n', FLOW_OPTION_NUMBER, "N", N_ ("Show the last N runs"), NULL },
  { "timeout", 0, FLOW_OPTION_NUMBER, "SECONDS", N_ ("Wait no longer than this; without it one minute"), NULL },
  { "use", 0, FLOW_OPTION_CHOICE, "SIDE", N_ ("Which side holds; for a deleted record keep_deleted or restore"),
    "mine|theirs|both|keep_deleted|restore" },
  { "field", 0, FLOW_OPTION_PAIR, "FIELD=SIDE", N_ ("Which side holds for one field; repeatable"), NULL },
  { "set", 0, FLOW_OPTION_PAIR, "FIELD=TEXT", N_ ("Neither: TEXT holds for that field; repeatable"), NULL },
  { "retry", 0, FLOW_OPTION_NUMBER, "N", N_ ("Try again what was set aside as number N"), NULL },
  { "forget", 0, FLOW_OPTION_NUMBER, "N", N_ ("Forget what was set aside as number N"), NULL },
  { "new-words", 0, FLOW_OPTION_FLAG, NULL, N_ ("keys: make other recovery words; those before open nothing then"),
    NULL },
  { "new-passphrase", 0, FLOW_OPTION_FLAG, NULL, N_ ("keys: choose another passphrase"), NULL },
  { "replace", 0, FLOW_OPTION_FLAG, NULL,
    N_ ("keys: the key of the account too; others then ask for the passphrase"), NULL },
  { "without-passphrase", 0, FLOW_OPTION_FLAG, NULL,
    N_ ("remove: do not ask for it; the device keeps the key of the account then"), NULL },
  { "open", 0, FLOW_OPTION_FLAG, NULL, N_ ("keys: give this device the key, by the passphrase"), NULL },
  { NULL },
};

static gboolean
ask (FlowCli *cli, const char *verb, FlowSyncPrintFunc print, GError **error)
{
  g_autoptr (FlowHubCall) call = flow_cli_new_call (cli, verb, error);

  return call != NULL && flow_sync_print_answer (cli, call, print, error);
}

static gboolean
tell (FlowCli *cli, const char *verb, const char *key, const char *value, FlowSyncPrintFunc print, GError **error)
{
  g_autoptr (FlowHubCall) call = flow_cli_new_call (cli, verb, error);

  if (call == NULL)
    return FALSE;
  flow_hub_call_set_text (call, key, value);
  return flow_sync_print_answer (cli, call, print, error);
}

static gboolean
status (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  return ask (cli, "sync-status", flow_sync_print_status, error);
}

static gboolean
now (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  return ask (cli, "sync-now", NULL, error);
}

static gboolean
wait (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  g_autoptr (FlowHubCall) call = flow_cli_new_call (cli, "sync-wait", error);

  if (call == NULL)
    return FALSE;
  flow_hub_call_set_number (call, "timeout_ms", flow_arguments_number (arguments, "timeout", WAIT_S) * 1000);
  return flow_sync_print_answer (cli, call, NULL, error);
}

static gboolean
set_paused (FlowCli *cli, gboolean paused, GError **error)
{
  g_autoptr (FlowHubCall) call = flow_cli_new_call (cli, "sync-pause", error);

  if (call == NULL)
    return FALSE;
  flow_hub_call_set_flag (call, "paused", paused);
  return flow_sync_print_answer (cli, call, NULL, error);
}

static gboolean
pause_sync (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  return set_paused (cli, TRUE, error);
}

static gboolean
resume (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  return set_paused (cli, FALSE, error);
}

static gboolean
history (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  g_autoptr (FlowHubCall) call = flow_cli_new_call (cli, "sync-history", error);

  if (call == NULL)
    return FALSE;
  if (flow_arguments_has (arguments, "limit"))
    flow_hub_call_set_number (call, "limit", flow_arguments_number (arguments, "limit", 0));
  return flow_sync_print_answer (cli, call, flow_sync_print_history, error);
}

static gboolean
conflicts (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  g_autoptr (FlowHubCall) call = flow_cli_new_call (cli, "sync-conflicts", error);

  if (call == NULL)
    return FALSE;
  flow_hub_call_set_flag (call, "all", flow_arguments_has (arguments, "all"));
  return flow_sync_print_answer (cli, call, flow_sync_print_conflicts, error);
}

/* Ids are long: what begins only one of them is enough. (transfer full) */
static char *
find (FlowCli *cli, FlowHubCall *call, const char *list, const char *key, const char *word, GError **error)
{
  g_autoptr (JsonObject) answer = flow_hub_call_run (call, NULL, error);
  JsonArray *array = answer != NULL ? flow_json_get_array (answer, list) : NULL;
  const char *found = NULL;

  if (answer == NULL)
    return NULL;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      const char *id = flow_json_get_string (json_array_get_object_element (array, i), key);

      if (id == NULL || !g_str_has_prefix (id, word))
        continue;
      if (found != NULL)
        {
          g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("several begin with “%s”"), word);
          return NULL;
        }
      found = id;
    }
  if (found == NULL)
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND, _ ("there is none “%s”"), word);
  return g_strdup (found);
}

static char *
find_conflict (FlowCli *cli, const char *word, GError **error)
{
  g_autoptr (FlowHubCall) call = flow_cli_new_call (cli, "sync-conflicts", error);

  if (call == NULL)
    return NULL;
  flow_hub_call_set_flag (call, "all", TRUE);
  return find (cli, call, "conflicts", "id", word, error);
}

static void
write_fields (FlowArguments *arguments, FlowJsonWriter *writer, const char *option, gboolean value)
{
  const char *const *pairs = flow_arguments_list (arguments, option);

  for (; pairs != NULL && *pairs != NULL; pairs++)
    {
      const char *sign = strchr (*pairs, '=');

      flow_json_writer_key_len (writer, *pairs, sign - *pairs);
      if (value)
        flow_json_writer_begin_object (writer);
      if (value)
        flow_json_writer_key (writer, "value");
      flow_json_writer_string (writer, sign + 1, -1);
      if (value)
        flow_json_writer_end_object (writer);
    }
}

static char *
make_fields (FlowArguments *arguments)
{
  GString *text = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, text);
  flow_json_writer_begin_object (&writer);
  write_fields (arguments, &writer, "field", FALSE);
  write_fields (arguments, &writer, "set", TRUE);
  flow_json_writer_end_object (&writer);
  return g_string_free (text, FALSE);
}

static gboolean
resolve (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  gboolean by_field = flow_arguments_has (arguments, "field") || flow_arguments_has (arguments, "set");
  g_autoptr (FlowHubCall) call = NULL;
  g_autofree char *id = NULL;
  g_autofree char *fields = NULL;

  if (by_field == flow_arguments_has (arguments, "use"))
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("give --use, or --field and --set"));
      return FALSE;
    }
  id = find_conflict (cli, flow_arguments_word (arguments, 1), error);
  call = id != NULL ? flow_cli_new_call (cli, "sync-resolve", error) : NULL;
  if (call == NULL)
    return FALSE;
  flow_hub_call_set_text (call, "id", id);
  if (by_field)
    {
      fields = make_fields (arguments);
      flow_hub_call_set_json (call, "fields", fields);
    }
  else
    flow_hub_call_set_text (call, "choice", flow_arguments_text (arguments, "use"));
  return flow_sync_print_answer (cli, call, NULL, error);
}

static gboolean
restore (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  g_autofree char *id = find_conflict (cli, flow_arguments_word (arguments, 1), error);

  return id != NULL && tell (cli, "sync-restore", "id", id, NULL, error);
}

static gboolean
devices (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  return ask (cli, "sync-devices", flow_sync_print_devices, error);
}

static gboolean
quarantine (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  static const char *const keys[] = { "retry", "forget" };
  g_autoptr (FlowHubCall) call = flow_cli_new_call (cli, "sync-quarantine", error);

  if (call == NULL)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (flow_arguments_has (arguments, keys[i]))
      flow_hub_call_set_number (call, keys[i], flow_arguments_number (arguments, keys[i], 0));
  return flow_sync_print_answer (cli, call, flow_sync_print_quarantine, error);
}

static gboolean
setup (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  const char *action = flow_arguments_word (arguments, 1);

  if (!tell (cli, "sync-setup", "action", action, flow_sync_print_setup, error))
    return FALSE;
  if (g_str_equal (action, "rollback"))
    flow_cli_note (cli, _ ("What was sent stays in the account. To have it deleted there: “flowctl cloud login”, then "
                           "“flowctl cloud delete”."));
  return TRUE;
}

static gboolean
pair (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  g_autoptr (FlowHubCall) call = flow_cli_new_call (cli, "sync-pair", error);

  if (call == NULL)
    return FALSE;
  flow_hub_call_set_text (call, "action", flow_arguments_word (arguments, 1));
  if (flow_arguments_n_words (arguments) > 2)
    flow_hub_call_set_text (call, "code", flow_arguments_word (arguments, 2));
  return flow_sync_print_answer (cli, call, flow_sync_print_pairing, error);
}

static gboolean
set_passphrase (FlowCli *cli, FlowHubCall *call, const char *key, const char *question, gboolean twice, GError **error)
{
  char *passphrase = twice ? flow_secret_input_read_twice (cli, question, error)
                           : flow_secret_input_read (cli, question, error);

  if (passphrase == NULL)
    return FALSE;
  flow_hub_call_set_text (call, key, passphrase);
  flow_secret_input_free (passphrase);
  return TRUE;
}

static gboolean
remove_device (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  g_autoptr (FlowHubCall) list = flow_cli_new_call (cli, "sync-devices", error);
  g_autofree char *id = list != NULL ? find (cli, list, "devices", "device", flow_arguments_word (arguments, 1), error)
                                     : NULL;
  g_autoptr (FlowHubCall) call = id != NULL ? flow_cli_new_call (cli, "sync-device-remove", error) : NULL;

  if (call == NULL)
    return FALSE;
  flow_hub_call_set_text (call, "device", id);
  if (!flow_arguments_has (arguments, "without-passphrase") &&
      !set_passphrase (cli, call, "passphrase", _ ("Passphrase"), FALSE, error))
    return FALSE;
  return flow_sync_print_answer (cli, call, flow_sync_print_recovery, error);
}

static gboolean
keys (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  g_autoptr (FlowHubCall) call = flow_cli_new_call (cli, "sync-keys", error);
  const char *action = "rotate";

  if (call == NULL)
    return FALSE;
  if (flow_arguments_has (arguments, "new-words"))
    action = "recovery";
  else if (flow_arguments_has (arguments, "new-passphrase"))
    action = "passphrase";
  else if (flow_arguments_has (arguments, "replace"))
    action = "replace";
  else if (flow_arguments_has (arguments, "open"))
    action = "open";
  flow_hub_call_set_text (call, "action", action);
  if ((g_str_equal (action, "open") || g_str_equal (action, "replace")) &&
      !set_passphrase (cli, call, "passphrase", _ ("Passphrase"), FALSE, error))
    return FALSE;
  if (g_str_equal (action, "passphrase") && !set_passphrase (cli, call, "new", _ ("New passphrase"), TRUE, error))
    return FALSE;
  return flow_sync_print_answer (cli, call, flow_sync_print_recovery, error);
}

static const FlowCommand commands[] = {
  { "status", "", N_ ("Show whether your devices have the same"), 0, 0, status },
  { "now", "", N_ ("Sync at once"), 0, 0, now },
  { "wait", "", N_ ("Wait until nothing waits to be sent or fetched"), 0, 0, wait },
  { "pause", "", N_ ("Send and fetch nothing until resume"), 0, 0, pause_sync },
  { "resume", "", N_ ("Go on"), 0, 0, resume },
  { "history", "", N_ ("Show what was synced when"), 0, 0, history },
  { "conflicts", "", N_ ("Show what two devices changed, and nobody decided yet"), 0, 0, conflicts },
  { "resolve", "ID", N_ ("Say what holds"), 1, 1, resolve },
  { "restore", "ID", N_ ("Take a decision back, also one that was made by itself"), 1, 1, restore },
  { "devices", "", N_ ("Show the devices of the account"), 0, 0, devices },
  { "remove", "DEVICE", N_ ("Remove a device, and replace the key that it has"), 1, 1, remove_device },
  { "setup", "estimate|start|show|cancel|resume|rollback", N_ ("Turn syncing on for what is there, or back off"), 1, 1,
    setup },
  { "pair", "offer|accept|show|confirm|cancel [CODE]", N_ ("Let another device in, or be let in"), 1, 2, pair },
  { "keys", "", N_ ("Make other keys; what comes later is sealed with them"), 0, 0, keys },
  { "set-aside", "", N_ ("Show what came and could not be applied"), 0, 0, quarantine },
  { NULL },
};

const FlowVerb flow_verb_sync = {
  .name = "sync",
  .synopsis = "COMMAND",
  .summary = N_ ("See and steer what your devices exchange"),
  .description = N_ ("Notes, titles, tags and pins of traces, settings of the account, workspaces and debug sessions "
                     "are the same on all devices that are signed in to one account; see “flowctl cloud login”. An ID "
                     "is what the lists show, or any longer part of it."),
  .options = options,
  .commands = commands,
};
