/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-search-provider"

#include "app/desktop/flow-search-provider.h"

#include <glib/gi18n-lib.h>

#include "app/desktop/flow-search-bus.h"
#include "base/flow-clock.h"
#include "base/flow-id.h"
#include "trace/flow-time-text.h"

#define ICON "org.flowscope.FlowScope"
#define MAX_RESULTS 20
/* Traces that fit one of the words; of these the ones that fit all are shown. */
#define MAX_CANDIDATES 500
#define MAX_KNOWN 1000
#define ID_SIZE 16
#define LINGER_MS (30 * 1000)

/**
 * FlowSearchProvider:
 *
 * Traces among the results of the search of GNOME Shell: those in whose name or services every word occurs, newest
 * first. The program may have been started only to answer; it then ends by itself.
 */
struct _FlowSearchProvider
{
  GObject parent_instance;

  GApplication *application;
  FlowServices *services; /* NULL: not started yet, or there is nothing to be found */
  gboolean started;
  FlowShellSearchBus *bus;
  GPtrArray *waiting;  /* Search, until it is started */
  GHashTable *known;   /* id -> FlowTraceInfo, of what was found lately */
  GCancellable *asked; /* the search that is under way */
};

G_DEFINE_FINAL_TYPE (FlowSearchProvider, flow_search_provider, G_TYPE_OBJECT)

/* One question of the shell. It is answered exactly once. */
typedef struct
{
  FlowSearchProvider *provider;
  GDBusMethodInvocation *invocation;
  GStrv terms;
} Search;

static void
search_free (gpointer data)
{
  Search *search = data;

  g_application_release (search->provider->application);
  g_object_unref (search->provider);
  g_strfreev (search->terms);
  g_free (search);
}

static void
search_answer (Search *search, GPtrArray *traces)
{
  GVariantBuilder ids;

  g_variant_builder_init (&ids, G_VARIANT_TYPE_STRING_ARRAY);
  for (guint i = 0; traces != NULL && i < traces->len; i++)
    {
      const FlowTraceInfo *info = g_ptr_array_index (traces, i);
      char id[2 * ID_SIZE + 1];

      flow_id_to_hex (info->trace_id, ID_SIZE, id);
      g_variant_builder_add (&ids, "s", id);
    }
  g_dbus_method_invocation_return_value (g_steal_pointer (&search->invocation), g_variant_new ("(as)", &ids));
}

/* --- On a reader ----------------------------------------------------------------------------------------- */

static gboolean
has_term (const FlowTraceInfo *info, const char *term)
{
  g_autofree char *wanted = g_utf8_casefold (term, -1);
  g_autofree char *name = g_utf8_casefold (info->name, -1);

  if (strstr (name, wanted) != NULL)
    return TRUE;
  for (gsize i = 0; info->services[i] != NULL; i++)
    {
      g_autofree char *service = g_utf8_casefold (info->services[i], -1);

      if (strstr (service, wanted) != NULL)
        return TRUE;
    }
  return FALSE;
}

static gboolean
has_all (const FlowTraceInfo *info, const char *const *terms)
{
  for (gsize i = 0; terms[i] != NULL; i++)
    {
      if (!has_term (info, terms[i]))
        return FALSE;
    }
  return TRUE;
}

static int
compare_newest (gconstpointer a, gconstpointer b)
{
  const FlowTraceInfo *first = *(FlowTraceInfo *const *) a;
  const FlowTraceInfo *second = *(FlowTraceInfo *const *) b;

  return first->number < second->number ? 1 : first->number > second->number ? -1 : 0;
}

static void
take_fitting (GPtrArray *results, GPtrArray *candidates, const char *const *terms)
{
  for (guint i = 0; candidates != NULL && i < candidates->len; i++)
    {
      FlowTraceInfo *info = g_ptr_array_index (candidates, i);
      gboolean there = FALSE;

      for (guint j = 0; j < results->len && !there; j++)
        there = ((FlowTraceInfo *) g_ptr_array_index (results, j))->number == info->number;
      if (!there && has_all (info, terms))
        g_ptr_array_add (results, flow_trace_info_ref (info));
    }
}

