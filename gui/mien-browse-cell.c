/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A cell of the grid. Invariants: a picture is asked for only while the cell is mapped
 * and has an item, and what comes for an item that was let go meanwhile is dropped; text
 * is laid out when it changes, not when it is drawn.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-browse-cell.h"

#include <glib/gi18n.h>

#include "mien-browse-words.h"
#include "mien-review-style.h"

enum
{
  GAP = 4,
  DOT = 9,
};

struct _MienBrowseCell
{
  GtkWidget parent_instance;

  int side;
  gboolean caption, wrong, drawn;

  MienBrowseSource *source;
  MienBrowseItem *item;
  GStrv videos;
  GCancellable *reading;
  GdkTexture *texture;
  gboolean missing;

  MienBrowseSays says;
  int expression;
  char *sentence;
  PangoLayout *name, *value, *sign; /* NULL: nothing to write */
};

G_DEFINE_FINAL_TYPE (MienBrowseCell, mien_browse_cell, GTK_TYPE_WIDGET)

static void
set_layout (MienBrowseCell *self, PangoLayout **layout, const char *text)
{
  g_clear_object (layout);
  if (text != NULL && text[0] != '\0')
    *layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
}

/* The list's own widget around the cell has the focus, so it has the name. */
static void
tell (MienBrowseCell *self)
{
  GtkWidget *around = gtk_widget_get_parent (GTK_WIDGET (self));
  const char *text = self->sentence != NULL ? self->sentence : "";
  g_autofree char *wrong =
      self->wrong ? g_strdup_printf (_ ("%s, crossed out"), text) : NULL;

  if (around != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (around),
                                    GTK_ACCESSIBLE_PROPERTY_LABEL,
                                    wrong != NULL ? wrong : text, -1);
}

