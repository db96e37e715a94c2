/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * Which face was on screen last in each project, in the settings of the person: whoever opens a project
 * again goes on where they were, also after a crash. At most a second behind, and it says since when it is
 * true: a face that was decided after that is not the last one.
 */

typedef struct _MienReviewPlace MienReviewPlace;

/* path: of the project. */
MienReviewPlace *mien_review_place_new      (const char       *path);
/* Writes what is not written yet. */
void             mien_review_place_free     (MienReviewPlace  *place);
/* The frame as of the last time, 0: none. since: microseconds UTC. */
gint64           mien_review_place_get      (MienReviewPlace  *place,
                                             gint64           *since);
void             mien_review_place_set      (MienReviewPlace  *place,
                                             gint64            frame);

G_END_DECLS
