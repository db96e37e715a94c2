/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A symbol beside a few lines. The same for the tooltip, which only a pointer brings up,
 * and for the popover, which the keyboard does.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-answer-tip.h"

#include <glib/gi18n.h>

enum
{
  SYMBOL_SIZE = 96,
  LINE_CHARS = 38,
};

static void
add_line (GtkWidget *lines, const char *text, const char *class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_width_chars (GTK_LABEL (label), LINE_CHARS);
  gtk_label_set_max_width_chars (GTK_LABEL (label), LINE_CHARS);
  if (class != NULL)
    gtk_widget_add_css_class (label, class);
  gtk_box_append (GTK_BOX (lines), label);
}

GtkWidget *
mien_answer_tip_new (MienAnswerTipKind kind,
                     const MienFacs *facs,
                     const char *title,
                     const char *key)
{
  GtkWidget *tip = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 14);
  GtkWidget *lines = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  GtkWidget *symbol =
      g_object_new (GTK_TYPE_IMAGE, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION,
                    "icon-name", facs->icon, "pixel-size", SYMBOL_SIZE, NULL);

  gtk_widget_set_valign (symbol, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (lines, GTK_ALIGN_CENTER);
  add_line (lines, title, "answer-tip-title");
  if (facs->made_of != NULL)
    {
      g_autofree char *text = g_strdup_printf (
          kind == MIEN_ANSWER_TIP_UNIT ? _ ("Muscles: %s") : _ ("Typical units: %s"),
          facs->made_of);

      add_line (lines, text, "answer-tip-note");
    }
  add_line (lines, facs->description, NULL);
  if (key != NULL)
    {
      g_autofree char *text = g_strdup_printf (_ ("Key: %s"), key);

      add_line (lines, text, "answer-tip-note");
    }
  gtk_widget_add_css_class (tip, "answer-tip");
  gtk_box_append (GTK_BOX (tip), symbol);
  gtk_box_append (GTK_BOX (tip), lines);
  return tip;
}
