/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-editor-preferences-page"

#include "app/code/flow-editor-preferences-page.h"

#include <glib/gi18n.h>

/**
 * FlowEditorPreferencesPage:
 *
 * Which editor opens code, and which files it may open.
 */
struct _FlowEditorPreferencesPage
{
  AdwPreferencesPage parent_instance;

  FlowServices *services;
};

G_DEFINE_FINAL_TYPE (FlowEditorPreferencesPage, flow_editor_preferences_page, ADW_TYPE_PREFERENCES_PAGE)

static void
flow_editor_preferences_page_dispose (GObject *object)
{
  FlowEditorPreferencesPage *self = FLOW_EDITOR_PREFERENCES_PAGE (object);

  g_clear_object (&self->services);

  G_OBJECT_CLASS (flow_editor_preferences_page_parent_class)->dispose (object);
}

static void
flow_editor_preferences_page_class_init (FlowEditorPreferencesPageClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_editor_preferences_page_dispose;
}

static void
flow_editor_preferences_page_init (FlowEditorPreferencesPage *self)
{
}

/**
 * flow_editor_preferences_page_new:
 * @services: what pages work with
 *
 * Returns: (transfer floating): the page "Editor" of the preferences, named "editor"
 */
GtkWidget *
flow_editor_preferences_page_new (FlowServices *services)
{
  FlowEditorPreferencesPage *self = g_object_new (FLOW_TYPE_EDITOR_PREFERENCES_PAGE, "name", "editor", "title",
                                                  _ ("Editor"), "icon-name", "text-editor-symbolic", NULL);

  self->services = g_object_ref (services);
  return GTK_WIDGET (self);
}
