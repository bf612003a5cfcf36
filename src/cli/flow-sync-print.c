/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync-print"

#include "cli/flow-sync-print.h"

#include <glib/gi18n.h>

#include "cli/flow-json-cells.h"
#include "hub/sync/flow-sync-status-text.h"

/* What the verbs about syncing answer, for people. */

#define SHORT_ID 8

/**
 * flow_sync_print_answer:
 * @cli: where to print
 * @call: what to ask the hub
 * @print: (nullable): prints the answer for people
 * @error: return location
 *
 * Ask, and print the answer: JSON as it came.
 *
 * Returns: %FALSE with the hub's error
 */
gboolean
flow_sync_print_answer (FlowCli *cli, FlowHubCall *call, FlowSyncPrintFunc print, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) answer = flow_hub_call_run (call, &text, error);

  if (answer == NULL)
    return FALSE;
  if (flow_cli_is_json (cli))
    flow_cli_print (cli, "%s\n", text);
  else if (print != NULL)
    print (cli, answer);
  return TRUE;
}

static const char *
get_text (JsonObject *object, const char *key)
{
  const char *text = object != NULL ? flow_json_get_string (object, key) : NULL;

  return text != NULL ? text : "";
}

static void
print_line (FlowCli *cli, const char *name, const char *text)
{
  if (*text == '\0')
    return;
  flow_cli_print (cli, "%s\t", name);
  flow_cli_print_outside (cli, text, -1);
  flow_cli_print (cli, "\n");
}

static void
print_number (FlowCli *cli, const char *name, gint64 number)
{
  flow_cli_print (cli, "%s\t%" G_GINT64_FORMAT "\n", name, number);
}

static const char *
name_state (const char *state)
{
  static const struct
  {
    const char *state;
    const char *name;
  } names[] = {
    { "off", N_ ("nobody has signed in") },
    { "signed_out", N_ ("signed out by the cloud") },
    { "connecting", N_ ("connecting") },
    { "syncing", N_ ("syncing") },
    { "idle", N_ ("everything is synced") },
    { "offline", N_ ("the cloud cannot be reached") },
    { "paused", N_ ("paused") },
    { "needs_passphrase", N_ ("waits for your passphrase") },
    { "error", N_ ("stopped by an error") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (names[i].state, state))
      return _ (names[i].name);
  return state;
}

static void
print_words (FlowCli *cli, JsonArray *words)
{
  flow_cli_print (cli, "%s\n\n ",
                  _ ("Write these words down. They open your data when the passphrase is lost, and are "
                     "not shown again:"));
  for (guint i = 0; i < json_array_get_length (words); i++)
    {
      flow_cli_print (cli, " ");
      flow_cli_print_outside (cli, json_array_get_string_element (words, i), -1);
    }
  flow_cli_print (cli, "\n\n");
}

/**
 * flow_sync_print_recovery:
 * @cli: where to print
 * @answer: with `recovery` and `notice`
 *
 * Print the recovery words, if there are some, and what else the user has to know.
 */
void
flow_sync_print_recovery (FlowCli *cli, JsonObject *answer)
{
  JsonArray *words = flow_json_get_array (answer, "recovery");
  const char *notice = flow_json_get_string (answer, "notice");

  if (words != NULL)
    print_words (cli, words);
  if (notice == NULL)
    return;
  flow_cli_print_outside (cli, notice, -1);
  flow_cli_print (cli, "\n");
}

static void
print_error (FlowCli *cli, JsonObject *answer)
{
  JsonObject *error = flow_json_get_object (answer, "error");

  print_line (cli, _ ("error"), get_text (error, "message"));
  print_line (cli, _ ("advice"), get_text (error, "suggestion"));
}

static void
print_secrets (FlowCli *cli, JsonObject *answer)
{
  JsonObject *secrets = flow_json_get_object (answer, "secrets");
  const char *message = get_text (secrets, "message");
  g_autofree char *text = g_strdup_printf ("%s%s%s", get_text (secrets, "kind"), *message != '\0' ? ": " : "", message);

  print_line (cli, _ ("keys in"), text);
}

static void
print_comparison (FlowCli *cli, JsonObject *answer)
{
  JsonObject *differs = flow_json_get_object (answer, "differs");
  JsonObject *repaired = flow_json_get_object (answer, "repaired");
  g_autofree char *different = differs != NULL ? flow_sync_status_text_differs (differs) : NULL;
  g_autofree char *repair = repaired != NULL ? flow_sync_status_text_repaired (repaired, get_text (repaired, "time"))
                                             : NULL;

  if (different != NULL)
    print_line (cli, _ ("differs"), different);
  if (repair != NULL)
    print_line (cli, _ ("repaired"), repair);
}

static void
print_unsent (FlowCli *cli, JsonObject *unsent)
{
  guint n = (guint) flow_json_get_int (unsent, "count");
  g_autofree char *count = g_strdup_printf (ngettext ("%u trace", "%u traces", n), n);
  g_autofree char *text = g_strdup_printf ("%s: %s", count, get_text (unsent, "message"));

  print_line (cli, _ ("not taken"), text);
}

/** flow_sync_print_status: print what the verb `sync-status` answers. */
void
flow_sync_print_status (FlowCli *cli, JsonObject *answer)
{
  JsonObject *pending = flow_json_get_object (answer, "pending");
  JsonObject *setup = flow_json_get_object (answer, "setup");
  JsonObject *unsent = flow_json_get_object (answer, "unsent_traces");

  print_line (cli, _ ("state"), name_state (get_text (answer, "state")));
  print_error (cli, answer);
  print_line (cli, _ ("cloud"), get_text (answer, "server"));
  print_line (cli, _ ("user"), get_text (answer, "user"));
  print_line (cli, _ ("device"), get_text (flow_json_get_object (answer, "device"), "name"));
  if (pending != NULL)
    print_number (cli, _ ("waiting"), flow_json_get_int (pending, "operations"));
  print_line (cli, _ ("last"), get_text (answer, "last_success"));
  print_number (cli, _ ("conflicts"), flow_json_get_int (answer, "conflicts"));
  if (flow_json_get_int (answer, "quarantined") > 0)
    print_number (cli, _ ("set aside"), flow_json_get_int (answer, "quarantined"));
  print_comparison (cli, answer);
  if (unsent != NULL)
    print_unsent (cli, unsent);
  print_secrets (cli, answer);
  if (setup != NULL)
    flow_sync_print_setup (cli, setup);
}

static void
add_run (JsonObject *run, FlowCli *cli, FlowTextTable *table)
{
  flow_json_cells_number (table, run, "number");
  flow_json_cells_time (table, cli, run, "start");
  flow_json_cells_text (table, run, "reason");
  flow_json_cells_number (table, run, "sent");
  flow_json_cells_number (table, run, "received");
  flow_json_cells_number (table, run, "bytes_up");
  flow_json_cells_number (table, run, "bytes_down");
  flow_json_cells_number (table, run, "conflicts");
  flow_text_table_add_outside (table, get_text (flow_json_get_object (run, "error"), "message"));
}

static void
print_table (FlowCli *cli, FlowTextTable *table, const char *nothing)
{
  if (flow_text_table_get_n_rows (table) > 0)
    flow_text_table_print (table, cli);
  else
    flow_cli_note (cli, "%s", nothing);
}

/** flow_sync_print_history: print what the verb `sync-history` answers. */
void
flow_sync_print_history (FlowCli *cli, JsonObject *answer)
{
  const char *const titles[] = { _ ("RUN"),      _ ("START"),      _ ("REASON"),    _ ("SENT"), _ ("RECEIVED"),
                                 _ ("BYTES UP"), _ ("BYTES DOWN"), _ ("CONFLICTS"), _ ("ERROR") };
  g_autoptr (FlowTextTable) table = flow_text_table_new (titles, "rllrrrrrl");

  flow_json_cells_add_rows (answer, "runs", cli, table, add_run);
  print_table (cli, table, _ ("flowctl: nothing was synced yet"));
}

/* A value as JSON has it, but a text as it is. */
static char *
value_text (JsonObject *object, const char *key)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, key) : NULL;

  if (node == NULL || json_node_is_null (node))
    return g_strdup ("");
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    return g_strdup (json_node_get_string (node));
  return json_to_string (node, FALSE);
}

