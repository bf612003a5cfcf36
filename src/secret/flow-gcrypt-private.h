/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gcrypt.h>
#include <glib.h>

G_BEGIN_DECLS

G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gcry_md_hd_t, gcry_md_close, NULL)
G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gcry_kdf_hd_t, gcry_kdf_close, NULL)

void flow_gcrypt_init (void);
void flow_gcrypt_demand (gcry_error_t result, const char *what);

G_END_DECLS
