/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-workspaces"

#include "hub/handlers/flow-workspaces.h"

#include <string.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "launch/flow-real-path.h"

/* A workspace that is in use is written once in so long. */
#define USED_NS (60 * G_GINT64_CONSTANT (1000000000))
/* A session that nobody ended goes on for so long at most. */
#define SESSION_NS (24 * 3600 * G_GINT64_CONSTANT (1000000000))
/* What a record weighs in the writer's queue, more or less. */
#define RECORD_BYTES 512

struct _FlowWorkspaces
{
  FlowStore *store;
  FlowTraceStore *traces;
  const FlowClock *clock;
  FlowSettingsSnapshot *settings; /* (nullable) */
  GPtrArray *all;                 /* FlowWorkspace */
  GPtrArray *sessions;            /* FlowDebugSession, the last one first */
  GHashTable *names;              /* folder as somebody calls it -> id */
  char *current;                  /* (nullable) */
};

/* A record on its way to the store: one of both. */
typedef struct
{
  FlowWorkspace *workspace;
  FlowDebugSession *session;
  FlowWorkspacesWritten written;
  gpointer data;
} Write;

static void
write_free (gpointer data)
{
  Write *write = data;

  g_clear_pointer (&write->workspace, flow_workspace_free);
  g_clear_pointer (&write->session, flow_debug_session_free);
  g_free (write);
}

static gboolean
write_run (sqlite3 *db, gpointer data, GError **error)
{
  Write *write = data;

  if (write->session != NULL)
    return flow_debug_session_write (write->session, db, error);
  return flow_workspace_write (write->workspace, db, error);
}

static void
write_done (gpointer data, const GError *error)
{
  Write *write = data;

  if (error != NULL)
    g_warning ("A workspace or debug session was not stored: %s", error->message);
  if (write->written != NULL)
    write->written (write->data, error);
}

static gboolean
push (FlowWorkspaces *self, Write *write, GError **error)
{
  if (flow_store_push (self->store, RECORD_BYTES, write_run, write_done, write, write_free, error))
    return TRUE;
  write_free (write);
  return FALSE;
}

static void
store_workspace (FlowWorkspaces *self, const FlowWorkspace *workspace)
{
  Write *write = g_new0 (Write, 1);
  g_autoptr (GError) error = NULL;

  write->workspace = flow_workspace_copy (workspace);
  if (!push (self, write, &error))
    g_debug ("A workspace is not stored now: %s", error->message);
}

static gint64
now (FlowWorkspaces *self)
{
  return flow_clock_wall_ns (self->clock);
}

static gboolean
goes_on (FlowWorkspaces *self, const FlowDebugSession *session)
{
  return session->ended_ns == 0 && now (self) - session->started_ns < SESSION_NS;
}

/* From here on traces are placed by what is known. */
static void
publish (FlowWorkspaces *self)
{
  g_autoptr (FlowTracePlaces) places = NULL;
  GHashTableIter iter;
  gpointer folder, id;

  places = flow_trace_places_new (self->settings != NULL ? self->settings->path_maps : NULL,
                                  self->settings != NULL ? self->settings->n_path_maps : 0);
  for (guint i = 0; i < self->all->len; i++)
    {
      const FlowWorkspace *workspace = self->all->pdata[i];

      flow_trace_places_add_folder (places, workspace->folder, workspace->id);
    }
  g_hash_table_iter_init (&iter, self->names);
  while (g_hash_table_iter_next (&iter, &folder, &id))
    flow_trace_places_add_folder (places, folder, id);
  for (guint i = self->sessions->len; i > 0; i--)
    {
      const FlowDebugSession *session = self->sessions->pdata[i - 1];

      if (session->workspace[0] != '\0' && goes_on (self, session))
        flow_trace_places_add_session (places, session->workspace, session->id);
    }
  flow_trace_places_set_current (places, self->current);
  flow_trace_store_set_places (self->traces, places);
}

