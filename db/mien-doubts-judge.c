/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Labels of a frame against models and rules. Pure: what is usual in the project is
 * summed first, then each frame is held against it.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-doubts-private.h"

#include <math.h>

enum
{
  ENOUGH = 10, /* labels for a threshold of their own */
};

static guint
group_of (const MienDoubtFrame *frame)
{
  return frame->split == MIEN_SPLIT_TRAIN ? 0 : 1;
}

static gboolean
is_value (const MienDoubtFrame *frame, guint item)
{
  return frame->labels.item[item].answer == MIEN_ANSWER_VALUE;
}

/* The model has an opinion of the item that may be held against its label. */
static gboolean
is_judged (const MienDoubtSearch *search, const MienDoubtFrame *frame, guint item)
{
  return (search->kinds & 1u << MIEN_DOUBT_MODEL) && search->model != NULL && frame->read
         && (search->judged >> frame->split & 1)
         && (search->model->tasks >> mien_item_task ((MienItem) item) & 1)
         && is_value (frame, item);
}

static double
unit_probability (const MienPrediction *prediction, guint unit, gboolean present)
{
  double p = CLAMP ((double) prediction->action_units[unit], 0.0, 1.0);

  return present ? p : 1.0 - p;
}

static MienLabel
value_label (double value)
{
  return (MienLabel){ .answer = MIEN_ANSWER_VALUE, .value = { value, 0.0 } };
}

static MienLabel
point_label (const MienPrediction *prediction)
{
  return (MienLabel){ .answer = MIEN_ANSWER_VALUE,
                      .value = { CLAMP ((double) prediction->valence, -1.0, 1.0),
                                 CLAMP ((double) prediction->arousal, -1.0, 1.0) } };
}

static double
distance (const MienLabel *a, const MienLabel *b)
{
  return hypot (a->value[0] - b->value[0], a->value[1] - b->value[1]);
}

/* ---- what is usual ---- */

static void
listen_to_labels (const MienDoubtFrame *frame, MienSaid *said)
{
  said->labels = frame->labels;
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    said->probability[item] = (double) NAN;
}

static void
add_rules (MienUsual *usual, const MienDoubtSearch *search, const MienDoubtFrame *frame)
{
  MienSaid said;

  listen_to_labels (frame, &said);
  for (guint i = 0; i < mien_consistency_n_rules (search->rules); i++)
    {
      MienRuleFound found;
      MienRuleState state = mien_consistency_look (search->rules, i, &said, &found);

      usual->judged[i] += state != MIEN_RULE_SILENT;
      usual->broken[i] += state == MIEN_RULE_BROKEN;
    }
}

void
mien_usual_add (MienUsual *usual,
                const MienDoubtSearch *search,
                const MienDoubtFrame *frame)
{
  guint group = group_of (frame);

  if (search->kinds & 1u << MIEN_DOUBT_RULES)
    add_rules (usual, search, frame);
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    {
      const MienLabel *label = &frame->labels.item[item];

      if (!is_judged (search, frame, item))
        continue;
      if (item == MIEN_ITEM_VALENCE_AROUSAL)
        {
          MienLabel said = point_label (&frame->prediction);

          usual->points[group] += pow (distance (label, &said), 2);
          usual->n_points[group]++;
        }
      else if (item == MIEN_ITEM_EXPRESSION)
        {
          guint class = (guint) label->value[0];

          usual->expression[group][class] += (double) frame->prediction.expression[class];
          usual->n_expression[group][class]++;
        }
      else
        {
          guint unit = item - MIEN_ITEM_FIRST_UNIT;
          gboolean present = label->value[0] != 0.0;

          usual->units[group][unit][present] +=
              unit_probability (&frame->prediction, unit, present);
          usual->n_units[group][unit][present]++;
        }
    }
}

/* Of the group if it has enough, else of both; NaN: of nothing. */
static double
mean_of (double own, guint64 n_own, double other, guint64 n_other)
{
  if (n_own >= ENOUGH)
    return own / (double) n_own;
  return n_own + n_other > 0 ? (own + other) / (double) (n_own + n_other) : (double) NAN;
}

static double
expression_threshold (const MienUsual *usual, guint group, guint class)
{
  return mean_of (usual->expression[group][class], usual->n_expression[group][class],
                  usual->expression[1 - group][class],
                  usual->n_expression[1 - group][class]);
}

static double
unit_threshold (const MienUsual *usual, guint group, guint unit, gboolean present)
{
  return mean_of (
      usual->units[group][unit][present], usual->n_units[group][unit][present],
      usual->units[1 - group][unit][present], usual->n_units[1 - group][unit][present]);
}

static double
usual_distance (const MienUsual *usual, guint group)
{
  return sqrt (mean_of (usual->points[group], usual->n_points[group],
                        usual->points[1 - group], usual->n_points[1 - group]));
}

/* ---- one frame ---- */

/* The stronger of both stays; of equals the first. */
static void
keep_stronger (MienDoubt *kept, const MienDoubt *doubt)
{
  if (doubt->score > kept->score)
    *kept = *doubt;
}

/* The most probable of the other classes that reach their thresholds; -1: none that is
 * more probable than the label. A threshold that is NaN is never reached. */
static int
confident_other (const MienUsual *usual, const MienDoubtFrame *frame, guint label)
{
  const float *p = frame->prediction.expression;
  int best = -1;

  for (guint class = 0; class < MIEN_EXPRESSION_COUNT; class ++)
    if (class != label && p[class] > p[label] && (best < 0 || p[class] > p[best])
        && (double) p[class] >= expression_threshold (usual, group_of (frame), class))
      best = (int) class;
  return best;
}

