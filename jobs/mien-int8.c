/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The tuning videos are answered twice. What is compared are decisions, after the model's
 * post-processing, since these are what people see; what the score loses is a difference
 * on the same frames, and its interval comes from drawing whole videos anew.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-int8.h"

#include <math.h>

#include "mien-frame-reader.h"
#include "mien-json.h"
#include "mien-resample.h"

#define CALIBRATION 128
#define NEAR 0.05f
#define MIN_AGREEMENT 0.99
#define MAX_LOSS 0.01

GBytes *
mien_int8_calibration (MienJob *job,
                       MienStore *store,
                       const GArray *rows,
                       int side,
                       guint threads,
                       GError **error)
{
  g_autoptr (GArray) frames = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GByteArray) pixels = g_byte_array_new ();
  g_autoptr (MienFrameReader) reader = NULL;
  MienFrameBatch batch;
  guint n = 0;

  for (guint i = 0; i < rows->len; i++)
    {
      const MienPackRow *row = &g_array_index (rows, MienPackRow, i);

      if (row->split == MIEN_PACK_TRAIN)
        g_array_append_val (frames, row->frame);
    }
  for (guint i = 0; i < frames->len && n < CALIBRATION; i++)
    if ((guint64) i * MIN (CALIBRATION, frames->len) / frames->len == n)
      g_array_index (frames, gint64, n++) = g_array_index (frames, gint64, i);
  reader = mien_frame_reader_new (store, (const gint64 *) (void *) frames->data, n, side,
                                  threads, job->progress);
  for (mien_frame_reader_next (reader, &batch); batch.n > 0;
       mien_frame_reader_next (reader, &batch))
    g_byte_array_append (pixels, batch.rgb, batch.n * (guint) (side * side * 3));
  mien_frame_reader_finish (reader);
  if (pixels->len > 0)
    return g_byte_array_free_to_bytes (g_steal_pointer (&pixels));
  g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
               "%s: no frame of a training video can be read to find the ranges of eight "
               "bits; leave --precision out",
               mien_store_path (store));
  return NULL;
}

/* What is decided on a frame. */
typedef struct
{
  float point[2];
  gint8 expression;
  gint8 units[MIEN_UNIT_COUNT];
} Decision;

typedef struct
{
  const MienPostprocess *postprocess;
  GArray *decisions; /* Decision of each labelled frame */
  GPtrArray *videos; /* MienMetricsSums of each video with labels */
  gint8 labelled[MIEN_TASK_COUNT];
} Answers;

static void
answers_clear (Answers *answers)
{
  g_clear_pointer (&answers->decisions, g_array_unref);
  g_clear_pointer (&answers->videos, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answers, answers_clear)

static void
restart (gpointer data)
{
  Answers *answers = data;

  answers_clear (answers);
  answers->decisions = g_array_new (FALSE, FALSE, sizeof (Decision));
  answers->videos =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mien_metrics_sums_free);
}

static gboolean
has_units (const MienPackRow *row)
{
  for (guint unit = 0; unit < MIEN_UNIT_COUNT; unit++)
    if (row->action_units[unit] >= 0)
      return TRUE;
  return FALSE;
}

static void
add_frame (Answers *answers,
           MienMetricsSums *sums,
           const MienPackRow *row,
           const float *said)
{
  const float truth[2] = { row->valence, row->arousal };
  const float *point = said + MIEN_EXPRESSION_COUNT;
  Decision decision = { .point = { point[0], point[1] } };
  int expression = 0;

  mien_postprocess_decide (answers->postprocess, said, &expression, decision.units);
  decision.expression = (gint8) expression;
  mien_metrics_add (sums, truth, row->expression, row->action_units, point, expression,
                    decision.units);
  g_array_append_val (answers->decisions, decision);
  answers->labelled[MIEN_TASK_VALENCE_AROUSAL] |= !isnan (row->valence);
  answers->labelled[MIEN_TASK_EXPRESSION] |= row->expression >= 0;
  answers->labelled[MIEN_TASK_ACTION_UNITS] |= has_units (row);
}

static gboolean
add_video (const MienPackRow *rows,
           const MienPrediction *said,
           guint n,
           gpointer data,
           GError **error)
{
  Answers *answers = data;
  g_autofree gint64 *numbers = g_new (gint64, n);
  g_autofree float *processed = g_new (float, (gsize) n *MIEN_POSTPROCESS_ANSWER);
  MienMetricsSums *sums = mien_metrics_sums_new ();

  g_assert (sums != NULL);
  g_ptr_array_add (answers->videos, sums);
  for (guint i = 0; i < n; i++)
    numbers[i] = rows[i].number;
  if (mien_postprocess_apply (answers->postprocess, n, numbers,
                              (const float *) (const void *) said, 0, n, processed)
      != 0)
    {
      g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
                   "out of memory for a video of %u frames; close other programs", n);
      return FALSE;
    }
  for (guint i = 0; i < n; i++)
    if (mien_evaluation_is_labelled (&rows[i]))
      add_frame (answers, sums, &rows[i], processed + i * MIEN_POSTPROCESS_ANSWER);
  return TRUE;
}

