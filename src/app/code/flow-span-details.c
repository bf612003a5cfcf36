/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-span-details"

#include "app/code/flow-span-details.h"

#include <glib/gi18n.h>

#include "app/code/flow-code.h"
#include "app/code/flow-detail-builder.h"
#include "app/code/flow-detail-row.h"
#include "app/code/flow-facts-editor.h"
#include "app/shell/flow-toast.h"

/* Up to here reading all spans and log records of a trace, and the attributes of one span, takes no time. */
#define MANY_ROWS 20000
#define MANY_BYTES (64 * 1024)

/**
 * FlowSpanDetails:
 *
 * Everything about one span, beside what is known and said about its trace.
 */
struct _FlowSpanDetails
{
  AdwBin parent_instance;

  FlowServices *services;
  FlowTrace *trace; /* NULL: nothing is shown */
  guint span;
  gboolean was_whole; /* the trace alone was shown */
  guint64 shown_span; /* id of what the lines are about, 0: nothing */
  GCancellable *cancellable;
  GListStore *items; /* FlowDetailItem */

  GtkStack *stack;
  GtkWidget *switcher;
  GtkListView *list;
  GtkSingleSelection *selection;
  GtkScrolledWindow *span_scroller;
  GtkBox *trace_rows;
  FlowFactsEditor *facts;
};

G_DEFINE_FINAL_TYPE (FlowSpanDetails, flow_span_details, ADW_TYPE_BIN)

enum
{
  FILTER_REQUESTED,
  SPAN_REQUESTED,
  TRACE_REQUESTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* --- The focus ---------------------------------------------------------------------------------------------- */

/* A window whose focus goes with its row has none for a while, and then looks for one anywhere: so the focus waits in
 * the details while lines are replaced. GTK 4.8 also complains of a label that takes it where nothing had it. */
static GtkWidget *
hold_focus (FlowSpanDetails *self, GtkWidget *rows)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  if (focus == NULL || !gtk_widget_is_ancestor (focus, rows))
    return NULL;
  g_object_ref (focus);
  gtk_root_set_focus (root, GTK_WIDGET (self));
  return focus;
}

/* @focus: (transfer full) (nullable): what had it. */
static void
give_focus_back (FlowSpanDetails *self, GtkWidget *focus, GtkWidget *rows)
{
  if (focus == NULL)
    return;
  if (!gtk_widget_is_ancestor (focus, rows) || !gtk_widget_grab_focus (focus))
    gtk_widget_child_focus (rows, GTK_DIR_TAB_FORWARD);
  g_object_unref (focus);
}

/* --- Showing a span ----------------------------------------------------------------------------------------- */

static gboolean
is_same_line (FlowDetailItem *left, FlowDetailItem *right)
{
  return flow_detail_item_get_kind (left) == flow_detail_item_get_kind (right) &&
         flow_detail_item_get_depth (left) == flow_detail_item_get_depth (right) &&
         g_str_equal (flow_detail_item_get_key (left), flow_detail_item_get_key (right)) &&
         g_str_equal (flow_detail_item_get_value (left), flow_detail_item_get_value (right));
}

static gboolean
is_same_at (FlowSpanDetails *self, guint position, GPtrArray *items, guint other)
{
  g_autoptr (FlowDetailItem) line = g_list_model_get_item (G_LIST_MODEL (self->items), position);

  return is_same_line (line, g_ptr_array_index (items, other));
}

/* Of a span that grows only the lines that changed are replaced, so that what is read stays in place. */
static void
replace_lines (FlowSpanDetails *self, GPtrArray *items, gboolean same_span)
{
  guint had = g_list_model_get_n_items (G_LIST_MODEL (self->items));
  guint first = 0, last = 0;

  while (same_span && first < MIN (had, items->len) && is_same_at (self, first, items, first))
    first++;
  while (same_span && last < MIN (had, items->len) - first &&
         is_same_at (self, had - last - 1, items, items->len - last - 1))
    last++;
  if (had - first - last > 0 || items->len - first - last > 0)
    g_list_store_splice (self->items, first, had - first - last, items->pdata + first, items->len - first - last);
}

