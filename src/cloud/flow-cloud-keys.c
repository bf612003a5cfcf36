/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-keys.h"

#include <errno.h>
#include <gcrypt.h>
#include <glib/gstdio.h>
#include <string.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "secret/flow-digest.h"
#include "secret/flow-gcrypt-private.h"

#define FOLDER "keys"
#define SUFFIX ".pem"
#define REFRESH_FILE "refresh.key"
#define SCALAR_SIZE 32
#define POINT_SIZE 65
#define KID_BYTES 8
/* Tokens of a key that was replaced are believed this long, so that nobody has to sign in again. */
#define OVERLAP_S 3600
#define PEM_LINE 64
#define PRIVATE_LABEL "EC PRIVATE KEY"
#define PUBLIC_LABEL "PUBLIC KEY"

/* A key on P-256 in DER is these bytes around the scalar and the point (RFC 5915, section 3) ... */
static const guint8 private_head[] = { 0x30, 0x77, 0x02, 0x01, 0x01, 0x04, SCALAR_SIZE };
static const guint8 private_middle[] = { 0xa0, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d,
                                         0x03, 0x01, 0x07, 0xa1, 0x44, 0x03, 0x42, 0x00 };
/* ... and these before the point alone (RFC 5480, section 2). */
static const guint8 public_head[] = { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
                                      0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00 };

#define PRIVATE_SIZE (sizeof private_head + SCALAR_SIZE + sizeof private_middle + POINT_SIZE)
#define PUBLIC_SIZE (sizeof public_head + POINT_SIZE)

typedef struct gcry_sexp FlowGcrySexp;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowGcrySexp, gcry_sexp_release)

/**
 * flow_cloud_key_free:
 * @key: (transfer full): a key
 *
 * Free it.
 */
void
flow_cloud_key_free (FlowCloudKey *key)
{
  flow_digest_wipe (key->private_pem, strlen (key->private_pem));
  g_free (key->private_pem);
  g_free (key->public_pem);
  g_free (key->kid);
  g_free (key);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowCloudKey, flow_cloud_key_free)

static gboolean
fail (GError **error, const char *what, const char *path)
{
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, "%s “%s”: %s", what, path, g_strerror (errno));
  return FALSE;
}

static char *
write_pem (const char *label, const guint8 *der, gsize size)
{
  g_autofree char *text = g_base64_encode (der, size);
  GString *pem = g_string_new (NULL);
  gsize length = strlen (text);

  g_string_append_printf (pem, "-----BEGIN %s-----\n", label);
  for (gsize at = 0; at < length; at += PEM_LINE)
    {
      g_string_append_len (pem, text + at, (gssize) MIN (PEM_LINE, length - at));
      g_string_append_c (pem, '\n');
    }
  g_string_append_printf (pem, "-----END %s-----\n", label);
  return g_string_free (pem, FALSE);
}

/* Numbers come without their leading zeros. */
static void
copy_number (gcry_sexp_t key, const char *name, guint8 *out, gsize size)
{
  g_autoptr (FlowGcrySexp) token = gcry_sexp_find_token (key, name, 0);
  gsize length = 0;
  const char *data = gcry_sexp_nth_data (token, 1, &length);

  while (length > size && *data == '\0')
    {
      data++;
      length--;
    }
  g_assert (data != NULL && length <= size);
  memset (out, 0, size - length);
  memcpy (out + size - length, data, length);
}

static void
make_der (guint8 *der)
{
  g_autoptr (FlowGcrySexp) wanted = NULL;
  g_autoptr (FlowGcrySexp) made = NULL;
  guint8 *at = der;

  flow_gcrypt_init ();
  flow_gcrypt_demand (gcry_sexp_build (&wanted, NULL, "(genkey (ecc (curve \"NIST P-256\")))"), "key parameters");
  flow_gcrypt_demand (gcry_pk_genkey (&made, wanted), "making a key");
  memcpy (at, private_head, sizeof private_head);
  at += sizeof private_head;
  copy_number (made, "d", at, SCALAR_SIZE);
  at += SCALAR_SIZE;
  memcpy (at, private_middle, sizeof private_middle);
  at += sizeof private_middle;
  copy_number (made, "q", at, POINT_SIZE);
}

