/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * A chart as plain data: what is shown, never how. Immutable once made; knows no display. What draws it is in
 * mien-chart-draw.h, the widget in mien-chart-view.h.
 *
 * A chart is a table of series by points. NaN is a value that is not there: a gap in a line, no bar, no point.
 */

typedef enum
{
  MIEN_CHART_LINES,                        /* each series a line over x, its name at its end */
  MIEN_CHART_BARS,                         /* the first series bars by category, the second marks across them */
  MIEN_CHART_STACKED,                      /* the series on top of each other, by category */
  MIEN_CHART_MATRIX,                       /* a row for each series, a column for each category */
  MIEN_CHART_POINTS,                       /* points over x, with intervals */
  MIEN_CHART_INTERVALS,                    /* by category, the series below each other: a bar from low to high, a marker at
                                            * the value */
} MienChartKind;

typedef enum
{
  MIEN_CHART_NUMBER,                       /* 0.85 */
  MIEN_CHART_COUNT,                        /* 142,382 */
  MIEN_CHART_SHARE,                        /* 0.85 is 85 % */
  MIEN_CHART_DIFFERENCE,                   /* +0.12, −0.03 */
} MienChartUnit;

typedef struct
{
  const char   *name;
  const double *values;                    /* [n_points] */
  const double *low, *high;                /* [n_points]: an interval, or both NULL; of a line a band */
  guint         style;                     /* which colour, dash, marker and hatching: 0, 1, ... */
  gboolean      apart;                     /* among lines: points with intervals that no line joins */
} MienChartSeries;

typedef struct
{
  MienChartKind      kind;
  const char        *title;
  const char        *x_title, *y_title;    /* may be NULL */
  MienChartUnit      unit;                 /* of values */
  MienChartUnit      x_unit;
  guint              n_points;
  const char *const *categories;           /* [n_points]; NULL: x counts */
  const char *const *notes;                /* [n_points], what is said after a bar, or after the first interval; or NULL */
  const double      *x;                    /* [n_points] ascending; NULL: categories count */
  double             low, high;            /* of the axis of values; NaN: from the data */
  gboolean           upright;              /* bars stand */
  gboolean           diagonal;             /* y = x, of points; of a matrix: those are right */
  gboolean           by_row;               /* a matrix is shaded by the share of its row */
  double             mark;                 /* x of an upright line, of intervals a value; NaN: none */
  const char        *mark_name;
} MienChartSpec;

typedef struct _MienChart MienChart;

/* An empty specification: nothing set, numbers from the data. */
void             mien_chart_spec_init    (MienChartSpec         *spec,
                                          MienChartKind          kind,
                                          const char            *title);
/* Copies everything. */
MienChart       *mien_chart_new          (const MienChartSpec   *spec,
                                          const MienChartSeries *series,
                                          guint                  n_series);
MienChart       *mien_chart_ref          (MienChart             *chart);
void             mien_chart_unref        (MienChart             *chart);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienChart, mien_chart_unref)

const MienChartSpec   *mien_chart_spec   (const MienChart       *chart);
guint            mien_chart_n_series     (const MienChart       *chart);
const MienChartSeries *mien_chart_series (const MienChart       *chart,
                                          guint                  series);
/* Categories stand below each other, and values go to the right. */
gboolean         mien_chart_is_lying     (const MienChart       *chart);
/* Some value is there. */
gboolean         mien_chart_has_data     (const MienChart       *chart);
/* Of all series at a point, those that are there. */
double           mien_chart_sum          (const MienChart       *chart,
                                          guint                  point);

/* Ends of the axis of values, and of x, with room for what is shown; low is less than high always. */
void             mien_chart_value_range  (const MienChart       *chart,
                                          double                *low,
                                          double                *high);
void             mien_chart_x_range      (const MienChart       *chart,
                                          double                *low,
                                          double                *high);
/* Round numbers from low to high, steps of 1, 2 or 5 times a power of ten (counts: whole ones), at most that
 * many; step says how far apart. Elements: double. */
GArray          *mien_chart_ticks        (double                 low,
                                          double                 high,
                                          guint                  most,
                                          gboolean               whole,
                                          double                *step);
/* In the person's language. step: of the ticks, for the number of decimals; 0: as a value is read. */
char            *mien_chart_format       (double                 value,
                                          MienChartUnit          unit,
                                          double                 step);

/* "Fear, epoch 4: 0.87 (0.81 to 0.91)"; NULL: nothing is there. */
char            *mien_chart_read         (const MienChart       *chart,
                                          guint                  series,
                                          guint                  point);
/* All of it in sentences, for who does not see it. */
char            *mien_chart_describe     (const MienChart       *chart);

/* Wilson's interval for right of n, at 95 %; all NaN for none (E. B. Wilson, 1927). */
void             mien_chart_wilson       (double                 right,
                                          double                 n,
                                          double                *low,
                                          double                *high);

G_END_DECLS