static void
print_side (FlowCli *cli, const char *name, JsonObject *side)
{
  g_autofree char *value = value_text (side, "value");

  flow_cli_print (cli, "    %s", name);
  if (*get_text (side, "by") != '\0')
    {
      flow_cli_print (cli, " (");
      flow_cli_print_outside (cli, get_text (side, "by"), -1);
      flow_cli_print (cli, ")");
    }
  flow_cli_print (cli, "\t");
  flow_cli_print_outside (cli, value, -1);
  flow_cli_print (cli, "\n");
}

static void
print_field (FlowCli *cli, JsonObject *field)
{
  g_autofree char *base = value_text (field, "base");
  g_autofree char *chosen = value_text (field, "chosen");

  flow_cli_print (cli, "  ");
  flow_cli_print_outside (cli, get_text (field, "field"), -1);
  flow_cli_print (cli, "\n");
  print_line (cli, _ ("    before"), base);
  print_side (cli, _ ("mine"), flow_json_get_object (field, "mine"));
  print_side (cli, _ ("theirs"), flow_json_get_object (field, "theirs"));
  print_line (cli, _ ("    holds"), chosen);
}

static void
print_conflict (FlowCli *cli, JsonObject *conflict)
{
  JsonArray *fields = flow_json_get_array (conflict, "fields");
  const char *deleted_by = flow_json_get_string (conflict, "deleted_by");

  flow_cli_print (cli, "%.*s  ", SHORT_ID, get_text (conflict, "id"));
  flow_cli_print_outside (cli, get_text (conflict, "state"), -1);
  flow_cli_print (cli, "  ");
  flow_cli_print_outside (cli, get_text (conflict, "table"), -1);
  flow_cli_print (cli, "  ");
  flow_cli_print_outside (cli, get_text (conflict, "title"), -1);
  flow_cli_print (cli, "\n");
  if (deleted_by != NULL)
    print_line (cli, _ ("  deleted by"), deleted_by);
  for (guint i = 0; fields != NULL && i < json_array_get_length (fields); i++)
    {
      JsonNode *node = json_array_get_element (fields, i);

      if (JSON_NODE_HOLDS_OBJECT (node))
        print_field (cli, json_node_get_object (node));
    }
}

