/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync-conflict"

#include "app/sync/flow-sync-conflict.h"

#include <glib/gi18n.h>

#include "app/connections/flow-connection-text.h"
#include "app/sync/flow-sync-words.h"
#include "hub/flow-json-read.h"

static const char *const keeps[FLOW_SYNC_N_KEEPS] = {
  [FLOW_SYNC_KEEP_NONE] = "",     [FLOW_SYNC_KEEP_MINE] = "mine", [FLOW_SYNC_KEEP_THEIRS] = "theirs",
  [FLOW_SYNC_KEEP_BOTH] = "both", [FLOW_SYNC_KEEP_OWN] = "value",
};

static gboolean
is_text (const char *text)
{
  return text != NULL && *text != '\0';
}

/**
 * flow_sync_conflict_get_title:
 * @conflict: what the verb `sync-conflicts` writes of one
 *
 * Returns: (transfer none): the record that it is about
 */
const char *
flow_sync_conflict_get_title (FlowEntry *conflict)
{
  const char *title = flow_entry_get_text (conflict, "title"), *record = flow_entry_get_text (conflict, "record");

  return is_text (title) ? title : is_text (record) ? record : _ ("A record");
}

/**
 * flow_sync_conflict_is_open:
 * @conflict: what the verb `sync-conflicts` writes of one
 *
 * Returns: whether it waits for a decision
 */
gboolean
flow_sync_conflict_is_open (FlowEntry *conflict)
{
  return g_strcmp0 (flow_entry_get_text (conflict, "state"), "open") == 0;
}

/**
 * flow_sync_conflict_is_delete:
 * @conflict: what the verb `sync-conflicts` writes of one
 *
 * Returns: whether one device deleted what another changed
 */
gboolean
flow_sync_conflict_is_delete (FlowEntry *conflict)
{
  return flow_entry_get_text (conflict, "deleted_by") != NULL;
}

