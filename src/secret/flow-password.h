/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FlowPasswordCost:
 * @memory_kib: memory in KiB
 * @passes: passes over the memory
 * @lanes: lanes; all of them are computed by the calling thread
 *
 * What a try to guess costs: the parameters of Argon2id (RFC 9106, section 3.1).
 */
typedef struct
{
  guint memory_kib;
  guint passes;
  guint lanes;
} FlowPasswordCost;

/** FLOW_PASSWORD_FLOOR: what keys that protect records must cost at least; less is refused. */
extern const FlowPasswordCost flow_password_floor;
/** FLOW_PASSWORD_LOGIN: what the cloud's password hashes cost. */
extern const FlowPasswordCost flow_password_login;

/** FLOW_PASSWORD_SALT_SIZE: bytes of a salt. */
#define FLOW_PASSWORD_SALT_SIZE 16
/** FLOW_PASSWORD_MAX_SIZE: the longest password or passphrase, in bytes. */
#define FLOW_PASSWORD_MAX_SIZE 1024

gboolean flow_password_derive (const FlowPasswordCost *cost, const char *password, const guint8 *salt, gsize salt_size,
                               guint8 *out, gsize out_size, GError **error);
char *flow_password_hash (const FlowPasswordCost *cost, const char *password, GError **error);
gboolean flow_password_verify (const char *hash, const char *password, gboolean *matches, GError **error);
gboolean flow_password_is_weaker (const FlowPasswordCost *cost, const FlowPasswordCost *floor);
gboolean flow_password_needs_hash (const char *hash, const FlowPasswordCost *cost);

G_END_DECLS
