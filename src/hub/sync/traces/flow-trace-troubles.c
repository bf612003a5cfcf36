/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-sharing"

#include "hub/sync/traces/flow-trace-troubles.h"

#include "base/flow-error.h"
#include "message/flow-json-member.h"

#define ID_SIZE 16

struct _FlowTraceTroubles
{
  GHashTable *traces; /* id -> Trouble */
};

typedef struct
{
  guint tries;
  gint64 again_us; /* 0: it is tried as others are */
  char *reason;
} Trouble;

static void
trouble_free (gpointer data)
{
  g_free (((Trouble *) data)->reason);
  g_free (data);
}

/** flow_trace_troubles_new: (transfer full): no trouble. */
FlowTraceTroubles *
flow_trace_troubles_new (void)
{
  FlowTraceTroubles *self = g_new0 (FlowTraceTroubles, 1);

  self->traces = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, trouble_free);
  return self;
}

/** flow_trace_troubles_free: forget all. */
void
flow_trace_troubles_free (FlowTraceTroubles *self)
{
  g_hash_table_unref (self->traces);
  g_free (self);
}

/* What is too large stays so, and an account that is full does so for some time. */
static gboolean
is_refused (const GError *error)
{
  return g_error_matches (error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE) ||
         g_error_matches (error, FLOW_ERROR, FLOW_ERROR_QUOTA);
}

/**
 * flow_trace_troubles_add:
 * @self: traces in trouble
 * @trace_id: a trace
 * @error: why it could not be sent
 * @now_us: the time
 *
 * Remember it; one that the cloud refuses is set aside.
 */
void
flow_trace_troubles_add (FlowTraceTroubles *self, const guint8 trace_id[16], const GError *error, gint64 now_us)
{
  g_autoptr (GBytes) id = g_bytes_new (trace_id, ID_SIZE);
  Trouble *trouble = g_hash_table_lookup (self->traces, id);

  if (trouble == NULL)
    {
      trouble = g_new0 (Trouble, 1);
      g_hash_table_insert (self->traces, g_bytes_ref (id), trouble);
    }
  trouble->tries++;
  trouble->again_us = is_refused (error) ? now_us + FLOW_TRACE_TROUBLES_AGAIN_S * G_USEC_PER_SEC : 0;
  g_free (trouble->reason);
  trouble->reason = g_strdup (error->message);
}

/** flow_trace_troubles_remove: it was sent, or the user wants it to be tried again. */
void
flow_trace_troubles_remove (FlowTraceTroubles *self, const guint8 trace_id[16])
{
  g_autoptr (GBytes) id = g_bytes_new (trace_id, ID_SIZE);

  g_hash_table_remove (self->traces, id);
}

static gboolean
is_over (gpointer id, gpointer trouble, gpointer waiting)
{
  return !g_hash_table_contains (waiting, id);
}

/**
 * flow_trace_troubles_keep:
 * @self: traces in trouble
 * @waiting: (element-type GBytes): those of them that still are to be sent
 *
 * Forget the others: they were erased, or taken back.
 */
void
flow_trace_troubles_keep (FlowTraceTroubles *self, GHashTable *waiting)
{
  g_hash_table_foreach_remove (self->traces, is_over, waiting);
}

/**
 * flow_trace_troubles_copy_tries:
 * @self: traces in trouble
 * @now_us: the time
 *
 * Returns: (transfer full) (element-type GBytes guint): how often each was tried, for any one thread; %G_MAXUINT32 for
 *   what is set aside
 */
GHashTable *
flow_trace_troubles_copy_tries (FlowTraceTroubles *self, gint64 now_us)
{
  GHashTable *tries = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  GHashTableIter iter;
  gpointer id, trouble;

  g_hash_table_iter_init (&iter, self->traces);
  while (g_hash_table_iter_next (&iter, &id, &trouble))
    {
      const Trouble *one = trouble;

      g_hash_table_insert (tries, g_bytes_ref (id),
                           GUINT_TO_POINTER (one->again_us > now_us ? G_MAXUINT32 : one->tries));
    }
  return tries;
}

/**
 * flow_trace_troubles_write:
 * @self: traces in trouble
 * @writer: inside of an object, behind a key
 *
 * Write how many are set aside, and why one of them is; null when none is.
 */
void
flow_trace_troubles_write (FlowTraceTroubles *self, FlowJsonWriter *writer)
{
  const char *reason = NULL;
  GHashTableIter iter;
  gpointer trouble;
  guint64 n = 0;

  g_hash_table_iter_init (&iter, self->traces);
  while (g_hash_table_iter_next (&iter, NULL, &trouble))
    if (((Trouble *) trouble)->again_us != 0)
      {
        n++;
        reason = ((Trouble *) trouble)->reason;
      }
  if (n == 0)
    {
      flow_json_writer_null (writer);
      return;
    }
  flow_json_writer_begin_object (writer);
  flow_json_member_uint (writer, "count", n);
  flow_json_member_text (writer, "message", reason, -1);
  flow_json_writer_end_object (writer);
}
