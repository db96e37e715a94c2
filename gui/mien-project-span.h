/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-project.h"

G_BEGIN_DECLS

/*
 * Parts of a video, whatever of them is on screen: for segments and for playing.
 */

typedef struct
{
  gint64 frame, number;
  gboolean has_face;                       /* a picture, and nobody has said that there is no face */
  guint  human;                            /* bits MienItem: a person's label */
} MienSpanFrame;

enum
{
  MIEN_SPAN_MOST = 10000,
};

/* The frames of the video with a number from .. to, by number: MienSpanFrame. More than MIEN_SPAN_MOST are
 * MIEN_STORE_ERROR_INVALID. */
void           mien_project_span_async       (MienProject         *self,
                                              gint64               video,
                                              gint64               from,
                                              gint64               to,
                                              GCancellable        *cancellable,
                                              GAsyncReadyCallback  callback,
                                              gpointer             data);
GArray        *mien_project_span_finish      (MienProject         *self,
                                              GAsyncResult        *result,
                                              GError             **error);
/* A face alone, after whatever is on screen. */
void           mien_project_face_async       (MienProject         *self,
                                              gint64               frame,
                                              GCancellable        *cancellable,
                                              GAsyncReadyCallback  callback,
                                              gpointer             data);
GdkTexture    *mien_project_face_finish      (MienProject         *self,
                                              GAsyncResult        *result,
                                              GError             **error);

G_END_DECLS
