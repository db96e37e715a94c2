/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The database into columns: frames and labels are each one walk in the order of frame
 * ids, merged on the way, and predictions another one on the side. A frame that has
 * changed is read by itself, through the same steps.
 *
 * Everything that belongs together is read in one transaction, so that a job or another
 * window may go on writing.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-index-private.h"

#include <string.h>

enum
{
  CHECK_EVERY = 4096,
  MANY = 1000, /* frames: from here on a second thread is worth its while */
};

/* In the order in which read_frame takes them. */
#define FRAME_COLUMNS                                                                    \
  "SELECT id, video, split, number, image, link IS NOT NULL, not_a_face, skipped,"       \
  " complete, reader, key FROM frame"
#define LABEL_COLUMNS "SELECT frame, item, answer, source, value1, value2 FROM label"

static gboolean
append_names (MienStatement *row, GArray *names, GError **error)
{
  MienStep step = MIEN_STEP_ERROR;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      MienIndexName name = { .id = mien_column_int (row, 0),
                             .name = mien_column_text (row, 1) };

      g_array_append_val (names, name);
    }
  return step == MIEN_STEP_DONE;
}

static gint64
last_id (GArray *names)
{
  return names->len == 0 ? G_MININT64
                         : g_array_index (names, MienIndexName, names->len - 1).id;
}

gboolean
mien_index_read_names (MienStore *store,
                       GArray *videos,
                       GArray *annotators,
                       GError **error)
{
  g_autoptr (MienStatement) video =
      mien_query (store, error, "SELECT id, name FROM video WHERE id > ?1 ORDER BY id",
                  MIEN_INT (last_id (videos)));
  g_autoptr (MienStatement) annotator = NULL;

  if (!append_names (video, videos, error))
    return FALSE;
  annotator = mien_query (store, error,
                          "SELECT id, name FROM annotator WHERE id > ?1 ORDER BY id",
                          MIEN_INT (last_id (annotators)));
  return append_names (annotator, annotators, error);
}

static gboolean
set_damaged (MienStore *store, gint64 frame, GError **error)
{
  g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_CORRUPT,
               "%s: the project is damaged (frame %" G_GINT64_FORMAT
               " is out of range); open a copy of it made earlier",
               store->path, frame);
  return FALSE;
}

/* frame: zeroed before the first one. */
static gboolean
read_frame (MienStore *store,
            const MienIndexContent *content,
            MienStatement *row,
            MienIndexed *frame,
            GError **error)
{
  gint64 id = mien_column_int (row, 0), split = mien_column_int (row, 2);
  gint64 reader = mien_column_int (row, 9);
  int video = mien_index_names_find (content->videos, mien_column_int (row, 1));
  gsize size;
  const char *key;

  if (id < 1 || id > G_MAXUINT32 || video < 0 || split < 0 || split > MIEN_SPLIT_TEST)
    return set_damaged (store, id, error);
  if (frame->has_labels)
    memset (&frame->labels, 0, sizeof frame->labels);
  frame->has_labels = FALSE;
  frame->id = id;
  frame->video = (guint) video;
  frame->split = (MienSplit) split;
  frame->number = MAX (mien_column_int (row, 3), 0);
  if (frame->number == 0 && mien_column_is_null (row, 3))
    frame->number = -1;
  frame->has_image = mien_column_int (row, 4) != 0 || !mien_column_is_null (row, 4)
                     || mien_column_int (row, 5) != 0;
  frame->not_a_face = mien_column_int (row, 6) != 0;
  frame->skipped = mien_column_int (row, 7) != 0;
  frame->complete = (guint) (mien_column_int (row, 8) & MIEN_ALL_TASKS);
  frame->last_reader = content->model != NULL && reader == content->model->id;
  key = mien_column_blob (row, 10, &size);
  frame->form = mien_key_form (content->forms,
                               g_array_index (content->videos, MienIndexName, video).name,
                               frame->number, key, size);
  return TRUE;
}

/* A walk that is ahead of the frames: its row waits until its frame comes. */
typedef struct
{
  MienStatement *row;
  gint64 frame; /* G_MAXINT64: at its end */
} Walk;

