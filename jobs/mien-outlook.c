/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * From the models of a project to a curve for each task.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-outlook.h"

#include <math.h>

#include "mien-model-record.h"

/* Half of a normal 95 % interval, in standard errors. */
#define HALF_INTERVAL 1.96
/* Below what a figure is printed to; 0 where all videos are alike. */
#define LEAST_ERROR 0.0001

static MienOutlookReason
find_reason (const MienTaskRecord *task,
             const char *way,
             const MienTaskRecord *newest,
             const char *newest_way)
{
  if (task->labels <= 0)
    return MIEN_OUTLOOK_NO_LABELS;
  if (task->validation < 0 || task->validation != newest->validation)
    return MIEN_OUTLOOK_OTHER_VALIDATION;
  if (g_strcmp0 (way, newest_way) != 0)
    return MIEN_OUTLOOK_OTHER_WAY;
  return isnan (task->interval[0]) ? MIEN_OUTLOOK_NO_INTERVAL : MIEN_OUTLOOK_COUNTS;
}

/* records: newest first. */
static void
take_points (const MienModel *const *models,
             const MienModelRecord *records,
             guint n,
             MienTask task,
             MienOutlook *outlook)
{
  const MienModelRecord *newest = NULL;

  for (guint i = 0; i < n; i++)
    {
      const MienTaskRecord *record = &records[i].tasks[task];
      MienOutlookPoint point = { models[i]->id,
                                 record->labels,
                                 record->validation,
                                 record->figure,
                                 { record->interval[0], record->interval[1] },
                                 MIEN_OUTLOOK_COUNTS };

      if (models[i]->origin != MIEN_ORIGIN_TRAINED || isnan (record->figure))
        continue;
      if (newest == NULL)
        {
          newest = &records[i];
          outlook->ceiling = record->ceiling;
        }
      point.reason =
          find_reason (record, records[i].way, &newest->tasks[task], newest->way);
      g_array_prepend_val (outlook->points, point);
    }
}

static void
fit (MienOutlook *outlook)
{
  MienLearningPoint points[MIEN_LEARNING_MAX_POINTS];
  g_autoptr (GHashTable) different = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_autofree MienLearning *learning = g_new (MienLearning, 1);
  gsize n = 0;

  for (guint i = outlook->points->len; i > 0 && n < MIEN_LEARNING_MAX_POINTS; i--)
    {
      MienOutlookPoint *point = &g_array_index (outlook->points, MienOutlookPoint, i - 1);
      double error = (point->interval[1] - point->interval[0]) / (2 * HALF_INTERVAL);

      if (point->reason != MIEN_OUTLOOK_COUNTS)
        continue;
      if (n == 0)
        outlook->labels = point->labels;
      g_hash_table_add (different, &point->labels);
      points[n++] = (MienLearningPoint){ (double) point->labels, point->figure,
                                         MAX (error, LEAST_ERROR) };
    }
  outlook->different = g_hash_table_size (different);
  if (mien_learning_fit (points, n, outlook->ceiling, learning))
    outlook->learning = g_steal_pointer (&learning);
}

gboolean
mien_outlook_read (MienStore *store,
                   MienOutlook outlooks[MIEN_TASK_COUNT],
                   GError **error)
{
  g_autoptr (GPtrArray) models = mien_models_list (store, error);
  g_autofree MienModelRecord *records = NULL;

  if (models == NULL)
    return FALSE;
  records = g_new0 (MienModelRecord, models->len + 1);
  for (guint i = 0; i < models->len; i++)
    mien_model_record_read (g_ptr_array_index (models, i), &records[i]);
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    {
      MienOutlook *outlook = &outlooks[task];

      *outlook = (MienOutlook){
        .points = g_array_new (FALSE, FALSE, sizeof (MienOutlookPoint)),
        .ceiling = 1,
        .labels = -1,
      };
      take_points ((const MienModel *const *) models->pdata, records, models->len,
                   (MienTask) task, outlook);
      fit (outlook);
    }
  for (guint i = 0; i < models->len; i++)
    mien_model_record_clear (&records[i]);
  return TRUE;
}

void
mien_outlook_clear (MienOutlook *outlook)
{
  g_clear_pointer (&outlook->points, g_array_unref);
  g_clear_pointer (&outlook->learning, g_free);
}

const char *
mien_outlook_reason (MienOutlookReason reason)
{
  switch (reason)
    {
    case MIEN_OUTLOOK_NO_LABELS:
      return "labels unknown";
    case MIEN_OUTLOOK_OTHER_VALIDATION:
      return "other validation labels";
    case MIEN_OUTLOOK_OTHER_WAY:
      return "other settings";
    case MIEN_OUTLOOK_NO_INTERVAL:
      return "interval unknown";
    case MIEN_OUTLOOK_COUNTS:
    default:
      return NULL;
    }
}
