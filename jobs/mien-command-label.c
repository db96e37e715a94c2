/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * label: one decision of one person, on one frame or on a part of a video. Everything is
 * checked before anything is written, and annotator and decision are one transaction: a
 * refusal leaves the project as it was. When this command says "recorded" the decision is
 * on the disk.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-commands.h"

#include <string.h>

#include "mien-decision.h"
#include "mien-frames.h"
#include "mien-json.h"
#include "mien-proposals.h"

typedef struct
{
  char *frame, *through, *annotator, *note;
  char *expression, *valence, *arousal, *units;
  gboolean confirm, skip, not_a_face;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->frame);
  g_free (options->through);
  g_free (options->note);
  g_free (options->annotator);
  g_free (options->expression);
  g_free (options->valence);
  g_free (options->arousal);
  g_free (options->units);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gboolean
has_answers (const Options *options)
{
  return options->expression != NULL || options->valence != NULL
         || options->arousal != NULL || options->units != NULL;
}

/* Exactly one kind of decision. */
static gboolean
check_mixture (MienJob *job, const Options *options, GError **error)
{
  int kinds = has_answers (options) + options->confirm + options->skip
              + options->not_a_face + (options->note != NULL);

  if (options->frame == NULL)
    return mien_job_usage_error (job, error, "--frame is missing");
  if (options->annotator == NULL)
    return mien_job_usage_error (job, error, "--annotator is missing");
  if (kinds == 0)
    return mien_job_usage_error (job, error,
                                 "no decision was given: an answer, --confirm, --skip, "
                                 "--not-a-face or --note");
  if (kinds > 1)
    return mien_job_usage_error (
        job, error,
        "answers, --confirm, --skip, --not-a-face and --note exclude each other");
  if (options->through != NULL && !has_answers (options))
    return mien_job_usage_error (job, error, "--through takes answers");
  if ((options->valence != NULL) != (options->arousal != NULL))
    return mien_job_usage_error (job, error,
                                 "--valence and --arousal belong together: %s is missing",
                                 options->valence != NULL ? "--arousal" : "--valence");
  return TRUE;
}

static gboolean
parse_point (MienJob *job, const Options *options, MienLabel *label, GError **error)
{
  gboolean no_valence = strcmp (options->valence, "?") == 0;
  double valence, arousal;

  if (no_valence != (strcmp (options->arousal, "?") == 0))
    return mien_job_usage_error (
        job, error, "--valence and --arousal are one answer: \"?\" is said of both");
  if (no_valence)
    {
      label->answer = MIEN_ANSWER_CANNOT_TELL;
      return TRUE;
    }
  if (!mien_job_parse_real (job, "valence", options->valence, -1, 1, &valence, error)
      || !mien_job_parse_real (job, "arousal", options->arousal, -1, 1, &arousal, error))
    return FALSE;
  *label = (MienLabel){ .answer = MIEN_ANSWER_VALUE, .value = { valence, arousal } };
  return TRUE;
}

static gboolean
parse_expression (MienJob *job, const char *text, MienLabel *label, GError **error)
{
  guint expression;

  if (strcmp (text, "?") == 0)
    label->answer = MIEN_ANSWER_CANNOT_TELL;
  else if (mien_expression_from_string (text, &expression))
    *label = (MienLabel){ .answer = MIEN_ANSWER_VALUE, .value = { expression } };
  else
    return mien_job_usage_error (job, error,
                                 "--expression takes 0 to 7, one of Neutral, Anger, "
                                 "Disgust, Fear, Happiness, Sadness, Surprise and Other, "
                                 "or ?, not \"%s\"",
                                 text);
  return TRUE;
}

static gboolean
parse_answers (MienJob *job, const Options *options, MienLabels *answers, GError **error)
{
  return (options->expression == NULL
          || parse_expression (job, options->expression,
                               &answers->item[MIEN_ITEM_EXPRESSION], error))
         && (options->valence == NULL
             || parse_point (job, options, &answers->item[MIEN_ITEM_VALENCE_AROUSAL],
                             error))
         && (options->units == NULL
             || mien_decision_parse_units (job, options->units, answers, error));
}

/* The model's answers to the doubtful items that the queue asks of the frame. */
static gboolean
take_proposal (MienStore *store,
               const MienFrame *frame,
               const MienModel *model,
               MienLabels *answers,
               GError **error)
{
  g_autoptr (GError) failed = NULL;
  MienPrediction prediction;
  MienProposal proposal;
  const char *reason;
  guint tasks, doubtful;

  if (!mien_queue_asked (store, frame->id, &tasks, &doubtful, &reason, error))
    return FALSE;
  if (model == NULL || doubtful == 0 || mien_queue_is_blind (reason)
      || !mien_proposals_prediction (store, model->id, frame->id, &prediction, &failed))
    {
      if (failed != NULL)
        g_propagate_error (error, g_steal_pointer (&failed));
      else
        g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
                     "%s: %s; give the answer itself", frame->key,
                     tasks == 0 ? "the queue asks nothing of this frame"
                                : "the queue shows no proposal to confirm here");
      return FALSE;
    }
  mien_proposal_from_prediction (&prediction, model, &proposal);
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    if (doubtful >> item & 1)
      answers->item[item] = proposal.labels.item[item];
  return TRUE;
}

/* From the frame to the one that --through names; those without a face are left out. The
 * frame that was named first, and looked at, comes first. */
