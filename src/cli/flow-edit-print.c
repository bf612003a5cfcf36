/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit-print"

#include "cli/flow-edit-print.h"

#include <glib/gi18n.h>
#include <string.h>

#include "cli/flow-json-cells.h"
#include "trace/flow-time-text.h"

/* What the verbs about edited texts answer, for people. */

#define SHORT_ID 8

typedef void (*ObjectFunc) (FlowCli *cli, JsonObject *object);

static void
for_each (FlowCli *cli, JsonObject *object, const char *key, ObjectFunc func)
{
  JsonArray *array = flow_json_get_array (object, key);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_OBJECT (node))
        func (cli, json_node_get_object (node));
    }
}

static const char *
get_text (JsonObject *object, const char *key)
{
  const char *text = object != NULL ? flow_json_get_string (object, key) : NULL;

  return text != NULL ? text : "";
}

/* As much of an id as tells it from others, mostly; the verbs take that. */
static void
add_id (FlowTextTable *table, JsonObject *row)
{
  g_autofree char *id = g_strndup (get_text (row, "id"), SHORT_ID);

  flow_text_table_add_outside (table, id);
}

static const char *
name_state (JsonObject *session)
{
  const char *state = get_text (session, "state");

  if (flow_json_get_bool (session, "conflict"))
    return _ ("conflict");
  if (flow_json_get_object (session, "error") != NULL)
    return _ ("failed");
  if (g_str_equal (state, "open"))
    return _ ("open");
  return g_str_equal (state, "detached") ? _ ("waits") : state;
}

/* A title that says nothing is no name. */
static const char *
name_text (JsonObject *session)
{
  const char *title = get_text (session, "title");

  return title[0] != '\0' ? title : get_text (session, "url");
}

static void
add_session (JsonObject *session, FlowCli *cli, FlowTextTable *table)
{
  add_id (table, session);
  flow_text_table_add (table, g_strdup (name_state (session)));
  flow_json_cells_number (table, session, "revision");
  flow_json_cells_number (table, session, "length");
  flow_json_cells_time (table, cli, session, "changed");
  flow_text_table_add_outside (table, get_text (flow_json_get_object (session, "editor"), "name"));
  flow_json_cells_text (table, session, "site");
  flow_text_table_add_outside (table, name_text (session));
}

/**
 * flow_edit_print_sessions:
 * @cli: where to print
 * @answer: what the verb `edits` answers
 *
 * Print the texts that are open.
 */
void
flow_edit_print_sessions (FlowCli *cli, JsonObject *answer)
{
  const char *const titles[] = { _ ("ID"),      _ ("STATE"),  _ ("REVISION"), _ ("LENGTH"),
                                 _ ("CHANGED"), _ ("EDITOR"), _ ("SITE"),     _ ("TITLE") };
  g_autoptr (FlowTextTable) table = flow_text_table_new (titles, "llrrllll");

  flow_json_cells_add_rows (answer, "sessions", cli, table, add_session);
  if (flow_text_table_get_n_rows (table) > 0)
    flow_text_table_print (table, cli);
  else
    flow_cli_note (cli, _ ("flowctl: no text is being edited"));
}

static void
add_recoverable (JsonObject *session, FlowCli *cli, FlowTextTable *table)
{
  add_id (table, session);
  flow_json_cells_text (table, session, "reason");
  flow_json_cells_number (table, session, "length");
  flow_json_cells_time (table, cli, session, "changed");
  flow_json_cells_text (table, session, "site");
  flow_text_table_add_outside (table, name_text (session));
}

/**
 * flow_edit_print_recoverable:
 * @cli: where to print
 * @answer: what the verb `edits` answers
 *
 * Print the texts that can be brought back.
 */
void
flow_edit_print_recoverable (FlowCli *cli, JsonObject *answer)
{
  const char *const titles[] = { _ ("ID"), _ ("WHY CLOSED"), _ ("LENGTH"), _ ("CHANGED"), _ ("SITE"), _ ("TITLE") };
  g_autoptr (FlowTextTable) table = flow_text_table_new (titles, "llrlll");

  flow_json_cells_add_rows (answer, "recoverable", cli, table, add_recoverable);
  if (flow_text_table_get_n_rows (table) > 0)
    flow_text_table_print (table, cli);
  else
    flow_cli_note (cli, _ ("flowctl: no closed text is kept"));
}

/* Each line of a text behind a mark. */
static void
print_lines (FlowCli *cli, FlowStyle style, const char *mark, const char *text)
{
  do
    {
      const char *end = strchrnul (text, '\n');

      flow_cli_print (cli, "%s%s", flow_cli_style (cli, style), mark);
      flow_cli_print_outside (cli, text, end - text);
      flow_cli_print (cli, "%s\n", flow_cli_style (cli, FLOW_STYLE_PLAIN));
      text = *end != '\0' ? end + 1 : end;
    }
  while (*text != '\0');
}