static void
read_row (MienBrowseCell *self)
{
  MienIndex *index = mien_browse_source_get_index (self->source);
  g_autofree char *value = NULL;
  g_autoptr (GArray) doubts = NULL;
  const char *name;
  MienIndexRow row;

  mien_index_row (index, mien_browse_item_get_row (self->item), &row);
  name = mien_browse_expression (&row, &self->says, &self->expression);
  if (self->says == MIEN_BROWSE_PROPOSAL)
    value = g_strdup_printf ("%.2f", (double) row.confidence);
  g_free (self->sentence);
  doubts = mien_index_doubts (index, mien_browse_item_get_row (self->item));
  self->sentence = mien_browse_sentence (&row, self->videos, doubts);
  self->missing = !row.has_image;
  if (self->caption)
    {
      set_layout (self, &self->name, name);
      set_layout (self, &self->value, value);
      set_layout (self, &self->sign, row.disputed ? "≠" : row.flagged ? "⚑" : NULL);
    }
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), self->sentence);
  tell (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_picture (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienBrowseCell) self = data;
  g_autoptr (GError) error = NULL;
  GdkTexture *texture =
      mien_browse_source_picture_finish (MIEN_BROWSE_SOURCE (source), result, &error);

  if (self->reading == NULL || g_task_get_cancellable (G_TASK (result)) != self->reading)
    {
      g_clear_object (&texture);
      return;
    }
  g_clear_object (&self->reading);
  self->texture = texture;
  self->missing = texture == NULL;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
stop_reading (MienBrowseCell *self)
{
  g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
}

static void
start_reading (MienBrowseCell *self)
{
  MienIndexRow row;

  if (self->item == NULL || self->texture != NULL || self->reading != NULL
      || self->missing || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  mien_index_row (mien_browse_source_get_index (self->source),
                  mien_browse_item_get_row (self->item), &row);
  self->reading = g_cancellable_new ();
  mien_browse_source_picture_async (self->source, row.frame, self->reading, on_picture,
                                    g_object_ref (self));
}

void
mien_browse_cell_show (MienBrowseCell *self,
                       MienBrowseSource *source,
                       MienBrowseItem *item,
                       GStrv videos)
{
  stop_reading (self);
  if (self->item != NULL)
    g_signal_handlers_disconnect_by_data (self->item, self);
  g_clear_object (&self->texture);
  g_set_object (&self->source, source);
  g_set_object (&self->item, item);
  self->videos = videos;
  self->wrong = self->drawn = FALSE;
  g_clear_pointer (&self->sentence, g_free);
  if (item == NULL)
    return;
  g_signal_connect_object (item, "changed", G_CALLBACK (read_row), self,
                           G_CONNECT_SWAPPED);
  read_row (self);
  start_reading (self);
}

void
mien_browse_cell_set_wrong (MienBrowseCell *self, gboolean wrong)
{
  if (self->wrong == wrong)
    return;
  self->wrong = wrong;
  tell (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

gboolean
mien_browse_cell_is_drawn (MienBrowseCell *self)
{
  return self->drawn;
}

const char *
mien_browse_cell_get_sentence (MienBrowseCell *self)
{
  return self->sentence;
}

/* ---- drawing ---- */

static int
caption_height (MienBrowseCell *self)
{
  PangoContext *context = gtk_widget_get_pango_context (GTK_WIDGET (self));
  PangoFontMetrics *metrics;
  int height;

  if (!self->caption)
    return 0;
  metrics = pango_context_get_metrics (context, NULL, NULL);
  height = PANGO_PIXELS_CEIL (pango_font_metrics_get_height (metrics));
  pango_font_metrics_unref (metrics);
  return GAP + height;
}

static void
mien_browse_cell_measure (GtkWidget *widget,
                          GtkOrientation orientation,
                          int for_size,
                          int *minimum,
                          int *natural,
                          int *minimum_baseline,
                          int *natural_baseline)
{
  MienBrowseCell *self = MIEN_BROWSE_CELL (widget);
  int size = self->side;

  if (orientation == GTK_ORIENTATION_VERTICAL)
    size += caption_height (self);
  *minimum = *natural = size;
}

static void
draw_text (GtkSnapshot *snapshot,
           PangoLayout *layout,
           float x,
           float y,
           const GdkRGBA *color)
{
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (x, y));
  gtk_snapshot_append_layout (snapshot, layout, color);
  gtk_snapshot_restore (snapshot);
}

static int
layout_width (PangoLayout *layout)
{
  int width = 0;

  if (layout != NULL)
    pango_layout_get_pixel_size (layout, &width, NULL);
  return width;
}

static void
draw_caption (MienBrowseCell *self, GtkSnapshot *snapshot, float left, float width)
{
  GdkRGBA color = mien_review_theme_color (GTK_WIDGET (self), "view_fg_color", 1.0f);
  GdkRGBA pale = mien_review_theme_color (GTK_WIDGET (self), "view_fg_color", .7f);
  float top = (float) self->side + GAP, right = left + width;
  int height = caption_height (self) - GAP;

  if (self->name == NULL)
    return;
  if (self->value != NULL)
    {
      right -= (float) layout_width (self->value);
      draw_text (snapshot, self->value, right, top, &pale);
      right -= GAP;
    }
  if (self->expression >= 0)
    {
      const GdkRGBA *dot = mien_review_expression_color ((guint) self->expression);
      graphene_rect_t place = GRAPHENE_RECT_INIT (
          left, top + ((float) height - DOT) / 2.0f, (float) DOT, (float) DOT);

      if (self->says == MIEN_BROWSE_LABEL)
        mien_review_fill (snapshot, &place, DOT / 2.0f, dot);
      else
        mien_review_stroke (snapshot, &place, DOT / 2.0f, 2.0f, dot);
      left += DOT + GAP;
    }
  pango_layout_set_ellipsize (self->name, PANGO_ELLIPSIZE_END);
  pango_layout_set_width (self->name, MAX ((int) (right - left), 1) * PANGO_SCALE);
  draw_text (snapshot, self->name, left, top,
             self->says == MIEN_BROWSE_LABEL ? &color : &pale);
}

static void
draw_cross (GtkSnapshot *snapshot, const graphene_rect_t *face)
{
  const GdkRGBA red = { 0.88f, 0.11f, 0.14f, 1.0f };
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, face);
  double inset = (double) face->size.width * 0.14;

  gdk_cairo_set_source_rgba (cr, &red);
  cairo_set_line_width (cr, (double) face->size.width * 0.07);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_move_to (cr, face->origin.x + inset, face->origin.y + inset);
  cairo_line_to (cr, face->origin.x + face->size.width - inset,
                 face->origin.y + face->size.height - inset);
  cairo_move_to (cr, face->origin.x + face->size.width - inset, face->origin.y + inset);
  cairo_line_to (cr, face->origin.x + inset, face->origin.y + face->size.height - inset);
  cairo_stroke (cr);
  cairo_destroy (cr);
}

static void
draw_face (MienBrowseCell *self, GtkSnapshot *snapshot, const graphene_rect_t *face)
{
  GdkRGBA empty = mien_review_theme_color (GTK_WIDGET (self), "view_fg_color", .08f);
  GskRoundedRect rounded;

  gsk_rounded_rect_init_from_rect (&rounded, face, 6.0f);
  gtk_snapshot_push_rounded_clip (snapshot, &rounded);
  if (self->texture != NULL)
    {
      if (self->wrong)
        gtk_snapshot_push_opacity (snapshot, 0.3);
      gtk_snapshot_append_texture (snapshot, self->texture, face);
      if (self->wrong)
        gtk_snapshot_pop (snapshot);
    }
  else
    gtk_snapshot_append_color (snapshot, &empty, face);
  gtk_snapshot_pop (snapshot);
  if (self->wrong)
    draw_cross (snapshot, face);
}

static void
draw_sign (MienBrowseCell *self, GtkSnapshot *snapshot, const graphene_rect_t *face)
{
  const GdkRGBA ground = { 0.0f, 0.0f, 0.0f, 0.62f }, white = { 1.0f, 1.0f, 1.0f, 1.0f };
  int width, height;
  graphene_rect_t chip;

  pango_layout_get_pixel_size (self->sign, &width, &height);
  chip = GRAPHENE_RECT_INIT (face->origin.x + 4.0f, face->origin.y + 4.0f,
                             (float) MAX (width + 8, height), (float) height);
  mien_review_fill (snapshot, &chip, (float) height / 2.0f, &ground);
  draw_text (snapshot, self->sign,
             chip.origin.x + (chip.size.width - (float) width) / 2.0f, chip.origin.y,
             &white);
}

static void
mien_browse_cell_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MienBrowseCell *self = MIEN_BROWSE_CELL (widget);
  float left = ((float) gtk_widget_get_width (widget) - (float) self->side) / 2.0f;
  graphene_rect_t face =
      GRAPHENE_RECT_INIT (left, 0.0f, (float) self->side, (float) self->side);

  if (self->item == NULL)
    return;
  draw_face (self, snapshot, &face);
  if (self->sign != NULL)
    draw_sign (self, snapshot, &face);
  if (self->caption)
    draw_caption (self, snapshot, left, (float) self->side);
  self->drawn = self->texture != NULL;
}

static void
mien_browse_cell_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (mien_browse_cell_parent_class)->map (widget);
  start_reading (MIEN_BROWSE_CELL (widget));
}