static const char *
longest (const char *const *terms)
{
  const char *best = terms[0];

  for (gsize i = 1; terms[i] != NULL; i++)
    {
      if (strlen (terms[i]) > strlen (best))
        best = terms[i];
    }
  return best;
}

/* The names of services are few: those that fit are looked for one by one. */
static gboolean
take_of_services (FlowTraceReader *reader, GPtrArray *results, const char *const *terms, GCancellable *cancellable,
                  GError **error)
{
  g_autoptr (GPtrArray) services = flow_trace_reader_services (reader, error);
  g_autofree char *wanted = g_utf8_casefold (longest (terms), -1);

  for (guint i = 0; services != NULL && i < services->len && !g_cancellable_is_cancelled (cancellable); i++)
    {
      const FlowServiceInfo *service = g_ptr_array_index (services, i);
      g_autofree char *name = g_utf8_casefold (service->name, -1);
      const FlowTraceFilter filter = { .limit = MAX_RESULTS, .service = service->name };
      g_autoptr (GPtrArray) candidates = NULL;

      if (strstr (name, wanted) == NULL)
        continue;
      candidates = flow_trace_reader_list (reader, &filter, error);
      if (candidates == NULL)
        return FALSE;
      take_fitting (results, candidates, terms);
    }
  return services != NULL;
}

static gpointer
find_query (FlowTraceReader *reader, gpointer data, GCancellable *cancellable, GError **error)
{
  const char *const *terms = data;
  const FlowTraceFilter filter = { .limit = MAX_CANDIDATES, .name = longest (terms) };
  g_autoptr (GPtrArray) results = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_trace_info_unref);
  g_autoptr (GPtrArray) candidates = flow_trace_reader_list (reader, &filter, error);

  if (candidates == NULL)
    return NULL;
  take_fitting (results, candidates, terms);
  if (!take_of_services (reader, results, terms, cancellable, error))
    return NULL;
  g_ptr_array_sort (results, compare_newest);
  if (results->len > MAX_RESULTS)
    g_ptr_array_set_size (results, MAX_RESULTS);
  return g_steal_pointer (&results);
}

/* --- Searching ------------------------------------------------------------------------------------------- */

static void
remember (FlowSearchProvider *self, GPtrArray *traces)
{
  if (g_hash_table_size (self->known) > MAX_KNOWN)
    g_hash_table_remove_all (self->known);
  for (guint i = 0; i < traces->len; i++)
    {
      FlowTraceInfo *info = g_ptr_array_index (traces, i);
      char *id = g_malloc (2 * ID_SIZE + 1);

      flow_id_to_hex (info->trace_id, ID_SIZE, id);
      g_hash_table_replace (self->known, id, flow_trace_info_ref (info));
    }
}

static void
found_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Search *search = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) traces = flow_trace_queries_run_finish (FLOW_TRACE_QUERIES (source), result, &error);

  if (traces != NULL)
    remember (search->provider, traces);
  else
    g_debug ("nothing found: %s", error->message);
  search_answer (search, traces);
  search_free (search);
}

/* Takes the search. */
static void
begin (Search *search)
{
  FlowSearchProvider *self = search->provider;

  if (search->terms[0] == NULL || self->services == NULL)
    {
      search_answer (search, NULL);
      search_free (search);
      return;
    }
  flow_trace_queries_run_async (flow_services_get_queries (self->services), find_query, g_strdupv (search->terms),
                                (GDestroyNotify) g_strfreev, (GDestroyNotify) g_ptr_array_unref, self->asked, found_cb,
                                search);
}

/* Who goes on typing does not wait for what was asked before. */
static void
ask (FlowSearchProvider *self, GDBusMethodInvocation *invocation, const char *const *terms)
{
  Search *search = g_new0 (Search, 1);

  search->provider = g_object_ref (self);
  search->invocation = invocation;
  search->terms = g_strdupv ((char **) terms);
  /* A program that was started for this waits for the next letter. */
  g_application_set_inactivity_timeout (self->application, LINGER_MS);
  g_application_hold (self->application);
  if (self->asked != NULL)
    g_cancellable_cancel (self->asked);
  g_clear_object (&self->asked);
  self->asked = g_cancellable_new ();
  if (!self->started)
    g_ptr_array_add (self->waiting, search);
  else
    begin (search);
}

