/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * An open project: opening, closing, its properties, and the two threads it keeps. What
 * they do is in mien-project-frames.c (reading) and mien-project-write.c (deciding).
 *
 * Invariants: both connections are made and ended off the main thread or before and after
 * its threads run; the reader's cannot write. All fields of the object belong to the main
 * thread, and the last reference is always let go there.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-project-private.h"

#include "mien-settings.h"

#define POLL_US G_USEC_PER_SEC

/* Decoded faces: some 800 of 112 pixels, or five of a camera's. */
#define PICTURE_BYTES ((gsize) 32 * 1024 * 1024)

enum
{
  PROP_NAME = 1,
  PROP_PATH,
  PROP_SYNTHETIC,
  PROP_PENDING,
  PROP_FAULT,
  PROP_ANNOTATOR,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (MienProject, mien_project, G_TYPE_OBJECT)

/* Made on the opening thread, handed over whole. */
typedef struct
{
  char *path, *name, *fault;
  gboolean synthetic;
  MienStore *reader, *writer;
} Opened;

static void
opened_free (gpointer data)
{
  Opened *opened = data;

  g_clear_pointer (&opened->reader, mien_store_close);
  g_clear_pointer (&opened->writer, mien_store_close);
  g_free (opened->path);
  g_free (opened->name);
  g_free (opened->fault);
  g_free (opened);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Opened, opened_free)

/* The writer first: it is the one that brings an older project up to date. */
static gboolean
open_stores (Opened *opened, GError **error)
{
  g_autoptr (GError) failed = NULL;

  opened->writer = mien_store_open (opened->path, MIEN_STORE_READ_WRITE, &failed);
  if (opened->writer == NULL)
    {
      if (!g_error_matches (failed, MIEN_STORE_ERROR, MIEN_STORE_ERROR_READ_ONLY))
        {
          g_propagate_error (error, g_steal_pointer (&failed));
          return FALSE;
        }
      opened->fault = g_strdup (failed->message);
    }
  opened->reader = mien_store_open (opened->path, MIEN_STORE_READ_ONLY, error);
  if (opened->reader == NULL)
    return FALSE;
  opened->name = mien_store_name (opened->reader, error);
  opened->synthetic = mien_store_is_synthetic (opened->reader);
  return opened->name != NULL;
}

static void
run_open (GTask *task, gpointer source, gpointer path, GCancellable *cancellable)
{
  g_autoptr (Opened) opened = g_new0 (Opened, 1);
  GError *error = NULL;

  opened->path = g_strdup (path);
  if (open_stores (opened, &error))
    g_task_return_pointer (task, g_steal_pointer (&opened), opened_free);
  else
    g_task_return_error (task, error);
}

void
mien_project_open_async (const char *path,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);

  g_task_set_source_tag (task, mien_project_open_async);
  g_task_set_task_data (task, g_canonicalize_filename (path, NULL), g_free);
  g_task_run_in_thread (task, run_open);
}

static void
start (MienProject *self, Opened *opened)
{
  self->path = g_steal_pointer (&opened->path);
  self->name = g_steal_pointer (&opened->name);
  self->fault = g_steal_pointer (&opened->fault);
  self->synthetic = opened->synthetic;

  self->reader.store = g_steal_pointer (&opened->reader);
  self->reader.pictures = mien_picture_cache_new (PICTURE_BYTES);
  self->reader.version = mien_store_data_version (self->reader.store);
  self->reader.project = &self->self;
  self->reader.worker =
      mien_worker_new ("mien-reader", &self->reader, mien_reader_tick, POLL_US);

  self->writer.store = g_steal_pointer (&opened->writer);
  self->writer.project = &self->self;
  self->writer.worker = mien_worker_new ("mien-writer", &self->writer, NULL, 0);
}

MienProject *
mien_project_open_finish (GAsyncResult *result, GError **error)
{
  g_autoptr (Opened) opened = NULL;
  MienProject *self;

  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  opened = g_task_propagate_pointer (G_TASK (result), error);
  if (opened == NULL)
    return NULL;
  self = g_object_new (MIEN_TYPE_PROJECT, NULL);
  start (self, opened);
  return self;
}

