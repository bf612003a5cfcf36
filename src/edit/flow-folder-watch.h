/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FlowFolderWatch:
 *
 * Tells what happens to the files of one folder, and to files that have left it but are still held open.
 */
typedef struct _FlowFolderWatch FlowFolderWatch;

/**
 * FlowFolderWatchFuncs:
 * @changed: a file was written and closed, moved in, or made: look at it
 * @gone: a file was moved away or deleted
 * @followed: a file that is followed was written and closed
 * @unsure: something was missed, or the folder itself has gone: look at all files
 *
 * What is told. May free the watch.
 */
typedef struct
{
  void (*changed) (const char *name, gpointer data);
  void (*gone) (const char *name, gpointer data);
  void (*followed) (guint token, gpointer data);
  void (*unsure) (gpointer data);
} FlowFolderWatchFuncs;

FlowFolderWatch *flow_folder_watch_new (int folder, GMainContext *context, const FlowFolderWatchFuncs *funcs,
                                        gpointer data, GError **error);
void flow_folder_watch_free (FlowFolderWatch *self);
guint flow_folder_watch_follow (FlowFolderWatch *self, int file, GError **error);
void flow_folder_watch_unfollow (FlowFolderWatch *self, guint token);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowFolderWatch, flow_folder_watch_free)

G_END_DECLS
