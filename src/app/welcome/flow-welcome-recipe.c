/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-welcome-recipe"

#include "app/welcome/flow-welcome-recipe.h"

#include <glib/gi18n-lib.h>

#define ENDPOINT "export OTEL_EXPORTER_OTLP_ENDPOINT=@ENDPOINT@\n"
#define PROTOCOL "export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf\n"

/* In the order of their names. The commands are those of the makers of these instrumentations. */
static const char *const recipes[] = {
  "flowctl record -- ./your-program",
  ENDPOINT PROTOCOL "./your-program",
  "npm install @opentelemetry/api @opentelemetry/auto-instrumentations-node\n" ENDPOINT
  "node --require @opentelemetry/auto-instrumentations-node/register app.js",
  "pip install opentelemetry-distro opentelemetry-exporter-otlp\nopentelemetry-bootstrap -a install\n" ENDPOINT PROTOCOL
  "opentelemetry-instrument python app.py",
  ENDPOINT PROTOCOL "java -javaagent:opentelemetry-javaagent.jar -jar app.jar",
  ENDPOINT "OTEL_DENO=true deno run app.ts",
};

/**
 * flow_welcome_recipe_names:
 *
 * Get what programs there are recipes for.
 *
 * Returns: (transfer none) (array zero-terminated=1): names for people
 */
const char *const *
flow_welcome_recipe_names (void)
{
  static const char *names[G_N_ELEMENTS (recipes) + 1];

  names[0] = _ ("One run of a program");
  names[1] = _ ("A program with OpenTelemetry");
  names[2] = "Node.js";
  names[3] = "Python";
  names[4] = "Java";
  names[5] = "Deno";
  return names;
}

/**
 * flow_welcome_recipe_text:
 * @recipe: an index into flow_welcome_recipe_names()
 * @endpoint: where the hub takes spans, a URL
 *
 * Get the lines to type in a terminal so that a program sends its spans here.
 *
 * Returns: (transfer full): the lines, without a line break at the end
 */
char *
flow_welcome_recipe_text (guint recipe, const char *endpoint)
{
  g_auto (GStrv) parts = NULL;

  g_return_val_if_fail (recipe < G_N_ELEMENTS (recipes), NULL);

  parts = g_strsplit (recipes[recipe], "@ENDPOINT@", -1);
  return g_strjoinv (endpoint, parts);
}