static void
show_lines (FlowSpanDetails *self, GPtrArray *items)
{
  guint64 span_id = self->trace->spans[self->span].span_id;
  gboolean same_span = span_id == self->shown_span;
  GtkWidget *focus = hold_focus (self, GTK_WIDGET (self->list));

  replace_lines (self, items, same_span);
  give_focus_back (self, focus, GTK_WIDGET (self->list));
  self->shown_span = span_id;
  if (!same_span)
    gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->span_scroller), 0);
}

typedef struct
{
  FlowTrace *trace;
  guint span;
} Build;

static void
build_free (gpointer data)
{
  flow_trace_unref (((Build *) data)->trace);
  g_free (data);
}

static void
build_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Build *build = data;

  g_task_return_pointer (task, flow_detail_build_span (build->trace, build->span), (GDestroyNotify) g_ptr_array_unref);
}

/* The task holds no reference: disposing cancels it. */
static void
built_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GPtrArray) items = g_task_propagate_pointer (G_TASK (result), NULL);

  if (items != NULL)
    show_lines (data, items);
}

static void
forget_build (FlowSpanDetails *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

static void
show_span (FlowSpanDetails *self)
{
  g_autoptr (GTask) task = NULL;
  Build *build;

  if (self->trace->n_spans + self->trace->n_logs <= MANY_ROWS &&
      self->trace->spans[self->span].extra_length <= MANY_BYTES)
    {
      g_autoptr (GPtrArray) items = flow_detail_build_span (self->trace, self->span);

      show_lines (self, items);
      return;
    }
  build = g_new (Build, 1);
  *build = (Build) { flow_trace_ref (self->trace), self->span };
  self->cancellable = g_cancellable_new ();
  task = g_task_new (NULL, self->cancellable, built_cb, self);
  g_task_set_source_tag (task, show_span);
  g_task_set_task_data (task, build, build_free);
  g_task_run_in_thread (task, build_thread);
}

static void
show_trace (FlowSpanDetails *self)
{
  g_autoptr (GPtrArray) items = flow_detail_build_trace (self->trace);
  GtkWidget *focus = hold_focus (self, GTK_WIDGET (self->trace_rows));
  GtkWidget *row;

  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->trace_rows))) != NULL)
    gtk_box_remove (self->trace_rows, row);
  for (guint i = 0; i < items->len; i++)
    {
      row = flow_detail_row_new ();
      flow_detail_row_set_item (FLOW_DETAIL_ROW (row), g_ptr_array_index (items, i));
      gtk_box_append (self->trace_rows, row);
    }
  give_focus_back (self, focus, GTK_WIDGET (self->trace_rows));
}

/* --- What the lines can do ---------------------------------------------------------------------------------- */

static void
copy_action (GtkWidget *widget, const char *action, GVariant *target)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), g_variant_get_string (target, NULL));
  flow_toast (widget, _ ("Copied"));
}

static void
filter_action (GtkWidget *widget, const char *action, GVariant *target)
{
  g_signal_emit (widget, signals[FILTER_REQUESTED], 0, g_variant_get_string (target, NULL));
}

static void
open_span_action (GtkWidget *widget, const char *action, GVariant *target)
{
  g_signal_emit (widget, signals[SPAN_REQUESTED], 0, g_variant_get_uint64 (target));
}

static void
open_trace_action (GtkWidget *widget, const char *action, GVariant *target)
{
  g_signal_emit (widget, signals[TRACE_REQUESTED], 0, g_variant_get_string (target, NULL));
}

static void
open_place_action (GtkWidget *widget, const char *action, GVariant *target)
{
  FlowSpanDetails *self = FLOW_SPAN_DETAILS (widget);
  g_autofree char *service = NULL;
  const char *file;
  guint line, column;

  if (self->trace == NULL || self->span >= self->trace->n_spans)
    return;
  service = g_strndup (self->trace->spans[self->span].service.data, self->trace->spans[self->span].service.length);
  g_variant_get (target, "(&suu)", &file, &line, &column);
  flow_code_open_file (self->services, widget, service, file, line, column);
}

static void
open_code_action (GtkWidget *widget, const char *action, GVariant *target)
{
  FlowSpanDetails *self = FLOW_SPAN_DETAILS (widget);

  if (self->trace != NULL && self->span < self->trace->n_spans)
    flow_code_open_span (self->services, widget, self->trace, self->span);
}

