/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** FLOW_RECOVERY_KEY_SIZE: bytes of a recovery key. */
#define FLOW_RECOVERY_KEY_SIZE 16
/** FLOW_RECOVERY_N_WORDS: words that say it. */
#define FLOW_RECOVERY_N_WORDS 12

char **flow_recovery_words_from_key (const guint8 key[FLOW_RECOVERY_KEY_SIZE]);
gboolean flow_recovery_words_to_key (const char *words, guint8 key[FLOW_RECOVERY_KEY_SIZE], GError **error);
void flow_recovery_words_free (char **words);

G_END_DECLS
