/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The two threads of Browse. Invariants: the index is read and refreshed by the index
 * thread alone, from one connection; the main thread has a reference to it from the first
 * answer on. Connections are opened on the threads, so that nothing of the window waits
 * for the disk.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-browse-source.h"

#include "mien-picture-cache.h"
#include "mien-worker.h"

/* Some 500 thumbnails of 128 pixels: a few screens before and after. */
#define PICTURE_BYTES ((gsize) 32 * 1024 * 1024)

/* All but what models say of frames without a label. */
#define LABEL_DOUBTS (MIEN_DOUBT_ALL_KINDS & ~(1u << MIEN_DOUBT_PREDECESSOR))

/* What a thread has for itself. */
typedef struct
{
  char *path;
  MienWorker *worker;
  MienStore *store;           /* opened at the first piece of work */
  MienIndex *index;           /* of the index thread; the main thread has a reference */
  gboolean has_doubts;        /* the index has them */
  gint64 doubts_version;      /* of the data that they were found in */
  MienPictureCache *pictures; /* of the picture thread */
} Reader;

struct _MienBrowseSource
{
  GObject parent_instance;

  Reader index_reader, picture_reader;
  MienIndex *index;
  gboolean refreshing, stale, closed;
};

typedef struct
{
  MienFilter *filter;
  MienSort sort;
  gboolean descending;
} Question;

typedef struct
{
  MienIndex *index;
  GArray *rows;
} Answer;

G_DEFINE_FINAL_TYPE (MienBrowseSource, mien_browse_source, G_TYPE_OBJECT)

static guint changed_signal;

/* ---- on the threads ---- */

static gboolean
open_store (Reader *reader, GError **error)
{
  if (reader->store == NULL)
    reader->store = mien_store_open (reader->path, MIEN_STORE_READ_ONLY, error);
  return reader->store != NULL;
}

static void
question_free (gpointer data)
{
  Question *question = data;

  mien_filter_free (question->filter);
  g_free (question);
}

static void
answer_free (gpointer data)
{
  Answer *answer = data;

  g_clear_pointer (&answer->index, mien_index_unref);
  g_clear_pointer (&answer->rows, g_array_unref);
  g_free (answer);
}

/* Doubts are found when they are asked for, and again when something was committed; as
 * long as nobody asks, no cell shows old ones. What a model says of frames that measure
 * it is nothing for who labels them. */
static gboolean
read_doubts (Reader *reader, gboolean wanted, GCancellable *cancellable, GError **error)
{
  gint64 version = mien_store_data_version (reader->store);
  GPtrArray *doubts = NULL;

  if (wanted == reader->has_doubts && (!wanted || version == reader->doubts_version))
    return TRUE;
  if (wanted)
    doubts = mien_doubts_list (reader->store, LABEL_DOUBTS, 1u << MIEN_SPLIT_TRAIN,
                               MIEN_DOUBTS_MAX, cancellable, error);
  if (wanted && doubts == NULL)
    return FALSE;
  mien_index_set_doubts (reader->index, doubts);
  reader->has_doubts = wanted;
  reader->doubts_version = version;
  return TRUE;
}

static void
run_question (MienWork *work, gpointer data)
{
  Reader *reader = data;
  const Question *question = work->input;
  GCancellable *cancellable = g_task_get_cancellable (work->task);
  GArray *rows;
  Answer *answer;

  if (!open_store (reader, &work->error))
    return;
  if (reader->index == NULL)
    reader->index = mien_index_load (reader->store, cancellable, &work->error);
  if (reader->index == NULL
      || !read_doubts (reader,
                       question->filter->doubtful || question->sort == MIEN_SORT_DOUBT,
                       cancellable, &work->error))
    return;
  rows = mien_index_query (reader->index, reader->store, question->filter, question->sort,
                           question->descending, cancellable, &work->error);
  if (rows == NULL)
    return;
  answer = g_new0 (Answer, 1);
  answer->index = mien_index_ref (reader->index);
  answer->rows = rows;
  work->result = answer;
  work->free_result = answer_free;
}

static void
run_refresh (MienWork *work, gpointer data)
{
  Reader *reader = data;
  gboolean changed = FALSE;

  if (reader->index != NULL)
    mien_index_refresh (reader->index, reader->store, &changed, NULL, &work->error);
  work->result = GINT_TO_POINTER (changed);
}

static void
run_picture (MienWork *work, gpointer data)
{
  Reader *reader = data;
  const gint64 *frame = work->input;

  if (!open_store (reader, &work->error))
    return;
  work->result = mien_picture_cache_thumbnail (reader->pictures, reader->store, *frame,
                                               &work->error);
  work->free_result = g_object_unref;
}

/* ---- on the main thread ---- */

MienIndex *
mien_browse_source_get_index (MienBrowseSource *self)
{
  return self->index;
}

/* Before the task returns, so that whoever has rows has their index. */
static void
keep_index (MienWork *work, gpointer source)
{
  MienBrowseSource *self = source;
  const Answer *answer = work->result;

  if (answer != NULL && self->index == NULL && !self->closed)
    self->index = mien_index_ref (answer->index);
}

