/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-store.h"

G_BEGIN_DECLS

/*
 * Videos, frames and image bytes. A frame is (video name, frame number); its key is
 * "video/00001.jpg", or the relative path where the name has no number. The integer id is internal
 * and never reused. Image bytes are content-addressed by SHA-256.
 */

typedef struct
{
  gint64     id;
  char      *key;
  gint64     video;
  char      *video_name;
  gint64     number;                       /* -1: no number in the name */
  MienSplit  split;
  gboolean   has_image;
  char      *missing_reason;               /* why there is no image, or NULL */
  gboolean   not_a_face;
  gboolean   skipped;                      /* the latest decision on it is a skip */
} MienFrame;

void        mien_frame_free         (MienFrame      *frame);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienFrame, mien_frame_free)

/* Finds or makes the video. The split of a known video is kept and must be equal. */
gboolean    mien_frames_ensure_video (MienStore     *store,
                                      const char    *name,
                                      MienSplit      split,
                                      gint64        *video,
                                      GError       **error);
/* The video of that name and its split; video is 0 if there is none. */
gboolean    mien_frames_find_video  (MienStore      *store,
                                     const char     *name,
                                     gint64         *video,
                                     MienSplit      *split,
                                     GError        **error);
/* Finds or makes the frame. added says which. key is checked: relative, no "..", valid UTF-8, at
 * most 512 bytes. */
gboolean    mien_frames_ensure      (MienStore      *store,
                                     gint64          video,
                                     const char     *key,
                                     gint64          number,
                                     gint64         *frame,
                                     gboolean       *added,
                                     GError        **error);
/* Stores the bytes (once for equal bytes). A frame that has an image already keeps it: other bytes
 * are MIEN_STORE_ERROR_EXISTS. */
gboolean    mien_frames_set_image   (MienStore      *store,
                                     gint64          frame,
                                     GBytes         *bytes,
                                     int             width,
                                     int             height,
                                     GError        **error);
/* Links instead: path relative to the project's folder, and the hash that reading checks. */
gboolean    mien_frames_set_link    (MienStore      *store,
                                     gint64          frame,
                                     const char     *path,
                                     GBytes         *bytes,
                                     int             width,
                                     int             height,
                                     GError        **error);
gboolean    mien_frames_set_missing (MienStore      *store,
                                     gint64          frame,
                                     const char     *reason,
                                     GError        **error);
/* The frame has an image (stored or linked). */
gboolean    mien_frames_has_image   (MienStore      *store,
                                     gint64          frame,
                                     gboolean       *has_image,
                                     GError        **error);

/* The rows of an imported list in their order, duplicates included: exports for submission need them. */
gboolean    mien_frames_begin_list  (MienStore      *store,
                                     const char     *name,
                                     MienSplit       split,
                                     gint64         *list,       /* the same name and split: the same
                                                                    list, started anew */
                                     GError        **error);
gboolean    mien_frames_add_list_row (MienStore     *store,
                                      gint64         list,
                                      gint64         row,
                                      gint64         frame,
                                      GError       **error);

/* NOT_FOUND if there is none. */
MienFrame  *mien_frames_find        (MienStore      *store,
                                     const char     *key,
                                     GError        **error);
MienFrame  *mien_frames_get         (MienStore      *store,
                                     gint64          frame,
                                     GError        **error);
/* The encoded image as it was imported; a linked file is read and its hash checked. */
GBytes     *mien_frames_image       (MienStore      *store,
                                     gint64          frame,
                                     GError        **error);
/* Up to before and after frames of the same video around the frame, by number, itself included, in
 * order. Without numbers: the frame alone. Elements: MienFrame. */
GPtrArray  *mien_frames_neighbours  (MienStore      *store,
                                     gint64          frame,
                                     guint           before,
                                     guint           after,
                                     GError        **error);

/* The frames of the video with a number from .. to, by number, at most limit. Elements: MienFrame. */
GPtrArray  *mien_frames_span        (MienStore      *store,
                                     gint64          video,
                                     gint64          from,
                                     gint64          to,
                                     guint           limit,
                                     GError        **error);
/* How many a second there are of the video. */
gboolean    mien_frames_fps         (MienStore      *store,
                                     gint64          video,
                                     double         *fps,
                                     GError        **error);

/* The current labels, and the whole of a video by number. */
gboolean    mien_frames_labels      (MienStore      *store,
                                     gint64          frame,
                                     MienLabels     *labels,
                                     GError        **error);

/* One call a frame, by video name, then number, then key. Return FALSE with error set to stop. The
 * frame and labels are borrowed. The callback may write to another connection, not to this one. */
typedef gboolean (*MienFrameFunc) (const MienFrame   *frame,
                                   const MienLabels  *labels,
                                   gpointer           data,
                                   GError           **error);
gboolean    mien_frames_foreach     (MienStore      *store,
                                     int             split,      /* MienSplit, or -1: all */
                                     MienFrameFunc   func,
                                     gpointer        data,
                                     GError        **error);
/* The same in the order of the imported lists of the split, duplicates included, then the frames
 * that are in no list. */
gboolean    mien_frames_foreach_listed (MienStore     *store,
                                        int            split,
                                        MienFrameFunc  func,
                                        gpointer       data,
                                        GError       **error);

G_END_DECLS
