/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Agreement from sums that can be added up: by cluster for alpha, by pair of annotators
 * and cluster for the others. A set of clusters drawn anew is the same sums with other
 * weights, so that a draw costs no second look at the answers.
 *
 * For one pair of n answers with the sums of products m_xx, m_yy, m_xy and the difference
 * of means d, CCC is 2 m_xy / (m_xx + m_yy + n d^2). McGraw and Wong's mean squares give
 * ICC(A,1) as the same with 2 m_xy / (n - 1) added above and below; of k annotators
 * without missing answers it is, as CCC is, the quotient of the sums over all pairs.
 */

#include "mien-agreement.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "mien-moments.h"
#include "mien-resample.h"

/* Two answers about one unit. */
typedef struct
{
  uint32_t first, second; /* annotators, the smaller number first */
  uint32_t cluster;
  double x, y;
} Pair;

/* What one pair of annotators says in one cluster. */
typedef struct
{
  uint32_t first, second, cluster;
  uint32_t n, same, of_first[MIEN_AGREEMENT_MAX_CLASSES],
      of_second[MIEN_AGREEMENT_MAX_CLASSES];
  MienMoments moments;
} Cell;

/* What alpha needs of one cluster. */
typedef struct
{
  double n, of[MIEN_AGREEMENT_MAX_CLASSES];
  double same;  /* equal pairs of a unit of m answers, each pair as 2 / (m - 1) */
  double apart; /* m / (m - 1) times the squares of what is left over the unit's mean */
  MienMoments moments;
} Values;

typedef struct
{
  unsigned n_classes;
  Values *values;
  size_t n_values;
  Pair *pairs;
  size_t n_pairs;
  Cell *cells; /* by pair of annotators, then by cluster */
  size_t n_cells;
} Sums;

/* ---- from answers to sums ---- */

static size_t
unit_end (const MienAgreementAnswer *answers, size_t n, size_t begin)
{
  size_t end = begin + 1;

  while (end < n && answers[end].unit == answers[begin].unit
         && answers[end].cluster == answers[begin].cluster)
    end++;
  return end;
}

static void
add_values (Values *values, const MienAgreementAnswer *unit, size_t m, unsigned n_classes)
{
  double of[MIEN_AGREEMENT_MAX_CLASSES] = { 0 };
  MienMoments moments = { 0 };

  for (size_t i = 0; i < m; i++)
    if (n_classes > 0)
      of[(unsigned) unit[i].value]++;
    else
      mien_moments_add (&moments, unit[i].value, 0);
  values->n += (double) m;
  for (unsigned c = 0; c < n_classes; c++)
    {
      values->of[c] += of[c];
      values->same += of[c] * (of[c] - 1) / (double) (m - 1);
    }
  values->apart += moments.m_xx * (double) m / (double) (m - 1);
  mien_moments_merge (&values->moments, &moments, 1);
}

static void
add_pairs (Sums *sums, const MienAgreementAnswer *unit, size_t m, uint32_t cluster)
{
  for (size_t i = 0; i < m; i++)
    for (size_t k = i + 1; k < m; k++)
      {
        bool ordered = unit[i].annotator < unit[k].annotator;
        const MienAgreementAnswer *first = &unit[ordered ? i : k];
        const MienAgreementAnswer *second = &unit[ordered ? k : i];

        sums->pairs[sums->n_pairs++] = (Pair){ first->annotator, second->annotator,
                                               cluster, first->value, second->value };
      }
}

/* Counts the pairs and clusters, or, with memory for them, fills them in. */
static void
walk_units (Sums *sums, const MienAgreementAnswer *answers, size_t n, size_t *n_units)
{
  bool fill = sums->pairs != NULL;
  size_t last = n;

  sums->n_pairs = sums->n_values = *n_units = 0;
  for (size_t begin = 0, end; begin < n; begin = end)
    {
      size_t m;

      end = unit_end (answers, n, begin);
      m = end - begin;
      if (m < 2)
        continue;
      if (last == n || answers[last].cluster != answers[begin].cluster)
        sums->n_values++;
      last = begin;
      ++*n_units;
      if (!fill)
        {
          sums->n_pairs += m * (m - 1) / 2;
          continue;
        }
      add_values (&sums->values[sums->n_values - 1], answers + begin, m, sums->n_classes);
      add_pairs (sums, answers + begin, m, (uint32_t) (sums->n_values - 1));
    }
}