static void
mien_browse_cell_unmap (GtkWidget *widget)
{
  stop_reading (MIEN_BROWSE_CELL (widget));
  GTK_WIDGET_CLASS (mien_browse_cell_parent_class)->unmap (widget);
}

/* Another font, or another size of it. */
static void
mien_browse_cell_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  MienBrowseCell *self = MIEN_BROWSE_CELL (widget);
  PangoLayout *layouts[] = { self->name, self->value, self->sign };

  GTK_WIDGET_CLASS (mien_browse_cell_parent_class)->css_changed (widget, change);
  for (guint i = 0; i < G_N_ELEMENTS (layouts); i++)
    if (layouts[i] != NULL)
      pango_layout_context_changed (layouts[i]);
}

static void
mien_browse_cell_dispose (GObject *object)
{
  MienBrowseCell *self = MIEN_BROWSE_CELL (object);

  mien_browse_cell_show (self, NULL, NULL, NULL);
  g_clear_object (&self->name);
  g_clear_object (&self->value);
  g_clear_object (&self->sign);
  G_OBJECT_CLASS (mien_browse_cell_parent_class)->dispose (object);
}

static void
mien_browse_cell_class_init (MienBrowseCellClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_browse_cell_dispose;
  widget_class->measure = mien_browse_cell_measure;
  widget_class->snapshot = mien_browse_cell_snapshot;
  widget_class->map = mien_browse_cell_map;
  widget_class->unmap = mien_browse_cell_unmap;
  widget_class->css_changed = mien_browse_cell_css_changed;
  gtk_widget_class_set_css_name (widget_class, "browse-cell");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
mien_browse_cell_init (MienBrowseCell *self)
{
  self->expression = -1;
}

GtkWidget *
mien_browse_cell_new (int side, gboolean caption)
{
  MienBrowseCell *self = g_object_new (MIEN_TYPE_BROWSE_CELL, NULL);

  self->side = side;
  self->caption = caption;
  return GTK_WIDGET (self);
}
