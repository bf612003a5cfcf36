/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync-words"

#include "app/sync/flow-sync-words.h"

#include <glib/gi18n.h>

#include "app/connections/flow-connection-text.h"
#include "app/shell/flow-count-text.h"
#include "hub/flow-json-read.h"
#include "trace/flow-time-text.h"

/* What the words of the hub mean. */
typedef struct
{
  const char *word;
  const char *text;
} Word;

static const struct
{
  const char *text;
  const char *icon;
} states[FLOW_SYNC_N_STATES] = {
  [FLOW_SYNC_OFF] = { N_ ("Not signed in"), "network-offline-symbolic" },
  [FLOW_SYNC_SIGNED_OUT] = { N_ ("Signed out"), "dialog-warning-symbolic" },
  [FLOW_SYNC_CONNECTING] = { N_ ("Connecting"), "content-loading-symbolic" },
  [FLOW_SYNC_SYNCING] = { N_ ("Syncing"), "emblem-synchronizing-symbolic" },
  [FLOW_SYNC_IDLE] = { N_ ("Everything is synced"), "emblem-ok-symbolic" },
  [FLOW_SYNC_OFFLINE] = { N_ ("Offline"), "network-offline-symbolic" },
  [FLOW_SYNC_PAUSED] = { N_ ("Paused"), "media-playback-pause-symbolic" },
  [FLOW_SYNC_NEEDS_PASSPHRASE] = { N_ ("Passphrase needed"), "dialog-password-symbolic" },
  [FLOW_SYNC_ERROR] = { N_ ("Not syncing"), "dialog-warning-symbolic" },
};

static const Word tables[] = {
  { "trace_fact", N_ ("notes, titles and pins") },
  { "trace_tag", N_ ("tags") },
  { "trace_header", N_ ("traces") },
  { "sync_setting", N_ ("settings") },
  { "device", N_ ("devices") },
  { "workspace", N_ ("workspaces") },
  { "debug_session", N_ ("debug sessions") },
  { "origin_answer", N_ ("web pages that may connect") },
  { "editor_choice", N_ ("choices of editors") },
};

static const Word fields[] = {
  { "note", N_ ("Note") },
  { "title", N_ ("Title") },
  { "tags", N_ ("Tags") },
  { "tag", N_ ("Tag") },
  { "pinned", N_ ("Pinned") },
  { "name", N_ ("Name") },
  { "value", N_ ("Value") },
  { "status", N_ ("Status") },
  { "completedAt", N_ ("End") },
  { "durationMs", N_ ("Duration in ms") },
  { "sourceFile", N_ ("File") },
  { "sourceLine", N_ ("Line") },
  { "metadata", N_ ("More about it") },
  { "folder", N_ ("Folder") },
  { "services", N_ ("Services") },
  { "answer", N_ ("Answer") },
  { "choice", N_ ("Editor") },
};

static const Word keepers[] = {
  { "keyring", N_ ("In the keyring of your desktop") },
  { "file", N_ ("In a file that only you can read") },
  { "session", N_ ("Nowhere: you sign in after each start") },
};

/* A word that is not known is better than none. */
static const char *
find_text (const Word *words, gsize n, const char *word)
{
  for (gsize i = 0; i < n; i++)
    {
      if (g_strcmp0 (words[i].word, word) == 0)
        return _ (words[i].text);
    }
  return word != NULL ? word : "";
}

#define FIND(words, word) find_text (words, G_N_ELEMENTS (words), word)

/* --- How it is ------------------------------------------------------------------------------------------- */

/**
 * flow_sync_words_state:
 * @state: how syncing is
 *
 * Returns: (transfer none): a few words
 */
const char *
flow_sync_words_state (FlowSyncState state)
{
  return _ (states[state].text);
}

/**
 * flow_sync_words_icon:
 * @state: how syncing is
 *
 * Returns: (transfer none): a symbolic icon
 */
const char *
flow_sync_words_icon (FlowSyncState state)
{
  return states[state].icon;
}

/**
 * flow_sync_words_about:
 * @board: how syncing is
 * @now_ns: the time now, ns since 1970
 *
 * Returns: (transfer full): when it last worked, and with which server
 */
char *
flow_sync_words_about (FlowSyncBoard *board, gint64 now_ns)
{
  JsonObject *status = flow_sync_board_get_status (board);
  const char *text = status != NULL ? flow_json_get_string (status, "last_success") : NULL;
  gint64 time_ns = 0;
  g_autofree char *when = NULL;

  if (text == NULL || !flow_time_parse (text, 0, &time_ns, NULL))
    return g_strdup (_ ("Not synced yet"));
  when = flow_connection_text_when (time_ns, now_ns);
  return g_strdup_printf (_ ("Last synced %s"), when);
}

/**
 * flow_sync_words_changes:
 * @n: how many
 *
 * Returns: (transfer full): “12 changes”
 */
char *
flow_sync_words_changes (gint64 n)
{
  g_autofree char *number = flow_count_text_number ((guint64) MAX (n, 0));

  return g_strdup_printf (ngettext ("%s change", "%s changes", (gulong) MAX (n, 0)), number);
}

/**
 * flow_sync_words_pending:
 * @status: what the verb `sync-status` answered
 *
 * Returns: (transfer full) (nullable): what waits to be sent, like “12 changes, 4.1 kB”; %NULL when nothing does
 */
char *
flow_sync_words_pending (JsonObject *status)
{
  JsonObject *pending = flow_json_get_object (status, "pending");
  gint64 n = pending != NULL ? flow_json_get_int (pending, "operations") : 0;
  g_autofree char *changes = flow_sync_words_changes (n);
  g_autofree char *size = NULL;

  if (n <= 0)
    return NULL;
  size = g_format_size ((guint64) MAX (flow_json_get_int (pending, "bytes"), 0));
  return g_strdup_printf ("%s, %s", changes, size);
}