void
mien_project_close (MienProject *self)
{
  g_return_if_fail (MIEN_IS_PROJECT (self));

  if (self->closed)
    return;
  self->closed = TRUE;
  if (self->writer.worker != NULL)
    mien_worker_stop (self->writer.worker, TRUE);
  if (self->reader.worker != NULL)
    mien_worker_stop (self->reader.worker, FALSE);
  g_clear_pointer (&self->reader.pictures, mien_picture_cache_free);
  g_clear_pointer (&self->reader.store, mien_store_close);
  g_clear_pointer (&self->writer.store, mien_store_close);
}

void
mien_project_push (MienProject *self, MienWorker *worker, int urgency, MienWork *work)
{
  work->urgency = urgency;
  mien_worker_push (worker, work);
}

void
mien_project_set_fault (MienProject *self, const char *fault)
{
  if (g_strcmp0 (fault, self->fault) == 0)
    return;
  g_free (self->fault);
  self->fault = g_strdup (fault);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_FAULT]);
}

void
mien_project_add_pending (MienProject *self, int change)
{
  g_assert (change >= 0 || self->pending >= (guint) -change);
  self->pending = (guint) ((int) self->pending + change);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PENDING]);
}

const char *
mien_project_get_name (MienProject *self)
{
  return self->name;
}

const char *
mien_project_get_path (MienProject *self)
{
  return self->path;
}

gboolean
mien_project_get_synthetic (MienProject *self)
{
  return self->synthetic;
}

const char *
mien_project_get_fault (MienProject *self)
{
  return self->fault;
}

guint
mien_project_get_pending (MienProject *self)
{
  return self->pending;
}

const char *
mien_project_get_annotator (MienProject *self)
{
  if (self->annotator == NULL)
    self->annotator = mien_settings_dup_annotator (self->settings);
  return self->annotator;
}

void
mien_project_set_annotator (MienProject *self, const char *name)
{
  g_settings_set_string (self->settings, "annotator", name);
}

static void
on_annotator_changed (MienProject *self)
{
  g_clear_pointer (&self->annotator, g_free);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ANNOTATOR]);
}

static void
mien_project_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  MienProject *self = MIEN_PROJECT (object);

  switch (id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_PATH:
      g_value_set_string (value, self->path);
      break;
    case PROP_SYNTHETIC:
      g_value_set_boolean (value, self->synthetic);
      break;
    case PROP_PENDING:
      g_value_set_uint (value, self->pending);
      break;
    case PROP_FAULT:
      g_value_set_string (value, self->fault);
      break;
    case PROP_ANNOTATOR:
      g_value_set_string (value, mien_project_get_annotator (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mien_project_dispose (GObject *object)
{
  mien_project_close (MIEN_PROJECT (object));
  G_OBJECT_CLASS (mien_project_parent_class)->dispose (object);
}

static void
mien_project_finalize (GObject *object)
{
  MienProject *self = MIEN_PROJECT (object);

  g_clear_pointer (&self->reader.worker, mien_worker_free);
  g_clear_pointer (&self->writer.worker, mien_worker_free);
  g_weak_ref_clear (&self->self);
  g_array_unref (self->queue);
  g_object_unref (self->settings);
  g_free (self->path);
  g_free (self->name);
  g_free (self->annotator);
  g_free (self->fault);
  G_OBJECT_CLASS (mien_project_parent_class)->finalize (object);
}

static void
mien_project_class_init (MienProjectClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = mien_project_get_property;
  object_class->dispose = mien_project_dispose;
  object_class->finalize = mien_project_finalize;

  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  props[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, NULL, flags);
  props[PROP_SYNTHETIC] = g_param_spec_boolean ("synthetic", NULL, NULL, FALSE, flags);
  props[PROP_PENDING] = g_param_spec_uint ("pending", NULL, NULL, 0, G_MAXUINT, 0, flags);
  props[PROP_FAULT] = g_param_spec_string ("fault", NULL, NULL, NULL, flags);
  props[PROP_ANNOTATOR] = g_param_spec_string ("annotator", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  g_signal_new ("changed", MIEN_TYPE_PROJECT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 0);
}

static void
mien_project_init (MienProject *self)
{
  self->settings = mien_settings_new ();
  self->queue = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_weak_ref_init (&self->self, self);
  g_signal_connect_object (self->settings, "changed::annotator",
                           G_CALLBACK (on_annotator_changed), self, G_CONNECT_SWAPPED);
}
