/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-shortcuts"

#include "app/shell/flow-shortcuts.h"

#include <glib/gi18n.h>

#include "app/traces/flow-trace-actions.h"

/*
 * FlowShortcut:
 *
 * One line of the shortcuts window. With an action the keys are set from here; without one the widget that has the
 * focus knows the key itself.
 */
typedef struct
{
  const char *group;
  const char *title;
  const char *keys; /* as GtkShortcutsShortcut takes them: one or several accelerators with spaces between */
  const char *action;
} FlowShortcut;

static const FlowShortcut shortcuts[] = {
  { N_ ("Program"), N_ ("Search"), "<Primary>f", "win.search" },
  { N_ ("Program"), N_ ("Go back"), "<Alt>Left", "win.back" },
  { N_ ("Program"), N_ ("Show the traces"), "<Alt>1", "win.page::traces" },
  { N_ ("Program"), N_ ("Show the edits"), "<Alt>2", "win.page::edits" },
  { N_ ("Program"), N_ ("Show the connections"), "<Alt>3", "win.page::connections" },
  { N_ ("Program"), N_ ("Show the log"), "<Alt>4", "win.page::log" },
  { N_ ("Program"), N_ ("Import a file"), "<Primary>o", "app.import" },
  { N_ ("Program"), N_ ("Preferences"), "<Primary>comma", "app.preferences::general" },
  { N_ ("Program"), N_ ("Keyboard shortcuts"), "<Primary>question", "win.show-help-overlay" },
  { N_ ("Program"), N_ ("Main menu"), "F10", NULL },
  { N_ ("Program"), N_ ("Close the window"), "<Primary>w", "window.close" },
  { N_ ("Program"), N_ ("Quit"), "<Primary>q", "app.quit" },

  { N_ ("List of traces"), N_ ("Next trace"), "Down j", NULL },
  { N_ ("List of traces"), N_ ("Previous trace"), "Up k", NULL },
  { N_ ("List of traces"), N_ ("Open the trace"), "Return l", NULL },
  { N_ ("List of traces"), N_ ("Filter"), "slash", NULL },
  { N_ ("List of traces"), N_ ("Follow new traces, or pause"), "f", NULL },
  { N_ ("List of traces"), N_ ("Pin the trace"), "p", NULL },
  { N_ ("List of traces"), N_ ("Copy its ID"), "y", NULL },
  { N_ ("List of traces"), N_ ("Erase the trace"), "Delete", NULL },

  { N_ ("Edit"), N_ ("Undo the last change"), "<Primary>z", NULL },
  { N_ ("Edit"), N_ ("Redo it"), "<Primary><Shift>z", NULL },
};

/**
 * flow_shortcuts_install:
 * @application: the program
 *
 * Give the actions their keys.
 */
void
flow_shortcuts_install (GtkApplication *application)
{
  for (gsize i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    {
      g_auto (GStrv) keys = NULL;

      if (shortcuts[i].action == NULL)
        continue;
      keys = g_strsplit (shortcuts[i].keys, " ", -1);
      gtk_application_set_accels_for_action (application, shortcuts[i].action, (const char *const *) keys);
    }
}

static void
append_text (GString *ui, const char *property, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  g_string_append_printf (ui, "<property name=\"%s\">%s</property>", property, escaped);
}

static void
append_shortcut (GString *ui, const char *title, const char *keys)
{
  g_string_append (ui, "<child><object class=\"GtkShortcutsShortcut\">");
  append_text (ui, "title", _ (title));
  append_text (ui, "accelerator", keys);
  g_string_append (ui, "</object></child>");
}

static void
begin_group (GString *ui, const char *title)
{
  g_string_append (ui, "<child><object class=\"GtkShortcutsGroup\">");
  append_text (ui, "title", _ (title));
}

static void
end_group (GString *ui)
{
  g_string_append (ui, "</object></child>");
}

/* The keys of an open trace are its view's own. One group of all would be higher than a screen: these begin others. */
static void
append_trace_keys (GString *ui)
{
  static const struct
  {
    const char *first;
    const char *title;
  } groups[] = {
    { "trace.up", N_ ("Spans of a trace") },
    { "trace.details", N_ ("One span") },
    { "trace.zoom-in", N_ ("Time of a trace") },
  };
  guint n = 0;
  const FlowTraceKey *keys = flow_trace_actions_get_keys (&n);

  for (guint i = 0; i < n; i++)
    {
      for (gsize j = 0; j < G_N_ELEMENTS (groups); j++)
        {
          if (!g_str_equal (groups[j].first, keys[i].action))
            continue;
          if (i > 0)
            end_group (ui);
          begin_group (ui, groups[j].title);
        }
      append_shortcut (ui, keys[i].title, keys[i].keys);
    }
  end_group (ui);
}

/* GTK 4.8 can be given groups and shortcuts by a builder only. */
static char *
make_ui (void)
{
  GString *ui = g_string_new ("<interface><object class=\"GtkShortcutsWindow\" id=\"window\">"
                              "<property name=\"modal\">1</property>"
                              "<child><object class=\"GtkShortcutsSection\">"
                              "<property name=\"section-name\">all</property>"
                              "<property name=\"max-height\">12</property>");

  for (gsize i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    {
      if (i == 0 || !g_str_equal (shortcuts[i].group, shortcuts[i - 1].group))
        begin_group (ui, shortcuts[i].group);
      append_shortcut (ui, shortcuts[i].title, shortcuts[i].keys);
      if (i + 1 == G_N_ELEMENTS (shortcuts) || !g_str_equal (shortcuts[i].group, shortcuts[i + 1].group))
        end_group (ui);
    }
  append_trace_keys (ui);
  g_string_append (ui, "</object></child></object></interface>");
  return g_string_free (ui, FALSE);
}

/**
 * flow_shortcuts_window_new:
 *
 * Returns: (transfer none): a window that shows all keys, made from the same table that sets them
 */
GtkWidget *
flow_shortcuts_window_new (void)
{
  g_autofree char *ui = make_ui ();
  g_autoptr (GtkBuilder) builder = gtk_builder_new_from_string (ui, -1);

  /* GTK keeps it until it is destroyed. */
  return GTK_WIDGET (gtk_builder_get_object (builder, "window"));
}