/**
 * flow_workspaces_new:
 * @store: where records are kept
 * @traces: what is placed by them
 * @clock: the time
 *
 * Returns: (transfer full): no workspaces
 */
FlowWorkspaces *
flow_workspaces_new (FlowStore *store, FlowTraceStore *traces, const FlowClock *clock)
{
  FlowWorkspaces *self = g_new0 (FlowWorkspaces, 1);

  self->store = store;
  self->traces = traces;
  self->clock = clock;
  self->all = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_workspace_free);
  self->sessions = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_debug_session_free);
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

/**
 * flow_workspaces_free:
 * @self: (transfer full): workspaces
 *
 * Free them. What is on its way to the store gets there.
 */
void
flow_workspaces_free (FlowWorkspaces *self)
{
  g_clear_pointer (&self->settings, flow_settings_snapshot_unref);
  g_ptr_array_unref (self->all);
  g_ptr_array_unref (self->sessions);
  g_hash_table_unref (self->names);
  g_free (self->current);
  g_free (self);
}

/**
 * flow_workspaces_load:
 * @self: workspaces
 * @database: path of the database
 * @error: return location
 *
 * Read the records.
 *
 * Returns: %FALSE with the codes of flow_store_open_reader() and flow_sql_error()
 */
gboolean
flow_workspaces_load (FlowWorkspaces *self, const char *database, GError **error)
{
  sqlite3 *db = flow_store_open_reader (database, error);
  g_autoptr (GPtrArray) all = db != NULL ? flow_workspaces_read (db, error) : NULL;
  g_autoptr (GPtrArray) sessions = all != NULL ? flow_debug_sessions_read (db, error) : NULL;

  sqlite3_close_v2 (db);
  if (sessions == NULL)
    return FALSE;
  g_ptr_array_extend_and_steal (self->all, g_steal_pointer (&all));
  g_ptr_array_extend_and_steal (self->sessions, g_steal_pointer (&sessions));
  publish (self);
  return TRUE;
}

static FlowDebugSession *
find_session (FlowWorkspaces *self, const char *id, guint *index)
{
  for (*index = 0; *index < self->sessions->len; (*index)++)
    if (g_str_equal (((FlowDebugSession *) self->sessions->pdata[*index])->id, id))
      return self->sessions->pdata[*index];
  return NULL;
}

static void
take_names (FlowWorkspaces *self, GPtrArray *records)
{
  for (guint i = 0; i < records->len; i++)
    {
      const FlowWorkspace *record = records->pdata[i];
      FlowWorkspace *known = (FlowWorkspace *) flow_workspaces_find (self, record->id);

      if (known == NULL || g_str_equal (known->name, record->name))
        continue;
      g_free (known->name);
      known->name = g_strdup (record->name);
    }
}

/* One that has begun here and is on its way to the store stays; what is known to have ended does not go on. */
static void
take_sessions (FlowWorkspaces *self, GPtrArray *records)
{
  guint place = 0;

  for (guint i = 0; i < records->len; i++)
    {
      const FlowDebugSession *record = records->pdata[i];
      FlowDebugSession *known = find_session (self, record->id, &place);
      gint64 ended = known != NULL ? MAX (known->ended_ns, record->ended_ns) : record->ended_ns;

      if (known != NULL)
        g_ptr_array_remove_index (self->sessions, place);
      for (place = 0; place < self->sessions->len; place++)
        if (((FlowDebugSession *) self->sessions->pdata[place])->started_ns <= record->started_ns)
          break;
      known = flow_debug_session_copy (record);
      known->ended_ns = ended;
      g_ptr_array_insert (self->sessions, (int) place, known);
    }
}

/**
 * flow_workspaces_read_again:
 * @self: workspaces
 * @database: path of the database
 * @error: return location
 *
 * Take over what was written into the records by somebody else.
 *
 * Returns: %FALSE with the codes of flow_store_open_reader() and flow_sql_error()
 */