static FlowCloudKey *
key_from_der (const guint8 *der, gint64 created_s)
{
  FlowCloudKey *key = g_new0 (FlowCloudKey, 1);
  guint8 public_der[PUBLIC_SIZE];
  guint8 digest[FLOW_DIGEST_SIZE];
  FlowDigestPart part = { public_der, sizeof public_der };

  memcpy (public_der, public_head, sizeof public_head);
  memcpy (public_der + sizeof public_head, der + PRIVATE_SIZE - POINT_SIZE, POINT_SIZE);
  flow_digest (&part, 1, digest);
  key->kid = g_malloc (2 * KID_BYTES + 1);
  flow_id_to_hex (digest, KID_BYTES, key->kid);
  key->private_pem = write_pem (PRIVATE_LABEL, der, PRIVATE_SIZE);
  key->public_pem = write_pem (PUBLIC_LABEL, public_der, sizeof public_der);
  key->created_s = created_s;
  return key;
}

static gboolean
is_ours (const guint8 *der, gsize size)
{
  return size == PRIVATE_SIZE && memcmp (der, private_head, sizeof private_head) == 0 &&
         memcmp (der + sizeof private_head + SCALAR_SIZE, private_middle, sizeof private_middle) == 0;
}

/* A name is the time at which the key was made. */
static FlowCloudKey *
read_key (const char *path, const char *name, GError **error)
{
  static const char begin[] = "-----BEGIN " PRIVATE_LABEL "-----\n";
  g_autofree char *text = NULL;
  g_autofree guint8 *der = NULL;
  char *body, *end;
  gsize size = 0;

  if (!g_file_get_contents (path, &text, NULL, error))
    return NULL;
  body = strstr (text, begin);
  end = body != NULL ? strstr (body, "-----END") : NULL;
  if (end != NULL)
    {
      *end = '\0';
      der = g_base64_decode (body + strlen (begin), &size);
    }
  if (der != NULL && is_ours (der, size))
    return key_from_der (der, g_ascii_strtoll (name, NULL, 10));
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_CORRUPT, "“%s” is not a key that this program has made", path);
  return NULL;
}

static gint
newest_first (gconstpointer a, gconstpointer b)
{
  const FlowCloudKey *first = *(const FlowCloudKey *const *) a;
  const FlowCloudKey *second = *(const FlowCloudKey *const *) b;

  if (first->created_s != second->created_s)
    return first->created_s < second->created_s ? 1 : -1;
  return strcmp (first->kid, second->kid);
}

static char *
make_folder (const char *data_dir, GError **error)
{
  g_autofree char *folder = g_build_filename (data_dir, FOLDER, NULL);

  if (g_mkdir_with_parents (folder, 0700) == 0)
    return g_steal_pointer (&folder);
  fail (error, "Cannot make the folder", folder);
  return NULL;
}

/**
 * flow_cloud_keys_load:
 * @data_dir: the data directory
 * @error: return location
 *
 * Read the keys that sign and verify access tokens.
 *
 * Returns: (transfer full) (element-type FlowCloudKey): the newest, which signs, first; %NULL with %FLOW_ERROR_CORRUPT
 *   or a file's error
 */
GPtrArray *
flow_cloud_keys_load (const char *data_dir, GError **error)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_cloud_key_free);
  g_autofree char *folder = make_folder (data_dir, error);
  g_autoptr (GDir) dir = folder != NULL ? g_dir_open (folder, 0, error) : NULL;
  const char *name;

  if (dir == NULL)
    return NULL;
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      FlowCloudKey *key;

      if (!g_str_has_suffix (name, SUFFIX))
        continue;
      key = read_key (path, name, error);
      if (key == NULL)
        return NULL;
      g_ptr_array_add (keys, key);
    }
  g_ptr_array_sort (keys, newest_first);
  return g_steal_pointer (&keys);
}

