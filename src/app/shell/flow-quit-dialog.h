/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/shell/flow-jobs.h"

G_BEGIN_DECLS

GtkWindow *flow_quit_dialog_new (GtkWindow *parent, FlowJobs *jobs);

G_END_DECLS
