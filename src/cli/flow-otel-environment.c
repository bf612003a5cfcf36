/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-otel-environment"

#include "cli/flow-otel-environment.h"

#include <string.h>

/* What has every OpenTelemetry SDK send to a hub of this machine. */

#define ENDPOINT "OTEL_EXPORTER_OTLP_ENDPOINT"
#define RESOURCE "OTEL_RESOURCE_ATTRIBUTES"
#define FOLDER_KEY "process.working_directory"

static const char *const names[] = {
  /* What would send a signal elsewhere, or not at all. */
  "OTEL_SDK_DISABLED",
  "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
  "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
  "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
  "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
  "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL",
  "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL",
  /* What is set. */
  ENDPOINT,
  "OTEL_EXPORTER_OTLP_PROTOCOL",
  "OTEL_TRACES_EXPORTER",
  "OTEL_LOGS_EXPORTER",
  "OTEL_METRICS_EXPORTER",
  "OTEL_TRACES_SAMPLER",
  "OTEL_DENO",
  "OTEL_BSP_SCHEDULE_DELAY",
  "OTEL_BLRP_SCHEDULE_DELAY",
  RESOURCE,
  "NO_PROXY",
  "no_proxy",
  NULL,
};

static const struct
{
  const char *name;
  const char *value;
  gboolean overwrite;
} set[] = {
  { "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", TRUE },
  { "OTEL_TRACES_EXPORTER", "otlp", TRUE },
  { "OTEL_LOGS_EXPORTER", "otlp", TRUE },
  { "OTEL_METRICS_EXPORTER", "otlp", TRUE },
  { "OTEL_TRACES_SAMPLER", "always_on", TRUE },
  { "OTEL_DENO", "true", TRUE },
  /* Batches leave often, so that a program that is killed loses little. */
  { "OTEL_BSP_SCHEDULE_DELAY", "500", FALSE },
  { "OTEL_BLRP_SCHEDULE_DELAY", "500", FALSE },
};

/* Whether a list has @entry already; one that ends in "=" stands for any value. */
static gboolean
list_has (const char *list, const char *entry)
{
  g_auto (GStrv) parts = g_strsplit (list, ",", -1);

  for (char **part = parts; *part != NULL; part++)
    {
      g_strstrip (*part);
      if (g_str_has_suffix (entry, "=") ? g_str_has_prefix (*part, entry) : g_str_equal (*part, entry))
        return TRUE;
    }
  return FALSE;
}

static char **
add_to_list (char **environment, const char *name, const char *value)
{
  const char *before = g_environ_getenv (environment, name);
  g_autofree char *list = NULL;

  if (before != NULL && *before != '\0')
    list = g_strdup_printf ("%s,%s", before, value);
  return g_environ_setenv (environment, name, list != NULL ? list : value, TRUE);
}

/* The hub is on this machine, whatever proxy leads to others. */
static char **
add_no_proxy (char **environment, const char *name)
{
  const char *before = g_environ_getenv (environment, name);

  if (before != NULL && list_has (before, "127.0.0.1"))
    return environment;
  return add_to_list (environment, name, "127.0.0.1,localhost");
}

/* By it the hub knows which workspace the traces belong to. Values are percent-encoded (Resource SDK, "Specifying
 * resource information via an environment variable"). */
static char **
add_folder (char **environment, const char *folder)
{
  const char *before = g_environ_getenv (environment, RESOURCE);
  g_autofree char *escaped = g_uri_escape_string (folder, "/", FALSE);
  g_autofree char *value = NULL;

  if (before != NULL && list_has (before, FOLDER_KEY "="))
    return environment;
  value = g_strconcat (FOLDER_KEY "=", escaped, NULL);
  return add_to_list (environment, RESOURCE, value);
}

/**
 * flow_otel_environment_get_names:
 *
 * Get the variables that flow_otel_environment_apply() sets or unsets.
 *
 * Returns: (array zero-terminated=1) (transfer none): their names
 */
const char *const *
flow_otel_environment_get_names (void)
{
  return names;
}

/**
 * flow_otel_environment_apply:
 * @environment: (transfer full) (array zero-terminated=1): an environment
 * @hub: where to send to
 * @service: (nullable): what to call the program
 * @folder: (nullable): where it runs
 *
 * Have programs with this environment send their traces, logs and metrics to the hub, whatever it said before.
 *
 * Returns: (transfer full) (array zero-terminated=1): the environment
 */
char **
flow_otel_environment_apply (char **environment, const FlowDiscovery *hub, const char *service, const char *folder)
{
  g_autofree char *fallback = g_strdup_printf ("http://127.0.0.1:%u", hub->port);

  for (const char *const *name = names; !g_str_equal (*name, ENDPOINT); name++)
    environment = g_environ_unsetenv (environment, *name);
  for (gsize i = 0; i < G_N_ELEMENTS (set); i++)
    environment = g_environ_setenv (environment, set[i].name, set[i].value, set[i].overwrite);
  environment = g_environ_setenv (environment, ENDPOINT, hub->otlp_http != NULL ? hub->otlp_http : fallback, TRUE);
  if (service != NULL)
    environment = g_environ_setenv (environment, "OTEL_SERVICE_NAME", service, TRUE);
  if (folder != NULL)
    environment = add_folder (environment, folder);
  environment = add_no_proxy (environment, "NO_PROXY");
  return add_no_proxy (environment, "no_proxy");
}
