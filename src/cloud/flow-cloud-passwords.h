/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-call-queue.h"

G_BEGIN_DECLS

/**
 * FlowCloudPassword:
 * @call: runs when it is done, on the thread of the queue
 * @password: what somebody says
 * @hash: (nullable): what it must fit; %NULL when there is nobody: the check takes as long and fails
 * @wants_hash: whether a hash is wanted instead of a check
 * @matches: whether it fits
 * @made: (nullable): the hash: when it was wanted, or the password fits and what was kept is outdated
 * @error: (nullable): why it could not be found out
 *
 * A password that is checked or hashed. The strings are its own.
 */
typedef struct
{
  FlowCall call;
  char *password;
  char *hash;
  gboolean wants_hash;
  gboolean matches;
  char *made;
  GError *error;
} FlowCloudPassword;

typedef struct _FlowCloudPasswords FlowCloudPasswords;

FlowCloudPasswords *flow_cloud_passwords_new (FlowCallQueue *calls, GError **error);
void flow_cloud_passwords_stop (FlowCloudPasswords *self);
void flow_cloud_passwords_free (FlowCloudPasswords *self);
gboolean flow_cloud_passwords_push (FlowCloudPasswords *self, FlowCloudPassword *password, GError **error);
guint flow_cloud_passwords_get_hashes (FlowCloudPasswords *self);
void flow_cloud_password_clear (FlowCloudPassword *password);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowCloudPasswords, flow_cloud_passwords_free)

G_END_DECLS
