/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * From the log to figures. What one answer can be compared to is there when its frame is
 * read; what is kept of that are sums by video, which the bootstrap needs, and, for the
 * statistics of people, the answers that are shared.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-agreements.h"

#include <math.h>

#include "mien-job.h"

/* An answer about a frame that somebody else has answered too. */
typedef struct
{
  guint32 video, frame, annotator; /* numbers of our own */
  guint32 item;
  double value[2];
} Shared;

/* One contrast. */
typedef struct
{
  GArray *clusters; /* MienContrastCluster, one a video */
  gint64 video;     /* of the last */
} Comparison;

typedef struct
{
  MienAnnotatorFigures *figures;
  guint32 number;
  Comparison others[MIEN_CONTRAST_DRIFTS], model[MIEN_CONTRAST_DRIFTS];
} Person;

typedef struct
{
  GHashTable *people; /* gint64 in a MienAnnotatorWork -> Person */
  Comparison acceptance[MIEN_CONTRAST_COUNT];
  GArray *shared; /* Shared, by video, frame and item */
  MienPairs *pairs;
  gint64 video;
  guint32 n_videos, n_frames;
} Reading;

/* ---- what is compared ---- */

/* side: 0 or 1, see MienContrast. */
static void
compare (Comparison *comparison, gint64 video, guint side, double answer, double other)
{
  MienContrastCluster *clusters;

  if (comparison->clusters == NULL)
    comparison->clusters = g_array_new (FALSE, TRUE, sizeof (MienContrastCluster));
  if (comparison->clusters->len == 0 || comparison->video != video)
    g_array_set_size (comparison->clusters, comparison->clusters->len + 1);
  comparison->video = video;
  clusters = (MienContrastCluster *) (void *) comparison->clusters->data;
  mien_contrast_add (&clusters[comparison->clusters->len - 1].side[side], answer, other);
}

static void
compare_drift (Comparison comparisons[MIEN_CONTRAST_DRIFTS],
               gint64 video,
               guint side,
               MienItem item,
               const double answer[2],
               const double other[2])
{
  if (item == MIEN_ITEM_VALENCE_AROUSAL)
    for (guint axis = 0; axis < 2; axis++)
      compare (&comparisons[MIEN_CONTRAST_VALENCE + axis], video, side, answer[axis],
               other[axis]);
  else
    compare (&comparisons[item == MIEN_ITEM_EXPRESSION ? MIEN_CONTRAST_EXPRESSION
                                                       : MIEN_CONTRAST_UNITS],
             video, side, answer[0], other[0]);
}

/* The third of the annotator's answers that it belongs to: 0 the latest, 1 the earliest.
 */
static gboolean
find_third (const Person *person, const MienOpinion *opinion, guint *side)
{
  const MienAnnotatorWork *work = person->figures->work;
  MienTask task = mien_item_task (opinion->item);
  gboolean late = opinion->clock >= work->late[task];

  *side = late ? 0 : 1;
  return !opinion->propagated && (late || opinion->clock <= work->early[task]);
}

/* What the model had said. Of a point, where it is kept; else whether it was the same. */
static void
compare_with_model (Reading *reading,
                    Person *person,
                    gint64 video,
                    const MienOpinion *opinion)
{
  guint shown = opinion->proposal_visible ? 0 : 1, third;
  gboolean is_point = opinion->item == MIEN_ITEM_VALENCE_AROUSAL;
  const double same[2] = { 1, 1 };
  const double said[2] = { opinion->model == MIEN_MODEL_SAME ? 1 : 0, 0 };
  const double *answer = is_point ? opinion->label.value : said;
  const double *other = is_point ? opinion->point : same;

  if (opinion->model == MIEN_MODEL_SILENT || (is_point && isnan (opinion->point[0])))
    return;
  compare_drift (reading->acceptance, video, shown, opinion->item, answer, other);
  if (opinion->item >= MIEN_ITEM_FIRST_UNIT)
    compare (&reading->acceptance[MIEN_CONTRAST_FIRST_UNIT + opinion->item
                                  - MIEN_ITEM_FIRST_UNIT],
             video, shown, answer[0], other[0]);
  if (find_third (person, opinion, &third))
    compare_drift (person->model, video, third, opinion->item, answer, other);
}

static gboolean
is_compared (Reading *reading, const MienOpinion *opinion)
{
  /* Somebody may have come since the annotators were read. */
  return opinion->label.answer == MIEN_ANSWER_VALUE
         && g_hash_table_contains (reading->people, &opinion->annotator);
}

