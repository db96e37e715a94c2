/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-learning-curve.h"
#include "mien-models.h"

G_BEGIN_DECLS

/*
 * What the trained models of a project say of the labels that are still worth giving, task by task: their figures on
 * validation over the numbers of labels they have learnt from, and the curve through those that can be compared.
 *
 * Figures can be compared that were measured on as many labelled validation frames as the newest model's, after
 * trainings in the same way but for the seed, and whose interval is known. All were measured on the same videos, so
 * that their errors have much in common: the intervals of the curve are wide rather than narrow.
 */

/* Why a model's figure is not on the curve. */
typedef enum
{
  MIEN_OUTLOOK_COUNTS,
  MIEN_OUTLOOK_NO_LABELS,                  /* how many it learnt from, or none: of an earlier version */
  MIEN_OUTLOOK_OTHER_VALIDATION,
  MIEN_OUTLOOK_OTHER_WAY,
  MIEN_OUTLOOK_NO_INTERVAL,                /* fewer than five labelled videos, or of an earlier version */
} MienOutlookReason;

typedef struct
{
  gint64            model;
  gint64            labels, validation;    /* -1: unknown */
  double            figure, interval[2];
  MienOutlookReason reason;
} MienOutlookPoint;

typedef struct
{
  GArray      *points;                     /* MienOutlookPoint, oldest first; none: no trained model has a figure */
  double       ceiling;
  guint        different;                  /* numbers of labels among those that count */
  gint64       labels;                     /* of the newest point that counts; -1: none does */
  MienLearning *learning;                  /* NULL: cannot tell */
} MienOutlook;

/* outlooks: by task. */
gboolean    mien_outlook_read       (MienStore           *store,
                                     MienOutlook          outlooks[MIEN_TASK_COUNT],
                                     GError             **error);
void        mien_outlook_clear      (MienOutlook         *outlook);
/* "other validation labels", ...; NULL: it counts. */
const char *mien_outlook_reason     (MienOutlookReason    reason);

G_END_DECLS
