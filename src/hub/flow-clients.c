/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-clients"

#include "hub/flow-clients.h"

#include <string.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "store/flow-paired-client.h"

/* When a client was used is written once in so long. */
#define USED_NS (60 * G_GINT64_CONSTANT (1000000000))
/* What a record weighs in the writer's queue, more or less. */
#define RECORD_BYTES 512

/**
 * FlowClients:
 *
 * The programs that were paired, each with the hash of a token of its own. Belongs to the hub thread; what changes is
 * written by the store.
 */
struct _FlowClients
{
  FlowStore *store;
  FlowCallQueue *calls;
  const FlowClock *clock;
  GPtrArray *all; /* of FlowPairedClient */
  GArray *guard;  /* of FlowGuardClient: the same, as the guard wants them */
};

/* A record on its way to the store, and back. */
typedef struct
{
  FlowCall call;
  FlowClients *clients;
  FlowPairedClient *client;
  gboolean removes;
  FlowClientsAdded added; /* (nullable) */
  gpointer data;
  GError *error;
} Write;

static void
write_free (Write *write)
{
  g_clear_pointer (&write->client, flow_paired_client_free);
  g_clear_error (&write->error);
  g_free (write);
}

static void
refresh (FlowClients *self)
{
  g_array_set_size (self->guard, 0);
  for (guint i = 0; i < self->all->len; i++)
    {
      const FlowPairedClient *client = self->all->pdata[i];
      FlowGuardClient entry = { .id = client->id };

      memcpy (entry.hash, client->hash, FLOW_GUARD_HASH);
      g_array_append_val (self->guard, entry);
    }
}

static gboolean
write_run (sqlite3 *db, gpointer data, GError **error)
{
  Write *write = data;

  return write->removes ? flow_paired_client_delete (write->client, db, error)
                        : flow_paired_client_write (write->client, db, error);
}

/* On the hub thread. */
static void
written_call (FlowCall *call)
{
  Write *write = (Write *) call;

  if (write->error != NULL)
    g_warning ("A paired client was not stored: %s", write->error->message);
  else if (write->added != NULL)
    {
      g_ptr_array_add (write->clients->all, g_steal_pointer (&write->client));
      refresh (write->clients);
    }
  if (write->added != NULL)
    write->added (write->data, write->error);
  write_free (write);
}

/* On the writer thread. */
static void
write_done (gpointer data, const GError *error)
{
  Write *write = data;

  write->error = error != NULL ? g_error_copy (error) : NULL;
  flow_call_queue_push (write->clients->calls, &write->call);
}

/* Takes @write. */
static gboolean
push (FlowClients *self, Write *write, GError **error)
{
  write->call.run = written_call;
  write->clients = self;
  if (flow_store_push (self->store, RECORD_BYTES, write_run, write_done, write, NULL, error))
    return TRUE;
  write_free (write);
  return FALSE;
}

/**
 * flow_clients_new:
 * @store: where they are kept
 * @calls: the way back to this thread
 * @clock: what time it is
 *
 * Returns: (transfer full): nobody yet
 */
FlowClients *
flow_clients_new (FlowStore *store, FlowCallQueue *calls, const FlowClock *clock)
{
  FlowClients *self = g_new0 (FlowClients, 1);

  self->store = store;
  self->calls = calls;
  self->clock = clock;
  self->all = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_paired_client_free);
  self->guard = g_array_new (FALSE, FALSE, sizeof (FlowGuardClient));
  return self;
}

/**
 * flow_clients_free:
 * @self: (transfer full): clients of which nothing is on its way to the store
 *
 * Free them.
 */
void
flow_clients_free (FlowClients *self)
{
  g_array_unref (self->guard);
  g_ptr_array_unref (self->all);
  g_free (self);
}

/**
 * flow_clients_load:
 * @self: clients
 * @database: path of the database
 * @error: return location
 *
 * Read who was paired.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_clients_load (FlowClients *self, const char *database, GError **error)
{
  sqlite3 *db = flow_store_open_reader (database, error);
  GPtrArray *all = db != NULL ? flow_paired_clients_read (db, error) : NULL;

  sqlite3_close (db);
  if (all == NULL)
    return FALSE;
  g_ptr_array_unref (self->all);
  self->all = all;
  refresh (self);
  return TRUE;
}

/**
 * flow_clients_add:
 * @self: clients
 * @name: what the program calls itself
 * @kind: what kind of channel it may be
 * @token: its token, of which only a hash is kept
 * @added: called when it is durable, or failed; maybe at once
 * @data: for @added
 *
 * Pair a client. Fails with %FLOW_ERROR_BUSY, %FLOW_ERROR_DISK_FULL, or %FLOW_ERROR_TOO_LARGE when there are 64
 * already.
 */
