/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The columns themselves: how a frame becomes a row of them and is read back. Points are
 * kept in steps of 1 / MIEN_POINT_SCALE, everything else is exact.
 *
 * Invariant: the counters are those of the rows there are; whatever changes a row takes
 * it out of them and puts it in again.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-index-columns-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

G_STATIC_ASSERT (MIEN_COLUMN_BYTES <= 48);

void
mien_columns_clear (MienColumns *columns)
{
#define CLEAR(type, name) g_free (columns->name);
  MIEN_COLUMNS (CLEAR)
#undef CLEAR
  memset (columns, 0, sizeof *columns);
}

void
mien_columns_reserve (MienColumns *columns, guint n)
{
  if (n <= columns->allocated)
    return;
#define RESERVE(type, name) columns->name = g_renew (type, columns->name, n);
  MIEN_COLUMNS (RESERVE)
#undef RESERVE
  columns->allocated = n;
}

guint
mien_index_group (guint split, gboolean skipped, guint complete)
{
  return (split * 2 + (skipped ? 1 : 0)) * (MIEN_ALL_TASKS + 1) + complete;
}

static void
account (MienColumns *columns, guint row, int by)
{
  guint32 state = columns->state[row];
  guint group = mien_index_group (MIEN_STATE_BITS (state, MIEN_STATE_SPLIT, 3),
                                  (state & MIEN_STATE_SKIPPED) != 0,
                                  MIEN_STATE_BITS (state, MIEN_STATE_COMPLETE, 7));

  if (!(state & MIEN_STATE_HAS_IMAGE))
    columns->n_without_image += (guint) by;
  if (columns->form[row] == 0)
    columns->n_own_keys += (guint) by;
  if (!(state & MIEN_STATE_HAS_IMAGE) || state & MIEN_STATE_NOT_A_FACE)
    return;
  columns->n_usable[group] += (guint) by;
  if (state & MIEN_STATE_LAST_READER)
    columns->n_read[group] += (guint) by;
}

guint
mien_columns_append (MienColumns *columns)
{
  guint row = columns->n;

  if (row == columns->allocated)
    mien_columns_reserve (columns, row + row / 8 + 1024);
#define ZERO(type, name) columns->name[row] = 0;
  MIEN_COLUMNS (ZERO)
#undef ZERO
  columns->n++;
  account (columns, row, 1);
  return row;
}

static gint16
point (double value)
{
  return (gint16) lrint (CLAMP (value, -1.0, 1.0) * MIEN_POINT_SCALE);
}

/* Items and tasks are the same up to the units. */
static guint32
task_bit (guint item, guint at)
{
  guint task = MIN (item, (guint) MIEN_TASK_ACTION_UNITS);

  G_STATIC_ASSERT (MIEN_ITEM_VALENCE_AROUSAL == (int) MIEN_TASK_VALENCE_AROUSAL
                   && MIEN_ITEM_EXPRESSION == (int) MIEN_TASK_EXPRESSION
                   && MIEN_ITEM_FIRST_UNIT == (int) MIEN_TASK_ACTION_UNITS);
  return 1u << (at + task);
}

static void
set_unit (MienColumns *columns, guint row, guint unit, const MienLabel *label)
{
  guint16 bit = (guint16) (1u << unit);

  if (label->answer != MIEN_ANSWER_VALUE)
    columns->unclear[row] |= bit;
  else
    columns->known[row] |= bit;
  if (label->answer == MIEN_ANSWER_VALUE && label->value[0] > 0.5)
    columns->present[row] |= bit;
}