void
mien_browse_source_find_async (MienBrowseSource *self,
                               const MienFilter *filter,
                               MienSort sort,
                               gboolean descending,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer data)
{
  Question *question = g_new0 (Question, 1);
  GTask *task = g_task_new (self, cancellable, callback, data);
  MienWork *work;

  g_task_set_source_tag (task, mien_browse_source_find_async);
  question->filter = mien_filter_copy (filter);
  question->sort = sort;
  question->descending = descending;
  work = mien_work_new (task, run_question, question, question_free);
  work->done = keep_index;
  mien_worker_push (self->index_reader.worker, work);
}

GArray *
mien_browse_source_find_finish (MienBrowseSource *self,
                                GAsyncResult *result,
                                GError **error)
{
  Answer *answer;
  GArray *rows;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  answer = g_task_propagate_pointer (G_TASK (result), error);
  if (answer == NULL)
    return NULL;
  rows = g_steal_pointer (&answer->rows);
  answer_free (answer);
  return rows;
}

static void
on_refreshed (GObject *source, GAsyncResult *result, gpointer data)
{
  MienBrowseSource *self = MIEN_BROWSE_SOURCE (source);
  gboolean changed =
      GPOINTER_TO_INT (g_task_propagate_pointer (G_TASK (result), NULL)) != 0;

  self->refreshing = FALSE;
  if (self->closed)
    return;
  if (changed)
    g_signal_emit (self, changed_signal, 0);
  if (self->stale)
    mien_browse_source_refresh (self);
}

void
mien_browse_source_refresh (MienBrowseSource *self)
{
  GTask *task;

  self->stale = self->refreshing;
  if (self->refreshing || self->index == NULL || self->closed)
    return;
  self->refreshing = TRUE;
  task = g_task_new (self, NULL, on_refreshed, NULL);
  g_task_set_source_tag (task, mien_browse_source_refresh);
  mien_worker_push (self->index_reader.worker,
                    mien_work_new (task, run_refresh, NULL, NULL));
}

void
mien_browse_source_picture_async (MienBrowseSource *self,
                                  gint64 frame,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, mien_browse_source_picture_async);
  mien_worker_push (
      self->picture_reader.worker,
      mien_work_new (task, run_picture, g_memdup2 (&frame, sizeof frame), g_free));
}

GdkTexture *
mien_browse_source_picture_finish (MienBrowseSource *self,
                                   GAsyncResult *result,
                                   GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
reader_stop (Reader *reader)
{
  if (reader->worker != NULL)
    mien_worker_stop (reader->worker, FALSE);
  g_clear_pointer (&reader->index, mien_index_unref);
  g_clear_pointer (&reader->pictures, mien_picture_cache_free);
  g_clear_pointer (&reader->store, mien_store_close);
}

void
mien_browse_source_close (MienBrowseSource *self)
{
  if (self->closed)
    return;
  self->closed = TRUE;
  reader_stop (&self->index_reader);
  reader_stop (&self->picture_reader);
  g_clear_pointer (&self->index, mien_index_unref);
}

static void
mien_browse_source_dispose (GObject *object)
{
  mien_browse_source_close (MIEN_BROWSE_SOURCE (object));
  G_OBJECT_CLASS (mien_browse_source_parent_class)->dispose (object);
}

static void
mien_browse_source_finalize (GObject *object)
{
  MienBrowseSource *self = MIEN_BROWSE_SOURCE (object);

  g_clear_pointer (&self->index_reader.worker, mien_worker_free);
  g_clear_pointer (&self->picture_reader.worker, mien_worker_free);
  g_free (self->index_reader.path);
  g_free (self->picture_reader.path);
  G_OBJECT_CLASS (mien_browse_source_parent_class)->finalize (object);
}

static void
mien_browse_source_class_init (MienBrowseSourceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mien_browse_source_dispose;
  object_class->finalize = mien_browse_source_finalize;
  changed_signal = g_signal_new ("changed", MIEN_TYPE_BROWSE_SOURCE, G_SIGNAL_RUN_LAST, 0,
                                 NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
mien_browse_source_init (MienBrowseSource *self)
{
}

MienBrowseSource *
mien_browse_source_new (MienProject *project)
{
  MienBrowseSource *self = g_object_new (MIEN_TYPE_BROWSE_SOURCE, NULL);

  self->index_reader.path = g_strdup (mien_project_get_path (project));
  self->index_reader.worker =
      mien_worker_new ("mien-index", &self->index_reader, NULL, 0);
  self->picture_reader.path = g_strdup (mien_project_get_path (project));
  self->picture_reader.pictures = mien_picture_cache_new (PICTURE_BYTES);
  self->picture_reader.worker =
      mien_worker_new ("mien-pictures", &self->picture_reader, NULL, 0);
  g_signal_connect_object (project, "changed", G_CALLBACK (mien_browse_source_refresh),
                           self, G_CONNECT_SWAPPED);
  return self;
}
