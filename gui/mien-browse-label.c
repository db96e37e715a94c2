/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * One label for all frames that are selected: one decision, and one undo. It is one
 * transaction, in which nobody else can store anything, so there is a limit to it.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-browse-view-private.h"

#include <glib/gi18n.h>

#include "mien-browse-words.h"

enum
{
  MOST = 20000,
};

static const char *const label_actions[] = { "browse.expression", "browse.unit-present",
                                             "browse.unit-absent", "browse.not-a-face" };

static void
append_choices (GMenu *menu, const char *title, const char *action, gboolean units)
{
  g_autoptr (GMenu) choices = g_menu_new ();

  for (int i = 0; i < (units ? MIEN_UNIT_COUNT : MIEN_EXPRESSION_COUNT); i++)
    {
      g_autofree char *name =
          units ? g_strdup_printf ("AU%u %s", mien_unit_number ((guint) i),
                                   _ (mien_unit_name ((guint) i)))
                : g_strdup (_ (mien_expression_name ((guint) i)));
      g_autoptr (GMenuItem) item = g_menu_item_new (name, NULL);

      g_menu_item_set_action_and_target (item, action, "i", i);
      g_menu_append_item (choices, item);
    }
  g_menu_append_submenu (menu, title, G_MENU_MODEL (choices));
}

GMenuModel *
mien_browse_label_menu (void)
{
  GMenu *menu = g_menu_new ();

  append_choices (menu, _ ("Expression"), "browse.expression", FALSE);
  append_choices (menu, _ ("Action Unit Present"), "browse.unit-present", TRUE);
  append_choices (menu, _ ("Action Unit Absent"), "browse.unit-absent", TRUE);
  g_menu_append (menu, _ ("Not a Face"), "browse.not-a-face");
  return G_MENU_MODEL (menu);
}

static GArray *
selected_frames (MienBrowseView *self)
{
  GArray *frames = g_array_new (FALSE, FALSE, sizeof (gint64));
  GtkBitsetIter iter;
  guint position;

  if (!gtk_bitset_iter_init_first (&iter, mien_browse_view_selected (self), &position))
    return frames;
  do
    {
      MienIndexRow row;

      mien_index_row (mien_browse_source_get_index (self->source),
                      mien_browse_model_get_row (self->model, position), &row);
      g_array_append_val (frames, row.frame);
    }
  while (gtk_bitset_iter_next (&iter, &position));
  return frames;
}

static void
on_decided (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienBrowseView) self = data;
  g_autoptr (GError) error = NULL;

  if (!mien_project_decide_finish (MIEN_PROJECT (source), result, &error))
    g_signal_emit_by_name (self, "toast", error->message);
}

static void
decide (MienBrowseView *self, MienDecision *decision, const char *what)
{
  guint64 n = gtk_bitset_get_size (mien_browse_view_selected (self));
  g_autoptr (GArray) frames = NULL;
  g_autofree char *many = NULL, *text = NULL;

  if (n == 0)
    return;
  if (n > MOST)
    {
      text = g_strdup_printf (_ ("At most %'u frames at once; select fewer"), MOST);
      g_signal_emit_by_name (self, "toast", text);
      return;
    }
  frames = selected_frames (self);
  decision->duration_us = -1;
  /* One answer for many: nobody said it of each. */
  decision->propagated = n > 1;
  decision->frame = n > 1 ? 0 : g_array_index (frames, gint64, 0);
  mien_project_decide_many_async (self->project, (const gint64 *) frames->data,
                                  frames->len, decision, on_decided, g_object_ref (self));
  many = mien_browse_frames (frames->len);
  text = g_strdup_printf (_ ("%s on %s"), what, many);
  g_signal_emit_by_name (self, "decided", text);
}

static void
on_label (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MienBrowseView *self = MIEN_BROWSE_VIEW (widget);
  MienDecision decision = { .kind = MIEN_DECISION_ANSWER };
  int i = parameter != NULL ? g_variant_get_int32 (parameter) : 0;
  gboolean present = g_str_equal (name, "browse.unit-present");
  MienLabel label = { .answer = MIEN_ANSWER_VALUE, .source = MIEN_SOURCE_HUMAN };
  g_autofree char *what = NULL;

  if (i < 0
      || i >= (g_str_equal (name, "browse.expression") ? MIEN_EXPRESSION_COUNT
                                                       : MIEN_UNIT_COUNT))
    return;
  if (g_str_equal (name, "browse.expression"))
    {
      label.value[0] = i;
      decision.answers.item[MIEN_ITEM_EXPRESSION] = label;
      what = g_strdup (_ (mien_expression_name ((guint) i)));
    }
  else if (g_str_equal (name, "browse.not-a-face"))
    {
      decision.kind = MIEN_DECISION_NOT_A_FACE;
      what = g_strdup (_ ("Not a face"));
    }
  else
    {
      label.value[0] = present ? 1.0 : 0.0;
      decision.answers.item[MIEN_ITEM_FIRST_UNIT + i] = label;
      what = g_strdup_printf (present ? _ ("AU%u") : _ ("no AU%u"),
                              mien_unit_number ((guint) i));
    }
  decide (self, &decision, what);
}

void
mien_browse_view_update_label_actions (MienBrowseView *self)
{
  gboolean any = !gtk_bitset_is_empty (mien_browse_view_selected (self));

  for (guint i = 0; i < G_N_ELEMENTS (label_actions); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), label_actions[i], any);
  gtk_widget_set_sensitive (GTK_WIDGET (self->label_button), any);
}

void
mien_browse_view_install_label_actions (GtkWidgetClass *klass)
{
  for (guint i = 0; i < G_N_ELEMENTS (label_actions); i++)
    gtk_widget_class_install_action (
        klass, label_actions[i],
        g_str_equal (label_actions[i], "browse.not-a-face") ? NULL : "i", on_label);
}