void
flow_clients_add (FlowClients *self, const char *name, const char *kind, const char *token, FlowClientsAdded added,
                  gpointer data)
{
  g_autofree char *id = flow_id_new_uuid (self->clock);
  g_autoptr (GError) error = NULL;
  guint8 hash[FLOW_GUARD_HASH];
  Write *write;

  if (self->all->len >= FLOW_CLIENTS_MAX)
    {
      error = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_TOO_LARGE, "too many clients are paired; forget some first");
      added (data, error);
      return;
    }
  flow_guard_hash_token (token, hash);
  write = g_new0 (Write, 1);
  write->client = flow_paired_client_new (id, name, kind, hash, flow_clock_wall_ns (self->clock));
  write->added = added;
  write->data = data;
  if (!push (self, write, &error))
    added (data, error);
}

static guint
find (FlowClients *self, const char *id)
{
  guint i = 0;

  while (i < self->all->len && !g_str_equal (((FlowPairedClient *) self->all->pdata[i])->id, id))
    i++;
  return i;
}

/**
 * flow_clients_remove:
 * @self: clients
 * @id: whom
 * @error: return location
 *
 * Forget a client: its token opens nothing from now on.
 *
 * Errors: %FLOW_ERROR_NOT_FOUND, %FLOW_ERROR_BUSY.
 *
 * Returns: whether it is forgotten
 */
gboolean
flow_clients_remove (FlowClients *self, const char *id, GError **error)
{
  guint place = find (self, id);
  Write *write;

  if (place == self->all->len)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND, "there is no such client");
      return FALSE;
    }
  write = g_new0 (Write, 1);
  write->client = flow_paired_client_copy (self->all->pdata[place]);
  write->removes = TRUE;
  if (!push (self, write, error))
    return FALSE;
  g_ptr_array_remove_index (self->all, place);
  refresh (self);
  return TRUE;
}

/**
 * flow_clients_used:
 * @self: clients
 * @id: who connects
 * @kind: what it says that it is
 *
 * Note that a client connects.
 *
 * Returns: %FALSE when it is not paired, or was paired as another kind
 */
gboolean
flow_clients_used (FlowClients *self, const char *id, const char *kind)
{
  guint place = find (self, id);
  gint64 now_ns = flow_clock_wall_ns (self->clock);
  FlowPairedClient *client;
  Write *write;

  if (place == self->all->len)
    return FALSE;
  client = self->all->pdata[place];
  if (!g_str_equal (client->kind, kind))
    return FALSE;
  if (now_ns - client->last_used_ns < USED_NS)
    return TRUE;
  client->last_used_ns = now_ns;
  write = g_new0 (Write, 1);
  write->client = flow_paired_client_copy (client);
  push (self, write, NULL);
  return TRUE;
}

/**
 * flow_clients_get_guard:
 * @self: clients
 * @n: (out): how many
 *
 * Get the clients as the guard wants them.
 *
 * Returns: (transfer none) (array length=n): valid until the next change
 */
const FlowGuardClient *
flow_clients_get_guard (FlowClients *self, gsize *n)
{
  *n = self->guard->len;
  return (const FlowGuardClient *) self->guard->data;
}

static void
write_time (FlowJsonWriter *writer, const char *key, gint64 wall_ns)
{
  flow_json_writer_key (writer, key);
  flow_json_writer_time (writer, wall_ns);
}

/**
 * flow_clients_write:
 * @self: clients
 * @writer: where an array of `{client, name, kind, created, lastUsed}` goes
 *
 * Write who is paired.
 */
void
flow_clients_write (FlowClients *self, FlowJsonWriter *writer)
{
  flow_json_writer_begin_array (writer);
  for (guint i = 0; i < self->all->len; i++)
    {
      const FlowPairedClient *client = self->all->pdata[i];

      flow_json_writer_begin_object (writer);
      flow_json_writer_key (writer, "client");
      flow_json_writer_string (writer, client->id, -1);
      flow_json_writer_key (writer, "name");
      flow_json_writer_string (writer, client->name, -1);
      flow_json_writer_key (writer, "kind");
      flow_json_writer_string (writer, client->kind, -1);
      write_time (writer, "created", client->created_ns);
      write_time (writer, "lastUsed", client->last_used_ns);
      flow_json_writer_end_object (writer);
    }
  flow_json_writer_end_array (writer);
}