static char *
say_speed (JsonObject *speed, const char *member)
{
  g_autofree char *size = g_format_size ((guint64) MAX (flow_json_get_int (speed, member), 0));

  /* Translators: an amount of data in each second. */
  return g_strdup_printf (_ ("%s/s"), size);
}

/**
 * flow_sync_words_speed:
 * @status: what the verb `sync-status` answered
 *
 * Returns: (transfer full) (nullable): how fast it goes in both directions, and what compression saves; %NULL when
 *   nothing is known about it
 */
char *
flow_sync_words_speed (JsonObject *status)
{
  JsonObject *speed = flow_json_get_object (status, "speed");
  JsonNode *node = json_object_get_member (status, "ratio");
  double ratio = node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_double (node) : 0;
  g_autofree char *up = NULL, *down = NULL, *both = NULL;

  if (speed == NULL)
    return NULL;
  up = say_speed (speed, "up");
  down = say_speed (speed, "down");
  both = g_strdup_printf (_ ("%s sent, %s received"), up, down);
  if (ratio <= 0 || ratio >= 1)
    return g_steal_pointer (&both);
  return g_strdup_printf (_ ("%s, compressed to %d %%"), both, (int) (ratio * 100 + 0.5));
}

/**
 * flow_sync_words_line:
 * @board: how syncing is
 *
 * Returns: (transfer full) (nullable): it in a few words, %NULL when nobody uses it
 */
char *
flow_sync_words_line (FlowSyncBoard *board)
{
  guint conflicts = flow_sync_board_count_conflicts (board);
  FlowSyncState state = flow_sync_board_get_state (board);
  JsonObject *status = flow_sync_board_get_status (board);
  JsonObject *pending = status != NULL ? flow_json_get_object (status, "pending") : NULL;
  g_autofree char *changes = NULL;

  if (status == NULL || state == FLOW_SYNC_OFF)
    return NULL;
  if (state != FLOW_SYNC_SIGNED_OUT && state != FLOW_SYNC_NEEDS_PASSPHRASE && conflicts > 0)
    return g_strdup_printf (ngettext ("%u conflict", "%u conflicts", conflicts), conflicts);
  if (state == FLOW_SYNC_IDLE)
    return g_strdup (_ ("All synced"));
  if (state != FLOW_SYNC_OFFLINE || pending == NULL || flow_json_get_int (pending, "operations") <= 0)
    return g_strdup_printf (_ ("Sync: %s"), flow_sync_words_state (state));
  changes = flow_sync_words_changes (flow_json_get_int (pending, "operations"));
  /* Translators: “Offline: 12 changes waiting”. */
  return g_strdup_printf (_ ("Offline: %s waiting"), changes);
}

/* --- What it is about ------------------------------------------------------------------------------------ */

/**
 * flow_sync_words_table:
 * @table: the name of a table
 *
 * Returns: (transfer none): what is in it
 */
const char *
flow_sync_words_table (const char *table)
{
  return FIND (tables, table);
}

/**
 * flow_sync_words_counts:
 * @counts: numbers by table, as the verb `sync-setup` answers
 *
 * Returns: (transfer full): “1,200 notes, titles and pins; 4 workspaces”
 */
char *
flow_sync_words_counts (JsonObject *counts)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GList) members = json_object_get_members (counts);

  for (GList *l = members; l != NULL; l = l->next)
    {
      gint64 n = flow_json_get_int (counts, l->data);
      g_autofree char *number = flow_count_text_number ((guint64) MAX (n, 0));

      if (n > 0)
        g_string_append_printf (text, "%s%s %s", text->len > 0 ? "; " : "", number, flow_sync_words_table (l->data));
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/**
 * flow_sync_words_field:
 * @field: the name of a field of a record
 *
 * Returns: (transfer none): what people call it
 */
const char *
flow_sync_words_field (const char *field)
{
  return FIND (fields, field);
}

static char *
join (JsonArray *array)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      g_autofree char *element = flow_sync_words_value (json_array_get_element (array, i));

      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", element);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/**
 * flow_sync_words_value:
 * @value: (nullable): the value of a field
 *
 * Returns: (transfer full): it as text, empty for none
 */
char *
flow_sync_words_value (JsonNode *value)
{
  if (value == NULL || JSON_NODE_HOLDS_NULL (value))
    return g_strdup ("");
  if (JSON_NODE_HOLDS_ARRAY (value))
    return join (json_node_get_array (value));
  if (JSON_NODE_HOLDS_OBJECT (value))
    return json_to_string (value, TRUE);
  if (json_node_get_value_type (value) == G_TYPE_STRING)
    return g_strdup (json_node_get_string (value));
  if (json_node_get_value_type (value) == G_TYPE_BOOLEAN)
    return g_strdup (json_node_get_boolean (value) ? _ ("Yes") : _ ("No"));
  return json_to_string (value, FALSE);
}

/**
 * flow_sync_words_seconds:
 * @seconds: a time
 *
 * Returns: (transfer full): “48 seconds”, “12 minutes”
 */
char *
flow_sync_words_seconds (gint64 seconds)
{
  guint n = (guint) CLAMP (seconds, 1, G_MAXINT);

  if (n < 120)
    return g_strdup_printf (ngettext ("%u second", "%u seconds", n), n);
  n = (n + 59) / 60;
  return g_strdup_printf (ngettext ("%u minute", "%u minutes", n), n);
}

/**
 * flow_sync_words_keeper:
 * @kind: `keyring`, `file` or `session`
 *
 * Returns: (transfer none): where the keys are kept
 */
const char *
flow_sync_words_keeper (const char *kind)
{
  return FIND (keepers, kind);
}
