/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <glib.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "wire/flow-http-text.h"
#include "wire/flow-wire-head.h"
#include "wire/flow-wire-reader.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static const FlowWireReaderLimits limits = { .frame = 40000, .message = 50000, .fragments = 20 };

/* A digest of all that was heard, in its order. */
typedef struct
{
  guint64 digest;
  guint stop; /* each so manieth time; 0: never */
  guint n;
} Listener;

static gboolean
hear (Listener *self, guint what, const guint8 *data, gsize length)
{
  self->digest = self->digest * 31 + what;
  for (gsize i = 0; i < length; i++)
    self->digest = self->digest * 31 + data[i];
  self->n++;
  return self->stop == 0 || self->n % self->stop != 0;
}

static gboolean
message_cb (gpointer owner, FlowWireMessage *message)
{
  g_assert (message->length <= limits.message);
  if (message->kind == FLOW_WIRE_TEXT && memchr (message->data, '\0', message->length) == NULL)
    g_assert (g_utf8_validate_len ((const char *) message->data, message->length, NULL));
  return hear (owner, message->kind, message->data, message->length);
}

static gboolean
control_cb (gpointer owner, FlowWireOpcode opcode, const guint8 *data, gsize length)
{
  g_assert (length <= FLOW_WIRE_MAX_CONTROL);
  return hear (owner, opcode, data, length);
}

static const FlowWireReaderHandler handler = { message_cb, control_cb };

/* Returns the digest of what a reader made of it, and how it ended. */
static guint64
read_in_pieces (const uint8_t *data, size_t size, size_t piece, guint stop)
{
  static guint8 scratch[FLOW_WIRE_SCRATCH];
  Listener listener = { .stop = stop };
  FlowWireReader reader;
  FlowWireProblem problem = { 0 };

  flow_wire_reader_init (&reader, &limits);
  while (size > 0 && problem.code == 0)
    {
      gsize space, length;
      guint8 *place = flow_wire_reader_reserve (&reader, scratch, &space);
      guint before;

      g_assert (space > 0);
      length = MIN (MIN (space, piece), size);
      memcpy (place, data, length);
      problem = flow_wire_reader_received (&reader, scratch, length, &handler, &listener);
      data += length;
      size -= length;
      do
        {
          before = listener.n;
          if (problem.code != 0 || !flow_wire_reader_has_rest (&reader))
            break;
          flow_wire_reader_reserve (&reader, scratch, &space);
          problem = flow_wire_reader_received (&reader, scratch, 0, &handler, &listener);
        }
      while (listener.n != before);
    }
  flow_wire_reader_clear (&reader);
  return listener.digest * 31 + problem.code;
}

/* Any bytes as what a client sends, first as a request, then as frames; how they are cut must not matter. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  gssize end = flow_http_text_find_end ((const char *) data, size, NULL);
  guint64 whole = read_in_pieces (data, size, SIZE_MAX, 0);

  g_assert (read_in_pieces (data, size, size < 1000 ? 1 : 97, 0) == whole);
  g_assert (read_in_pieces (data, size, size < 1000 ? 7 : 701, 2) == whole);
  g_assert (read_in_pieces (data, size, SIZE_MAX, 1) == whole);
  if (end > 0)
    {
      g_autofree char *copy = g_memdup2 (data, (gsize) end);
      FlowWireHead head;

      if (flow_wire_head_parse (&head, copy, (gsize) end).status == 0 && flow_wire_head_is_upgrade (&head) &&
          flow_wire_head_check_upgrade (&head).status == 0)
        {
          g_autofree char *accept = flow_wire_head_get_accept (&head);

          g_assert (strlen (accept) == 28);
        }
    }
  return 0;
}
