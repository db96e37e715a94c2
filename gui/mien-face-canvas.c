/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The face. The area of the picture is the largest rectangle of its shape; zooming moves
 * the picture inside that area, so nothing around it ever moves. Brightness and zoom stay
 * from face to face, the place that is looked at too: who zooms in on mouths wants the
 * next mouth.
 *
 * "presented" is emitted after the frame that drew a new face was painted, which is what
 * the clock of a decision starts from.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-face-canvas.h"

#include "mien-key-layout.h"
#include "mien-review-style.h"

#include <glib/gi18n.h>
#include <math.h>

enum
{
  SMALLEST = 160,
  INSET = 12, /* of what lies over the picture */
  RADIUS = 10,
  MAX_BRIGHTEN = 6,
};

static const double ZOOM_STEP = 1.25;
static const double MAX_ZOOM = 8.0;

struct _MienFaceCanvas
{
  GtkWidget parent_instance;

  GdkTexture *texture;
  GdkTexture *played; /* in its place, NULL: itself */
  gboolean waiting, drawn, presented;
  GdkFrameClock *clock;
  gulong after_paint;

  double zoom, begin_zoom;
  double center[2], begin_center[2]; /* of what is seen, in parts of the picture */
  int brighten;

  GtkWidget *place, *reason, *note, *tools, *zoom_label, *message;
};

enum
{
  PRESENTED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MienFaceCanvas, mien_face_canvas, GTK_TYPE_WIDGET)

/* The area of the picture, in whole pixels. */
static void
picture_area (MienFaceCanvas *self, graphene_rect_t *area)
{
  double width = gtk_widget_get_width (GTK_WIDGET (self));
  double height = gtk_widget_get_height (GTK_WIDGET (self));
  double aspect = 1.0, w, h;

  if (self->texture != NULL)
    aspect = gdk_paintable_get_intrinsic_aspect_ratio (GDK_PAINTABLE (self->texture));
  w = floor (MIN (width, height * aspect));
  h = floor (w / aspect);
  graphene_rect_init (area, (float) floor ((width - w) / 2.0),
                      (float) floor ((height - h) / 2.0), (float) w, (float) h);
}

/* What is seen lies inside the picture. */
static void
clamp_center (MienFaceCanvas *self)
{
  double half = 0.5 / self->zoom;

  for (guint i = 0; i < 2; i++)
    self->center[i] = CLAMP (self->center[i], half, 1.0 - half);
}

