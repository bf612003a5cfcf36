/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-command-line"

#include "app/shell/flow-command-line.h"

#include <glib/gi18n.h>

#include "base/flow-version.h"

#define HASH_DIGITS 12

/**
 * FlowCommandLine:
 *
 * What the command line says about this process, before it is known whether another one already runs.
 */
struct _FlowCommandLine
{
  char *data_dir; /* NULL: the usual one */
};

/**
 * flow_command_line_new:
 *
 * Returns: (transfer full): nothing said
 */
FlowCommandLine *
flow_command_line_new (void)
{
  return g_new0 (FlowCommandLine, 1);
}

/**
 * flow_command_line_free:
 * @self: (transfer full): a command line
 *
 * Free it.
 */
void
flow_command_line_free (FlowCommandLine *self)
{
  g_free (self->data_dir);
  g_free (self);
}

/**
 * flow_command_line_add_options:
 * @application: the program
 *
 * Say which options there are.
 */
void
flow_command_line_add_options (GApplication *application)
{
  static const GOptionEntry entries[] = {
    { "background", 'b', 0, G_OPTION_ARG_NONE, NULL, N_ ("Take spans in without a window"), NULL },
    { "data-dir", 0, 0, G_OPTION_ARG_FILENAME, NULL, N_ ("Keep everything in this folder"), N_ ("DIR") },
    { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Print the version and end"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, NULL, NULL, N_ ("[FILE|LINK…]") },
    { NULL },
  };

  g_application_add_main_option_entries (application, entries);
  g_application_set_option_context_parameter_string (application, NULL);
  g_application_set_option_context_summary (application,
                                            _ ("Shows what programs that are instrumented with OpenTelemetry do."));
  g_application_set_option_context_description (
      application, _ ("FILE is imported: OTLP as JSON or protobuf, also with gzip. LINK is like\n"
                      "flowscope://trace/ID?span=ID. A FlowScope that runs already does what is asked.\n"));
}

/**
 * flow_command_line_read:
 * @self: where it goes
 * @options: what was parsed
 *
 * Do what needs no program that runs.
 *
 * Returns: the status to end with, or -1 to go on
 */
int
flow_command_line_read (FlowCommandLine *self, GVariantDict *options)
{
  g_autofree char *folder = NULL;

  if (g_variant_dict_contains (options, "version"))
    {
      g_print ("flowscope %s\n", FLOW_VERSION);
      return 0;
    }
  if (g_variant_dict_lookup (options, "data-dir", "^ay", &folder))
    self->data_dir = g_canonicalize_filename (folder, NULL);
  return -1;
}

/**
 * flow_command_line_get_data_dir:
 * @self: a command line
 *
 * Returns: (transfer none) (nullable): the data folder, an absolute path; %NULL for the usual one
 */
const char *
flow_command_line_get_data_dir (FlowCommandLine *self)
{
  return self->data_dir;
}

/**
 * flow_command_line_get_application_id:
 * @self: a command line
 * @id: the program's id
 *
 * There is one program for each data folder: another folder makes another id.
 *
 * Returns: (transfer full): the id to register
 */
char *
flow_command_line_get_application_id (FlowCommandLine *self, const char *id)
{
  g_autofree char *usual = g_build_filename (g_get_user_data_dir (), "flowscope", NULL);
  g_autofree char *hash = NULL;

  if (self->data_dir == NULL || g_str_equal (self->data_dir, usual))
    return g_strdup (id);
  hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, self->data_dir, -1);
  return g_strdup_printf ("%s.Data%.*s", id, HASH_DIGITS, hash);
}

static GFile *
find_file (GApplicationCommandLine *invocation, const char *text)
{
  g_autoptr (GFile) file = NULL;
  g_autoptr (GError) error = NULL;
  FlowLink link;

  if (flow_link_is_ours (text))
    {
      if (flow_link_is_sync (text) || flow_link_parse (text, &link, &error))
        return g_file_new_for_uri (text);
      g_application_command_line_printerr (invocation, "flowscope: %s\n", error->message);
      return NULL;
    }
  file = g_application_command_line_create_file_for_arg (invocation, text);
  if (!g_file_is_native (file) || g_file_query_exists (file, NULL))
    return g_steal_pointer (&file);
  g_application_command_line_printerr (invocation, _ ("flowscope: there is no file “%s”\n"), text);
  return NULL;
}

/**
 * flow_invocation_parse:
 * @invocation: a start of the program, of this process or another
 *
 * Find out what is wanted. What is wrong is printed where the program was started.
 *
 * Returns: (transfer full) (nullable): what is wanted, %NULL when that makes no sense
 */
FlowInvocation *
flow_invocation_parse (GApplicationCommandLine *invocation)
{
  GVariantDict *options = g_application_command_line_get_options_dict (invocation);
  g_autoptr (FlowInvocation) self = g_new0 (FlowInvocation, 1);
  g_autofree const char **arguments = NULL;

  self->files = g_ptr_array_new_with_free_func (g_object_unref);
  g_variant_dict_lookup (options, "background", "b", &self->background);
  g_variant_dict_lookup (options, G_OPTION_REMAINING, "^a&ay", &arguments);
  for (gsize i = 0; arguments != NULL && arguments[i] != NULL; i++)
    {
      GFile *file = find_file (invocation, arguments[i]);

      if (file == NULL)
        return NULL;
      g_ptr_array_add (self->files, file);
    }
  return g_steal_pointer (&self);
}

/**
 * flow_invocation_free:
 * @self: (transfer full): an invocation
 *
 * Free it.
 */
void
flow_invocation_free (FlowInvocation *self)
{
  g_ptr_array_unref (self->files);
  g_free (self);
}
