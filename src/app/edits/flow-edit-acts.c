/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit-acts"

#include "app/edits/flow-edit-acts.h"

#include <glib/gi18n.h>

#include "app/edits/flow-edit-words.h"
#include "app/shell/flow-toast.h"
#include "hub/flow-json-read.h"

/* What seems done with an edit, until it can no longer be taken back. */
typedef struct
{
  FlowEditBoard *board;
  FlowEntry *edit;
  const char *verb;
} Deed;

static void
deed_free (gpointer data)
{
  Deed *deed = data;

  g_object_unref (deed->board);
  g_object_unref (deed->edit);
  g_free (deed);
}

static void
do_it (gpointer data)
{
  Deed *deed = data;

  flow_edit_board_act_on (deed->board, deed->verb, flow_entry_get_key (deed->edit));
}

static void
list_again (gpointer data)
{
  Deed *deed = data;

  flow_board_unhide (FLOW_BOARD (deed->board), deed->edit);
}

static void
remove_edit (GtkWidget *from, FlowEditBoard *board, FlowEntry *edit, const char *verb, const char *format_told)
{
  Deed *deed = g_new (Deed, 1);
  g_autofree char *title = flow_edit_words_title (edit);
  g_autoptr (GString) told = g_string_new (format_told);

  g_string_replace (told, "%s", title, 1);
  *deed = (Deed) { g_object_ref (board), g_object_ref (edit), verb };
  /* What is shown of the edit goes with it, and what is found from there. */
  flow_toast_undo (from, told->str, G_CALLBACK (list_again), G_CALLBACK (do_it), deed, deed_free);
  flow_board_hide (FLOW_BOARD (board), deed->edit);
}

/**
 * flow_edit_acts_end:
 * @from: a widget of the window
 * @board: who does it
 * @edit: an edit that goes on
 *
 * Take the edit from the list at once, and really end it when nobody took that back.
 */
void
flow_edit_acts_end (GtkWidget *from, FlowEditBoard *board, FlowEntry *edit)
{
  remove_edit (from, board, edit, "edit-end", _ ("Editing %s ended"));
}

/**
 * flow_edit_acts_forget:
 * @from: a widget of the window
 * @board: who does it
 * @edit: an edit that can be brought back
 *
 * Take the edit from the list at once, and really forget it when nobody took that back.
 */
void
flow_edit_acts_forget (GtkWidget *from, FlowEditBoard *board, FlowEntry *edit)
{
  remove_edit (from, board, edit, "edit-forget", _ ("%s forgotten"));
}

/**
 * flow_edit_acts_choose:
 * @board: who does it
 * @subject: what is chosen for: `id`, `site` or `type`
 * @name: which one
 * @choice: (nullable): the editor, %NULL for the usual one
 *
 * Choose the editor of an edit, of a site or of a type of text.
 */
void
flow_edit_acts_choose (FlowEditBoard *board, const char *subject, const char *name, const char *choice)
{
  g_autoptr (JsonObject) arguments = json_object_new ();

  json_object_set_string_member (arguments, subject, name);
  if (choice != NULL)
    json_object_set_string_member (arguments, "choice", choice);
  else
    json_object_set_null_member (arguments, "choice");
  flow_edit_board_act (board, "edit-choose", arguments);
}

typedef struct
{
  FlowEditBoard *board;
  char *id;
} Question;

/* One that is connected opens at once; else the first that can be started. */
static const char *
find_default (JsonObject *answer)
{
  static const char *const signs[] = { "connected", "installed" };
  JsonArray *choices = flow_json_get_array (answer, "choices");

  for (gsize sign = 0; choices != NULL && sign < G_N_ELEMENTS (signs); sign++)
    for (guint i = 0; i < json_array_get_length (choices); i++)
      {
        JsonNode *node = json_array_get_element (choices, i);
        JsonObject *choice = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

        if (choice != NULL && flow_json_get_bool (choice, signs[sign]))
          return flow_json_get_string (choice, "choice");
      }
  return NULL;
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Question *question = data;
  g_autoptr (FlowEditBoard) board = question->board;
  g_autofree char *id = question->id;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = flow_board_ask_finish (FLOW_BOARD (board), result, &error);
  const char *choice = answer != NULL ? find_default (answer) : NULL;

  if (choice != NULL)
    flow_edit_acts_choose (board, "id", id, choice);
  else
    flow_toast (NULL, answer != NULL ? _ ("No editor was found on this computer") : error->message);
}

/**
 * flow_edit_acts_use_default:
 * @board: who does it
 * @id: an edit's id
 *
 * Open an edit in the first editor that is connected, or else installed, whatever was chosen for it.
 */
void
flow_edit_acts_use_default (FlowEditBoard *board, const char *id)
{
  Question *question = g_new (Question, 1);

  *question = (Question) { g_object_ref (board), g_strdup (id) };
  flow_board_ask_async (FLOW_BOARD (board), "edit-editors", NULL, NULL, answered_cb, question);
}
