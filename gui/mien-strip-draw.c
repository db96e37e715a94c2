/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * How the strip is laid out and drawn. Everything that is drawn was worked out when the
 * frame was shown (mien-strip.c); here are only places and colours.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-strip-private.h"

#include "mien-review-style.h"
#include "mien-strip-picture.h"

#include <math.h>

enum
{
  SPACE = 4,
  MOST_SPACE = 8,
  RIBBON = 12,
  UNIT_ROW = 7,
  ROW_SPACE = 4,
  BRACKET = 3,
  FOOT = 9,
  ARROW = 6,
};

static const float PALE = 0.45f;

static int
text_width (PangoLayout *layout)
{
  int width = 0;

  if (layout != NULL)
    pango_layout_get_pixel_size (layout, &width, NULL);
  return width;
}

static int
text_height (PangoLayout *layout)
{
  int height = 0;

  if (layout != NULL)
    pango_layout_get_pixel_size (layout, NULL, &height);
  return height;
}

/* As many cells on either side as fit; near the end of a video more on the other. */
void
mien_strip_plan (MienStrip *self, int width, MienStripPlan *plan)
{
  float names = 0, used, x;
  guint from = self->current, to = self->current;

  for (guint i = 0; i < G_N_ELEMENTS (self->row_names); i++)
    names = MAX (names, (float) text_width (self->row_names[i]));
  names += 2 * SPACE;
  used = 0;
  for (gboolean more = self->n_cells > 0, right = TRUE; more; right = !right)
    {
      gboolean can_left = from > 0, can_right = to < self->n_cells;
      gboolean take_right = can_right && (right || !can_left);
      guint next = take_right ? to : from - 1;
      float needs = MIEN_STRIP_CELL;

      if (!can_left && !can_right)
        break;
      if (self->cells[take_right ? next : from].gap_before && to > from)
        needs += MIEN_STRIP_GAP;
      more = used + needs + names <= (float) width;
      if (!more)
        break;
      used += needs;
      if (take_right)
        to++;
      else
        from--;
    }

  plan->from = from;
  plan->to = to;
  /* What is left over goes between the cells, as long as they stay a row. */
  plan->pitch = MIEN_STRIP_CELL;
  if (to > from)
    plan->pitch +=
        MIN (MOST_SPACE,
             MAX (0.0f, floorf (((float) width - used - names) / (float) (to - from))));
  x = 0.0f;
  for (guint i = from; i < to; i++)
    {
      if (i > from && self->cells[i].gap_before)
        x += MIEN_STRIP_GAP;
      plan->left[i - from] = x;
      x += plan->pitch;
    }
  plan->left[to - from] = x;
  plan->row_names = x + 2 * SPACE;
}

void
mien_strip_levels (MienStrip *self, MienStripLevels *levels)
{
  int line = text_height (self->legend[0]);

  levels->numbers = MIEN_STRIP_THUMBNAIL + 3 * SPACE / 2.0f;
  levels->legend = levels->numbers + (float) line + SPACE;
  levels->trace = levels->legend + (float) line + SPACE / 2.0f;
  levels->rows = levels->trace + MIEN_STRIP_TRACE + 2 * SPACE;
  /* Names of two rows do not run into each other, however large the text. */
  levels->unit_step = MAX (UNIT_ROW + ROW_SPACE, floorf (0.8f * (float) line));
  levels->units = levels->rows
                  + MAX (RIBBON + ROW_SPACE, levels->unit_step + (RIBBON - UNIT_ROW) / 2);
  levels->height = levels->units + MIEN_STRIP_UNITS * levels->unit_step;
}

static void
draw_text (GtkSnapshot *snapshot,
           PangoLayout *layout,
           float x,
           float y,
           const GdkRGBA *color)
{
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (roundf (x), roundf (y)));
  gtk_snapshot_append_layout (snapshot, layout, color);
  gtk_snapshot_restore (snapshot);
}