/* Enter does what the line is for. */
static void
activate_cb (FlowSpanDetails *self, guint position)
{
  g_autoptr (FlowDetailItem) item = g_list_model_get_item (G_LIST_MODEL (self->items), position);
  GtkWidget *widget = GTK_WIDGET (self);
  const char *file;
  guint line, column;

  file = flow_detail_item_get_place (item, &line, &column);
  if (file != NULL)
    gtk_widget_activate_action (widget, "details.open-place", "(suu)", file, line, column);
  else if (flow_detail_item_get_target (item) != NULL)
    gtk_widget_activate_action (widget, "details.open-trace", "s", flow_detail_item_get_target (item));
  else if (flow_detail_item_get_span_id (item) != 0)
    gtk_widget_activate_action (widget, "details.open-span", "t", flow_detail_item_get_span_id (item));
  else if (flow_detail_item_get_kind (item) == FLOW_DETAIL_FIND)
    gtk_widget_activate_action (widget, "details.open-code", NULL);
  else if (flow_detail_item_is_long (item))
    flow_detail_item_set_unfolded (item, !flow_detail_item_get_unfolded (item));
}

static gboolean
copy_shortcut_cb (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  FlowSpanDetails *self = data;
  FlowDetailItem *item = gtk_single_selection_get_selected_item (self->selection);

  if (item == NULL)
    return FALSE;
  gtk_widget_activate_action (GTK_WIDGET (self), "details.copy", "s", flow_detail_item_get_value (item));
  return TRUE;
}

static void
setup_row_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item)
{
  gtk_list_item_set_child (list_item, flow_detail_row_new ());
}

static void
bind_row_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item)
{
  FlowDetailItem *item = gtk_list_item_get_item (list_item);
  FlowDetailKind kind = flow_detail_item_get_kind (item);

  flow_detail_row_set_item (FLOW_DETAIL_ROW (gtk_list_item_get_child (list_item)), item);
  gtk_list_item_set_selectable (list_item, kind != FLOW_DETAIL_SECTION && kind != FLOW_DETAIL_GROUP);
}

static void
unbind_row_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item)
{
  flow_detail_row_set_item (FLOW_DETAIL_ROW (gtk_list_item_get_child (list_item)), NULL);
}

static void
flow_span_details_dispose (GObject *object)
{
  FlowSpanDetails *self = FLOW_SPAN_DETAILS (object);

  forget_build (self);
  g_clear_pointer (&self->trace, flow_trace_unref);
  g_clear_object (&self->services);

  G_OBJECT_CLASS (flow_span_details_parent_class)->dispose (object);
}

static void
install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "details.copy", "s", copy_action);
  gtk_widget_class_install_action (widget_class, "details.filter", "s", filter_action);
  gtk_widget_class_install_action (widget_class, "details.open-span", "t", open_span_action);
  gtk_widget_class_install_action (widget_class, "details.open-trace", "s", open_trace_action);
  gtk_widget_class_install_action (widget_class, "details.open-place", "(suu)", open_place_action);
  gtk_widget_class_install_action (widget_class, "details.open-code", NULL, open_code_action);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class, "/org/flowscope/FlowScope/code/flow-span-details.ui");
  gtk_widget_class_bind_template_child (widget_class, FlowSpanDetails, stack);
  gtk_widget_class_bind_template_child (widget_class, FlowSpanDetails, switcher);
  gtk_widget_class_bind_template_child (widget_class, FlowSpanDetails, list);
  gtk_widget_class_bind_template_child (widget_class, FlowSpanDetails, selection);
  gtk_widget_class_bind_template_child (widget_class, FlowSpanDetails, items);
  gtk_widget_class_bind_template_child (widget_class, FlowSpanDetails, span_scroller);
  gtk_widget_class_bind_template_child (widget_class, FlowSpanDetails, trace_rows);
  gtk_widget_class_bind_template_child (widget_class, FlowSpanDetails, facts);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, setup_row_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_row_cb);
  gtk_widget_class_bind_template_callback (widget_class, unbind_row_cb);
}

