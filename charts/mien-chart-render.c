/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A chart as the bytes of a file. Fonts are pango's of the thread that asks.
 */

#include "config.h"

#include "mien-chart-render.h"

#include <cairo-svg.h>
#include <glib/gi18n.h>
#include <math.h>
#include <pango/pangocairo.h>

#include "mien-chart-draw.h"

enum
{
  MARGIN = 20,
};

static cairo_status_t
append (void *data, const unsigned char *bytes, unsigned int length)
{
  g_byte_array_append (data, bytes, length);
  return CAIRO_STATUS_SUCCESS;
}

static double
draw_title (const MienChart *chart, cairo_t *cr, PangoContext *context)
{
  g_autoptr (PangoLayout) layout = pango_layout_new (context);
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  int height;

  pango_attr_list_insert (attributes, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  pango_layout_set_attributes (layout, attributes);
  pango_layout_set_width (layout, (MIEN_CHART_FILE_WIDTH - 2 * MARGIN) * PANGO_SCALE);
  pango_layout_set_text (layout, mien_chart_spec (chart)->title, -1);
  pango_layout_get_pixel_size (layout, NULL, &height);
  if (cr != NULL)
    {
      cairo_set_source_rgb (cr, 0.12, 0.12, 0.13);
      cairo_move_to (cr, MARGIN, MARGIN);
      pango_cairo_show_layout (cr, layout);
    }
  return MARGIN + height + MARGIN / 2;
}

static void
draw (const MienChart *chart, cairo_t *cr, PangoContext *context, double height)
{
  MienChartPalette palette;
  double top = draw_title (chart, NULL, context);

  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_paint (cr);
  draw_title (chart, cr, context);
  mien_chart_palette_paper (&palette);
  cairo_translate (cr, MARGIN, top);
  mien_chart_draw (chart, cr, context, MIEN_CHART_FILE_WIDTH - 2 * MARGIN,
                   height - top - MARGIN, &palette, NULL);
}

GBytes *
mien_chart_render (const MienChart *chart, MienChartFile format, GError **error)
{
  PangoContext *context =
      pango_font_map_create_context (pango_cairo_font_map_get_default ());
  g_autoptr (PangoFontDescription) font =
      pango_font_description_from_string ("Cantarell,Sans 10.5");
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  cairo_status_t status;
  cairo_surface_t *surface;
  cairo_t *cr;
  double height;

  pango_context_set_font_description (context, font);
  height = ceil (draw_title (chart, NULL, context)
                 + mien_chart_height (chart, context, MIEN_CHART_FILE_WIDTH - 2 * MARGIN)
                 + MARGIN);
  if (format == MIEN_CHART_SVG)
    surface = cairo_svg_surface_create_for_stream (append, bytes, MIEN_CHART_FILE_WIDTH,
                                                   height);
  else
    surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24,
                                          MIEN_CHART_FILE_WIDTH * MIEN_CHART_PNG_SCALE,
                                          (int) height * MIEN_CHART_PNG_SCALE);
  cr = cairo_create (surface);
  if (format == MIEN_CHART_PNG)
    cairo_scale (cr, MIEN_CHART_PNG_SCALE, MIEN_CHART_PNG_SCALE);
  draw (chart, cr, context, height);
  status = cairo_status (cr);
  cairo_destroy (cr);
  g_object_unref (context);
  if (status == CAIRO_STATUS_SUCCESS && format == MIEN_CHART_PNG)
    status = cairo_surface_write_to_png_stream (surface, append, bytes);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
               _ ("The chart cannot be drawn: %s. Close other programs and try again."),
               cairo_status_to_string (status));
  return NULL;
}
