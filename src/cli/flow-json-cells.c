/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cli"

#include "cli/flow-json-cells.h"

#include "trace/flow-time-text.h"

/**
 * flow_json_cells_add_rows:
 * @answer: what the hub answered
 * @key: an array in it
 * @cli: for @add
 * @table: for @add
 * @add: adds the row of one element
 *
 * Make a table of an array of objects.
 */
void
flow_json_cells_add_rows (JsonObject *answer, const char *key, FlowCli *cli, FlowTextTable *table, FlowJsonRowFunc add)
{
  JsonArray *array = flow_json_get_array (answer, key);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_OBJECT (node))
        add (json_node_get_object (node), cli, table);
    }
}

/** flow_json_cells_text: add the cell of a text; empty when there is none. */
void
flow_json_cells_text (FlowTextTable *table, JsonObject *row, const char *key)
{
  const char *text = flow_json_get_string (row, key);

  flow_text_table_add_outside (table, text != NULL ? text : "");
}

/** flow_json_cells_number: add the cell of an integer. */
void
flow_json_cells_number (FlowTextTable *table, JsonObject *row, const char *key)
{
  flow_text_table_add (table, g_strdup_printf ("%" G_GINT64_FORMAT, flow_json_get_int (row, key)));
}

/** flow_json_cells_list: add the cell of an array of texts. */
void
flow_json_cells_list (FlowTextTable *table, JsonObject *row, const char *key)
{
  JsonArray *array = flow_json_get_array (row, key);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
        continue;
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", json_node_get_string (node));
    }
  flow_text_table_add_outside (table, text->str);
}

/** flow_json_cells_time: add the cell of a time as in RFC 3339; empty when there is none. */
void
flow_json_cells_time (FlowTextTable *table, FlowCli *cli, JsonObject *row, const char *key)
{
  const char *text = flow_json_get_string (row, key);
  g_autoptr (GDateTime) time = text != NULL ? g_date_time_new_from_iso8601 (text, NULL) : NULL;
  gint64 us;

  if (time == NULL)
    {
      flow_text_table_add (table, NULL);
      return;
    }
  us = g_date_time_to_unix (time) * G_USEC_PER_SEC + g_date_time_get_microsecond (time);
  flow_text_table_add (table, flow_time_format (us * 1000, flow_cli_now (cli)));
}
