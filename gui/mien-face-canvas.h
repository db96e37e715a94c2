/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/*
 * One face, as large as there is room, with what has to be known of it laid over its corners: where it
 * is from, why it is here, and the buttons for zoom and brightness.
 *
 * Signal: "presented": a texture that was set has been drawn.
 */

#define MIEN_TYPE_FACE_CANVAS (mien_face_canvas_get_type ())
G_DECLARE_FINAL_TYPE (MienFaceCanvas, mien_face_canvas, MIEN, FACE_CANVAS, GtkWidget)

GtkWidget *mien_face_canvas_new         (void);
/* message: shown in place of a texture that there is none of. name: for screen readers. */
void       mien_face_canvas_set_face    (MienFaceCanvas *self,
                                         GdkTexture     *texture,
                                         const char     *message,
                                         const char     *name);
/* The next face is not there yet: the old one steps back, and cannot be taken for it. */
void       mien_face_canvas_set_waiting (MienFaceCanvas *self,
                                         gboolean        waiting);
/* Shows another picture in its place, which is never presented; NULL: the face again, which then is. */
void       mien_face_canvas_play        (MienFaceCanvas *self,
                                         GdkTexture     *texture);
/* What was set last has been drawn. */
gboolean   mien_face_canvas_is_presented (MienFaceCanvas *self);
/* NULL: none. */
void       mien_face_canvas_set_place   (MienFaceCanvas *self,
                                         const char     *place);
void       mien_face_canvas_set_reason  (MienFaceCanvas *self,
                                         const char     *reason);
/* Quietly, above the buttons: one line of it, the whole as a tooltip. */
void       mien_face_canvas_set_note    (MienFaceCanvas *self,
                                         const char     *note);

/* Steps of zoom, 0: back to the whole face. */
void       mien_face_canvas_zoom        (MienFaceCanvas *self,
                                         int             steps);
double     mien_face_canvas_get_zoom    (MienFaceCanvas *self);
void       mien_face_canvas_brighten    (MienFaceCanvas *self,
                                         int             steps);

G_END_DECLS
