/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The widget of a chart. Invariants: colours are asked of the theme whenever it draws;
 * the cursor is on a value that is there, or nowhere; another chart keeps the cursor
 * where it has a value at the same place (a training goes on below the reader's eyes).
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-chart-view.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "mien-chart-draw.h"
#include "mien-chart-export.h"

#define MIEN_TYPE_CHART_AREA (mien_chart_area_get_type ())
G_DECLARE_FINAL_TYPE (MienChartArea, mien_chart_area, MIEN, CHART_AREA, GtkWidget)

struct _MienChartArea
{
  GtkWidget parent_instance;

  MienChart *chart;
  MienChartCursor cursor;
  gboolean has_cursor;
  char *reading;
  double x, y; /* of the pointer, as last seen */
};

struct _MienChartView
{
  GtkWidget parent_instance;

  GtkWidget *heading, *title, *menu, *caption, *area, *reading, *empty, *popover;
};

enum
{
  READ,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MienChartArea, mien_chart_area, GTK_TYPE_WIDGET)
G_DEFINE_FINAL_TYPE (MienChartView, mien_chart_view, GTK_TYPE_WIDGET)

/* ---- the drawing ---- */

static MienColor
color (const GdkRGBA *rgba)
{
  return (MienColor){ (double) rgba->red, (double) rgba->green, (double) rgba->blue,
                      (double) rgba->alpha };
}

static MienColor
over (const MienColor *below, const MienColor *above)
{
  double a = above->alpha;

  return (MienColor){ below->red * (1 - a) + above->red * a,
                      below->green * (1 - a) + above->green * a,
                      below->blue * (1 - a) + above->blue * a, 1 };
}

static void
read_palette (GtkWidget *widget, MienChartPalette *palette)
{
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  GdkRGBA text, window = { 1, 1, 1, 1 }, card = { 1, 1, 1, 0 }, accent;
  MienColor ink, below, above, marked;

  gtk_style_context_get_color (style, &text);
  gtk_style_context_lookup_color (style, "window_bg_color", &window);
  gtk_style_context_lookup_color (style, "card_bg_color", &card);
  if (!gtk_style_context_lookup_color (style, "accent_color", &accent))
    accent = text;
  ink = color (&text);
  below = color (&window);
  above = color (&card);
  below = over (&below, &above);
  marked = color (&accent);
  mien_chart_palette_init (
      palette, &ink, &below, &marked,
      adw_style_manager_get_high_contrast (adw_style_manager_get_default ()));
}

static void
mien_chart_area_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MienChartArea *self = MIEN_CHART_AREA (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  MienChartPalette palette;
  cairo_t *cr;

  if (self->chart == NULL)
    return;
  read_palette (widget, &palette);
  cr = gtk_snapshot_append_cairo (
      snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  mien_chart_draw (self->chart, cr, gtk_widget_get_pango_context (widget), width, height,
                   &palette, self->has_cursor ? &self->cursor : NULL);
  cairo_destroy (cr);
}

static GtkSizeRequestMode
mien_chart_area_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
mien_chart_area_measure (GtkWidget *widget,
                         GtkOrientation orientation,
                         int for_size,
                         int *minimum,
                         int *natural,
                         int *minimum_baseline,
                         int *natural_baseline)
{
  /* In lines of text, so that large text has fewer charts beside each other. */
  enum
  {
    LEAST = 13,
    USUAL = 22,
  };
  MienChartArea *self = MIEN_CHART_AREA (widget);
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (widget, "0");
  int line;

  pango_layout_get_pixel_size (layout, NULL, &line);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = LEAST * line;
      *natural = USUAL * line;
      return;
    }
  *minimum = *natural =
      self->chart == NULL
          ? 0
          : (int) mien_chart_height (self->chart, gtk_widget_get_pango_context (widget),
                                     for_size > 0 ? for_size : LEAST * line);
}

static void
mien_chart_area_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (mien_chart_area_parent_class)->css_changed (widget, change);
  gtk_widget_queue_resize (widget);
  gtk_widget_queue_draw (widget);
}