static void
draw_thumbnail (MienStrip *self, GtkSnapshot *snapshot, guint i, float x, float pitch)
{
  const MienStripCell *cell = &self->cells[i];
  graphene_rect_t rect =
      GRAPHENE_RECT_INIT (x + floorf ((pitch - MIEN_STRIP_THUMBNAIL) / 2.0f), 1,
                          MIEN_STRIP_THUMBNAIL, MIEN_STRIP_THUMBNAIL);
  GskRoundedRect rounded;

  gsk_rounded_rect_init_from_rect (&rounded, &rect, 5.0f);
  gtk_snapshot_push_rounded_clip (snapshot, &rounded);
  if (cell->texture != NULL)
    gtk_snapshot_append_texture (
        snapshot,
        mien_strip_picture (cell->texture,
                            MIEN_STRIP_THUMBNAIL
                                * gtk_widget_get_scale_factor (GTK_WIDGET (self))),
        &rect);
  else
    {
      GdkRGBA quiet = mien_review_theme_color (GTK_WIDGET (self), "view_fg_color", 0.1f);

      gtk_snapshot_append_color (snapshot, &quiet, &rect);
    }
  gtk_snapshot_pop (snapshot);

  if (i == self->current)
    {
      GdkRGBA accent =
          mien_review_theme_color (GTK_WIDGET (self), "accent_bg_color", 1.0f);

      graphene_rect_inset (&rect, -1.0f, -1.0f);
      mien_review_stroke (snapshot, &rect, 6.0f, 3.0f, &accent);
    }
  else if ((int) i == self->cursor && gtk_widget_has_focus (GTK_WIDGET (self)))
    {
      GdkRGBA focus = mien_review_theme_color (GTK_WIDGET (self), "accent_color", 0.7f);

      mien_review_stroke (snapshot, &rect, 5.0f, 2.0f, &focus);
    }
}

/* Every number, or every second one where the text is too wide for that. */
static void
draw_number (MienStrip *self,
             GtkSnapshot *snapshot,
             const MienStripPlan *plan,
             guint i,
             float y)
{
  const MienStripCell *cell = &self->cells[i];
  gboolean current = i == self->current;
  guint away = i > self->current ? i - self->current : self->current - i;
  float width = (float) text_width (cell->layout);
  float x = plan->left[i - plan->from];
  GdkRGBA color = mien_review_theme_color (GTK_WIDGET (self),
                                           current ? "accent_color" : "view_fg_color",
                                           current ? 1.0f : 0.55f);

  if (cell->number < 0 || (width > plan->pitch - 4 && away % 2 != 0))
    return;
  draw_text (snapshot, cell->layout, x + (plan->pitch - width) / 2.0f, y, &color);
}

static void
draw_gap (MienStrip *self, GtkSnapshot *snapshot, float x, float height)
{
  GdkRGBA dots = mien_review_theme_color (GTK_WIDGET (self), "view_fg_color", 0.3f);

  for (float y = 0; y + 2.0f < height; y += 5.0f)
    gtk_snapshot_append_color (snapshot, &dots, &GRAPHENE_RECT_INIT (x, y, 1.0f, 2.0f));
}

/* An arrow where a segment goes on beyond what is visible. */
static void
draw_arrow (GtkSnapshot *snapshot, float x, float y, gboolean right, const GdkRGBA *color)
{
  graphene_rect_t rect =
      GRAPHENE_RECT_INIT (right ? x - ARROW : x, y - ARROW, ARROW, 2 * ARROW);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &rect);

  gdk_cairo_set_source_rgba (cr, color);
  cairo_move_to (cr, (double) x, (double) y);
  cairo_rel_line_to (cr, right ? -ARROW : ARROW, -ARROW);
  cairo_rel_line_to (cr, 0, 2 * ARROW);
  cairo_close_path (cr);
  cairo_fill (cr);
  cairo_destroy (cr);
}

/* One end of the bracket. */
static void
draw_end (GtkSnapshot *snapshot, float x, gboolean right, const GdkRGBA *color)
{
  float foot = right ? x + BRACKET - FOOT : x;

  gtk_snapshot_append_color (
      snapshot, color, &GRAPHENE_RECT_INIT (x, 0, BRACKET, MIEN_STRIP_THUMBNAIL + 5));
  gtk_snapshot_append_color (snapshot, color, &GRAPHENE_RECT_INIT (foot, 0, FOOT, 2));
}

