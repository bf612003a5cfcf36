/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "message/flow-json-writer.h"

G_BEGIN_DECLS

/* A key and its value in one call. */

static inline void
flow_json_member_text (FlowJsonWriter *writer, const char *key, const char *text, gssize length)
{
  flow_json_writer_key (writer, key);
  flow_json_writer_string (writer, text, length);
}

static inline void
flow_json_member_int (FlowJsonWriter *writer, const char *key, gint64 number)
{
  flow_json_writer_key (writer, key);
  flow_json_writer_int64 (writer, number);
}

static inline void
flow_json_member_uint (FlowJsonWriter *writer, const char *key, guint64 number)
{
  flow_json_writer_key (writer, key);
  flow_json_writer_uint64 (writer, number);
}

/** flow_json_member_time: nanoseconds are decimal strings, as a double cannot hold them. */
static inline void
flow_json_member_time (FlowJsonWriter *writer, const char *key, guint64 ns)
{
  flow_json_writer_key (writer, key);
  flow_json_writer_uint64_string (writer, ns);
}

static inline void
flow_json_member_duration (FlowJsonWriter *writer, const char *key, gint64 ns)
{
  flow_json_writer_key (writer, key);
  flow_json_writer_int64_string (writer, ns);
}

static inline void
flow_json_member_flag (FlowJsonWriter *writer, const char *key, gboolean flag)
{
  flow_json_writer_key (writer, key);
  flow_json_writer_bool (writer, flag);
}

/** flow_json_member_id: hex; of no bytes the empty string. */
static inline void
flow_json_member_id (FlowJsonWriter *writer, const char *key, gconstpointer id, gsize size)
{
  flow_json_writer_key (writer, key);
  flow_json_writer_hex (writer, id, size);
}

G_END_DECLS
