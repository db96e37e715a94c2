/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Side bar, face and answers side by side. The outer two grow with the window to a
 * comfortable width and no further; libadwaita 1.2 has no breakpoints, so the few rules
 * are here.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-review-columns.h"

enum
{
  LEAST_FACE = 300,
  COMPACT_HEIGHT =
      790, /* under which everything of the answers does not fit at leisure */
};

/* Parts of the width that the outer columns would like, and how much wider than their
 * least they may get. What they would naturally take is not asked: it changes with what
 * they say, and columns that move while one works are no good. */
static const double SIDE_PART = 0.186;
static const double ANSWERS_PART = 0.337;
static const double SIDE_MOST = 1.6;
static const double ANSWERS_MOST = 1.3;

struct _MienReviewColumns
{
  GtkWidget parent_instance;

  GtkWidget *side, *face, *answers;
  gboolean compact;
  guint idle;
};

enum
{
  COMPACT_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MienReviewColumns, mien_review_columns, GTK_TYPE_WIDGET)

static int
least_width (GtkWidget *child)
{
  int least;

  gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  return least;
}

static void
mien_review_columns_measure (GtkWidget *widget,
                             GtkOrientation orientation,
                             int for_size,
                             int *minimum,
                             int *natural,
                             int *minimum_baseline,
                             int *natural_baseline)
{
  MienReviewColumns *self = MIEN_REVIEW_COLUMNS (widget);
  GtkWidget *children[] = { self->side, self->face, self->answers };

  *minimum = *natural = 0;
  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    {
      int least, usual;

      gtk_widget_measure (children[i], orientation, -1, &least, &usual, NULL, NULL);
      if (orientation == GTK_ORIENTATION_VERTICAL)
        {
          *minimum = MAX (*minimum, least);
          *natural = MAX (*natural, usual);
        }
      else
        {
          /* The side bar can give way. */
          *minimum += children[i] == self->side ? 0 : least;
          *natural += usual;
        }
    }
}

static gboolean
tell_compact (gpointer data)
{
  MienReviewColumns *self = data;

  self->idle = 0;
  g_signal_emit (self, signals[COMPACT_CHANGED], 0, self->compact);
  return G_SOURCE_REMOVE;
}

static void
place (GtkWidget *child, int *x, int width, int height)
{
  gtk_widget_size_allocate (child, &(GtkAllocation){ *x, 0, width, height }, -1);
  *x += width;
}

static void
mien_review_columns_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  MienReviewColumns *self = MIEN_REVIEW_COLUMNS (widget);
  int side_least = least_width (self->side);
  int answers_least = least_width (self->answers);
  int face_least = MAX (least_width (self->face), LEAST_FACE);
  int side, answers, face, x = 0;
  gboolean compact = height < COMPACT_HEIGHT;

  side = CLAMP ((int) (SIDE_PART * width), side_least, (int) (SIDE_MOST * side_least));
  answers = CLAMP ((int) (ANSWERS_PART * width), answers_least,
                   (int) (ANSWERS_MOST * answers_least));
  if (side + answers + face_least > width)
    answers = MAX (answers_least, width - side - face_least);
  if (side + answers + face_least > width)
    side = width - answers - face_least;
  if (side < side_least)
    side = 0;
  face = MAX (width - side - answers, 1);

  gtk_widget_set_child_visible (self->side, side > 0);
  if (side > 0)
    place (self->side, &x, side, height);
  place (self->face, &x, face, height);
  place (self->answers, &x, answers, height);

  if (compact != self->compact)
    {
      self->compact = compact;
      if (self->idle == 0)
        self->idle = g_idle_add_full (G_PRIORITY_HIGH_IDLE, tell_compact, self, NULL);
    }
}

static void
mien_review_columns_dispose (GObject *object)
{
  MienReviewColumns *self = MIEN_REVIEW_COLUMNS (object);

  g_clear_handle_id (&self->idle, g_source_remove);
  g_clear_pointer (&self->side, gtk_widget_unparent);
  g_clear_pointer (&self->face, gtk_widget_unparent);
  g_clear_pointer (&self->answers, gtk_widget_unparent);
  G_OBJECT_CLASS (mien_review_columns_parent_class)->dispose (object);
}

static void
mien_review_columns_class_init (MienReviewColumnsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_review_columns_dispose;
  widget_class->measure = mien_review_columns_measure;
  widget_class->size_allocate = mien_review_columns_size_allocate;
  signals[COMPACT_CHANGED] =
      g_signal_new ("compact-changed", MIEN_TYPE_REVIEW_COLUMNS, G_SIGNAL_RUN_LAST, 0,
                    NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
}

static void
mien_review_columns_init (MienReviewColumns *self)
{
}

GtkWidget *
mien_review_columns_new (GtkWidget *side, GtkWidget *face, GtkWidget *answers)
{
  MienReviewColumns *self = g_object_new (MIEN_TYPE_REVIEW_COLUMNS, NULL);

  self->side = side;
  self->face = face;
  self->answers = answers;
  gtk_widget_set_parent (side, GTK_WIDGET (self));
  gtk_widget_set_parent (face, GTK_WIDGET (self));
  gtk_widget_set_parent (answers, GTK_WIDGET (self));
  return GTK_WIDGET (self);
}
