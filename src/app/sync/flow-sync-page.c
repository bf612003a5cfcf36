/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync-page"

#include "app/sync/flow-sync-page.h"

#include <glib/gi18n.h>

#include "app/connections/flow-entries-group.h"
#include "app/connections/flow-journal-view.h"
#include "app/shell/flow-page.h"
#include "app/shell/flow-toast.h"
#include "app/sync/flow-sync-account-group.h"
#include "app/sync/flow-sync-ask.h"
#include "app/sync/flow-sync-card.h"
#include "app/sync/flow-sync-conflict-row.h"
#include "app/sync/flow-sync-conflict-view.h"
#include "app/sync/flow-sync-conflict.h"
#include "app/sync/flow-sync-device-row.h"
#include "app/sync/flow-sync-held-row.h"
#include "app/sync/flow-sync-pairing.h"
#include "app/sync/flow-sync-reach-group.h"
#include "app/sync/flow-sync-run-row.h"
#include "app/sync/flow-sync-setup-group.h"
#include "app/sync/flow-sync-sign-in.h"
#include "app/sync/flow-sync-state-group.h"

/* Where a server of one's own listens when it is started as the page says. */
#define OWN_SERVER "http://127.0.0.1:8787"
#define OWN_COMMAND "flowscope-cloud --data-dir ~/flowscope-cloud --port 8787"

/**
 * FlowSyncPage:
 *
 * How this device and the user's other ones are kept the same, what two of them changed at once, and the account that
 * does it. Without an account it says what there is to gain, and how to begin.
 */
struct _FlowSyncPage
{
  AdwBin parent_instance;

  FlowServices *services;
  FlowSyncBoard *board;
  GtkFilter *open_filter;
  GtkFilter *decided_filter;
  AdwLeaflet *leaflet;
  GtkStack *states;
  AdwPreferencesPage *groups;
  GtkStack *details; /* a conflict, or the history */
  GtkWidget *history_slot;
  GtkLabel *own_command;
  GtkWidget *trouble_group;
  GtkWidget *trouble;
  FlowSyncSetupGroup *setup;
  GtkWidget *add_device;
  GtkWidget *open_group;
  GtkWidget *decided_group;
  FlowSyncConflictView *conflict;
  FlowJournalView *history;
  GtkWidget *back; /* of the header bar */
  char *wanted;    /* a conflict to be opened as soon as it is listed */
};

static void page_init (FlowPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FlowSyncPage, flow_sync_page, ADW_TYPE_BIN,
                               G_IMPLEMENT_INTERFACE (FLOW_TYPE_PAGE, page_init))

/* --- The way there and back ------------------------------------------------------------------------------ */

static gboolean
is_open (FlowSyncPage *self)
{
  return adw_leaflet_get_visible_child (self->leaflet) != GTK_WIDGET (self->states);
}

static gboolean
go_back (FlowSyncPage *self)
{
  if (!is_open (self))
    return FALSE;
  adw_leaflet_set_visible_child (self->leaflet, GTK_WIDGET (self->states));
  return TRUE;
}

static GtkWidget *
get_start (FlowPage *page)
{
  return FLOW_SYNC_PAGE (page)->back;
}

static const char *
get_title (FlowPage *page)
{
  FlowSyncPage *self = FLOW_SYNC_PAGE (page);
  FlowEntry *conflict = flow_sync_conflict_view_get_conflict (self->conflict);

  if (!is_open (self))
    return NULL;
  return conflict != NULL ? flow_sync_conflict_get_title (conflict) : _ ("History");
}

static gboolean
page_go_back (FlowPage *page)
{
  return go_back (FLOW_SYNC_PAGE (page));
}

static void
page_init (FlowPageInterface *iface)
{
  iface->get_start = get_start;
  iface->get_title = get_title;
  iface->go_back = page_go_back;
}

static void
visible_child_cb (FlowSyncPage *self)
{
  /* Until the rest is made. */
  if (self->back == NULL)
    return;
  gtk_widget_set_visible (self->back, is_open (self));
  if (!is_open (self))
    {
      flow_sync_conflict_view_set_conflict (self->conflict, NULL);
      flow_journal_view_set_subject (self->history, NULL);
    }
  flow_page_title_changed (FLOW_PAGE (self));
}

