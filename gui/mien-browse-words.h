/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-index.h"

G_BEGIN_DECLS

/*
 * What Browse says of a frame, for people, translated. videos, annotators: the names of the index.
 */

/* What is known of the expression: a label, else a proposal. */
typedef enum
{
  MIEN_BROWSE_NOTHING,
  MIEN_BROWSE_LABEL,
  MIEN_BROWSE_PROPOSAL,
} MienBrowseSays;

/* expression: the class, -1: none (not a face, cannot tell). Returns what stands in a cell: "Happiness". */
const char *mien_browse_expression  (const MienIndexRow  *row,
                                     MienBrowseSays      *says,
                                     int                 *expression);
/* "demo03 / 00012"; without a number the video's name. */
char       *mien_browse_place       (const MienIndexRow  *row,
                                     GStrv                videos);
/* "human", "imported", "accepted", "unlabelled" */
const char *mien_browse_source_name (const MienIndexRow  *row);
/* Present units by number: "1 2 25"; those of the label, else of the proposal in brackets. */
char       *mien_browse_units       (const MienIndexRow  *row);
/* One sentence with all of it, for tooltips and for those who listen. doubts: MienDoubt, each a line below. */
char       *mien_browse_sentence    (const MienIndexRow  *row,
                                     GStrv                videos,
                                     GArray              *doubts);
/* Why a label is doubtful, in a line; not of MIEN_DOUBT_PREDECESSOR, which is about none. */
char       *mien_browse_doubt       (const MienDoubt     *doubt);
/* "3 frames", in the digits of the locale. */
char       *mien_browse_frames      (guint                n);

G_END_DECLS
