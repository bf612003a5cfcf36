/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-toast"

#include "app/shell/flow-toast.h"

#include <adwaita.h>
#include <glib/gi18n.h>

/* As long as it takes to read a line, see what is gone, and reach the button. */
#define UNDO_SECONDS 8

/*
 * FlowUndo:
 *
 * Something that was hidden but not done yet. Exactly one of its two functions runs.
 */
typedef struct
{
  FlowToastFunc undo;
  FlowToastFunc final;
  gpointer data;
  GDestroyNotify destroy;
  gboolean settled;
} FlowUndo;

static GPtrArray *waiting;

static void
undo_settle (FlowUndo *self, FlowToastFunc func)
{
  if (self->settled)
    return;
  self->settled = TRUE;
  g_ptr_array_remove_fast (waiting, self);
  if (func != NULL)
    func (self->data);
}

/* The toast is gone, however that came. */
static void
undo_free (gpointer data)
{
  FlowUndo *self = data;

  undo_settle (self, self->final);
  if (self->destroy != NULL)
    self->destroy (self->data);
  g_free (self);
}

static void
undo_clicked_cb (AdwToast *toast, FlowUndo *self)
{
  undo_settle (self, self->undo);
}

static void
undo_dismissed_cb (AdwToast *toast, FlowUndo *self)
{
  undo_settle (self, self->final);
}

/* Dialogs and hidden windows have no place for toasts: the window in front, or any, has. */
static AdwToastOverlay *
find_overlay (GtkWidget *from)
{
  GtkWidget *overlay = from != NULL ? gtk_widget_get_ancestor (from, ADW_TYPE_TOAST_OVERLAY) : NULL;
  GApplication *application = g_application_get_default ();

  if (overlay == NULL && GTK_IS_APPLICATION (application))
    {
      for (GList *l = gtk_application_get_windows (GTK_APPLICATION (application)); l != NULL && overlay == NULL;
           l = l->next)
        {
          gpointer found = g_object_get_data (l->data, "flow-toast-overlay");

          if (found != NULL)
            overlay = GTK_WIDGET (found);
        }
    }
  return overlay != NULL ? ADW_TOAST_OVERLAY (overlay) : NULL;
}

static AdwToast *
make_toast (const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  /* The title of an AdwToast is markup. */
  return adw_toast_new (escaped);
}

static void
show (GtkWidget *from, AdwToast *toast)
{
  AdwToastOverlay *overlay = find_overlay (from);

  if (overlay != NULL)
    adw_toast_overlay_add_toast (overlay, toast);
  else
    g_object_unref (toast);
}

/**
 * flow_toast:
 * @from: (nullable): a widget of the window that is to show it
 * @text: a short sentence, not markup
 *
 * Say something that needs no answer.
 */
void
flow_toast (GtkWidget *from, const char *text)
{
  show (from, make_toast (text));
}

/**
 * flow_toast_action:
 * @from: (nullable): a widget of the window that is to show it
 * @text: a short sentence, not markup
 * @button: what the button says
 * @action: the full name of an action, like `app.preferences`
 * @target: (nullable): its parameter
 *
 * Say something, with a button that helps.
 */
void
flow_toast_action (GtkWidget *from, const char *text, const char *button, const char *action, GVariant *target)
{
  AdwToast *toast = make_toast (text);

  adw_toast_set_button_label (toast, button);
  adw_toast_set_action_name (toast, action);
  adw_toast_set_action_target_value (toast, target);
  adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH);
  show (from, toast);
}

/**
 * flow_toast_undo:
 * @from: (nullable): a widget of the window that is to show it
 * @text: what seems done, like “Trace erased”; not markup
 * @undo: (nullable): a #FlowToastFunc: take it back
 * @final: (nullable): a #FlowToastFunc: really do it
 * @data: for both
 * @destroy: (nullable): frees @data in the end
 *
 * Say that something is done, with eight seconds to take it back. Exactly one of @undo and @final runs, once: @final
 * also when the window closes or the program ends.
 */
void
flow_toast_undo (GtkWidget *from, const char *text, GCallback undo, GCallback final, gpointer data,
                 GDestroyNotify destroy)
{
  AdwToast *toast = make_toast (text);
  FlowUndo *self = g_new0 (FlowUndo, 1);

  self->undo = (FlowToastFunc) undo;
  self->final = (FlowToastFunc) final;
  self->data = data;
  self->destroy = destroy;
  if (waiting == NULL)
    waiting = g_ptr_array_new ();
  g_ptr_array_add (waiting, self);

  adw_toast_set_button_label (toast, _ ("Undo"));
  adw_toast_set_timeout (toast, UNDO_SECONDS);
  adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH);
  g_signal_connect (toast, "button-clicked", G_CALLBACK (undo_clicked_cb), self);
  g_signal_connect (toast, "dismissed", G_CALLBACK (undo_dismissed_cb), self);
  g_object_set_data_full (G_OBJECT (toast), "flow-undo", self, undo_free);
  show (from, toast);
}

/**
 * flow_toast_settle:
 *
 * Do now what still could be taken back, as the program ends.
 */
void
flow_toast_settle (void)
{
  while (waiting != NULL && waiting->len > 0)
    {
      FlowUndo *undo = g_ptr_array_index (waiting, waiting->len - 1);

      undo_settle (undo, undo->final);
    }
}
