/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-text"

#include "text/flow-text-server.h"

#include "base/flow-error.h"
#include "text/flow-text-transform.h"

/* Operations of a client that are known again when it sends them twice; one is under way at a time. */
#define KNOWN_PER_CLIENT 16
/* Clients whose operations are known again; who has been silent for the longest is forgotten. */
#define KNOWN_CLIENTS 256

/* Revisions that are gone back at once: a long text is copied so much less often, and what is composed stays short. */
#define BACK_AT_ONCE 64

/* How one revision came about, and how to go back. */
typedef struct
{
  FlowTextOperation *operation;
  FlowTextOperation *inverse;
  char *client;
  char *op_id;
} Entry;

typedef struct
{
  char *op_id;
  guint64 revision;
} Known;

typedef struct
{
  Known known[KNOWN_PER_CLIENT];
  guint next;
  guint64 last;
} Client;

struct _FlowTextServer
{
  FlowText *text;
  guint64 revision;
  gsize max_size;
  GPtrArray *history; /* Entry: [0] made oldest + 1 */
  gsize memory;
  GHashTable *clients; /* name -> Client */
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  flow_text_operation_unref (entry->operation);
  flow_text_operation_unref (entry->inverse);
  g_free (entry->client);
  g_free (entry->op_id);
  g_free (entry);
}

static void
client_free (gpointer data)
{
  Client *client = data;

  for (guint i = 0; i < KNOWN_PER_CLIENT; i++)
    g_free (client->known[i].op_id);
  g_free (client);
}

static gsize
entry_memory (const Entry *entry)
{
  return sizeof *entry + flow_text_operation_get_memory (entry->operation) +
         flow_text_operation_get_memory (entry->inverse);
}

static Entry *
entry_at (FlowTextServer *self, guint64 revision)
{
  guint64 oldest = flow_text_server_get_oldest (self);

  if (revision <= oldest || revision > self->revision)
    return NULL;
  return g_ptr_array_index (self->history, (guint) (revision - oldest - 1));
}

/**
 * flow_text_server_new:
 * @text: the text
 * @revision: its revision
 * @max_size: bytes that it may have
 *
 * Create a server.
 *
 * Returns: (transfer full): the server
 */
FlowTextServer *
flow_text_server_new (FlowText *text, guint64 revision, gsize max_size)
{
  FlowTextServer *self = g_new0 (FlowTextServer, 1);

  self->text = flow_text_ref (text);
  self->revision = revision;
  self->max_size = max_size;
  self->history = g_ptr_array_new_with_free_func (entry_free);
  self->clients = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, client_free);
  return self;
}

/**
 * flow_text_server_free:
 * @self: (transfer full): a server
 *
 * Free it.
 */
void
flow_text_server_free (FlowTextServer *self)
{
  flow_text_unref (self->text);
  g_ptr_array_unref (self->history);
  g_hash_table_unref (self->clients);
  g_free (self);
}

/**
 * flow_text_server_get_text:
 * @self: a server
 *
 * Get the text as it is, the head.
 *
 * Returns: (transfer none): the text
 */
FlowText *
flow_text_server_get_text (FlowTextServer *self)
{
  return self->text;
}

/**
 * flow_text_server_get_revision:
 * @self: a server
 *
 * Get the revision of the head.
 *
 * Returns: the revision
 */
guint64
flow_text_server_get_revision (FlowTextServer *self)
{
  return self->revision;
}

/**
 * flow_text_server_get_oldest:
 * @self: a server
 *
 * Get the oldest revision that operations may be based on.
 *
 * Returns: the revision
 */
guint64
flow_text_server_get_oldest (FlowTextServer *self)
{
  return self->revision - self->history->len;
}

/**
 * flow_text_server_get_memory:
 * @self: a server
 *
 * Get the memory that text and history take, so that the owner knows when to trim.
 *
 * Returns: bytes
 */
gsize
flow_text_server_get_memory (FlowTextServer *self)
{
  return flow_text_get_size (self->text) + self->memory;
}

/**
 * flow_text_server_find:
 * @self: a server
 * @client: who sent it
 * @op_id: the client's name for it
 *
 * Find out whether an operation has been taken already. The last 16 of each client are known, also after a trim.
 *
 * Returns: the revision that it made, 0 when it has not
 */
guint64
flow_text_server_find (FlowTextServer *self, const char *client, const char *op_id)
{
  Client *known = client == NULL || op_id == NULL ? NULL : g_hash_table_lookup (self->clients, client);

  if (known == NULL)
    return 0;
  for (guint i = 0; i < KNOWN_PER_CLIENT; i++)
    {
      if (g_strcmp0 (known->known[i].op_id, op_id) == 0)
        return known->known[i].revision;
    }
  return 0;
}

