/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-list-rows"

#include "trace/flow-trace-list-rows.h"

#include "trace/flow-trace-key-scan.h"

/* Rows kept, besides those that somebody holds: some ten windows full. */
#define MAX_ROWS 2048
/* When there are more, so many are looked at each time to find one that nobody holds. */
#define MAX_LOOKED_AT 8
/* Rows read by one question. */
#define MAX_ASKED 256

typedef struct
{
  FlowTraceItem *item;
  gboolean asked;
  guint64 told; /* the turn in which it was told */
  GList link;
} Row;

struct _FlowTraceListRows
{
  FlowTraceQueries *queries;
  GCancellable *cancellable;
  GHashTable *rows; /* number -> Row */
  GQueue recent;    /* Row, last used first */
  GArray *wanted;   /* numbers; the last ones are in sight most likely */
  gboolean asking;
  guint64 turn;  /* counts what was told */
  guint64 asked; /* the turn in which a page was asked for */
  guint source;
};

/* Numbers on their way to a reader. */
typedef struct
{
  guint64 numbers[MAX_ASKED];
  gsize count;
} Page;

static void
row_free (gpointer data)
{
  Row *row = data;

  g_object_unref (row->item);
  g_free (row);
}

/**
 * flow_trace_list_rows_new:
 * @queries: the readers
 *
 * Returns: (transfer full): no rows
 */
FlowTraceListRows *
flow_trace_list_rows_new (FlowTraceQueries *queries)
{
  FlowTraceListRows *self = g_new0 (FlowTraceListRows, 1);

  self->queries = g_object_ref (queries);
  self->cancellable = g_cancellable_new ();
  self->rows = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, row_free);
  self->wanted = g_array_new (FALSE, FALSE, sizeof (guint64));
  return self;
}

/**
 * flow_trace_list_rows_free:
 * @self: (transfer full): rows
 *
 * Forget them. Answers that are on their way are dropped.
 */
void
flow_trace_list_rows_free (FlowTraceListRows *self)
{
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  g_object_unref (self->queries);
  g_clear_handle_id (&self->source, g_source_remove);
  g_queue_init (&self->recent);
  g_hash_table_unref (self->rows);
  g_array_unref (self->wanted);
  g_free (self);
}

/**
 * flow_trace_list_rows_forget:
 * @self: rows
 * @number: a trace
 *
 * Keep its row no longer: it is another one now, that was not read.
 */
void
flow_trace_list_rows_forget (FlowTraceListRows *self, guint64 number)
{
  Row *row = g_hash_table_lookup (self->rows, &number);

  if (row == NULL)
    return;
  g_queue_unlink (&self->recent, &row->link);
  g_hash_table_remove (self->rows, &number);
}

/* A row in sight must stay the one that is told of changes, however many others come meanwhile. */
static gboolean
is_held (const Row *row)
{
  return g_atomic_int_get (&G_OBJECT (row->item)->ref_count) > 1;
}

/* But for the one that is used now, which nobody holds yet. */
static void
forget_oldest (FlowTraceListRows *self)
{
  for (guint left = MIN (self->recent.length - 1, MAX_LOOKED_AT); self->recent.length > MAX_ROWS && left > 0; left--)
    {
      Row *row = self->recent.tail->data;

      if (!is_held (row))
        {
          flow_trace_list_rows_forget (self, flow_trace_item_get_number (row->item));
          continue;
        }
      g_queue_unlink (&self->recent, &row->link);
      g_queue_push_head_link (&self->recent, &row->link);
    }
}

static Row *
use (FlowTraceListRows *self, guint64 number)
{
  Row *row = g_hash_table_lookup (self->rows, &number);

  if (row == NULL)
    {
      row = g_new0 (Row, 1);
      row->item = flow_trace_item_new (number);
      row->link.data = row;
      g_hash_table_insert (self->rows, g_memdup2 (&number, sizeof number), row);
    }
  else
    g_queue_unlink (&self->recent, &row->link);
  g_queue_push_head_link (&self->recent, &row->link);
  if (self->recent.length > MAX_ROWS)
    forget_oldest (self);
  return row;
}

/**
 * flow_trace_list_rows_get:
 * @self: rows
 * @number: a trace
 *
 * Returns: (transfer full): its item, the same one while it is in use
 */
FlowTraceItem *
flow_trace_list_rows_get (FlowTraceListRows *self, guint64 number)
{
  return g_object_ref (use (self, number)->item);
}