/* A bracket round the faces of the segment, open where it is not marked yet. */
static void
draw_segment (MienStrip *self, GtkSnapshot *snapshot, const MienStripPlan *plan)
{
  GdkRGBA color = mien_review_theme_color (GTK_WIDGET (self), "accent_color", 1.0f);
  gint64 first = self->cells[plan->from].number, last = self->cells[plan->to - 1].number;
  float left = plan->left[0], right = plan->left[plan->to - plan->from];
  float y = MIEN_STRIP_THUMBNAIL + 3, x0 = left, x1 = right;
  gboolean in = FALSE, out = FALSE;

  for (guint i = plan->from; i < plan->to; i++)
    {
      gint64 number = self->cells[i].number;
      float x = plan->left[i - plan->from];

      if (self->in >= first && number >= self->in && !in)
        {
          in = TRUE;
          x0 = x;
        }
      if (self->out >= 0 && self->out <= last && number <= self->out)
        {
          out = TRUE;
          x1 = x + plan->pitch;
        }
    }
  if (in)
    draw_end (snapshot, x0, FALSE, &color);
  if (out)
    draw_end (snapshot, x1 - BRACKET, TRUE, &color);
  if (self->in < 0 || self->out < 0)
    return;
  if (self->in > last || self->out < first)
    {
      draw_arrow (snapshot, self->in > last ? right : left, y, self->in > last, &color);
      return;
    }
  gtk_snapshot_append_color (snapshot, &color, &GRAPHENE_RECT_INIT (x0, y, x1 - x0, 2));
  if (!in && self->in < first)
    draw_arrow (snapshot, left, y + 1, FALSE, &color);
  if (!out && self->out > last)
    draw_arrow (snapshot, right, y + 1, TRUE, &color);
}

/* Where playing is: a line across the trace and the rows. */
static void
draw_playing (MienStrip *self,
              GtkSnapshot *snapshot,
              const MienStripPlan *plan,
              const MienStripLevels *levels)
{
  GdkRGBA color = mien_review_theme_color (GTK_WIDGET (self), "view_fg_color", 0.8f);

  for (guint i = plan->from; i < plan->to; i++)
    if (self->cells[i].number == self->playing)
      gtk_snapshot_append_color (
          snapshot, &color,
          &GRAPHENE_RECT_INIT (floorf (plan->left[i - plan->from] + plan->pitch / 2.0f)
                                   - 1.0f,
                               levels->trace, 2, levels->height - levels->trace));
}

static float
trace_y (float value)
{
  return MIEN_STRIP_TRACE / 2.0f - value * (MIEN_STRIP_TRACE / 2.0f - 5.0f);
}

/* One curve of the model, broken at gaps and where it has not read. */
static void
draw_curve (MienStrip *self, cairo_t *cr, const MienStripPlan *plan, guint which)
{
  const GdkRGBA *color =
      which == 0 ? mien_review_valence_color () : mien_review_arousal_color ();
  gboolean down = FALSE;

  gdk_cairo_set_source_rgba (cr, color);
  cairo_set_line_width (cr, 1.8);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  for (guint i = plan->from; i < plan->to; i++)
    {
      const MienStripCell *cell = &self->cells[i];
      double x = (double) (plan->left[i - plan->from] + plan->pitch / 2.0f);

      down = down && cell->has_point[0] && !cell->gap_before;
      if (cell->has_point[0] && down)
        cairo_line_to (cr, x, (double) trace_y (cell->point[0][which]));
      else if (cell->has_point[0])
        {
          cairo_move_to (cr, x - 0.5, (double) trace_y (cell->point[0][which]));
          cairo_line_to (cr, x + 0.5, (double) trace_y (cell->point[0][which]));
        }
      down = cell->has_point[0];
    }
  cairo_stroke (cr);
  for (guint i = plan->from; i < plan->to; i++)
    if (self->cells[i].has_point[1])
      {
        cairo_arc (cr, (double) (plan->left[i - plan->from] + plan->pitch / 2.0f),
                   (double) trace_y (self->cells[i].point[1][which]), 3.0, 0, 2 * G_PI);
        cairo_fill (cr);
      }
}