gboolean
flow_workspaces_read_again (FlowWorkspaces *self, const char *database, GError **error)
{
  sqlite3 *db = flow_store_open_reader (database, error);
  g_autoptr (GPtrArray) all = db != NULL ? flow_workspaces_read (db, error) : NULL;
  g_autoptr (GPtrArray) sessions = all != NULL ? flow_debug_sessions_read (db, error) : NULL;

  sqlite3_close_v2 (db);
  if (sessions == NULL)
    return FALSE;
  take_names (self, all);
  take_sessions (self, sessions);
  publish (self);
  return TRUE;
}

static FlowWorkspace *
find_folder (FlowWorkspaces *self, const char *folder)
{
  for (guint i = 0; i < self->all->len; i++)
    if (g_str_equal (((FlowWorkspace *) self->all->pdata[i])->folder, folder))
      return self->all->pdata[i];
  return NULL;
}

/* Of folders that are not used any more the oldest go. */
static void
forget_oldest (FlowWorkspaces *self)
{
  guint oldest = 0;

  if (self->all->len <= FLOW_WORKSPACES_MAX)
    return;
  for (guint i = 1; i < self->all->len; i++)
    if (((FlowWorkspace *) self->all->pdata[i])->last_used_ns <
        ((FlowWorkspace *) self->all->pdata[oldest])->last_used_ns)
      oldest = i;
  g_ptr_array_remove_index (self->all, oldest);
}

static FlowWorkspace *
add (FlowWorkspaces *self, const char *folder)
{
  g_autofree char *id = flow_id_new_uuid (self->clock);
  FlowWorkspace *workspace = flow_workspace_new (id, folder, now (self));

  g_ptr_array_add (self->all, workspace);
  forget_oldest (self);
  store_workspace (self, workspace);
  return workspace;
}

/* The folder here that a program elsewhere has under another name. */
static char *
map_folder (FlowWorkspaces *self, const char *folder)
{
  for (gsize i = 0; self->settings != NULL && i < self->settings->n_path_maps; i++)
    {
      const FlowPathMap *map = &self->settings->path_maps[i];
      gsize length = strlen (map->remote);

      while (length > 0 && map->remote[length - 1] == '/')
        length--;
      if (length > 0 && strncmp (folder, map->remote, length) == 0 && (folder[length] == '\0' || folder[length] == '/'))
        return g_build_filename (map->local, folder + length, NULL);
    }
  return NULL;
}

static char *
find_real (FlowWorkspaces *self, const char *folder)
{
  FlowPathType type;
  g_autofree char *real = flow_real_path (folder, &type);
  g_autofree char *mapped = NULL;

  if (real == NULL && (mapped = map_folder (self, folder)) != NULL)
    real = flow_real_path (mapped, &type);
  if (real == NULL || type != FLOW_PATH_FOLDER || g_str_equal (real, G_DIR_SEPARATOR_S))
    return NULL;
  return g_steal_pointer (&real);
}

/**
 * flow_workspaces_use:
 * @self: workspaces
 * @folder: an absolute folder that somebody works in
 *
 * Note that a folder is worked in. One that is not known becomes a workspace.
 *
 * Returns: (transfer none) (nullable): its workspace, until the next call; %NULL when it is no folder of this machine
 */
const FlowWorkspace *
flow_workspaces_use (FlowWorkspaces *self, const char *folder)
{
  g_autofree char *real = g_path_is_absolute (folder) ? find_real (self, folder) : NULL;
  FlowWorkspace *workspace = real != NULL ? find_folder (self, real) : NULL;
  gboolean fresh = workspace == NULL, renamed = FALSE;

  if (real == NULL)
    return NULL;
  if (fresh)
    workspace = add (self, real);
  else if (now (self) - workspace->last_used_ns > USED_NS)
    {
      workspace->last_used_ns = now (self);
      store_workspace (self, workspace);
    }
  if (!g_str_equal (folder, real) && g_strcmp0 (g_hash_table_lookup (self->names, folder), workspace->id) != 0 &&
      g_hash_table_size (self->names) < FLOW_WORKSPACES_MAX)
    {
      g_hash_table_replace (self->names, g_strdup (folder), g_strdup (workspace->id));
      renamed = TRUE;
    }
  if (fresh || renamed)
    publish (self);
  return workspace;
}