static void
set_zoom (MienFaceCanvas *self, double zoom)
{
  g_autofree char *text = NULL;

  self->zoom = CLAMP (zoom, 1.0, MAX_ZOOM);
  if (self->zoom == 1.0)
    self->center[0] = self->center[1] = 0.5;
  clamp_center (self);
  text = g_strdup_printf (_ ("%.0f %%"), self->zoom * 100.0);
  mien_review_set_text (self->zoom_label, text);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_after_paint (GdkFrameClock *clock, MienFaceCanvas *self)
{
  if (!self->drawn || self->presented)
    return;
  self->presented = TRUE;
  g_signal_emit (self, signals[PRESENTED], 0);
}

static void
push_brightness (MienFaceCanvas *self, GtkSnapshot *snapshot)
{
  /* Seven steps are two stops of exposure. */
  float gain = powf (2.0f, (float) self->brighten / 3.5f);
  graphene_matrix_t matrix;
  graphene_vec4_t offset;

  graphene_matrix_init_from_float (
      &matrix,
      (const float[16]){ gain, 0, 0, 0, 0, gain, 0, 0, 0, 0, gain, 0, 0, 0, 0, 1 });
  graphene_vec4_init (&offset, 0, 0, 0, 0);
  gtk_snapshot_push_color_matrix (snapshot, &matrix, &offset);
}

static void
draw_picture (MienFaceCanvas *self, GtkSnapshot *snapshot, const graphene_rect_t *area)
{
  GdkTexture *texture = self->played != NULL ? self->played : self->texture;
  float aspect =
      (float) gdk_paintable_get_intrinsic_aspect_ratio (GDK_PAINTABLE (texture));
  float width = MIN (area->size.width, area->size.height * aspect) * (float) self->zoom;
  float height = width / aspect;
  float x = area->origin.x + area->size.width / 2.0f - (float) self->center[0] * width;
  float y = area->origin.y + area->size.height / 2.0f - (float) self->center[1] * height;
  GskRoundedRect rounded;

  gsk_rounded_rect_init_from_rect (&rounded, area, RADIUS);
  gtk_snapshot_push_rounded_clip (snapshot, &rounded);
  if (self->waiting)
    gtk_snapshot_push_opacity (snapshot, 0.35);
  if (self->brighten != 0)
    push_brightness (self, snapshot);
  gtk_snapshot_append_texture (snapshot, texture,
                               &GRAPHENE_RECT_INIT (x, y, width, height));
  if (self->brighten != 0)
    gtk_snapshot_pop (snapshot);
  if (self->waiting)
    gtk_snapshot_pop (snapshot);
  gtk_snapshot_pop (snapshot);
}

static void
mien_face_canvas_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MienFaceCanvas *self = MIEN_FACE_CANVAS (widget);
  graphene_rect_t area;

  picture_area (self, &area);
  if (self->texture != NULL || self->played != NULL)
    draw_picture (self, snapshot, &area);
  else
    {
      GdkRGBA quiet = mien_review_theme_color (widget, "view_fg_color", 0.06f);

      mien_review_fill (snapshot, &area, RADIUS, &quiet);
    }
  if (gtk_widget_has_visible_focus (widget))
    {
      GdkRGBA focus = mien_review_theme_color (widget, "accent_color", 0.7f);

      mien_review_stroke (snapshot, &area, RADIUS, 2.0f, &focus);
    }
  GTK_WIDGET_CLASS (mien_face_canvas_parent_class)->snapshot (widget, snapshot);
  self->drawn = !self->waiting && self->played == NULL;
}

/* ---- layout of what lies over the picture ---- */

static void
place_child (GtkWidget *child, float x, float y, float right, int width, int height)
{
  GtkAllocation allocation = { (int) x, (int) y, width, height };

  if (right >= 0)
    allocation.x = (int) right - width;
  gtk_widget_size_allocate (child, &allocation, -1);
}

static void
mien_face_canvas_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  MienFaceCanvas *self = MIEN_FACE_CANVAS (widget);
  graphene_rect_t area;
  int room, least, place, reason, tall, tools;
  float left, top;

  picture_area (self, &area);
  left = area.origin.x + INSET;
  top = area.origin.y + INSET;
  room = (int) area.size.width - 3 * INSET;

  gtk_widget_measure (self->place, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &place, NULL,
                      NULL);
  gtk_widget_measure (self->reason, GTK_ORIENTATION_HORIZONTAL, -1, &least, &reason, NULL,
                      NULL);
  if (place + reason > room)
    {
      /* Each may have half; what one does not need the other gets. */
      int half = room / 2;

      place = place <= half ? place : MAX (half, room - reason);
      reason = MAX (MIN (reason, room - place), least);
    }
  gtk_widget_measure (self->place, GTK_ORIENTATION_VERTICAL, place, &tall, NULL, NULL,
                      NULL);
  if (gtk_widget_should_layout (self->place))
    place_child (self->place, left, top, -1, place, tall);
  if (gtk_widget_should_layout (self->reason))
    place_child (self->reason, 0, top, area.origin.x + area.size.width - INSET, reason,
                 tall);

  gtk_widget_measure (self->tools, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &tools, NULL,
                      NULL);
  gtk_widget_measure (self->tools, GTK_ORIENTATION_VERTICAL, tools, &tall, NULL, NULL,
                      NULL);
  if (gtk_widget_should_layout (self->tools))
    place_child (self->tools, left,
                 area.origin.y + area.size.height - INSET - (float) tall, -1, tools,
                 tall);
  if (gtk_widget_should_layout (self->note))
    {
      float bottom = area.origin.y + area.size.height - INSET - (float) tall - INSET / 2;
      int wide;

      gtk_widget_measure (self->note, GTK_ORIENTATION_HORIZONTAL, -1, &least, &wide, NULL,
                          NULL);
      wide = MAX (MIN (wide, (int) area.size.width - 2 * INSET), least);
      gtk_widget_measure (self->note, GTK_ORIENTATION_VERTICAL, wide, &tall, NULL, NULL,
                          NULL);
      place_child (self->note, left, bottom - (float) tall, -1, wide, tall);
    }
  if (gtk_widget_should_layout (self->message))
    {
      int wide = MAX ((int) area.size.width - 2 * INSET, 1);

      gtk_widget_measure (self->message, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL,
                          NULL, NULL);
      wide = MAX (wide, least);
      gtk_widget_measure (self->message, GTK_ORIENTATION_VERTICAL, wide, &tall, NULL,
                          NULL, NULL);
      place_child (self->message, left,
                   area.origin.y + (area.size.height - (float) tall) / 2.0f, -1, wide,
                   tall);
    }
}