static void
judge_expression (const MienUsual *usual, const MienDoubtFrame *frame, MienDoubt *doubt)
{
  guint label = (guint) doubt->label.value[0];
  int other = confident_other (usual, frame, label);

  if (other < 0)
    return;
  doubt->other = value_label (other);
  doubt->model.label = (double) frame->prediction.expression[label];
  doubt->model.other = (double) frame->prediction.expression[other];
  doubt->model.threshold = expression_threshold (usual, group_of (frame), (guint) other);
  doubt->score = CLAMP (1.0 - doubt->model.label, 0.0, 1.0);
}

static void
judge_unit (const MienUsual *usual, const MienDoubtFrame *frame, MienDoubt *doubt)
{
  guint unit = doubt->item - MIEN_ITEM_FIRST_UNIT;
  gboolean other = doubt->label.value[0] == 0.0;
  double p = unit_probability (&frame->prediction, unit, other);
  double threshold = unit_threshold (usual, group_of (frame), unit, other);

  if (!(p > 0.5 && p >= threshold))
    return;
  doubt->other = value_label (other ? 1.0 : 0.0);
  doubt->model.label = 1.0 - p;
  doubt->model.other = p;
  doubt->model.threshold = threshold;
  doubt->score = p;
}

static void
judge_point (const MienUsual *usual, const MienDoubtFrame *frame, MienDoubt *doubt)
{
  doubt->other = point_label (&frame->prediction);
  doubt->model.other = distance (&doubt->label, &doubt->other);
  doubt->model.threshold = usual_distance (usual, group_of (frame));
  doubt->score = CLAMP ((doubt->model.other - doubt->model.threshold) / 2.0, 0.0, 1.0);
}

static void
judge_by_model (MienDoubtSearch *search,
                const MienUsual *usual,
                const MienDoubtFrame *frame)
{
  MienDoubt strongest = { .score = 0.0 };

  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    {
      MienDoubt doubt = {
        .frame = frame->id,
        .kind = MIEN_DOUBT_MODEL,
        .item = (MienItem) item,
        .label = frame->labels.item[item],
      };

      if (!is_judged (search, frame, item))
        continue;
      if (item == MIEN_ITEM_VALENCE_AROUSAL)
        judge_point (usual, frame, &doubt);
      else if (item == MIEN_ITEM_EXPRESSION)
        judge_expression (usual, frame, &doubt);
      else
        judge_unit (usual, frame, &doubt);
      keep_stronger (&strongest, &doubt);
    }
  mien_best_doubts_offer (&search->best[MIEN_DOUBT_MODEL], &strongest);
}

/* Points have no class that could flip. */
static void
judge_by_predecessor (MienDoubtSearch *search, const MienDoubtFrame *frame)
{
  MienDoubt strongest = { .score = 0.0 };
  MienProposal now, before;

  mien_proposal_from_prediction (&frame->prediction, search->model, &now);
  mien_proposal_from_prediction (&frame->before, search->predecessor, &before);
  for (guint item = MIEN_ITEM_EXPRESSION; item < MIEN_ITEM_COUNT; item++)
    {
      MienDoubt doubt = {
        .frame = frame->id,
        .kind = MIEN_DOUBT_PREDECESSOR,
        .item = (MienItem) item,
        .other = now.labels.item[item],
        .predecessor = { .before = before.labels.item[item],
                         .sure = now.confidence[item],
                         .before_sure = before.confidence[item] },
      };

      if (frame->labels.item[item].answer != MIEN_ANSWER_NONE || !now.accepted[item]
          || !before.accepted[item]
          || mien_label_equal (&doubt.other, &doubt.predecessor.before))
        continue;
      doubt.score = CLAMP (
          MIN (doubt.predecessor.sure, doubt.predecessor.before_sure) / 2.0, 0.0, 0.5);
      keep_stronger (&strongest, &doubt);
    }
  mien_best_doubts_offer (&search->best[MIEN_DOUBT_PREDECESSOR], &strongest);
}

static void
judge_by_rules (MienDoubtSearch *search,
                const MienUsual *usual,
                const MienDoubtFrame *frame)
{
  MienDoubt strongest = { .score = 0.0 };
  MienSaid said;

  listen_to_labels (frame, &said);
  for (guint i = 0; i < mien_consistency_n_rules (search->rules); i++)
    {
      MienDoubt doubt = {
        .frame = frame->id,
        .kind = MIEN_DOUBT_RULES,
        .rules = { .rule = mien_consistency_rule (search->rules, i),
                   .broken = usual->broken[i],
                   .judged = usual->judged[i] },
      };
      MienRuleFound *found = &doubt.rules.found;

      if (mien_consistency_look (search->rules, i, &said, found) != MIEN_RULE_BROKEN)
        continue;
      doubt.item = found->but.item;
      doubt.label = frame->labels.item[found->but.item];
      doubt.other = frame->labels.item[found->given.item];
      doubt.score =
          (1.0 - (double) usual->broken[i] / (double) (usual->judged[i] + 1)) / 2;
      keep_stronger (&strongest, &doubt);
    }
  mien_best_doubts_offer (&search->best[MIEN_DOUBT_RULES], &strongest);
}

void
mien_doubts_judge (MienDoubtSearch *search,
                   const MienUsual *usual,
                   const MienDoubtFrame *frame)
{
  if (frame->has_labels && frame->read && (search->kinds & 1u << MIEN_DOUBT_MODEL))
    judge_by_model (search, usual, frame);
  if (frame->read && frame->read_before && (search->judged >> frame->split & 1))
    judge_by_predecessor (search, frame);
  if (frame->has_labels && (search->kinds & 1u << MIEN_DOUBT_RULES))
    judge_by_rules (search, usual, frame);
}
