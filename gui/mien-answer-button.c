/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * An answer's button. Its looks are style classes, so the sheet decides about colours:
 *   given-yes, given-no       a person's answer to this face, filled
 *   stored-yes, stored-no     a label that is in the project already, tinted
 *   cannot-tell               hatched
 *   suggested                 what the model proposes, outlined
 *   doubtful                  under the threshold, outlined in the warning's colour
 *   aimed                     what Space is about
 * Once a person has answered, the model's outline is gone. The symbol takes the colour of
 * the text and says nothing of the state.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-answer-button.h"

#include "mien-answer-bar.h"
#include "mien-answer-tip.h"
#include "mien-review-style.h"

#include <glib/gi18n.h>
#include <math.h>

struct _MienAnswerButton
{
  GtkButton parent_instance;

  GtkWidget *keycap, *name, *sign, *number, *bar;
  GtkWidget *tip, *popover; /* NULL until they are asked for */
  char *full_name, *title, *key;
  MienFacs facs;
  MienAnswerLook look;
  gboolean shown;
};

G_DEFINE_FINAL_TYPE (MienAnswerButton, mien_answer_button, GTK_TYPE_BUTTON)

enum
{
  SYMBOL_SIZE = 26,
};

/* ---- what it is about ---- */

static GtkWidget *
new_tip (MienAnswerButton *self)
{
  return mien_answer_tip_new (self->bar != NULL ? MIEN_ANSWER_TIP_EXPRESSION
                                                : MIEN_ANSWER_TIP_UNIT,
                              &self->facs, self->title, self->key);
}

static gboolean
mien_answer_button_query_tooltip (GtkWidget *widget,
                                  int x,
                                  int y,
                                  gboolean keyboard,
                                  GtkTooltip *tooltip)
{
  MienAnswerButton *self = MIEN_ANSWER_BUTTON (widget);

  /* The same one every time: a tooltip that gets another is laid out anew. */
  if (self->tip == NULL)
    self->tip = g_object_ref_sink (new_tip (self));
  gtk_tooltip_set_custom (tooltip, self->tip);
  return TRUE;
}

/* GTK 4 shows no tooltips to the keyboard. */
static void
explain (GtkWidget *widget, const char *action, GVariant *parameter)
{
  MienAnswerButton *self = MIEN_ANSWER_BUTTON (widget);

  if (self->popover == NULL)
    {
      self->popover = gtk_popover_new ();
      gtk_popover_set_child (GTK_POPOVER (self->popover), new_tip (self));
      gtk_popover_set_position (GTK_POPOVER (self->popover), GTK_POS_LEFT);
      gtk_widget_set_parent (self->popover, widget);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->popover),
                                      GTK_ACCESSIBLE_PROPERTY_LABEL, self->title, -1);
    }
  gtk_popover_popup (GTK_POPOVER (self->popover));
}

/* They are made when they are asked for, and say what the key is. */
static void
forget_tips (MienAnswerButton *self)
{
  g_clear_object (&self->tip);
  g_clear_pointer (&self->popover, gtk_widget_unparent);
}

static void
mien_answer_button_dispose (GObject *object)
{
  forget_tips (MIEN_ANSWER_BUTTON (object));
  G_OBJECT_CLASS (mien_answer_button_parent_class)->dispose (object);
}

static void
mien_answer_button_finalize (GObject *object)
{
  MienAnswerButton *self = MIEN_ANSWER_BUTTON (object);

  g_free (self->full_name);
  g_free (self->title);
  g_free (self->key);
  G_OBJECT_CLASS (mien_answer_button_parent_class)->finalize (object);
}

static void
mien_answer_button_class_init (MienAnswerButtonClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_answer_button_dispose;
  G_OBJECT_CLASS (klass)->finalize = mien_answer_button_finalize;
  widget_class->query_tooltip = mien_answer_button_query_tooltip;
  gtk_widget_class_install_action (widget_class, "answer.explain", NULL, explain);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F10, GDK_SHIFT_MASK,
                                       "answer.explain", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Menu, 0, "answer.explain",
                                       NULL);
}

static GtkWidget *
text (const char *string, const char *class, gboolean ellipsize)
{
  GtkWidget *label = gtk_label_new (string);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  if (ellipsize)
    gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (label, class);
  return label;
}

