/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-store-private.h"

G_BEGIN_DECLS

/*
 * A project in a folder of its own, small and synthetic, and the few steps that every test of the
 * store takes. Helpers fail the test at once when a step fails.
 */

typedef struct
{
  char      *folder;
  char      *path;
  MienStore *store;
} TestProject;

void         test_project_open          (TestProject      *project);
void         test_project_close         (TestProject      *project);    /* removes the folder */
void         test_project_reopen        (TestProject      *project,
                                         MienStoreMode     mode);
void         test_remove_folder         (const char       *folder);

/* Frame video/%05d.jpg with an image of its own. */
gint64       test_add_frame             (MienStore        *store,
                                         const char       *video,
                                         MienSplit         split,
                                         gint64            number);
gint64       test_add_annotator         (MienStore        *store,
                                         const char       *name);
/* Ready, with heads, all thresholds 0.8, weights of a few bytes. */
gint64       test_add_model             (MienStore        *store,
                                         guint             tasks);
void         test_set_thresholds        (MienThresholds   *thresholds,
                                         double            value);
/* Happiness with that probability, the rest shared; units p each; spread 1 - sure. */
MienPrediction test_prediction          (double            sure);
void         test_predict               (MienStore        *store,
                                         gint64            model,
                                         gint64            frame,
                                         double            sure);

/* Along the axis, between it and the next one at that angle in radians. */
void         test_embed                 (MienStore        *store,
                                         gint64            model,
                                         gint64            frame,
                                         guint             axis,
                                         double            angle);

MienLabel    test_value                 (double            value);
MienLabel    test_point                 (double            valence,
                                         double            arousal);
MienLabel    test_cannot_tell           (void);

/* One item answered; the decision must be stored. */
void         test_answer                (MienStore        *store,
                                         gint64            frame,
                                         gint64            annotator,
                                         guint             item,
                                         MienLabel         label);
void         test_decide                (MienStore        *store,
                                         gint64            frame,
                                         gint64            annotator,
                                         MienDecisionKind  kind);
MienLabel    test_label                 (MienStore        *store,
                                         gint64            frame,
                                         guint             item);
/* One SQL statement past the store's own interface: to plant what must be found. */
void         test_run                   (MienStore        *store,
                                         const char       *sql);
gint64       test_count                 (MienStore        *store,
                                         const char       *sql);
/* Fails with the findings, if there are any. */
void         test_assert_sound          (MienStore        *store);
/* Fails unless error is of that code and names the file; clears it. */
#define test_assert_error(error, wanted, named) \
  G_STMT_START { \
    g_assert_error (error, MIEN_STORE_ERROR, wanted); \
    g_assert_nonnull (strstr ((error)->message, named)); \
    g_assert_null (strchr ((error)->message, '\n')); \
    g_clear_error (&(error)); \
  } G_STMT_END

G_END_DECLS
