/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-index-private.h"
#include "mien-test-project.h"

G_BEGIN_DECLS

/*
 * A project in which everything happens that an index has to know of, by chance, and its frames as the
 * public interface shows them one by one.
 */

typedef struct
{
  TestProject project;
  GRand      *random;
  gint64      models[2];                   /* the second one has post-processing */
  guint       n_videos, n_annotators;
  gint64      number;                      /* of the last frame */
} TestIndex;

void      test_index_open         (TestIndex     *test,
                                   guint32        seed);
void      test_index_close        (TestIndex     *test);
/* One frame more, of some video, with a key of some kind. */
void      test_index_add_frame    (TestIndex     *test);
/* Anything that a person, an import or a job may do. TRUE: it was a job that read frames, after which the
 * index has time to look before another one does. */
gboolean      test_index_act          (TestIndex     *test);

/* The rows in the order of frame ids, and the keys in the order of the frames. */
GArray   *test_index_naive        (TestIndex     *test,
                                   MienIndex     *index);
GStrv     test_index_naive_keys   (TestIndex     *test);
/* Of the rows, in the order given. */
GStrv     test_index_keys         (TestIndex     *test,
                                   MienIndex     *index,
                                   GArray        *rows);
gboolean  test_index_same_row     (const MienIndexRow *a,
                                   const MienIndexRow *b);

G_END_DECLS