static void
compare (const Answers *exact, const Answers *quick, double agreement[MIEN_TASK_COUNT])
{
  guint same[MIEN_TASK_COUNT] = { 0 };
  double n = exact->decisions->len;

  for (guint i = 0; i < exact->decisions->len; i++)
    {
      const Decision *a = &g_array_index (exact->decisions, Decision, i);
      const Decision *b = &g_array_index (quick->decisions, Decision, i);

      same[MIEN_TASK_VALENCE_AROUSAL] += fabsf (a->point[0] - b->point[0]) <= NEAR
                                         && fabsf (a->point[1] - b->point[1]) <= NEAR;
      same[MIEN_TASK_EXPRESSION] += a->expression == b->expression;
      for (guint unit = 0; unit < MIEN_UNIT_COUNT; unit++)
        same[MIEN_TASK_ACTION_UNITS] += a->units[unit] == b->units[unit];
    }
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    agreement[task] =
        same[task] / (task == MIEN_TASK_ACTION_UNITS ? n * MIEN_UNIT_COUNT : n);
}

/* The score of the videos, counts[i] times each. */
static double
score_of (const Answers *answers, const uint32_t *counts)
{
  MienMetricsSums *sums = mien_metrics_sums_new ();
  MienMetrics metrics;

  g_assert (sums != NULL);
  for (guint i = 0; i < answers->videos->len; i++)
    for (uint32_t n = 0; n < counts[i]; n++)
      mien_metrics_merge (sums, g_ptr_array_index (answers->videos, i));
  mien_metrics_finish (sums, &metrics);
  mien_metrics_sums_free (sums);
  return metrics.score;
}

typedef struct
{
  const Answers *exact, *quick;
} Both;

static void
lose (const uint32_t *counts, double *loss, void *data)
{
  const Both *both = data;

  *loss = score_of (both->exact, counts) - score_of (both->quick, counts);
}

static const char *
find_refusal (const MienInt8Check *check)
{
  if (check->videos < MIEN_RESAMPLE_MIN_CLUSTERS)
    return "too few tuning videos carry labels to check them on";
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    if ((check->tasks & 1u << task) != 0 && !(check->agreement[task] >= MIN_AGREEMENT))
      return "they agree with float32 in less than 99 % of the answers";
  if (!(check->loss[1] < MAX_LOSS))
    return "the score may lose 0.01 or more by them";
  return NULL;
}

gboolean
mien_int8_check (const MienEvaluation *evaluation,
                 const MienPostprocess *postprocess,
                 MienInt8Check *check,
                 GError **error)
{
  static const MienAnswersFuncs funcs = { restart, add_video };
  g_auto (Answers) exact = { .postprocess = postprocess };
  g_auto (Answers) quick = { .postprocess = postprocess };
  gint64 radius = mien_postprocess_radius (postprocess);
  MienEvaluation plain = *evaluation;
  g_autofree uint32_t *once = NULL;
  Both both = { &exact, &quick };
  int status = 0;

  plain.calibration = NULL;
  if (!mien_evaluation_read (&plain, radius, &funcs, &exact, error)
      || !mien_evaluation_read (evaluation, radius, &funcs, &quick, error))
    return FALSE;
  if (exact.decisions->len != quick.decisions->len)
    {
      g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
                   "%s: images have changed while they were read; try again",
                   mien_store_path (evaluation->store));
      return FALSE;
    }
  *check = (MienInt8Check){ .videos = exact.videos->len, .frames = exact.decisions->len };
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    check->tasks |= exact.labelled[task] ? 1u << task : 0;
  if (check->videos >= MIEN_RESAMPLE_MIN_CLUSTERS)
    {
      once = g_new (uint32_t, check->videos);
      for (guint i = 0; i < check->videos; i++)
        once[i] = 1;
      compare (&exact, &quick, check->agreement);
      check->score[0] = score_of (&exact, once);
      check->score[1] = score_of (&quick, once);
      status = mien_resample (check->videos, 1, lose, &both, &check->loss);
      g_assert (status == 0);
    }
  check->refusal = find_refusal (check);
  return TRUE;
}

void
mien_json_int8_check (JsonBuilder *builder, const char *name, const MienInt8Check *check)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  mien_json_boolean (builder, "accepted", check->refusal == NULL);
  mien_json_string (builder, "refusal", check->refusal);
  mien_json_integer (builder, "videos", check->videos);
  mien_json_integer (builder, "frames", check->frames);
  if (check->videos >= MIEN_RESAMPLE_MIN_CLUSTERS)
    {
      json_builder_set_member_name (builder, "agreement");
      json_builder_begin_object (builder);
      for (guint task = 0; task < MIEN_TASK_COUNT; task++)
        if ((check->tasks & 1u << task) != 0)
          mien_json_real (builder, mien_task_id ((MienTask) task),
                          check->agreement[task]);
      json_builder_end_object (builder);
      mien_json_real (builder, "score_fp32", check->score[0]);
      mien_json_real (builder, "score_int8", check->score[1]);
      mien_json_reals (builder, "loss_interval", check->loss, 2);
    }
  json_builder_end_object (builder);
}

char *
mien_int8_check_to_text (const MienInt8Check *check)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "eight bits, %u frames of %u tuning videos",
                          check->frames, check->videos);
  if (check->videos >= MIEN_RESAMPLE_MIN_CLUSTERS)
    {
      for (guint task = 0; task < MIEN_TASK_COUNT; task++)
        if ((check->tasks & 1u << task) != 0)
          g_string_append_printf (text, ", %s agrees %.2f %%",
                                  mien_task_id ((MienTask) task),
                                  100 * check->agreement[task]);
      g_string_append_printf (text, ", score %.4f beside %.4f (loss %.4f to %.4f)",
                              check->score[1], check->score[0], check->loss[0],
                              check->loss[1]);
    }
  if (check->refusal != NULL)
    g_string_append_printf (text, "\nanswers are in float32: %s\n", check->refusal);
  else
    g_string_append (text, "\nanswers are in eight bits\n");
  return g_string_free (text, FALSE);
}