static void
load_style (void)
{
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();

  gtk_css_provider_load_from_resource (provider, "/org/flowscope/FlowScope/code/code.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

static void
flow_span_details_class_init (FlowSpanDetailsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_span_details_dispose;

  /**
   * FlowSpanDetails::filter-requested:
   * @self: the details
   * @text: a filter like `http.route=/users`
   *
   * Emitted when the user wants to see only what has this value.
   */
  signals[FILTER_REQUESTED] = g_signal_new ("filter-requested", FLOW_TYPE_SPAN_DETAILS, G_SIGNAL_RUN_LAST, 0, NULL,
                                            NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  /**
   * FlowSpanDetails::span-requested:
   * @self: the details
   * @span_id: a span of the same trace, 8 bytes in memory order
   *
   * Emitted when the user follows the way to another span.
   */
  signals[SPAN_REQUESTED] = g_signal_new ("span-requested", FLOW_TYPE_SPAN_DETAILS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 1, G_TYPE_UINT64);

  /**
   * FlowSpanDetails::trace-requested:
   * @self: the details
   * @target: a trace's id in hexadecimal digits, or that, "/" and a span's id
   *
   * Emitted when the user follows a link to another trace.
   */
  signals[TRACE_REQUESTED] = g_signal_new ("trace-requested", FLOW_TYPE_SPAN_DETAILS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                           NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  g_type_ensure (FLOW_TYPE_DETAIL_ITEM);
  g_type_ensure (FLOW_TYPE_FACTS_EDITOR);
  install_actions (widget_class);
  bind_template (widget_class);
  load_style ();
}

static void
flow_span_details_init (FlowSpanDetails *self)
{
  GtkEventController *keys = gtk_shortcut_controller_new ();

  self->span = FLOW_SPAN_DETAILS_TRACE;
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (keys),
                                        gtk_shortcut_new (gtk_shortcut_trigger_parse_string ("<Control>c"),
                                                          gtk_callback_action_new (copy_shortcut_cb, self, NULL)));
  gtk_widget_add_controller (GTK_WIDGET (self->list), keys);
}

/**
 * flow_span_details_new:
 * @services: what pages work with
 *
 * Returns: (transfer floating): details of nothing yet
 */
GtkWidget *
flow_span_details_new (FlowServices *services)
{
  FlowSpanDetails *self = g_object_new (FLOW_TYPE_SPAN_DETAILS, NULL);

  self->services = g_object_ref (services);
  flow_facts_editor_set_services (self->facts, services);
  return GTK_WIDGET (self);
}

/**
 * flow_span_details_set_span:
 * @self: the details
 * @trace: (nullable): a trace, %NULL to show nothing
 * @span: which of its spans, %FLOW_SPAN_DETAILS_TRACE for the trace as a whole
 *
 * Show a span. What the user is typing about the trace is kept as long as @trace has the same id.
 */
void
flow_span_details_set_span (FlowSpanDetails *self, FlowTrace *trace, guint span)
{
  gboolean whole = trace == NULL || span >= trace->n_spans;
  GtkWidget *focus = NULL;

  forget_build (self);
  if (trace != NULL)
    flow_trace_ref (trace);
  g_clear_pointer (&self->trace, flow_trace_unref);
  self->trace = trace;
  self->span = span;
  flow_facts_editor_set_trace (self->facts, trace);
  if (whole)
    {
      focus = hold_focus (self, GTK_WIDGET (self->list));
      if (focus == NULL)
        focus = hold_focus (self, self->switcher);
      g_list_store_remove_all (self->items);
      self->shown_span = 0;
    }
  gtk_widget_set_visible (self->switcher, !whole);
  if (trace != NULL)
    show_trace (self);
  if (!whole)
    show_span (self);
  if (whole)
    gtk_stack_set_visible_child_name (self->stack, trace != NULL ? "trace" : "empty");
  else if (g_strcmp0 (gtk_stack_get_visible_child_name (self->stack), "empty") == 0 || self->was_whole)
    gtk_stack_set_visible_child_name (self->stack, "span");
  give_focus_back (self, focus, GTK_WIDGET (self->stack));
  self->was_whole = whole && trace != NULL;
}
