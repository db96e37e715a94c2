/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/*
 * What the parts of the Review view have in common in their looks. Everything but the colours of the
 * expressions and of the two traces comes from the theme, so that dark and high contrast follow.
 */

/* Of METHOD.md's order; the one place where they are chosen. */
const GdkRGBA *mien_review_expression_color (guint            expression);
const GdkRGBA *mien_review_valence_color    (void);
const GdkRGBA *mien_review_arousal_color    (void);

/* A named colour of the theme, with its alpha scaled. */
GdkRGBA        mien_review_theme_color      (GtkWidget       *widget,
                                             const char      *name,
                                             float            alpha);

/* Loads the view's style sheet for the display, once. */
void           mien_review_style_load       (GdkDisplay      *display);

/* A label that looks like a key; hidden while text is NULL. */
GtkWidget     *mien_review_keycap_new       (const char      *text);
void           mien_review_keycap_set       (GtkWidget       *keycap,
                                             const char      *text);

/* Sets the text only where it differs: an equal one would cost a new layout. */
void           mien_review_set_text         (GtkWidget       *label,
                                             const char      *text);
/* The tooltip, for texts that change with every face: it is handed out when it is asked for, while
 * gtk_widget_set_tooltip_text () looks for the pointer each time, a dozen round trips to the X server. */
void           mien_review_set_tip          (GtkWidget       *widget,
                                             const char      *text);
void           mien_review_set_class        (GtkWidget       *widget,
                                             const char      *name,
                                             gboolean         on);

/* Drawing. A radius of half the size makes a dot. */
void           mien_review_fill             (GtkSnapshot     *snapshot,
                                             const graphene_rect_t *rect,
                                             float            radius,
                                             const GdkRGBA   *color);
void           mien_review_stroke           (GtkSnapshot     *snapshot,
                                             const graphene_rect_t *rect,
                                             float            radius,
                                             float            width,
                                             const GdkRGBA   *color);

G_END_DECLS
