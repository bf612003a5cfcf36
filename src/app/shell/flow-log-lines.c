/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-log-lines"

#include "app/shell/flow-log-lines.h"

#include <gtk/gtk.h>

#include "base/flow-log.h"

/**
 * FlowLogLines:
 *
 * The last 10,000 messages of the program's log, oldest first: a [iface@Gio.ListModel] of [class@FlowLogLine]. Lines
 * may be added on any thread; the list changes on the main thread, once for all that came meanwhile.
 */
struct _FlowLogLines
{
  GObject parent_instance;

  /* Of the main thread */
  FlowLogLine **ring; /* FLOW_LOG_LINES_MAX places */
  guint first;
  guint length;
  GtkStringList *areas;
  GHashTable *known_areas; /* interned */

  /* Of any thread, under the lock */
  GMutex lock;
  GQueue incoming;
  guint source;
};

static GType
get_item_type (GListModel *model)
{
  return FLOW_TYPE_LOG_LINE;
}

static guint
get_n_items (GListModel *model)
{
  return FLOW_LOG_LINES (model)->length;
}

static gpointer
get_item (GListModel *model, guint position)
{
  FlowLogLines *self = FLOW_LOG_LINES (model);

  if (position >= self->length)
    return NULL;
  return g_object_ref (self->ring[(self->first + position) % FLOW_LOG_LINES_MAX]);
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (FlowLogLines, flow_log_lines, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
note_area (FlowLogLines *self, FlowLogLine *line)
{
  const char *area = flow_log_line_get_area (line);

  if (*area != '\0' && g_hash_table_add (self->known_areas, (gpointer) area))
    gtk_string_list_append (self->areas, area);
}

/* The list is right at each of its two changes: who hears of one may look at once. */
static void
forget (FlowLogLines *self, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_clear_object (&self->ring[self->first]);
      self->first = (self->first + 1) % FLOW_LOG_LINES_MAX;
    }
  self->length -= n;
  if (n > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, n, 0);
}

static void
append (FlowLogLines *self, GQueue *lines)
{
  guint before = self->length;
  FlowLogLine *line;

  while ((line = g_queue_pop_head (lines)) != NULL)
    {
      note_area (self, line);
      self->ring[(self->first + self->length++) % FLOW_LOG_LINES_MAX] = line;
    }
  g_list_model_items_changed (G_LIST_MODEL (self), before, 0, self->length - before);
}

static gboolean
take_cb (gpointer data)
{
  FlowLogLines *self = data;
  GQueue lines;
  guint total;

  g_mutex_lock (&self->lock);
  lines = self->incoming;
  g_queue_init (&self->incoming);
  self->source = 0;
  g_mutex_unlock (&self->lock);

  total = self->length + lines.length;
  forget (self, total > FLOW_LOG_LINES_MAX ? total - FLOW_LOG_LINES_MAX : 0);
  append (self, &lines);
  return G_SOURCE_REMOVE;
}

static void
sink (GLogLevelFlags level, const char *domain, const char *message, gint64 time_us, gpointer data)
{
  flow_log_lines_add (data, flow_log_line_new (level, domain, message, time_us));
}

static void
flow_log_lines_finalize (GObject *object)
{
  FlowLogLines *self = FLOW_LOG_LINES (object);

  g_clear_handle_id (&self->source, g_source_remove);
  g_queue_clear_full (&self->incoming, g_object_unref);
  g_mutex_clear (&self->lock);
  g_hash_table_unref (self->known_areas);
  g_object_unref (self->areas);
  for (guint i = 0; i < FLOW_LOG_LINES_MAX; i++)
    g_clear_object (&self->ring[i]);
  g_free (self->ring);

  G_OBJECT_CLASS (flow_log_lines_parent_class)->finalize (object);
}

static void
flow_log_lines_class_init (FlowLogLinesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = flow_log_lines_finalize;
}

static void
flow_log_lines_init (FlowLogLines *self)
{
  g_mutex_init (&self->lock);
  g_queue_init (&self->incoming);
  self->ring = g_new0 (FlowLogLine *, FLOW_LOG_LINES_MAX);
  self->areas = gtk_string_list_new (NULL);
  self->known_areas = g_hash_table_new (NULL, NULL);
}

/**
 * flow_log_lines_new:
 *
 * Returns: (transfer full): no lines
 */
FlowLogLines *
flow_log_lines_new (void)
{
  return g_object_new (FLOW_TYPE_LOG_LINES, NULL);
}

/**
 * flow_log_lines_get_default:
 *
 * Returns: (transfer none): the lines of this process, from its first call on until the process ends
 */
FlowLogLines *
flow_log_lines_get_default (void)
{
  static FlowLogLines *lines;

  if (g_once_init_enter (&lines))
    g_once_init_leave (&lines, flow_log_lines_new ());
  return lines;
}

/**
 * flow_log_lines_listen:
 * @self: the lines
 *
 * Add what this process logs from now on. To be called once, by the program.
 */
void
flow_log_lines_listen (FlowLogLines *self)
{
  flow_log_set_sink (sink, self);
}

/* One source for any number of lines, and never more lines in the queue than the list can hold. */
static void
queue_line (FlowLogLines *self, FlowLogLine *line)
{
  g_queue_push_tail (&self->incoming, line);
  if (self->incoming.length > FLOW_LOG_LINES_MAX)
    g_object_unref (g_queue_pop_head (&self->incoming));
  if (self->source == 0)
    {
      self->source = g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, take_cb, self, NULL);
      g_source_set_name_by_id (self->source, "flow-log-lines");
    }
}

/**
 * flow_log_lines_add:
 * @self: the lines
 * @line: (transfer full): a line
 *
 * Add a line at the end, soon. From any thread.
 */
void
flow_log_lines_add (FlowLogLines *self, FlowLogLine *line)
{
  g_mutex_lock (&self->lock);
  queue_line (self, line);
  g_mutex_unlock (&self->lock);
}

/**
 * flow_log_lines_clear:
 * @self: the lines
 *
 * Forget all lines.
 *
 * Returns: (transfer full) (element-type FlowLogLine): what was there, for flow_log_lines_put_back()
 */
GPtrArray *
flow_log_lines_clear (FlowLogLines *self)
{
  GPtrArray *lines = g_ptr_array_new_full (self->length, g_object_unref);

  for (guint i = 0; i < self->length; i++)
    g_ptr_array_add (lines, get_item (G_LIST_MODEL (self), i));
  forget (self, self->length);
  return lines;
}

/**
 * flow_log_lines_put_back:
 * @self: the lines
 * @lines: (element-type FlowLogLine): from flow_log_lines_clear()
 *
 * Put lines in front of those that came meanwhile, the newest as far as there is room.
 */
void
flow_log_lines_put_back (FlowLogLines *self, GPtrArray *lines)
{
  guint n = MIN (lines->len, FLOW_LOG_LINES_MAX - self->length);

  for (guint i = 0; i < n; i++)
    {
      self->first = (self->first + FLOW_LOG_LINES_MAX - 1) % FLOW_LOG_LINES_MAX;
      self->ring[self->first] = g_object_ref (g_ptr_array_index (lines, lines->len - 1 - i));
    }
  self->length += n;
  if (n > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, n);
}

/**
 * flow_log_lines_get_areas:
 * @self: the lines
 *
 * Returns: (transfer none): the areas that ever said something, a list of #GtkStringObject
 */
GListModel *
flow_log_lines_get_areas (FlowLogLines *self)
{
  return G_LIST_MODEL (self->areas);
}
