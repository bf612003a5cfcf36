/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-mirror"

#include "hub/sync/tables/flow-settings-mirror.h"

#include "hub/sync/tables/flow-mirror-exchange.h"

/* What a comparison weighs in the writer's queue, more or less. */
#define JOB_BYTES 4096
/* When the writer is behind, it is asked again later. */
#define RETRY_MS 1000

struct _FlowSettingsMirror
{
  gatomicrefcount references; /* the owner's, and one for each comparison under way */
  GMainContext *context;

  /* The thread of the settings */
  FlowSettings *settings; /* NULL when the owner has let go */
  FlowStore *store;
  gulong handler;
  GSource *soon;               /* (nullable): a comparison is to begin */
  FlowSettingsMirrorHeld held; /* (nullable) */
  gpointer data;
  GHashTable *told;                        /* what @held has heard of */
  GPtrArray *editors;                      /* (nullable): FlowMirrorEntry that were held in the last comparison */
  GPtrArray *before[FLOW_MIRROR_N_TABLES]; /* what the settings said when both were compared last; NULL: not so far */
  gboolean asked;                          /* one is under way */
  gboolean again;                          /* and what it says will be void */
};

/* A comparison, on its way to the writer and back. */
typedef struct
{
  FlowSettingsMirror *mirror;
  GPtrArray *here[FLOW_MIRROR_N_TABLES];
  GPtrArray *before[FLOW_MIRROR_N_TABLES]; /* NULL: as the records say */
  GPtrArray *wanted[FLOW_MIRROR_N_TABLES]; /* NULL: it failed */
  GPtrArray *held[FLOW_MIRROR_N_TABLES];
} Comparison;

static void
unref (FlowSettingsMirror *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_main_context_unref (self->context);
  g_free (self);
}

static void
comparison_free (gpointer data)
{
  Comparison *comparison = data;

  for (guint i = 0; i < FLOW_MIRROR_N_TABLES; i++)
    {
      g_clear_pointer (&comparison->here[i], g_ptr_array_unref);
      g_clear_pointer (&comparison->before[i], g_ptr_array_unref);
      g_clear_pointer (&comparison->wanted[i], g_ptr_array_unref);
      g_clear_pointer (&comparison->held[i], g_ptr_array_unref);
    }
  unref (comparison->mirror);
  g_free (comparison);
}

static void
forget_wanted (Comparison *comparison)
{
  for (guint i = 0; i < FLOW_MIRROR_N_TABLES; i++)
    {
      g_clear_pointer (&comparison->wanted[i], g_ptr_array_unref);
      g_clear_pointer (&comparison->held[i], g_ptr_array_unref);
    }
}

/* A group that was rolled back may be run again. */
static gboolean
compare_run (sqlite3 *db, gpointer data, GError **error)
{
  Comparison *comparison = data;

  forget_wanted (comparison);
  for (guint i = 0; i < FLOW_MIRROR_N_TABLES; i++)
    {
      comparison->held[i] = flow_mirror_entries_new ();
      comparison->wanted[i] = flow_mirror_exchange (db, i, comparison->here[i], comparison->before[i],
                                                    g_get_real_time () * 1000, comparison->held[i], error);
      if (comparison->wanted[i] == NULL)
        return FALSE;
    }
  return TRUE;
}

static void begin_soon (FlowSettingsMirror *self, guint delay_ms);

static void
take_before (FlowSettingsMirror *self, FlowMirrorTable table, GPtrArray *entries)
{
  g_clear_pointer (&self->before[table], g_ptr_array_unref);
  self->before[table] = entries;
}

/* What is applied here is known to be the same, although the records hear of it with the next comparison: what another
 * device changes until then is no change of the user's. */
static void
take_answer (FlowSettingsMirror *self, Comparison *comparison, gboolean is_void)
{
  for (guint i = 0; i < FLOW_MIRROR_N_TABLES; i++)
    {
      take_before (self, i, g_ptr_array_ref (comparison->here[i]));
      if (is_void)
        continue;
      flow_mirror_entries_apply (comparison->wanted[i], self->settings, i);
      take_before (self, i, flow_mirror_entries_read (self->settings, i));
    }
}

/* A denial that stays is no news. */
static void
tell_held (FlowSettingsMirror *self, GPtrArray *held)
{
  for (guint i = 0; self->held != NULL && i < held->len; i++)
    {
      const FlowMirrorEntry *entry = g_ptr_array_index (held, i);

      if (flow_mirror_editor_get_subject (entry->key, NULL) != NULL &&
          g_hash_table_add (self->told, g_strdup_printf ("%s\n%s", entry->key, entry->value)))
        self->held (entry->key, entry->value, self->data);
    }
}

