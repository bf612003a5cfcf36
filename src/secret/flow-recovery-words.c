/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-secret"

#include "secret/flow-recovery-words.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#include "base/flow-error.h"
#include "secret/flow-digest.h"
#include "secret/flow-secret-words.h"

/* BIP-39: 2,048 English words in alphabetical order, known by their first four letters. */
#define N_LISTED 2048
#define BITS_A_WORD 11
#define UNIQUE_LETTERS 4
#define LIST_PATH "/org/flowscope/secret/words/english.txt"

typedef struct
{
  GBytes *bytes;
  const char *words[N_LISTED]; /* each ends with a line feed */
} WordList;

static gpointer
load_list (gpointer data)
{
  WordList *list = g_new0 (WordList, 1);
  const char *at;

  list->bytes = g_resource_lookup_data (flow_secret_words_get_resource (), LIST_PATH, 0, NULL);
  at = g_bytes_get_data (list->bytes, NULL);
  for (guint i = 0; i < N_LISTED; i++)
    {
      list->words[i] = at;
      at = strchr (at, '\n') + 1;
    }
  return list;
}

static const WordList *
get_list (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, load_list, NULL);
}

/* 128 bits, then the first 4 bits of their SHA-256. */
static void
add_checksum (const guint8 key[FLOW_RECOVERY_KEY_SIZE], guint8 out[FLOW_RECOVERY_KEY_SIZE + 1])
{
  const FlowDigestPart part = { key, FLOW_RECOVERY_KEY_SIZE };
  guint8 hash[FLOW_DIGEST_SIZE];

  flow_digest (&part, 1, hash);
  memcpy (out, key, FLOW_RECOVERY_KEY_SIZE);
  out[FLOW_RECOVERY_KEY_SIZE] = hash[0] & 0xf0;
}

static guint
get_bit (const guint8 *bytes, guint at)
{
  return (bytes[at / 8] >> (7 - at % 8)) & 1;
}

/**
 * flow_recovery_words_from_key:
 * @key: the recovery key
 *
 * Say a recovery key in words that can be written down (BIP-39, English).
 *
 * Returns: (transfer full) (array zero-terminated=1): %FLOW_RECOVERY_N_WORDS words; free them with
 *   flow_recovery_words_free()
 */
char **
flow_recovery_words_from_key (const guint8 key[FLOW_RECOVERY_KEY_SIZE])
{
  const WordList *list = get_list ();
  guint8 bytes[FLOW_RECOVERY_KEY_SIZE + 1];
  char **words = g_new0 (char *, FLOW_RECOVERY_N_WORDS + 1);

  add_checksum (key, bytes);
  for (guint i = 0; i < FLOW_RECOVERY_N_WORDS; i++)
    {
      guint index = 0;

      for (guint bit = 0; bit < BITS_A_WORD; bit++)
        index = index << 1 | get_bit (bytes, i * BITS_A_WORD + bit);
      words[i] = g_strndup (list->words[index], strcspn (list->words[index], "\n"));
    }
  flow_digest_wipe (bytes, sizeof bytes);
  return words;
}

static int
compare_word (gconstpointer key, gconstpointer member)
{
  const char *typed = key;
  const char *listed = *(const char *const *) member;
  gsize length = strcspn (listed, "\n");
  int order = strncmp (typed, listed, MIN (length, UNIQUE_LETTERS));

  /* "act" comes before "action", which begins with it. */
  if (order == 0 && length < UNIQUE_LETTERS)
    order = typed[length] == '\0' ? 0 : 1;
  return order;
}

/* A word counts when it is the listed one, or its first four letters. */
static int
find_word (const char *typed)
{
  const WordList *list = get_list ();
  gsize length = strlen (typed);
  const char *const *found = bsearch (typed, list->words, N_LISTED, sizeof *list->words, compare_word);

  if (found == NULL || strncmp (*found, typed, length) != 0)
    return -1;
  if (length != UNIQUE_LETTERS && length != strcspn (*found, "\n"))
    return -1;
  return (int) (found - list->words);
}

/**
 * flow_recovery_words_free:
 * @words: (transfer full) (nullable): words of flow_recovery_words_from_key()
 *
 * Overwrite and free words.
 */
void
flow_recovery_words_free (char **words)
{
  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    flow_digest_wipe (words[i], strlen (words[i]));
  g_strfreev (words);
}

static gboolean
read_words (char **typed, guint8 bytes[FLOW_RECOVERY_KEY_SIZE + 1], GError **error)
{
  guint n = 0;

  memset (bytes, 0, FLOW_RECOVERY_KEY_SIZE + 1);
  for (guint i = 0; typed[i] != NULL; i++)
    {
      int index;

      if (*typed[i] == '\0')
        continue;
      index = find_word (typed[i]);
      if (index < 0)
        {
          g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_PASSPHRASE, _ ("“%s” is none of the words of a recovery key"),
                       typed[i]);
          return FALSE;
        }
      for (guint bit = 0; n < FLOW_RECOVERY_N_WORDS && bit < BITS_A_WORD; bit++)
        {
          guint at = n * BITS_A_WORD + bit;

          bytes[at / 8] |= (guint8) (((guint) index >> (BITS_A_WORD - 1 - bit) & 1) << (7 - at % 8));
        }
      n++;
    }
  if (n == FLOW_RECOVERY_N_WORDS)
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_PASSPHRASE, _ ("a recovery key has %d words, these are %u"),
               FLOW_RECOVERY_N_WORDS, n);
  return FALSE;
}

static gboolean
read_key (char **typed, guint8 bytes[FLOW_RECOVERY_KEY_SIZE + 1], GError **error)
{
  guint8 right[FLOW_RECOVERY_KEY_SIZE + 1];
  gboolean fits;

  if (!read_words (typed, bytes, error))
    return FALSE;
  add_checksum (bytes, right);
  fits = bytes[FLOW_RECOVERY_KEY_SIZE] == right[FLOW_RECOVERY_KEY_SIZE];
  flow_digest_wipe (right, sizeof right);
  if (!fits)
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_PASSPHRASE,
                         _ ("these words do not belong together: one of them or their order is wrong"));
  return fits;
}

/**
 * flow_recovery_words_to_key:
 * @words: what somebody typed: twelve words, or the first four letters of each, in any case, with anything but letters
 *   between them
 * @key: (out caller-allocates): the recovery key
 * @error: a return location; %FLOW_ERROR_BAD_PASSPHRASE saying which word is wrong, or that their checksum is
 *
 * Read a recovery key.
 *
 * Returns: whether it is one
 */
gboolean
flow_recovery_words_to_key (const char *words, guint8 key[FLOW_RECOVERY_KEY_SIZE], GError **error)
{
  g_autofree char *lower = g_ascii_strdown (words, -1);
  guint8 bytes[FLOW_RECOVERY_KEY_SIZE + 1];
  char **typed;
  gboolean read;

  /* People number them, or write one on a line. */
  typed = g_strsplit (g_strcanon (lower, "abcdefghijklmnopqrstuvwxyz", ' '), " ", -1);
  read = read_key (typed, bytes, error);
  if (read)
    memcpy (key, bytes, FLOW_RECOVERY_KEY_SIZE);
  flow_digest_wipe (bytes, sizeof bytes);
  flow_digest_wipe (lower, strlen (lower));
  flow_recovery_words_free (typed);
  return read;
}
