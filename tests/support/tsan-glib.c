/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What ThreadSanitizer must know about GLib. Distributions build GLib without instrumentation, and its locks
 * are futexes, so ThreadSanitizer sees none of the order that they make and would report every second hand-over
 * as a race. The functions below stand in front of GLib's in an instrumented program and say what each of them
 * promises: what was written before the one call is seen after the other. Linked only with b_sanitize=thread.
 */

#define G_LOG_DOMAIN "flow-tsan"

#include <dlfcn.h>
#include <gio/gio.h>
#include <sanitizer/tsan_interface.h>

#define REAL(name) ((typeof (&name)) real_function (#name))
#define REAL_ONCE(name)       \
  static typeof (&name) real; \
  if (real == NULL)           \
  real = REAL (name)

static gpointer
real_function (const char *name)
{
  return dlsym (RTLD_NEXT, name);
}

/* --- Locks ---------------------------------------------------------------------------------------- */

#define LOCK(name, type)   \
  void name (type *lock)   \
  {                        \
    REAL_ONCE (name);      \
    real (lock);           \
    __tsan_acquire (lock); \
  }

#define TRY_LOCK(name, type)    \
  gboolean name (type *lock)    \
  {                             \
    REAL_ONCE (name);           \
    gboolean got = real (lock); \
    if (got)                    \
      __tsan_acquire (lock);    \
    return got;                 \
  }

#define UNLOCK(name, type) \
  void name (type *lock)   \
  {                        \
    REAL_ONCE (name);      \
    __tsan_release (lock); \
    real (lock);           \
  }

LOCK (g_mutex_lock, GMutex)
TRY_LOCK (g_mutex_trylock, GMutex)
UNLOCK (g_mutex_unlock, GMutex)
LOCK (g_rec_mutex_lock, GRecMutex)
TRY_LOCK (g_rec_mutex_trylock, GRecMutex)
UNLOCK (g_rec_mutex_unlock, GRecMutex)
LOCK (g_rw_lock_writer_lock, GRWLock)
TRY_LOCK (g_rw_lock_writer_trylock, GRWLock)
UNLOCK (g_rw_lock_writer_unlock, GRWLock)
LOCK (g_rw_lock_reader_lock, GRWLock)
TRY_LOCK (g_rw_lock_reader_trylock, GRWLock)
UNLOCK (g_rw_lock_reader_unlock, GRWLock)

void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  REAL_ONCE (g_cond_wait);
  __tsan_release (mutex);
  real (cond, mutex);
  __tsan_acquire (mutex);
}

gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time)
{
  REAL_ONCE (g_cond_wait_until);
  __tsan_release (mutex);
  gboolean signalled = real (cond, mutex, end_time);
  __tsan_acquire (mutex);
  return signalled;
}

gboolean (g_once_init_enter) (volatile void *location)
{
  static gboolean (*real) (volatile void *);
  if (real == NULL)
    real = real_function ("g_once_init_enter");
  gboolean first = real (location);
  __tsan_acquire ((void *) location);
  return first;
}

void (g_once_init_leave) (volatile void *location, gsize result)
{
  static void (*real) (volatile void *, gsize);
  if (real == NULL)
    real = real_function ("g_once_init_leave");
  __tsan_release ((void *) location);
  real (location, result);
}

/* --- Queues --------------------------------------------------------------------------------------- */

#define PUSH(name)                              \
  void name (GAsyncQueue *queue, gpointer data) \
  {                                             \
    REAL_ONCE (name);                           \
    __tsan_release (queue);                     \
    real (queue, data);                         \
  }

#define POP(name)                    \
  gpointer name (GAsyncQueue *queue) \
  {                                  \
    REAL_ONCE (name);                \
    gpointer data = real (queue);    \
    __tsan_acquire (queue);          \
    return data;                     \
  }

PUSH (g_async_queue_push)
PUSH (g_async_queue_push_unlocked)
PUSH (g_async_queue_push_front)
POP (g_async_queue_pop)
POP (g_async_queue_pop_unlocked)
POP (g_async_queue_try_pop)
POP (g_async_queue_try_pop_unlocked)

gpointer
g_async_queue_timeout_pop (GAsyncQueue *queue, guint64 timeout)
{
  REAL_ONCE (g_async_queue_timeout_pop);
  gpointer data = real (queue, timeout);
  __tsan_acquire (queue);
  return data;
}

/* --- Pools of threads ------------------------------------------------------------------------------ */

typedef struct
{
  GFunc func;
  gpointer data;
} PoolWork;

static void
pool_cb (gpointer item, gpointer data)
{
  PoolWork *work = data;

  __tsan_acquire (item);
  work->func (item, work->data);
  __tsan_release (work);
}

GThreadPool *
g_thread_pool_new (GFunc func, gpointer data, gint max_threads, gboolean exclusive, GError **error)
{
  REAL_ONCE (g_thread_pool_new);
  PoolWork *work = g_new (PoolWork, 1);

  *work = (PoolWork) { func, data };
  __tsan_release (work);
  return real (pool_cb, work, max_threads, exclusive, error);
}

