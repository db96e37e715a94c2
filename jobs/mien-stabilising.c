/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Agreement of successive models. They are compared on what they would propose, after
 * post-processing and with their own decision thresholds, because that is what people and
 * exports see.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-stabilising.h"

#include <math.h>

#include "mien-agreement.h"
#include "mien-fixed-sample.h"
#include "mien-job.h"
#include "mien-json.h"
#include "mien-model-record.h"
#include "mien-stored-json.h"

/* In the metrics of a model. */
#define RECORD "predecessor"

MienTask
mien_steadiness_task (guint place)
{
  if (place < MIEN_STEADY_EXPRESSION)
    return MIEN_TASK_VALENCE_AROUSAL;
  return place == MIEN_STEADY_EXPRESSION ? MIEN_TASK_EXPRESSION : MIEN_TASK_ACTION_UNITS;
}

char *
mien_steadiness_name (guint place)
{
  static const char *const names[] = { "valence", "arousal", "expression" };

  return place < MIEN_STEADY_FIRST_UNIT
             ? g_strdup (names[place])
             : mien_item_to_text (
                 (int) (MIEN_ITEM_FIRST_UNIT + place - MIEN_STEADY_FIRST_UNIT));
}

static double
value_of (const MienLabels *says, guint place)
{
  if (place < MIEN_STEADY_EXPRESSION)
    return says->item[MIEN_ITEM_VALENCE_AROUSAL].value[place];
  if (place == MIEN_STEADY_EXPRESSION)
    return says->item[MIEN_ITEM_EXPRESSION].value[0];
  return says->item[MIEN_ITEM_FIRST_UNIT + place - MIEN_STEADY_FIRST_UNIT].value[0];
}

static guint
classes_of (guint place)
{
  if (place < MIEN_STEADY_EXPRESSION)
    return 0;
  return place == MIEN_STEADY_EXPRESSION ? MIEN_EXPRESSION_COUNT : 2;
}

/* What both say, as answers of two annotators: for each place, frame by frame. */
static MienAgreementAnswer *
collect (const GArray *sample, MienModel *const models[2], guint tasks)
{
  gsize stride = 2 * (gsize) sample->len;
  MienAgreementAnswer *answers = g_new0 (MienAgreementAnswer, stride * MIEN_STEADY_COUNT);
  guint32 video = 0;

  for (guint i = 0; i < sample->len; i++)
    {
      const MienSaidTwice *said = &g_array_index (sample, MienSaidTwice, i);

      video += i > 0 && said[-1].video != said->video ? 1 : 0;
      for (guint side = 0; side < 2; side++)
        {
          MienProposal proposal;

          mien_proposal_from_prediction (&said->said[side], models[side], &proposal);
          for (guint place = 0; place < MIEN_STEADY_COUNT; place++)
            if ((tasks >> mien_steadiness_task (place) & 1) != 0)
              answers[place * stride + 2 * (gsize) i + side] =
                  (MienAgreementAnswer){ video, i, side,
                                         value_of (&proposal.labels, place) };
        }
    }
  return answers;
}

static gboolean
measure_places (const GArray *sample,
                MienModel *const models[2],
                MienSteadiness *steadiness)
{
  guint tasks = models[0]->tasks & models[1]->tasks, n[MIEN_TASK_COUNT] = { 0 };
  g_autofree MienAgreementAnswer *answers = collect (sample, models, tasks);
  gsize stride = 2 * (gsize) sample->len;
  double sum[MIEN_TASK_COUNT] = { 0 };

  for (guint place = 0; place < MIEN_STEADY_COUNT; place++)
    {
      MienTask task = mien_steadiness_task (place);
      guint figure = classes_of (place) == 0 ? MIEN_AGREEMENT_CCC : MIEN_AGREEMENT_KAPPA;
      MienAgreement agreement;

      if ((tasks >> task & 1) == 0)
        continue;
      if (mien_agreement_measure (answers + place * stride, stride, classes_of (place),
                                  &agreement)
          != 0)
        return FALSE;
      steadiness->videos = agreement.n_clusters;
      steadiness->figure[place] = agreement.figures[figure];
      for (guint end = 0; end < 2; end++)
        steadiness->interval[place][end] = agreement.intervals[figure][end];
      if (isnan (agreement.figures[figure]))
        continue;
      sum[task] += agreement.figures[figure];
      n[task]++;
    }
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    if (n[task] > 0)
      steadiness->task[task] = sum[task] / n[task];
  return TRUE;
}

static void
clear (MienSteadiness *steadiness)
{
  *steadiness = (MienSteadiness){ 0 };
  for (guint place = 0; place < MIEN_STEADY_COUNT; place++)
    steadiness->figure[place] = steadiness->interval[place][0] =
        steadiness->interval[place][1] = (double) NAN;
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    steadiness->task[task] = (double) NAN;
}