static void
add_pair (Reading *reading,
          guint32 number,
          const MienOpinion *one,
          const MienOpinion *other)
{
  const Person *person = g_hash_table_lookup (reading->people, &other->annotator);
  const guint32 annotators[] = { number, person->number };
  const double *values[] = { one->label.value, other->label.value };

  mien_pairs_add (reading->pairs, reading->n_videos, reading->n_frames, one->item,
                  annotators, values);
}

/* The opinions about one item. */
static void
add_item (Reading *reading, gint64 video, const MienOpinion *opinions, guint n)
{
  guint n_values = 0, third;

  for (guint i = 0; i < n; i++)
    n_values += is_compared (reading, &opinions[i]) ? 1 : 0;
  for (guint i = 0; i < n; i++)
    {
      const MienOpinion *opinion = &opinions[i];
      Person *person = g_hash_table_lookup (reading->people, &opinion->annotator);
      Shared shared = { .video = reading->n_videos,
                        .frame = reading->n_frames,
                        .item = opinion->item,
                        .value = { opinion->label.value[0], opinion->label.value[1] } };

      if (!is_compared (reading, opinion))
        continue;
      compare_with_model (reading, person, video, opinion);
      if (n_values < 2)
        continue;
      shared.annotator = person->number;
      g_array_append_val (reading->shared, shared);
      for (guint k = i + 1; k < n; k++)
        if (is_compared (reading, &opinions[k]))
          add_pair (reading, person->number, opinion, &opinions[k]);
      if (!find_third (person, opinion, &third))
        continue;
      for (guint k = 0; k < n; k++)
        if (k != i && is_compared (reading, &opinions[k]))
          compare_drift (person->others, video, third, opinion->item,
                         opinion->label.value, opinions[k].label.value);
    }
}

static gboolean
add_frame (gint64 video,
           gint64 frame,
           const MienOpinion *opinions,
           guint n,
           gpointer data,
           GError **error)
{
  Reading *reading = data;

  if (reading->n_frames == 0 || video != reading->video)
    reading->n_videos++;
  reading->video = video;
  reading->n_frames++;
  for (guint begin = 0, end; begin < n; begin = end)
    {
      for (end = begin + 1; end < n && opinions[end].item == opinions[begin].item; end++)
        continue;
      add_item (reading, video, opinions + begin, end - begin);
    }
  return TRUE;
}

/* ---- figures ---- */

static MienItem
scale_item (guint scale)
{
  if (scale >= MIEN_SCALE_FIRST_UNIT)
    return (MienItem) (MIEN_ITEM_FIRST_UNIT + scale - MIEN_SCALE_FIRST_UNIT);
  return scale >= MIEN_SCALE_EXPRESSION ? MIEN_ITEM_EXPRESSION
                                        : MIEN_ITEM_VALENCE_AROUSAL;
}

static double
scale_value (guint scale, const Shared *shared)
{
  if (scale == MIEN_SCALE_AROUSAL)
    return shared->value[1];
  if (scale >= MIEN_SCALE_FIRST_CLASS && scale < MIEN_SCALE_FIRST_UNIT)
    return shared->value[0] == scale - MIEN_SCALE_FIRST_CLASS ? 1 : 0;
  return shared->value[0];
}

static guint
scale_classes (guint scale)
{
  if (scale < MIEN_SCALE_EXPRESSION)
    return 0;
  return scale == MIEN_SCALE_EXPRESSION ? MIEN_EXPRESSION_COUNT : 2;
}

static gboolean
measure_people (const Reading *reading, MienAgreements *agreements)
{
  g_autoptr (GArray) answers = g_array_new (FALSE, FALSE, sizeof (MienAgreementAnswer));

  for (guint scale = 0; scale < MIEN_SCALE_COUNT; scale++)
    {
      g_array_set_size (answers, 0);
      for (guint i = 0; i < reading->shared->len; i++)
        {
          const Shared *shared = &g_array_index (reading->shared, Shared, i);
          MienAgreementAnswer answer = { shared->video, shared->frame, shared->annotator,
                                         scale_value (scale, shared) };

          if (shared->item == scale_item (scale))
            g_array_append_val (answers, answer);
        }
      if (mien_agreement_measure ((const MienAgreementAnswer *) (void *) answers->data,
                                  answers->len, scale_classes (scale),
                                  &agreements->people[scale])
          != 0)
        return FALSE;
    }
  return TRUE;
}