static void
print_part (FlowCli *cli, JsonObject *part)
{
  const char *kind = get_text (part, "kind");

  if (g_str_equal (kind, "insert"))
    print_lines (cli, FLOW_STYLE_GOOD, "  + ", get_text (part, "text"));
  else if (g_str_equal (kind, "delete"))
    print_lines (cli, FLOW_STYLE_ERROR, "  - ", get_text (part, "text"));
}

static void
print_time (FlowCli *cli, const char *text)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, NULL);
  g_autofree char *shown = NULL;

  if (time == NULL)
    return;
  shown = flow_time_format ((g_date_time_to_unix (time) * G_USEC_PER_SEC + g_date_time_get_microsecond (time)) * 1000,
                            flow_cli_now (cli));
  flow_cli_print (cli, "  %s", shown);
}

static void
print_entry (FlowCli *cli, JsonObject *entry)
{
  flow_cli_print (cli, "%s%" G_GINT64_FORMAT "%s", flow_cli_style (cli, FLOW_STYLE_BOLD),
                  flow_json_get_int (entry, "revision"), flow_cli_style (cli, FLOW_STYLE_PLAIN));
  print_time (cli, get_text (entry, "time"));
  flow_cli_print (cli, "  ");
  flow_cli_print_outside (cli, get_text (entry, "what"), -1);
  flow_cli_print (cli, "  %s", flow_cli_style (cli, FLOW_STYLE_NAME));
  flow_cli_print_outside (cli, get_text (entry, "by"), -1);
  flow_cli_print (cli, "%s  +%" G_GINT64_FORMAT " −%" G_GINT64_FORMAT "\n", flow_cli_style (cli, FLOW_STYLE_PLAIN),
                  flow_json_get_int (entry, "inserted"), flow_json_get_int (entry, "deleted"));
  for_each (cli, entry, "diff", print_part);
}

/**
 * flow_edit_print_journal:
 * @cli: where to print
 * @answer: what the verb `edit-journal` answers
 *
 * Print what was done to a text.
 */
void
flow_edit_print_journal (FlowCli *cli, JsonObject *answer)
{
  for_each (cli, answer, "entries", print_entry);
  if (flow_json_get_bool (answer, "more"))
    flow_cli_note (cli, _ ("flowctl: there is more; --limit shows it"));
}

static void
print_hunk (FlowCli *cli, JsonObject *hunk)
{
  const char *kind = get_text (hunk, "kind");

  if (g_str_equal (kind, "same"))
    return;
  flow_cli_print (cli, "%s#%" G_GINT64_FORMAT "%s ", flow_cli_style (cli, FLOW_STYLE_BOLD),
                  flow_json_get_int (hunk, "number"), flow_cli_style (cli, FLOW_STYLE_PLAIN));
  flow_cli_print_outside (cli, kind, -1);
  flow_cli_print (cli, "\n");
  print_lines (cli, FLOW_STYLE_DIM, "  = ", get_text (hunk, "base"));
  print_lines (cli, FLOW_STYLE_GOOD, "  < ", get_text (hunk, "mine"));
  print_lines (cli, FLOW_STYLE_WARNING, "  > ", get_text (hunk, "theirs"));
}

/**
 * flow_edit_print_conflict:
 * @cli: where to print
 * @answer: what the verb `edit-conflicts` answers
 *
 * Print where two sides changed the same words.
 */
void
flow_edit_print_conflict (FlowCli *cli, JsonObject *answer)
{
  flow_cli_print (cli, "= %s\n< ", _ ("before"));
  flow_cli_print_outside (cli, get_text (answer, "mine_by"), -1);
  flow_cli_print (cli, "\n> ");
  flow_cli_print_outside (cli, get_text (answer, "theirs_by"), -1);
  flow_cli_print (cli, "\n\n");
  for_each (cli, answer, "hunks", print_hunk);
}

/**
 * flow_edit_print_text:
 * @cli: where to print
 * @text: a text
 *
 * Print a text on a terminal, line by line, with its control characters escaped.
 */
void
flow_edit_print_text (FlowCli *cli, const char *text)
{
  if (text[0] != '\0')
    print_lines (cli, FLOW_STYLE_PLAIN, "", text);
}

static void
add_editor (JsonObject *editor, FlowCli *cli, FlowTextTable *table)
{
  gboolean here = flow_json_get_bool (editor, "connected") || flow_json_get_bool (editor, "installed");

  flow_json_cells_text (table, editor, "choice");
  flow_text_table_add (table, g_strdup (flow_json_get_bool (editor, "connected") ? _ ("connected")
                                        : here                                   ? _ ("installed")
                                                                                 : _ ("not found")));
  flow_json_cells_text (table, editor, "name");
}

/**
 * flow_edit_print_editors:
 * @cli: where to print
 * @answer: what the verb `edit-editors` answers
 *
 * Print the editors that can be chosen.
 */
void
flow_edit_print_editors (FlowCli *cli, JsonObject *answer)
{
  const char *const titles[] = { _ ("EDITOR"), _ ("STATE"), _ ("NAME") };
  g_autoptr (FlowTextTable) table = flow_text_table_new (titles, "lll");

  flow_json_cells_add_rows (answer, "choices", cli, table, add_editor);
  flow_text_table_print (table, cli);
}