gboolean
mien_steadiness_measure (MienStore *store, MienSteadiness *steadiness, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (MienModel) current = mien_models_current (store, &failed);
  g_autoptr (MienModel) previous = NULL;
  g_autoptr (GArray) sample = NULL;
  gint64 previous_id = mien_models_previous (store);
  MienSteadiness made;

  clear (&made);
  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  if (current != NULL)
    made.model = current->id;
  if (current != NULL && previous_id != 0)
    {
      previous = mien_models_get (store, previous_id, error);
      sample = previous != NULL
                   ? mien_fixed_sample (store, current->id, previous_id, error)
                   : NULL;
      if (sample == NULL)
        return FALSE;
      made.frames = sample->len;
    }
  if (made.frames > 0)
    {
      made.predecessor = previous_id;
      if (!measure_places (sample, (MienModel *const[]){ current, previous }, &made))
        {
          g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
                       "%s: out of memory for the answers of two models; close other "
                       "programs",
                       mien_store_path (store));
          return FALSE;
        }
    }
  *steadiness = made;
  return TRUE;
}

/* ---- what is written down ---- */

static JsonNode *
record_to_json (const MienSteadiness *steadiness)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  mien_json_integer (builder, "model", steadiness->predecessor);
  mien_json_integer (builder, "frames", (gint64) steadiness->frames);
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    mien_json_real (builder, mien_task_id ((MienTask) task), steadiness->task[task]);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

/* The object; an empty one where there is none. */
static JsonNode *
read_metrics (const MienModel *model)
{
  JsonNode *root = mien_stored_json_read (model->metrics);

  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    return root;
  g_clear_pointer (&root, json_node_unref);
  root = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (root, json_object_new ());
  return root;
}

gboolean
mien_steadiness_record (MienStore *store,
                        const MienSteadiness *steadiness,
                        GError **error)
{
  g_autoptr (MienModel) model = NULL;
  g_autoptr (JsonNode) metrics = NULL;
  g_autofree char *text = NULL;

  if (steadiness->predecessor == 0)
    return TRUE;
  model = mien_models_get (store, steadiness->model, error);
  if (model == NULL)
    return FALSE;
  metrics = read_metrics (model);
  json_object_set_member (json_node_get_object (metrics), RECORD,
                          record_to_json (steadiness));
  text = json_to_string (metrics, FALSE);
  return mien_models_set_metrics (store, model->id, text, error);
}

static gboolean
is_number (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node)
         && (json_node_get_value_type (node) == G_TYPE_INT64
             || json_node_get_value_type (node) == G_TYPE_DOUBLE);
}

/* 0: nothing is written down. */
static gint64
read_record (const MienModel *model, double agreement[MIEN_TASK_COUNT])
{
  g_autoptr (JsonNode) metrics = read_metrics (model);
  JsonNode *node = json_object_get_member (json_node_get_object (metrics), RECORD);
  JsonObject *record =
      node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  if (record == NULL || !is_number (json_object_get_member (record, "model")))
    return 0;
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    {
      JsonNode *value = json_object_get_member (record, mien_task_id ((MienTask) task));

      agreement[task] = is_number (value) ? json_node_get_double (value) : (double) NAN;
    }
  return MAX (json_node_get_int (json_object_get_member (record, "model")), 0);
}

static const MienModel *
find_model (const GPtrArray *models, gint64 id)
{
  for (guint i = 0; i < models->len; i++)
    if (((const MienModel *) g_ptr_array_index (models, i))->id == id)
      return g_ptr_array_index (models, i);
  return NULL;
}

/* A training on as many labels as before is the same one again: that it says the same is
 * no news. */
static void
drop_repeats (const MienModel *model,
              const MienModel *predecessor,
              double agreement[MIEN_TASK_COUNT])
{
  g_auto (MienModelRecord) one = { 0 }, other = { 0 };

  if (predecessor == NULL)
    return;
  mien_model_record_read (model, &one);
  mien_model_record_read (predecessor, &other);
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    if (one.tasks[task].labels >= 0 && one.tasks[task].labels == other.tasks[task].labels)
      agreement[task] = (double) NAN;
}

gboolean
mien_steadiness_history (MienStore *store,
                         const MienSteadiness *steadiness,
                         double history[MIEN_TASK_COUNT][MIEN_STABLE_MODELS],
                         guint *n,
                         GError **error)
{
  g_autoptr (GPtrArray) models = mien_models_list (store, error);
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  double agreement[MIEN_TASK_COUNT];
  const MienModel *model;
  gint64 predecessor = steadiness->predecessor;

  if (models == NULL)
    return FALSE;
  *n = 0;
  model = find_model (models, steadiness->model);
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    agreement[task] = steadiness->task[task];
  /* Rolling back lets two models be each other's predecessor. */
  while (model != NULL && predecessor != 0 && *n < MIEN_STABLE_MODELS
         && g_hash_table_add (seen, (gpointer) model))
    {
      const MienModel *before = find_model (models, predecessor);

      drop_repeats (model, before, agreement);
      for (guint task = 0; task < MIEN_TASK_COUNT; task++)
        history[task][*n] = agreement[task];
      ++*n;
      model = before;
      predecessor = model != NULL ? read_record (model, agreement) : 0;
    }
  return TRUE;
}

gboolean
mien_steadiness_is_stable (const double history[MIEN_STABLE_MODELS], guint n)
{
  for (guint i = 0; i < n; i++)
    if (!(history[i] >= MIEN_STABLE))
      return FALSE;
  return n == MIEN_STABLE_MODELS;
}
