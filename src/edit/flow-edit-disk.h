/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** FLOW_EDIT_DISK_PREFIX: what the names of our own short-lived files begin with; a dot and the name of the file that
 * they stand in for follow, unless it is one of the user's. */
#define FLOW_EDIT_DISK_PREFIX ".flow-"

/**
 * FlowEditDiskState:
 * @FLOW_EDIT_DISK_DONE: it was read, or written
 * @FLOW_EDIT_DISK_MISSING: there is no such file
 * @FLOW_EDIT_DISK_BUSY: somebody is writing it
 * @FLOW_EDIT_DISK_NOT_A_FILE: a folder, a link, a FIFO or a device has its name; it was not touched
 * @FLOW_EDIT_DISK_FAILED: anything else, the error says what
 *
 * What became of reading or writing a file.
 */
typedef enum
{
  FLOW_EDIT_DISK_DONE,
  FLOW_EDIT_DISK_MISSING,
  FLOW_EDIT_DISK_BUSY,
  FLOW_EDIT_DISK_NOT_A_FILE,
  FLOW_EDIT_DISK_FAILED,
} FlowEditDiskState;

/**
 * FlowEditDiskFlags:
 * @FLOW_EDIT_DISK_CREATE: make the file when it is not there
 * @FLOW_EDIT_DISK_BUSY_TOO: replace it also while somebody is writing it
 *
 * What may be done to write a file.
 */
typedef enum
{
  FLOW_EDIT_DISK_CREATE = 1 << 0,
  FLOW_EDIT_DISK_BUSY_TOO = 1 << 1,
} FlowEditDiskFlags;

/**
 * FlowEditDiskStamp:
 *
 * Tells one state of a file from another, as far as that can be seen from outside.
 */
typedef struct
{
  guint64 device;
  guint64 inode;
  gint64 size;
  gint64 written_ns;
} FlowEditDiskStamp;

/**
 * FlowEditDiskPlace:
 * @folder: the open folder
 * @path: the folder's path, for messages
 * @name: the file's name in it
 * @durable: it is a file of the user's: it is on the disk before it counts, and keeps its mode, owner and attributes
 * @no_exchange: do as where the file system cannot exchange two names
 *
 * Where a file is.
 */
typedef struct
{
  int folder;
  const char *path;
  const char *name;
  gboolean durable;
  gboolean no_exchange;
} FlowEditDiskPlace;

/**
 * FlowEditDiskFile:
 * @state: what became of it
 * @bytes: (nullable): what is in it
 * @stamp: which state of the file that is
 * @file: the open file, -1 for none
 * @error: (nullable): what is wrong unless @state is done; a sentence for people
 *
 * A file as it was read.
 */
typedef struct
{
  FlowEditDiskState state;
  GBytes *bytes;
  FlowEditDiskStamp stamp;
  int file;
  GError *error;
} FlowEditDiskFile;

/** FLOW_EDIT_DISK_FILE_INIT: no file. */
#define FLOW_EDIT_DISK_FILE_INIT \
  {                              \
    .file = -1                   \
  }

void flow_edit_disk_file_clear (FlowEditDiskFile *self);
void flow_edit_disk_read (const FlowEditDiskPlace *place, gboolean busy_too, FlowEditDiskFile *out);
void flow_edit_disk_read_again (FlowEditDiskFile *file, gboolean busy_too);
void flow_edit_disk_write (const FlowEditDiskPlace *place, GBytes *bytes, FlowEditDiskFlags flags,
                           FlowEditDiskFile *out, FlowEditDiskFile *displaced);
gboolean flow_edit_disk_stamp_equal (const FlowEditDiskStamp *one, const FlowEditDiskStamp *other);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowEditDiskFile, flow_edit_disk_file_clear)

G_END_DECLS