static int
compare_pairs (const void *a, const void *b)
{
  const Pair *x = a, *y = b;

  if (x->first != y->first)
    return x->first < y->first ? -1 : 1;
  if (x->second != y->second)
    return x->second < y->second ? -1 : 1;
  return (x->cluster > y->cluster) - (x->cluster < y->cluster);
}

/* From sorted pairs. */
static void
fill_cells (Sums *sums)
{
  for (size_t i = 0; i < sums->n_pairs; i++)
    {
      const Pair *pair = &sums->pairs[i];
      Cell *cell;

      if (i == 0 || compare_pairs (pair - 1, pair) != 0)
        sums->cells[sums->n_cells++] = (Cell){ .first = pair->first,
                                               .second = pair->second,
                                               .cluster = pair->cluster };
      cell = &sums->cells[sums->n_cells - 1];
      cell->n++;
      if (sums->n_classes > 0)
        {
          cell->same += pair->x == pair->y;
          cell->of_first[(unsigned) pair->x]++;
          cell->of_second[(unsigned) pair->y]++;
        }
      else
        mien_moments_add (&cell->moments, pair->x, pair->y);
    }
}

static void
sums_clear (Sums *sums)
{
  free (sums->values);
  free (sums->pairs);
  free (sums->cells);
}

static int
sums_fill (Sums *sums, const MienAgreementAnswer *answers, size_t n, size_t *n_units)
{
  size_t n_cells = 1;

  walk_units (sums, answers, n, n_units);
  if (sums->n_pairs == 0)
    return 0;
  sums->values = calloc (sums->n_values, sizeof *sums->values);
  sums->pairs = calloc (sums->n_pairs, sizeof *sums->pairs);
  if (sums->values == NULL || sums->pairs == NULL)
    return -1;
  walk_units (sums, answers, n, n_units);
  qsort (sums->pairs, sums->n_pairs, sizeof *sums->pairs, compare_pairs);
  for (size_t i = 1; i < sums->n_pairs; i++)
    n_cells += compare_pairs (&sums->pairs[i - 1], &sums->pairs[i]) != 0;
  sums->cells = calloc (n_cells, sizeof *sums->cells);
  if (sums->cells == NULL)
    return -1;
  fill_cells (sums);
  free (sums->pairs);
  sums->pairs = NULL;
  return 0;
}

/* ---- from sums to figures ---- */

/* A cell with a weight, in numbers that can be large. */
typedef struct
{
  double n, same, of_first[MIEN_AGREEMENT_MAX_CLASSES],
      of_second[MIEN_AGREEMENT_MAX_CLASSES];
  MienMoments moments;
} Total;

/* Above and below the line. */
typedef struct
{
  double above, below;
} Ratio;

static void
add_cell (Total *total, const Cell *cell, double times, unsigned n_classes)
{
  total->n += times * cell->n;
  total->same += times * cell->same;
  for (unsigned c = 0; c < n_classes; c++)
    {
      total->of_first[c] += times * cell->of_first[c];
      total->of_second[c] += times * cell->of_second[c];
    }
  mien_moments_merge (&total->moments, &cell->moments, times);
}

/* One pair of annotators, all clusters together. */
static void
add_annotators (Ratio ratios[MIEN_AGREEMENT_FIGURES],
                const Total *total,
                unsigned n_classes)
{
  const MienMoments *moments = &total->moments;
  double shift = moments->mean_x - moments->mean_y, by_chance = 0;
  double above = 2 * moments->m_xy;
  double below = moments->m_xx + moments->m_yy + moments->n * shift * shift;

  if (total->n == 0)
    return;
  for (unsigned c = 0; c < n_classes; c++)
    by_chance += total->of_first[c] * total->of_second[c] / total->n;
  ratios[MIEN_AGREEMENT_KAPPA].above += total->same - by_chance;
  ratios[MIEN_AGREEMENT_KAPPA].below += total->n - by_chance;
  ratios[MIEN_AGREEMENT_CCC].above += above;
  ratios[MIEN_AGREEMENT_CCC].below += below;
  if (total->n < 2)
    return;
  ratios[MIEN_AGREEMENT_ICC].above += above + above / (total->n - 1);
  ratios[MIEN_AGREEMENT_ICC].below += below + above / (total->n - 1);
}