/**
 * flow_workspaces_find:
 * @self: workspaces
 * @id: an id
 *
 * Returns: (transfer none) (nullable): the workspace, until the next call
 */
const FlowWorkspace *
flow_workspaces_find (FlowWorkspaces *self, const char *id)
{
  for (guint i = 0; i < self->all->len; i++)
    if (g_str_equal (((FlowWorkspace *) self->all->pdata[i])->id, id))
      return self->all->pdata[i];
  return NULL;
}

/**
 * flow_workspaces_set_current:
 * @self: workspaces
 * @id: (nullable): the workspace that the user works in
 *
 * Say where the user works: what comes from programs that say nothing belongs there.
 */
void
flow_workspaces_set_current (FlowWorkspaces *self, const char *id)
{
  char *copy;

  if (g_strcmp0 (self->current, id) == 0)
    return;
  copy = g_strdup (id);
  g_free (self->current);
  self->current = copy;
  publish (self);
}

/**
 * flow_workspaces_get_current:
 * @self: workspaces
 *
 * Returns: (transfer none) (nullable): where the user works
 */
const FlowWorkspace *
flow_workspaces_get_current (FlowWorkspaces *self)
{
  return self->current != NULL ? flow_workspaces_find (self, self->current) : NULL;
}

/**
 * flow_workspaces_list_folders:
 * @self: workspaces
 *
 * Returns: (transfer full) (array zero-terminated=1): the folders of all of them
 */
char **
flow_workspaces_list_folders (FlowWorkspaces *self)
{
  g_autoptr (GStrvBuilder) folders = g_strv_builder_new ();

  for (guint i = 0; i < self->all->len; i++)
    g_strv_builder_add (folders, ((FlowWorkspace *) self->all->pdata[i])->folder);
  return g_strv_builder_end (folders);
}

/**
 * flow_workspaces_set_settings:
 * @self: workspaces
 * @settings: the settings
 *
 * Go by other path maps; the folders of the settings are workspaces too.
 */
void
flow_workspaces_set_settings (FlowWorkspaces *self, const FlowSettingsSnapshot *settings)
{
  FlowSettingsSnapshot *before = self->settings;

  self->settings = flow_settings_snapshot_ref ((FlowSettingsSnapshot *) settings);
  g_clear_pointer (&before, flow_settings_snapshot_unref);
  for (gsize i = 0; settings->workspace_folders[i] != NULL; i++)
    flow_workspaces_use (self, settings->workspace_folders[i]);
  publish (self);
}

static gboolean
store_session (FlowWorkspaces *self, const FlowDebugSession *session, FlowWorkspacesWritten written, gpointer data,
               GError **error)
{
  Write *write = g_new0 (Write, 1);

  write->session = flow_debug_session_copy (session);
  write->written = written;
  write->data = data;
  return push (self, write, error);
}

/**
 * flow_workspaces_start_session:
 * @self: workspaces
 * @session: (transfer full): a session that begins; one of the same id begins again
 * @written: (nullable): hears that it is durable
 * @data: for @written
 * @error: return location
 *
 * Begin a debug session.
 *
 * Returns: %FALSE with the codes of flow_store_push(); nothing has begun then
 */
gboolean
flow_workspaces_start_session (FlowWorkspaces *self, FlowDebugSession *session, FlowWorkspacesWritten written,
                               gpointer data, GError **error)
{
  guint index;

  if (!store_session (self, session, written, data, error))
    {
      flow_debug_session_free (session);
      return FALSE;
    }
  if (find_session (self, session->id, &index) != NULL)
    g_ptr_array_remove_index (self->sessions, index);
  g_ptr_array_insert (self->sessions, 0, session);
  if (self->sessions->len > FLOW_DEBUG_SESSIONS_MAX)
    g_ptr_array_remove_index (self->sessions, self->sessions->len - 1);
  publish (self);
  return TRUE;
}

