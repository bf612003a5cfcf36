/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-actions"

#include "app/traces/flow-trace-actions.h"

#include <glib/gi18n.h>

static const FlowTraceKey keys[] = {
  { "trace.up", "Up k", N_ ("Previous span") },
  { "trace.down", "Down j", N_ ("Next span") },
  { "trace.page-up", "Page_Up", N_ ("A page up") },
  { "trace.page-down", "Page_Down", N_ ("A page down") },
  { "trace.first", "Home", N_ ("First span") },
  { "trace.last", "End", N_ ("Last span") },
  { "trace.fold", "Left h", N_ ("Fold, or go to the parent") },
  { "trace.unfold", "Right l", N_ ("Unfold, or go to the first child") },
  { "trace.fold-subtree", "<Shift>Left", N_ ("Fold everything below") },
  { "trace.unfold-subtree", "<Shift>Right", N_ ("Unfold everything below") },
  { "trace.fold-all", "bracketleft", N_ ("Fold all") },
  { "trace.unfold-all", "bracketright", N_ ("Unfold all") },
  { "trace.fold-level", "o", N_ ("Fold one level") },
  { "trace.unfold-level", "p", N_ ("Unfold one level") },
  { "trace.details", "Return KP_Enter", N_ ("Show or hide details") },
  { "trace.open-code", "g", N_ ("Go to code") },
  { "trace.copy-id", "y", N_ ("Copy the span's ID") },
  { "trace.search", "slash", N_ ("Search in the trace") },
  { "trace.next-match", "n", N_ ("Next match") },
  { "trace.previous-match", "<Shift>n", N_ ("Previous match") },
  { "trace.next-critical", "c", N_ ("Next on the critical path") },
  { "trace.previous-critical", "<Shift>c", N_ ("Previous on the critical path") },
  { "trace.next-error", "e", N_ ("Next error") },
  { "trace.previous-error", "<Shift>e", N_ ("Previous error") },
  { "trace.zoom-in", "plus KP_Add equal", N_ ("Zoom in") },
  { "trace.zoom-out", "minus KP_Subtract", N_ ("Zoom out") },
  { "trace.zoom-span", "z", N_ ("Zoom to the span") },
  { "trace.zoom-reset", "0 KP_0", N_ ("Show the whole trace") },
  { "trace.pan-left", "a", N_ ("Earlier") },
  { "trace.pan-right", "d", N_ ("Later") },
  { "trace.narrower-names", "less", N_ ("Less room for names") },
  { "trace.wider-names", "greater", N_ ("More room for names") },
  { "trace.help", "question", N_ ("Show all keys") },
  { "trace.escape", "Escape", N_ ("Leave the search, then the details") },
};

/**
 * flow_trace_actions_get_keys:
 * @n: (out): how many
 *
 * Get the keys of the waterfall, for the window that lists all keys.
 *
 * Returns: (transfer none) (array length=n): them
 */
const FlowTraceKey *
flow_trace_actions_get_keys (guint *n)
{
  *n = G_N_ELEMENTS (keys);
  return keys;
}

/**
 * flow_trace_actions_make_shortcuts:
 *
 * Make what turns keys into actions. It comes before what a list does with them.
 *
 * Returns: (transfer full): a controller for the waterfall
 */
GtkEventController *
flow_trace_actions_make_shortcuts (void)
{
  GtkEventController *controller = gtk_shortcut_controller_new ();

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_auto (GStrv) each = g_strsplit (keys[i].keys, " ", -1);

      for (guint k = 0; each[k] != NULL; k++)
        {
          GtkShortcutTrigger *trigger = gtk_shortcut_trigger_parse_string (each[k]);

          gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller),
                                                gtk_shortcut_new (trigger, gtk_named_action_new (keys[i].action)));
        }
    }
  gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_CAPTURE);
  return controller;
}

/**
 * flow_trace_actions_make_escape:
 *
 * Make what lets the Escape key close the details from everywhere in the view. It comes after what a search does
 * with it.
 *
 * Returns: (transfer full): a controller for the view
 */
GtkEventController *
flow_trace_actions_make_escape (void)
{
  GtkEventController *controller = gtk_shortcut_controller_new ();

  gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (controller),
      gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_Escape, 0), gtk_named_action_new ("trace.escape")));
  return controller;
}
