/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit-trouble"

#include "app/edits/flow-edit-trouble.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

/* What the news are, each with its words. */
typedef struct
{
  const char *kind;
  const char *title;
  gboolean trouble; /* it keeps the user from going on */
} Kind;

static const Kind kinds[] = {
  { "conflict", N_ ("%s needs a decision"), FALSE },
  { "recovered", N_ ("%s was recovered"), FALSE },
  { "editor_not_found", N_ ("No editor for %s"), TRUE },
  { "no_permission", N_ ("%s cannot be opened"), TRUE },
  { "unexpected", N_ ("%s is not edited as it should"), TRUE },
};

static const Kind *
find_kind (const FlowEditNews *news)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      if (g_str_equal (kinds[i].kind, news->kind))
        return &kinds[i];
    }
  return &kinds[G_N_ELEMENTS (kinds) - 1];
}

/* After a start it is told how many texts there are; the newest is named. */
static guint
count_recovered (const FlowEditNews *news)
{
  guint64 n = 1;

  if (!g_str_equal (news->kind, "recovered") ||
      !g_ascii_string_to_unsigned (news->detail, 10, 1, G_MAXUINT16, &n, NULL))
    return 1;
  return (guint) n;
}

/**
 * flow_edit_trouble_is_one:
 * @news: what happened
 *
 * Returns: whether it keeps the user from going on, so that it is asked about
 */
gboolean
flow_edit_trouble_is_one (const FlowEditNews *news)
{
  return find_kind (news)->trouble;
}

/**
 * flow_edit_trouble_dup_title:
 * @news: what happened
 *
 * Returns: (transfer full): one line
 */
char *
flow_edit_trouble_dup_title (const FlowEditNews *news)
{
  g_autofree char *name = *news->title != '\0' ? g_strdup_printf (_ ("“%s”"), news->title) : g_strdup (_ ("A text"));
  g_autoptr (GString) title = g_string_new (_ (find_kind (news)->title));
  guint n = count_recovered (news);

  if (n > 1)
    return g_strdup_printf (ngettext ("%u text was recovered", "%u texts were recovered", n), n);
  g_string_replace (title, "%s", name, 1);
  return g_string_free (g_steal_pointer (&title), FALSE);
}

/* What the hub says, and what it is about where it does not say so. */
static char *
dup_message (const FlowEditNews *news)
{
  if (*news->detail == '\0' || strstr (news->message, news->detail) != NULL)
    return g_strdup (news->message);
  return g_strdup_printf (*news->message != '\0' ? "%s\n%s" : "%s%s", news->message, news->detail);
}

/* The folder is all that is told, or it is in what the hub says. */
static char *
dup_permission (const FlowEditNews *news)
{
  g_autofree char *message = news->detail[0] == '/'
                                 ? g_strdup_printf (_ ("FlowScope may not write in the folder %s."), news->detail)
                                 : dup_message (news);

  return g_strdup_printf ("%s\n%s", message, _ ("Allow it there, or choose an editor that needs no file."));
}

/**
 * flow_edit_trouble_dup_text:
 * @news: what happened
 *
 * Returns: (transfer full): what to know about it; not markup
 */
char *
flow_edit_trouble_dup_text (const FlowEditNews *news)
{
  if (g_str_equal (news->kind, "conflict"))
    return g_strdup (_ ("Both sides changed the same words. Both versions are in the text until you decide."));
  if (g_str_equal (news->kind, "recovered"))
    return g_strdup (_ ("What was typed before the end is there. Open the page again, or bring the text back."));
  if (g_str_equal (news->kind, "no_permission"))
    return dup_permission (news);
  return dup_message (news);
}

/**
 * flow_edit_trouble_list_ways:
 * @news: what happened
 * @ways: (out caller-allocates): what helps, the best first
 *
 * Returns: how many there are
 */
gsize
flow_edit_trouble_list_ways (const FlowEditNews *news, FlowEditWayOn ways[FLOW_EDIT_MAX_WAYS_ON])
{
  const FlowEditWayOn choose = { _ ("_Choose Editor…"), "choose-edit-editor", news->id };
  const FlowEditWayOn usual = { _ ("Use _Default"), "use-default-editor", news->id };
  const FlowEditWayOn log = { _ ("View _Logs"), "show-log", NULL };
  const FlowEditWayOn open = { _ ("_Open"), "show-edit", count_recovered (news) > 1 ? "" : news->id };
  gsize n = 0;

  if (!flow_edit_trouble_is_one (news))
    ways[n++] = open;
  else if (g_str_equal (news->kind, "editor_not_found"))
    {
      ways[n++] = choose;
      if (*news->id != '\0')
        ways[n++] = usual;
    }
  else if (g_str_equal (news->kind, "no_permission"))
    {
      ways[n++] = choose;
      ways[n++] = log;
    }
  else
    ways[n++] = log;
  return n;
}

/* --- The dialog ------------------------------------------------------------------------------------------ */

static void
response_cb (AdwMessageDialog *dialog, const char *response, GApplication *application)
{
  const char *id = g_object_get_data (G_OBJECT (dialog), "flow-id");

  if (g_str_equal (response, "close"))
    return;
  g_action_group_activate_action (G_ACTION_GROUP (application), response,
                                  g_action_group_get_action_parameter_type (G_ACTION_GROUP (application), response) !=
                                          NULL
                                      ? g_variant_new_string (id)
                                      : NULL);
}

/**
 * flow_edit_trouble_show:
 * @application: the program, which has the actions of the ways on
 * @parent: (nullable): the window in front
 * @news: what happened
 *
 * Tell it in a dialog whose buttons are the ways on.
 *
 * Returns: (transfer none): the dialog
 */
GtkWindow *
flow_edit_trouble_show (GtkApplication *application, GtkWindow *parent, const FlowEditNews *news)
{
  g_autofree char *title = flow_edit_trouble_dup_title (news), *text = flow_edit_trouble_dup_text (news);
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (parent, title, text));
  FlowEditWayOn ways[FLOW_EDIT_MAX_WAYS_ON];
  gsize n = flow_edit_trouble_list_ways (news, ways);

  adw_message_dialog_add_response (dialog, "close", _ ("C_lose"));
  for (gsize i = n; i > 0; i--)
    adw_message_dialog_add_response (dialog, ways[i - 1].action, ways[i - 1].label);
  adw_message_dialog_set_response_appearance (dialog, ways[0].action, ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (dialog, ways[0].action);
  adw_message_dialog_set_close_response (dialog, "close");
  g_object_set_data_full (G_OBJECT (dialog), "flow-id", g_strdup (news->id), g_free);
  g_signal_connect_object (dialog, "response", G_CALLBACK (response_cb), application, 0);
  gtk_window_present (GTK_WINDOW (dialog));
  return GTK_WINDOW (dialog);
}
