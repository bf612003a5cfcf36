/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-trace-place.h"

#include "store/flow-statement.h"
#include "trace/flow-otlp-wire.h"

/* What programs call themselves is not unbounded. */
#define MAX_ID 128

/* What a resource says about where its program is. */
typedef struct
{
  FlowWire workspace;
  FlowWire session;
  FlowWire folder;
} Said;

/* An AnyValue that is a string; else nothing. */
static FlowWire
read_text (FlowWire value)
{
  FlowWire text = { 0 };
  guint32 tag;

  if (flow_wire_tag (&value, &tag) && tag == FLOW_WIRE_TAG (1, BYTES) && flow_wire_bytes (&value, &text))
    return text;
  return (FlowWire) { 0 };
}

static gboolean
is_key (const FlowWire *key, const char *name)
{
  gsize length = strlen (name);

  return flow_wire_left (key) == length && memcmp (key->at, name, length) == 0;
}

static void
note_attribute (Said *said, FlowWire pair)
{
  FlowWire key = { 0 }, value = { 0 };
  guint32 tag;

  if (!flow_wire_tag (&pair, &tag) || tag != FLOW_WIRE_TAG (1, BYTES) || !flow_wire_bytes (&pair, &key) ||
      !flow_wire_tag (&pair, &tag) || tag != FLOW_WIRE_TAG (2, BYTES) || !flow_wire_bytes (&pair, &value))
    return;
  if (is_key (&key, "flowscope.workspace.id"))
    said->workspace = read_text (value);
  else if (is_key (&key, "flowscope.session.id"))
    said->session = read_text (value);
  else if (is_key (&key, "process.working_directory"))
    said->folder = read_text (value);
}

/* The header is in canonical form: see FlowOtlpCanonical. */
static void
read_header (Said *said, const FlowSpanBatch *batch, guint32 header)
{
  gsize length;
  const char *bytes = flow_dictionary_get (batch->strings, header, &length);
  FlowWire wire = flow_wire_from (bytes, length), resource, pair;
  guint32 tag;

  if (length == 0 || !flow_wire_tag (&wire, &tag) || tag != FLOW_WIRE_TAG (1, BYTES) ||
      !flow_wire_bytes (&wire, &resource))
    return;
  while (resource.at < resource.end && flow_wire_tag (&resource, &tag))
    {
      if (tag == FLOW_WIRE_TAG (1, BYTES) ? !flow_wire_bytes (&resource, &pair) : !flow_wire_skip (&resource, tag))
        return;
      if (tag == FLOW_WIRE_TAG (1, BYTES))
        note_attribute (said, pair);
    }
}

static const char *
keep_id (FlowWire id, GStringChunk *names)
{
  gsize length = flow_wire_left (&id);

  if (length == 0 || length > MAX_ID || memchr (id.at, '\0', length) != NULL)
    return NULL;
  return g_string_chunk_insert_len (names, (const char *) id.at, (gssize) length);
}

/**
 * flow_place_read_resource:
 * @self: where it is, as far as it is known
 * @places: the folders that are known
 * @batch: what came
 * @resource: index of one of its resources
 * @names: keeps what must be kept
 *
 * Take what a program says: its workspace and debug session (`flowscope.workspace.id`, `flowscope.session.id`), or the
 * folder that it was started in (`process.working_directory`).
 */
void
flow_place_read_resource (FlowPlace *self, const FlowTracePlaces *places, const FlowSpanBatch *batch, guint32 resource,
                          GStringChunk *names)
{
  const FlowBatchResource *from = &batch->resources[resource];
  const char *service = flow_dictionary_get (batch->strings, from->service, NULL);
  Said said = { 0 };
  const char *folder;

  read_header (&said, batch, from->header);
  self->session = keep_id (said.session, names);
  self->workspace = keep_id (said.workspace, names);
  if (self->workspace != NULL)
    {
      self->rank = FLOW_PLACE_SAID;
      return;
    }
  if (flow_wire_left (&said.folder) == 0 || !flow_trace_places_has_folders (places))
    return;
  folder = g_string_chunk_insert_len (names, (const char *) said.folder.at, (gssize) flow_wire_left (&said.folder));
  self->workspace = flow_trace_places_find (places, service, folder);
  self->rank = self->workspace != NULL ? FLOW_PLACE_FOLDER : FLOW_PLACE_UNKNOWN;
}

/**
 * flow_place_read_code:
 * @self: where it is, as far as it is known
 * @places: the folders that are known
 * @batch: spans
 * @row: one of them
 *
 * Take where a span's code lies, when nothing better is known.
 */
void
flow_place_read_code (FlowPlace *self, const FlowTracePlaces *places, const FlowSpanBatch *batch, guint32 row)
{
  const FlowSpan *span = &batch->spans[row];
  const char *workspace;

  if (span->file == 0 || self->rank >= FLOW_PLACE_CODE)
    return;
  workspace = flow_trace_places_find (
      places, flow_dictionary_get (batch->strings, batch->resources[span->resource].service, NULL),
      flow_dictionary_get (batch->strings, span->file, NULL));
  if (workspace != NULL)
    flow_place_offer (self, &(FlowPlace) { workspace, NULL, FLOW_PLACE_CODE });
}

/**
 * flow_place_offer:
 * @self: where it is, as far as it is known
 * @other: what another row says
 *
 * Take what is better; of what is as good, the first stays.
 */
void
flow_place_offer (FlowPlace *self, const FlowPlace *other)
{
  if (other->rank > self->rank)
    {
      self->workspace = other->workspace;
      self->rank = other->rank;
    }
  if (self->session == NULL)
    self->session = other->session;
}

static void
bind_id (sqlite3_stmt *stmt, int parameter, const char *id)
{
  sqlite3_bind_text (stmt, parameter, id != NULL ? id : "", -1, SQLITE_STATIC);
}

/**
 * flow_place_write:
 * @self: where a trace belongs
 * @places: the workspace that the user works in, and the debug sessions
 * @number: the trace
 * @fresh: it is new: it belongs where the user works, if nothing else is known
 * @write: the statement place-write
 * @error: return location
 *
 * Write it. What a program says takes the place of what was found; anything else only fills what is empty.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_place_write (const FlowPlace *self, const FlowTracePlaces *places, guint64 number, gboolean fresh,
                  sqlite3_stmt *write, GError **error)
{
  const char *workspace = self->workspace, *session = self->session;

  if (workspace == NULL && fresh)
    workspace = flow_trace_places_get_current (places);
  if (session == NULL && workspace != NULL)
    session = flow_trace_places_find_session (places, workspace);
  if (workspace == NULL && session == NULL)
    return TRUE;
  sqlite3_bind_int64 (write, 1, (sqlite3_int64) number);
  bind_id (write, 2, workspace);
  bind_id (write, 3, session);
  sqlite3_bind_int (write, 4, self->rank == FLOW_PLACE_SAID);
  sqlite3_bind_int (write, 5, self->session != NULL);
  return flow_sql_step_done (write, error);
}
