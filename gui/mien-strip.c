/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The strip of neighbours: what it holds, how it is pointed at, what it says to screen
 * readers. One widget draws all cells, so that showing the next face costs no layout.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-strip-private.h"

#include "mien-review-answers.h"
#include "mien-review-style.h"

#include <glib/gi18n.h>
#include <string.h>

enum
{
  FRAME_ACTIVATED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MienStrip, mien_strip, GTK_TYPE_WIDGET)

/* ---- what is shown ---- */

static void
fill_expression (MienStripCell *cell, const MienNeighbour *neighbour)
{
  const MienLabel *label = &neighbour->labels.item[MIEN_ITEM_EXPRESSION];
  const MienLabel *says = &neighbour->proposal.labels.item[MIEN_ITEM_EXPRESSION];

  cell->expression = -1;
  cell->expression_stored = label->answer == MIEN_ANSWER_VALUE;
  if (cell->expression_stored)
    cell->expression = (int) label->value[0];
  else if (neighbour->has_proposal && says->answer == MIEN_ANSWER_VALUE)
    cell->expression = (int) says->value[0];
}

static void
fill_point (MienStripCell *cell, const MienNeighbour *neighbour)
{
  const MienLabel *label = &neighbour->labels.item[MIEN_ITEM_VALENCE_AROUSAL];
  const MienLabel *says = &neighbour->proposal.labels.item[MIEN_ITEM_VALENCE_AROUSAL];

  cell->has_point[0] = neighbour->has_proposal && says->answer == MIEN_ANSWER_VALUE;
  cell->has_point[1] = label->answer == MIEN_ANSWER_VALUE;
  for (guint k = 0; k < 2; k++)
    {
      cell->point[0][k] = (float) says->value[k];
      cell->point[1][k] = (float) label->value[k];
    }
}

static void
fill_units (MienStrip *self, MienStripCell *cell, const MienNeighbour *neighbour)
{
  for (guint u = 0; u < self->n_units; u++)
    {
      guint item = MIEN_ITEM_FIRST_UNIT + self->units[u];
      const MienLabel *label = &neighbour->labels.item[item];
      const MienLabel *says = &neighbour->proposal.labels.item[item];

      cell->unit[u] = -1;
      cell->unit_stored[u] = label->answer == MIEN_ANSWER_VALUE;
      if (cell->unit_stored[u])
        cell->unit[u] = label->value[0] != 0.0;
      else if (neighbour->has_proposal && says->answer == MIEN_ANSWER_VALUE)
        cell->unit[u] = says->value[0] != 0.0;
    }
}

static gboolean
is_present (const MienNeighbour *neighbour, guint unit)
{
  const MienLabel *label = &neighbour->labels.item[MIEN_ITEM_FIRST_UNIT + unit];

  if (label->answer != MIEN_ANSWER_VALUE && neighbour->has_proposal)
    label = &neighbour->proposal.labels.item[MIEN_ITEM_FIRST_UNIT + unit];
  return label->answer == MIEN_ANSWER_VALUE && label->value[0] != 0.0;
}

/* The three units that there is most to see of: doubtful ones first, then those that come
 * and go. */
static void
choose_units (MienStrip *self, const MienFrameView *view)
{
  guint worth[MIEN_UNIT_COUNT] = { 0 };

  for (guint unit = 0; unit < MIEN_UNIT_COUNT; unit++)
    {
      guint present = 0;

      for (guint i = 0; i < view->neighbours->len; i++)
        present += is_present (g_ptr_array_index (view->neighbours, i), unit);
      worth[unit] = present == 0 ? 0 : 1 + MIN (present, 2 * view->neighbours->len / 3);
      if (view->doubtful >> (MIEN_ITEM_FIRST_UNIT + unit) & 1)
        worth[unit] += 1000;
    }
  self->n_units = 0;
  while (self->n_units < MIEN_STRIP_UNITS)
    {
      guint best = 0;

      for (guint unit = 1; unit < MIEN_UNIT_COUNT; unit++)
        if (worth[unit] > worth[best])
          best = unit;
      if (worth[best] == 0)
        break;
      worth[best] = 0;
      self->units[self->n_units++] = best;
    }
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return x < y ? -1 : x > y;
}

/* More than twice the usual step is a gap. */
static void
mark_gaps (MienStrip *self)
{
  gint64 steps[MIEN_STRIP_CELLS], usual = 1;
  guint n = 0;

  for (guint i = 1; i < self->n_cells; i++)
    steps[n++] = self->cells[i].number - self->cells[i - 1].number;
  if (n > 0)
    {
      qsort (steps, n, sizeof *steps, compare_numbers);
      usual = MAX (1, steps[n / 2]);
    }
  for (guint i = 0; i < self->n_cells; i++)
    self->cells[i].gap_before =
        i > 0 && self->cells[i].number - self->cells[i - 1].number > 2 * usual;
}