/* Units and points, and the bits of state that follow from labels. */
static guint32
set_labels (MienColumns *columns, guint row, const MienIndexed *frame, guint *labelled)
{
  const MienLabel *va = &frame->labels.item[MIEN_ITEM_VALENCE_AROUSAL];
  const MienLabel *expression = &frame->labels.item[MIEN_ITEM_EXPRESSION];
  guint32 state = 0, source = 0;
  int class = -1;

  columns->known[row] = columns->present[row] = columns->unclear[row] = 0;
  columns->valence[row] = columns->arousal[row] = MIEN_NO_POINT;
  for (guint item = 0; item < MIEN_ITEM_COUNT && frame->has_labels; item++)
    {
      const MienLabel *label = &frame->labels.item[item];

      if (label->answer == MIEN_ANSWER_NONE)
        continue;
      *labelled |= 1u << item;
      source = MAX (source, (guint32) label->source);
      if (label->answer == MIEN_ANSWER_UNRESOLVED)
        state |= MIEN_STATE_DISPUTED;
      else
        state |= task_bit (item, MIEN_STATE_LABELLED);
      if (item >= MIEN_ITEM_FIRST_UNIT)
        set_unit (columns, row, item - MIEN_ITEM_FIRST_UNIT, label);
    }
  if (va->answer == MIEN_ANSWER_VALUE)
    {
      columns->valence[row] = point (va->value[0]);
      columns->arousal[row] = point (va->value[1]);
    }
  if (expression->answer != MIEN_ANSWER_NONE)
    class = expression->answer == MIEN_ANSWER_VALUE ? (int) expression->value[0] : -2;
  return state | source << MIEN_STATE_SOURCE
         | (guint32) (class + 2) << MIEN_STATE_EXPRESSION;
}

/* Both have a value of the same item, and another one. */
static gboolean
differs (const MienColumns *columns, guint row, guint32 state, gboolean with_units)
{
  int class = (int) MIEN_STATE_BITS (state, MIEN_STATE_EXPRESSION, 15) - 2;
  int proposed = (int) MIEN_STATE_BITS (state, MIEN_STATE_PROPOSED, 15) - 1;

  if (class >= 0 && proposed >= 0 && class != proposed)
    return TRUE;
  if (with_units
      && ((columns->present[row] ^ columns->proposed[row]) & columns->known[row]) != 0)
    return TRUE;
  return columns->valence[row] != MIEN_NO_POINT
         && columns->proposed_valence[row] != MIEN_NO_POINT
         && (abs (columns->valence[row] - columns->proposed_valence[row])
                 > MIEN_POINTS_DIFFER
             || abs (columns->arousal[row] - columns->proposed_arousal[row])
                    > MIEN_POINTS_DIFFER);
}

guint
mien_columns_set (MienColumns *columns, guint row, const MienIndexed *frame)
{
  guint32 state =
      (guint32) frame->split << MIEN_STATE_SPLIT | frame->complete << MIEN_STATE_COMPLETE;
  guint labelled = 0;

  account (columns, row, -1);
  columns->id[row] = (guint32) frame->id;
  columns->video[row] = frame->video;
  columns->number[row] = (gint32) MIN (frame->number, G_MAXINT32);
  columns->form[row] = (guint8) frame->form;
  columns->proposed[row] = 0;
  columns->proposed_valence[row] = columns->proposed_arousal[row] = MIEN_NO_POINT;
  columns->confidence[row] = NAN;
  state |= frame->has_image ? MIEN_STATE_HAS_IMAGE : 0;
  state |= frame->not_a_face ? MIEN_STATE_NOT_A_FACE : 0;
  state |= frame->skipped ? MIEN_STATE_SKIPPED : 0;
  state |= frame->last_reader ? MIEN_STATE_LAST_READER : 0;
  state |= columns->state[row] & MIEN_STATE_FLAGGED;
  state |= set_labels (columns, row, frame, &labelled);
  columns->state[row] = state;
  account (columns, row, 1);
  return labelled;
}

void
mien_columns_set_proposal (MienColumns *columns,
                           guint row,
                           guint labelled,
                           const MienProposed *proposed,
                           gboolean with_units)
{
  guint32 state = columns->state[row] | MIEN_STATE_READ
                  | (guint32) (proposed->expression + 1) << MIEN_STATE_PROPOSED;
  gboolean usable = (state & MIEN_STATE_HAS_IMAGE) && !(state & MIEN_STATE_NOT_A_FACE);
  guint pseudo = proposed->accepted & ~labelled;

  /* Models are measured by the labels of the other splits, so nobody may lean on a model
   * to give them. */
  if (MIEN_STATE_BITS (state, MIEN_STATE_SPLIT, 3) != MIEN_SPLIT_TRAIN)
    {
      columns->state[row] |= MIEN_STATE_READ;
      return;
    }
  columns->proposed[row] = proposed->units;
  columns->proposed_valence[row] = proposed->valence;
  columns->proposed_arousal[row] = proposed->arousal;
  columns->confidence[row] = proposed->confidence;
  if (usable)
    {
      state |= (pseudo & 3) << MIEN_STATE_ACCEPTED;
      if (pseudo >> MIEN_ITEM_FIRST_UNIT != 0)
        state |= 1u << (MIEN_STATE_ACCEPTED + MIEN_TASK_ACTION_UNITS);
    }
  if (differs (columns, row, state, with_units))
    state |= MIEN_STATE_DIFFERS;
  columns->state[row] = state;
}