/**
 * flow_trace_list_rows_is_asked:
 * @self: rows
 * @number: a trace
 *
 * Returns: whether its row is there, or will be
 */
gboolean
flow_trace_list_rows_is_asked (FlowTraceListRows *self, guint64 number)
{
  Row *row = g_hash_table_lookup (self->rows, &number);

  return row != NULL && (row->asked || flow_trace_item_get_info (row->item) != NULL);
}

static gpointer
read_page (FlowTraceReader *reader, gpointer data, GCancellable *cancellable, GError **error)
{
  const Page *page = data;

  return flow_trace_reader_infos (reader, page->numbers, page->count, error);
}

static gboolean ask_cb (gpointer data);

static void
ask_soon (FlowTraceListRows *self)
{
  if (self->source != 0 || self->asking || self->wanted->len == 0)
    return;
  /* Before the next frame, and once for all rows that it needs. */
  self->source = g_idle_add_full (G_PRIORITY_HIGH_IDLE, ask_cb, self, NULL);
  g_source_set_name_by_id (self->source, "flow-trace-list-rows");
}

/* Two readers answer in any order: what somebody told since the page was asked for is newer. */
static void
take_row (FlowTraceListRows *self, FlowTraceInfo *info)
{
  Row *row = g_hash_table_lookup (self->rows, &info->number);

  if (row != NULL && row->told <= self->asked)
    flow_trace_item_set_info (row->item, info);
}

/* They are asked for again when somebody looks at them next. */
static void
ask_again (FlowTraceListRows *self)
{
  for (GList *link = self->recent.head; link != NULL; link = link->next)
    if (flow_trace_item_get_info (((Row *) link->data)->item) == NULL)
      ((Row *) link->data)->asked = FALSE;
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  FlowTraceListRows *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) infos = flow_trace_queries_run_finish (FLOW_TRACE_QUERIES (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->asking = FALSE;
  if (infos == NULL)
    {
      g_debug ("Rows could not be read: %s", error->message);
      ask_again (self);
    }
  for (guint i = 0; infos != NULL && i < infos->len; i++)
    take_row (self, infos->pdata[i]);
  ask_soon (self);
}

static gboolean
ask_cb (gpointer data)
{
  FlowTraceListRows *self = data;
  Page *page = g_new (Page, 1);
  guint first = self->wanted->len > MAX_ASKED ? self->wanted->len - MAX_ASKED : 0;

  self->source = 0;
  self->asking = TRUE;
  self->asked = self->turn;
  page->count = self->wanted->len - first;
  memcpy (page->numbers, &g_array_index (self->wanted, guint64, first), page->count * sizeof (guint64));
  g_array_set_size (self->wanted, first);
  flow_trace_queries_run_async (self->queries, read_page, page, g_free, (GDestroyNotify) g_ptr_array_unref,
                                self->cancellable, answered_cb, self);
  return G_SOURCE_REMOVE;
}

/**
 * flow_trace_list_rows_want:
 * @self: rows
 * @number: a trace
 *
 * Have its row read, unless it was.
 */
void
flow_trace_list_rows_want (FlowTraceListRows *self, guint64 number)
{
  Row *row;

  if (flow_trace_list_rows_is_asked (self, number))
    return;
  row = use (self, number);
  row->asked = TRUE;
  g_array_append_val (self->wanted, number);
  ask_soon (self);
}

/**
 * flow_trace_list_rows_put:
 * @self: rows
 * @info: (transfer none): a row that was read just now
 * @create: keep it also when nobody has asked for it
 *
 * Show what is known of a trace.
 */
void
flow_trace_list_rows_put (FlowTraceListRows *self, FlowTraceInfo *info, gboolean create)
{
  Row *row = g_hash_table_lookup (self->rows, &info->number);

  if (row == NULL && create)
    row = use (self, info->number);
  if (row == NULL)
    return;
  row->asked = TRUE;
  row->told = ++self->turn;
  flow_trace_item_set_info (row->item, info);
}

/**
 * flow_trace_list_rows_refresh:
 * @self: rows
 *
 * Read again all rows that are kept: any of them may have changed.
 */
void
flow_trace_list_rows_refresh (FlowTraceListRows *self)
{
  for (GList *link = self->recent.tail; link != NULL; link = link->prev)
    {
      guint64 number = flow_trace_item_get_number (((Row *) link->data)->item);

      g_array_append_val (self->wanted, number);
    }
  ask_soon (self);
}