static gboolean
initial_cb (FlowSearchProvider *self, GDBusMethodInvocation *invocation, const char *const *terms)
{
  ask (self, invocation, terms);
  return TRUE;
}

static gboolean
subsearch_cb (FlowSearchProvider *self, GDBusMethodInvocation *invocation, const char *const *previous,
              const char *const *terms)
{
  ask (self, invocation, terms);
  return TRUE;
}

/* --- What is shown of a result --------------------------------------------------------------------------- */

static char *
describe (const FlowTraceInfo *info)
{
  g_autofree char *duration = flow_duration_format (info->end_ns - info->start_ns);
  g_autofree char *time = flow_time_format (info->start_ns, flow_clock_wall_ns (flow_clock_system ()));
  g_autofree char *services = g_strjoinv (", ", info->services);
  g_autofree char *spans = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u span", "%u spans", info->spans),
                                            info->spans);
  g_autofree char *errors = NULL;

  if (info->errors > 0)
    errors = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u error", "%u errors", info->errors), info->errors);
  return g_strdup_printf ("%s · %s · %s%s%s · %s", time, duration, spans, errors != NULL ? " · " : "",
                          errors != NULL ? errors : "", services);
}

static GVariant *
build_meta (FlowSearchProvider *self, const char *id)
{
  const FlowTraceInfo *info = g_hash_table_lookup (self->known, id);
  g_autoptr (GIcon) icon = g_themed_icon_new (ICON);
  g_autoptr (GVariant) serialized = g_icon_serialize (icon);
  g_autofree char *icon_text = g_icon_to_string (icon);
  GVariantBuilder meta;

  g_variant_builder_init (&meta, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&meta, "{sv}", "id", g_variant_new_string (id));
  g_variant_builder_add (&meta, "{sv}", "name", g_variant_new_string (info != NULL ? info->name : id));
  if (info != NULL)
    g_variant_builder_add (&meta, "{sv}", "description", g_variant_new_take_string (describe (info)));
  g_variant_builder_add (&meta, "{sv}", "icon", serialized);
  g_variant_builder_add (&meta, "{sv}", "gicon", g_variant_new_string (icon_text));
  return g_variant_builder_end (&meta);
}

static gboolean
metas_cb (FlowSearchProvider *self, GDBusMethodInvocation *invocation, const char *const *ids)
{
  GVariantBuilder metas;

  g_variant_builder_init (&metas, G_VARIANT_TYPE ("aa{sv}"));
  for (gsize i = 0; ids[i] != NULL; i++)
    g_variant_builder_add_value (&metas, build_meta (self, ids[i]));
  flow_shell_search_bus_complete_get_result_metas (self->bus, invocation, g_variant_builder_end (&metas));
  return TRUE;
}

/* --- Acting ---------------------------------------------------------------------------------------------- */

static gboolean
activate_cb (FlowSearchProvider *self, GDBusMethodInvocation *invocation, const char *id, const char *const *terms,
             guint timestamp)
{
  flow_shell_search_bus_complete_activate_result (self->bus, invocation);
  g_action_group_activate_action (G_ACTION_GROUP (self->application), "open-trace", g_variant_new_string (id));
  return TRUE;
}

static gboolean
launch_cb (FlowSearchProvider *self, GDBusMethodInvocation *invocation, const char *const *terms, guint timestamp)
{
  GActionGroup *actions = G_ACTION_GROUP (self->application);
  g_autofree char *text = g_strjoinv (" ", (char **) terms);

  flow_shell_search_bus_complete_launch_search (self->bus, invocation);
  if (g_action_group_has_action (actions, "search"))
    g_action_group_activate_action (actions, "search", g_variant_new_string (text));
  else
    g_action_group_activate_action (actions, "raise", NULL);
  return TRUE;
}

/* --- The object ------------------------------------------------------------------------------------------ */