static void
mien_answer_button_init (MienAnswerButton *self)
{
  gtk_widget_add_css_class (GTK_WIDGET (self), "answer");
  gtk_widget_set_focus_on_click (GTK_WIDGET (self), FALSE);
}

/* The symbol, then two lines: the key, the name and the number, and below them the given
 * widget. */
static void
build (MienAnswerButton *self, const char *name, GtkWidget *below)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *lines = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *first = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *symbol =
      g_object_new (GTK_TYPE_IMAGE, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION,
                    "icon-name", self->facs.icon, "pixel-size", SYMBOL_SIZE, NULL);

  self->keycap = mien_review_keycap_new (NULL);
  self->name = text (name, "answer-name", TRUE);
  self->sign = text (NULL, "answer-sign", FALSE);
  self->number = text (NULL, "answer-number", FALSE);
  gtk_widget_add_css_class (self->number, "numeric");
  gtk_widget_set_hexpand (self->number, TRUE);
  gtk_widget_set_halign (self->number, GTK_ALIGN_END);
  gtk_widget_set_hexpand (lines, TRUE);
  gtk_widget_set_valign (lines, GTK_ALIGN_CENTER);

  gtk_box_append (GTK_BOX (first), self->keycap);
  gtk_box_append (GTK_BOX (first), self->name);
  gtk_box_append (GTK_BOX (first), self->sign);
  gtk_box_append (GTK_BOX (first), self->number);
  gtk_box_append (GTK_BOX (lines), first);
  gtk_box_append (GTK_BOX (lines), below);
  gtk_box_append (GTK_BOX (row), symbol);
  gtk_box_append (GTK_BOX (row), lines);
  gtk_button_set_child (GTK_BUTTON (self), row);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  self->facs.description, -1);
}

GtkWidget *
mien_answer_button_new_expression (guint expression)
{
  MienAnswerButton *self = g_object_new (MIEN_TYPE_ANSWER_BUTTON, "accessible-role",
                                         GTK_ACCESSIBLE_ROLE_RADIO, NULL);

  self->full_name = g_strdup (_ (mien_expression_name (expression)));
  self->title = g_strdup (self->full_name);
  self->facs = mien_facs_expression (expression);
  self->bar = mien_answer_bar_new (mien_review_expression_color (expression));
  build (self, self->full_name, self->bar);
  gtk_widget_add_css_class (GTK_WIDGET (self), "expression");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self), "i", (int) expression);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self), "review.expression");
  return GTK_WIDGET (self);
}

GtkWidget *
mien_answer_button_new_unit (guint unit)
{
  MienAnswerButton *self = g_object_new (MIEN_TYPE_ANSWER_BUTTON, "accessible-role",
                                         GTK_ACCESSIBLE_ROLE_CHECKBOX, NULL);
  g_autofree char *number = g_strdup_printf (_ ("AU%u"), mien_unit_number (unit));
  const char *name = _ (mien_unit_name (unit));

  self->full_name = g_strdup_printf ("%s, %s", number, name);
  self->title = g_strdup_printf ("%s %s", number, name);
  self->facs = mien_facs_unit (unit);
  build (self, number, text (name, "answer-detail", TRUE));
  gtk_widget_add_css_class (GTK_WIDGET (self), "unit");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self), "i", (int) unit);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self), "review.unit");
  return GTK_WIDGET (self);
}

static const char *
spoken_answer (MienAnswer answer, gboolean yes, gboolean unit)
{
  if (answer == MIEN_ANSWER_CANNOT_TELL)
    return _ ("cannot tell");
  if (answer == MIEN_ANSWER_UNRESOLVED)
    return _ ("annotators disagree");
  if (answer != MIEN_ANSWER_VALUE)
    return NULL;
  if (!unit)
    return yes ? _ ("chosen") : NULL;
  return yes ? _ ("present") : _ ("absent");
}

static void
append (GString *name, const char *what)
{
  if (what != NULL)
    g_string_append_printf (name, ", %s", what);
}

