/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/flow-services.h"

G_BEGIN_DECLS

#define FLOW_TYPE_FOLDER_LIST (flow_folder_list_get_type ())
G_DECLARE_FINAL_TYPE (FlowFolderList, flow_folder_list, FLOW, FOLDER_LIST, AdwBin)

/** FlowFolderListKind: which folders. */
typedef enum
{
  FLOW_FOLDER_LIST_WORKSPACES, /* setting workspace-folders */
  FLOW_FOLDER_LIST_MAPS,       /* setting path-maps */
  FLOW_FOLDER_LIST_TRUSTED,    /* what the user said yes to */
} FlowFolderListKind;

GtkWidget *flow_folder_list_new (FlowServices *services, FlowFolderListKind kind);

G_END_DECLS