static gboolean
collect_frames (MienStore *store,
                const Options *options,
                const MienFrame *frame,
                GArray *frames,
                GError **error)
{
  g_autoptr (MienFrame) last = NULL;
  g_autoptr (GPtrArray) span = NULL;

  g_array_append_val (frames, frame->id);
  if (options->through == NULL)
    return TRUE;
  last = mien_frames_find (store, options->through, error);
  if (last == NULL)
    return FALSE;
  if (last->video != frame->video || last->number < 0 || frame->number < 0)
    {
      g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
                   "%s: not of the same video as %s, or without a number; name two "
                   "frames of one video",
                   last->key, frame->key);
      return FALSE;
    }
  span = mien_frames_span (store, frame->video, MIN (frame->number, last->number),
                           MAX (frame->number, last->number), G_MAXINT, error);
  for (guint i = 0; span != NULL && i < span->len; i++)
    {
      const MienFrame *one = g_ptr_array_index (span, i);

      if (one->id != frame->id && one->has_image && !one->not_a_face)
        g_array_append_val (frames, one->id);
    }
  return span != NULL;
}

/* In a transaction of the caller's: what is confirmed is what the queue asks then. */
static gboolean
decide (MienStore *store,
        const Options *options,
        MienDecision *decision,
        guint *n_frames,
        GError **error)
{
  g_autoptr (GArray) frames = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (MienFrame) frame = mien_frames_find (store, options->frame, error);
  g_autoptr (MienModel) model = NULL;
  g_autoptr (GError) failed = NULL;

  if (frame == NULL)
    return FALSE;
  model = mien_models_current (store, &failed);
  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  decision->frame = frame->id;
  decision->model = model != NULL ? model->id : 0;
  decision->proposal_visible = options->confirm;
  if (options->confirm && !take_proposal (store, frame, model, &decision->answers, error))
    return FALSE;
  if (!collect_frames (store, options, frame, frames, error))
    return FALSE;
  decision->propagated = options->through != NULL;
  *n_frames = frames->len;
  return mien_events_ensure_annotator (store, options->annotator, &decision->annotator,
                                       error)
         && mien_events_decide_many (store, (const gint64 *) frames->data, frames->len,
                                     decision, NULL, error);
}

static gboolean
record (MienStore *store,
        const Options *options,
        MienDecision *decision,
        guint *n_frames,
        GError **error)
{
  if (!mien_store_begin (store, error))
    return FALSE;
  if (decide (store, options, decision, n_frames, error))
    return mien_store_commit (store, error);
  mien_store_rollback (store);
  return FALSE;
}

static gboolean
run_label (MienJob *job, GError **error)
{
  g_autoptr (MienStore) store = NULL;
  g_auto (Options) options = { 0 };
  MienDecision decision = { .duration_us = -1 };
  guint n_frames = 0;
  const GOptionEntry entries[] = {
    { "frame", 0, 0, G_OPTION_ARG_FILENAME, &options.frame, "For example video/00001.jpg",
      "FRAME" },
    { "through", 0, 0, G_OPTION_ARG_FILENAME, &options.through,
      "Answers also for the frames of the video up to this one", "FRAME" },
    { "annotator", 0, 0, G_OPTION_ARG_FILENAME, &options.annotator, "Who decides",
      "NAME" },
    { "expression", 0, 0, G_OPTION_ARG_FILENAME, &options.expression,
      "0 to 7, or Neutral, Anger, Disgust, Fear, Happiness, Sadness, Surprise, Other",
      "N|NAME" },
    { "valence", 0, 0, G_OPTION_ARG_FILENAME, &options.valence, "-1 to 1", "X" },
    { "arousal", 0, 0, G_OPTION_ARG_FILENAME, &options.arousal, "-1 to 1", "Y" },
    { "au", 0, 0, G_OPTION_ARG_FILENAME, &options.units,
      "Action units by FACS number, as in 12=1,4=0,6=?", "UNIT=VALUE,..." },
    { "confirm", 0, 0, G_OPTION_ARG_NONE, &options.confirm,
      "Take the model's answer to what the queue asks", NULL },
    { "skip", 0, 0, G_OPTION_ARG_NONE, &options.skip, "Ask again later", NULL },
    { "not-a-face", 0, 0, G_OPTION_ARG_NONE, &options.not_a_face,
      "There is no face to label", NULL },
    { "note", 0, 0, G_OPTION_ARG_FILENAME, &options.note, "To be read beside the frame",
      "TEXT" },
    G_OPTION_ENTRY_NULL
  };

  if (!mien_job_parse (job, entries, error) || !check_mixture (job, &options, error)
      || !parse_answers (job, &options, &decision.answers, error))
    return FALSE;
  decision.kind = options.skip           ? MIEN_DECISION_SKIP
                  : options.not_a_face   ? MIEN_DECISION_NOT_A_FACE
                  : options.note != NULL ? MIEN_DECISION_NOTE
                                         : MIEN_DECISION_ANSWER;
  decision.note = options.note;
  store = mien_store_open (job->operands[0], MIEN_STORE_READ_WRITE, error);
  if (store == NULL || !record (store, &options, &decision, &n_frames, error))
    return FALSE;
  mien_decision_print (job, "recorded", options.frame, n_frames, options.annotator,
                       mien_decision_kind_id (decision.kind), &decision.answers);
  return TRUE;
}

const MienCommand mien_command_label = {
  .name = "label",
  .operands = "PROJECT",
  .summary = "Record a decision on a frame",
  .run = run_label,
  .details = "\"?\" as a value means that one cannot tell. Answers, --confirm, --skip, "
             "--not-a-face and --note exclude each other. With --through it is one "
             "decision, and "
             "one undo; frames without a face are left out.",
};