/** flow_sync_print_conflicts: print what the verb `sync-conflicts` answers. */
void
flow_sync_print_conflicts (FlowCli *cli, JsonObject *answer)
{
  JsonArray *conflicts = flow_json_get_array (answer, "conflicts");

  if (conflicts == NULL || json_array_get_length (conflicts) == 0)
    flow_cli_note (cli, _ ("flowctl: nothing is in conflict"));
  for (guint i = 0; conflicts != NULL && i < json_array_get_length (conflicts); i++)
    {
      JsonNode *node = json_array_get_element (conflicts, i);

      if (JSON_NODE_HOLDS_OBJECT (node))
        print_conflict (cli, json_node_get_object (node));
    }
}

static const char *
name_device_state (JsonObject *device)
{
  if (flow_json_get_bool (device, "this"))
    return _ ("this one");
  if (flow_json_get_bool (device, "retired"))
    return _ ("silent for long");
  return flow_json_get_bool (device, "connected") ? _ ("connected") : _ ("away");
}

static void
add_device (JsonObject *device, FlowCli *cli, FlowTextTable *table)
{
  g_autofree char *id = g_strndup (get_text (device, "device"), SHORT_ID);

  flow_text_table_add_outside (table, id);
  flow_json_cells_text (table, device, "name");
  flow_text_table_add (table, g_strdup (name_device_state (device)));
  flow_json_cells_time (table, cli, device, "last_seen");
  flow_json_cells_number (table, device, "behind");
}

/** flow_sync_print_devices: print what the verb `sync-devices` answers. */
void
flow_sync_print_devices (FlowCli *cli, JsonObject *answer)
{
  const char *const titles[] = { _ ("DEVICE"), _ ("NAME"), _ ("STATE"), _ ("LAST SEEN"), _ ("BEHIND") };
  g_autoptr (FlowTextTable) table = flow_text_table_new (titles, "llllr");

  flow_json_cells_add_rows (answer, "devices", cli, table, add_device);
  print_table (cli, table, _ ("flowctl: no device is signed in"));
}

static void
add_set_aside (JsonObject *entry, FlowCli *cli, FlowTextTable *table)
{
  flow_json_cells_number (table, entry, "id");
  flow_json_cells_text (table, entry, "name");
  flow_json_cells_text (table, entry, "table");
  flow_json_cells_text (table, entry, "record");
  flow_json_cells_text (table, entry, "reason");
}

/** flow_sync_print_quarantine: print what the verb `sync-quarantine` answers. */
void
flow_sync_print_quarantine (FlowCli *cli, JsonObject *answer)
{
  const char *const titles[] = { _ ("NUMBER"), _ ("FROM"), _ ("TABLE"), _ ("RECORD"), _ ("REASON") };
  g_autoptr (FlowTextTable) table = flow_text_table_new (titles, "rllll");

  flow_json_cells_add_rows (answer, "entries", cli, table, add_set_aside);
  print_table (cli, table, _ ("flowctl: nothing was set aside"));
}

static void
print_counts (FlowCli *cli, JsonObject *counts)
{
  g_autoptr (GList) names = json_object_get_members (counts);

  for (GList *name = names; name != NULL; name = name->next)
    print_number (cli, name->data, flow_json_get_int (counts, name->data));
}

/** flow_sync_print_setup: print what the verb `sync-setup` answers. */
void
flow_sync_print_setup (FlowCli *cli, JsonObject *answer)
{
  JsonObject *counts = flow_json_get_object (answer, "counts");

  print_line (cli, _ ("setup"), get_text (answer, "state"));
  if (counts != NULL)
    {
      print_counts (cli, counts);
      print_number (cli, _ ("bytes"), flow_json_get_int (answer, "bytes"));
      print_number (cli, _ ("seconds"), flow_json_get_int (answer, "seconds"));
      return;
    }
  print_number (cli, _ ("done"), flow_json_get_int (answer, "done"));
  print_number (cli, _ ("of"), flow_json_get_int (answer, "total"));
  print_line (cli, _ ("backup"), get_text (answer, "backup"));
}

/** flow_sync_print_pairing: print what the verb `sync-pair` answers. */
void
flow_sync_print_pairing (FlowCli *cli, JsonObject *answer)
{
  print_line (cli, _ ("state"), get_text (answer, "state"));
  print_line (cli, _ ("digits"), get_text (answer, "digits"));
  print_line (cli, _ ("code"), get_text (answer, "code"));
  print_line (cli, _ ("device"), get_text (answer, "name"));
  print_line (cli, _ ("reason"), get_text (answer, "reason"));
}
