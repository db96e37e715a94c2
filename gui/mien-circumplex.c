/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The pad for valence and arousal. It is always square and keeps a margin, so that a
 * point at the very edge can be seen and hit. Text layouts are made when the look of the
 * text changes, not when drawing.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-circumplex.h"

#include "mien-review-style.h"

#include <glib/gi18n.h>
#include <math.h>

enum
{
  COMPACT = 132,
  USUAL = 176,
  MARGIN = 13, /* from the edge to -1 and +1 */
};

/* The words in the four quarters, then the ends of the axis. */
enum
{
  WORD_TENSE,
  WORD_EXCITED,
  WORD_SAD,
  WORD_CONTENT,
  WORD_MINUS,
  WORD_PLUS,
  N_WORDS,
};

struct _MienCircumplex
{
  GtkWidget parent_instance;

  MienCircumplexLook look;
  PangoLayout *words[N_WORDS];
  double drag_x, drag_y;
  gboolean compact;
};

enum
{
  POINT,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MienCircumplex, mien_circumplex, GTK_TYPE_WIDGET)

static float
side_of (MienCircumplex *self)
{
  return (float) MIN (gtk_widget_get_width (GTK_WIDGET (self)),
                      gtk_widget_get_height (GTK_WIDGET (self)));
}

static void
to_place (MienCircumplex *self, const double *point, float *x, float *y)
{
  float half = side_of (self) / 2.0f;

  *x = half + (float) point[0] * (half - MARGIN);
  *y = half - (float) point[1] * (half - MARGIN);
}

static void
choose (MienCircumplex *self, double x, double y)
{
  double half = (double) side_of (self) / 2.0;
  double valence = CLAMP ((x - half) / (half - MARGIN), -1.0, 1.0);
  double arousal = CLAMP ((half - y) / (half - MARGIN), -1.0, 1.0);

  g_signal_emit (self, signals[POINT], 0, valence, arousal);
}

static void
on_drag_begin (GtkGestureDrag *gesture, double x, double y, MienCircumplex *self)
{
  self->drag_x = x;
  self->drag_y = y;
  choose (self, x, y);
}

static void
on_drag_update (GtkGestureDrag *gesture, double dx, double dy, MienCircumplex *self)
{
  choose (self, self->drag_x + dx, self->drag_y + dy);
}

/* ---- drawing ---- */

static void
dot (GtkSnapshot *snapshot, float x, float y, float radius, const GdkRGBA *color)
{
  graphene_rect_t rect =
      GRAPHENE_RECT_INIT (x - radius, y - radius, 2 * radius, 2 * radius);

  mien_review_fill (snapshot, &rect, radius, color);
}

static void
ring (GtkSnapshot *snapshot,
      float x,
      float y,
      float radius,
      float width,
      const GdkRGBA *color)
{
  graphene_rect_t rect =
      GRAPHENE_RECT_INIT (x - radius, y - radius, 2 * radius, 2 * radius);

  mien_review_stroke (snapshot, &rect, radius, width, color);
}

static void
draw_axes (MienCircumplex *self, GtkSnapshot *snapshot, float side)
{
  GdkRGBA line = mien_review_theme_color (GTK_WIDGET (self), "view_fg_color", 0.28f);
  float half = roundf (side / 2.0f), step = (half - MARGIN) / 2.0f;

  gtk_snapshot_append_color (snapshot, &line,
                             &GRAPHENE_RECT_INIT (MARGIN, half, side - 2 * MARGIN, 1.0f));
  gtk_snapshot_append_color (snapshot, &line,
                             &GRAPHENE_RECT_INIT (half, MARGIN, 1.0f, side - 2 * MARGIN));
  for (int i = -2; i <= 2; i++)
    {
      float at = roundf (half + (float) i * step);

      gtk_snapshot_append_color (snapshot, &line,
                                 &GRAPHENE_RECT_INIT (at, half - 4.0f, 1.0f, 9.0f));
      gtk_snapshot_append_color (snapshot, &line,
                                 &GRAPHENE_RECT_INIT (half - 4.0f, at, 9.0f, 1.0f));
    }
}

