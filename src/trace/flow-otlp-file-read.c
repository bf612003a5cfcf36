/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-otlp-file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/flow-error.h"
#include "trace/flow-json-scan.h"
#include "trace/flow-otlp-decoder.h"
#include "trace/flow-otlp-rows.h"
#include "trace/flow-otlp-schema.h"

#define STEP (256 * 1024)

/* Enough to see what a file is. */
#define FIRST_LOOK 4096

/* The longest request; the same as the decoders'. */
#define MAX_REQUEST (1u << 30)

/* A file, gzip or not (zlib finds out), of which some bytes are in memory: those from @at on have not been used. */
typedef struct
{
  gzFile file;
  FlowBuffer buffer;
  gsize at;
  gboolean ended;
  guint64 total;
  guint document; /* counted from 1 */
  FlowOtlpFileFunc func;
  gpointer data;
  GCancellable *cancellable;
} Input;

static void
input_clear (Input *self)
{
  if (self->file != NULL)
    gzclose (self->file);
  flow_buffer_clear (&self->buffer);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Input, input_clear)

static gboolean
input_open (Input *self, const char *path, GError **error)
{
  struct stat status = { 0 };
  int fd, number = 0;

  fd = g_str_equal (path, "-") ? dup (STDIN_FILENO) : open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || fstat (fd, &status) != 0)
    number = errno;
  else if (S_ISDIR (status.st_mode))
    number = EISDIR;
  if (number != 0)
    {
      g_set_error (error, FLOW_ERROR, number == ENOENT ? FLOW_ERROR_NOT_FOUND : FLOW_ERROR_FAILED, "%s: %s", path,
                   g_strerror (number));
      if (fd >= 0)
        close (fd);
      return FALSE;
    }
  self->total = S_ISREG (status.st_mode) ? (guint64) status.st_size : 0;
  self->file = gzdopen (fd, "rb");
  if (self->file == NULL)
    {
      close (fd);
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, "%s: not enough memory", path);
      return FALSE;
    }
  gzbuffer (self->file, STEP);
  return TRUE;
}

/* Read more, which may move what is there. */
static gboolean
input_more (Input *self, GError **error)
{
  int got;

  if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
    return FALSE;
  if (self->at > 0)
    {
      memmove (self->buffer.data, self->buffer.data + self->at, self->buffer.length - self->at);
      self->buffer.length -= self->at;
      self->at = 0;
    }
  if (self->buffer.length > MAX_REQUEST)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE, "request %u is larger than 1 GiB", self->document);
      return FALSE;
    }
  got = gzread (self->file, flow_buffer_reserve (&self->buffer, STEP), STEP);
  if (got < 0)
    {
      int number;
      const char *message = gzerror (self->file, &number);

      g_set_error (error, FLOW_ERROR, number == Z_ERRNO ? FLOW_ERROR_FAILED : FLOW_ERROR_BAD_REQUEST, "%s",
                   number == Z_ERRNO ? g_strerror (errno) : message);
      return FALSE;
    }
  self->buffer.length += (gsize) got;
  self->ended = got == 0;
  if (self->ended && gzerror (self->file, &got) != NULL && got == Z_BUF_ERROR)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "the gzip file is cut off");
      return FALSE;
    }
  return TRUE;
}

static FlowWire
input_wire (const Input *self)
{
  FlowWire in = flow_wire_from_buffer (&self->buffer);

  if (in.at != NULL)
    in.at += self->at;
  return in;
}

static gboolean
give (Input *self, FlowSpanBatch *batch, GError **error)
{
  z_off_t offset = gzoffset (self->file);

  return self->func (batch, offset > 0 ? (guint64) offset : 0, self->total, self->data, error);
}

/* --- JSON --- */

/* Looks for the end of a document, however it comes in pieces. */
typedef struct
{
  gsize length; /* looked at so far */
  guint64 depth;
  gboolean in_string, escaped;
} DocumentEnd;

static gboolean
find_end (DocumentEnd *state, FlowWire in)
{
  for (const guint8 *at = in.at + state->length; at < in.end; at++)
    {
      state->length++;
      if (state->escaped)
        state->escaped = FALSE;
      else if (state->in_string)
        {
          state->escaped = *at == '\\';
          state->in_string = *at != '"';
        }
      else if (*at == '"')
        state->in_string = TRUE;
      else if (*at == '{' || *at == '[')
        state->depth++;
      else if ((*at == '}' || *at == ']') && --state->depth == 0)
        return TRUE;
    }
  return FALSE;
}