static void
mien_face_canvas_measure (GtkWidget *widget,
                          GtkOrientation orientation,
                          int for_size,
                          int *minimum,
                          int *natural,
                          int *minimum_baseline,
                          int *natural_baseline)
{
  *minimum = SMALLEST;
  *natural = 520;
}

/* ---- looking closer ---- */

static gboolean
on_scroll (GtkEventControllerScroll *controller,
           double dx,
           double dy,
           MienFaceCanvas *self)
{
  set_zoom (self, self->zoom * pow (ZOOM_STEP, -dy));
  return GDK_EVENT_STOP;
}

static void
on_pinch_begin (GtkGesture *gesture, GdkEventSequence *sequence, MienFaceCanvas *self)
{
  self->begin_zoom = self->zoom;
}

static void
on_pinch (GtkGestureZoom *gesture, double scale, MienFaceCanvas *self)
{
  set_zoom (self, self->begin_zoom * scale);
}

static void
on_drag_begin (GtkGestureDrag *gesture, double x, double y, MienFaceCanvas *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  self->begin_center[0] = self->center[0];
  self->begin_center[1] = self->center[1];
}

static void
on_drag_update (GtkGestureDrag *gesture, double dx, double dy, MienFaceCanvas *self)
{
  graphene_rect_t area;

  picture_area (self, &area);
  if (self->zoom == 1.0 || area.size.width <= 0 || area.size.height <= 0)
    return;
  self->center[0] = self->begin_center[0] - dx / ((double) area.size.width * self->zoom);
  self->center[1] = self->begin_center[1] - dy / ((double) area.size.height * self->zoom);
  clamp_center (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_zoom_action (GtkWidget *widget, const char *name, GVariant *steps)
{
  mien_face_canvas_zoom (MIEN_FACE_CANVAS (widget), g_variant_get_int32 (steps));
}

static void
on_brighten_action (GtkWidget *widget, const char *name, GVariant *steps)
{
  mien_face_canvas_brighten (MIEN_FACE_CANVAS (widget), g_variant_get_int32 (steps));
}

/* ---- the object ---- */

static void
mien_face_canvas_realize (GtkWidget *widget)
{
  MienFaceCanvas *self = MIEN_FACE_CANVAS (widget);

  GTK_WIDGET_CLASS (mien_face_canvas_parent_class)->realize (widget);
  self->clock = g_object_ref (gtk_widget_get_frame_clock (widget));
  self->after_paint =
      g_signal_connect (self->clock, "after-paint", G_CALLBACK (on_after_paint), self);
}

static void
mien_face_canvas_unrealize (GtkWidget *widget)
{
  MienFaceCanvas *self = MIEN_FACE_CANVAS (widget);

  g_clear_signal_handler (&self->after_paint, self->clock);
  g_clear_object (&self->clock);
  GTK_WIDGET_CLASS (mien_face_canvas_parent_class)->unrealize (widget);
}

static void
mien_face_canvas_dispose (GObject *object)
{
  MienFaceCanvas *self = MIEN_FACE_CANVAS (object);

  g_clear_object (&self->texture);
  g_clear_object (&self->played);
  g_clear_pointer (&self->place, gtk_widget_unparent);
  g_clear_pointer (&self->reason, gtk_widget_unparent);
  g_clear_pointer (&self->note, gtk_widget_unparent);
  g_clear_pointer (&self->tools, gtk_widget_unparent);
  g_clear_pointer (&self->message, gtk_widget_unparent);
  G_OBJECT_CLASS (mien_face_canvas_parent_class)->dispose (object);
}

static void
mien_face_canvas_class_init (MienFaceCanvasClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_face_canvas_dispose;
  widget_class->realize = mien_face_canvas_realize;
  widget_class->unrealize = mien_face_canvas_unrealize;
  widget_class->snapshot = mien_face_canvas_snapshot;
  widget_class->measure = mien_face_canvas_measure;
  widget_class->size_allocate = mien_face_canvas_size_allocate;

  signals[PRESENTED] =
      g_signal_new ("presented", MIEN_TYPE_FACE_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    NULL, G_TYPE_NONE, 0);
  gtk_widget_class_install_action (widget_class, "face.zoom", "i", on_zoom_action);
  gtk_widget_class_install_action (widget_class, "face.brighten", "i",
                                   on_brighten_action);
  gtk_widget_class_set_css_name (widget_class, "face-canvas");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static GtkWidget *
pill (MienFaceCanvas *self)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_add_css_class (label, "pill");
  gtk_widget_set_visible (label, FALSE);
  gtk_widget_set_parent (label, GTK_WIDGET (self));
  return label;
}

static void
add_tool (MienFaceCanvas *self,
          const char *icon,
          const char *action,
          int steps,
          const char *name)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_focus_on_click (button, FALSE);
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  name, -1);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "i", steps);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_box_append (GTK_BOX (self->tools), button);
}

