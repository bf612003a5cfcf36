/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-channel-row"

#include "app/connections/flow-channel-row.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/connections/flow-connection-text.h"
#include "app/connections/flow-sparkline.h"
#include "app/shell/flow-count-text.h"

/* What unfolds, in its order. */
typedef enum
{
  FACT_NAME,
  FACT_WORKSPACES,
  FACT_SINCE,
  FACT_MESSAGES,
  FACT_LATENCY,
  FACT_WAITING,
  FACT_CAPABILITIES,
  N_FACTS
} Fact;

static const char *const titles[N_FACTS] = {
  [FACT_NAME] = N_ ("Name of the channel"),   [FACT_WORKSPACES] = N_ ("Folders"),
  [FACT_SINCE] = N_ ("Connected since"),      [FACT_MESSAGES] = N_ ("Messages"),
  [FACT_LATENCY] = N_ ("Time to answer"),     [FACT_WAITING] = N_ ("Waiting for it"),
  [FACT_CAPABILITIES] = N_ ("Takes part in"),
};

/* What the words of the protocol mean. */
static const struct
{
  const char *name;
  const char *text;
} capabilities[] = {
  { "traces", N_ ("new traces") }, { "presence", N_ ("who is connected") },   { "edit", N_ ("editing of web pages") },
  { "code", N_ ("showing code") }, { "metrics", N_ ("numbers in the code") },
};

/**
 * FlowChannelRow:
 *
 * Somebody who is connected: who it is, how fast it answers, and unfolded all that is known.
 */
struct _FlowChannelRow
{
  AdwExpanderRow parent_instance;

  FlowEntry *channel;
  GtkWidget *focused;
  GtkWidget *waiting;
  FlowSparkline *latency;
  GtkWidget *facts[N_FACTS];
};

G_DEFINE_FINAL_TYPE (FlowChannelRow, flow_channel_row, ADW_TYPE_EXPANDER_ROW)

static double
get_ms (JsonObject *latency, const char *member)
{
  JsonNode *node = json_object_get_member (latency, member);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_double (node) : 0;
}

/* The strings of a list, one below or beside the other. */
static char *
join (JsonArray *array, const char *separator, char *(*say) (const char *word))
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      const char *word = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
      g_autofree char *said = word != NULL ? say (word) : NULL;

      if (said != NULL)
        g_string_append_printf (text, "%s%s", text->len > 0 ? separator : "", said);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
say_capability (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (capabilities); i++)
    {
      if (g_str_equal (capabilities[i].name, name))
        return g_strdup (_ (capabilities[i].text));
    }
  return g_strdup (name);
}

static char *
say_path (const char *path)
{
  const char *home = g_get_home_dir ();
  gsize length = strlen (home);

  if (length > 1 && g_str_has_prefix (path, home) && (path[length] == '/' || path[length] == '\0'))
    return g_strconcat ("~", path + length, NULL);
  return g_strdup (path);
}

/* --- What is unfolded ------------------------------------------------------------------------------------ */

static char *
describe_messages (FlowEntry *channel)
{
  g_autofree char *in = flow_count_text_number ((guint64) MAX (flow_entry_get_number (channel, "messagesIn"), 0));
  g_autofree char *out = flow_count_text_number ((guint64) MAX (flow_entry_get_number (channel, "messagesOut"), 0));

  return g_strdup_printf (_ ("%s received, %s sent"), in, out);
}

static char *
describe_waiting (FlowEntry *channel)
{
  g_autofree char *queued = g_format_size ((guint64) MAX (flow_entry_get_number (channel, "queued"), 0));
  g_autofree char *stored = flow_count_text_number ((guint64) MAX (flow_entry_get_number (channel, "outbox"), 0));

  return g_strdup_printf (_ ("%s on the way, %s stored until confirmed"), queued, stored);
}

static char *
describe_latency (JsonObject *latency)
{
  g_autofree char *half = NULL;
  g_autofree char *most = NULL;
  g_autofree char *last = NULL;

  if (latency == NULL)
    return g_strdup (_ ("Not measured yet"));
  half = flow_connection_text_ms (get_ms (latency, "p50_ms"));
  most = flow_connection_text_ms (get_ms (latency, "p99_ms"));
  last = flow_connection_text_ms (get_ms (latency, "last_ms"));
  return g_strdup_printf (_ ("last %s, median %s, 99 %% within %s"), last, half, most);
}

static char *
describe (FlowEntry *channel, Fact fact)
{
  switch (fact)
    {
    case FACT_NAME:
      return g_strdup (flow_entry_get_key (channel));
    case FACT_WORKSPACES:
      return join (flow_entry_get_list (channel, "workspaces"), "\n", say_path);
    case FACT_SINCE:
      return flow_connection_text_when (flow_entry_get_time (channel, "since"), g_get_real_time () * 1000);
    case FACT_MESSAGES:
      return describe_messages (channel);
    case FACT_LATENCY:
      return describe_latency (flow_entry_get_object (channel, "latency"));
    case FACT_WAITING:
      return describe_waiting (channel);
    case FACT_CAPABILITIES:
      return join (flow_entry_get_list (channel, "capabilities"), ", ", say_capability);
    case N_FACTS:
    default:
      return g_strdup ("");
    }
}

