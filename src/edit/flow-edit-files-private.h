/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "edit/flow-edit-file.h"
#include "edit/flow-edit-files.h"
#include "edit/flow-edit-run.h"

G_BEGIN_DECLS

/* Who waits for the end of an edit. */
typedef struct
{
  FlowEditFilesDone done;
  gpointer data;
} FlowEditFilesWait;

/* What is known about a file of ours, also after this process has ended. */
typedef struct
{
  guint64 revision;   /* of the text that it had */
  char hash[65];      /* of what was in it */
  guint64 next;       /* of the text that is being written into it; the same as revision when none is */
  char next_hash[65]; /* of what will be in it */
  GPid pid;           /* of the editor that stays as long as it has it; 0: not known */
  guint64 birth;
  char editor[128]; /* what people call it */
} FlowEditFilesRecord;

/* A file that is edited. */
typedef struct
{
  FlowEditFiles *owner;
  FlowEditFile *file;
  char *name;             /* of a file of ours, in the folder; NULL for one of the user's */
  char *id;               /* of the session */
  FlowEditRun *run;       /* who has it, if we know */
  FlowEditEndpoint *own;  /* stands for an editor that has a file of the user's itself */
  FlowFolderWatch *watch; /* of a file of the user's */
  GArray *waits;          /* of FlowEditFilesWait */
  GError *problem;
  FlowEditFilesRecord record;
  gint64 used_us; /* when it was last saved or opened */
} FlowEditFilesEntry;

struct _FlowEditFiles
{
  FlowEdits *edits;
  GMainContext *context;
  char *path;
  int folder;
  FlowFolderWatch *watch;
  GPtrArray *entries;
  const FlowEditFileTimes *times;
  GSource *minute;
  GCancellable *stopped;
};

FlowEditFilesEntry *flow_edit_files_entry_new (FlowEditFiles *self, const char *name, FlowFolderWatch *watch);
FlowEditFilesEntry *flow_edit_files_entry_for (FlowEditFiles *self, FlowEditSession *session, const char *name,
                                               const char *editor);
FlowEditFilesEntry *flow_edit_files_find (FlowEditFiles *self, const char *id);
void flow_edit_files_entry_free (FlowEditFilesEntry *entry);
gboolean flow_edit_files_run (FlowEditFilesEntry *entry, const char *command, GError **error);
void flow_edit_files_ended_cb (FlowEditRun *run, int status, gpointer entry);
void flow_edit_files_finish (FlowEditFilesEntry *entry, const GError *problem);
gboolean flow_edit_files_open_own (FlowEditFilesEntry *entry, FlowEditSession *session, const char *command,
                                   GError **error);

extern const FlowEditFileFuncs flow_edit_files_file_funcs;

gboolean flow_edit_files_record_read (FlowEditFiles *self, const char *name, FlowEditFilesRecord *record);
void flow_edit_files_record_write (FlowEditFiles *self, const char *name, const FlowEditFilesRecord *record);
void flow_edit_files_record_remove (FlowEditFiles *self, const char *name);

void flow_edit_files_take_up (FlowEditFiles *self, const char *name);
gboolean flow_edit_files_attach_left (FlowEditFilesEntry *entry, FlowEditSession *session, GError **error);
void flow_edit_files_hash (GBytes *bytes, char *hash);

G_END_DECLS
