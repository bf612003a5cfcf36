/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync-run-row"

#include "app/sync/flow-sync-run-row.h"

#include <glib/gi18n.h>

#include "app/connections/flow-connection-text.h"
#include "app/sync/flow-sync-words.h"
#include "hub/flow-json-read.h"
#include "trace/flow-time-text.h"

/**
 * FlowSyncRunRow:
 *
 * One time that this device and the server spoke: why, what went, and whether it worked.
 */
struct _FlowSyncRunRow
{
  AdwActionRow parent_instance;

  FlowEntry *run;
  GtkImage *icon;
};

G_DEFINE_FINAL_TYPE (FlowSyncRunRow, flow_sync_run_row, ADW_TYPE_ACTION_ROW)

static const struct
{
  const char *word;
  const char *text;
} reasons[] = {
  { "commit", N_ ("Something changed here") },     { "push", N_ ("Another device changed something") },
  { "interval", N_ ("A look from time to time") }, { "start", N_ ("FlowScope started") },
  { "manual", N_ ("You asked for it") },           { "setup", N_ ("Syncing was turned on") },
};

static const char *
say_reason (const char *word)
{
  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      if (g_strcmp0 (reasons[i].word, word) == 0)
        return _ (reasons[i].text);
    }
  return word != NULL ? word : "";
}

static void
append_amount (GString *text, const char *format, FlowEntry *run, const char *changes_member, const char *bytes_member)
{
  gint64 n = flow_entry_get_number (run, changes_member);
  g_autofree char *changes = flow_sync_words_changes (n);
  g_autofree char *size = g_format_size ((guint64) MAX (flow_entry_get_number (run, bytes_member), 0));
  g_autofree char *amount = g_strdup_printf ("%s (%s)", changes, size);
  g_autoptr (GString) part = g_string_new (format);

  if (n <= 0)
    return;
  g_string_replace (part, "%s", amount, 1);
  g_string_append_printf (text, " · %s", part->str);
}

/* “20:58 · 0.12 s · 3 changes (1.5 kB) received · 1 conflict” */
static char *
describe (FlowEntry *run)
{
  gint64 start = flow_entry_get_time (run, "start"), conflicts = flow_entry_get_number (run, "conflicts");
  g_autofree char *when = flow_connection_text_when (start, g_get_real_time () * 1000);
  g_autofree char *lasted = flow_duration_format (MAX (flow_entry_get_time (run, "end") - start, 0));
  JsonObject *error = flow_entry_get_object (run, "error");
  const char *message = error != NULL ? flow_json_get_string (error, "message") : NULL;
  GString *text = g_string_new (when);

  g_string_append_printf (text, " · %s", lasted);
  append_amount (text, _ ("%s sent"), run, "sent", "bytes_up");
  append_amount (text, _ ("%s received"), run, "received", "bytes_down");
  if (conflicts > 0)
    {
      g_string_append (text, " · ");
      g_string_append_printf (text, ngettext ("%u conflict", "%u conflicts", (gulong) conflicts), (guint) conflicts);
    }
  if (message != NULL)
    g_string_append_printf (text, "\n%s", message);
  else if (flow_entry_get_number (run, "sent") <= 0 && flow_entry_get_number (run, "received") <= 0)
    g_string_append_printf (text, " · %s", _ ("nothing to exchange"));
  return g_string_free (text, FALSE);
}

static void
show (FlowSyncRunRow *self)
{
  gboolean failed = flow_entry_get_object (self->run, "error") != NULL;
  gboolean asked = flow_entry_get_number (self->run, "conflicts") > 0;
  g_autofree char *subtitle = describe (self->run);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), say_reason (flow_entry_get_text (self->run, "reason")));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), subtitle);
  gtk_image_set_from_icon_name (self->icon, failed  ? "dialog-error-symbolic"
                                            : asked ? "dialog-warning-symbolic"
                                                    : "emblem-ok-symbolic");
}

static void
flow_sync_run_row_dispose (GObject *object)
{
  g_clear_object (&FLOW_SYNC_RUN_ROW (object)->run);

  G_OBJECT_CLASS (flow_sync_run_row_parent_class)->dispose (object);
}

static void
flow_sync_run_row_class_init (FlowSyncRunRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_sync_run_row_dispose;
}

static void
flow_sync_run_row_init (FlowSyncRunRow *self)
{
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (self), 0);
  self->icon = GTK_IMAGE (gtk_image_new ());
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->icon), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  adw_action_row_add_prefix (ADW_ACTION_ROW (self), GTK_WIDGET (self->icon));
}

/**
 * flow_sync_run_row_new:
 * @run: what the verb `sync-history` writes of one
 *
 * Returns: (transfer floating): its row
 */
GtkWidget *
flow_sync_run_row_new (FlowEntry *run)
{
  FlowSyncRunRow *self = g_object_new (FLOW_TYPE_SYNC_RUN_ROW, NULL);

  self->run = g_object_ref (run);
  g_signal_connect_object (run, "changed", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  show (self);
  return GTK_WIDGET (self);
}
