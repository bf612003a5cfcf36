/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-otlp-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/flow-error.h"
#include "trace/flow-otlp-encoder.h"
#include "trace/flow-otlp-schema.h"

struct _FlowOtlpWriter
{
  char *path;
  char *temporary; /* (nullable): renamed to @path in the end */
  gzFile file;
  FlowOtlpFileFormat format;
  guint requests;
  FlowSignal signal; /* of the last one */
  FlowBuffer first;  /* protobuf: the first request, while it is the only one */
};

static gboolean
fail (FlowOtlpWriter *self, GError **error)
{
  int number = errno;

  g_set_error (error, FLOW_ERROR, number == ENOSPC ? FLOW_ERROR_DISK_FULL : FLOW_ERROR_FAILED, "%s: %s", self->path,
               g_strerror (number));
  return FALSE;
}

static gboolean
put (FlowOtlpWriter *self, gconstpointer data, gsize length, GError **error)
{
  const guint8 *at = data;

  while (length > 0)
    {
      guint step = (guint) MIN (length, 1u << 30);

      if (gzwrite (self->file, at, step) != (int) step)
        return fail (self, error);
      at += step;
      length -= step;
    }
  return TRUE;
}

/* A new file beside the old one, but pipes and devices are written as they are. */
static int
open_file (FlowOtlpWriter *self)
{
  struct stat status;

  if (g_str_equal (self->path, "-"))
    return dup (STDOUT_FILENO);
  if (stat (self->path, &status) == 0 && !S_ISREG (status.st_mode))
    return open (self->path, O_WRONLY | O_CLOEXEC);
  self->temporary = g_strdup_printf ("%s.XXXXXX", self->path);
  return g_mkstemp_full (self->temporary, O_WRONLY | O_CLOEXEC, 0666);
}

/**
 * flow_otlp_writer_new:
 * @path: a file, which is replaced when all is written, or `-` for the standard output
 * @gzip: whether to compress
 * @error: %FLOW_ERROR_FAILED, %FLOW_ERROR_DISK_FULL
 *
 * Begin a file.
 *
 * Returns: (transfer full) (nullable): the writer
 */
FlowOtlpWriter *
flow_otlp_writer_new (const char *path, FlowOtlpFileFormat format, gboolean gzip, GError **error)
{
  g_autoptr (FlowOtlpWriter) self = g_new0 (FlowOtlpWriter, 1);
  int fd;

  self->path = g_strdup (path);
  self->format = format;
  fd = open_file (self);
  if (fd < 0)
    {
      fail (self, error);
      return NULL;
    }
  self->file = gzdopen (fd, gzip ? "wb6" : "wbT");
  if (self->file == NULL)
    {
      close (fd);
      errno = ENOMEM;
      fail (self, error);
      return NULL;
    }
  return g_steal_pointer (&self);
}

/* One document of all requests: their lists one behind the other, a list for each signal. */
static gboolean
append_json (FlowOtlpWriter *self, const FlowSpanBatch *batch, GError **error)
{
  const FlowOtlpField *list = &flow_otlp_schema[FLOW_OTLP_TRACES_REQUEST + batch->signal].fields[0];
  gsize head = list->name_length + strlen ("{\"\":[");
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *before = NULL;

  if (self->requests == 0)
    before = g_strdup_printf ("{\"%s\":[", list->name);
  else if (self->signal != batch->signal)
    before = g_strdup_printf ("],\"%s\":[", list->name);
  else
    before = g_strdup (",");
  flow_otlp_encode_json (batch, text);
  return put (self, before, strlen (before), error) && put (self, text->str + head, text->len - head - 2, error);
}

static gboolean
append_line (FlowOtlpWriter *self, const FlowSpanBatch *batch, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  flow_otlp_encode_json (batch, text);
  g_string_append_c (text, '\n');
  return put (self, text->str, text->len, error);
}

static gboolean
put_delimited (FlowOtlpWriter *self, const FlowBuffer *message, GError **error)
{
  guint8 length[10];
  guint8 *end = flow_varint_put (length, message->length);

  return put (self, length, (gsize) (end - length), error) && put (self, message->data, message->length, error);
}

static gboolean
append_protobuf (FlowOtlpWriter *self, const FlowSpanBatch *batch, GError **error)
{
  g_auto (FlowBuffer) message = { 0 };

  if (self->requests == 0)
    {
      flow_otlp_encode_protobuf (batch, &self->first);
      return TRUE;
    }
  if (self->first.data != NULL && !put_delimited (self, &self->first, error))
    return FALSE;
  flow_buffer_clear (&self->first);
  flow_otlp_encode_protobuf (batch, &message);
  return put_delimited (self, &message, error);
}

/**
 * flow_otlp_writer_append:
 * @error: %FLOW_ERROR_DISK_FULL, %FLOW_ERROR_FAILED
 *
 * Write one batch; an empty one is passed over. In one JSON document the batches of a signal must follow each other.
 */
gboolean
flow_otlp_writer_append (FlowOtlpWriter *self, const FlowSpanBatch *batch, GError **error)
{
  gboolean done;

  if (batch->n_rows == 0)
    return TRUE;
  switch (self->format)
    {
    case FLOW_OTLP_FILE_JSON:
      done = append_json (self, batch, error);
      break;
    case FLOW_OTLP_FILE_JSON_LINES:
      done = append_line (self, batch, error);
      break;
    case FLOW_OTLP_FILE_PROTOBUF:
    default:
      done = append_protobuf (self, batch, error);
    }
  self->requests++;
  self->signal = batch->signal;
  return done;
}

/**
 * flow_otlp_writer_close:
 * @error: %FLOW_ERROR_DISK_FULL, %FLOW_ERROR_FAILED
 *
 * Write what is left and put the file in its place. Without this call nothing stays.
 */
gboolean
flow_otlp_writer_close (FlowOtlpWriter *self, GError **error)
{
  gboolean done = TRUE;

  if (self->format == FLOW_OTLP_FILE_JSON)
    done = self->requests > 0 ? put (self, "]}\n", 3, error) : put (self, "{\"resourceSpans\":[]}\n", 21, error);
  else if (self->first.data != NULL)
    done = put (self, self->first.data, self->first.length, error);
  errno = EIO;
  if (gzclose (g_steal_pointer (&self->file)) != Z_OK && done)
    done = fail (self, error);
  if (!done || self->temporary == NULL)
    return done;
  if (rename (self->temporary, self->path) != 0)
    return fail (self, error);
  g_clear_pointer (&self->temporary, g_free);
  return TRUE;
}

void
flow_otlp_writer_free (FlowOtlpWriter *self)
{
  if (self->file != NULL)
    gzclose (self->file);
  if (self->temporary != NULL)
    unlink (self->temporary);
  flow_buffer_clear (&self->first);
  g_free (self->temporary);
  g_free (self->path);
  g_free (self);
}