static void
draw_word (MienCircumplex *self,
           GtkSnapshot *snapshot,
           guint word,
           float x,
           float y,
           const GdkRGBA *color)
{
  int width, height;

  pango_layout_get_pixel_size (self->words[word], &width, &height);
  /* The ends of the axis stay inside. */
  x = CLAMP (x - (float) width / 2.0f, 4.0f, side_of (self) - (float) width - 4.0f);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (
      snapshot, &GRAPHENE_POINT_INIT (roundf (x), roundf (y - (float) height / 2.0f)));
  gtk_snapshot_append_layout (snapshot, self->words[word], color);
  gtk_snapshot_restore (snapshot);
}

static void
draw_words (MienCircumplex *self, GtkSnapshot *snapshot, float side)
{
  GdkRGBA color = mien_review_theme_color (GTK_WIDGET (self), "view_fg_color", 0.5f);
  float near = side * 0.22f, far = side * 0.76f;
  int widest = 0;

  for (guint i = 0; i < WORD_MINUS; i++)
    {
      int width;

      pango_layout_get_pixel_size (self->words[i], &width, NULL);
      widest = MAX (widest, width);
    }
  /* With large text, two do not fit side by side. */
  if ((float) widest > side / 2.0f - 8.0f)
    return;
  draw_word (self, snapshot, WORD_TENSE, near, near * 0.85f, &color);
  draw_word (self, snapshot, WORD_EXCITED, far, near * 0.85f, &color);
  draw_word (self, snapshot, WORD_SAD, near, far + side * 0.07f, &color);
  draw_word (self, snapshot, WORD_CONTENT, far, far + side * 0.07f, &color);
  draw_word (self, snapshot, WORD_MINUS, MARGIN, side / 2.0f + 14.0f, &color);
  draw_word (self, snapshot, WORD_PLUS, side - MARGIN, side / 2.0f + 14.0f, &color);
}

static void
draw_model (MienCircumplex *self, GtkSnapshot *snapshot, float side)
{
  const char *name = self->look.doubtful ? "warning_color" : "accent_color";
  GdkRGBA line = mien_review_theme_color (GTK_WIDGET (self), name, 1.0f);
  GdkRGBA disc = line, edge = line;
  float x, y, radius = (float) self->look.spread * (side / 2.0f - MARGIN);

  to_place (self, self->look.model, &x, &y);
  disc.alpha *= 0.14f;
  edge.alpha *= 0.55f;
  dot (snapshot, x, y, MAX (radius, 7.0f), &disc);
  ring (snapshot, x, y, MAX (radius, 7.0f), 1.0f, &edge);
  ring (snapshot, x, y, 6.0f, 2.0f, &line);
}

static void
draw_person (MienCircumplex *self,
             GtkSnapshot *snapshot,
             const double *point,
             float alpha)
{
  GdkRGBA fill = mien_review_theme_color (GTK_WIDGET (self), "accent_bg_color", alpha);
  GdkRGBA edge = mien_review_theme_color (GTK_WIDGET (self), "view_bg_color", 1.0f);
  float x, y;

  to_place (self, point, &x, &y);
  dot (snapshot, x, y, 8.5f, &edge);
  dot (snapshot, x, y, 6.5f, &fill);
}

static void
mien_circumplex_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MienCircumplex *self = MIEN_CIRCUMPLEX (widget);
  const MienCircumplexLook *look = &self->look;
  float side = side_of (self), x, y;
  graphene_rect_t square = GRAPHENE_RECT_INIT (0, 0, side, side);
  GskRoundedRect rounded;

  gsk_rounded_rect_init_from_rect (&rounded, &square, 10.0f);
  gtk_snapshot_push_rounded_clip (snapshot, &rounded);
  draw_axes (self, snapshot, side);
  draw_words (self, snapshot, side);
  if (look->has_model)
    draw_model (self, snapshot, side);
  if (look->has_previous)
    {
      GdkRGBA grey = mien_review_theme_color (widget, "view_fg_color", 0.6f);

      to_place (self, look->previous, &x, &y);
      ring (snapshot, x, y, 4.5f, 1.5f, &grey);
    }
  if (look->has_given)
    draw_person (self, snapshot, look->given, 1.0f);
  else if (look->has_stored && !look->cannot_tell)
    draw_person (self, snapshot, look->stored, 0.55f);
  gtk_snapshot_pop (snapshot);
}