static double
alpha_of (const Sums *sums, const uint32_t *counts)
{
  Values all = { 0 };
  double apart, squares = 0;

  for (size_t i = 0; i < sums->n_values; i++)
    {
      const Values *values = &sums->values[i];
      double times = counts[i];

      all.n += times * values->n;
      all.same += times * values->same;
      all.apart += times * values->apart;
      for (unsigned c = 0; c < sums->n_classes; c++)
        all.of[c] += times * values->of[c];
      mien_moments_merge (&all.moments, &values->moments, times);
    }
  for (unsigned c = 0; c < sums->n_classes; c++)
    squares += all.of[c] * all.of[c];
  apart = sums->n_classes > 0 ? all.n * all.n - squares : all.n * all.moments.m_xx;
  if (!(apart > 0))
    return NAN;
  return 1 - (all.n - 1) * (sums->n_classes > 0 ? all.n - all.same : all.apart) / apart;
}

static void
find_figures (const uint32_t *counts, double *figures, void *data)
{
  const Sums *sums = data;
  Ratio ratios[MIEN_AGREEMENT_FIGURES] = { { 0 } };
  Total total = { 0 };
  double n = 0;

  for (size_t i = 0; i < sums->n_cells; i++)
    {
      const Cell *cell = &sums->cells[i];

      add_cell (&total, cell, counts[cell->cluster], sums->n_classes);
      if (i + 1 < sums->n_cells && cell[1].first == cell->first
          && cell[1].second == cell->second)
        continue;
      n += total.n;
      add_annotators (ratios, &total, sums->n_classes);
      total = (Total){ 0 };
    }
  for (unsigned i = 0; i < MIEN_AGREEMENT_FIGURES; i++)
    figures[i] = n >= 2 && ratios[i].below > 0 ? ratios[i].above / ratios[i].below : NAN;
  figures[MIEN_AGREEMENT_ALPHA] = n >= 2 ? alpha_of (sums, counts) : (double) NAN;
  if (sums->n_classes > 0)
    figures[MIEN_AGREEMENT_CCC] = figures[MIEN_AGREEMENT_ICC] = NAN;
  else
    figures[MIEN_AGREEMENT_KAPPA] = NAN;
}

static int
compare_numbers (const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;

  return (x > y) - (x < y);
}

/* Everybody is in some cell. */
static int
count_annotators (const Sums *sums, size_t *n_annotators)
{
  uint32_t *all = malloc (2 * sums->n_cells * sizeof *all);

  if (all == NULL)
    return -1;
  for (size_t i = 0; i < sums->n_cells; i++)
    {
      all[2 * i] = sums->cells[i].first;
      all[2 * i + 1] = sums->cells[i].second;
    }
  qsort (all, 2 * sums->n_cells, sizeof *all, compare_numbers);
  *n_annotators = 1;
  for (size_t i = 1; i < 2 * sums->n_cells; i++)
    *n_annotators += all[i] != all[i - 1];
  free (all);
  return 0;
}

static int
measure (Sums *sums, MienAgreement *agreement)
{
  uint32_t *once;
  int status;

  if (sums->n_cells == 0)
    return 0;
  once = malloc (sums->n_values * sizeof *once);
  if (once == NULL)
    return -1;
  for (size_t i = 0; i < sums->n_values; i++)
    once[i] = 1;
  find_figures (once, agreement->figures, sums);
  free (once);
  status = mien_resample (sums->n_values, MIEN_AGREEMENT_FIGURES, find_figures, sums,
                          agreement->intervals);
  return status == 0 ? count_annotators (sums, &agreement->n_annotators) : status;
}

int
mien_agreement_measure (const MienAgreementAnswer *answers,
                        size_t n,
                        unsigned n_classes,
                        MienAgreement *agreement)
{
  Sums sums = { .n_classes = n_classes };
  MienAgreement result = { 0 };
  int status;

  for (unsigned i = 0; i < MIEN_AGREEMENT_FIGURES; i++)
    result.figures[i] = result.intervals[i][0] = result.intervals[i][1] = NAN;
  status = sums_fill (&sums, answers, n, &result.n_units);
  result.n_clusters = sums.n_values;
  result.n_pairs = sums.n_pairs;
  if (status == 0)
    status = measure (&sums, &result);
  sums_clear (&sums);
  if (status == 0)
    *agreement = result;
  return status;
}
