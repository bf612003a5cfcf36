/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FlowJsonFlushFunc:
 * @out: what has been written; the function takes the bytes away, the writer empties the string after it
 * @data: what was given with it
 *
 * Take finished output away, so that a long document needs little memory.
 */
typedef void (*FlowJsonFlushFunc) (GString *out, gpointer data);

/**
 * FlowJsonWriter:
 * @pretty: break lines and indent by two spaces; may be set before the first value
 *
 * Appends JSON to a string as it is told: commas come by themselves, nothing is kept but the depth.
 * That what it is told is balanced is the caller's duty. Lives on the stack; needs no clearing.
 */
typedef struct
{
  gboolean pretty;

  /*< private >*/
  GString *out;
  gsize flush_size;
  FlowJsonFlushFunc flush;
  gpointer flush_data;
  guint depth;
  gboolean has_item;
  gboolean after_key;
} FlowJsonWriter;

void flow_json_writer_init (FlowJsonWriter *self, GString *out);
void flow_json_writer_set_flush (FlowJsonWriter *self, gsize size, FlowJsonFlushFunc flush, gpointer data);
void flow_json_writer_begin_object (FlowJsonWriter *self);
void flow_json_writer_end_object (FlowJsonWriter *self);
void flow_json_writer_begin_array (FlowJsonWriter *self);
void flow_json_writer_end_array (FlowJsonWriter *self);
void flow_json_writer_key (FlowJsonWriter *self, const char *key);
void flow_json_writer_key_len (FlowJsonWriter *self, const char *key, gssize len);
void flow_json_writer_string (FlowJsonWriter *self, const char *text, gssize len);
void flow_json_writer_int64 (FlowJsonWriter *self, gint64 value);
void flow_json_writer_uint64 (FlowJsonWriter *self, guint64 value);
void flow_json_writer_double (FlowJsonWriter *self, double value);
void flow_json_writer_bool (FlowJsonWriter *self, gboolean value);
void flow_json_writer_null (FlowJsonWriter *self);
void flow_json_writer_strv (FlowJsonWriter *self, const char *const *texts);
void flow_json_writer_time (FlowJsonWriter *self, gint64 wall_ns);
void flow_json_writer_int64_string (FlowJsonWriter *self, gint64 value);
void flow_json_writer_uint64_string (FlowJsonWriter *self, guint64 value);
void flow_json_writer_hex (FlowJsonWriter *self, const guint8 *bytes, gsize n);
void flow_json_writer_base64 (FlowJsonWriter *self, const guint8 *bytes, gsize n);
void flow_json_writer_raw (FlowJsonWriter *self, const char *json, gssize len);

G_END_DECLS