gboolean
g_thread_pool_push (GThreadPool *pool, gpointer item, GError **error)
{
  REAL_ONCE (g_thread_pool_push);
  __tsan_release (item);
  return real (pool, item, error);
}

void
g_thread_pool_free (GThreadPool *pool, gboolean immediate, gboolean wait)
{
  REAL_ONCE (g_thread_pool_free);
  PoolWork *work = pool->user_data;

  real (pool, immediate, wait);
  if (!wait)
    return;
  __tsan_acquire (work);
  g_free (work);
}

/* --- References: whoever drops the last one sees what the others did ------------------------------- */

#define UNREF(name, type)                 \
  void name (type object)                 \
  {                                       \
    REAL_ONCE (name);                     \
    if (object != NULL)                   \
      {                                   \
        __tsan_release ((void *) object); \
        __tsan_acquire ((void *) object); \
      }                                   \
    real (object);                        \
  }

UNREF (g_object_unref, gpointer)
UNREF (g_bytes_unref, GBytes *)
UNREF (g_variant_unref, GVariant *)
UNREF (g_ptr_array_unref, GPtrArray *)
UNREF (g_array_unref, GArray *)
UNREF (g_byte_array_unref, GByteArray *)
UNREF (g_hash_table_unref, GHashTable *)
UNREF (g_atomic_rc_box_release, gpointer)

void
g_atomic_rc_box_release_full (gpointer box, GDestroyNotify clear)
{
  REAL_ONCE (g_atomic_rc_box_release_full);
  __tsan_release (box);
  __tsan_acquire (box);
  real (box, clear);
}

gboolean (g_atomic_ref_count_dec) (gatomicrefcount *count)
{
  REAL_ONCE (g_atomic_ref_count_dec);
  __tsan_release (count);
  gboolean last = real (count);
  __tsan_acquire (count);
  return last;
}

/* --- Functions that run later, maybe on another thread ---------------------------------------------- */

typedef struct
{
  GSourceFunc func;
  gpointer data;
  GDestroyNotify notify;
} Later;

static Later *
later_new (GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  Later *later = g_new (Later, 1);

  *later = (Later) { func, data, notify };
  __tsan_release (later);
  return later;
}

static gboolean
later_cb (gpointer data)
{
  Later *later = data;

  __tsan_acquire (later);
  gboolean again = later->func (later->data);
  __tsan_release (later);
  return again;
}

static void
later_free (gpointer data)
{
  Later *later = data;

  __tsan_acquire (later);
  if (later->notify != NULL)
    later->notify (later->data);
  g_free (later);
}

void
g_main_context_invoke_full (GMainContext *context, int priority, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  REAL_ONCE (g_main_context_invoke_full);
  real (context, priority, later_cb, later_new (func, data, notify), later_free);
}

void
g_main_context_invoke (GMainContext *context, GSourceFunc func, gpointer data)
{
  g_main_context_invoke_full (context, G_PRIORITY_DEFAULT, func, data, NULL);
}

guint
g_idle_add_full (int priority, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  REAL_ONCE (g_idle_add_full);
  return real (priority, later_cb, later_new (func, data, notify), later_free);
}

void
g_source_set_callback (GSource *source, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  REAL_ONCE (g_source_set_callback);
  if (source->source_funcs == &g_idle_funcs || source->source_funcs == &g_timeout_funcs)
    real (source, later_cb, later_new (func, data, notify), later_free);
  else
    real (source, func, data, notify);
}

/* --- Tasks ------------------------------------------------------------------------------------------ */

static void
task_thread_cb (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GTaskThreadFunc func = (GTaskThreadFunc) g_object_get_data (G_OBJECT (task), "flow-tsan-func");

  __tsan_acquire (task);
  func (task, source, data, cancellable);
}

void
g_task_run_in_thread (GTask *task, GTaskThreadFunc func)
{
  REAL_ONCE (g_task_run_in_thread);
  g_object_set_data (G_OBJECT (task), "flow-tsan-func", (gpointer) func);
  __tsan_release (task);
  real (task, task_thread_cb);
}

void
g_task_return_pointer (GTask *task, gpointer result, GDestroyNotify destroy)
{
  REAL_ONCE (g_task_return_pointer);
  __tsan_release (task);
  real (task, result, destroy);
}

void
g_task_return_boolean (GTask *task, gboolean result)
{
  REAL_ONCE (g_task_return_boolean);
  __tsan_release (task);
  real (task, result);
}

void
g_task_return_error (GTask *task, GError *error)
{
  REAL_ONCE (g_task_return_error);
  __tsan_release (task);
  real (task, error);
}

gpointer
g_task_propagate_pointer (GTask *task, GError **error)
{
  REAL_ONCE (g_task_propagate_pointer);
  __tsan_acquire (task);
  return real (task, error);
}

gboolean
g_task_propagate_boolean (GTask *task, GError **error)
{
  REAL_ONCE (g_task_propagate_boolean);
  __tsan_acquire (task);
  return real (task, error);
}
