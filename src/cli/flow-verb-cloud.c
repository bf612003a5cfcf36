/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-cloud"

#include <glib/gi18n.h>

#include "base/flow-error.h"
#include "cli/flow-secret-input.h"
#include "cli/flow-sync-print.h"
#include "cli/flow-verbs.h"

static const FlowOption options[] = {
  { "user", 'u', FLOW_OPTION_TEXT, "NAME", N_ ("Sign in as NAME"), NULL },
  { "register", 0, FLOW_OPTION_FLAG, NULL, N_ ("Make an account of that name first"), NULL },
  { "device", 0, FLOW_OPTION_TEXT, "TEXT", N_ ("Call this device TEXT; without this as the computer is called"), NULL },
  { "recovery", 0, FLOW_OPTION_FLAG, NULL, N_ ("Ask for the recovery words, not for the passphrase"), NULL },
  { "pair", 0, FLOW_OPTION_FLAG, NULL, N_ ("Ask for no passphrase; another device will let this one in"), NULL },
  { "secrets", 0, FLOW_OPTION_CHOICE, "PLACE", N_ ("Keep keys in the keyring, in a file, or in memory alone"),
    "keyring|file|session" },
  { "ca", 0, FLOW_OPTION_FILE, "FILE", N_ ("Trust a server whose certificate those in FILE have signed"), NULL },
  { "erase", 0, FLOW_OPTION_FLAG, NULL, N_ ("Signing out: forget also what was synced about changes; records stay"),
    NULL },
  { NULL },
};

static void
set_text (FlowHubCall *call, const char *key, const char *value)
{
  if (value != NULL)
    flow_hub_call_set_text (call, key, value);
}

/* The second thing that is asked for: what opens the keys. */
static gboolean
ask_for_keys (FlowCli *cli, FlowArguments *arguments, FlowHubCall *call, GError **error)
{
  gboolean recovery = flow_arguments_has (arguments, "recovery");
  char *secret;

  if (flow_arguments_has (arguments, "pair"))
    return TRUE;
  if (flow_arguments_has (arguments, "register"))
    secret = flow_secret_input_read_twice (cli, _ ("Passphrase for your data"), error);
  else
    secret = flow_secret_input_read (cli, recovery ? _ ("Recovery words") : _ ("Passphrase for your data"), error);
  if (secret == NULL)
    return FALSE;
  flow_hub_call_set_text (call, recovery ? "recovery" : "passphrase", secret);
  flow_secret_input_free (secret);
  return TRUE;
}

static gboolean
ask_for_password (FlowCli *cli, FlowArguments *arguments, FlowHubCall *call, GError **error)
{
  char *password = flow_arguments_has (arguments, "register")
                       ? flow_secret_input_read_twice (cli, _ ("Password for the cloud"), error)
                       : flow_secret_input_read (cli, _ ("Password for the cloud"), error);

  if (password == NULL)
    return FALSE;
  flow_hub_call_set_text (call, "password", password);
  flow_secret_input_free (password);
  return TRUE;
}

static void
print_login (FlowCli *cli, JsonObject *answer)
{
  flow_cli_print (cli, _ ("Signed in as "));
  flow_cli_print_outside (cli, flow_json_get_string (answer, "user"), -1);
  flow_cli_print (cli, ".\n");
  flow_sync_print_recovery (cli, answer);
}

static gboolean
login (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  g_autoptr (FlowHubCall) call = NULL;

  if (!flow_arguments_has (arguments, "user"))
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("give --user NAME"));
      return FALSE;
    }
  call = flow_cli_new_call (cli, "cloud-login", error);
  if (call == NULL || !ask_for_password (cli, arguments, call, error) || !ask_for_keys (cli, arguments, call, error))
    return FALSE;
  flow_hub_call_set_text (call, "url", flow_arguments_word (arguments, 1));
  flow_hub_call_set_text (call, "user", flow_arguments_text (arguments, "user"));
  flow_hub_call_set_flag (call, "register", flow_arguments_has (arguments, "register"));
  set_text (call, "device_name", flow_arguments_text (arguments, "device"));
  set_text (call, "secrets", flow_arguments_text (arguments, "secrets"));
  if (flow_arguments_has (arguments, "ca"))
    {
      g_autofree char *path = g_canonicalize_filename (flow_arguments_text (arguments, "ca"), NULL);

      flow_hub_call_set_text (call, "ca", path);
    }
  return flow_sync_print_answer (cli, call, print_login, error);
}

static gboolean
logout (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  g_autoptr (FlowHubCall) call = flow_cli_new_call (cli, "cloud-logout", error);

  if (call == NULL)
    return FALSE;
  flow_hub_call_set_flag (call, "erase", flow_arguments_has (arguments, "erase"));
  return flow_sync_print_answer (cli, call, NULL, error);
}

static gboolean
delete_account (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  g_autoptr (FlowHubCall) call = flow_cli_new_call (cli, "cloud-delete", error);

  if (call == NULL)
    return FALSE;
  flow_cli_note (cli,
                 _ ("This deletes the account and all that the cloud keeps for it. What is on your devices stays."));
  return ask_for_password (cli, arguments, call, error) && flow_sync_print_answer (cli, call, NULL, error);
}

static const FlowCommand commands[] = {
  { "login", "URL", N_ ("Sign in to the cloud at URL, and begin to sync"), 1, 1, login },
  { "logout", "", N_ ("Sign out; what was synced stays here and there"), 0, 0, logout },
  { "delete", "", N_ ("Delete the account at the cloud"), 0, 0, delete_account },
  { NULL },
};

const FlowVerb flow_verb_cloud = {
  .name = "cloud",
  .synopsis = "COMMAND",
  .summary = N_ ("Sign in to a cloud, so that your devices have the same"),
  .description = N_ (
      "The password opens the account, the passphrase your data: the cloud never gets the passphrase and can read "
      "nothing. Both are asked for on the terminal, or are two lines of standard input.\n\n"
      "At the first device the passphrase is chosen, and twelve recovery words are shown once: write them down. "
      "Signing in switches privacy.local-only off."),
  .options = options,
  .commands = commands,
};
