/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-health-group"

#include "app/connections/flow-health-group.h"

#include <glib/gi18n.h>

#include "hub/flow-json-read.h"

/* From so many points of 100 on. */
#define GOOD 80
#define FAIR 50

/* The parts of the score. */
static const struct
{
  const char *name;
  const char *title;
  const char *what;
} parts[] = {
  { "connectivity", N_ ("Connectivity"),
    N_ ("Whether those who connected stay, and whether their messages get through.") },
  { "latency", N_ ("Latency"), N_ ("How fast they answer the hub.") },
  { "sync", N_ ("Synchronisation"), N_ ("How often what was changed elsewhere came through.") },
};

/**
 * FlowHealthGroup:
 *
 * How well the connections work: one score of 100, the parts that it is made of, and what to do about it.
 */
struct _FlowHealthGroup
{
  AdwPreferencesGroup parent_instance;

  FlowConnections *connections;
  GtkWidget *score;
  GtkWidget *number;
  GtkWidget *rows[G_N_ELEMENTS (parts)];
  GtkWidget *bars[G_N_ELEMENTS (parts)];
  GPtrArray *advice; /* rows */
};

G_DEFINE_FINAL_TYPE (FlowHealthGroup, flow_health_group, ADW_TYPE_PREFERENCES_GROUP)

/* Returns: a number of the answer, -1 when there is none */
static double
get_number (JsonObject *object, const char *member)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, member) : NULL;

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_double (node) : -1;
}

static const char *
describe_score (double score)
{
  if (score < 0)
    return _ ("Not known yet");
  if (score >= GOOD)
    return _ ("Good");
  return score >= FAIR ? _ ("Fair") : _ ("Poor");
}

static const char *
style_of (double score)
{
  if (score < 0)
    return "dim-label";
  if (score >= GOOD)
    return "success";
  return score >= FAIR ? "warning" : "error";
}

static void
show_score (FlowHealthGroup *self, double score)
{
  g_autofree char *number = score < 0 ? g_strdup ("–") : g_strdup_printf ("%.0f", score);
  const char *const classes[] = { "title-1", "numeric", style_of (score), NULL };

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->score), describe_score (score));
  gtk_label_set_label (GTK_LABEL (self->number), number);
  gtk_widget_set_css_classes (self->number, (const char **) classes);
}

static void
show_part (FlowHealthGroup *self, gsize i, JsonObject *all)
{
  JsonObject *part = all != NULL ? flow_json_get_object (all, parts[i].name) : NULL;
  double score = get_number (part, "score"), weight = get_number (part, "weight");
  g_autofree char *says = NULL;
  g_autofree char *text = NULL;

  if (score < 0)
    says = g_strdup (_ ("Nothing is known about it yet; the other parts count for more."));
  else
    says = g_strdup_printf (_ ("%.0f of 100, counts for %.0f %%."), score, weight);
  text = g_strconcat (_ (parts[i].what), "\n", says, NULL);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->rows[i]), text);
  gtk_level_bar_set_value (GTK_LEVEL_BAR (self->bars[i]), MAX (score, 0));
  gtk_widget_set_visible (self->bars[i], score >= 0);
}

static GtkWidget *
make_advice (const char *text)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *icon = gtk_image_new_from_icon_name ("dialog-information-symbolic");

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), text);
  gtk_accessible_update_state (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);
  return row;
}

static gboolean
has_advice (FlowHealthGroup *self, guint position, const char *text)
{
  return position < self->advice->len &&
         g_str_equal (adw_preferences_row_get_title (self->advice->pdata[position]), text);
}

static void
drop_advice (FlowHealthGroup *self, guint from)
{
  for (guint i = from; i < self->advice->len; i++)
    adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self), self->advice->pdata[i]);
  g_ptr_array_set_size (self->advice, (int) MIN (from, self->advice->len));
}

/* What is still said stays where it is. */
static void
show_advice (FlowHealthGroup *self, JsonArray *advice)
{
  guint n = advice != NULL ? json_array_get_length (advice) : 0, shown = 0;

  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (advice, i);
      const char *text = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;

      if (text == NULL)
        continue;
      if (!has_advice (self, shown, text))
        {
          drop_advice (self, shown);
          g_ptr_array_add (self->advice, make_advice (text));
          adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), self->advice->pdata[shown]);
        }
      shown++;
    }
  drop_advice (self, shown);
}

static void
show (FlowHealthGroup *self)
{
  JsonObject *health = flow_connections_get_health (self->connections);

  show_score (self, get_number (health, "overall"));
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    show_part (self, i, health != NULL ? flow_json_get_object (health, "parts") : NULL);
  show_advice (self, health != NULL ? flow_json_get_array (health, "advice") : NULL);
}

static void
flow_health_group_dispose (GObject *object)
{
  g_clear_object (&FLOW_HEALTH_GROUP (object)->connections);

  G_OBJECT_CLASS (flow_health_group_parent_class)->dispose (object);
}

static void
flow_health_group_finalize (GObject *object)
{
  g_ptr_array_unref (FLOW_HEALTH_GROUP (object)->advice);

  G_OBJECT_CLASS (flow_health_group_parent_class)->finalize (object);
}

static void
flow_health_group_class_init (FlowHealthGroupClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_health_group_dispose;
  G_OBJECT_CLASS (klass)->finalize = flow_health_group_finalize;
}

static GtkWidget *
make_bar (const char *title)
{
  GtkWidget *bar = gtk_level_bar_new_for_interval (0, 100);

  gtk_level_bar_add_offset_value (GTK_LEVEL_BAR (bar), GTK_LEVEL_BAR_OFFSET_LOW, FAIR);
  gtk_level_bar_add_offset_value (GTK_LEVEL_BAR (bar), GTK_LEVEL_BAR_OFFSET_HIGH, GOOD);
  gtk_level_bar_add_offset_value (GTK_LEVEL_BAR (bar), GTK_LEVEL_BAR_OFFSET_FULL, 100);
  gtk_widget_set_valign (bar, GTK_ALIGN_CENTER);
  gtk_widget_set_size_request (bar, 80, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (bar), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  return bar;
}

static void
flow_health_group_init (FlowHealthGroup *self)
{
  self->advice = g_ptr_array_new ();
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self), _ ("Health"));
  self->score = adw_action_row_new ();
  self->number = gtk_label_new (NULL);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->score), _ ("Points of 100"));
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->score), self->number);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), self->score);
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      self->rows[i] = adw_action_row_new ();
      self->bars[i] = make_bar (_ (parts[i].title));
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->rows[i]), _ (parts[i].title));
      adw_action_row_add_suffix (ADW_ACTION_ROW (self->rows[i]), self->bars[i]);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), self->rows[i]);
    }
}

/**
 * flow_health_group_new:
 * @connections: whose health it is
 *
 * Returns: (transfer floating): the group
 */
GtkWidget *
flow_health_group_new (FlowConnections *connections)
{
  FlowHealthGroup *self = g_object_new (FLOW_TYPE_HEALTH_GROUP, NULL);

  self->connections = g_object_ref (connections);
  g_signal_connect_object (connections, "health-changed", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  show (self);
  return GTK_WIDGET (self);
}
