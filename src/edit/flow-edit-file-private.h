/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "edit/flow-edit-file.h"
#include "text/flow-text-format.h"

G_BEGIN_DECLS

/* A file that was replaced, by its open descriptor. */
typedef struct
{
  FlowEditDiskFile file;
  guint token;
  gint64 until_us;
  gboolean due;
} FlowEditHeld;

typedef enum
{
  FLOW_EDIT_FILE_READ,
  FLOW_EDIT_FILE_WRITE,
  FLOW_EDIT_FILE_HELD,
} FlowEditFileJobKind;

/* Something that may wait for a disk. For a file of the user's it runs on another thread. */
typedef struct
{
  FlowEditFileJobKind kind;
  FlowEditFile *owner;
  gboolean busy_too;
  FlowEditDiskFlags flags;
  guint64 revision;
  FlowText *text;
  GBytes *bytes;
  FlowEditHeld *held;
  FlowEditDiskFile out;
  FlowEditDiskFile displaced;
} FlowEditFileJob;

struct _FlowEditFile
{
  guint refs;
  FlowEditDiskPlace place;
  char *folder_path;
  char *name;
  char *path;
  FlowFolderWatch *watch;
  GMainContext *context;
  FlowEditFileTimes times;
  const FlowEditFileFuncs *funcs;
  gpointer data;
  FlowEditEndpoint *endpoint;
  FlowTextFormat *format;

  GBytes *seen; /* what the file has, as far as is known */
  FlowEditDiskStamp stamp;
  guint64 revision; /* which text that is */
  FlowText *latest; /* the last one that the session wanted it to have */
  guint64 latest_revision;
  guint64 wanted_revision; /* saved: the file is to have this one at least */
  gboolean eager;
  gboolean pads;        /* the file ends its last line */
  gboolean has_pending; /* latest is to be written */
  gboolean look;        /* the file is to be read */
  gboolean saved;
  char *complaint;

  gint64 busy_us; /* since when; 0: it is not */
  gint64 missing_us;
  gint64 retry_us;  /* not before */
  gint64 repeat_us; /* when to look whether the file has what the session counts on; 0: not */
  GPtrArray *held;
  FlowEditFileJob *running;
  GSource *wake;
  gboolean closing;
  gint64 closing_us;
  FlowEditReason closing_reason;
};

void flow_edit_file_job_run (FlowEditFileJob *self, void (*done) (FlowEditFileJob *job));
void flow_edit_file_job_free (FlowEditFileJob *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowEditFileJob, flow_edit_file_job_free)

void flow_edit_held_free (FlowEditHeld *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowEditHeld, flow_edit_held_free)

void flow_edit_file_step (FlowEditFile *self);
void flow_edit_file_wake (FlowEditFile *self, gint64 due_us);
void flow_edit_file_want (FlowEditFile *self, FlowText *text, guint64 revision);
GBytes *flow_edit_file_to_bytes (FlowEditFile *self, FlowText *text);

G_END_DECLS
