/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The strongest doubts of a kind: a heap with the weakest one on top, which goes when a
 * stronger one comes and there is no room. What is kept does not depend on the order in
 * which doubts are offered.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-doubts-private.h"

int
mien_doubt_compare (const MienDoubt *a, const MienDoubt *b)
{
  if (a->score != b->score)
    return a->score > b->score ? -1 : 1;
  return a->frame < b->frame ? -1 : a->frame > b->frame;
}

static gboolean
is_weaker (const MienDoubt *a, const MienDoubt *b)
{
  return mien_doubt_compare (a, b) > 0;
}

static void
swap (MienDoubt *a, MienDoubt *b)
{
  MienDoubt kept = *a;

  *a = *b;
  *b = kept;
}

static void
rise (MienDoubt *heap, guint at)
{
  while (at > 0 && is_weaker (&heap[at], &heap[(at - 1) / 2]))
    {
      swap (&heap[at], &heap[(at - 1) / 2]);
      at = (at - 1) / 2;
    }
}

static void
sink (MienDoubt *heap, guint n)
{
  guint at = 0, child;

  while ((child = 2 * at + 1) < n)
    {
      if (child + 1 < n && is_weaker (&heap[child + 1], &heap[child]))
        child++;
      if (!is_weaker (&heap[child], &heap[at]))
        return;
      swap (&heap[at], &heap[child]);
      at = child;
    }
}

void
mien_best_doubts_offer (MienBestDoubts *best, const MienDoubt *doubt)
{
  MienDoubt *heap;

  if (!(doubt->score > 0.0))
    return;
  if (best->heap->len < MIEN_DOUBTS_MAX)
    {
      g_array_append_vals (best->heap, doubt, 1);
      rise ((MienDoubt *) (void *) best->heap->data, best->heap->len - 1);
      return;
    }
  heap = (MienDoubt *) (void *) best->heap->data;
  if (!is_weaker (&heap[0], doubt))
    return;
  heap[0] = *doubt;
  sink (heap, best->heap->len);
}