static gboolean
compared_cb (gpointer data)
{
  Comparison *comparison = data;
  FlowSettingsMirror *self = comparison->mirror;
  gboolean is_void = self->again;

  self->asked = self->again = FALSE;
  if (self->settings == NULL)
    return G_SOURCE_REMOVE;
  if (comparison->wanted[0] != NULL)
    {
      take_answer (self, comparison, is_void);
      g_clear_pointer (&self->editors, g_ptr_array_unref);
      self->editors = g_ptr_array_ref (comparison->held[FLOW_MIRROR_EDITORS]);
      tell_held (self, self->editors);
    }
  if (comparison->wanted[0] == NULL)
    begin_soon (self, RETRY_MS);
  else if (is_void)
    begin_soon (self, 0);
  return G_SOURCE_REMOVE;
}

/* On the writer thread. */
static void
compare_done (gpointer data, const GError *error)
{
  Comparison *comparison = data;
  GMainContext *context = comparison->mirror->context;
  g_autoptr (GSource) source = g_idle_source_new ();

  if (error != NULL)
    {
      g_debug ("Settings are compared later: %s", error->message);
      forget_wanted (comparison);
    }
  g_source_set_name (source, "flow-mirror-compared");
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, compared_cb, comparison, comparison_free);
  g_source_attach (source, context);
}

static gboolean
begin_cb (gpointer data)
{
  FlowSettingsMirror *self = data;
  Comparison *comparison = g_new0 (Comparison, 1);
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->soon, g_source_unref);
  g_atomic_ref_count_inc (&self->references);
  comparison->mirror = self;
  for (guint i = 0; i < FLOW_MIRROR_N_TABLES; i++)
    {
      comparison->here[i] = flow_mirror_entries_read (self->settings, i);
      comparison->before[i] = self->before[i] != NULL ? g_ptr_array_ref (self->before[i]) : NULL;
    }
  self->asked = TRUE;
  if (flow_store_push (self->store, JOB_BYTES, compare_run, compare_done, comparison, NULL, &error))
    return G_SOURCE_REMOVE;
  g_debug ("Settings are compared later: %s", error->message);
  comparison_free (comparison);
  self->asked = FALSE;
  begin_soon (self, RETRY_MS);
  return G_SOURCE_REMOVE;
}

static void
begin_soon (FlowSettingsMirror *self, guint delay_ms)
{
  if (self->asked)
    self->again = TRUE;
  if (self->asked || self->soon != NULL)
    return;
  self->soon = g_timeout_source_new (delay_ms);
  g_source_set_name (self->soon, "flow-mirror");
  g_source_set_callback (self->soon, begin_cb, self, NULL);
  g_source_attach (self->soon, self->context);
}

static void
changed_cb (FlowSettings *settings, const char *key, FlowSettingsMirror *self)
{
  if (flow_mirror_is_key (key))
    begin_soon (self, 0);
}

/**
 * flow_settings_mirror_new:
 * @settings: the settings, on their thread, whose main context must run
 * @store: an open store
 * @held: (nullable) (scope notified): hears what the user has to set here
 * @data: for @held
 *
 * Begin to keep settings and records the same. What was changed while nobody did is noticed.
 *
 * Returns: (transfer full): the mirror
 */
FlowSettingsMirror *
flow_settings_mirror_new (FlowSettings *settings, FlowStore *store, FlowSettingsMirrorHeld held, gpointer data)
{
  FlowSettingsMirror *self = g_new0 (FlowSettingsMirror, 1);

  g_atomic_ref_count_init (&self->references);
  self->context = g_main_context_ref_thread_default ();
  self->settings = g_object_ref (settings);
  self->store = store;
  self->held = held;
  self->data = data;
  self->told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->handler = g_signal_connect (settings, "changed", G_CALLBACK (changed_cb), self);
  begin_soon (self, 0);
  return self;
}

/**
 * flow_settings_mirror_free:
 * @self: (transfer full): a mirror
 *
 * End it, before the store is closed. What is on its way to the records gets there.
 */
void
flow_settings_mirror_free (FlowSettingsMirror *self)
{
  g_signal_handler_disconnect (self->settings, self->handler);
  g_clear_object (&self->settings);
  for (guint i = 0; i < FLOW_MIRROR_N_TABLES; i++)
    g_clear_pointer (&self->before[i], g_ptr_array_unref);
  if (self->soon != NULL)
    g_source_destroy (self->soon);
  g_clear_pointer (&self->soon, g_source_unref);
  g_clear_pointer (&self->told, g_hash_table_unref);
  g_clear_pointer (&self->editors, g_ptr_array_unref);
  unref (self);
}

/**
 * flow_settings_mirror_look:
 * @self: a mirror
 *
 * Compare again: records were changed by another device.
 */
void
flow_settings_mirror_look (FlowSettingsMirror *self)
{
  begin_soon (self, 0);
}

/**
 * flow_settings_mirror_get_held:
 * @self: the mirror
 *
 * Get what the settings get only when the user sets it here, as it was when both were compared last.
 *
 * Returns: (transfer none) (nullable) (element-type FlowMirrorEntry): command lines by `site ` or `type ` and what of
 */
GPtrArray *
flow_settings_mirror_get_held (FlowSettingsMirror *self)
{
  return self->editors;
}
