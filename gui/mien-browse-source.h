/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-index.h"
#include "mien-project.h"

G_BEGIN_DECLS

/*
 * Where Browse has its frames from: the index of a project in memory, questions to it, thumbnails. Each of
 * the two threads has a read-only connection of its own, so that neither keeps Review waiting, nor a
 * question the thumbnails.
 *
 * Signal: "changed": frames were added, or what some rows hold is another.
 */

#define MIEN_TYPE_BROWSE_SOURCE (mien_browse_source_get_type ())
G_DECLARE_FINAL_TYPE (MienBrowseSource, mien_browse_source, MIEN, BROWSE_SOURCE, GObject)

MienBrowseSource *mien_browse_source_new       (MienProject         *project);
/* Ends both threads; the last reference does it too. */
void              mien_browse_source_close     (MienBrowseSource    *self);

/* NULL until the first question was answered. */
MienIndex        *mien_browse_source_get_index (MienBrowseSource    *self);
/* The rows that pass, in order. Elements: guint32. The first question reads the index. */
void              mien_browse_source_find_async  (MienBrowseSource    *self,
                                                  const MienFilter    *filter,
                                                  MienSort             sort,
                                                  gboolean             descending,
                                                  GCancellable        *cancellable,
                                                  GAsyncReadyCallback  callback,
                                                  gpointer             data);
GArray           *mien_browse_source_find_finish (MienBrowseSource    *self,
                                                  GAsyncResult        *result,
                                                  GError             **error);
/* What has been committed since goes into the index; says "changed" if it is anything. Asked for while
 * another is under way, it happens once more. */
void              mien_browse_source_refresh   (MienBrowseSource    *self);

/* A square of at most 128 pixels. */
void              mien_browse_source_picture_async  (MienBrowseSource    *self,
                                                     gint64               frame,
                                                     GCancellable        *cancellable,
                                                     GAsyncReadyCallback  callback,
                                                     gpointer             data);
GdkTexture       *mien_browse_source_picture_finish (MienBrowseSource    *self,
                                                     GAsyncResult        *result,
                                                     GError             **error);

G_END_DECLS