static gboolean
walk_step (Walk *walk, GError **error)
{
  MienStep step = mien_statement_step (walk->row, error);

  walk->frame = step == MIEN_STEP_ROW ? mien_column_int (walk->row, 0) : G_MAXINT64;
  return step != MIEN_STEP_ERROR;
}

static gboolean
walk_to (Walk *walk, gint64 frame, GError **error)
{
  while (walk->frame < frame)
    if (!walk_step (walk, error))
      return FALSE;
  return TRUE;
}

static gboolean
merge_labels (MienStore *store, Walk *labels, MienIndexed *frame, GError **error)
{
  MienItem item;

  if (!walk_to (labels, frame->id, error))
    return FALSE;
  while (labels->frame == frame->id)
    {
      frame->has_labels = TRUE;
      if (!mien_labels_read (store, labels->row, 1, frame->id, &frame->labels, &item,
                             error)
          || !walk_step (labels, error))
        return FALSE;
    }
  return TRUE;
}

/* labelled: what each row has labels of. */
static gboolean
merge (MienStore *store,
       const MienIndexContent *content,
       MienStatement *frames,
       Walk *labels,
       MienColumns *columns,
       GArray *labelled,
       GCancellable *cancellable,
       GError **error)
{
  MienIndexed frame = { 0 };
  MienStep step;

  while ((step = mien_statement_step (frames, error)) == MIEN_STEP_ROW)
    {
      guint16 items;

      if (columns->n % CHECK_EVERY == 0
          && g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (!read_frame (store, content, frames, &frame, error)
          || !merge_labels (store, labels, &frame, error))
        return FALSE;
      if (columns->n > 0 && columns->id[columns->n - 1] >= frame.id)
        return set_damaged (store, frame.id, error);
      items = (guint16) mien_columns_set (columns, mien_columns_append (columns), &frame);
      g_array_append_val (labelled, items);
    }
  return step == MIEN_STEP_DONE;
}

static gboolean
read_frames_and_labels (MienStore *store,
                        const MienIndexContent *content,
                        gint64 behind,
                        MienColumns *columns,
                        GArray *labelled,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autoptr (MienStatement) frames =
      mien_query (store, error, MIEN_SCAN FRAME_COLUMNS " WHERE id > ?1 ORDER BY id",
                  MIEN_INT (behind));
  g_autoptr (MienStatement) labels = NULL;
  Walk label = { .frame = G_MININT64 };

  if (frames == NULL)
    return FALSE;
  labels = mien_query (store, error,
                       MIEN_SCAN LABEL_COLUMNS " WHERE frame > ?1 ORDER BY frame, item",
                       MIEN_INT (behind));
  if (labels == NULL)
    return FALSE;
  label.row = labels;
  return merge (store, content, frames, &label, columns, labelled, cancellable, error);
}

static gboolean
has_units (const MienModel *model)
{
  return (model->tasks >> MIEN_TASK_ACTION_UNITS & 1) != 0;
}

/* A prediction of a frame that is not there yet came between two transactions. */
static void
put_predictions (MienColumns *columns,
                 const MienModel *model,
                 GArray *labelled,
                 GArray *predictions)
{
  for (guint i = 0; i < predictions->len; i++)
    {
      const MienProposed *proposed = &g_array_index (predictions, MienProposed, i);
      gint64 row = mien_columns_find (columns, proposed->frame);

      if (row >= 0)
        mien_columns_set_proposal (columns, (guint) row,
                                   g_array_index (labelled, guint16, row), proposed,
                                   has_units (model));
    }
}

/* Many predictions are read on the side while frames and labels are read here. They may
 * then be a little newer than these; what else has come with them is found by the next
 * refresh, as ever. */
gboolean
mien_index_read_frames (MienStore *store,
                        const MienIndexContent *content,
                        gint64 behind,
                        MienColumns *columns,
                        GCancellable *cancellable,
                        GError **error)
{
  gboolean aside =
      columns->allocated >= MANY && store->depth == 0 && content->model != NULL;
  g_autoptr (GArray) labelled =
      g_array_sized_new (FALSE, FALSE, sizeof (guint16), columns->allocated);
  g_autoptr (GArray) predictions = NULL;
  MienPredictionsReader *reader =
      aside ? mien_predictions_reader_new (store, content->model, cancellable) : NULL;
  gboolean ok = read_frames_and_labels (store, content, behind, columns, labelled,
                                        cancellable, error);

  if (reader != NULL)
    predictions = mien_predictions_reader_finish (reader, ok, error);
  else if (ok && content->model != NULL && columns->n > 0)
    predictions =
        mien_index_predictions (store, content->model, behind, cancellable, NULL, error);
  else
    return ok;
  if (!ok || predictions == NULL)
    return FALSE;
  put_predictions (columns, content->model, labelled, predictions);
  return TRUE;
}

static gboolean
read_prediction (MienStore *store,
                 const MienModel *model,
                 gint64 frame,
                 MienColumns *columns,
                 guint row,
                 guint labelled,
                 GError **error)
{
  g_autoptr (GError) failed = NULL;
  MienPrediction prediction;
  MienProposed proposed;

  if (mien_proposals_prediction (store, model->id, frame, &prediction, &failed))
    {
      mien_proposed_init (&proposed, frame, &prediction, model);
      mien_columns_set_proposal (columns, row, labelled, &proposed, has_units (model));
    }
  if (failed == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

gboolean
mien_index_read_frame (MienStore *store,
                       const MienIndexContent *content,
                       gint64 id,
                       MienColumns *columns,
                       guint row,
                       GError **error)
{
  g_autoptr (MienStatement) stored =
      mien_query (store, error, FRAME_COLUMNS " WHERE id = ?1", MIEN_INT (id));
  MienStep step = stored == NULL ? MIEN_STEP_ERROR : mien_statement_step (stored, error);
  MienIndexed frame = { 0 };
  guint labelled;

  if (step == MIEN_STEP_DONE)
    return set_damaged (store, id, error);
  if (step != MIEN_STEP_ROW || !read_frame (store, content, stored, &frame, error)
      || !mien_labels_load (store, id, &frame.labels, NULL, error))
    return FALSE;
  frame.has_labels = TRUE; /* perhaps */
  labelled = mien_columns_set (columns, row, &frame);
  return content->model == NULL
         || read_prediction (store, content->model, id, columns, row, labelled, error);
}

gboolean
mien_index_begin (MienStore *store, gboolean *began, GError **error)
{
  *began = store->depth == 0;
  return !*began || mien_run (store, error, "BEGIN");
}

void
mien_index_end (MienStore *store, gboolean began)
{
  if (began)
    mien_run (store, NULL, "COMMIT");
}

static gboolean
fill (MienStore *store,
      MienIndexContent *content,
      GCancellable *cancellable,
      GError **error)
{
  g_autoptr (GError) failed = NULL;
  gint64 n;

  content->videos = mien_index_names_new ();
  content->annotators = mien_index_names_new ();
  content->forms = g_array_new (FALSE, TRUE, sizeof (MienKeyForm));
  if (!mien_query_int (store, error, 0, &content->last_event,
                       "SELECT max (id) FROM event")
      || !mien_query_int (store, error, 0, &n,
                          MIEN_SCAN "SELECT sum (frames) FROM census"))
    return FALSE;
  content->version = mien_store_data_version (store);
  content->changes = sqlite3_total_changes64 (store->db);
  content->model = mien_models_current (store, &failed);
  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  /* A stranger's count may be any number; the columns grow by themselves. */
  mien_columns_reserve (&content->columns, (guint) CLAMP (n, 1, 10000000));
  if (!mien_index_read_names (store, content->videos, content->annotators, error)
      || !mien_index_read_frames (store, content, 0, &content->columns, cancellable,
                                  error)
      || !mien_index_read_decisions (store, content, cancellable, error))
    return FALSE;
  content->order = mien_index_order_new (store, &content->columns, content->videos,
                                         cancellable, error);
  return content->order != NULL;
}

gboolean
mien_index_read_all (MienStore *store,
                     MienIndexContent *content,
                     GCancellable *cancellable,
                     GError **error)
{
  gboolean began, ok;

  memset (content, 0, sizeof *content);
  if (!mien_index_begin (store, &began, error))
    return FALSE;
  ok = fill (store, content, cancellable, error);
  mien_index_end (store, began);
  return ok;
}
