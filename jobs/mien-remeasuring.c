/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Measuring models again. What the metrics hold beside the figures is kept: how the model
 * stood against the one in use, and what it had in common with its predecessor.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-remeasuring.h"

#include "mien-chosen-model.h"
#include "mien-json.h"
#include "mien-model-record.h"
#include "mien-postprocessing.h"
#include "mien-stored-json.h"
#include "mien-training-pack.h"

typedef struct
{
  MienJob *job;
  MienStore *store;
  GArray *rows; /* MienPackRow, of validation */
  MienRowCounts counts;
  guint threads;
} Remeasuring;

/* The old metrics with the new figures in the place of theirs. */
static char *
replace_figures (const char *old, JsonNode *figures)
{
  g_autoptr (JsonNode) root = mien_stored_json_read (old);
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return json_to_string (figures, FALSE);
  json_object_iter_init (&iter, json_node_get_object (figures));
  while (json_object_iter_next (&iter, &name, &value))
    json_object_set_member (json_node_get_object (root), name, json_node_copy (value));
  return json_to_string (root, FALSE);
}

static gboolean
measure (Remeasuring *remeasuring, gint64 id, GError **error)
{
  g_autoptr (GBytes) weights = NULL;
  g_autoptr (MienModel) model =
      mien_chosen_model (remeasuring->store, id, &weights, error);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) figures = NULL;
  g_autofree char *text = NULL;
  MienProcessed processed = { 0 };
  MienEvaluation evaluation = { .job = remeasuring->job,
                                .store = remeasuring->store,
                                .rows = remeasuring->rows,
                                .weights = weights,
                                .threads = remeasuring->threads };

  if (model == NULL)
    return FALSE;
  evaluation.input_size = model->input_size;
  if (!mien_processed_evaluate (&evaluation, model, FALSE, &processed, error))
    return FALSE;
  mien_json_evaluation (builder, NULL, &processed);
  mien_processed_clear (&processed);
  figures = json_builder_get_root (builder);
  text = replace_figures (model->metrics, figures);
  return mien_models_set_metrics (remeasuring->store, id, text, error);
}

static gboolean
is_old (const Remeasuring *remeasuring, const MienModelRecord *record)
{
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    if (!record->counted
        || record->tasks[task].validation != (gint64) remeasuring->counts.labels[task])
      return TRUE;
  return FALSE;
}

/* The ids of those that are old; NULL on failure. */
static GArray *
find_old (const Remeasuring *remeasuring, GError **error)
{
  g_autoptr (GPtrArray) models = mien_models_list (remeasuring->store, error);
  g_autoptr (GArray) old = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_auto (MienModelRecord) newest = { 0 };
  gboolean any = FALSE;

  if (models == NULL)
    return NULL;
  for (guint i = 0; i < models->len; i++)
    {
      const MienModel *model = g_ptr_array_index (models, i);
      g_auto (MienModelRecord) record = { 0 };

      if (model->origin != MIEN_ORIGIN_TRAINED || !model->has_heads)
        continue;
      mien_model_record_read (model, &record);
      if (!any)
        newest.way = g_strdup (record.way);
      any = TRUE;
      if (g_strcmp0 (record.way, newest.way) == 0 && is_old (remeasuring, &record))
        g_array_append_val (old, model->id);
    }
  return g_steal_pointer (&old);
}

gboolean
mien_remeasure (MienJob *job, MienStore *store, guint *n, GError **error)
{
  g_autoptr (GArray) rows =
      mien_training_rows (job, store, MIEN_SPLIT_VALIDATION, NULL, error);
  g_autoptr (GArray) old = NULL;
  Remeasuring remeasuring = { .job = job, .store = store, .rows = rows };

  if (rows == NULL || !mien_job_parse_threads (job, NULL, &remeasuring.threads, error))
    return FALSE;
  mien_training_rows_count (rows, MIEN_PACK_VALIDATION, &remeasuring.counts);
  old = find_old (&remeasuring, error);
  if (old == NULL)
    return FALSE;
  for (guint i = 0; i < old->len; i++)
    {
      gint64 id = g_array_index (old, gint64, i);

      mien_progress_note (job->progress, "measuring model %" G_GINT64_FORMAT " anew", id);
      mien_progress_stage (job->progress, "evaluate");
      if (!measure (&remeasuring, id, error))
        return FALSE;
    }
  *n = old->len;
  return TRUE;
}
