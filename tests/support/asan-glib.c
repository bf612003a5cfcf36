/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * G_TEST_OPTION_ISOLATE_DIRS gives each test case its own XDG folders, and GLib drops the names of the last ones,
 * since others may hold them. LeakSanitizer would report them, and could be told only with its slow unwinder, which
 * makes tests ten times slower. The functions below stand in front of GLib's and keep those names. Linked only with
 * b_sanitize=address.
 *
 * The array of the first 2048 quarks is dropped on purpose when there are more, since others may read it without a
 * lock; a program with many kinds of widgets gets there. Its stack ends in g_malloc(), so no suppression could name it.
 *
 * GTK 4.8 forgets to free the names in an empty table that it is asked for over the bus; what the function that makes
 * such arrays gives when there are none is kept, too.
 *
 * GTK 4.8 also forgets what was drawn inside a clip without width or height (gtk_snapshot_pop() after
 * gtk_snapshot_push_clip()), as AdwLeaflet has them when a frame falls on an end of its animation. Our code makes no
 * render nodes by itself, so none is reported.
 */

#define G_LOG_DOMAIN "flow-asan"

#include <dlfcn.h>
#include <glib-object.h>
#include <link.h>
#include <string.h>

extern void __lsan_ignore_object (const void *object);

typedef struct
{
  gconstpointer data;
  GTestFixtureFunc set_up;
  GTestFixtureFunc test;
  GTestFixtureFunc tear_down;
  GTestDataFunc data_func;
  GTestFunc func;
} Case;

/* Static, so that LeakSanitizer finds what is in it. */
static GPtrArray *kept;

static void
keep_names (void)
{
  if (kept == NULL)
    kept = g_ptr_array_new ();
  g_ptr_array_add (kept, (gpointer) g_get_home_dir ());
  g_ptr_array_add (kept, (gpointer) g_get_user_cache_dir ());
  g_ptr_array_add (kept, (gpointer) g_get_user_config_dir ());
  g_ptr_array_add (kept, (gpointer) g_get_user_data_dir ());
  g_ptr_array_add (kept, (gpointer) g_get_user_runtime_dir ());
  g_ptr_array_add (kept, (gpointer) g_get_user_state_dir ());
  g_ptr_array_add (kept, (gpointer) g_get_system_config_dirs ());
  g_ptr_array_add (kept, (gpointer) g_get_system_data_dirs ());
}

static int
keep_statics_cb (struct dl_phdr_info *info, size_t size, gpointer data)
{
  if (strstr (info->dlpi_name, "/libglib-2.0.so") == NULL)
    return 0;
  for (guint i = 0; i < info->dlpi_phnum; i++)
    {
      const ElfW (Phdr) *part = &info->dlpi_phdr[i];

      if (part->p_type == PT_LOAD && (part->p_flags & PF_W) != 0)
        g_ptr_array_add (kept, g_memdup2 ((gconstpointer) (info->dlpi_addr + part->p_vaddr), part->p_memsz));
    }
  return 1;
}

/* What GLib's static variables point to before main() stays reachable from this copy of them. */
__attribute__ ((constructor)) static void
keep_statics (void)
{
  if (kept == NULL)
    kept = g_ptr_array_new ();
  dl_iterate_phdr (keep_statics_cb, NULL);
}

static Case *
case_new (Case values)
{
  Case *self = g_new (Case, 1);

  *self = values;
  if (kept == NULL)
    kept = g_ptr_array_new ();
  g_ptr_array_add (kept, self);
  return self;
}

static void
set_up_cb (gpointer fixture, gconstpointer data)
{
  const Case *self = data;

  keep_names ();
  if (self->set_up != NULL)
    self->set_up (fixture, self->data);
}

static void
test_cb (gpointer fixture, gconstpointer data)
{
  const Case *self = data;

  if (self->test != NULL)
    self->test (fixture, self->data);
}

static void
tear_down_cb (gpointer fixture, gconstpointer data)
{
  const Case *self = data;

  if (self->tear_down != NULL)
    self->tear_down (fixture, self->data);
}

static void
data_cb (gconstpointer data)
{
  const Case *self = data;

  keep_names ();
  if (self->func != NULL)
    self->func ();
  else
    self->data_func (self->data);
}

void
g_test_add_vtable (const char *path, gsize size, gconstpointer data, GTestFixtureFunc set_up, GTestFixtureFunc test,
                   GTestFixtureFunc tear_down)
{
  typeof (&g_test_add_vtable) real = dlsym (RTLD_NEXT, "g_test_add_vtable");

  real (path, size, case_new ((Case) { .data = data, .set_up = set_up, .test = test, .tear_down = tear_down }),
        set_up_cb, test_cb, tear_down_cb);
}

void
g_test_add_data_func (const char *path, gconstpointer data, GTestDataFunc func)
{
  typeof (&g_test_add_data_func) real = dlsym (RTLD_NEXT, "g_test_add_data_func");

  real (path, case_new ((Case) { .data = data, .data_func = func }), data_cb);
}

void
g_test_add_func (const char *path, GTestFunc func)
{
  typeof (&g_test_add_data_func) real = dlsym (RTLD_NEXT, "g_test_add_data_func");

  real (path, case_new ((Case) { .func = func }), data_cb);
}

gpointer *
g_hash_table_get_keys_as_array (GHashTable *table, guint *length)
{
  static GMutex mutex;
  typeof (&g_hash_table_get_keys_as_array) real = dlsym (RTLD_NEXT, "g_hash_table_get_keys_as_array");
  gpointer *keys = real (table, length);

  if (keys[0] != NULL)
    return keys;
  g_mutex_lock (&mutex);
  g_ptr_array_add (kept, keys);
  g_mutex_unlock (&mutex);
  return keys;
}

/* GLib's own calls do not come here: objects are made without this. */
GTypeInstance *
g_type_create_instance (GType type)
{
  static typeof (&g_type_create_instance) real;
  typeof (&g_type_create_instance) create = g_atomic_pointer_get (&real);
  GTypeInstance *instance;

  if (create == NULL)
    {
      create = dlsym (RTLD_NEXT, "g_type_create_instance");
      g_atomic_pointer_set (&real, create);
    }
  instance = create (type);
  if (g_strcmp0 (g_type_name (G_TYPE_FUNDAMENTAL (type)), "GskRenderNode") == 0)
    __lsan_ignore_object (instance);
  return instance;
}