/* The names of the fields, in one line. */
static char *
list_fields (FlowEntry *conflict)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < flow_sync_conflict_get_n_fields (conflict); i++)
    {
      const char *field = flow_json_get_string (flow_sync_conflict_get_field (conflict, i), "field");

      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", flow_sync_words_field (field));
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Who is who is told by the first field. */
static char *
say_who (FlowEntry *conflict)
{
  const char *mine = flow_sync_conflict_get_by (conflict, "mine");
  const char *theirs = flow_sync_conflict_get_by (conflict, "theirs");
  const char *deleted_by = flow_entry_get_text (conflict, "deleted_by");
  const char *other = g_strcmp0 (deleted_by, theirs) == 0 ? mine : theirs;

  if (deleted_by != NULL)
    return g_strdup_printf (_ ("deleted on %s, changed on %s"), deleted_by, other);
  return g_strdup_printf (_ ("changed on %s and on %s"), mine, theirs);
}

/**
 * flow_sync_conflict_describe:
 * @conflict: what the verb `sync-conflicts` writes of one
 * @now_ns: the time now, ns since 1970
 *
 * Returns: (transfer full): which fields, who, and when, like “Note: changed on Desk and on Laptop · 20:58”
 */
char *
flow_sync_conflict_describe (FlowEntry *conflict, gint64 now_ns)
{
  g_autofree char *fields = list_fields (conflict), *who = say_who (conflict);
  g_autofree char *when = flow_connection_text_when (flow_entry_get_time (conflict, "time"), now_ns);

  return *fields != '\0' ? g_strdup_printf ("%s: %s · %s", fields, who, when) : g_strdup_printf ("%s · %s", who, when);
}

static gboolean
is_automatic (FlowEntry *conflict)
{
  for (guint i = 0; i < flow_sync_conflict_get_n_fields (conflict); i++)
    {
      if (!flow_json_get_bool (flow_sync_conflict_get_field (conflict, i), "auto"))
        return FALSE;
    }
  return TRUE;
}

/**
 * flow_sync_conflict_say_outcome:
 * @conflict: what the verb `sync-conflicts` writes of one that was decided
 *
 * Returns: (transfer full): who decided
 */
char *
flow_sync_conflict_say_outcome (FlowEntry *conflict)
{
  const char *by = flow_entry_get_text (conflict, "by");

  if (g_strcmp0 (flow_entry_get_text (conflict, "state"), "undone") == 0)
    return g_strdup (_ ("The decision was undone"));
  if (is_automatic (conflict))
    return g_strdup (_ ("Decided by the rule of the field"));
  return is_text (by) ? g_strdup_printf (_ ("Decided on %s"), by) : g_strdup (_ ("Decided"));
}

/**
 * flow_sync_conflict_get_n_fields:
 * @conflict: what the verb `sync-conflicts` writes of one
 *
 * Returns: how many fields it is about
 */
guint
flow_sync_conflict_get_n_fields (FlowEntry *conflict)
{
  JsonArray *fields = flow_entry_get_list (conflict, "fields");

  return fields != NULL ? json_array_get_length (fields) : 0;
}

/**
 * flow_sync_conflict_get_field:
 * @conflict: what the verb `sync-conflicts` writes of one
 * @index: less than flow_sync_conflict_get_n_fields()
 *
 * Returns: (transfer none) (nullable): what it writes of a field
 */
JsonObject *
flow_sync_conflict_get_field (FlowEntry *conflict, guint index)
{
  JsonNode *node = json_array_get_element (flow_entry_get_list (conflict, "fields"), index);

  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/**
 * flow_sync_conflict_get_by:
 * @conflict: what the verb `sync-conflicts` writes of one
 * @side: `mine` or `theirs`
 *
 * Returns: (transfer none): the name of that device
 */
const char *
flow_sync_conflict_get_by (FlowEntry *conflict, const char *side)
{
  JsonObject *field = flow_sync_conflict_get_n_fields (conflict) > 0 ? flow_sync_conflict_get_field (conflict, 0)
                                                                     : NULL;
  JsonObject *version = field != NULL ? flow_json_get_object (field, side) : NULL;
  const char *by = version != NULL ? flow_json_get_string (version, "by") : NULL;

  if (is_text (by))
    return by;
  return g_str_equal (side, "mine") ? _ ("this device") : _ ("another device");
}

static JsonNode *
get_value (JsonObject *field, const char *side)
{
  JsonObject *version = flow_json_get_object (field, side);

  return version != NULL ? json_object_get_member (version, "value") : NULL;
}

static gboolean
can_be_joined (JsonNode *value)
{
  return value != NULL && (JSON_NODE_HOLDS_ARRAY (value) ||
                           (JSON_NODE_HOLDS_VALUE (value) && json_node_get_value_type (value) == G_TYPE_STRING));
}

/**
 * flow_sync_field_can_keep_both:
 * @field: what the verb `sync-conflicts` writes of a field
 *
 * Returns: whether both versions fit into the field
 */
gboolean
flow_sync_field_can_keep_both (JsonObject *field)
{
  static const char *const joined[] = { "note", "tags", NULL };
  const char *name = flow_json_get_string (field, "field");

  return name != NULL && g_strv_contains (joined, name) && can_be_joined (get_value (field, "mine")) &&
         can_be_joined (get_value (field, "theirs"));
}

/**
 * flow_sync_field_is_text:
 * @field: what the verb `sync-conflicts` writes of a field
 *
 * Returns: whether both versions are texts, of which the user can write another one
 */
gboolean
flow_sync_field_is_text (JsonObject *field)
{
  JsonNode *mine = get_value (field, "mine"), *theirs = get_value (field, "theirs");

  return can_be_joined (mine) && !JSON_NODE_HOLDS_ARRAY (mine) && can_be_joined (theirs) &&
         !JSON_NODE_HOLDS_ARRAY (theirs);
}

/**
 * flow_sync_field_get_kept:
 * @field: what the verb `sync-conflicts` writes of a field
 *
 * Returns: whose version was chosen; %FLOW_SYNC_KEEP_NONE when none was, or another one
 */
FlowSyncKeep
flow_sync_field_get_kept (JsonObject *field)
{
  JsonNode *chosen = json_object_get_member (field, "chosen");

  if (chosen == NULL || JSON_NODE_HOLDS_NULL (chosen))
    return FLOW_SYNC_KEEP_NONE;
  for (FlowSyncKeep keep = FLOW_SYNC_KEEP_MINE; keep <= FLOW_SYNC_KEEP_THEIRS; keep++)
    {
      JsonNode *value = get_value (field, keeps[keep]);

      if (value != NULL && json_node_equal (value, chosen))
        return keep;
    }
  return FLOW_SYNC_KEEP_NONE;
}

/**
 * flow_sync_keep_get_word:
 * @keep: what is kept
 *
 * Returns: (transfer none): the word of the verb `sync-resolve` for it
 */
const char *
flow_sync_keep_get_word (FlowSyncKeep keep)
{
  return keeps[keep];
}
