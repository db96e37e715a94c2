/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Models: settings, weights in parts of 1 MiB, curves, and the log of which one is in
 * use.
 *
 * Invariants: a model is ready only when all its parts are in, and its weights never
 * change after that; a killed job leaves a model that is not ready, which nothing lists
 * and mien_models_sweep removes. The model in use is the last row of the log, so that a
 * roll-back is one more row.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-proposals-private.h"

#include <math.h>
#include <string.h>

#define PART_BYTES (1024 * 1024)
#define MAX_PARTS 2048

/* In the order in which read_model takes them; ?1 is for the WHERE that follows. */
#define SELECT_MODEL                                                                     \
  "SELECT m.id, m.origin, m.parent, m.name, m.method, m.settings, m.metrics, "           \
  "m.thresholds,"                                                                        \
  " m.tasks, m.input_size, m.ready, m.has_heads, m.created,"                             \
  " m.id = ifnull ((SELECT u.model FROM model_use u ORDER BY u.id DESC LIMIT 1), 0),"    \
  " EXISTS (SELECT 1 FROM model_use u WHERE u.model = m.id),"                            \
  " EXISTS (SELECT 1 FROM prediction p WHERE p.model = m.id), o.parameters, o.raw"       \
  " FROM model m LEFT JOIN postprocess o ON o.model = m.id"

void
mien_model_free (MienModel *model)
{
  if (model == NULL)
    return;
  g_free (model->name);
  g_free (model->method);
  g_free (model->settings);
  g_free (model->metrics);
  g_free (model);
}

static void
put_double (guint8 *bytes, double value)
{
  guint64 word;

  memcpy (&word, &value, sizeof word);
  word = GUINT64_TO_LE (word);
  memcpy (bytes, &word, sizeof word);
}

static double
get_double (const guint8 *bytes)
{
  guint64 word;
  double value;

  memcpy (&word, bytes, sizeof word);
  word = GUINT64_FROM_LE (word);
  memcpy (&value, &word, sizeof value);
  return value;
}

static void
pack_thresholds (const MienThresholds *thresholds, guint8 *bytes)
{
  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++, bytes += 8)
    put_double (bytes, thresholds->expression[i]);
  put_double (bytes, thresholds->valence_arousal);
  bytes += 8;
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++, bytes += 8)
    put_double (bytes, thresholds->action_units[i]);
}

static void
unpack_thresholds (const guint8 *bytes, MienThresholds *thresholds)
{
  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++, bytes += 8)
    thresholds->expression[i] = get_double (bytes);
  thresholds->valence_arousal = get_double (bytes);
  bytes += 8;
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++, bytes += 8)
    thresholds->action_units[i] = get_double (bytes);
}

/* No NaN: a threshold that nothing can be compared with would accept by accident. */
static gboolean
thresholds_are_finite (const MienThresholds *thresholds)
{
  gboolean finite = isfinite (thresholds->valence_arousal) != 0;

  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    finite = finite && isfinite (thresholds->expression[i]);
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    finite = finite && isfinite (thresholds->action_units[i]);
  return finite;
}

double *
mien_thresholds_at (MienThresholds *thresholds, MienItem item, double says)
{
  switch (mien_item_task (item))
    {
    case MIEN_TASK_VALENCE_AROUSAL:
      return &thresholds->valence_arousal;
    case MIEN_TASK_EXPRESSION:
      return &thresholds->expression[(guint) says];
    default:
      return &thresholds->action_units[item - MIEN_ITEM_FIRST_UNIT];
    }
}

double
mien_threshold_of (const MienThresholds *thresholds, MienItem item, double says)
{
  return *mien_thresholds_at ((MienThresholds *) thresholds, item, says);
}

static gboolean
check_thresholds (MienStore *store, const MienThresholds *thresholds, GError **error)
{
  if (thresholds_are_finite (thresholds))
    return TRUE;
  g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID,
               "%s: a threshold is not a number; give one of 0 to 1", store->path);
  return FALSE;
}

static gboolean
set_no_model (MienStore *store, gint64 model, GError **error)
{
  g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_NOT_FOUND,
               "%s: there is no model %" G_GINT64_FORMAT
               "; \"mienctl models\" lists those there are",
               store->path, model);
  return FALSE;
}

