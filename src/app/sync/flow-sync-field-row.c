/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync-field-row"

#include "app/sync/flow-sync-field-row.h"

#include <glib/gi18n.h>

#include "app/connections/flow-connection-text.h"
#include "app/shell/flow-versions.h"
#include "app/shell/flow-wrap-label.h"
#include "app/sync/flow-sync-conflict.h"
#include "app/sync/flow-sync-words.h"
#include "hub/flow-json-read.h"
#include "trace/flow-time-text.h"

/* Code points of a version that are shown. */
#define MAX_SHOWN 4000
#define OWN_HEIGHT 72

/**
 * FlowSyncFieldRow:
 *
 * A field that two devices changed: what it was, what each of them made of it and when, and which of it is kept.
 */
struct _FlowSyncFieldRow
{
  AdwBin parent_instance;

  FlowEntry *conflict;
  JsonObject *field;
  FlowSyncKeep keep;
  GtkWidget *own; /* NULL where nothing else can be written */
  GtkTextBuffer *buffer;
};

G_DEFINE_FINAL_TYPE (FlowSyncFieldRow, flow_sync_field_row, ADW_TYPE_BIN)

enum
{
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* --- The versions ---------------------------------------------------------------------------------------- */

static char *
say_version (FlowSyncFieldRow *self, const char *side)
{
  JsonObject *version = flow_json_get_object (self->field, side);
  const char *time = version != NULL ? flow_json_get_string (version, "time") : NULL;
  const char *by = flow_sync_conflict_get_by (self->conflict, side);
  gint64 time_ns = 0;
  g_autofree char *when = NULL;

  if (time == NULL || !flow_time_parse (time, 0, &time_ns, NULL))
    return g_strdup (by);
  when = flow_connection_text_when (time_ns, g_get_real_time () * 1000);
  /* Translators: a device and a time. */
  return g_strdup_printf (_ ("%s, %s"), by, when);
}

static void
add_version (GtkWidget *versions, const char *title, JsonNode *value, const char *nothing)
{
  g_autofree char *text = flow_sync_words_value (value);
  GtkLabel *label = flow_versions_add (versions, title);

  if (g_utf8_strlen (text, -1) > MAX_SHOWN)
    {
      g_autofree char *start = g_utf8_substring (text, 0, MAX_SHOWN);
      g_autofree char *shown = g_strconcat (start, "…", NULL);

      gtk_label_set_text (label, shown);
    }
  else
    gtk_label_set_text (label, *text != '\0' ? text : nothing);
}

/* While nobody has decided, one of them holds all the same. */
static char *
say_kept (FlowSyncFieldRow *self, const char *said)
{
  if (flow_sync_conflict_is_open (self->conflict))
    return g_strdup_printf (_ ("%s · holds for now"), said);
  return g_strdup_printf (_ ("%s · kept"), said);
}

static void
add_side (FlowSyncFieldRow *self, GtkWidget *versions, const char *side, FlowSyncKeep keep)
{
  JsonObject *version = flow_json_get_object (self->field, side);
  gboolean deleted = g_strcmp0 (flow_entry_get_text (self->conflict, "deleted_by"),
                                flow_sync_conflict_get_by (self->conflict, side)) == 0;
  g_autofree char *said = say_version (self, side);
  g_autofree char *title = flow_sync_field_get_kept (self->field) == keep ? say_kept (self, said) : g_strdup (said);

  add_version (versions, title, version != NULL ? json_object_get_member (version, "value") : NULL,
               deleted ? _ ("(deleted)") : _ ("(nothing)"));
}

static GtkWidget *
make_versions (FlowSyncFieldRow *self)
{
  GtkWidget *versions = flow_versions_new ();
  JsonNode *chosen = json_object_get_member (self->field, "chosen");

  add_version (versions, _ ("Before"), json_object_get_member (self->field, "base"), _ ("(nothing)"));
  add_side (self, versions, "mine", FLOW_SYNC_KEEP_MINE);
  add_side (self, versions, "theirs", FLOW_SYNC_KEEP_THEIRS);
  if (chosen != NULL && !JSON_NODE_HOLDS_NULL (chosen) && flow_sync_field_get_kept (self->field) == FLOW_SYNC_KEEP_NONE)
    add_version (versions, _ ("Kept"), chosen, _ ("(nothing)"));
  return versions;
}

/* --- What is kept ---------------------------------------------------------------------------------------- */

static void
keep_cb (guint keep, gpointer data)
{
  FlowSyncFieldRow *self = data;

  self->keep = (FlowSyncKeep) keep;
  if (self->own != NULL)
    gtk_widget_set_visible (self->own, self->keep == FLOW_SYNC_KEEP_OWN);
  g_signal_emit (self, signals[CHOSEN], 0);
}

static GtkWidget *
make_keeps (FlowSyncFieldRow *self)
{
  g_autofree char *mine = g_strdup_printf (_ ("Keep %s"), flow_sync_conflict_get_by (self->conflict, "mine"));
  g_autofree char *theirs = g_strdup_printf (_ ("Keep %s"), flow_sync_conflict_get_by (self->conflict, "theirs"));
  FlowKeep keeps[FLOW_SYNC_N_KEEPS] = { { FLOW_SYNC_KEEP_MINE, mine }, { FLOW_SYNC_KEEP_THEIRS, theirs } };
  gsize n = 2;

  if (flow_sync_field_can_keep_both (self->field))
    keeps[n++] = (FlowKeep) { FLOW_SYNC_KEEP_BOTH, _ ("Keep Both") };
  if (flow_sync_field_is_text (self->field))
    keeps[n++] = (FlowKeep) { FLOW_SYNC_KEEP_OWN, _ ("Write Another") };
  return flow_versions_keeps_new (keeps, n, -1, keep_cb, self);
}

/* Begins with what this device has. */
static GtkWidget *
make_own (FlowSyncFieldRow *self)
{
  GtkWidget *view = gtk_text_view_new (), *scroller = gtk_scrolled_window_new ();
  JsonObject *mine = flow_json_get_object (self->field, "mine");
  g_autofree char *text = flow_sync_words_value (json_object_get_member (mine, "value"));

  self->buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  gtk_text_buffer_set_text (self->buffer, text, -1);
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (view), FALSE);
  gtk_widget_add_css_class (view, "flow-sync-own");
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Another version"), -1);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scroller), OWN_HEIGHT);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), view);
  gtk_widget_add_css_class (scroller, "frame");
  gtk_widget_set_visible (scroller, FALSE);
  return scroller;
}