static void
show_detail (FlowSyncPage *self, GtkWidget *detail)
{
  gtk_stack_set_visible_child (self->details, detail);
  adw_leaflet_set_visible_child (self->leaflet, GTK_WIDGET (self->details));
  flow_page_title_changed (FLOW_PAGE (self));
}

static void
show_conflict (FlowSyncPage *self, FlowEntry *conflict)
{
  g_clear_pointer (&self->wanted, g_free);
  flow_journal_view_set_subject (self->history, NULL);
  flow_sync_conflict_view_set_conflict (self->conflict, conflict);
  show_detail (self, GTK_WIDGET (self->conflict));
  gtk_widget_grab_focus (GTK_WIDGET (self->conflict));
}

/* --- What is shown --------------------------------------------------------------------------------------- */

static void
show_trouble (FlowSyncPage *self, JsonObject *status)
{
  FlowSyncTrouble trouble;
  gboolean any = status != NULL && flow_sync_trouble_find (status, &trouble);

  gtk_widget_set_visible (self->trouble_group, any);
  if (any)
    flow_sync_card_show (FLOW_SYNC_CARD (self->trouble), "dialog-warning-symbolic", &trouble);
}

/* Who has no key cannot hand it out. */
static gboolean
can_let_in (FlowSyncPage *self)
{
  FlowSyncState state = flow_sync_board_get_state (self->board);

  return state != FLOW_SYNC_SIGNED_OUT && state != FLOW_SYNC_NEEDS_PASSPHRASE;
}

static gboolean
is_in (FlowSyncPage *self, FlowEntry *conflict)
{
  GListModel *conflicts = flow_board_get_list (FLOW_BOARD (self->board), FLOW_SYNC_LIST_CONFLICTS);

  return g_list_store_find (G_LIST_STORE (conflicts), conflict, NULL);
}

/* What is open on the page may be gone. */
static void
follow_open (FlowSyncPage *self)
{
  FlowEntry *shown = flow_sync_conflict_view_get_conflict (self->conflict);

  if (shown != NULL && !is_in (self, shown))
    go_back (self);
  if (is_open (self) && shown == NULL)
    flow_journal_view_refresh (self->history);
}

static void
open_wanted (FlowSyncPage *self)
{
  g_autoptr (FlowEntry) conflict = self->wanted != NULL ? flow_board_find (FLOW_BOARD (self->board), self->wanted)
                                                        : NULL;

  if (conflict != NULL && is_in (self, conflict))
    show_conflict (self, conflict);
}

static void
changed_cb (FlowSyncPage *self)
{
  JsonObject *status = flow_sync_board_get_status (self->board);
  gboolean live = flow_board_is_live (FLOW_BOARD (self->board));
  gboolean off = flow_sync_board_get_state (self->board) == FLOW_SYNC_OFF;

  gtk_filter_changed (self->open_filter, GTK_FILTER_CHANGE_DIFFERENT);
  gtk_filter_changed (self->decided_filter, GTK_FILTER_CHANGE_DIFFERENT);
  show_trouble (self, status);
  gtk_widget_set_visible (self->add_device, can_let_in (self));
  gtk_stack_set_visible_child_name (self->states, !live            ? "no-hub"
                                                  : status == NULL ? "wait"
                                                  : off            ? "begin"
                                                                   : "account");
  follow_open (self);
  open_wanted (self);
}

static void
failed_cb (FlowSyncPage *self, const char *reason)
{
  flow_toast (GTK_WIDGET (self), reason);
}

/* --- Actions --------------------------------------------------------------------------------------------- */

static void
now_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  flow_sync_board_act (FLOW_SYNC_PAGE (widget)->board, "sync-now", NULL, NULL);
}

static void
pause_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  FlowSyncPage *self = FLOW_SYNC_PAGE (widget);
  JsonObject *arguments = json_object_new ();

  json_object_set_boolean_member (arguments, "paused", flow_sync_board_get_state (self->board) != FLOW_SYNC_PAUSED);
  flow_sync_board_act (self->board, "sync-pause", NULL, arguments);
}

static void
sign_in_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  flow_sync_sign_in_show (widget, FLOW_SYNC_PAGE (widget)->board, NULL, NULL);
}

static void
own_server_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  flow_sync_sign_in_show (widget, FLOW_SYNC_PAGE (widget)->board, OWN_SERVER, NULL);
}

static void
copy_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), OWN_COMMAND);
  flow_toast (widget, _ ("Copied; start it in a terminal"));
}

