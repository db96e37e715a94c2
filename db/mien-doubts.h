/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-consistency.h"
#include "mien-proposals.h"

G_BEGIN_DECLS

/*
 * Frames whose labels are doubtful, each with its reasons: one list, the most doubtful first.
 *
 * Every reason has a score from 0 to 1, the probability that the label is wrong as far as this reason alone
 * can tell; a frame has that of all its reasons together as if they knew nothing of each other,
 * 1 - (1 - a) (1 - b) ... Of each kind a frame has one reason, about its most doubtful item. Frames that are
 * not a face, or have no image, have none; what was taken back does not count. What is usual (thresholds, distances, how
 * often a rule is broken) is read of all frames, in a project of more than half a million of as many in blocks.
 *
 *   people       annotators gave different answers and nobody has settled it: the share of answers that are not
 *                the commonest; of points, half the greatest distance in valence or arousal, if it is over 0.3.
 *   model        the label is another one than the model in use would have. Confident learning (Northcutt, Jiang
 *                and Chuang 2021, section 3.1): another class reaches its threshold, which is the mean probability
 *                that the model gives to that class where it is the label, and is more probable than the
 *                label: 1 - p (label). A unit is a matter of two classes: |p - label|. Of points, half of what the
 *                distance is over the model's usual one (root mean square). What is usual for a model differs
 *                between what it has learnt from and what not, so training frames and others have
 *                thresholds of their own, where ten labels of the class allow it.
 *   predecessor  an item without a label, of which the model in use and the one before it are both sure
 *                (the confidence reaches the threshold of the model), but not of the same: half of the lesser
 *                confidence. No label is in doubt here; the other reasons are all about labels.
 *   rules        labels that rarely go together (mien-consistency.h): one of two, so a half, less the share
 *                of such labels that break the rule in this project: (1 - broken / (broken + kept + 1)) / 2.
 *   neighbours   an expression that is another one than that of the labelled frames before and after it in the
 *                video, which agree and lie within a second: 2/3, two of three. A point that jumps and returns: it is
 *                over 0.3 farther from both than they are from each other; half of that. Both times
 *                1 - t / 2, t being the seconds to the farther one.
 */

typedef enum
{
  MIEN_DOUBT_PEOPLE,
  MIEN_DOUBT_MODEL,
  MIEN_DOUBT_PREDECESSOR,
  MIEN_DOUBT_RULES,
  MIEN_DOUBT_NEIGHBOURS,
} MienDoubtKind;

enum
{
  MIEN_DOUBT_KINDS = 5,
  MIEN_DOUBT_ALL_KINDS = (1 << MIEN_DOUBT_KINDS) - 1,
  MIEN_DOUBTS_MAX = 10000,                 /* of a kind: what is weaker is left out */
};

typedef struct
{
  gint64        frame;
  MienDoubtKind kind;
  double        score;
  MienItem      item;
  MienLabel     label;                     /* that is doubted; of people: the commonest answer, or a point; of a
                                              predecessor: NONE */
  MienLabel     other;                     /* what speaks against it: the next commonest answer, the point
                                              farthest off; the model's answer; the label that does not go with
                                              it, of rule->given; what the neighbours say */
  union
  {
    struct
    {
      guint     answers, label, other;     /* of all annotators; that are label; that are other */
    } people;
    struct
    {
      double    label, other, threshold;   /* probabilities; of a point: 0, the distance, the usual one */
      gboolean  seen;                      /* the model may have been trained on this label */
    } model;
    struct
    {
      MienLabel before;                    /* other is what the model in use says */
      double    sure, before_sure;         /* confidences */
    } predecessor;
    struct
    {
      const MienConsistencyRule *rule;     /* of the program's */
      MienRuleFound found;
      guint64   broken, judged;            /* frames whose labels break it, and that it says something of */
    } rules;
    struct
    {
      double    seconds;                   /* to the farther one */
      double    distance;                  /* of a point, from the nearer one; else NaN */
    } neighbours;
  };
} MienDoubt;

typedef struct
{
  gint64    frame;
  char     *key;
  MienSplit split;
  double    score;
  GArray   *doubts;                        /* MienDoubt, the strongest first; one at least */
} MienDoubtful;

void        mien_doubtful_free      (MienDoubtful   *doubtful);

/* "people" ... */
const char *mien_doubt_kind_id      (MienDoubtKind   kind);
gboolean    mien_doubt_kind_from_id (const char     *id,
                                     MienDoubtKind  *kind);

/* kinds: bits MienDoubtKind. judged: bits MienSplit, whose frames are held against models: what a model says of
 * validation and test frames is nothing for who labels them. At most limit elements, MienDoubtful; of equal
 * scores the earlier frame first. Streams: in memory are MIEN_DOUBTS_MAX of each kind. */
GPtrArray  *mien_doubts_list        (MienStore      *store,
                                     guint           kinds,
                                     guint           judged,
                                     guint           limit,
                                     GCancellable   *cancellable,
                                     GError        **error);

G_END_DECLS