/* ---- the rest ---- */

static void
make_words (MienCircumplex *self)
{
  const char *const text[N_WORDS] = {
    /* Translators: words in the quarters of the circumplex: unpleasant and aroused,
       pleasant and aroused, unpleasant and calm, pleasant and calm. */
    _ ("tense"), _ ("excited"), _ ("sad"), _ ("content"), "−1", "+1",
  };

  for (guint i = 0; i < N_WORDS; i++)
    {
      g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

      g_clear_object (&self->words[i]);
      self->words[i] = gtk_widget_create_pango_layout (GTK_WIDGET (self), text[i]);
      pango_attr_list_insert (attributes, pango_attr_scale_new (0.82));
      pango_layout_set_attributes (self->words[i], attributes);
    }
}

static void
mien_circumplex_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (mien_circumplex_parent_class)->css_changed (widget, change);
  make_words (MIEN_CIRCUMPLEX (widget));
}

static void
mien_circumplex_measure (GtkWidget *widget,
                         GtkOrientation orientation,
                         int for_size,
                         int *minimum,
                         int *natural,
                         int *minimum_baseline,
                         int *natural_baseline)
{
  *minimum = *natural = MIEN_CIRCUMPLEX (widget)->compact ? COMPACT : USUAL;
}

static void
mien_circumplex_finalize (GObject *object)
{
  MienCircumplex *self = MIEN_CIRCUMPLEX (object);

  for (guint i = 0; i < N_WORDS; i++)
    g_clear_object (&self->words[i]);
  G_OBJECT_CLASS (mien_circumplex_parent_class)->finalize (object);
}

static void
mien_circumplex_class_init (MienCircumplexClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mien_circumplex_finalize;
  widget_class->snapshot = mien_circumplex_snapshot;
  widget_class->measure = mien_circumplex_measure;
  widget_class->css_changed = mien_circumplex_css_changed;

  signals[POINT] =
      g_signal_new ("point", MIEN_TYPE_CIRCUMPLEX, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 2, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  gtk_widget_class_set_css_name (widget_class, "circumplex");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
mien_circumplex_init (MienCircumplex *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  g_signal_connect (drag, "drag-begin", G_CALLBACK (on_drag_begin), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (on_drag_update), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "crosshair");
  make_words (self);
}

GtkWidget *
mien_circumplex_new (void)
{
  return g_object_new (MIEN_TYPE_CIRCUMPLEX, NULL);
}

static void
update_accessible (MienCircumplex *self)
{
  const MienCircumplexLook *look = &self->look;
  g_autoptr (GString) text = g_string_new (_ ("Valence and arousal"));

  if (look->cannot_tell)
    g_string_append_printf (text, ", %s", _ ("cannot tell"));
  else if (look->has_given)
    g_string_append_printf (text, _ (", yours %+.2f %+.2f"), look->given[0],
                            look->given[1]);
  else if (look->has_stored)
    g_string_append_printf (text, _ (", stored %+.2f %+.2f"), look->stored[0],
                            look->stored[1]);
  if (look->has_model)
    g_string_append_printf (text, _ (", model %+.2f %+.2f, spread %.2f"), look->model[0],
                            look->model[1], look->spread);
  if (look->doubtful)
    g_string_append_printf (text, ", %s", _ ("doubtful"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  text->str, -1);
}

void
mien_circumplex_show (MienCircumplex *self, const MienCircumplexLook *look)
{
  self->look = *look;
  mien_review_set_class (GTK_WIDGET (self), "cannot-tell", look->cannot_tell);
  update_accessible (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
mien_circumplex_set_compact (MienCircumplex *self, gboolean compact)
{
  if (self->compact == compact)
    return;
  self->compact = compact;
  gtk_widget_queue_resize (GTK_WIDGET (self));
}
