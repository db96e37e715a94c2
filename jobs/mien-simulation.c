/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * One simulated project. Each round trains from the weights of the round before, so that
 * short rounds add up; that is the only thing a person would not do, whose trainings
 * begin anew (DESIGN.md). The programs that train and propose are this one, started
 * again, so that what is simulated is what is used.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-simulation.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdarg.h>
#include <string.h>

#include "mien-events.h"
#include "mien-frames.h"
#include "mien-plan.h"
#include "mien-proposals.h"

#define FIXED_THRESHOLD 0.95
#define ANNOTATOR "simulated"

typedef struct
{
  const MienSimulation *options;
  char *folder, *copy, *weights;
  GRand *random;
  GArray *frames; /* gint64: training frames whose truth is known, in random order */
  guint decisions;
} Run;

const char *
mien_policy_id (MienPolicy policy)
{
  static const char *const ids[] = { "mix", "uncertain", "random", "fixed", "none" };

  return ids[policy];
}

static void
run_clear (Run *run)
{
  if (run->folder != NULL)
    {
      g_autoptr (GDir) dir = g_dir_open (run->folder, 0, NULL);
      const char *name;

      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *path = g_build_filename (run->folder, name, NULL);

          g_unlink (path);
        }
      g_rmdir (run->folder);
    }
  g_free (run->folder);
  g_free (run->copy);
  g_free (run->weights);
  g_clear_pointer (&run->random, g_rand_free);
  g_clear_pointer (&run->frames, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

/* ---- this program again ---- */

static void
on_cancelled (GCancellable *cancellable, GSubprocess *child)
{
  g_subprocess_send_signal (child, 15);
}

/* Arguments as strings, to a NULL. */
static gboolean
mienctl (const Run *run, GError **error, ...)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GSubprocess) child = NULL;
  g_autofree char *self = g_file_read_link ("/proc/self/exe", error), *said = NULL;
  GCancellable *cancellable = run->options->job->cancellable;
  gulong id = 0;
  va_list list;

  if (self == NULL)
    return FALSE;
  g_ptr_array_add (argv, self);
  va_start (list, error);
  for (char *argument = va_arg (list, char *); argument != NULL;
       argument = va_arg (list, char *))
    g_ptr_array_add (argv, argument);
  va_end (list);
  g_ptr_array_add (argv, NULL);
  child = g_subprocess_newv (
      (const char *const *) argv->pdata,
      G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE, error);
  if (child == NULL)
    return FALSE;
  if (cancellable != NULL)
    id = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), child, NULL);
  /* Not the cancellable: the child is ended by its signal, and waited for. */
  if (!g_subprocess_communicate_utf8 (child, NULL, NULL, NULL, &said, error))
    said = NULL;
  if (id != 0)
    g_cancellable_disconnect (cancellable, id);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (said != NULL && g_subprocess_get_if_exited (child)
      && g_subprocess_get_exit_status (child) == 0)
    return TRUE;
  if (error != NULL && *error == NULL)
    g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
                 "%s: a simulated \"mienctl %s\" failed: %s", run->options->project,
                 (const char *) argv->pdata[1], said != NULL ? g_strstrip (said) : "");
  return FALSE;
}

/* ---- beginning ---- */

static gboolean
find_frames (Run *run, MienStore *store, GError **error)
{
  GHashTableIter iter;
  gpointer frame;

  run->frames = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_hash_table_iter_init (&iter, run->options->truth);
  while (g_hash_table_iter_next (&iter, &frame, NULL))
    {
      g_autoptr (MienFrame) found =
          mien_frames_get (store, *(const gint64 *) frame, error);

      if (found == NULL)
        return FALSE;
      if (found->split == MIEN_SPLIT_TRAIN && found->has_image && !found->not_a_face)
        g_array_append_val (run->frames, *(const gint64 *) frame);
    }
  if (run->frames->len > 0)
    return TRUE;
  g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
               "%s: the list knows no training frame of this project; give that of its "
               "frames",
               run->options->project);
  return FALSE;
}

static int
by_id (gconstpointer a, gconstpointer b)
{
  gint64 one = *(const gint64 *) a, other = *(const gint64 *) b;

  return one < other ? -1 : one > other;
}