/* A small text, made when it is set so that drawing makes none. */
static void
set_layout (MienStrip *self, PangoLayout **layout, const char *text, gboolean bold)
{
  g_autoptr (PangoAttrList) attributes = NULL;

  if (*layout == NULL)
    *layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), NULL);
  pango_layout_set_text (*layout, text, -1);
  attributes = pango_attr_list_new ();
  pango_attr_list_insert (attributes, pango_attr_scale_new (0.82));
  if (bold)
    pango_attr_list_insert (attributes, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  pango_layout_set_attributes (*layout, attributes);
}

static void
set_names (MienStrip *self)
{
  set_layout (self, &self->legend[0], _ ("valence"), FALSE);
  set_layout (self, &self->legend[1], _ ("arousal"), FALSE);
  /* Translators: short, beside the ribbon of expressions under the strip. */
  set_layout (self, &self->row_names[0], _ ("EXPR"), FALSE);
  for (guint u = 0; u < MIEN_STRIP_UNITS; u++)
    {
      g_autofree char *name =
          u < self->n_units
              ? g_strdup_printf (_ ("AU%u"), mien_unit_number (self->units[u]))
              : NULL;

      set_layout (self, &self->row_names[1 + u], name != NULL ? name : "", FALSE);
    }
}

static void
set_numbers (MienStrip *self)
{
  for (guint i = 0; i < self->n_cells; i++)
    {
      g_autofree char *number =
          g_strdup_printf ("%" G_GINT64_FORMAT, self->cells[i].number);

      set_layout (self, &self->cells[i].layout, number, i == self->current);
    }
}

static gboolean
is_in_segment (MienStrip *self, const MienStripCell *cell)
{
  return self->in >= 0 && self->out >= 0 && cell->number >= self->in
         && cell->number <= self->out;
}

static char *
describe_cell (MienStrip *self, const MienStripCell *cell)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, cell->number);

  g_string_append_printf (text, _ ("frame %s"), number);
  if (cell->expression >= 0)
    g_string_append_printf (
        text, cell->expression_stored ? _ (", labelled %s") : _ (", model: %s"),
        _ (mien_expression_name ((guint) cell->expression)));
  if (is_in_segment (self, cell))
    g_string_append (text, _ (", in the segment"));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
