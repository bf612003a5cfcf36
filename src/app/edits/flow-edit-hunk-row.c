/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit-hunk-row"

#include "app/edits/flow-edit-hunk-row.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/shell/flow-versions.h"

/* Bytes of a version that are shown; the merged text has all of it. */
#define MAX_SHOWN 4000
#define DIMMED 0x8c00

/**
 * FlowEditHunkRow:
 *
 * A part of a text that somebody changed: what it was, what each side has, and when both changed it, which of them is
 * kept.
 */
struct _FlowEditHunkRow
{
  AdwBin parent_instance;

  FlowEditMerge *merge;
  guint index;
};

G_DEFINE_FINAL_TYPE (FlowEditHunkRow, flow_edit_hunk_row, ADW_TYPE_BIN)

static char *
describe (FlowEditHunkKind kind, const char *mine_by, const char *theirs_by)
{
  switch (kind)
    {
    case FLOW_EDIT_HUNK_MINE:
      return g_strdup_printf (_ ("Only %s changed this"), mine_by);
    case FLOW_EDIT_HUNK_THEIRS:
      return g_strdup_printf (_ ("Only %s changed this"), theirs_by);
    case FLOW_EDIT_HUNK_BOTH:
      return g_strdup (_ ("Both made the same change"));
    case FLOW_EDIT_HUNK_SAME:
    case FLOW_EDIT_HUNK_CONFLICT:
    default:
      return g_strdup (_ ("Both changed this"));
    }
}

static GtkWidget *
make_label (const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (label, css_class);
  return label;
}

static void
dim (PangoAttrList *list, gsize start, gsize end)
{
  PangoAttribute *attribute = pango_attr_foreground_alpha_new (DIMMED);

  attribute->start_index = (guint) start;
  attribute->end_index = (guint) end;
  pango_attr_list_insert (list, attribute);
}

/* The version within its line, as words alone say little. */
static void
show_version (FlowEditHunkRow *self, GtkLabel *label, const char *version)
{
  g_autofree char *before = flow_edit_merge_dup_context (self->merge, self->index, FALSE);
  g_autofree char *after = flow_edit_merge_dup_context (self->merge, self->index, TRUE);
  gsize length = MIN (strlen (version), MAX_SHOWN);
  g_autoptr (GString) text = g_string_new (before);
  PangoAttrList *attributes = pango_attr_list_new ();

  while (length > 0 && (version[length] & 0xc0) == 0x80)
    length--;
  dim (attributes, 0, text->len);
  g_string_append_len (text, version, (gssize) length);
  if (version[length] != '\0')
    g_string_append (text, "…");
  /* A whole line ends where the next one begins. */
  if (!g_str_has_suffix (text->str, "\n"))
    {
      dim (attributes, text->len, text->len + strlen (after));
      g_string_append (text, after);
    }
  g_strchomp (text->str);
  gtk_label_set_text (label, *text->str != '\0' ? text->str : _ ("(nothing)"));
  gtk_label_set_attributes (label, attributes);
  pango_attr_list_unref (attributes);
}

static void
add_version (FlowEditHunkRow *self, GtkWidget *versions, const char *title, const char *version)
{
  GtkLabel *label = flow_versions_add (versions, title);

  gtk_widget_add_css_class (GTK_WIDGET (label), "flow-edit-version");
  show_version (self, label, version);
}

static GtkWidget *
make_versions (FlowEditHunkRow *self, const FlowEditHunk *hunk, const char *mine_by, const char *theirs_by)
{
  GtkWidget *versions = flow_versions_new ();

  add_version (self, versions, _ ("Before"), hunk->base);
  add_version (self, versions, mine_by, hunk->mine);
  add_version (self, versions, theirs_by, hunk->theirs);
  return versions;
}

/* --- What is kept ---------------------------------------------------------------------------------------- */

static void
keep_cb (guint keep, gpointer data)
{
  FlowEditHunkRow *self = data;

  flow_edit_merge_keep (self->merge, self->index, (FlowEditKeep) keep);
}

static GtkWidget *
make_buttons (FlowEditHunkRow *self, const char *mine_by, const char *theirs_by)
{
  g_autofree char *mine = g_strdup_printf (_ ("Keep %s"), mine_by);
  g_autofree char *theirs = g_strdup_printf (_ ("Keep %s"), theirs_by);
  const FlowKeep keeps[] = {
    { FLOW_EDIT_KEEP_BOTH, _ ("Keep Both") },
    { FLOW_EDIT_KEEP_MINE, mine },
    { FLOW_EDIT_KEEP_THEIRS, theirs },
  };

  return flow_versions_keeps_new (keeps, G_N_ELEMENTS (keeps), 0, keep_cb, self);
}

static void
flow_edit_hunk_row_dispose (GObject *object)
{
  g_clear_object (&FLOW_EDIT_HUNK_ROW (object)->merge);

  G_OBJECT_CLASS (flow_edit_hunk_row_parent_class)->dispose (object);
}

static void
flow_edit_hunk_row_class_init (FlowEditHunkRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_edit_hunk_row_dispose;
}

static void
flow_edit_hunk_row_init (FlowEditHunkRow *self)
{
}

/**
 * flow_edit_hunk_row_new:
 * @merge: the text
 * @index: which part of it
 * @mine_by: who one side is
 * @theirs_by: who the other side is
 *
 * Returns: (transfer floating): the part, to be chosen from when both sides changed it
 */
GtkWidget *
flow_edit_hunk_row_new (FlowEditMerge *merge, guint index, const char *mine_by, const char *theirs_by)
{
  FlowEditHunkRow *self = g_object_new (FLOW_TYPE_EDIT_HUNK_ROW, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9);
  const FlowEditHunk *hunk = flow_edit_merge_get_hunk (merge, index);
  g_autofree char *kind = describe (hunk->kind, mine_by, theirs_by);
  g_autofree char *title = g_strdup_printf (_ ("Line %u · %s"), flow_edit_merge_get_line (merge, index), kind);

  self->merge = g_object_ref (merge);
  self->index = index;
  gtk_box_append (GTK_BOX (box), make_label (title, "heading"));
  gtk_box_append (GTK_BOX (box), make_versions (self, hunk, mine_by, theirs_by));
  if (hunk->kind == FLOW_EDIT_HUNK_CONFLICT)
    gtk_box_append (GTK_BOX (box), make_buttons (self, mine_by, theirs_by));
  gtk_widget_add_css_class (box, "flow-edit-hunk");
  gtk_widget_add_css_class (GTK_WIDGET (self), "card");
  adw_bin_set_child (ADW_BIN (self), box);
  return GTK_WIDGET (self);
}