static void
draw_trace (MienStrip *self,
            GtkSnapshot *snapshot,
            const MienStripPlan *plan,
            const MienStripLevels *levels)
{
  GdkRGBA quiet = mien_review_theme_color (GTK_WIDGET (self), "view_fg_color", 0.05f);
  GdkRGBA zero = mien_review_theme_color (GTK_WIDGET (self), "view_fg_color", 0.12f);
  float left = plan->left[0], right = plan->left[plan->to - plan->from];
  graphene_rect_t rect =
      GRAPHENE_RECT_INIT (left + 1, 0, right - left - 2, MIEN_STRIP_TRACE);
  cairo_t *cr;

  draw_text (snapshot, self->legend[0], left + 1, levels->legend,
             mien_review_valence_color ());
  draw_text (snapshot, self->legend[1],
             left + 1 + 14 + (float) text_width (self->legend[0]), levels->legend,
             mien_review_arousal_color ());
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (0, levels->trace));
  mien_review_fill (snapshot, &rect, 6.0f, &quiet);
  gtk_snapshot_append_color (
      snapshot, &zero,
      &GRAPHENE_RECT_INIT (left + 1, MIEN_STRIP_TRACE / 2.0f, right - left - 2, 1.0f));
  cr = gtk_snapshot_append_cairo (snapshot, &rect);
  draw_curve (self, cr, plan, 1);
  draw_curve (self, cr, plan, 0);
  cairo_destroy (cr);
  gtk_snapshot_restore (snapshot);
}

static void
draw_block (MienStrip *self,
            GtkSnapshot *snapshot,
            const graphene_rect_t *rect,
            const GdkRGBA *color,
            gboolean stored)
{
  GdkRGBA fill;

  if (color == NULL)
    fill = mien_review_theme_color (GTK_WIDGET (self), "view_fg_color", 0.08f);
  else
    {
      fill = *color;
      fill.alpha *= stored ? 1.0f : PALE;
    }
  mien_review_fill (snapshot, rect, 3.0f, &fill);
}

static void
draw_rows (MienStrip *self,
           GtkSnapshot *snapshot,
           const MienStripPlan *plan,
           const MienStripLevels *levels)
{
  GdkRGBA dim = mien_review_theme_color (GTK_WIDGET (self), "view_fg_color", 0.55f);
  float top = levels->rows;
  GdkRGBA present = mien_review_theme_color (GTK_WIDGET (self), "success_bg_color", 1.0f);

  for (guint i = plan->from; i < plan->to; i++)
    {
      const MienStripCell *cell = &self->cells[i];
      float x = plan->left[i - plan->from], y = levels->units;

      draw_block (
          self, snapshot, &GRAPHENE_RECT_INIT (x + 1, top, plan->pitch - 2, RIBBON),
          cell->expression < 0 ? NULL
                               : mien_review_expression_color ((guint) cell->expression),
          cell->expression_stored);
      for (guint u = 0; u < self->n_units; u++, y += levels->unit_step)
        draw_block (self, snapshot,
                    &GRAPHENE_RECT_INIT (x + 1, y, plan->pitch - 2, UNIT_ROW),
                    cell->unit[u] > 0 ? &present : NULL, cell->unit_stored[u]);
    }
  for (guint row = 0; row < 1 + self->n_units; row++)
    {
      float height = row == 0 ? RIBBON : UNIT_ROW;
      float y = row == 0 ? top : levels->units + (float) (row - 1) * levels->unit_step;

      draw_text (snapshot, self->row_names[row], plan->row_names,
                 y + (height - (float) text_height (self->row_names[row])) / 2.0f, &dim);
    }
}

void
mien_strip_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MienStrip *self = MIEN_STRIP (widget);
  MienStripPlan plan;
  MienStripLevels levels;

  if (self->n_cells == 0)
    return;
  mien_strip_plan (self, gtk_widget_get_width (widget), &plan);
  mien_strip_levels (self, &levels);
  if (plan.to == plan.from)
    return;
  for (guint i = plan.from; i < plan.to; i++)
    {
      float x = plan.left[i - plan.from];

      draw_thumbnail (self, snapshot, i, x, plan.pitch);
      draw_number (self, snapshot, &plan, i, levels.numbers);
      if (i > plan.from && self->cells[i].gap_before)
        draw_gap (self, snapshot, x - MIEN_STRIP_GAP / 2.0f, levels.height);
    }
  draw_trace (self, snapshot, &plan, &levels);
  draw_rows (self, snapshot, &plan, &levels);
  if (self->in >= 0 || self->out >= 0)
    draw_segment (self, snapshot, &plan);
  if (self->playing >= 0)
    draw_playing (self, snapshot, &plan, &levels);
}
