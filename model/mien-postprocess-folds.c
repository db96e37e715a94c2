/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Which frames are fitted without which. Frames of one video are near-duplicates, so a
 * group (a video, with the other faces in it) is in one fold as a whole.
 */

#include "mien-postprocess-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  uint32_t group;
  size_t n_labelled;
  int8_t fold;
} Group;

static bool
is_labelled (const MienPostprocessFrame *frame)
{
  bool labelled = frame->expression >= 0 || !isnan (frame->valence_arousal[0]);

  for (int k = 0; k < 12; k++)
    labelled = labelled || frame->action_units[k] >= 0;
  return labelled;
}

static int
by_group (const void *a, const void *b)
{
  const Group *x = a, *y = b;

  return (x->group > y->group) - (x->group < y->group);
}

static int
largest_first (const void *a, const void *b)
{
  const Group *x = a, *y = b;

  if (x->n_labelled != y->n_labelled)
    return x->n_labelled < y->n_labelled ? 1 : -1;
  return by_group (a, b);
}

/* One entry a labelled frame in, one a group out; returns how many. */
static size_t
merge (Group *groups, size_t n)
{
  size_t n_groups = 0;

  qsort (groups, n, sizeof *groups, by_group);
  for (size_t i = 0; i < n; i++)
    if (n_groups > 0 && groups[n_groups - 1].group == groups[i].group)
      groups[n_groups - 1].n_labelled++;
    else
      groups[n_groups++] = groups[i];
  return n_groups;
}

static int
deal_out (Group *groups, size_t n_groups)
{
  size_t load[MIEN_POSTPROCESS_MAX_FOLDS] = { 0 };
  int n_folds =
      n_groups < MIEN_POSTPROCESS_MAX_FOLDS ? (int) n_groups : MIEN_POSTPROCESS_MAX_FOLDS;

  qsort (groups, n_groups, sizeof *groups, largest_first);
  for (size_t i = 0; i < n_groups; i++)
    {
      int fold = 0;

      for (int k = 1; k < n_folds; k++)
        if (load[k] < load[fold])
          fold = k;
      groups[i].fold = (int8_t) fold;
      load[fold] += groups[i].n_labelled;
    }
  qsort (groups, n_groups, sizeof *groups, by_group);
  return n_folds;
}

int
mien_postprocess_folds (const MienPostprocessFrame *frames,
                        size_t n,
                        int8_t *folds,
                        size_t *n_groups,
                        size_t *n_labelled)
{
  Group *groups = malloc ((n + 1) * sizeof *groups);
  size_t count = 0;
  int n_folds;

  if (groups == NULL)
    return -1;
  for (size_t i = 0; i < n; i++)
    if (is_labelled (&frames[i]))
      groups[count++] = (Group){ .group = frames[i].group, .n_labelled = 1 };
  *n_labelled = count;
  *n_groups = merge (groups, count);
  n_folds = deal_out (groups, *n_groups);
  for (size_t i = 0; i < n; i++)
    {
      const Group *group;

      folds[i] = -1;
      if (!is_labelled (&frames[i]))
        continue;
      group = bsearch (&(Group){ .group = frames[i].group }, groups, *n_groups,
                       sizeof *groups, by_group);
      folds[i] = group->fold;
    }
  free (groups);
  return n_folds < 2 ? 0 : n_folds;
}
