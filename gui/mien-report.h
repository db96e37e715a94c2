/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-child.h"
#include "mien-models.h"

G_BEGIN_DECLS

/*
 * Sentences about jobs and models, in the person's language and number format. Pure: from what a
 * child said to what is shown. Texts are the caller's.
 */

/* "Retrain", "Import" ...: what a list of jobs calls it. Borrowed. */
const char *mien_report_kind         (MienChildKind       kind);
/* "142,382" */
char       *mien_report_count        (guint64             n);
/* "0.612"; an en dash for NaN. */
char       *mien_report_score        (double              value);
/* "+0.012", "−0.003": how far a value lies above another; an en dash where either is none. */
char       *mien_report_difference   (double              value,
                                      double              other);
/* "12 minutes left"; NULL for NaN and for less than a second. */
char       *mien_report_time_left    (double              seconds);
/* "training · epoch 6 of 20 · loss 1.23 · 94 a second · 12 minutes left"; or what state it is in. */
char       *mien_report_progress     (MienChild          *child);
/* The same in few words, for the bar at the bottom: "Retrain · epoch 6 of 20 · 12 minutes left". */
char       *mien_report_status       (MienChild          *child);

/* One line of a report: how many of what. */
typedef struct
{
  const char *title;                       /* translated */
  gint64      count;
} MienReportRow;

enum
{
  MIEN_REPORT_ROWS = 8,
};

/* Fills rows, returns how many. */
guint       mien_report_import       (const char         *json,
                                      MienReportRow       rows[MIEN_REPORT_ROWS]);
guint       mien_report_export       (const char         *json,
                                      MienReportRow       rows[MIEN_REPORT_ROWS]);

/* What a new model scored against the one in use (NULL: none is). */
char       *mien_report_comparison   (const MienScores   *candidate,
                                      gint64              in_use,
                                      const MienScores   *of_in_use);
/* "SS-MFAR · 8 epochs · 112 px · seed 1"; of an imported model the file's name. */
char       *mien_report_settings     (const MienModel    *model);
/* "Today 14:32", "24 Nov 2026". */
char       *mien_report_time         (gint64              time_us);

G_END_DECLS
