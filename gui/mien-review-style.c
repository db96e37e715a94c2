/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Colours, the style sheet, and the few strokes that several widgets draw. The colours of
 * the expressions read on light and dark alike and stay apart for people who do not see
 * red and green as two (the names are always beside them).
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-review-style.h"

#include "mien-types.h"

#define RGB(r, g, b)                                                                     \
  {                                                                                      \
    (r) / 255.0f, (g) / 255.0f, (b) / 255.0f, 1.0f                                       \
  }

static const GdkRGBA expression_colors[MIEN_EXPRESSION_COUNT] = {
  RGB (0x77, 0x76, 0x7b), /* Neutral */
  RGB (0xc6, 0x46, 0x00), /* Anger */
  RGB (0x91, 0x41, 0xac), /* Disgust */
  RGB (0x1a, 0x5f, 0xb4), /* Fear */
  RGB (0xe5, 0xa5, 0x0a), /* Happiness */
  RGB (0x62, 0xa0, 0xea), /* Sadness */
  RGB (0x26, 0xa2, 0x69), /* Surprise */
  RGB (0x98, 0x6a, 0x44), /* Other */
};
static const GdkRGBA valence_color = RGB (0x35, 0x84, 0xe4);
static const GdkRGBA arousal_color = RGB (0xe6, 0x61, 0x00);

const GdkRGBA *
mien_review_expression_color (guint expression)
{
  g_assert (expression < MIEN_EXPRESSION_COUNT);
  return &expression_colors[expression];
}

const GdkRGBA *
mien_review_valence_color (void)
{
  return &valence_color;
}

const GdkRGBA *
mien_review_arousal_color (void)
{
  return &arousal_color;
}

GdkRGBA
mien_review_theme_color (GtkWidget *widget, const char *name, float alpha)
{
  GtkStyleContext *context = gtk_widget_get_style_context (widget);
  GdkRGBA color;

  /* A theme without libadwaita's names: the colour of text serves for everything. */
  if (!gtk_style_context_lookup_color (context, name, &color))
    gtk_style_context_get_color (context, &color);
  color.alpha *= alpha;
  return color;
}

void
mien_review_style_load (GdkDisplay *display)
{
  g_autoptr (GtkCssProvider) provider = NULL;

  if (g_object_get_data (G_OBJECT (display), "mien-review-style") != NULL)
    return;
  provider = gtk_css_provider_new ();
  gtk_css_provider_load_from_resource (provider, "/org/mien/Mien/mien-review.css");
  gtk_style_context_add_provider_for_display (display, GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  g_object_set_data (G_OBJECT (display), "mien-review-style", GINT_TO_POINTER (1));
}

GtkWidget *
mien_review_keycap_new (const char *text)
{
  GtkWidget *keycap = gtk_label_new (text);

  gtk_widget_add_css_class (keycap, "keycap");
  gtk_widget_set_valign (keycap, GTK_ALIGN_CENTER);
  gtk_widget_set_visible (keycap, text != NULL);
  return keycap;
}

void
mien_review_keycap_set (GtkWidget *keycap, const char *text)
{
  mien_review_set_text (keycap, text != NULL ? text : "");
  gtk_widget_set_visible (keycap, text != NULL);
}

void
mien_review_set_text (GtkWidget *label, const char *text)
{
  if (g_strcmp0 (gtk_label_get_text (GTK_LABEL (label)), text) != 0)
    gtk_label_set_text (GTK_LABEL (label), text);
}

static gboolean
on_query_tip (GtkWidget *widget,
              int x,
              int y,
              gboolean keyboard_mode,
              GtkTooltip *tooltip,
              const char *key)
{
  const char *text = g_object_get_data (G_OBJECT (widget), key);

  gtk_tooltip_set_text (tooltip, text);
  return text != NULL && *text != '\0';
}

void
mien_review_set_tip (GtkWidget *widget, const char *text)
{
  static const char key[] = "mien-tip";

  g_object_set_data_full (G_OBJECT (widget), key, g_strdup (text), g_free);
  if (gtk_widget_get_has_tooltip (widget))
    return;
  g_signal_connect (widget, "query-tooltip", G_CALLBACK (on_query_tip), (gpointer) key);
  gtk_widget_set_has_tooltip (widget, TRUE);
}

void
mien_review_set_class (GtkWidget *widget, const char *name, gboolean on)
{
  if (gtk_widget_has_css_class (widget, name) == on)
    return;
  if (on)
    gtk_widget_add_css_class (widget, name);
  else
    gtk_widget_remove_css_class (widget, name);
}

void
mien_review_fill (GtkSnapshot *snapshot,
                  const graphene_rect_t *rect,
                  float radius,
                  const GdkRGBA *color)
{
  GskRoundedRect rounded;

  gsk_rounded_rect_init_from_rect (&rounded, rect, radius);
  gtk_snapshot_push_rounded_clip (snapshot, &rounded);
  gtk_snapshot_append_color (snapshot, color, rect);
  gtk_snapshot_pop (snapshot);
}

void
mien_review_stroke (GtkSnapshot *snapshot,
                    const graphene_rect_t *rect,
                    float radius,
                    float width,
                    const GdkRGBA *color)
{
  const float widths[4] = { width, width, width, width };
  const GdkRGBA colors[4] = { *color, *color, *color, *color };
  GskRoundedRect rounded;

  gsk_rounded_rect_init_from_rect (&rounded, rect, radius);
  gtk_snapshot_append_border (snapshot, &rounded, widths, colors);
}