static void
flow_search_provider_dispose (GObject *object)
{
  FlowSearchProvider *self = FLOW_SEARCH_PROVIDER (object);

  flow_search_provider_unexport (self);
  g_signal_handlers_disconnect_by_data (self->bus, self);
  if (self->asked != NULL)
    g_cancellable_cancel (self->asked);
  g_clear_object (&self->asked);
  g_clear_object (&self->services);
  self->application = NULL;

  G_OBJECT_CLASS (flow_search_provider_parent_class)->dispose (object);
}

static void
flow_search_provider_finalize (GObject *object)
{
  FlowSearchProvider *self = FLOW_SEARCH_PROVIDER (object);

  g_ptr_array_unref (self->waiting);
  g_hash_table_unref (self->known);
  g_object_unref (self->bus);

  G_OBJECT_CLASS (flow_search_provider_parent_class)->finalize (object);
}

static void
flow_search_provider_class_init (FlowSearchProviderClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_search_provider_dispose;
  G_OBJECT_CLASS (klass)->finalize = flow_search_provider_finalize;
}

static void
flow_search_provider_init (FlowSearchProvider *self)
{
  self->waiting = g_ptr_array_new ();
  self->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) flow_trace_info_unref);
  self->bus = flow_shell_search_bus_skeleton_new ();
  g_signal_connect_swapped (self->bus, "handle-get-initial-result-set", G_CALLBACK (initial_cb), self);
  g_signal_connect_swapped (self->bus, "handle-get-subsearch-result-set", G_CALLBACK (subsearch_cb), self);
  g_signal_connect_swapped (self->bus, "handle-get-result-metas", G_CALLBACK (metas_cb), self);
  g_signal_connect_swapped (self->bus, "handle-activate-result", G_CALLBACK (activate_cb), self);
  g_signal_connect_swapped (self->bus, "handle-launch-search", G_CALLBACK (launch_cb), self);
}

/**
 * flow_search_provider_new:
 * @application: (transfer none): the program, which owns the provider; with the actions `open-trace` and `raise`
 *
 * Returns: (transfer full): a provider that is not on the bus yet
 */
FlowSearchProvider *
flow_search_provider_new (GApplication *application)
{
  FlowSearchProvider *self = g_object_new (FLOW_TYPE_SEARCH_PROVIDER, NULL);

  self->application = application;
  return self;
}

/**
 * flow_search_provider_export:
 * @self: the provider
 * @connection: the session bus
 * @path: where, for example the path of the application with `/SearchProvider` behind it
 * @error: return location
 *
 * Put it on the bus. To be called in `dbus_register`, before the program has its name there: whoever started it by a
 * search asks at once. It is answered after flow_search_provider_start().
 *
 * Returns: %FALSE with a GIO error
 */
gboolean
flow_search_provider_export (FlowSearchProvider *self, GDBusConnection *connection, const char *path, GError **error)
{
  g_return_val_if_fail (FLOW_IS_SEARCH_PROVIDER (self), FALSE);

  return g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (self->bus), connection, path, error);
}

/**
 * flow_search_provider_unexport:
 * @self: the provider
 *
 * Take it off the bus. To be called in `dbus_unregister`.
 */
void
flow_search_provider_unexport (FlowSearchProvider *self)
{
  g_return_if_fail (FLOW_IS_SEARCH_PROVIDER (self));

  if (g_dbus_interface_skeleton_get_connection (G_DBUS_INTERFACE_SKELETON (self->bus)) != NULL)
    g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (self->bus));
}

/**
 * flow_search_provider_start:
 * @self: the provider
 * @services: (nullable): where traces are found, %NULL when the program has none: nothing is found then
 *
 * Answer what was asked, and is asked from now on. To be called in `startup`.
 */
void
flow_search_provider_start (FlowSearchProvider *self, FlowServices *services)
{
  g_return_if_fail (FLOW_IS_SEARCH_PROVIDER (self));

  self->started = TRUE;
  g_set_object (&self->services, services);
  for (guint i = 0; i < self->waiting->len; i++)
    begin (g_ptr_array_index (self->waiting, i));
  g_ptr_array_set_size (self->waiting, 0);
}
