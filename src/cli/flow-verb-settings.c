/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-settings"

#include <glib/gi18n.h>

#include "base/flow-error.h"
#include "base/flow-setting-owner.h"
#include "cli/flow-encryption.h"
#include "cli/flow-text-table.h"
#include "cli/flow-verbs.h"
#include "cli/flow-web-dev-sync-config.h"
#include "message/flow-json-member.h"
#include "store/flow-data-lock.h"

static const FlowOption options[] = { { NULL } };

static void
write_setting (FlowJsonWriter *writer, FlowSettings *settings, const char *key, const char *value)
{
  flow_json_writer_begin_object (writer);
  flow_json_member_text (writer, "key", key, -1);
  flow_json_member_text (writer, "value", value, -1);
  flow_json_member_flag (writer, "is_default", flow_settings_is_default (settings, key));
  flow_json_member_text (writer, "of", flow_setting_is_of_account (key) ? "account" : "device", -1);
  flow_json_member_text (writer, "summary", flow_settings_get_summary (settings, key), -1);
  flow_json_writer_end_object (writer);
}

static void
list_json (FlowCli *cli, FlowSettings *settings)
{
  FlowJsonWriter *writer = flow_cli_begin_json (cli);

  flow_json_writer_begin_array (writer);
  for (const char *const *key = flow_settings_list (settings); *key != NULL; key++)
    {
      g_autofree char *value = flow_settings_to_text (settings, *key, NULL);

      write_setting (writer, settings, *key, value);
    }
  flow_json_writer_end_array (writer);
  flow_cli_end_json (cli);
}

static gboolean
list (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  const char *const titles[] = { _ ("KEY"), _ ("VALUE"), _ ("MEANING") };
  FlowSettings *settings = flow_cli_get_settings (cli, error);
  g_autoptr (FlowTextTable) table = flow_text_table_new (titles, "lll");

  if (settings == NULL)
    return FALSE;
  if (flow_cli_is_json (cli))
    {
      list_json (cli, settings);
      return TRUE;
    }
  for (const char *const *key = flow_settings_list (settings); *key != NULL; key++)
    {
      g_autofree char *value = flow_settings_to_text (settings, *key, NULL);
      gboolean plain = flow_settings_is_default (settings, *key);

      flow_text_table_add (table, g_strdup (*key));
      flow_text_table_add (table, g_strdup_printf ("%s%s", value, plain ? "" : " *"));
      flow_text_table_add (table, g_strdup (flow_settings_get_summary (settings, *key)));
    }
  flow_text_table_print (table, cli);
  return TRUE;
}

static gboolean
get (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  FlowSettings *settings = flow_cli_get_settings (cli, error);
  const char *key = flow_arguments_word (arguments, 1);
  g_autofree char *value = settings != NULL ? flow_settings_to_text (settings, key, error) : NULL;

  if (value == NULL)
    return FALSE;
  if (flow_cli_is_json (cli))
    {
      write_setting (flow_cli_begin_json (cli), settings, key, value);
      flow_cli_end_json (cli);
    }
  else
    {
      flow_cli_print (cli, "%s\n", value);
    }
  return TRUE;
}

/* Only the hub writes settings while it runs; without one we hold its lock for a moment. */
static gboolean
change (FlowCli *cli, const char *verb, const char *key, const char *value, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (FlowHubCall) call = flow_cli_new_call (cli, verb, &local);
  g_autoptr (FlowDataLock) lock = NULL;
  g_autoptr (JsonObject) answer = NULL;
  FlowSettings *settings;

  if (call != NULL)
    {
      flow_hub_call_set_text (call, "key", key);
      if (value != NULL)
        flow_hub_call_set_text (call, "value", value);
      answer = flow_hub_call_run (call, NULL, error);
      return answer != NULL;
    }
  if (!g_error_matches (local, FLOW_ERROR, FLOW_ERROR_NOT_RUNNING))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  settings = flow_cli_get_settings (cli, error);
  if (settings == NULL || !flow_data_lock_acquire (flow_cli_get_context (cli, NULL), &lock, error))
    return FALSE;
  return value != NULL ? flow_settings_from_text (settings, key, value, error)
                       : flow_settings_reset (settings, key, error);
}

/* What takes longer than a moment is waited for, so that it holds when the command returns. */
static gboolean
follow (FlowCli *cli, const char *key, GError **error)
{
  return !g_str_equal (key, FLOW_ENCRYPTION_SETTING) || flow_encryption_settle (cli, error);
}

static gboolean
set (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  const char *key = flow_arguments_word (arguments, 1);

  return change (cli, "settings-set", key, flow_arguments_word (arguments, 2), error) && follow (cli, key, error);
}

static gboolean
reset (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  const char *key = flow_arguments_word (arguments, 1);

  return change (cli, "settings-reset", key, NULL, error) && follow (cli, key, error);
}

static gboolean
take_over (FlowCli *cli, const char *key, const char *value, GError **error)
{
  if (!change (cli, "settings-set", key, value, error))
    return FALSE;
  if (!flow_cli_is_json (cli))
    flow_cli_print (cli, "%s %s\n", key, value);
  return TRUE;
}

static void
print_imported_json (FlowCli *cli, const FlowWebDevSyncConfig *config)
{
  FlowJsonWriter *writer = flow_cli_begin_json (cli);

  flow_json_writer_begin_object (writer);
  if (config->editor != NULL)
    flow_json_member_text (writer, "edit.command", config->editor, -1);
  if (config->port > 0)
    flow_json_member_int (writer, "ports.web-dev-sync", config->port);
  flow_json_writer_end_object (writer);
  flow_cli_end_json (cli);
}

static gboolean
import (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  const char *word = flow_arguments_word (arguments, 1);
  g_autofree char *path = word != NULL ? g_strdup (word) : flow_web_dev_sync_config_get_path ();
  g_autofree char *port = NULL;
  FlowWebDevSyncConfig config;

  if (!flow_web_dev_sync_config_read (&config, path, error))
    return FALSE;
  port = g_strdup_printf ("%u", config.port);
  if ((config.editor != NULL && !take_over (cli, "edit.command", config.editor, error)) ||
      (config.port > 0 && !take_over (cli, "ports.web-dev-sync", port, error)))
    return FALSE;
  if (flow_cli_is_json (cli))
    print_imported_json (cli, &config);
  else if (config.editor == NULL && config.port == 0)
    flow_cli_print (cli, "%s", _ ("There is nothing in it that means anything here.\n"));
  return TRUE;
}

static const FlowCommand commands[] = {
  { "list", "", N_ ("Show all settings; * marks those that were changed"), 0, 0, list },
  { "get", "KEY", N_ ("Show one"), 1, 1, get },
  { "set", "KEY VALUE", N_ ("Change one; it holds when the command returns"), 2, 2, set },
  { "reset", "KEY", N_ ("Go back to the default"), 1, 1, reset },
  { "import", "[FILE]", N_ ("Take over what ~/.webdevsync/config.json says"), 0, 1, import },
  { NULL },
};

const FlowVerb flow_verb_settings = {
  .name = "settings",
  .synopsis = "COMMAND",
  .summary = N_ ("Show and change the settings"),
  .description = N_ ("A text is written as it is; a list as [('a', 'b', 'c')], or for plain names with commas: a,b."),
  .options = options,
  .commands = commands,
};
