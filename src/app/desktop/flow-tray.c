/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-tray"

#include "app/desktop/flow-tray.h"

#include <glib/gi18n-lib.h>

#include "app/desktop/flow-menu-label.h"
#include "app/desktop/flow-recent-traces.h"

#define MAX_QUESTIONS 5

/**
 * FlowTray:
 *
 * What the icon of the program says and offers, whatever draws it: a state with the reason for it, and a menu whose
 * actions are those of the application.
 */
struct _FlowTray
{
  GObject parent_instance;

  FlowServices *services;
  FlowHub *hub; /* the one whose changes are heard */
  FlowQuestions *questions;
  GListModel *jobs;
  FlowRecentTraces *recent;

  GMenu *menu;
  GMenu *asked;
  guint conflicts; /* that the menu leads to */
  FlowTrayState state;
  char *text;
  char *problem; /* why there is no hub */
};

G_DEFINE_FINAL_TYPE (FlowTray, flow_tray, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gboolean
is_on (FlowTray *self, const char *key)
{
  g_autoptr (GVariant) value = flow_settings_get (flow_services_get_settings (self->services), key, NULL);

  return value == NULL || g_variant_get_boolean (value);
}

/* A doorway that the user switched off is as it should be. Spans come by no other. */
static gboolean
is_down (FlowTray *self, const FlowHubPort *port)
{
  g_autofree char *key = g_strdup_printf ("ports.%s-enabled", port->name);

  if (!g_str_equal (port->name, "otlp-http") || !is_on (self, key))
    return FALSE;
  return !port->on || (port->wanted != 0 && port->port != port->wanted);
}

/* The codes are those of errors.json. */
static char *
describe_trouble (const char *code)
{
  if (g_str_equal (code, "disk_full"))
    return g_strdup (_ ("The disk is full: nothing is stored"));
  if (g_str_equal (code, "corrupt"))
    return g_strdup (_ ("The database is damaged"));
  if (g_str_equal (code, "secrets_locked"))
    return g_strdup (_ ("The keyring is locked or gone: nothing is stored"));
  return g_strdup (_ ("Nothing can be stored; see the log"));
}

static gboolean
is_passing (const char *code)
{
  return g_str_equal (code, "starting") || g_str_equal (code, "stopping");
}

static char *
describe_port (const FlowHubPort *port)
{
  const char *name = _ ("OTLP over HTTP");

  if (port->on)
    return g_strdup_printf (_ ("%s is on port %u, as port %u is taken"), name, port->port, port->wanted);
  return g_strdup_printf (_ ("%s has no port: %s"), name, port->reason != NULL ? port->reason : "");
}

/* Returns: (transfer full) (nullable): why programs cannot send their spans here, %NULL when they can */
static char *
find_trouble (FlowTray *self)
{
  guint n_ports;
  const FlowHubPort *ports;
  FlowHubSummary summary;

  if (self->problem != NULL)
    return g_strdup (self->problem);
  if (self->hub == NULL || !flow_hub_is_running (self->hub))
    return NULL;
  flow_hub_get_summary (self->hub, &summary);
  if (summary.trouble != NULL && !is_passing (summary.trouble))
    return describe_trouble (summary.trouble);
  ports = flow_hub_get_ports (self->hub, &n_ports);
  for (guint i = 0; i < n_ports; i++)
    {
      if (is_down (self, &ports[i]))
        return describe_port (&ports[i]);
    }
  return NULL;
}

static void
take_state (FlowTray *self, FlowTrayState state, char *text)
{
  g_autofree char *owned = text;

  if (self->state == state && g_strcmp0 (self->text, owned) == 0)
    return;
  self->state = state;
  g_free (self->text);
  self->text = g_steal_pointer (&owned);
  g_signal_emit (self, signals[CHANGED], 0);
}

static char *
dup_title (GListModel *model, const char *property)
{
  g_autoptr (GObject) first = g_list_model_get_item (model, 0);
  char *title = NULL;

  if (first != NULL && g_object_class_find_property (G_OBJECT_GET_CLASS (first), property) != NULL)
    g_object_get (first, property, &title, NULL);
  return title != NULL ? title : g_strdup (_ ("Busy"));
}

static char *
say_conflicts (guint n)
{
  return g_strdup_printf (
      ngettext ("%u conflict of your devices needs a decision", "%u conflicts of your devices need a decision", n), n);
}

static void
update_state (FlowTray *self)
{
  g_autoptr (FlowQuestion) question = g_list_model_get_item (G_LIST_MODEL (self->questions), 0);
  guint conflicts = flow_sync_board_count_conflicts (flow_services_get_sync (self->services));
  gboolean busy = self->jobs != NULL && g_list_model_get_n_items (self->jobs) > 0;
  g_autofree char *trouble = find_trouble (self);

  if (question != NULL)
    take_state (self, FLOW_TRAY_ATTENTION, g_strdup (flow_question_get_text (question)));
  else if (conflicts > 0)
    take_state (self, FLOW_TRAY_ATTENTION, say_conflicts (conflicts));
  else if (trouble != NULL)
    take_state (self, FLOW_TRAY_OFFLINE, g_steal_pointer (&trouble));
  else if (!is_on (self, "capture.enabled"))
    take_state (self, FLOW_TRAY_PAUSED, g_strdup (_ ("Capture is paused: no spans are taken in")));
  else if (busy)
    take_state (self, FLOW_TRAY_BUSY, dup_title (self->jobs, "title"));
  else
    take_state (self, FLOW_TRAY_OK, g_strdup (self->hub != NULL ? _ ("Spans are taken in") : _ ("Starting")));
}

static GMenuItem *
build_question (FlowQuestion *question)
{
  g_autoptr (GMenu) answers = g_menu_new ();
  g_autofree char *label = flow_menu_label (flow_question_get_text (question));
  gsize n_answers;
  const FlowAnswer *each = flow_question_get_answers (question, &n_answers);

  for (gsize i = 0; i < n_answers; i++)
    {
      g_autoptr (GMenuItem) item = g_menu_item_new (each[i].label, NULL);

      g_menu_item_set_action_and_target (item, "app.answer-question", "(ss)", flow_question_get_id (question),
                                         each[i].id);
      g_menu_append_item (answers, item);
    }
  return g_menu_item_new_submenu (label, G_MENU_MODEL (answers));
}

static void
update_questions (FlowTray *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->questions));
  guint conflicts = flow_sync_board_count_conflicts (flow_services_get_sync (self->services));

  self->conflicts = conflicts;
  g_menu_remove_all (self->asked);
  for (guint i = 0; i < MIN (n, MAX_QUESTIONS); i++)
    {
      g_autoptr (FlowQuestion) question = g_list_model_get_item (G_LIST_MODEL (self->questions), i);
      g_autoptr (GMenuItem) item = build_question (question);

      g_menu_append_item (self->asked, item);
    }
  if (n > MAX_QUESTIONS)
    g_menu_append (self->asked, _ ("More Questions…"), "app.raise");
  if (conflicts > 0)
    g_menu_append (self->asked, _ ("_Decide Conflicts…"), "app.show-sync::");
  update_state (self);
}