/* The desktop asks for the keyring's password; another place needs what was kept in the first. */
static void
keep_cb (GtkWidget *widget, const char *action, GVariant *kind)
{
  FlowSyncPage *self = FLOW_SYNC_PAGE (widget);

  if (g_str_equal (g_variant_get_string (kind, NULL), "keyring"))
    flow_sync_board_act (self->board, "sync-unlock", NULL, NULL);
  else
    flow_sync_sign_in_show (widget, self->board, NULL, g_variant_get_string (kind, NULL));
}

static void
allow_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  FlowSyncPage *self = FLOW_SYNC_PAGE (widget);
  g_autoptr (GVariant) off = g_variant_ref_sink (g_variant_new_boolean (FALSE));
  g_autoptr (GError) error = NULL;

  if (!flow_settings_set (flow_services_get_settings (self->services), "privacy.local-only", off, &error))
    flow_toast (widget, error->message);
}

static void
setup_cb (GtkWidget *widget, const char *action, GVariant *what)
{
  FlowSyncPage *self = FLOW_SYNC_PAGE (widget);
  const char *word = g_variant_get_string (what, NULL);

  if (g_str_equal (word, "close"))
    flow_sync_setup_group_close (self->setup);
  else
    flow_sync_board_act (self->board, "sync-setup", NULL, flow_sync_arguments ("action", word, NULL));
}

static void
pair_cb (GtkWidget *widget, const char *action, GVariant *what)
{
  flow_sync_pairing_show (widget, FLOW_SYNC_PAGE (widget)->board,
                          g_str_equal (g_variant_get_string (what, NULL), "join"));
}

static void
history_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  FlowSyncPage *self = FLOW_SYNC_PAGE (widget);

  flow_sync_conflict_view_set_conflict (self->conflict, NULL);
  flow_journal_view_set_subject (self->history, self->board);
  show_detail (self, self->history_slot);
  gtk_widget_child_focus (self->history_slot, GTK_DIR_TAB_FORWARD);
}

static void
ask_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  static const struct
  {
    const char *action;
    FlowSyncQuestion question;
  } questions[] = {
    { "sync.unlock", FLOW_SYNC_ASK_UNLOCK },      { "sync.change-passphrase", FLOW_SYNC_ASK_PASSPHRASE },
    { "sync.change-words", FLOW_SYNC_ASK_WORDS }, { "sync.rotate", FLOW_SYNC_ASK_ROTATE },
    { "sync.replace", FLOW_SYNC_ASK_REPLACE },    { "sync.sign-out", FLOW_SYNC_ASK_SIGN_OUT },
    { "sync.delete", FLOW_SYNC_ASK_DELETE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (questions); i++)
    {
      if (g_str_equal (questions[i].action, action))
        flow_sync_ask_show (widget, FLOW_SYNC_PAGE (widget)->board, questions[i].question);
    }
}

static void
install_actions (GtkWidgetClass *widget_class)
{
  static const struct
  {
    const char *name;
    const char *type;
    GtkWidgetActionActivateFunc activate;
  } actions[] = {
    { "sync.now", NULL, now_cb },           { "sync.pause", NULL, pause_cb },
    { "sync.sign-in", NULL, sign_in_cb },   { "sync.own-server", NULL, own_server_cb },
    { "sync.copy-command", NULL, copy_cb }, { "sync.keep", "s", keep_cb },
    { "sync.allow", NULL, allow_cb },       { "sync.setup", "s", setup_cb },
    { "sync.pair", "s", pair_cb },          { "sync.history", NULL, history_cb },
    { "sync.unlock", NULL, ask_cb },        { "sync.change-passphrase", NULL, ask_cb },
    { "sync.change-words", NULL, ask_cb },  { "sync.rotate", NULL, ask_cb },
    { "sync.replace", NULL, ask_cb },       { "sync.sign-out", NULL, ask_cb },
    { "sync.delete", NULL, ask_cb },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i].name, actions[i].type, actions[i].activate);
}

/* --- Making the page ------------------------------------------------------------------------------------- */

static gboolean
is_open_conflict (gpointer item, gpointer data)
{
  return flow_sync_conflict_is_open (item);
}

static gboolean
is_decided (gpointer item, gpointer data)
{
  return !flow_sync_conflict_is_open (item);
}

static GtkWidget *
make_conflict_row (gpointer conflict, gpointer data)
{
  return flow_sync_conflict_row_new (conflict);
}