/* Beside the names of the first three tools the keys that do the same. */
static void
show_keys (MienFaceCanvas *self)
{
  static const struct
  {
    const char *name, *id;
  } tools[] = { { N_ ("Zoom out"), "review.zoom-out" },
                { N_ ("The whole face"), "review.zoom-fit" },
                { N_ ("Zoom in"), "review.zoom-in" } };
  GtkWidget *tool = gtk_widget_get_first_child (self->tools);

  for (guint i = 0; i < G_N_ELEMENTS (tools); i++)
    {
      g_autofree char *text = mien_key_layout_tooltip (_ (tools[i].name), tools[i].id);

      gtk_widget_set_tooltip_text (tool, text);
      tool = gtk_widget_get_next_sibling (tool);
    }
}

static void
build_tools (MienFaceCanvas *self)
{
  GtkWidget *fit = gtk_button_new ();

  self->tools = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  gtk_widget_add_css_class (self->tools, "face-tools");
  gtk_widget_set_parent (self->tools, GTK_WIDGET (self));

  add_tool (self, "zoom-out-symbolic", "face.zoom", -1, _ ("Zoom out"));
  self->zoom_label = gtk_label_new (NULL);
  gtk_label_set_width_chars (GTK_LABEL (self->zoom_label), 6);
  gtk_widget_add_css_class (self->zoom_label, "numeric");
  gtk_button_set_child (GTK_BUTTON (fit), self->zoom_label);
  gtk_widget_set_focus_on_click (fit, FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (fit), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("The whole face"), -1);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (fit), "i", 0);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (fit), "face.zoom");
  gtk_box_append (GTK_BOX (self->tools), fit);
  add_tool (self, "zoom-in-symbolic", "face.zoom", 1, _ ("Zoom in"));
  add_tool (self, "weather-clear-night-symbolic", "face.brighten", -1, _ ("Darker"));
  add_tool (self, "display-brightness-symbolic", "face.brighten", 1, _ ("Brighter"));
  show_keys (self);
  g_signal_connect_object (mien_key_layout_get_default (), "changed",
                           G_CALLBACK (show_keys), self, G_CONNECT_SWAPPED);
}