static char *
key_path (const char *folder, const FlowCloudKey *key)
{
  g_autofree char *name = g_strdup_printf ("%" G_GINT64_FORMAT "-%s" SUFFIX, key->created_s, key->kid);

  return g_build_filename (folder, name, NULL);
}

static gboolean
write_private (const char *path, const char *data, gsize size, GError **error)
{
  return g_file_set_contents_full (path, data, (gssize) size,
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error);
}

/* A key whose tokens have all expired since another one signs. */
static gboolean
remove_outdated (const char *folder, GPtrArray *keys, gint64 now_s, GError **error)
{
  for (guint i = 1; i < keys->len; i++)
    {
      const FlowCloudKey *successor = g_ptr_array_index (keys, i - 1);
      g_autofree char *path = key_path (folder, g_ptr_array_index (keys, i));

      if (now_s - successor->created_s > OVERLAP_S && g_unlink (path) != 0)
        return fail (error, "Cannot remove", path);
    }
  return TRUE;
}

/**
 * flow_cloud_keys_rotate:
 * @data_dir: the data directory
 * @now_s: the time, s since the epoch
 * @kid: (out) (optional) (transfer full): the name of the key that signs from now on
 * @error: return location
 *
 * Make a key that signs from now on. The one before is believed for an hour, those that were replaced earlier are
 * removed.
 *
 * Returns: %FALSE with the codes of flow_cloud_keys_load()
 */
gboolean
flow_cloud_keys_rotate (const char *data_dir, gint64 now_s, char **kid, GError **error)
{
  g_autoptr (GPtrArray) keys = flow_cloud_keys_load (data_dir, error);
  g_autofree char *folder = keys != NULL ? make_folder (data_dir, error) : NULL;
  g_autoptr (FlowCloudKey) key = NULL;
  g_autofree char *path = NULL;
  guint8 der[PRIVATE_SIZE];

  if (folder == NULL)
    return FALSE;
  if (keys->len > 0)
    now_s = MAX (now_s, ((FlowCloudKey *) g_ptr_array_index (keys, 0))->created_s + 1);
  make_der (der);
  key = key_from_der (der, now_s);
  flow_digest_wipe (der, sizeof der);
  path = key_path (folder, key);
  if (!write_private (path, key->private_pem, strlen (key->private_pem), error))
    return FALSE;
  if (kid != NULL)
    *kid = g_strdup (key->kid);
  return remove_outdated (folder, keys, now_s, error);
}

/**
 * flow_cloud_keys_load_refresh:
 * @data_dir: the data directory
 * @key: (out): %FLOW_CLOUD_REFRESH_KEY_SIZE bytes
 * @error: return location
 *
 * Read the key from which refresh tokens are computed, or make it. Without it everybody has to sign in again.
 *
 * Returns: %FALSE with %FLOW_ERROR_CORRUPT or a file's error
 */
gboolean
flow_cloud_keys_load_refresh (const char *data_dir, guint8 *key, GError **error)
{
  g_autofree char *folder = make_folder (data_dir, error);
  g_autofree char *path = NULL;
  g_autofree char *data = NULL;
  gsize size;

  if (folder == NULL)
    return FALSE;
  path = g_build_filename (folder, REFRESH_FILE, NULL);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      flow_id_random (key, FLOW_CLOUD_REFRESH_KEY_SIZE);
      return write_private (path, (const char *) key, FLOW_CLOUD_REFRESH_KEY_SIZE, error);
    }
  if (!g_file_get_contents (path, &data, &size, error))
    return FALSE;
  if (size == FLOW_CLOUD_REFRESH_KEY_SIZE)
    {
      memcpy (key, data, size);
      return TRUE;
    }
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_CORRUPT, "“%s” is not a key that this program has made", path);
  return FALSE;
}