static MienModel *
read_model (MienStore *store, MienStatement *row, GError **error)
{
  g_autoptr (MienModel) model = g_new0 (MienModel, 1);
  guint8 thresholds[MIEN_THRESHOLDS_BYTES];

  if (!mien_column_bytes (row, 7, thresholds, sizeof thresholds, error))
    return NULL;
  unpack_thresholds (thresholds, &model->thresholds);
  model->id = mien_column_int (row, 0);
  if (!thresholds_are_finite (&model->thresholds))
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_CORRUPT,
                   "%s: the project is damaged (a threshold of model %" G_GINT64_FORMAT
                   " is not a number); open a copy of it made earlier",
                   store->path, model->id);
      return NULL;
    }
  model->origin = mien_column_int (row, 1) == MIEN_ORIGIN_TRAINED ? MIEN_ORIGIN_TRAINED
                                                                  : MIEN_ORIGIN_IMPORTED;
  model->parent = mien_column_int (row, 2);
  model->name = mien_column_text (row, 3);
  model->method = mien_column_text (row, 4);
  model->settings = mien_column_text (row, 5);
  model->metrics = mien_column_text (row, 6);
  model->tasks = (guint) (mien_column_int (row, 8) & 7);
  model->input_size = (int) CLAMP (mien_column_int (row, 9), 1, 65535);
  model->ready = mien_column_int (row, 10) != 0;
  model->has_heads = mien_column_int (row, 11) != 0;
  model->created = mien_column_int (row, 12);
  model->current = mien_column_int (row, 13) != 0;
  model->was_used = mien_column_int (row, 14) != 0;
  model->has_proposals = mien_column_int (row, 15) != 0;
  if (!mien_postprocessing_read (store, row, 16, model, error))
    return NULL;
  return g_steal_pointer (&model);
}

static gboolean
add_model (MienStore *store, const MienModel *model, gint64 *id, GError **error)
{
  guint8 thresholds[MIEN_THRESHOLDS_BYTES];
  gboolean exists = TRUE;
  MienUuid uuid;

  if (model->parent != 0 && !mien_models_exists (store, model->parent, &exists, error))
    return FALSE;
  if (!exists)
    return set_no_model (store, model->parent, error);
  pack_thresholds (&model->thresholds, thresholds);
  mien_uuid_random (&uuid);
  if (!mien_run (
          store, error,
          "INSERT INTO model (uuid, origin, parent, name, method, settings, thresholds,"
          " tasks, input_size, has_heads, created)"
          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
          MIEN_UUID (&uuid), MIEN_INT (model->origin),
          MIEN_INT_OR_NULL (model->parent, 0), MIEN_TEXT (model->name),
          MIEN_TEXT (model->method), MIEN_TEXT (model->settings),
          MIEN_BLOB (thresholds, sizeof thresholds), MIEN_INT (model->tasks),
          MIEN_INT (model->input_size), MIEN_INT (model->has_heads ? 1 : 0),
          MIEN_INT (g_get_real_time ())))
    return FALSE;
  *id = sqlite3_last_insert_rowid (store->db);
  return TRUE;
}

gboolean
mien_models_add (MienStore *store, const MienModel *model, gint64 *id, GError **error)
{
  gint64 result = 0;

  if ((model->origin != MIEN_ORIGIN_TRAINED && model->origin != MIEN_ORIGIN_IMPORTED)
      || model->input_size <= 0 || model->tasks > 7)
    {
      g_set_error (
          error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID,
          "%s: a model needs an origin, an input size and tasks of 0 to 7; give them",
          store->path);
      return FALSE;
    }
  if (!check_thresholds (store, &model->thresholds, error)
      || !mien_store_begin (store, error)
      || !mien_store_end (store, add_model (store, model, &result, error), error))
    return FALSE;
  *id = result;
  return TRUE;
}

gboolean
mien_models_exists (MienStore *store, gint64 model, gboolean *exists, GError **error)
{
  gint64 found;

  if (!mien_query_int (store, error, 0, &found, "SELECT id FROM model WHERE id = ?1",
                       MIEN_INT (model)))
    return FALSE;
  *exists = found > 0;
  return TRUE;
}

static gboolean
set_weights (MienStore *store,
             gint64 model,
             const guint8 *data,
             gsize size,
             GError **error)
{
  gint64 ready;

  if (!mien_query_int (store, error, -1, &ready, "SELECT ready FROM model WHERE id = ?1",
                       MIEN_INT (model)))
    return FALSE;
  if (ready < 0)
    return set_no_model (store, model, error);
  if (ready > 0)
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_EXISTS,
                   "%s: model %" G_GINT64_FORMAT
                   " has its weights, which never change; add another model",
                   store->path, model);
      return FALSE;
    }
  if (!mien_run (store, error, "DELETE FROM model_weights WHERE model = ?1",
                 MIEN_INT (model)))
    return FALSE;
  for (gsize part = 0; part * PART_BYTES < size; part++)
    {
      gsize offset = part * PART_BYTES;

      if (!mien_run (store, error,
                     "INSERT INTO model_weights (model, part, bytes) VALUES (?1, ?2, ?3)",
                     MIEN_INT (model), MIEN_INT ((gint64) part),
                     MIEN_BLOB (data + offset, MIN (PART_BYTES, size - offset)))
          || !mien_store_breathe (store, error))
        return FALSE;
    }
  return mien_run (store, error,
                   "UPDATE model SET ready = 1, weights_size = ?2 WHERE id = ?1",
                   MIEN_INT (model), MIEN_INT ((gint64) size));
}

