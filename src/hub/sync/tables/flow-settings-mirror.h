/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-settings.h"
#include "store/flow-store.h"

G_BEGIN_DECLS

/**
 * FlowSettingsMirror:
 *
 * Keeps the settings that sync and their records the same: what the user changes is written down, and what another
 * device changed takes effect at once, as if the user had set it here. The settings are the main thread's and the
 * records the writer's, so each side is compared with what both said last; what is changed while an answer is on its
 * way makes that answer void. Belongs to the thread of the settings.
 */
typedef struct _FlowSettingsMirror FlowSettingsMirror;

/**
 * FlowSettingsMirrorHeld:
 * @subject: `site ` or `type ` and what of
 * @command: a command line that another device chose for it
 * @data: the caller's
 *
 * Hears, once in a run of the program, of what the settings get only when the user sets it here.
 */
typedef void (*FlowSettingsMirrorHeld) (const char *subject, const char *command, gpointer data);

FlowSettingsMirror *flow_settings_mirror_new (FlowSettings *settings, FlowStore *store, FlowSettingsMirrorHeld held,
                                              gpointer data);
void flow_settings_mirror_free (FlowSettingsMirror *self);
void flow_settings_mirror_look (FlowSettingsMirror *self);
GPtrArray *flow_settings_mirror_get_held (FlowSettingsMirror *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSettingsMirror, flow_settings_mirror_free)

G_END_DECLS