static GtkWidget *
make_run_row (gpointer subject, FlowEntry *run)
{
  return flow_sync_run_row_new (run);
}

static const FlowJournalKind history_kind = {
  .verb = "sync-history",
  .member = "runs",
  .title = N_ ("History"),
  .reading = N_ ("The history is being read"),
  .empty = N_ ("Nothing was synced yet"),
  .make_row = make_run_row,
};

static void
row_activated_cb (FlowSyncPage *self, GtkListBoxRow *row)
{
  if (FLOW_IS_SYNC_CONFLICT_ROW (row))
    show_conflict (self, flow_sync_conflict_row_get_conflict (FLOW_SYNC_CONFLICT_ROW (row)));
}

static void
count_cb (GListModel *model, guint position, guint removed, guint added, GtkWidget *group)
{
  gtk_widget_set_visible (group, g_list_model_get_n_items (model) > 0);
}

/* Returns: (transfer floating): a group of the conflicts that the filter lets through, hidden while there are none */
static GtkWidget *
make_conflicts (FlowSyncPage *self, const char *title, GtkFilter *filter)
{
  GtkWidget *group = adw_preferences_group_new (), *box = gtk_list_box_new ();
  GListModel *conflicts = flow_board_get_list (FLOW_BOARD (self->board), FLOW_SYNC_LIST_CONFLICTS);
  g_autoptr (GtkFilterListModel) model = gtk_filter_list_model_new (g_object_ref (conflicts), g_object_ref (filter));

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (box), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (box, "boxed-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (box), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  gtk_list_box_bind_model (GTK_LIST_BOX (box), G_LIST_MODEL (model), make_conflict_row, self, NULL);
  g_signal_connect_object (box, "row-activated", G_CALLBACK (row_activated_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (model, "items-changed", G_CALLBACK (count_cb), group, 0);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), box);
  count_cb (G_LIST_MODEL (model), 0, 0, 0, group);
  return group;
}

static GtkWidget *
make_devices (FlowSyncPage *self)
{
  GtkWidget *group = flow_entries_group_new (FLOW_BOARD (self->board), FLOW_SYNC_LIST_DEVICES, flow_sync_device_row_new,
                                             _ ("Devices"), NULL);
  GtkWidget *add = gtk_button_new_with_mnemonic (_ ("_Add…"));

  gtk_widget_set_tooltip_text (add, _ ("Add a device"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (add), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Add a device"), -1);
  gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (add), "sync.pair::add");
  gtk_widget_add_css_class (add, "flat");
  adw_preferences_group_set_header_suffix (ADW_PREFERENCES_GROUP (group), add);
  self->add_device = add;
  return group;
}

static void
add (FlowSyncPage *self, GtkWidget *group)
{
  adw_preferences_page_add (self->groups, ADW_PREFERENCES_GROUP (group));
}

static void
add_groups (FlowSyncPage *self)
{
  self->trouble_group = adw_preferences_group_new ();
  self->trouble = flow_sync_card_new ();
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->trouble_group), self->trouble);
  self->setup = FLOW_SYNC_SETUP_GROUP (flow_sync_setup_group_new (self->board));
  self->open_group = make_conflicts (self, _ ("Needs Your Decision"), self->open_filter);
  self->decided_group = make_conflicts (self, _ ("Decided"), self->decided_filter);
  add (self, self->trouble_group);
  add (self, GTK_WIDGET (self->setup));
  add (self, self->open_group);
  add (self, flow_sync_state_group_new (self->board));
  add (self, make_devices (self));
  add (self, flow_entries_group_new (FLOW_BOARD (self->board), FLOW_SYNC_LIST_HELD, flow_sync_held_row_new,
                                     _ ("Could Not Be Taken"), NULL));
  add (self, self->decided_group);
  add (self, flow_sync_account_group_new (self->board));
  add (self, flow_sync_reach_group_new (self->board));
}

static void
add_details (FlowSyncPage *self)
{
  self->conflict = FLOW_SYNC_CONFLICT_VIEW (flow_sync_conflict_view_new (self->board));
  self->history = FLOW_JOURNAL_VIEW (flow_journal_view_new (FLOW_BOARD (self->board), &history_kind));
  gtk_stack_add_child (self->details, GTK_WIDGET (self->conflict));
  adw_clamp_set_child (ADW_CLAMP (gtk_viewport_get_child (
                           GTK_VIEWPORT (gtk_scrolled_window_get_child (GTK_SCROLLED_WINDOW (self->history_slot))))),
                       GTK_WIDGET (self->history));
}