gboolean
mien_models_set_weights (MienStore *store,
                         gint64 model,
                         GBytes *safetensors,
                         GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (safetensors, &size);

  if (size == 0 || size > (gsize) MAX_PARTS * PART_BYTES)
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID,
                   "%s: the weights of model %" G_GINT64_FORMAT
                   " are empty or over %d MiB; give other ones",
                   store->path, model, MAX_PARTS);
      return FALSE;
    }
  return mien_store_begin (store, error)
         && mien_store_end (store, set_weights (store, model, data, size, error), error);
}

static GBytes *
join_parts (MienStore *store, gint64 model, gsize total, GError **error)
{
  g_autoptr (GByteArray) weights = g_byte_array_new ();
  g_autoptr (MienStatement) row =
      mien_query (store, error,
                  "SELECT part, bytes FROM model_weights WHERE model = ?1 ORDER BY part",
                  MIEN_INT (model));
  gint64 expected = 0;
  MienStep step = MIEN_STEP_ERROR;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      gsize size;
      const guint8 *bytes = mien_column_blob (row, 1, &size);

      if (mien_column_int (row, 0) != expected++ || size > total - weights->len)
        break;
      g_byte_array_append (weights, bytes, (guint) size);
    }
  if (step == MIEN_STEP_ERROR)
    return NULL;
  if (step == MIEN_STEP_DONE && weights->len == total)
    return g_byte_array_free_to_bytes (g_steal_pointer (&weights));
  g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_CORRUPT,
               "%s: the weights of model %" G_GINT64_FORMAT
               " are damaged; open a copy of the project made earlier",
               store->path, model);
  return NULL;
}

GBytes *
mien_models_weights (MienStore *store, gint64 model, GError **error)
{
  gint64 size;

  if (!mien_query_int (store, error, -1, &size,
                       "SELECT weights_size FROM model WHERE id = ?1 AND ready = 1",
                       MIEN_INT (model)))
    return NULL;
  if (size < 0)
    {
      set_no_model (store, model, error);
      return NULL;
    }
  if (size > (gint64) MAX_PARTS * PART_BYTES)
    size = 0;
  return join_parts (store, model, (gsize) size, error);
}

/* One column of one model; NOT_FOUND if no row has changed. */
static gboolean
end_update (MienStore *store, gint64 model, gboolean ok, GError **error)
{
  if (ok && sqlite3_changes (store->db) == 0)
    ok = set_no_model (store, model, error);
  return mien_store_end (store, ok, error);
}

gboolean
mien_models_set_metrics (MienStore *store, gint64 model, const char *json, GError **error)
{
  return mien_store_begin (store, error)
         && end_update (store, model,
                        mien_run (store, error,
                                  "UPDATE model SET metrics = ?2 WHERE id = ?1",
                                  MIEN_INT (model), MIEN_TEXT (json)),
                        error);
}

/* The proposals of the model follow, and all have when the call returns; a decision may
 * come in between. */
gboolean
mien_models_set_thresholds (MienStore *store,
                            gint64 model,
                            const MienThresholds *thresholds,
                            GError **error)
{
  guint8 bytes[MIEN_THRESHOLDS_BYTES];
  gboolean exists = FALSE, ok;

  if (!check_thresholds (store, thresholds, error) || !mien_store_begin (store, error))
    return FALSE;
  pack_thresholds (thresholds, bytes);
  ok = mien_models_exists (store, model, &exists, error)
       && (exists || set_no_model (store, model, error))
       && mien_run (store, error,
                    "UPDATE model SET thresholds = ?2, unsettled = 1 WHERE id = ?1",
                    MIEN_INT (model), MIEN_BLOB (bytes, sizeof bytes))
       && mien_proposals_settle (store, model, error);
  return mien_store_end (store, ok, error);
}

/* A job that is resumed passes an epoch twice: the later value stands. */
gboolean
mien_models_add_point (MienStore *store,
                       gint64 model,
                       const char *name,
                       int epoch,
                       double value,
                       GError **error)
{
  gboolean exists = FALSE, ok;

  if (!mien_store_begin (store, error))
    return FALSE;
  ok = mien_models_exists (store, model, &exists, error)
       && (exists || set_no_model (store, model, error))
       && mien_run (
           store, error,
           "INSERT INTO curve (model, name, epoch, value) VALUES (?1, ?2, ?3, ?4)"
           " ON CONFLICT DO UPDATE SET value = ?4",
           MIEN_INT (model), MIEN_TEXT (name), MIEN_INT (epoch), MIEN_REAL (value));
  return mien_store_end (store, ok, error);
}