void
mien_proposed_init (MienProposed *proposed,
                    gint64 frame,
                    const MienPrediction *prediction,
                    const MienModel *model)
{
  MienProposal proposal;
  const MienLabel *items = proposal.labels.item;

  mien_proposal_from_prediction (prediction, model, &proposal);
  *proposed = (MienProposed){
    .frame = (guint32) frame,
    .confidence = NAN,
    .valence = MIEN_NO_POINT,
    .arousal = MIEN_NO_POINT,
    .expression = -1,
  };
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    if (proposal.accepted[item])
      proposed->accepted |= (guint16) (1u << item);
  for (guint unit = 0; unit < MIEN_UNIT_COUNT; unit++)
    if (items[MIEN_ITEM_FIRST_UNIT + unit].value[0] > 0.5)
      proposed->units |= (guint16) (1u << unit);
  if (items[MIEN_ITEM_VALENCE_AROUSAL].answer == MIEN_ANSWER_VALUE)
    {
      proposed->valence = point (items[MIEN_ITEM_VALENCE_AROUSAL].value[0]);
      proposed->arousal = point (items[MIEN_ITEM_VALENCE_AROUSAL].value[1]);
    }
  if (items[MIEN_ITEM_EXPRESSION].answer == MIEN_ANSWER_VALUE)
    {
      proposed->confidence = (float) proposal.confidence[MIEN_ITEM_EXPRESSION];
      proposed->expression = (gint8) items[MIEN_ITEM_EXPRESSION].value[0];
    }
}

void
mien_columns_set_decision (MienColumns *columns,
                           guint row,
                           guint annotator,
                           gint64 time,
                           gboolean flagged)
{
  columns->annotator[row] = (guint16) MIN (annotator, G_MAXUINT16);
  columns->decided[row] = (guint32) CLAMP (time / G_USEC_PER_SEC, 0, G_MAXUINT32);
  if (flagged)
    columns->state[row] |= MIEN_STATE_FLAGGED;
  else
    columns->state[row] &= ~(guint32) MIEN_STATE_FLAGGED;
}

void
mien_columns_copy (MienColumns *to, guint to_row, const MienColumns *from, guint from_row)
{
  account (to, to_row, -1);
#define COPY(type, name) to->name[to_row] = from->name[from_row];
  MIEN_COLUMNS (COPY)
#undef COPY
  account (to, to_row, 1);
}

/* To the bit, so that no confidence equals no confidence. */
gboolean
mien_columns_same (const MienColumns *a, guint a_row, const MienColumns *b, guint b_row)
{
#define DIFFERS(type, name)                                                              \
  if (memcmp (&a->name[a_row], &b->name[b_row], sizeof (type)) != 0)                     \
    return FALSE;
  MIEN_COLUMNS (DIFFERS)
#undef DIFFERS
  return TRUE;
}

/* Ids have few gaps, if any: the first guess is mostly right. */
gint64
mien_columns_find (const MienColumns *columns, gint64 id)
{
  guint low = 0, high = columns->n;

  if (high == 0 || id < columns->id[0] || id > columns->id[high - 1])
    return -1;
  if (id - columns->id[0] < high)
    {
      if (columns->id[id - columns->id[0]] == id)
        return id - columns->id[0];
      high = (guint) (id - columns->id[0]);
    }
  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (columns->id[middle] == id)
        return middle;
      if (columns->id[middle] < id)
        low = middle + 1;
      else
        high = middle;
    }
  return -1;
}