static void
shuffle (Run *run)
{
  /* Out of the order of a hash table first. */
  g_array_sort (run->frames, by_id);
  for (guint i = run->frames->len; i > 1; i--)
    {
      guint k = (guint) g_rand_int_range (run->random, 0, (gint32) i);
      gint64 kept = g_array_index (run->frames, gint64, i - 1);

      g_array_index (run->frames, gint64, i - 1) = g_array_index (run->frames, gint64, k);
      g_array_index (run->frames, gint64, k) = kept;
    }
}

/* Beside the runs of trainings: a copy may be too large for a /tmp in memory. */
static gboolean
make_folder (Run *run, GError **error)
{
  g_autofree char *cache = g_build_filename (g_get_user_cache_dir (), "mien", NULL);
  g_autofree char *folder = g_build_filename (cache, "simulation-XXXXXX", NULL);

  if (g_mkdir_with_parents (cache, 0700) == 0 && g_mkdtemp (folder) != NULL)
    {
      run->folder = g_steal_pointer (&folder);
      return TRUE;
    }
  g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
               "%s: no folder for copies can be made there: %s; make room or set "
               "XDG_CACHE_HOME",
               cache, g_strerror (errno));
  return FALSE;
}

static gboolean
begin (Run *run, GError **error)
{
  g_autoptr (MienStore) store = NULL;

  if (!make_folder (run, error))
    return FALSE;
  run->copy = g_build_filename (run->folder, "copy.mien", NULL);
  run->weights = g_build_filename (run->folder, "weights.safetensors", NULL);
  run->random = g_rand_new_with_seed ((guint32) run->options->seed);
  store = mien_store_open (run->options->project, MIEN_STORE_READ_ONLY, error);
  if (store == NULL || !find_frames (run, store, error)
      || !mien_store_save_copy (store, run->copy, error))
    return FALSE;
  shuffle (run);
  return TRUE;
}

/* ---- a round ---- */

static gboolean
has_model (const Run *run)
{
  return run->options->policy != MIEN_POLICY_NONE;
}

static gboolean
fix_thresholds (const Run *run, GError **error)
{
  g_autoptr (MienStore) store = mien_store_open (run->copy, MIEN_STORE_READ_WRITE, error);
  g_autoptr (MienModel) model = store != NULL ? mien_models_current (store, error) : NULL;

  if (model == NULL)
    return FALSE;
  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    model->thresholds.expression[i] = FIXED_THRESHOLD;
  return mien_models_set_thresholds (store, model->id, &model->thresholds, error);
}

/* From the weights of the round before, which know enough to give pseudo-labels. */
static gboolean
train (const Run *run, int round, GError **error)
{
  const MienSimulation *options = run->options;
  g_autofree char *epochs = g_strdup_printf ("--epochs=%d", options->epochs);
  g_autofree char *size = g_strdup_printf ("--input-size=%d", options->input_size);
  g_autofree char *threads = g_strdup_printf ("--threads=%u", options->threads);
  g_autofree char *seed =
      g_strdup_printf ("--seed=%d", (int) options->seed * 1000 + round);

  return (round == 0
          || (mienctl (run, error, "weights", "export", run->copy, run->weights, NULL)
              && mienctl (run, error, "weights", "import", run->copy, run->weights,
                          NULL)))
         && mienctl (run, error, "train", run->copy, epochs, size, threads, seed,
                     "--accept", round > 0 ? "--labels-first=0" : NULL, NULL)
         && (options->policy != MIEN_POLICY_FIXED || fix_thresholds (run, error))
         && mienctl (run, error, "propose", run->copy, threads, NULL);
}

static gboolean
measure_frame (const Run *run,
               MienStore *store,
               gint64 frame,
               MienSimulationPoint *point,
               GError **error)
{
  int truth = GPOINTER_TO_INT (g_hash_table_lookup (run->options->truth, &frame));
  const MienLabel *label;
  MienLabels labels;

  if (!mien_frames_labels (store, frame, &labels, error))
    return FALSE;
  point->frames++;
  label = &labels.item[MIEN_ITEM_EXPRESSION];
  if (label->answer == MIEN_ANSWER_VALUE)
    {
      point->labelled++;
      point->labelled_right += (int) label->value[0] == truth;
      return TRUE;
    }
  if (!has_model (run))
    return TRUE;
  if (!mien_proposals_accepted (store, frame, &labels, NULL, error))
    return FALSE;
  if (label->answer == MIEN_ANSWER_VALUE)
    {
      point->accepted++;
      point->accepted_right += (int) label->value[0] == truth;
    }
  return TRUE;
}

