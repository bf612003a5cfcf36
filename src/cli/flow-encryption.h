/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cli/flow-cli.h"

G_BEGIN_DECLS

/** FLOW_ENCRYPTION_SETTING: the setting that encrypts the traces on the disk. */
#define FLOW_ENCRYPTION_SETTING "privacy.encrypt-sensitive-data"

gboolean flow_encryption_settle (FlowCli *cli, GError **error);

G_END_DECLS
