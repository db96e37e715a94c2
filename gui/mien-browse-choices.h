/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-saved-filters.h"

G_BEGIN_DECLS

/*
 * What the rows of the filter's form mean: a choice by row, and the filter that all of them make. No widget in
 * here. The text to search for is not one of them.
 */

typedef enum
{
  MIEN_ROW_EXPRESSION,
  MIEN_ROW_SOURCE,
  MIEN_ROW_LACKING,
  MIEN_ROW_STATE,
  MIEN_ROW_CONFIDENCE,
  MIEN_ROW_VIDEO,
  MIEN_ROW_UNIT,
  MIEN_ROW_UNIT_SAYS,
  MIEN_ROW_SPLIT,
  MIEN_ROW_ANNOTATOR,
  MIEN_ROW_DECIDED,
  MIEN_ROWS,
} MienBrowseRow;

/* 0: any. */
typedef struct
{
  guint row[MIEN_ROWS];
} MienBrowseChoices;

/* Everything but the text goes into filter. now: seconds, UTC, what "the last 7 days" count back from. */
void     mien_browse_choices_filter  (const MienBrowseChoices *choices,
                                      gint64                   now,
                                      MienFilter              *filter);
/* The same, so that it means the same elsewhere and tomorrow. videos, annotators: the names of the index. */
void     mien_browse_choices_save    (const MienBrowseChoices *choices,
                                      GStrv                    videos,
                                      GStrv                    annotators,
                                      MienSavedFilter         *saved);
/* The choices that make saved. FALSE: there are none here, and problem, freed by the caller, says why in a line
 * for people. */
gboolean mien_browse_choices_restore (const MienSavedFilter   *saved,
                                      GStrv                    videos,
                                      GStrv                    annotators,
                                      MienBrowseChoices       *choices,
                                      char                   **problem);

G_END_DECLS
