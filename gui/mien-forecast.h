/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "mien-types.h"

G_BEGIN_DECLS

/*
 * What mienctl forecast says of the labels that are still worth giving. It runs as a process of its own, so that
 * neither the main thread nor the reader of the project does any of the work. Its output may be of another version:
 * what is not there is as if it was not known.
 */

typedef enum
{
  MIEN_VERDICT_FEW,                        /* too few models to tell */
  MIEN_VERDICT_NONE,                       /* there is no target */
  MIEN_VERDICT_REACHED,
  MIEN_VERDICT_MORE,
  MIEN_VERDICT_OPEN,
  MIEN_VERDICT_NEVER,
} MienVerdict;

typedef struct
{
  double labels, score, low, high;
} MienForecastPoint;

typedef struct
{
  GArray     *points;                      /* MienForecastPoint: models on the curve, by number of labels */
  GArray     *line;                        /* the curve and its band, likewise; has the labels of all points */
  guint       left_out;                    /* models that cannot be compared */
  double      target;                      /* NaN: none */
  MienVerdict verdict;
  double      more, more_low, more_high;   /* labels; INFINITY: no end is known */
  double      asymptote_low, asymptote_high;
  MienForecastPoint twice;                 /* NaN: cannot tell */
  double      agreement;                   /* with the predecessor, NaN: none */
  gint64      model, predecessor;
  gboolean    stable;
} MienTaskForecast;

typedef struct
{
  MienTaskForecast tasks[MIEN_TASK_COUNT];
} MienForecastShown;

/* NULL: no JSON of a forecast. */
MienForecastShown *mien_forecast_parse       (const char           *json);
void               mien_forecast_free        (MienForecastShown    *forecast);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienForecastShown, mien_forecast_free)

/* targets: sets them first, as --target does; or NULL. The error says what mienctl said. */
void               mien_forecast_read_async  (const char           *project,
                                              const char           *targets,
                                              GCancellable         *cancellable,
                                              GAsyncReadyCallback   callback,
                                              gpointer              data);
MienForecastShown *mien_forecast_read_finish (GAsyncResult         *result,
                                              GError              **error);

G_END_DECLS