/* The menu of a panel closes when it changes. */
static void
sync_cb (FlowTray *self)
{
  if (flow_sync_board_count_conflicts (flow_services_get_sync (self->services)) != self->conflicts)
    update_questions (self);
}

static void
append_section (GMenu *menu, GMenuModel *section)
{
  g_menu_append_section (menu, NULL, section);
}

static void
build_menu (FlowTray *self)
{
  g_autoptr (GMenu) first = g_menu_new ();
  g_autoptr (GMenu) last = g_menu_new ();

  g_menu_append (first, _ ("_Open FlowScope"), "app.raise");
  g_menu_append (first, _ ("_Pause Capture"), "app.pause-capture");
  g_menu_append (last, _ ("P_references"), "app.preferences::general");
  g_menu_append (last, _ ("_Quit"), "app.quit");
  append_section (self->menu, G_MENU_MODEL (first));
  append_section (self->menu, G_MENU_MODEL (self->asked));
  append_section (self->menu, flow_recent_traces_get_menu (self->recent));
  append_section (self->menu, G_MENU_MODEL (last));
}

static void
hub_cb (FlowTray *self)
{
  FlowHub *hub = flow_services_get_hub (self->services);

  if (hub != self->hub)
    {
      if (self->hub != NULL)
        g_signal_handlers_disconnect_by_data (self->hub, self);
      g_set_object (&self->hub, hub);
      if (hub != NULL)
        g_signal_connect_object (hub, "changed", G_CALLBACK (update_state), self, G_CONNECT_SWAPPED);
    }
  update_state (self);
}