/* The name says what the cursor is on, so that a screen reader speaks it as it moves. */
static void
update (MienChartArea *self)
{
  const char *title = self->chart != NULL ? mien_chart_spec (self->chart)->title : "";
  g_autofree char *name = NULL;

  g_free (self->reading);
  self->reading = self->has_cursor ? mien_chart_read (self->chart, self->cursor.series,
                                                      self->cursor.point)
                                   : NULL;
  self->has_cursor = self->reading != NULL;
  name = self->has_cursor ? g_strdup_printf ("%s. %s", self->reading, title)
                          : g_strdup (title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  name, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_signal_emit (self, signals[READ], 0);
}

/* Goes on in that direction to the next value that is there. */
static gboolean
move (MienChartArea *self, int series, int point)
{
  int n_series = (int) mien_chart_n_series (self->chart);
  int n_points = (int) mien_chart_spec (self->chart)->n_points;
  int at = (int) self->cursor.series, to = (int) self->cursor.point;

  if (!self->has_cursor)
    {
      /* The first move only enters. */
      at = 0;
      to = point < 0 ? n_points : -1;
      series = 0;
      point = point < 0 ? -1 : 1;
    }
  for (at += series, to += point; at >= 0 && at < n_series && to >= 0 && to < n_points;
       at += series, to += point)
    {
      g_autofree char *read = mien_chart_read (self->chart, (guint) at, (guint) to);

      if (read == NULL)
        continue;
      self->cursor = (MienChartCursor){ (guint) at, (guint) to };
      self->has_cursor = TRUE;
      update (self);
      return TRUE;
    }
  return self->has_cursor;
}

static gboolean
on_key (MienChartArea *self, guint key, guint code, GdkModifierType state)
{
  const MienChartSpec *spec;
  int across = 0, down = 0, n;
  gboolean lying;

  if (self->chart == NULL
      || (state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SHIFT_MASK)) != 0)
    return GDK_EVENT_PROPAGATE;
  spec = mien_chart_spec (self->chart);
  n = (int) spec->n_points;
  lying = mien_chart_is_lying (self->chart);
  switch (key)
    {
    case GDK_KEY_Left:
    case GDK_KEY_KP_Left:
      across = -1;
      break;
    case GDK_KEY_Right:
    case GDK_KEY_KP_Right:
      across = 1;
      break;
    case GDK_KEY_Up:
    case GDK_KEY_KP_Up:
      down = -1;
      break;
    case GDK_KEY_Down:
    case GDK_KEY_KP_Down:
      down = 1;
      break;
    case GDK_KEY_Home:
    case GDK_KEY_End:
      self->cursor.point = key == GDK_KEY_Home ? 0 : (guint) n - 1;
      self->has_cursor = n > 0;
      update (self);
      return GDK_EVENT_STOP;
    case GDK_KEY_Escape:
      if (!self->has_cursor)
        return GDK_EVENT_PROPAGATE;
      self->has_cursor = FALSE;
      update (self);
      return GDK_EVENT_STOP;
    default:
      return GDK_EVENT_PROPAGATE;
    }
  return lying ? move (self, across, down) : move (self, down, across);
}

static void
on_motion (MienChartArea *self, double x, double y)
{
  GtkWidget *widget = GTK_WIDGET (self);
  MienChartCursor cursor;
  gboolean there;

  /* GTK repeats the last place after a redraw: a cursor that keys have moved stays. */
  if (x == self->x && y == self->y)
    return;
  self->x = x;
  self->y = y;
  there = self->chart != NULL
          && mien_chart_hit (self->chart, gtk_widget_get_pango_context (widget),
                             gtk_widget_get_width (widget),
                             gtk_widget_get_height (widget), x, y, &cursor);
  if (there == self->has_cursor
      && (!there
          || (cursor.series == self->cursor.series
              && cursor.point == self->cursor.point)))
    return;
  self->has_cursor = there;
  if (there)
    self->cursor = cursor;
  update (self);
}

