/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync-words-view"

#include "app/sync/flow-sync-words-view.h"

#include <glib/gi18n.h>

#include "app/shell/flow-wrap-label.h"

#define MAX_WORDS 24
#define MAX_COLUMNS 3

/**
 * FlowSyncWordsView:
 *
 * The recovery words, which nobody can show again, and whether the user says that they are written down.
 */
struct _FlowSyncWordsView
{
  AdwBin parent_instance;

  GtkWidget *words;
  char *text;
  gboolean kept;
};

G_DEFINE_FINAL_TYPE (FlowSyncWordsView, flow_sync_words_view, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_KEPT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
copy_cb (FlowSyncWordsView *self)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), self->text != NULL ? self->text : "");
}

static void
kept_cb (FlowSyncWordsView *self, GParamSpec *pspec, GtkCheckButton *check)
{
  self->kept = gtk_check_button_get_active (check);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_KEPT]);
}

static void
flow_sync_words_view_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  if (id == PROP_KEPT)
    g_value_set_boolean (value, FLOW_SYNC_WORDS_VIEW (object)->kept);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
flow_sync_words_view_finalize (GObject *object)
{
  g_free (FLOW_SYNC_WORDS_VIEW (object)->text);

  G_OBJECT_CLASS (flow_sync_words_view_parent_class)->finalize (object);
}

static void
flow_sync_words_view_class_init (FlowSyncWordsViewClass *klass)
{
  G_OBJECT_CLASS (klass)->get_property = flow_sync_words_view_get_property;
  G_OBJECT_CLASS (klass)->finalize = flow_sync_words_view_finalize;

  /**
   * FlowSyncWordsView:kept:
   *
   * Whether the user says that the words are written down.
   */
  properties[PROP_KEPT] = g_param_spec_boolean ("kept", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, properties);
}

static GtkWidget *
make_grid (void)
{
  GtkWidget *grid = gtk_flow_box_new ();

  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (grid), GTK_SELECTION_NONE);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (grid), TRUE);
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (grid), 1);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (grid), MAX_COLUMNS);
  gtk_flow_box_set_row_spacing (GTK_FLOW_BOX (grid), 6);
  gtk_flow_box_set_column_spacing (GTK_FLOW_BOX (grid), 6);
  gtk_accessible_update_property (GTK_ACCESSIBLE (grid), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Recovery words"), -1);
  return grid;
}

/* Its label goes on in the next line where there is no room. */
static GtkWidget *
make_check (const char *label)
{
  GtkWidget *check = gtk_check_button_new ();

  gtk_check_button_set_child (GTK_CHECK_BUTTON (check), GTK_WIDGET (flow_wrap_label_new (label, NULL)));
  gtk_accessible_update_property (GTK_ACCESSIBLE (check), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  return check;
}

static void
flow_sync_words_view_init (FlowSyncWordsView *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18), *copy = gtk_button_new_with_mnemonic (_ ("_Copy"));
  GtkWidget *check = make_check (_ ("I have written them down"));

  self->words = make_grid ();
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (flow_wrap_label_new (_ ("Recovery Words"), "title-2")));
  gtk_box_append (
      GTK_BOX (box),
      GTK_WIDGET (flow_wrap_label_new (
          _ ("These words open your data when the passphrase is forgotten. They are shown only this once, and nobody "
             "else has them, not even the server. Write them on paper, in this order, and keep it where you keep "
             "documents."),
          NULL)));
  gtk_box_append (GTK_BOX (box), self->words);
  gtk_widget_set_halign (copy, GTK_ALIGN_START);
  g_signal_connect_swapped (copy, "clicked", G_CALLBACK (copy_cb), self);
  gtk_box_append (GTK_BOX (box), copy);
  g_signal_connect_object (check, "notify::active", G_CALLBACK (kept_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), check);
  adw_bin_set_child (ADW_BIN (self), box);
}

/**
 * flow_sync_words_view_new:
 *
 * Returns: (transfer floating): a view of no words yet
 */
GtkWidget *
flow_sync_words_view_new (void)
{
  return g_object_new (FLOW_TYPE_SYNC_WORDS_VIEW, NULL);
}

static void
add_word (FlowSyncWordsView *self, guint number, const char *word)
{
  g_autofree char *text = g_strdup_printf ("%u. %s", number, word);
  GtkWidget *child = gtk_flow_box_child_new (), *label = GTK_WIDGET (flow_wrap_label_new (text, "flow-sync-word"));

  gtk_flow_box_child_set_child (GTK_FLOW_BOX_CHILD (child), label);
  gtk_widget_set_focusable (child, FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_flow_box_insert (GTK_FLOW_BOX (self->words), child, -1);
}

/**
 * flow_sync_words_view_set_words:
 * @self: the view
 * @words: (element-type utf8): what the hub answered
 *
 * Show the words.
 */
void
flow_sync_words_view_set_words (FlowSyncWordsView *self, JsonArray *words)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_return_if_fail (FLOW_IS_SYNC_WORDS_VIEW (self));

  for (guint i = 0; i < json_array_get_length (words) && i < MAX_WORDS; i++)
    {
      const char *word = json_array_get_string_element (words, i);

      if (word == NULL)
        continue;
      add_word (self, i + 1, word);
      g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", word);
    }
  g_free (self->text);
  self->text = g_strdup (text->str);
}

/**
 * flow_sync_words_view_is_kept:
 * @self: the view
 *
 * Returns: whether the user says that the words are written down
 */
gboolean
flow_sync_words_view_is_kept (FlowSyncWordsView *self)
{
  g_return_val_if_fail (FLOW_IS_SYNC_WORDS_VIEW (self), FALSE);

  return self->kept;
}