/* Which signals a document has at its top. */
static gboolean
find_signals (FlowWire document, gboolean present[FLOW_N_SIGNALS])
{
  g_auto (FlowJsonScan) scan = { 0 };
  FlowWire key;

  flow_json_scan_init (&scan, document.at, flow_wire_left (&document));
  if (!flow_json_scan_take (&scan, '{'))
    return FALSE;
  do
    {
      if (!flow_json_scan_string (&scan, &key))
        return FALSE;
      for (guint i = 0; i < FLOW_N_SIGNALS; i++)
        {
          const FlowOtlpField *field = &flow_otlp_schema[FLOW_OTLP_TRACES_REQUEST + i].fields[0];

          present[i] |= flow_wire_left (&key) == field->name_length &&
                        memcmp (key.at, field->name, field->name_length) == 0;
        }
      if (!flow_json_scan_take (&scan, ':') || !flow_json_scan_skip (&scan))
        return FALSE;
    }
  while (flow_json_scan_take (&scan, ','));
  return TRUE;
}

static gboolean
read_document (Input *self, FlowWire document, GError **error)
{
  gboolean present[FLOW_N_SIGNALS] = { FALSE };
  gboolean well_formed = find_signals (document, present);

  self->document++;
  if (!present[FLOW_SIGNAL_TRACES] && !present[FLOW_SIGNAL_LOGS] && !present[FLOW_SIGNAL_METRICS])
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "request %u is no OTLP: %s", self->document,
                   well_formed ? "it has none of resourceSpans, resourceLogs and resourceMetrics" : "malformed JSON");
      return FALSE;
    }
  for (guint i = 0; i < FLOW_N_SIGNALS; i++)
    {
      g_autoptr (FlowSpanBatch) batch = NULL;

      if (!present[i])
        continue;
      batch = flow_otlp_decode_json ((FlowSignal) i, document.at, flow_wire_left (&document), error);
      if (batch == NULL)
        {
          g_prefix_error (error, "request %u: ", self->document);
          return FALSE;
        }
      if (!give (self, batch, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_space (guint8 byte)
{
  return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* Documents with any white space between them: one pretty one, or JSON Lines. */
static gboolean
read_json (Input *self, GError **error)
{
  DocumentEnd state = { 0 };

  for (;;)
    {
      FlowWire in = input_wire (self);

      while (state.length == 0 && in.at < in.end && is_space (*in.at))
        in.at++, self->at++;
      if (in.at < in.end && state.length == 0 && *in.at != '{')
        {
          g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "behind request %u comes something else",
                       self->document);
          return FALSE;
        }
      if (find_end (&state, in))
        {
          in.end = in.at + state.length;
          if (!read_document (self, in, error))
            return FALSE;
          self->at += state.length;
          state = (DocumentEnd) { 0 };
          continue;
        }
      if (self->ended)
        break;
      if (!input_more (self, error))
        return FALSE;
    }
  if (state.length == 0)
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "request %u is cut off", self->document + 1);
  return FALSE;
}

/* --- Protobuf --- */

/* The signal is not in the bytes: take the one that fits, the one of the request before first. */
static FlowSpanBatch *
decode_any (FlowWire message, FlowSignal *signal, GError **error)
{
  FlowSpanBatch *best = NULL;

  for (guint i = 0; i < FLOW_N_SIGNALS; i++)
    {
      FlowSignal guess = (FlowSignal) ((*signal + i) % FLOW_N_SIGNALS);
      FlowSpanBatch *batch = flow_otlp_decode_strict (guess, message.at, flow_wire_left (&message), NULL);

      if (batch != NULL && (best == NULL || batch->rejected < best->rejected))
        {
          g_clear_pointer (&best, flow_span_batch_unref);
          best = g_steal_pointer (&batch);
        }
      g_clear_pointer (&batch, flow_span_batch_unref);
      if (best != NULL && best->rejected == 0)
        break;
    }
  if (best == NULL)
    best = flow_otlp_decode_protobuf (*signal, message.at, flow_wire_left (&message), error);
  for (guint i = 0; best == NULL && i < FLOW_N_SIGNALS; i++)
    best = flow_otlp_decode_protobuf ((FlowSignal) i, message.at, flow_wire_left (&message), NULL);
  if (best == NULL)
    return NULL;
  g_clear_error (error);
  *signal = best->signal;
  return best;
}

/* Whether a message could begin with @message: a list of resources, each with a list of fields 1 to 3. */
static gboolean
looks_like_request (FlowWire message)
{
  FlowWire in = message;
  guint64 length;
  guint32 tag;

  if (!flow_wire_tag (&in, &tag) || tag != FLOW_WIRE_TAG (1, BYTES) || !flow_wire_varint (&in, &length))
    return FALSE;
  return length == 0 || in.at == in.end || *in.at == FLOW_WIRE_TAG (1, BYTES) || *in.at == FLOW_WIRE_TAG (2, BYTES) ||
         *in.at == FLOW_WIRE_TAG (3, BYTES);
}

/* The next message: of a bare request one resource, which is a request too, else what a length announces. */
static gboolean
next_message (FlowWire in, gboolean bare, FlowWire *message, gboolean *malformed)
{
  const guint8 *start = in.at;
  guint64 length;
  guint32 tag = 0;

  *malformed = FALSE;
  if (bare && (!flow_wire_tag (&in, &tag) || (tag & 7) != FLOW_WIRE_BYTES))
    {
      *malformed = tag != 0 || flow_wire_left (&in) > 10;
      return FALSE;
    }
  if (!flow_wire_varint (&in, &length) || length > MAX_REQUEST)
    {
      *malformed = flow_wire_left (&in) > 10;
      return FALSE;
    }
  if (length > flow_wire_left (&in))
    return FALSE;
  message->at = bare ? start : in.at;
  message->end = in.at + length;
  return TRUE;
}

static gboolean
read_protobuf (Input *self, GError **error)
{
  gboolean bare = looks_like_request (input_wire (self));
  FlowSignal signal = FLOW_SIGNAL_TRACES;
  FlowWire message;
  gboolean malformed;

  for (;;)
    {
      while (next_message (input_wire (self), bare, &message, &malformed))
        {
          g_autoptr (FlowSpanBatch) batch = decode_any (message, &signal, error);

          self->document++;
          if (batch == NULL)
            {
              g_prefix_error (error, "request %u: ", self->document);
              return FALSE;
            }
          if (!give (self, batch, error))
            return FALSE;
          self->at = (gsize) (message.end - self->buffer.data);
        }
      if (malformed || self->ended)
        break;
      if (!input_more (self, error))
        return FALSE;
    }
  if (!malformed && self->at == self->buffer.length)
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "request %u is %s", self->document + 1,
               malformed ? "no OTLP, neither JSON nor protobuf" : "cut off");
  return FALSE;
}

/* An object begins here, maybe behind white space: a brace and a key. A line end is also how a bare protobuf request
 * begins, and its length may be the brace; but in place of a key's first letter it has a control character. */
static gboolean
looks_like_json (FlowWire in)
{
  while (in.at < in.end && is_space (*in.at))
    in.at++;
  if (in.at == in.end || *in.at++ != '{')
    return FALSE;
  while (in.at < in.end && is_space (*in.at))
    in.at++;
  return flow_wire_left (&in) >= 2 && (in.at[0] == '}' || (in.at[0] == '"' && in.at[1] >= ' '));
}

static gboolean
read_any (Input *self, GError **error)
{
  FlowWire in;

  while (self->buffer.length < FIRST_LOOK && !self->ended)
    if (!input_more (self, error))
      return FALSE;
  in = input_wire (self);
  if (flow_wire_left (&in) >= 3 && memcmp (in.at, "\xef\xbb\xbf", 3) == 0)
    self->at += 3;
  if (looks_like_json (input_wire (self)))
    return read_json (self, error);
  while (in.at < in.end && is_space (*in.at))
    in.at++;
  if (in.at < in.end)
    return read_protobuf (self, error);
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "the file is empty");
  return FALSE;
}

/**
 * flow_otlp_file_read:
 * @path: a file, or `-` for the standard input
 * @func: gets each request
 * @cancellable: (nullable)
 * @error: %FLOW_ERROR_NOT_FOUND, %FLOW_ERROR_BAD_REQUEST when it is no OTLP or damaged, %FLOW_ERROR_TOO_LARGE for a
 *   request over 1 GiB, a #GIOErrorEnum when it was cancelled, %FLOW_ERROR_FAILED, and what @func set
 *
 * Read a file of OTLP. What it is shows in its content: JSON (one request, or one after the other as in JSON Lines,
 * each of any signal) or protobuf (one request, or several each behind its length), any of them also gzip. What came
 * before an error has been given to @func.
 */
gboolean
flow_otlp_file_read (const char *path, FlowOtlpFileFunc func, gpointer data, GCancellable *cancellable, GError **error)
{
  g_auto (Input) self = { .func = func, .data = data, .cancellable = cancellable };

  g_return_val_if_fail (path != NULL && func != NULL, FALSE);

  if (!input_open (&self, path, error))
    return FALSE;
  if (read_any (&self, error))
    return TRUE;
  g_prefix_error (error, "%s: ", path);
  return FALSE;
}