/**
 * flow_workspaces_end_session:
 * @self: workspaces
 * @id: a session
 * @written: (nullable): hears that it is durable
 * @data: for @written
 * @error: return location
 *
 * End a debug session.
 *
 * Returns: %FALSE with %FLOW_ERROR_NOT_FOUND when there is none, or the codes of flow_store_push()
 */
gboolean
flow_workspaces_end_session (FlowWorkspaces *self, const char *id, FlowWorkspacesWritten written, gpointer data,
                             GError **error)
{
  guint index;
  FlowDebugSession *session = find_session (self, id, &index);
  gint64 before;

  if (session == NULL)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND, "there is no session %s", id);
      return FALSE;
    }
  before = session->ended_ns;
  if (before == 0)
    session->ended_ns = now (self);
  if (!store_session (self, session, written, data, error))
    {
      session->ended_ns = before;
      return FALSE;
    }
  publish (self);
  return TRUE;
}

static void
write_text (FlowJsonWriter *writer, const char *key, const char *text)
{
  flow_json_writer_key (writer, key);
  if (text != NULL && *text != '\0')
    flow_json_writer_string (writer, text, -1);
  else
    flow_json_writer_null (writer);
}

static void
write_time (FlowJsonWriter *writer, const char *key, gint64 wall_ns)
{
  flow_json_writer_key (writer, key);
  flow_json_writer_time (writer, wall_ns);
}

/**
 * flow_workspaces_write:
 * @self: workspaces
 * @writer: inside an object
 *
 * Write `workspaces`: an array of `{id, name, folder, created, lastUsed, current}`.
 */
void
flow_workspaces_write (FlowWorkspaces *self, FlowJsonWriter *writer)
{
  flow_json_writer_key (writer, "workspaces");
  flow_json_writer_begin_array (writer);
  for (guint i = 0; i < self->all->len; i++)
    {
      const FlowWorkspace *workspace = self->all->pdata[i];

      flow_json_writer_begin_object (writer);
      write_text (writer, "id", workspace->id);
      write_text (writer, "name", workspace->name);
      write_text (writer, "folder", workspace->folder);
      write_time (writer, "created", workspace->created_ns);
      write_time (writer, "lastUsed", workspace->last_used_ns);
      flow_json_writer_key (writer, "current");
      flow_json_writer_bool (writer, g_strcmp0 (workspace->id, self->current) == 0);
      flow_json_writer_end_object (writer);
    }
  flow_json_writer_end_array (writer);
}

/**
 * flow_workspaces_write_sessions:
 * @self: workspaces
 * @writer: inside an object
 *
 * Write `sessions`: an array of `{id, name, workspace, hostUser, started, ended, active}`, the last one first.
 */
void
flow_workspaces_write_sessions (FlowWorkspaces *self, FlowJsonWriter *writer)
{
  flow_json_writer_key (writer, "sessions");
  flow_json_writer_begin_array (writer);
  for (guint i = 0; i < self->sessions->len; i++)
    {
      const FlowDebugSession *session = self->sessions->pdata[i];

      flow_json_writer_begin_object (writer);
      write_text (writer, "id", session->id);
      write_text (writer, "name", session->name);
      write_text (writer, "workspace", session->workspace);
      write_text (writer, "hostUser", session->host_user);
      write_time (writer, "started", session->started_ns);
      write_time (writer, "ended", session->ended_ns);
      flow_json_writer_key (writer, "active");
      flow_json_writer_bool (writer, goes_on (self, session));
      flow_json_writer_end_object (writer);
    }
  flow_json_writer_end_array (writer);
}
