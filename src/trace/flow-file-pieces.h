/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "launch/flow-locator.h"
#include "trace/flow-trace-reader-private.h"

G_BEGIN_DECLS

/** FlowFileSample: a span that ran in the file. */
typedef struct
{
  gint64 start_ns;
  gint64 duration_ns;
  guint32 line;
  guint32 row : 31;
  guint32 error : 1;
} FlowFileSample;

/**
 * FlowFilePiece:
 *
 * What one part or segment has for a file. Immutable and reference-counted. A segment that was rewritten has another
 * revision, so an old piece of it is never taken for the new one.
 */
typedef struct
{
  gatomicrefcount references;
  guint64 id;
  guint32 revision;
  guint32 rows;
  gboolean sealed;
  guint32 read;    /* rows that had to be looked at: none when the bloom says that the file is not there */
  GArray *samples; /* FlowFileSample; NULL: none */
} FlowFilePiece;

/** FlowFileScan: a question about one file while it is answered. On the reader's thread. */
typedef struct
{
  FlowTraceReader *reader;
  FlowLocator *locator;
  const char *file;  /* real path */
  const char *name;  /* its last part */
  GArray *words;     /* of @name, for the bloom */
  GHashTable *meant; /* "SERVICE\nSTRING" -> whether it means the file */
} FlowFileScan;

void flow_file_scan_init (FlowFileScan *self, FlowTraceReader *reader, const char *file, FlowLocator *locator);
void flow_file_scan_clear (FlowFileScan *self);
FlowFilePiece *flow_file_scan_read (FlowFileScan *self, const FlowSegmentEntry *entry, GError **error);

FlowFilePiece *flow_file_piece_ref (FlowFilePiece *self);
void flow_file_piece_unref (FlowFilePiece *self);
gboolean flow_file_piece_is_of (const FlowFilePiece *self, const FlowSegmentEntry *entry);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowFilePiece, flow_file_piece_unref)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowFileScan, flow_file_scan_clear)

G_END_DECLS
