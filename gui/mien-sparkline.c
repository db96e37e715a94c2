/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Small drawings of numbers: a curve, and a bar with a tick. Both take the colour of the
 * text around them and the accent, so that they are right in light and dark.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-sparkline.h"

#include <math.h>

enum
{
  SPARK_WIDTH = 160,
  SPARK_HEIGHT = 48,
  BAR_WIDTH = 96,
  BAR_HEIGHT = 10,
};

struct _MienSparkline
{
  GtkWidget parent_instance;

  GArray *points; /* graphene_point_t */
};

struct _MienTickBar
{
  GtkWidget parent_instance;

  double value, tick;
};

G_DEFINE_FINAL_TYPE (MienSparkline, mien_sparkline, GTK_TYPE_WIDGET)
G_DEFINE_FINAL_TYPE (MienTickBar, mien_tick_bar, GTK_TYPE_WIDGET)

static cairo_t *
begin (GtkWidget *widget, GtkSnapshot *snapshot, GdkRGBA *text, GdkRGBA *accent)
{
  GtkStyleContext *style = gtk_widget_get_style_context (widget);

  gtk_style_context_get_color (style, text);
  if (!gtk_style_context_lookup_color (style, "accent_color", accent))
    *accent = *text;
  return gtk_snapshot_append_cairo (
      snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) gtk_widget_get_width (widget),
                                     (float) gtk_widget_get_height (widget)));
}

static void
mien_sparkline_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  GArray *points = MIEN_SPARKLINE (widget)->points;
  double width = gtk_widget_get_width (widget) - 6.0;
  double height = gtk_widget_get_height (widget) - 6.0;
  double left, right, low = INFINITY, high = -INFINITY;
  GdkRGBA text, accent;
  cairo_t *cr;

  if (points->len == 0 || width <= 0 || height <= 0)
    return;
  left = g_array_index (points, graphene_point_t, 0).x;
  right = g_array_index (points, graphene_point_t, points->len - 1).x;
  for (guint i = 0; i < points->len; i++)
    {
      low = MIN (low, (double) g_array_index (points, graphene_point_t, i).y);
      high = MAX (high, (double) g_array_index (points, graphene_point_t, i).y);
    }

  cr = begin (widget, snapshot, &text, &accent);
  cairo_set_source_rgba (cr, text.red, text.green, text.blue, 0.15);
  cairo_rectangle (cr, 3, 3 + height - 1, width, 1);
  cairo_fill (cr);
  gdk_cairo_set_source_rgba (cr, &accent);
  cairo_set_line_width (cr, 1.5);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  for (guint i = 0; i < points->len; i++)
    {
      graphene_point_t p = g_array_index (points, graphene_point_t, i);
      double x = right > left ? (p.x - left) / (right - left) : 0.5;
      double y = high > low ? (p.y - low) / (high - low) : 0.5;

      cairo_line_to (cr, 3 + x * width, 3 + (1 - y) * (height - 2));
    }
  if (points->len > 1)
    cairo_stroke_preserve (cr);
  {
    double x, y;

    cairo_get_current_point (cr, &x, &y);
    cairo_new_path (cr);
    cairo_arc (cr, x, y, 2.5, 0, 2 * G_PI);
    cairo_fill (cr);
  }
  cairo_destroy (cr);
}

static void
mien_sparkline_measure (GtkWidget *widget,
                        GtkOrientation orientation,
                        int for_size,
                        int *minimum,
                        int *natural,
                        int *minimum_baseline,
                        int *natural_baseline)
{
  *minimum = *natural =
      orientation == GTK_ORIENTATION_HORIZONTAL ? SPARK_WIDTH : SPARK_HEIGHT;
}

static void
mien_sparkline_finalize (GObject *object)
{
  g_array_unref (MIEN_SPARKLINE (object)->points);
  G_OBJECT_CLASS (mien_sparkline_parent_class)->finalize (object);
}

static void
mien_sparkline_class_init (MienSparklineClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mien_sparkline_finalize;
  widget_class->snapshot = mien_sparkline_snapshot;
  widget_class->measure = mien_sparkline_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
mien_sparkline_init (MienSparkline *self)
{
  self->points = g_array_new (FALSE, FALSE, sizeof (graphene_point_t));
}

GtkWidget *
mien_sparkline_new (void)
{
  return g_object_new (MIEN_TYPE_SPARKLINE, NULL);
}

void
mien_sparkline_set_points (MienSparkline *self, const graphene_point_t *points, guint n)
{
  g_array_set_size (self->points, 0);
  for (guint i = 0; i < n; i++)
    if (isfinite (points[i].x) && isfinite (points[i].y))
      g_array_append_val (self->points, points[i]);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
mien_tick_bar_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MienTickBar *self = MIEN_TICK_BAR (widget);
  double width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  GdkRGBA text, accent;
  cairo_t *cr = begin (widget, snapshot, &text, &accent);

  cairo_set_source_rgba (cr, text.red, text.green, text.blue, 0.12);
  cairo_rectangle (cr, 0, height / 2 - 2, width, 4);
  cairo_fill (cr);
  if (isfinite (self->value))
    {
      gdk_cairo_set_source_rgba (cr, &accent);
      cairo_rectangle (cr, 0, height / 2 - 2, width * CLAMP (self->value, 0, 1), 4);
      cairo_fill (cr);
    }
  if (isfinite (self->tick))
    {
      gdk_cairo_set_source_rgba (cr, &text);
      cairo_rectangle (cr, CLAMP (self->tick, 0, 1) * (width - 2), 0, 2, height);
      cairo_fill (cr);
    }
  cairo_destroy (cr);
}

static void
mien_tick_bar_measure (GtkWidget *widget,
                       GtkOrientation orientation,
                       int for_size,
                       int *minimum,
                       int *natural,
                       int *minimum_baseline,
                       int *natural_baseline)
{
  *minimum = *natural =
      orientation == GTK_ORIENTATION_HORIZONTAL ? BAR_WIDTH : BAR_HEIGHT;
}

static void
mien_tick_bar_class_init (MienTickBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->snapshot = mien_tick_bar_snapshot;
  widget_class->measure = mien_tick_bar_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
mien_tick_bar_init (MienTickBar *self)
{
  self->value = self->tick = (double) NAN;
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
}

GtkWidget *
mien_tick_bar_new (double value, double tick)
{
  MienTickBar *self = g_object_new (MIEN_TYPE_TICK_BAR, NULL);

  self->value = value;
  self->tick = tick;
  return GTK_WIDGET (self);
}