update_accessible (MienStrip *self)
{
  g_autofree char *cell = NULL, *text = NULL;

  if (self->n_cells > 0)
    cell = describe_cell (
        self, &self->cells[self->cursor >= 0 ? (guint) self->cursor : self->current]);
  text = cell != NULL ? g_strdup_printf (_ ("Neighbours by frame number: %s"), cell)
                      : g_strdup (_ ("Neighbours by frame number"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  text, -1);
}

static void
fill_cells (MienStrip *self, const MienFrameView *view)
{
  guint n = MIN (view->neighbours->len, MIEN_STRIP_CELLS);

  self->current = 0;
  choose_units (self, view);
  for (guint i = 0; i < n; i++)
    {
      const MienNeighbour *neighbour = g_ptr_array_index (view->neighbours, i);
      MienStripCell *cell = &self->cells[i];

      if (neighbour->frame == view->frame->id)
        self->current = i;
      cell->frame = neighbour->frame;
      cell->number = neighbour->number;
      g_set_object (&cell->texture, neighbour->texture);
      fill_expression (cell, neighbour);
      fill_point (cell, neighbour);
      fill_units (self, cell, neighbour);
    }
  self->n_cells = n;
}

void
mien_strip_show (MienStrip *self, const MienFrameView *view)
{
  self->cursor = -1;
  self->n_cells = 0;
  if (view != NULL)
    {
      fill_cells (self, view);
      mark_gaps (self);
      set_names (self);
      set_numbers (self);
    }
  update_accessible (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
mien_strip_set_segment (MienStrip *self, gint64 in, gint64 out)
{
  if (self->in == in && self->out == out)
    return;
  self->in = in;
  self->out = out;
  update_accessible (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

gint64
mien_strip_get_cursor (MienStrip *self)
{
  if (self->cursor < 0 || !gtk_widget_has_focus (GTK_WIDGET (self)))
    return -1;
  return self->cells[self->cursor].number;
}

void
mien_strip_set_playing (MienStrip *self, gint64 number)
{
  if (self->playing == number)
    return;
  self->playing = number;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* ---- pointing ---- */

static int
cell_at (MienStrip *self, double x)
{
  MienStripPlan plan;

  if (self->n_cells == 0)
    return -1;
  mien_strip_plan (self, gtk_widget_get_width (GTK_WIDGET (self)), &plan);
  for (guint i = plan.from; i < plan.to; i++)
    {
      double left = (double) plan.left[i - plan.from];

      if (x >= left && x < left + (double) plan.pitch)
        return (int) i;
    }
  return -1;
}

static void
on_released (GtkGestureClick *gesture, int n, double x, double y, MienStrip *self)
{
  int i = cell_at (self, x);

  if (i >= 0)
    g_signal_emit (self, signals[FRAME_ACTIVATED], 0, self->cells[i].frame);
}

static gboolean
on_query_tooltip (MienStrip *self,
                  int x,
                  int y,
                  gboolean keyboard,
                  GtkTooltip *tooltip,
                  gpointer data)
{
  int i = keyboard ? self->cursor : cell_at (self, x);
  g_autofree char *text = NULL;

  if (i < 0)
    return FALSE;
  text = describe_cell (self, &self->cells[i]);
  gtk_tooltip_set_text (tooltip, text);
  return TRUE;
}

/* Left and Right go along what is visible. */
static void
move_cursor (MienStrip *self, int step)
{
  int cursor = (self->cursor >= 0 ? self->cursor : (int) self->current) + step;
  MienStripPlan plan;

  mien_strip_plan (self, gtk_widget_get_width (GTK_WIDGET (self)), &plan);
  if (cursor < (int) plan.from || cursor >= (int) plan.to)
    return;
  self->cursor = cursor;
  update_accessible (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static gboolean
on_key_pressed (GtkEventControllerKey *controller,
                guint keyval,
                guint keycode,
                GdkModifierType state,
                MienStrip *self)
{
  if (self->n_cells == 0)
    return GDK_EVENT_PROPAGATE;
  switch (keyval)
    {
    case GDK_KEY_Left:
      move_cursor (self, -1);
      return GDK_EVENT_STOP;
    case GDK_KEY_Right:
      move_cursor (self, 1);
      return GDK_EVENT_STOP;
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
      if (self->cursor < 0)
        return GDK_EVENT_PROPAGATE;
      g_signal_emit (self, signals[FRAME_ACTIVATED], 0, self->cells[self->cursor].frame);
      return GDK_EVENT_STOP;
    default:
      return GDK_EVENT_PROPAGATE;
    }
}

/* ---- the object ---- */

static void
mien_strip_measure (GtkWidget *widget,
                    GtkOrientation orientation,
                    int for_size,
                    int *minimum,
                    int *natural,
                    int *minimum_baseline,
                    int *natural_baseline)
{
  MienStripLevels levels;

  mien_strip_levels (MIEN_STRIP (widget), &levels);
  if (orientation == GTK_ORIENTATION_VERTICAL)
    *minimum = *natural = (int) levels.height;
  else
    {
      *minimum = 5 * MIEN_STRIP_CELL;
      *natural = 13 * MIEN_STRIP_CELL;
    }
}

static void
mien_strip_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  MienStrip *self = MIEN_STRIP (widget);

  GTK_WIDGET_CLASS (mien_strip_parent_class)->css_changed (widget, change);
  for (guint i = 0; i < MIEN_STRIP_CELLS; i++)
    g_clear_object (&self->cells[i].layout);
  for (guint i = 0; i < G_N_ELEMENTS (self->row_names); i++)
    g_clear_object (&self->row_names[i]);
  g_clear_object (&self->legend[0]);
  g_clear_object (&self->legend[1]);
  set_names (self);
  set_numbers (self);
}

static void
mien_strip_finalize (GObject *object)
{
  MienStrip *self = MIEN_STRIP (object);

  for (guint i = 0; i < MIEN_STRIP_CELLS; i++)
    {
      g_clear_object (&self->cells[i].layout);
      g_clear_object (&self->cells[i].texture);
    }
  for (guint i = 0; i < G_N_ELEMENTS (self->row_names); i++)
    g_clear_object (&self->row_names[i]);
  g_clear_object (&self->legend[0]);
  g_clear_object (&self->legend[1]);
  G_OBJECT_CLASS (mien_strip_parent_class)->finalize (object);
}

static void
mien_strip_class_init (MienStripClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mien_strip_finalize;
  widget_class->measure = mien_strip_measure;
  widget_class->snapshot = mien_strip_snapshot;
  widget_class->css_changed = mien_strip_css_changed;

  signals[FRAME_ACTIVATED] =
      g_signal_new ("frame-activated", MIEN_TYPE_STRIP, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    NULL, G_TYPE_NONE, 1, G_TYPE_INT64);
  gtk_widget_class_set_css_name (widget_class, "strip");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
mien_strip_init (MienStrip *self)
{
  GtkGesture *click = gtk_gesture_click_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->cursor = -1;
  self->in = self->out = self->playing = -1;
  g_signal_connect (click, "released", G_CALLBACK (on_released), self);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (on_key_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  g_signal_connect (self, "query-tooltip", G_CALLBACK (on_query_tooltip), NULL);
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "pointer");
  set_names (self);
  update_accessible (self);
}

GtkWidget *
mien_strip_new (void)
{
  return g_object_new (MIEN_TYPE_STRIP, NULL);
}