/* Name, key, state, and the model's probability, in words. */
static void
update_accessible (MienAnswerButton *self)
{
  const MienAnswerLook *look = &self->look;
  gboolean unit = self->bar == NULL;
  g_autoptr (GString) name = g_string_new (self->full_name);
  GtkAccessibleTristate checked = GTK_ACCESSIBLE_TRISTATE_FALSE;

  if (self->key != NULL)
    g_string_append_printf (name, _ (", key %s"), self->key);
  append (name, spoken_answer (look->given, look->given_yes, unit));
  if (look->given == MIEN_ANSWER_NONE && look->stored != MIEN_ANSWER_NONE
      && spoken_answer (look->stored, look->stored_yes, unit) != NULL)
    g_string_append_printf (name,
                            look->source == MIEN_SOURCE_IMPORTED
                                ? _ (", imported label: %s")
                                : _ (", stored label: %s"),
                            spoken_answer (look->stored, look->stored_yes, unit));
  if (!isnan (look->probability))
    g_string_append_printf (name, _ (", model %.2f"), look->probability);
  if (look->doubtful)
    append (name, _ ("doubtful"));
  if (look->given == MIEN_ANSWER_VALUE && look->given_yes)
    checked = GTK_ACCESSIBLE_TRISTATE_TRUE;
  else if (look->given == MIEN_ANSWER_CANNOT_TELL)
    checked = GTK_ACCESSIBLE_TRISTATE_MIXED;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  name->str, -1);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_STATE_CHECKED,
                               checked, -1);
}

void
mien_answer_button_set_key (MienAnswerButton *self, const char *key)
{
  g_free (self->key);
  self->key = g_strdup (key);
  forget_tips (self);
  mien_review_keycap_set (self->keycap, key);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_KEY_SHORTCUTS,
                                  key != NULL ? key : "", -1);
  if (self->shown)
    update_accessible (self);
}

static gboolean
same_look (const MienAnswerLook *a, const MienAnswerLook *b)
{
  return a->given == b->given && a->stored == b->stored && a->given_yes == b->given_yes
         && a->stored_yes == b->stored_yes && a->source == b->source
         && a->suggested == b->suggested && a->doubtful == b->doubtful
         && a->aimed == b->aimed
         && (a->probability == b->probability
             || (isnan (a->probability) && isnan (b->probability)))
         && (a->threshold == b->threshold
             || (isnan (a->threshold) && isnan (b->threshold)));
}

static const char *
sign_of (const MienAnswerLook *look)
{
  gboolean given = look->given != MIEN_ANSWER_NONE;
  MienAnswer answer = given ? look->given : look->stored;
  gboolean yes = given ? look->given_yes : look->stored_yes;

  if (answer == MIEN_ANSWER_CANNOT_TELL)
    return "?";
  if (answer == MIEN_ANSWER_UNRESOLVED)
    return "≠";
  if (answer != MIEN_ANSWER_VALUE)
    return "";
  return yes ? "✓" : "✕";
}

void
mien_answer_button_show (MienAnswerButton *self, const MienAnswerLook *look)
{
  GtkWidget *widget = GTK_WIDGET (self);
  gboolean given = look->given != MIEN_ANSWER_NONE;
  gboolean stored = !given && look->stored == MIEN_ANSWER_VALUE;
  gboolean person = given || stored || look->stored == MIEN_ANSWER_CANNOT_TELL;
  g_autofree char *number =
      isnan (look->probability) ? NULL : g_strdup_printf ("%.2f", look->probability);

  if (self->shown && same_look (&self->look, look))
    return;
  self->look = *look;
  self->shown = TRUE;
  mien_review_set_class (widget, "given-yes",
                         look->given == MIEN_ANSWER_VALUE && look->given_yes);
  mien_review_set_class (widget, "given-no",
                         look->given == MIEN_ANSWER_VALUE && !look->given_yes);
  mien_review_set_class (widget, "stored-yes", stored && look->stored_yes);
  mien_review_set_class (widget, "stored-no", stored && !look->stored_yes);
  mien_review_set_class (widget, "cannot-tell",
                         look->given == MIEN_ANSWER_CANNOT_TELL
                             || (!given && look->stored == MIEN_ANSWER_CANNOT_TELL));
  mien_review_set_class (widget, "suggested", !person && look->suggested);
  mien_review_set_class (widget, "doubtful", !person && look->doubtful);
  mien_review_set_class (widget, "aimed", look->aimed);
  mien_review_set_text (self->sign, sign_of (look));
  mien_review_set_text (self->number, number != NULL ? number : "");
  if (self->bar != NULL)
    mien_answer_bar_set (MIEN_ANSWER_BAR (self->bar), look->probability, look->threshold);
  update_accessible (self);
}