static gboolean
measure (const Run *run, int round, GArray *points, GError **error)
{
  g_autoptr (MienStore) store = mien_store_open (run->copy, MIEN_STORE_READ_ONLY, error);
  MienSimulationPoint point = { .round = round, .decisions = run->decisions };

  if (store == NULL)
    return FALSE;
  for (guint i = 0; i < run->frames->len; i++)
    if (!measure_frame (run, store, g_array_index (run->frames, gint64, i), &point,
                        error))
      return FALSE;
  g_array_append_val (points, point);
  return TRUE;
}

/* What is asked, whoever asks; frames whose truth nobody knows are passed over. */
static GArray *
choose (const Run *run, MienStore *store, GError **error)
{
  static const char *const mixes[MIEN_POLICY_COUNT] = {
    [MIEN_POLICY_UNCERTAIN] = "uncertain=100",
    [MIEN_POLICY_FIXED] = "uncertain=100",
  };
  const char *text = mixes[run->options->policy];
  MienMix mix;

  if (run->options->policy == MIEN_POLICY_RANDOM
      || run->options->policy == MIEN_POLICY_NONE)
    return g_array_ref (run->frames);
  if ((text != NULL
       && (!mien_mix_parse (text, &mix, error)
           || !mien_plan_set_mix (store, &mix, error)))
      || !mien_plan_renew (store, error))
    return NULL;
  return mien_queue_frames (store, G_MAXUINT, NULL, error);
}

static int
answer_of (const Run *run, gint64 frame)
{
  int truth = GPOINTER_TO_INT (g_hash_table_lookup (run->options->truth, &frame));

  if (g_rand_double (run->random) < run->options->accuracy)
    return truth;
  return (truth + 1 + g_rand_int_range (run->random, 0, MIEN_EXPRESSION_COUNT - 1))
         % MIEN_EXPRESSION_COUNT;
}

/* Answered if nobody has labelled its expression yet. */
static gboolean
answer_frame (Run *run, MienStore *store, gint64 frame, gint64 annotator, GError **error)
{
  MienDecision decision = { .kind = MIEN_DECISION_ANSWER,
                            .frame = frame,
                            .annotator = annotator,
                            .duration_us = -1 };
  MienLabels labels;

  if (!mien_frames_labels (store, frame, &labels, error))
    return FALSE;
  if (labels.item[MIEN_ITEM_EXPRESSION].answer != MIEN_ANSWER_NONE)
    return TRUE;
  decision.answers.item[MIEN_ITEM_EXPRESSION] =
      (MienLabel){ .answer = MIEN_ANSWER_VALUE, .value = { answer_of (run, frame) } };
  run->decisions++;
  return mien_events_decide (store, &decision, NULL, error);
}

static gboolean
answer (Run *run, GError **error)
{
  g_autoptr (MienStore) store = mien_store_open (run->copy, MIEN_STORE_READ_WRITE, error);
  guint until = run->decisions + (guint) run->options->answers;
  g_autoptr (GArray) frames = NULL;
  g_autoptr (GHashTable) known = g_hash_table_new (g_int64_hash, g_int64_equal);
  gint64 annotator;

  if (store == NULL || !mien_store_set_bulk (store, TRUE, error)
      || !mien_events_ensure_annotator (store, ANNOTATOR, &annotator, error))
    return FALSE;
  for (guint i = 0; i < run->frames->len; i++)
    g_hash_table_add (known, &g_array_index (run->frames, gint64, i));
  frames = choose (run, store, error);
  for (guint i = 0; frames != NULL && i < frames->len && run->decisions < until; i++)
    {
      gint64 frame = g_array_index (frames, gint64, i);

      if (g_hash_table_contains (known, &frame)
          && !answer_frame (run, store, frame, annotator, error))
        return FALSE;
    }
  return frames != NULL;
}

gboolean
mien_simulation_run (const MienSimulation *simulation, GArray *points, GError **error)
{
  g_auto (Run) run = { .options = simulation };

  if (!begin (&run, error))
    return FALSE;
  for (int round = 0; round < simulation->rounds; round++)
    {
      mien_progress_count (simulation->job->progress, (guint64) round,
                           (guint64) simulation->rounds);
      if ((has_model (&run) && !train (&run, round, error))
          || !measure (&run, round, points, error) || !answer (&run, error))
        return FALSE;
    }
  return measure (&run, simulation->rounds, points, error);
}
