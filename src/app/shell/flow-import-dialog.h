/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "app/shell/flow-importer.h"

G_BEGIN_DECLS

void flow_import_dialog_show (GtkWindow *parent, FlowImporter *importer);

G_END_DECLS