static gboolean
measure_contrast (const Comparison *comparison, guint row, MienContrast *contrast)
{
  const GArray *clusters = comparison->clusters;

  return mien_contrast_measure (
             clusters != NULL ? (const MienContrastCluster *) (void *) clusters->data
                              : NULL,
             clusters != NULL ? clusters->len : 0, row <= MIEN_CONTRAST_AROUSAL, contrast)
         == 0;
}

static gboolean
measure_contrasts (Reading *reading, MienAgreements *agreements)
{
  GHashTableIter iter;
  Person *person;
  gboolean ok = TRUE;

  for (guint row = 0; row < MIEN_CONTRAST_COUNT && ok; row++)
    ok = measure_contrast (&reading->acceptance[row], row, &agreements->acceptance[row]);
  g_hash_table_iter_init (&iter, reading->people);
  while (ok && g_hash_table_iter_next (&iter, NULL, (gpointer *) &person))
    for (guint row = 0; row < MIEN_CONTRAST_DRIFTS && ok; row++)
      {
        gboolean with_others = person->others[row].clusters != NULL;

        person->figures->with_others[row] = with_others;
        ok = measure_contrast (with_others ? &person->others[row] : &person->model[row],
                               row, &person->figures->drift[row]);
      }
  return ok;
}

/* ---- the whole ---- */

static void
clear_comparisons (Comparison *comparisons, guint n)
{
  for (guint i = 0; i < n; i++)
    g_clear_pointer (&comparisons[i].clusters, g_array_unref);
}

static void
person_free (gpointer data)
{
  Person *person = data;

  clear_comparisons (person->others, MIEN_CONTRAST_DRIFTS);
  clear_comparisons (person->model, MIEN_CONTRAST_DRIFTS);
  g_free (person);
}

static void
reading_clear (Reading *reading)
{
  g_clear_pointer (&reading->people, g_hash_table_unref);
  g_clear_pointer (&reading->shared, g_array_unref);
  g_clear_pointer (&reading->pairs, mien_pairs_free);
  clear_comparisons (reading->acceptance, MIEN_CONTRAST_COUNT);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reading, reading_clear)

static void
annotator_free (gpointer data)
{
  MienAnnotatorFigures *figures = data;

  mien_annotator_work_free (figures->work);
  g_free (figures);
}

void
mien_agreements_free (MienAgreements *agreements)
{
  if (agreements == NULL)
    return;
  g_clear_pointer (&agreements->pairs, g_array_unref);
  g_ptr_array_unref (agreements->annotators);
  g_free (agreements);
}

/* Takes the annotators out of work. */
static void
add_people (Reading *reading, GPtrArray *work, GPtrArray *annotators)
{
  g_ptr_array_set_free_func (work, NULL);
  for (guint i = 0; i < work->len; i++)
    {
      MienAnnotatorFigures *figures = g_new0 (MienAnnotatorFigures, 1);
      Person *person = g_new0 (Person, 1);

      figures->work = g_ptr_array_index (work, i);
      g_ptr_array_add (annotators, figures);
      person->figures = figures;
      person->number = i;
      g_hash_table_insert (reading->people, &figures->work->id, person);
    }
}

MienAgreements *
mien_agreements_measure (MienStore *store, GError **error)
{
  g_autoptr (GPtrArray) work = mien_opinions_annotators (store, error);
  g_autoptr (MienAgreements) agreements = NULL;
  g_auto (Reading) reading = {
    .people = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, person_free),
    .shared = g_array_new (FALSE, FALSE, sizeof (Shared)),
    .pairs = mien_pairs_new (),
  };

  if (work == NULL)
    return NULL;
  agreements = g_new0 (MienAgreements, 1);
  agreements->annotators = g_ptr_array_new_with_free_func (annotator_free);
  add_people (&reading, work, agreements->annotators);
  if (!mien_opinions_foreach (store, add_frame, &reading, error))
    return NULL;
  agreements->pairs = mien_pairs_measure (reading.pairs);
  if (agreements->pairs == NULL || !measure_people (&reading, agreements)
      || !measure_contrasts (&reading, agreements))
    {
      g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
                   "%s: out of memory for the answers of people; close other programs",
                   mien_store_path (store));
      return NULL;
    }
  return g_steal_pointer (&agreements);
}
