/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The bar under an expression's name: how much the model gives to it, and where the
 * threshold of the class lies. Without a suggestion it is an empty track.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-answer-bar.h"

#include "mien-review-style.h"

#include <math.h>

enum
{
  HEIGHT = 12,
  TRACK = 6,
  TICK = 2,
};

struct _MienAnswerBar
{
  GtkWidget parent_instance;

  GdkRGBA color;
  double probability, threshold;
};

G_DEFINE_FINAL_TYPE (MienAnswerBar, mien_answer_bar, GTK_TYPE_WIDGET)

static void
mien_answer_bar_measure (GtkWidget *widget,
                         GtkOrientation orientation,
                         int for_size,
                         int *minimum,
                         int *natural,
                         int *minimum_baseline,
                         int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_VERTICAL ? HEIGHT : 24;
  *natural = orientation == GTK_ORIENTATION_VERTICAL ? HEIGHT : 120;
}

static void
mien_answer_bar_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MienAnswerBar *self = MIEN_ANSWER_BAR (widget);
  float width = (float) gtk_widget_get_width (widget);
  float y = (float) (gtk_widget_get_height (widget) - TRACK) / 2.0f;
  graphene_rect_t track = GRAPHENE_RECT_INIT (0, y, width, TRACK);
  GdkRGBA quiet, tick;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &tick);
  quiet = tick;
  quiet.alpha *= 0.12f;
  mien_review_fill (snapshot, &track, TRACK / 2.0f, &quiet);
  if (!isnan (self->probability) && self->probability > 0.0)
    {
      track.size.width = MAX (TRACK / 2.0f, width * (float) MIN (self->probability, 1.0));
      mien_review_fill (snapshot, &track, MIN (TRACK, track.size.width) / 2.0f,
                        &self->color);
    }
  if (!isnan (self->threshold))
    {
      float x = roundf ((width - TICK) * (float) CLAMP (self->threshold, 0.0, 1.0));

      tick.alpha *= 0.85f;
      gtk_snapshot_append_color (
          snapshot, &tick, &GRAPHENE_RECT_INIT (x, y - 3.0f, TICK, (float) TRACK + 6.0f));
    }
}

static void
mien_answer_bar_class_init (MienAnswerBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->measure = mien_answer_bar_measure;
  widget_class->snapshot = mien_answer_bar_snapshot;
  gtk_widget_class_set_css_name (widget_class, "answer-bar");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
mien_answer_bar_init (MienAnswerBar *self)
{
  self->probability = self->threshold = (double) NAN;
}

GtkWidget *
mien_answer_bar_new (const GdkRGBA *color)
{
  MienAnswerBar *self = g_object_new (MIEN_TYPE_ANSWER_BAR, NULL);

  self->color = *color;
  return GTK_WIDGET (self);
}

void
mien_answer_bar_set (MienAnswerBar *self, double probability, double threshold)
{
  self->probability = probability;
  self->threshold = threshold;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
