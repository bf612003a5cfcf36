/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-otlp-facts.h"

#define SPAN_KIND_SERVER 2
#define SPAN_KIND_CLIENT 3
#define STATUS_OK 1
#define STATUS_ERROR 2

static gboolean
text_is (FlowDictionary *strings, const FlowAttribute *attribute, const char *text)
{
  return attribute->type == FLOW_VALUE_STRING &&
         g_ascii_strcasecmp (flow_dictionary_get (strings, attribute->value.string, NULL), text) == 0;
}

/* Numbers come as ints, as doubles (Deno: each JS number) and as strings. Anything else is 0. */
static gint64
to_number (FlowDictionary *strings, const FlowAttribute *attribute)
{
  const char *text;
  char *end;
  gint64 number;

  switch (attribute->type)
    {
    case FLOW_VALUE_INT:
      return attribute->value.integer;
    case FLOW_VALUE_DOUBLE:
      if (attribute->value.number > -9e15 && attribute->value.number < 9e15)
        return (gint64) attribute->value.number;
      return 0;
    case FLOW_VALUE_STRING:
      text = flow_dictionary_get (strings, attribute->value.string, NULL);
      number = g_ascii_strtoll (text, &end, 10);
      return *end == '\0' ? number : 0;
    default:
      return 0;
    }
}

static guint32
to_line (FlowDictionary *strings, const FlowAttribute *attribute)
{
  gint64 number = to_number (strings, attribute);

  return number > 0 && number <= G_MAXINT32 ? (guint32) number : 0;
}

/* The path of a file URL on this machine, percent-decoded; NULL when it is no such URL. */
static char *
path_from_url (const char *url)
{
  g_autofree char *path = NULL;
  const char *start;

  if (g_ascii_strncasecmp (url, "file://", 7) != 0)
    return NULL;
  start = url + 7;
  if (g_ascii_strncasecmp (start, "localhost/", 10) == 0)
    start += 9;
  if (*start != '/')
    return NULL;
  path = g_uri_unescape_string (start, NULL);
  if (path == NULL || !g_utf8_validate (path, -1, NULL))
    return NULL;
  if (g_ascii_isalpha (path[1]) && path[2] == ':' && path[3] == '/')
    return g_strdup (path + 1);
  return g_steal_pointer (&path);
}

static guint32
to_file (FlowDictionary *strings, const FlowAttribute *attribute)
{
  g_autofree char *path = NULL;

  if (attribute->type != FLOW_VALUE_STRING)
    return 0;
  path = path_from_url (flow_dictionary_get (strings, attribute->value.string, NULL));
  if (path == NULL)
    return attribute->value.string;
  return flow_dictionary_intern (strings, path, strlen (path));
}

/**
 * flow_otlp_facts_note:
 * @attribute: one whose key is a [enum@FlowKey]
 *
 * Take what an attribute says. File URLs become paths, numbers may be of any type.
 */
void
flow_otlp_facts_note (FlowOtlpFacts *self, FlowDictionary *strings, const FlowAttribute *attribute)
{
  switch (attribute->key)
    {
    case FLOW_KEY_CODE_FILE_PATH:
      self->file = to_file (strings, attribute);
      break;
    case FLOW_KEY_CODE_FILEPATH:
      self->old_file = to_file (strings, attribute);
      break;
    case FLOW_KEY_CODE_LINE_NUMBER:
      self->line = to_line (strings, attribute);
      break;
    case FLOW_KEY_CODE_LINENO:
      self->old_line = to_line (strings, attribute);
      break;
    case FLOW_KEY_ERROR_TYPE:
      self->failed |= attribute->type != FLOW_VALUE_EMPTY &&
                      !(attribute->type == FLOW_VALUE_STRING && attribute->value.string == 0);
      break;
    case FLOW_KEY_ERROR:
      self->failed |= attribute->type == FLOW_VALUE_TRUE || text_is (strings, attribute, "true");
      break;
    case FLOW_KEY_HTTP_RESPONSE_STATUS_CODE:
    case FLOW_KEY_HTTP_STATUS_CODE:
      self->http_status = to_number (strings, attribute);
      break;
    case FLOW_KEY_RPC_GRPC_STATUS_CODE:
      self->failed |= to_number (strings, attribute) != 0;
      break;
    case FLOW_KEY_OTEL_STATUS_CODE:
      self->failed |= text_is (strings, attribute, "ERROR");
      break;
    default:
      break;
    }
}

/**
 * flow_otlp_facts_is_error:
 * @status: of the span: 0 unset, 1 ok, 2 error
 * @kind: of the span
 *
 * Whether a span failed: its status says so or, unless the program said explicitly that all is well, one of its
 * attributes does. A server fails from 500 on, a client from 400 on.
 */
gboolean
flow_otlp_facts_is_error (const FlowOtlpFacts *self, guint status, guint kind)
{
  if (status == STATUS_ERROR)
    return TRUE;
  if (status == STATUS_OK)
    return FALSE;
  return self->failed || (kind == SPAN_KIND_SERVER && self->http_status >= 500) ||
         (kind == SPAN_KIND_CLIENT && self->http_status >= 400);
}