/* --- The whole ------------------------------------------------------------------------------------------- */

static void
flow_sync_field_row_dispose (GObject *object)
{
  FlowSyncFieldRow *self = FLOW_SYNC_FIELD_ROW (object);

  g_clear_object (&self->conflict);
  g_clear_pointer (&self->field, json_object_unref);

  G_OBJECT_CLASS (flow_sync_field_row_parent_class)->dispose (object);
}

static void
flow_sync_field_row_class_init (FlowSyncFieldRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_sync_field_row_dispose;

  /**
   * FlowSyncFieldRow::chosen:
   * @self: the row
   *
   * Emitted when the user has chosen what is kept.
   */
  signals[CHOSEN] = g_signal_new ("chosen", FLOW_TYPE_SYNC_FIELD_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 0);
}

static void
flow_sync_field_row_init (FlowSyncFieldRow *self)
{
}

static void
add_choice (FlowSyncFieldRow *self, GtkWidget *box)
{
  gtk_box_append (GTK_BOX (box), make_keeps (self));
  if (!flow_sync_field_is_text (self->field))
    return;
  self->own = make_own (self);
  gtk_box_append (GTK_BOX (box), self->own);
}

/**
 * flow_sync_field_row_new:
 * @conflict: what the verb `sync-conflicts` writes of one
 * @index: which of its fields
 *
 * Returns: (transfer floating): the field, to be chosen from while the conflict waits; a deletion is decided as a whole
 */
GtkWidget *
flow_sync_field_row_new (FlowEntry *conflict, guint index)
{
  FlowSyncFieldRow *self = g_object_new (FLOW_TYPE_SYNC_FIELD_ROW, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9);

  self->conflict = g_object_ref (conflict);
  self->field = json_object_ref (flow_sync_conflict_get_field (conflict, index));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (flow_wrap_label_new (
                                     flow_sync_words_field (flow_sync_field_row_get_field (self)), "heading")));
  gtk_box_append (GTK_BOX (box), make_versions (self));
  if (flow_sync_conflict_is_open (conflict) && !flow_sync_conflict_is_delete (conflict))
    add_choice (self, box);
  gtk_widget_add_css_class (box, "flow-sync-card");
  gtk_widget_add_css_class (GTK_WIDGET (self), "card");
  adw_bin_set_child (ADW_BIN (self), box);
  return GTK_WIDGET (self);
}

/**
 * flow_sync_field_row_get_field:
 * @self: the row
 *
 * Returns: (transfer none): the name of the field
 */
const char *
flow_sync_field_row_get_field (FlowSyncFieldRow *self)
{
  return flow_json_get_string (self->field, "field");
}

static JsonNode *
make_value (FlowSyncFieldRow *self)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  GtkTextIter start, end;
  g_autofree char *text = NULL;

  gtk_text_buffer_get_bounds (self->buffer, &start, &end);
  text = gtk_text_buffer_get_text (self->buffer, &start, &end, FALSE);
  json_object_set_string_member (object, "value", text);
  json_node_take_object (node, object);
  return node;
}

/**
 * flow_sync_field_row_dup_choice:
 * @self: the row
 *
 * Returns: (transfer full) (nullable): what the verb `sync-resolve` takes for this field, %NULL when nothing is chosen
 */
JsonNode *
flow_sync_field_row_dup_choice (FlowSyncFieldRow *self)
{
  if (self->keep == FLOW_SYNC_KEEP_NONE)
    return NULL;
  if (self->keep == FLOW_SYNC_KEEP_OWN)
    return make_value (self);
  return json_node_init_string (json_node_alloc (), flow_sync_keep_get_word (self->keep));
}
