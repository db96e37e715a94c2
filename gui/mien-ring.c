/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A small ring for a button. It draws itself anew only when the shown angle changes, so
 * that a job that says ten things a second costs nothing.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-ring.h"

#include <math.h>

enum
{
  SIDE = 16,
  STEPS = 120,
};

struct _MienRing
{
  GtkWidget parent_instance;

  double fraction;
  guint tick;
};

G_DEFINE_FINAL_TYPE (MienRing, mien_ring, GTK_TYPE_WIDGET)

static gboolean
turn (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  gtk_widget_queue_draw (widget);
  return G_SOURCE_CONTINUE;
}

static void
follow (MienRing *self)
{
  gboolean turning = self->fraction < 0 && gtk_widget_get_mapped (GTK_WIDGET (self));

  if (turning && self->tick == 0)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), turn, NULL, NULL);
  if (!turning && self->tick != 0)
    {
      gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick);
      self->tick = 0;
    }
}

void
mien_ring_set_fraction (MienRing *self, double fraction)
{
  gboolean same = (self->fraction < 0) == (fraction < 0)
                  && (int) (self->fraction * STEPS) == (int) (fraction * STEPS);

  if (same)
    return;
  self->fraction = fraction;
  follow (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
mien_ring_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MienRing *self = MIEN_RING (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  double radius = MIN (width, height) / 2.0 - 1.5, start = -G_PI_2, angle;
  GdkRGBA color;
  cairo_t *cr;

  if (radius <= 0)
    return;
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &color);
  cr = gtk_snapshot_append_cairo (
      snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  cairo_set_line_width (cr, 2.5);
  cairo_set_source_rgba (cr, color.red, color.green, color.blue, color.alpha * 0.25);
  cairo_arc (cr, width / 2.0, height / 2.0, radius, 0, 2 * G_PI);
  cairo_stroke (cr);

  angle = 2 * G_PI * CLAMP (self->fraction, 0, 1);
  if (self->fraction < 0)
    {
      GdkFrameClock *clock = gtk_widget_get_frame_clock (widget);
      gint64 time = clock != NULL ? gdk_frame_clock_get_frame_time (clock) : 0;

      angle = G_PI_2;
      start += 2 * G_PI * (double) (time % 1500000) / 1500000;
    }
  if (angle > 0)
    {
      gdk_cairo_set_source_rgba (cr, &color);
      cairo_arc (cr, width / 2.0, height / 2.0, radius, start, start + angle);
      cairo_stroke (cr);
    }
  cairo_destroy (cr);
}

static void
mien_ring_measure (GtkWidget *widget,
                   GtkOrientation orientation,
                   int for_size,
                   int *minimum,
                   int *natural,
                   int *minimum_baseline,
                   int *natural_baseline)
{
  *minimum = *natural = SIDE;
}

static void
mien_ring_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (mien_ring_parent_class)->map (widget);
  follow (MIEN_RING (widget));
}

static void
mien_ring_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (mien_ring_parent_class)->unmap (widget);
  follow (MIEN_RING (widget));
}

static void
mien_ring_class_init (MienRingClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->snapshot = mien_ring_snapshot;
  widget_class->measure = mien_ring_measure;
  widget_class->map = mien_ring_map;
  widget_class->unmap = mien_ring_unmap;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
mien_ring_init (MienRing *self)
{
  self->fraction = -1;
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
}

GtkWidget *
mien_ring_new (void)
{
  return g_object_new (MIEN_TYPE_RING, NULL);
}