GArray *
mien_models_curves (MienStore *store, gint64 model, GError **error)
{
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (MienCurvePoint));
  g_autoptr (MienStatement) row =
      mien_query (store, error,
                  "SELECT name, epoch, value FROM curve WHERE model = ?1"
                  " ORDER BY name, epoch",
                  MIEN_INT (model));
  MienStep step = MIEN_STEP_ERROR;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      g_autofree char *name = mien_column_text (row, 0);
      MienCurvePoint point = {
        .name = g_intern_string (name),
        .epoch = (int) mien_column_int (row, 1),
        .value = mien_column_real (row, 2),
      };

      g_array_append_val (points, point);
    }
  return step == MIEN_STEP_DONE ? g_steal_pointer (&points) : NULL;
}

MienModel *
mien_models_get (MienStore *store, gint64 id, GError **error)
{
  g_autoptr (MienStatement) row =
      mien_query (store, error, SELECT_MODEL " WHERE m.id = ?1", MIEN_INT (id));
  MienStep step = row == NULL ? MIEN_STEP_ERROR : mien_statement_step (row, error);

  if (step == MIEN_STEP_ROW)
    return read_model (store, row, error);
  if (step == MIEN_STEP_DONE)
    set_no_model (store, id, error);
  return NULL;
}

gboolean
mien_models_current_id (MienStore *store, gint64 *model, guint *tasks, GError **error)
{
  gint64 id, bits;

  if (!mien_query_int (store, error, 0, &id,
                       "SELECT model FROM model_use ORDER BY id DESC LIMIT 1")
      || !mien_query_int (store, error, 0, &bits, "SELECT tasks FROM model WHERE id = ?1",
                          MIEN_INT (id)))
    return FALSE;
  *model = id;
  *tasks = (guint) (bits & 7);
  return TRUE;
}

MienModel *
mien_models_current (MienStore *store, GError **error)
{
  gint64 id;
  guint tasks;

  if (!mien_models_current_id (store, &id, &tasks, error) || id == 0)
    return NULL;
  return mien_models_get (store, id, error);
}

GPtrArray *
mien_models_list (MienStore *store, GError **error)
{
  g_autoptr (GPtrArray) models =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mien_model_free);
  g_autoptr (MienStatement) row = mien_query (
      store, error, MIEN_SCAN SELECT_MODEL " WHERE m.ready = 1 ORDER BY m.id DESC");
  MienStep step = MIEN_STEP_ERROR;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      MienModel *model = read_model (store, row, error);

      if (model == NULL)
        return NULL;
      g_ptr_array_add (models, model);
    }
  return step == MIEN_STEP_DONE ? g_steal_pointer (&models) : NULL;
}

static gboolean
use_model (MienStore *store, gint64 model, GError **error)
{
  g_autoptr (MienModel) wanted = mien_models_get (store, model, error);

  if (wanted == NULL)
    return FALSE;
  if (!wanted->ready || !wanted->has_heads)
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID,
                   "%s: model %" G_GINT64_FORMAT
                   " %s; choose another, or train one from it",
                   store->path, model,
                   wanted->ready ? "has no heads to propose with" : "is not whole");
      return FALSE;
    }
  if (wanted->current)
    return TRUE;
  return mien_run (store, error, "INSERT INTO model_use (model, time) VALUES (?1, ?2)",
                   MIEN_INT (model), MIEN_INT (g_get_real_time ()))
         && mien_proposals_settle (store, model, error)
         && mien_proposals_take_over (store, model, error);
}

gboolean
mien_models_use (MienStore *store, gint64 model, GError **error)
{
  return mien_store_begin (store, error)
         && mien_store_end (store, use_model (store, model, error), error);
}

gint64
mien_models_previous (MienStore *store)
{
  gint64 previous = 0;

  mien_query_int (store, NULL, 0, &previous,
                  MIEN_SCAN "SELECT model FROM model_use WHERE model <>"
                            " (SELECT model FROM model_use ORDER BY id DESC LIMIT 1)"
                            " ORDER BY id DESC LIMIT 1");
  return previous;
}

gboolean
mien_models_sweep (MienStore *store, GError **error)
{
  return mien_store_begin (store, error)
         && mien_store_end (
             store,
             mien_run (store, error, MIEN_SCAN "DELETE FROM model WHERE ready = 0"),
             error);
}