static void
on_leave (MienChartArea *self)
{
  if (gtk_widget_has_focus (GTK_WIDGET (self)) || !self->has_cursor)
    return;
  self->has_cursor = FALSE;
  update (self);
}

static void
set_chart (MienChartArea *self, MienChart *chart)
{
  g_autofree char *description = mien_chart_describe (chart);

  mien_chart_ref (chart);
  mien_chart_unref (self->chart);
  self->chart = chart;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description, -1);
  update (self);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static void
mien_chart_area_finalize (GObject *object)
{
  MienChartArea *self = MIEN_CHART_AREA (object);

  mien_chart_unref (self->chart);
  g_free (self->reading);
  G_OBJECT_CLASS (mien_chart_area_parent_class)->finalize (object);
}

static void
mien_chart_area_class_init (MienChartAreaClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mien_chart_area_finalize;
  widget_class->snapshot = mien_chart_area_snapshot;
  widget_class->measure = mien_chart_area_measure;
  widget_class->get_request_mode = mien_chart_area_get_request_mode;
  widget_class->css_changed = mien_chart_area_css_changed;
  signals[READ] = g_signal_new ("read", MIEN_TYPE_CHART_AREA, G_SIGNAL_RUN_LAST, 0, NULL,
                                NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_css_name (widget_class, "chart");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
mien_chart_area_init (MienChartArea *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();

  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (on_key), self);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (on_motion), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (on_leave), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
}

/* ---- what is around it ---- */

static GtkWidget *
label_new (const char *css_class)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  /* As wide as the drawing: no long sentence may take the place beside it. */
  gtk_label_set_max_width_chars (GTK_LABEL (label), 36);
  gtk_widget_add_css_class (label, css_class);
  return label;
}

static void
on_read (MienChartView *self)
{
  const char *reading = MIEN_CHART_AREA (self->area)->reading;

  gtk_label_set_text (GTK_LABEL (self->reading), reading != NULL ? reading : "");
}

static void
save (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MienChart *chart = MIEN_CHART_AREA (MIEN_CHART_VIEW (widget)->area)->chart;

  if (chart != NULL)
    mien_chart_save (
        chart, g_str_equal (name, "chart.save-svg") ? MIEN_CHART_SVG : MIEN_CHART_PNG,
        widget);
}

static void
popup_at (MienChartView *self, double x, double y)
{
  gtk_popover_set_pointing_to (GTK_POPOVER (self->popover),
                               &(GdkRectangle){ (int) x, (int) y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (self->popover));
}

static void
on_pressed (MienChartView *self, int n_press, double x, double y, GtkGesture *gesture)
{
  guint button = gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (gesture));

  gtk_widget_grab_focus (self->area);
  if (button != GDK_BUTTON_SECONDARY)
    return;
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  popup_at (self, x, y);
}

static void
on_menu (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MienChartView *self = MIEN_CHART_VIEW (widget);

  popup_at (self, gtk_widget_get_width (self->area) / 2.0,
            gtk_widget_get_height (self->area) / 2.0);
}

static GMenuModel *
menu_new (void)
{
  GMenu *menu = g_menu_new ();

  g_menu_append (menu, _ ("Save as _SVG…"), "chart.save-svg");
  g_menu_append (menu, _ ("Save as _PNG…"), "chart.save-png");
  return G_MENU_MODEL (menu);
}

static void
mien_chart_view_dispose (GObject *object)
{
  MienChartView *self = MIEN_CHART_VIEW (object);
  GtkWidget *child;

  g_clear_pointer (&self->popover, gtk_widget_unparent);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (mien_chart_view_parent_class)->dispose (object);
}

