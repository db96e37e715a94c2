/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * What a long command says of itself on standard error: nothing, one line that is written over, or
 * JSON lines for a program that listens. Warnings are said always.
 */

typedef enum
{
  MIEN_PROGRESS_QUIET,
  MIEN_PROGRESS_LINE,
  MIEN_PROGRESS_JSON,
} MienProgressMode;

typedef struct _MienProgress MienProgress;

/* What makes no sense is left out: total 0, epoch 0, NaN. */
typedef struct
{
  guint64 done, total;
  int     epoch, epochs;
  double  loss;
  double  rate;                            /* images or frames a second; NaN: measured here */
} MienProgressPoint;

MienProgress *mien_progress_new       (const char              *job,
                                       MienProgressMode         mode);
void          mien_progress_free      (MienProgress            *progress);
/* A job has stages ("prepare", "train", "evaluate"); rates and times start anew with each. */
void          mien_progress_stage     (MienProgress            *progress,
                                       const char              *stage);
/* At most ten a second are said, and the last one of a stage always. */
void          mien_progress_point     (MienProgress            *progress,
                                       const MienProgressPoint *point);
void          mien_progress_count     (MienProgress            *progress,
                                       guint64                  done,
                                       guint64                  total);
void          mien_progress_metric    (MienProgress            *progress,
                                       int                      epoch,
                                       const char              *name,
                                       double                   value);
void          mien_progress_threshold (MienProgress            *progress,
                                       int                      epoch,
                                       int                      expression,
                                       double                   value);
void          mien_progress_warn      (MienProgress            *progress,
                                       const char              *format,
                                       ...) G_GNUC_PRINTF (2, 3);
/* Like a warning, but only for who listens or looks: what is good to know. */
void          mien_progress_note      (MienProgress            *progress,
                                       const char              *format,
                                       ...) G_GNUC_PRINTF (2, 3);
/* Takes the line away, so that something else can be written. */
void          mien_progress_clear     (MienProgress            *progress);

/* Writes text to a descriptor whole, or gives up: errno is set and FALSE returned. */
gboolean      mien_write_all          (int                      fd,
                                       const char              *text,
                                       gsize                    length);
/* Valid UTF-8 in one line: control characters become spaces, broken bytes U+FFFD. */
char         *mien_one_line           (const char              *text);

G_END_DECLS