static GtkWidget *
make_fact (const char *title)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  gtk_widget_add_css_class (row, "flow-fact");
  return row;
}

/* Most rows are never unfolded. */
static void
make_facts (FlowChannelRow *self)
{
  for (Fact fact = 0; fact < N_FACTS; fact++)
    {
      self->facts[fact] = make_fact (_ (titles[fact]));
      adw_expander_row_add_row (ADW_EXPANDER_ROW (self), self->facts[fact]);
    }
}

static void
show_facts (FlowChannelRow *self)
{
  if (!adw_expander_row_get_expanded (ADW_EXPANDER_ROW (self)))
    return;
  if (self->facts[0] == NULL)
    make_facts (self);
  for (Fact fact = 0; fact < N_FACTS; fact++)
    {
      g_autofree char *text = describe (self->channel, fact);

      adw_action_row_set_subtitle (ADW_ACTION_ROW (self->facts[fact]), text);
      gtk_widget_set_visible (self->facts[fact], *text != '\0');
    }
}

/* --- What is seen folded --------------------------------------------------------------------------------- */

static void
show_latency (FlowChannelRow *self)
{
  JsonObject *latency = flow_entry_get_object (self->channel, "latency");
  JsonNode *node = latency != NULL ? json_object_get_member (latency, "samples_ms") : NULL;
  JsonArray *samples = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  guint n = samples != NULL ? MIN (json_array_get_length (samples), FLOW_SPARKLINE_POINTS) : 0;
  double values[FLOW_SPARKLINE_POINTS];
  g_autofree char *text = describe_latency (latency);
  g_autofree char *label = g_strdup_printf ("%s: %s", _ (titles[FACT_LATENCY]), text);

  for (guint i = 0; i < n; i++)
    values[i] = json_array_get_double_element (samples, json_array_get_length (samples) - n + i);
  flow_sparkline_set_values (self->latency, values, n);
  flow_sparkline_set_label (self->latency, label);
  gtk_widget_set_visible (GTK_WIDGET (self->latency), n > 0);
}

static char *
describe_shortly (FlowEntry *channel)
{
  const char *kind = flow_connection_text_kind (flow_entry_get_text (channel, "kind"));
  g_autofree char *folders = join (flow_entry_get_list (channel, "workspaces"), ", ", g_path_get_basename);

  return *folders != '\0' ? g_strdup_printf ("%s · %s", kind, folders) : g_strdup (kind);
}

static void
show (FlowChannelRow *self)
{
  g_autofree char *name = flow_connection_text_name (self->channel);
  g_autofree char *subtitle = describe_shortly (self->channel);
  gint64 stored = flow_entry_get_number (self->channel, "outbox");
  g_autofree char *waiting = flow_count_text_number ((guint64) MAX (stored, 0));

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), name);
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (self), subtitle);
  gtk_widget_set_visible (self->focused, flow_entry_get_flag (self->channel, "focused"));
  gtk_label_set_label (GTK_LABEL (self->waiting), waiting);
  gtk_widget_set_visible (self->waiting, stored > 0);
  show_latency (self);
  show_facts (self);
}

static void
expanded_cb (FlowChannelRow *self)
{
  show_facts (self);
}

/* --- The whole ------------------------------------------------------------------------------------------- */

static void
flow_channel_row_dispose (GObject *object)
{
  g_clear_object (&FLOW_CHANNEL_ROW (object)->channel);

  G_OBJECT_CLASS (flow_channel_row_parent_class)->dispose (object);
}

static void
flow_channel_row_class_init (FlowChannelRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_channel_row_dispose;
}

static void
flow_channel_row_init (FlowChannelRow *self)
{
  AdwExpanderRow *row = ADW_EXPANDER_ROW (self);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  self->focused = gtk_image_new_from_icon_name ("emblem-default-symbolic");
  gtk_widget_set_tooltip_text (self->focused, _ ("Used last: code is shown here"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->focused), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Used last: code is shown here"), -1);
  self->waiting = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->waiting, "flow-badge");
  gtk_widget_set_valign (self->waiting, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (self->waiting, _ ("Messages that wait for it"));
  self->latency = FLOW_SPARKLINE (flow_sparkline_new ());
  /* The first is next to the arrow. */
  adw_expander_row_add_action (row, self->focused);
  adw_expander_row_add_action (row, self->waiting);
  adw_expander_row_add_action (row, GTK_WIDGET (self->latency));
  g_signal_connect (self, "notify::expanded", G_CALLBACK (expanded_cb), NULL);
}

/**
 * flow_channel_row_new:
 * @channel: what the verb `channels` writes of one
 *
 * Returns: (transfer floating): its row
 */
GtkWidget *
flow_channel_row_new (FlowEntry *channel)
{
  FlowChannelRow *self = g_object_new (FLOW_TYPE_CHANNEL_ROW, NULL);
  GtkWidget *icon = gtk_image_new_from_icon_name (flow_connection_text_icon (flow_entry_get_text (channel, "kind")));

  gtk_accessible_update_property (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  flow_connection_text_kind (flow_entry_get_text (channel, "kind")), -1);
  adw_expander_row_add_prefix (ADW_EXPANDER_ROW (self), icon);
  self->channel = g_object_ref (channel);
  g_signal_connect_object (channel, "changed", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  show (self);
  return GTK_WIDGET (self);
}