static void
mien_chart_view_class_init (MienChartViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_chart_view_dispose;
  gtk_widget_class_install_action (widget_class, "chart.save-svg", NULL, save);
  gtk_widget_class_install_action (widget_class, "chart.save-png", NULL, save);
  gtk_widget_class_install_action (widget_class, "chart.menu", NULL, on_menu);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F10, GDK_SHIFT_MASK,
                                       "chart.menu", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Menu, 0, "chart.menu", NULL);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "chart-view");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
mien_chart_view_init (MienChartView *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkLayoutManager *layout = gtk_widget_get_layout_manager (widget);
  GtkGesture *press = gtk_gesture_click_new ();
  g_autoptr (GMenuModel) menu = menu_new ();

  gtk_orientable_set_orientation (GTK_ORIENTABLE (layout), GTK_ORIENTATION_VERTICAL);
  self->heading = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->title = label_new ("heading");
  self->menu = gtk_menu_button_new ();
  self->caption = label_new ("caption");
  self->area = g_object_new (MIEN_TYPE_CHART_AREA, NULL);
  self->reading = label_new ("caption");
  self->empty = label_new ("dim-label");

  gtk_widget_set_hexpand (self->title, TRUE);
  gtk_widget_add_css_class (self->caption, "dim-label");
  gtk_widget_add_css_class (self->reading, "numeric");
  gtk_widget_add_css_class (self->menu, "flat");
  gtk_widget_set_valign (self->menu, GTK_ALIGN_CENTER);
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (self->menu), "view-more-symbolic");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (self->menu), menu);
  gtk_widget_set_tooltip_text (self->menu, _ ("Save this chart"));

  gtk_box_append (GTK_BOX (self->heading), self->title);
  gtk_box_append (GTK_BOX (self->heading), self->menu);
  gtk_widget_set_parent (self->heading, widget);
  gtk_widget_set_parent (self->caption, widget);
  gtk_widget_set_parent (self->area, widget);
  gtk_widget_set_parent (self->reading, widget);
  gtk_widget_set_parent (self->empty, widget);
  gtk_widget_set_vexpand (self->area, TRUE);
  gtk_widget_set_valign (self->area, GTK_ALIGN_START);

  self->popover = gtk_popover_menu_new_from_model (menu);
  gtk_popover_set_has_arrow (GTK_POPOVER (self->popover), FALSE);
  gtk_widget_set_parent (self->popover, self->area);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (press), 0);
  g_signal_connect_swapped (press, "pressed", G_CALLBACK (on_pressed), self);
  gtk_widget_add_controller (self->area, GTK_EVENT_CONTROLLER (press));
  g_signal_connect_swapped (self->area, "read", G_CALLBACK (on_read), self);
}

GtkWidget *
mien_chart_view_new (void)
{
  return g_object_new (MIEN_TYPE_CHART_VIEW, NULL);
}

void
mien_chart_view_set_chart (MienChartView *self,
                           MienChart *chart,
                           const char *caption,
                           const char *empty)
{
  gboolean there = mien_chart_has_data (chart);
  const char *title = mien_chart_spec (chart)->title;
  g_autofree char *menu_name = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self), there || empty != NULL);
  gtk_label_set_text (GTK_LABEL (self->title), title);
  gtk_label_set_text (GTK_LABEL (self->caption), caption);
  gtk_label_set_text (GTK_LABEL (self->empty), empty);
  gtk_widget_set_visible (self->caption, there && caption != NULL);
  gtk_widget_set_visible (self->area, there);
  gtk_widget_set_visible (self->reading, there);
  gtk_widget_set_visible (self->menu, there);
  gtk_widget_set_visible (self->empty, !there);
  /* Translators: the name of a button; the title of the chart follows. */
  menu_name = g_strdup_printf (_ ("Save: %s"), title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->menu),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, menu_name, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  title, -1);
  set_chart (MIEN_CHART_AREA (self->area), chart);
}

MienChart *
mien_chart_view_get_chart (MienChartView *self)
{
  return MIEN_CHART_AREA (self->area)->chart;
}

const char *
mien_chart_view_get_reading (MienChartView *self)
{
  return MIEN_CHART_AREA (self->area)->reading;
}