static void
add_controllers (MienFaceCanvas *self)
{
  GtkEventController *scroll =
      gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);
  GtkGesture *pinch = gtk_gesture_zoom_new ();
  GtkGesture *drag = gtk_gesture_drag_new ();

  g_signal_connect (scroll, "scroll", G_CALLBACK (on_scroll), self);
  g_signal_connect (pinch, "begin", G_CALLBACK (on_pinch_begin), self);
  g_signal_connect (pinch, "scale-changed", G_CALLBACK (on_pinch), self);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (on_drag_begin), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (on_drag_update), self);
  gtk_widget_add_controller (GTK_WIDGET (self), scroll);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (pinch));
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
}

static void
mien_face_canvas_init (MienFaceCanvas *self)
{
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  self->place = pill (self);
  self->reason = pill (self);
  self->note = pill (self);
  gtk_label_set_ellipsize (GTK_LABEL (self->note), PANGO_ELLIPSIZE_END);
  gtk_label_set_single_line_mode (GTK_LABEL (self->note), TRUE);
  gtk_widget_add_css_class (self->note, "note-chip");
  self->message = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->message), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (self->message), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_justify (GTK_LABEL (self->message), GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (self->message, "dim-label");
  gtk_widget_set_parent (self->message, GTK_WIDGET (self));
  build_tools (self);
  add_controllers (self);
  set_zoom (self, 1.0);
}

GtkWidget *
mien_face_canvas_new (void)
{
  return g_object_new (MIEN_TYPE_FACE_CANVAS, NULL);
}

void
mien_face_canvas_set_face (MienFaceCanvas *self,
                           GdkTexture *texture,
                           const char *message,
                           const char *name)
{
  gboolean changed = g_set_object (&self->texture, texture);

  mien_review_set_text (self->message, message != NULL ? message : "");
  gtk_widget_set_visible (self->message, texture == NULL && message != NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  name, -1);
  self->waiting = self->drawn = self->presented = FALSE;
  if (changed)
    gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
mien_face_canvas_set_waiting (MienFaceCanvas *self, gboolean waiting)
{
  if (self->waiting == waiting)
    return;
  self->waiting = waiting;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
mien_face_canvas_play (MienFaceCanvas *self, GdkTexture *texture)
{
  g_set_object (&self->played, texture);
  self->drawn = self->presented = FALSE;
  gtk_widget_set_visible (
      self->note, texture == NULL && *gtk_label_get_text (GTK_LABEL (self->note)));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

gboolean
mien_face_canvas_is_presented (MienFaceCanvas *self)
{
  return self->presented && !self->waiting && self->played == NULL;
}

static void
set_pill (GtkWidget *label, const char *text)
{
  mien_review_set_text (label, text != NULL ? text : "");
  mien_review_set_tip (label, text);
  gtk_widget_set_visible (label, text != NULL);
}

void
mien_face_canvas_set_place (MienFaceCanvas *self, const char *place)
{
  set_pill (self->place, place);
}

void
mien_face_canvas_set_reason (MienFaceCanvas *self, const char *reason)
{
  set_pill (self->reason, reason);
}

void
mien_face_canvas_set_note (MienFaceCanvas *self, const char *note)
{
  set_pill (self->note, note);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

void
mien_face_canvas_zoom (MienFaceCanvas *self, int steps)
{
  set_zoom (self, steps == 0 ? 1.0 : self->zoom * pow (ZOOM_STEP, steps));
}

double
mien_face_canvas_get_zoom (MienFaceCanvas *self)
{
  return self->zoom;
}

void
mien_face_canvas_brighten (MienFaceCanvas *self, int steps)
{
  self->brighten = CLAMP (self->brighten + steps, -MAX_BRIGHTEN, MAX_BRIGHTEN);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