static void
flow_sync_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (flow_sync_page_parent_class)->map (widget);
  flow_board_watch (FLOW_BOARD (FLOW_SYNC_PAGE (widget)->board));
}

static void
flow_sync_page_unmap (GtkWidget *widget)
{
  flow_board_unwatch (FLOW_BOARD (FLOW_SYNC_PAGE (widget)->board));
  GTK_WIDGET_CLASS (flow_sync_page_parent_class)->unmap (widget);
}

static void
flow_sync_page_dispose (GObject *object)
{
  FlowSyncPage *self = FLOW_SYNC_PAGE (object);

  g_clear_object (&self->back);
  g_clear_object (&self->open_filter);
  g_clear_object (&self->decided_filter);
  g_clear_object (&self->board);
  g_clear_object (&self->services);
  g_clear_pointer (&self->wanted, g_free);

  G_OBJECT_CLASS (flow_sync_page_parent_class)->dispose (object);
}

static void
load_style (void)
{
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();

  gtk_css_provider_load_from_resource (provider, "/org/flowscope/FlowScope/sync/sync.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

static void
flow_sync_page_class_init (FlowSyncPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_sync_page_dispose;
  widget_class->map = flow_sync_page_map;
  widget_class->unmap = flow_sync_page_unmap;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/flowscope/FlowScope/sync/flow-sync-page.ui");
  gtk_widget_class_bind_template_child (widget_class, FlowSyncPage, leaflet);
  gtk_widget_class_bind_template_child (widget_class, FlowSyncPage, states);
  gtk_widget_class_bind_template_child (widget_class, FlowSyncPage, groups);
  gtk_widget_class_bind_template_child (widget_class, FlowSyncPage, details);
  gtk_widget_class_bind_template_child (widget_class, FlowSyncPage, history_slot);
  gtk_widget_class_bind_template_child (widget_class, FlowSyncPage, own_command);
  gtk_widget_class_bind_template_callback (widget_class, visible_child_cb);
  install_actions (widget_class);
  load_style ();
}

static void
flow_sync_page_init (FlowSyncPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->open_filter = GTK_FILTER (gtk_custom_filter_new (is_open_conflict, NULL, NULL));
  self->decided_filter = GTK_FILTER (gtk_custom_filter_new (is_decided, NULL, NULL));
  gtk_label_set_text (self->own_command, OWN_COMMAND);
}

/* It is shown in the window's header bar, which lets it go when it shows another page. */
static void
make_back (FlowSyncPage *self)
{
  self->back = g_object_ref_sink (gtk_button_new_from_icon_name ("go-previous-symbolic"));
  gtk_widget_set_tooltip_text (self->back, _ ("All of syncing"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->back), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("All of syncing"), -1);
  gtk_widget_set_visible (self->back, FALSE);
  g_signal_connect_object (self->back, "clicked", G_CALLBACK (go_back), self, G_CONNECT_SWAPPED);
}

/**
 * flow_sync_page_new:
 * @services: what is synced, and the settings
 *
 * Make the page. It needs the actions `win.page`.
 *
 * Returns: (transfer floating): the page
 */
GtkWidget *
flow_sync_page_new (FlowServices *services)
{
  FlowSyncPage *self = g_object_new (FLOW_TYPE_SYNC_PAGE, NULL);

  self->services = g_object_ref (services);
  self->board = g_object_ref (flow_services_get_sync (services));
  add_groups (self);
  add_details (self);
  make_back (self);
  g_signal_connect_object (self->board, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->board, "notify::live", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->board, "failed", G_CALLBACK (failed_cb), self, G_CONNECT_SWAPPED);
  changed_cb (self);
  return GTK_WIDGET (self);
}

/**
 * flow_sync_page_open:
 * @self: the page
 * @conflict: a conflict's id
 *
 * Open a conflict, as soon as the hub lists it.
 */
void
flow_sync_page_open (FlowSyncPage *self, const char *conflict)
{
  g_return_if_fail (FLOW_IS_SYNC_PAGE (self));
  g_return_if_fail (conflict != NULL);

  g_free (self->wanted);
  self->wanted = g_strdup (conflict);
  open_wanted (self);
}