static void
flow_tray_dispose (GObject *object)
{
  FlowTray *self = FLOW_TRAY (object);

  g_clear_object (&self->hub);
  g_clear_object (&self->services);
  g_clear_object (&self->questions);
  g_clear_object (&self->jobs);
  g_clear_object (&self->recent);
  g_clear_object (&self->menu);
  g_clear_object (&self->asked);

  G_OBJECT_CLASS (flow_tray_parent_class)->dispose (object);
}

static void
flow_tray_finalize (GObject *object)
{
  FlowTray *self = FLOW_TRAY (object);

  g_free (self->problem);
  g_free (self->text);

  G_OBJECT_CLASS (flow_tray_parent_class)->finalize (object);
}

static void
flow_tray_class_init (FlowTrayClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_tray_dispose;
  G_OBJECT_CLASS (klass)->finalize = flow_tray_finalize;

  /**
   * FlowTray::changed:
   * @self: the tray
   *
   * Emitted when the state or its reason is another. The menu tells of its changes itself.
   */
  signals[CHANGED] = g_signal_new ("changed", FLOW_TYPE_TRAY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
flow_tray_init (FlowTray *self)
{
  self->menu = g_menu_new ();
  self->asked = g_menu_new ();
  self->state = FLOW_TRAY_OK;
}

/**
 * flow_tray_new:
 * @services: the hub, the settings and the traces
 * @questions: what waits for the user
 * @jobs: (nullable): the long work that runs now
 *
 * Returns: (transfer full): what a tray icon shows
 */
FlowTray *
flow_tray_new (FlowServices *services, FlowQuestions *questions, GListModel *jobs)
{
  FlowTray *self = g_object_new (FLOW_TYPE_TRAY, NULL);

  self->services = g_object_ref (services);
  self->questions = g_object_ref (questions);
  self->jobs = jobs != NULL ? g_object_ref (jobs) : NULL;
  self->recent = flow_recent_traces_new (services);
  build_menu (self);
  g_signal_connect_object (flow_services_get_settings (services), "changed", G_CALLBACK (update_state), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (services, "hub-changed", G_CALLBACK (hub_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (questions, "items-changed", G_CALLBACK (update_questions), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (flow_services_get_sync (services), "changed", G_CALLBACK (sync_cb), self, G_CONNECT_SWAPPED);
  if (jobs != NULL)
    g_signal_connect_object (jobs, "items-changed", G_CALLBACK (update_state), self, G_CONNECT_SWAPPED);
  hub_cb (self);
  update_questions (self);
  return self;
}

/**
 * flow_tray_set_problem:
 * @self: the tray
 * @problem: (nullable): why there is no hub, for people; %NULL when there is one or it starts
 *
 * Say whether the hub is down for good.
 */
void
flow_tray_set_problem (FlowTray *self, const char *problem)
{
  g_return_if_fail (FLOW_IS_TRAY (self));

  g_free (self->problem);
  self->problem = g_strdup (problem);
  update_state (self);
}

/**
 * flow_tray_get_state:
 * @self: the tray
 *
 * Returns: what the icon says
 */
FlowTrayState
flow_tray_get_state (FlowTray *self)
{
  g_return_val_if_fail (FLOW_IS_TRAY (self), FLOW_TRAY_OK);

  return self->state;
}

/**
 * flow_tray_get_text:
 * @self: the tray
 *
 * Returns: (transfer none): the reason of the state, one line, until the next change
 */
const char *
flow_tray_get_text (FlowTray *self)
{
  g_return_val_if_fail (FLOW_IS_TRAY (self), NULL);

  return self->text;
}

/**
 * flow_tray_get_menu:
 * @self: the tray
 *
 * Returns: (transfer none): the menu; its actions begin with `app.`
 */
GMenuModel *
flow_tray_get_menu (FlowTray *self)
{
  g_return_val_if_fail (FLOW_IS_TRAY (self), NULL);

  return G_MENU_MODEL (self->menu);
}
