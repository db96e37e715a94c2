/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A section of charts. The children of the flow box take no focus themselves: Tab goes
 * from chart to chart. A hidden chart leaves no hole.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-chart-group.h"

struct _MienChartGroup
{
  GtkWidget parent_instance;

  GtkWidget *box, *description;
  GtkFlowBox *charts;
};

G_DEFINE_FINAL_TYPE (MienChartGroup, mien_chart_group, GTK_TYPE_WIDGET)

static void
mien_chart_group_dispose (GObject *object)
{
  g_clear_pointer (&MIEN_CHART_GROUP (object)->box, gtk_widget_unparent);
  G_OBJECT_CLASS (mien_chart_group_parent_class)->dispose (object);
}

/* A flow box of GTK 4.8 does not let Tab out of a child that takes no focus itself. */
static gboolean
mien_chart_group_focus (GtkWidget *widget, GtkDirectionType direction)
{
  MienChartGroup *self = MIEN_CHART_GROUP (widget);
  gboolean back = direction == GTK_DIR_TAB_BACKWARD;
  GtkWidget *boxes = GTK_WIDGET (self->charts);
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  GtkWidget *child;

  if (direction != GTK_DIR_TAB_FORWARD && !back)
    return GTK_WIDGET_CLASS (mien_chart_group_parent_class)->focus (widget, direction);
  child = back ? gtk_widget_get_last_child (boxes) : gtk_widget_get_first_child (boxes);
  if (focus != NULL && gtk_widget_is_ancestor (focus, boxes))
    while (child != NULL && !gtk_widget_is_ancestor (focus, child))
      child = back ? gtk_widget_get_prev_sibling (child)
                   : gtk_widget_get_next_sibling (child);
  for (; child != NULL; child = back ? gtk_widget_get_prev_sibling (child)
                                     : gtk_widget_get_next_sibling (child))
    {
      GtkWidget *card = gtk_flow_box_child_get_child (GTK_FLOW_BOX_CHILD (child));

      if (gtk_widget_get_mapped (child) && gtk_widget_child_focus (card, direction))
        return TRUE;
    }
  return FALSE;
}

static void
mien_chart_group_class_init (MienChartGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_chart_group_dispose;
  widget_class->focus = mien_chart_group_focus;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
mien_chart_group_init (MienChartGroup *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  self->charts = GTK_FLOW_BOX (gtk_flow_box_new ());
  gtk_flow_box_set_selection_mode (self->charts, GTK_SELECTION_NONE);
  gtk_flow_box_set_max_children_per_line (self->charts, 2);
  gtk_flow_box_set_column_spacing (self->charts, 12);
  gtk_flow_box_set_row_spacing (self->charts, 12);
  gtk_flow_box_set_homogeneous (self->charts, FALSE);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

GtkWidget *
mien_chart_group_new (const char *title, const char *description)
{
  MienChartGroup *self = g_object_new (MIEN_TYPE_CHART_GROUP, NULL);
  GtkWidget *heading = gtk_label_new (title), *label = gtk_label_new (NULL);

  gtk_widget_add_css_class (heading, "title-4");
  gtk_box_append (GTK_BOX (self->box), heading);
  gtk_label_set_xalign (GTK_LABEL (heading), 0);
  gtk_label_set_wrap (GTK_LABEL (heading), TRUE);
  gtk_widget_add_css_class (label, "dim-label");
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_set_margin_bottom (label, 6);
  self->description = label;
  mien_chart_group_set_description (self, description);
  gtk_box_append (GTK_BOX (self->box), label);
  gtk_box_append (GTK_BOX (self->box), GTK_WIDGET (self->charts));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  title, -1);
  return GTK_WIDGET (self);
}

void
mien_chart_group_set_description (MienChartGroup *self, const char *description)
{
  GtkWidget *heading = gtk_widget_get_first_child (self->box);

  gtk_label_set_text (GTK_LABEL (self->description), description);
  gtk_widget_set_visible (self->description, description != NULL);
  gtk_widget_set_margin_bottom (heading, description != NULL ? 0 : 6);
}

void
mien_chart_group_append (MienChartGroup *self, GtkWidget *card)
{
  GtkWidget *child;

  gtk_flow_box_append (self->charts, card);
  child = gtk_widget_get_parent (card);
  gtk_widget_set_focusable (child, FALSE);
  g_object_bind_property (card, "visible", child, "visible", G_BINDING_SYNC_CREATE);
}

MienChartView *
mien_chart_group_add (MienChartGroup *self)
{
  GtkWidget *view = mien_chart_view_new ();

  gtk_widget_set_visible (view, FALSE);
  mien_chart_group_append (self, view);
  return MIEN_CHART_VIEW (view);
}
