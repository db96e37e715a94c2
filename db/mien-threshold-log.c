/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Thresholds that audits have moved, and the log of it.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-threshold-log.h"

#include "mien-store-private.h"

static gboolean
append (MienStore *store, gint64 model, const MienThresholdChange *change, GError **error)
{
  return mien_run (store, error,
                   "INSERT INTO threshold_change"
                   " (model, item, says, before, after, answers, agreed, time)"
                   " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                   MIEN_INT (model), MIEN_INT (change->item), MIEN_INT (change->says),
                   MIEN_REAL (change->before), MIEN_REAL (change->after),
                   MIEN_INT (change->answers), MIEN_INT (change->agreed),
                   MIEN_INT (g_get_real_time ()));
}

static gboolean
apply (MienStore *store, gint64 id, const GArray *changes, GError **error)
{
  g_autoptr (MienModel) model = mien_models_get (store, id, error);

  if (model == NULL)
    return FALSE;
  for (guint i = 0; i < changes->len; i++)
    {
      const MienThresholdChange *change =
          &g_array_index (changes, MienThresholdChange, i);
      double *threshold =
          mien_thresholds_at (&model->thresholds, change->item, change->says);

      *threshold = MAX (*threshold, change->after);
      if (!append (store, id, change, error))
        return FALSE;
    }
  return mien_models_set_thresholds (store, id, &model->thresholds, error);
}

gboolean
mien_threshold_log_apply (MienStore *store,
                          gint64 model,
                          const GArray *changes,
                          GError **error)
{
  return mien_store_begin (store, error)
         && mien_store_end (store, apply (store, model, changes, error), error);
}

GArray *
mien_threshold_log_read (MienStore *store, gint64 model, GError **error)
{
  g_autoptr (GArray) changes = g_array_new (FALSE, FALSE, sizeof (MienThresholdChange));
  g_autoptr (MienStatement) row = mien_query (
      store, error,
      "SELECT item, says, before, after, answers, agreed, time FROM threshold_change"
      " WHERE model = ?1 ORDER BY id",
      MIEN_INT (model));
  MienStep step = MIEN_STEP_ERROR;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      MienThresholdChange change = {
        .item = (MienItem) mien_column_int (row, 0),
        .says = (int) mien_column_int (row, 1),
        .before = mien_column_real (row, 2),
        .after = mien_column_real (row, 3),
        .answers = (guint) mien_column_int (row, 4),
        .agreed = (guint) mien_column_int (row, 5),
        .time = mien_column_int (row, 6),
      };

      g_array_append_val (changes, change);
    }
  return step == MIEN_STEP_DONE ? g_steal_pointer (&changes) : NULL;
}
