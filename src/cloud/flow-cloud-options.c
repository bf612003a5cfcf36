/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-options.h"

#include "base/flow-error.h"

#define DEFAULT_CONNECTIONS 10000

static const char summary[] =
    "Keeps what people sync between their devices, sealed: accounts, operations and blobs of which it can read\n"
    "nothing. Without TLS it listens on this machine only.\n\n"
    "Other commands, which take --data-dir too:\n"
    "  user add|list|disable|enable|password|remove [NAME]   Who may sign in; a password is read from the terminal\n"
    "                                                        or from the first line of standard input\n"
    "  keys list|rotate                                      The keys that sign access tokens\n"
    "  migrate [NUMBER]                                      Bring the database to a schema, at first the newest\n"
    "  backup FILE, restore FILE                             Copy the database away and back";

/* What the command line says, before it is understood. */
typedef struct
{
  char *port;
  char *registration;
  char *limits;
  char *log;
  char *quota;
  int connections;
} Texts;

static void
texts_clear (Texts *texts)
{
  g_free (texts->port);
  g_free (texts->registration);
  g_free (texts->limits);
  g_free (texts->log);
  g_free (texts->quota);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Texts, texts_clear)

static gboolean
fail (GError **error, const char *message)
{
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, message);
  return FALSE;
}

/* One of two words; the first when nothing is said. */
static gboolean
read_choice (const char *text, const char *first, const char *second, gboolean *is_first, GError **error)
{
  *is_first = text == NULL || g_str_equal (text, first);
  if (*is_first || g_str_equal (text, second))
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "“%s” is neither %s nor %s", text, first, second);
  return FALSE;
}

static gboolean
read_number (const char *text, guint64 most, guint64 *number, GError **error)
{
  if (text == NULL || g_ascii_string_to_unsigned (text, 10, 0, most, number, NULL))
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "“%s” is not a number from 0 to %" G_GUINT64_FORMAT, text,
               most);
  return FALSE;
}

static gboolean
understand (FlowCloudOptions *self, const Texts *texts, GError **error)
{
  guint64 port = FLOW_CLOUD_PORT;
  guint64 quota = 0;
  gboolean is_text = TRUE;

  if (!read_number (texts->port, 65535, &port, error) || !read_number (texts->quota, G_MAXINT64, &quota, error) ||
      !read_choice (texts->registration, "open", "closed", &self->registration, error) ||
      !read_choice (texts->limits, "on", "off", &self->limits, error) ||
      !read_choice (texts->log, "text", "json", &is_text, error))
    return FALSE;
  self->port = (guint) port;
  self->max_bytes = (gint64) quota;
  self->log_json = !is_text;
  if (texts->connections < 0)
    return fail (error, "--connections takes a number that is at least 1");
  self->connections = texts->connections > 0 ? (guint) texts->connections : DEFAULT_CONNECTIONS;
  if ((self->tls_cert == NULL) != (self->tls_key == NULL))
    return fail (error, "--tls-cert and --tls-key belong together");
  if (self->data_dir == NULL)
    self->data_dir = g_build_filename (g_get_user_data_dir (), "flowscope-cloud", NULL);
  return TRUE;
}

static gboolean
parse (FlowCloudOptions *self, Texts *texts, int *argc, char ***argv, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- sync for your devices, on a server of your own");
  GOptionEntry entries[] = {
    { "data-dir", 0, 0, G_OPTION_ARG_FILENAME, &self->data_dir, "Keep everything in this folder", "DIR" },
    { "port", 0, 0, G_OPTION_ARG_STRING, &texts->port, "Port, 0 for a free one (31900)", "PORT" },
    { "listen", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->listen, "Address to listen on; needs TLS if not loopback",
      "ADDRESS" },
    { "tls-cert", 0, 0, G_OPTION_ARG_FILENAME, &self->tls_cert, "Certificate chain (PEM)", "FILE" },
    { "tls-key", 0, 0, G_OPTION_ARG_FILENAME, &self->tls_key, "Its private key (PEM)", "FILE" },
    { "trusted-proxy", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->proxies, "Believe X-Forwarded-For of this proxy",
      "ADDRESS" },
    { "url", 0, 0, G_OPTION_ARG_STRING, &self->url, "Where its users find it; says who issued a token", "URL" },
    { "registration", 0, 0, G_OPTION_ARG_STRING, &texts->registration, "Who may make an account", "open|closed" },
    { "rate-limits", 0, 0, G_OPTION_ARG_STRING, &texts->limits, "Refuse what comes too often", "on|off" },
    { "quota", 0, 0, G_OPTION_ARG_STRING, &texts->quota, "Bytes a user may keep, 0 for any number", "BYTES" },
    { "connections", 0, 0, G_OPTION_ARG_INT, &texts->connections, "Most connections at once (10000)", "NUMBER" },
    { "metrics-token", 0, 0, G_OPTION_ARG_STRING, &self->metrics_token, "Who sends it may read /metrics", "TOKEN" },
    { "log", 0, 0, G_OPTION_ARG_STRING, &texts->log, "How to log on standard error", "text|json" },
    { "log-requests", 0, 0, G_OPTION_ARG_NONE, &self->log_requests, "Log every request", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &self->show_version, "Print the version and end", NULL },
    { NULL },
  };

  g_option_context_set_summary (context, summary);
  g_option_context_add_main_entries (context, entries, NULL);
  return g_option_context_parse (context, argc, argv, error);
}

/**
 * flow_cloud_options_parse:
 * @self: where it goes
 * @argc: (inout): length of @argv
 * @argv: (inout): the command line; what is no option stays
 * @error: return location
 *
 * Find out how the cloud is to run.
 *
 * Returns: %FALSE with %FLOW_ERROR_BAD_ARGUMENT or %G_OPTION_ERROR when it cannot run so
 */
gboolean
flow_cloud_options_parse (FlowCloudOptions *self, int *argc, char ***argv, GError **error)
{
  g_auto (Texts) texts = { 0 };

  *self = (FlowCloudOptions) { 0 };
  return parse (self, &texts, argc, argv, error) && understand (self, &texts, error);
}

/** flow_cloud_options_clear: free what they hold. */
void
flow_cloud_options_clear (FlowCloudOptions *self)
{
  g_clear_pointer (&self->data_dir, g_free);
  g_clear_pointer (&self->listen, g_strfreev);
  g_clear_pointer (&self->url, g_free);
  g_clear_pointer (&self->tls_cert, g_free);
  g_clear_pointer (&self->tls_key, g_free);
  g_clear_pointer (&self->proxies, g_strfreev);
  g_clear_pointer (&self->metrics_token, g_free);
}