static void
forget_most_silent (FlowTextServer *self)
{
  GHashTableIter iter;
  gpointer name, data;
  const char *found = NULL;
  guint64 last = G_MAXUINT64;

  g_hash_table_iter_init (&iter, self->clients);
  while (g_hash_table_iter_next (&iter, &name, &data))
    {
      if (((Client *) data)->last >= last)
        continue;
      last = ((Client *) data)->last;
      found = name;
    }
  if (found != NULL)
    g_hash_table_remove (self->clients, found);
}

static void
remember (FlowTextServer *self, const char *client, const char *op_id)
{
  Client *known;

  if (client == NULL || op_id == NULL)
    return;
  known = g_hash_table_lookup (self->clients, client);
  if (known == NULL)
    {
      if (g_hash_table_size (self->clients) >= KNOWN_CLIENTS)
        forget_most_silent (self);
      known = g_new0 (Client, 1);
      g_hash_table_insert (self->clients, g_strdup (client), known);
    }
  g_free (known->known[known->next].op_id);
  known->known[known->next] = (Known) { .op_id = g_strdup (op_id), .revision = self->revision };
  known->next = (known->next + 1) % KNOWN_PER_CLIENT;
  known->last = self->revision;
}

/* Brings an operation to the head, one revision at a time: a composed run would give other results than the client
 * gets, who sees them one by one. */
static FlowTextOperation *
transform_to_head (FlowTextServer *self, guint64 base, FlowTextOperation *operation, GError **error)
{
  FlowTextOperation *moved;

  if (base > self->revision)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "there is no revision %" G_GUINT64_FORMAT " yet", base);
      return NULL;
    }
  if (base < flow_text_server_get_oldest (self))
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_EXPIRED, "revision %" G_GUINT64_FORMAT " is not remembered", base);
      return NULL;
    }
  moved = flow_text_operation_ref (operation);
  for (guint64 revision = base + 1; revision <= self->revision; revision++)
    {
      FlowTextOperation *before = moved;

      flow_text_operation_transform (entry_at (self, revision)->operation, before, NULL, &moved);
      flow_text_operation_unref (before);
    }
  return moved;
}

static void
append (FlowTextServer *self, FlowTextOperation *operation, FlowText *after, const char *client, const char *op_id)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->operation = flow_text_operation_ref (operation);
  entry->inverse = flow_text_operation_invert (operation, self->text);
  entry->client = g_strdup (client);
  entry->op_id = g_strdup (op_id);
  g_ptr_array_add (self->history, entry);
  self->memory += entry_memory (entry);
  self->revision++;
  flow_text_unref (self->text);
  self->text = flow_text_ref (after);
  remember (self, client, op_id);
}

/**
 * flow_text_server_submit:
 * @self: a server
 * @base: the revision that the client knew
 * @operation: what it did to that
 * @client: (nullable): who it is, for the journal and for operations that come twice
 * @op_id: (nullable): its name for the operation
 * @at_head: (out) (optional) (nullable) (transfer full): the operation as the others need it, against @revision - 1;
 *   %NULL when it had been taken before
 * @revision: (out) (optional): the revision that it made
 * @error: return location for an error
 *
 * Take an operation. One with the @client and @op_id of an earlier one is not applied again.
 *
 * Returns: %FALSE with %FLOW_ERROR_BAD_REQUEST (it does not fit the text, or @base is of the future),
 *   %FLOW_ERROR_EXPIRED (@base is older than the history) or %FLOW_ERROR_TOO_LARGE; nothing has changed then
 */
gboolean
flow_text_server_submit (FlowTextServer *self, guint64 base, FlowTextOperation *operation, const char *client,
                         const char *op_id, FlowTextOperation **at_head, guint64 *revision, GError **error)
{
  g_autoptr (FlowTextOperation) moved = NULL;
  g_autoptr (FlowText) after = NULL;
  guint64 made = flow_text_server_find (self, client, op_id);

  if (at_head != NULL)
    *at_head = NULL;
  if (made == 0)
    {
      moved = transform_to_head (self, base, operation, error);
      after = moved == NULL ? NULL : flow_text_operation_apply (moved, self->text, error);
      if (after == NULL)
        return FALSE;
      if (flow_text_get_size (after) > self->max_size && flow_text_operation_get_inserted_size (moved) > 0)
        {
          g_set_error (error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE, "the text would have %" G_GSIZE_FORMAT " bytes",
                       flow_text_get_size (after));
          return FALSE;
        }
      append (self, moved, after, client, op_id);
      made = self->revision;
      if (at_head != NULL)
        *at_head = g_steal_pointer (&moved);
    }
  if (revision != NULL)
    *revision = made;
  return TRUE;
}

/**
 * flow_text_server_get_operation:
 * @self: a server
 * @revision: a revision
 *
 * Get the operation that made a revision from the one before.
 *
 * Returns: (transfer none) (nullable): the operation, %NULL when it is not remembered
 */
FlowTextOperation *
flow_text_server_get_operation (FlowTextServer *self, guint64 revision)
{
  Entry *entry = entry_at (self, revision);

  return entry == NULL ? NULL : entry->operation;
}

/**
 * flow_text_server_get_client:
 * @self: a server
 * @revision: a revision
 * @op_id: (out) (optional) (nullable) (transfer none): the client's name for the operation
 *
 * Find out who made a revision.
 *
 * Returns: (transfer none) (nullable): the client
 */
const char *
flow_text_server_get_client (FlowTextServer *self, guint64 revision, const char **op_id)
{
  Entry *entry = entry_at (self, revision);

  if (op_id != NULL)
    *op_id = entry == NULL ? NULL : entry->op_id;
  return entry == NULL ? NULL : entry->client;
}

static void
compose_onto (FlowTextOperation **all, const FlowTextOperation *next)
{
  FlowTextOperation *before = *all;

  *all = flow_text_operation_compose (before, next);
  flow_text_operation_unref (before);
}

/**
 * flow_text_server_text_at:
 * @self: a server
 * @revision: a revision
 *
 * Get the text as it was.
 *
 * Returns: (transfer full) (nullable): the text, %NULL when the revision is not remembered
 */
FlowText *
flow_text_server_text_at (FlowTextServer *self, guint64 revision)
{
  FlowText *text;

  if (revision > self->revision || revision < flow_text_server_get_oldest (self))
    return NULL;
  text = flow_text_ref (self->text);
  for (guint64 at = self->revision; at > revision;)
    {
      g_autoptr (FlowTextOperation) back = flow_text_operation_ref (entry_at (self, at)->inverse);
      FlowText *after = text;
      guint n = 1;

      for (at--; at > revision && n < BACK_AT_ONCE; at--, n++)
        compose_onto (&back, entry_at (self, at)->inverse);
      text = flow_text_operation_apply (back, after, NULL);
      flow_text_unref (after);
    }
  return text;
}

/**
 * flow_text_server_since:
 * @self: a server
 * @revision: a revision
 *
 * Get everything that happened after a revision as one operation. For looking at, and for peers that send whole texts;
 * not for transforming what another peer transforms step by step.
 *
 * Returns: (transfer full) (nullable): the operation, %NULL when the revision is not remembered
 */
FlowTextOperation *
flow_text_server_since (FlowTextServer *self, guint64 revision)
{
  FlowTextOperation *all;

  if (revision > self->revision || revision < flow_text_server_get_oldest (self))
    return NULL;
  all = revision == self->revision ? flow_text_operation_new_noop ()
                                   : flow_text_operation_ref (entry_at (self, revision + 1)->operation);
  for (guint64 at = revision + 2; at <= self->revision; at++)
    compose_onto (&all, entry_at (self, at)->operation);
  return all;
}

/**
 * flow_text_server_transform_index:
 * @self: a server
 * @revision: the revision that a position is from
 * @index: the position, in characters
 *
 * Bring the cursor of a peer to the head.
 *
 * Returns: the position, at most the end of the text; as it was when the revision is not remembered
 */
gsize
flow_text_server_transform_index (FlowTextServer *self, guint64 revision, gsize index)
{
  if (revision >= flow_text_server_get_oldest (self))
    {
      for (guint64 at = revision + 1; at <= self->revision; at++)
        index = flow_text_operation_transform_index (entry_at (self, at)->operation, index, FALSE);
    }
  return MIN (index, flow_text_get_length (self->text));
}

/**
 * flow_text_server_trim:
 * @self: a server
 * @oldest: the oldest revision that anybody may still need
 *
 * Forget the history before a revision.
 */
void
flow_text_server_trim (FlowTextServer *self, guint64 oldest)
{
  guint64 first = flow_text_server_get_oldest (self);
  guint n;

  if (oldest <= first)
    return;
  n = (guint) (MIN (oldest, self->revision) - first);
  for (guint i = 0; i < n; i++)
    self->memory -= entry_memory (g_ptr_array_index (self->history, i));
  if (n > 0)
    g_ptr_array_remove_range (self->history, 0, n);
}
