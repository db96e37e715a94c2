/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Fills the answers from a frame and what a person has said of it so far. Nothing is
 * kept here but widgets: the same frame and answers always look the same.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-review-panel.h"

#include "mien-answer-button.h"
#include "mien-circumplex.h"
#include "mien-consistency-hint.h"
#include "mien-key-layout.h"
#include "mien-review-style.h"
#include "mien-settings.h"

#include <glib/gi18n.h>
#include <math.h>

enum
{
  EXPRESSION_COLUMNS = 2,
  UNIT_COLUMNS = 3,
};

/* The buttons below the answers. */
static const struct
{
  const char *label, *action, *tooltip;
} verdicts[] = {
  { N_ ("Confirm and next"), "review.confirm",
    N_ ("Stores what was asked, and goes on") },
  { N_ ("Skip"), "review.skip", N_ ("Asks this face again at the end") },
  { N_ ("Not a face"), "review.not-a-face",
    N_ ("No face here, or not the person's own") },
  { N_ ("Flag"), "review.flag", N_ ("Marks this face for a second look") },
};

struct _MienReviewPanel
{
  GtkWidget parent_instance;

  GtkWidget *scroller, *answers, *expressions, *units, *circumplex;
  GtkWidget *model, *expression_cannot_tell, *point_cannot_tell;
  GtkWidget *valence, *arousal, *legend, *point_keys, *cannot_tell_key;
  GtkWidget *hint, *enter, *buttons;
  gboolean compact;
  GtkWidget *verdict[G_N_ELEMENTS (verdicts)], *verdict_key[G_N_ELEMENTS (verdicts)],
      *verdict_name[G_N_ELEMENTS (verdicts)];
  GtkWidget *expression[MIEN_EXPRESSION_COUNT];
  GtkWidget *unit[MIEN_UNIT_COUNT];
  GSettings *settings;
  char *jump_key;
  guint segment, labelled; /* frames that Enter is about, 0: this face */
};

enum
{
  POINT,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MienReviewPanel, mien_review_panel, GTK_TYPE_WIDGET)

/* ---- showing ---- */

static gboolean
is_doubtful (const MienFrameView *view, guint item)
{
  return (view->doubtful >> item & 1) != 0;
}

/* A person has: the model's opinion has nothing more to say, until the answer is taken
 * back. */
static gboolean
is_answered (const MienFrameView *view, const MienReviewAnswers *answers, guint item)
{
  return answers->given.item[item].answer != MIEN_ANSWER_NONE
         || view->labels.item[item].source == MIEN_SOURCE_HUMAN;
}

static void
show_expressions (MienReviewPanel *self,
                  const MienFrameView *view,
                  const MienReviewAnswers *answers)
{
  const MienLabel *given = &answers->given.item[MIEN_ITEM_EXPRESSION];
  const MienLabel *stored = &view->labels.item[MIEN_ITEM_EXPRESSION];
  MienLabel says;
  gboolean suggested = mien_review_suggestion (view, MIEN_ITEM_EXPRESSION, &says)
                       && !is_answered (view, answers, MIEN_ITEM_EXPRESSION);

  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    {
      MienAnswerLook look = {
        .source = stored->source,
        .probability = suggested ? (double) view->prediction.expression[i] : (double) NAN,
        .threshold = suggested && view->thresholds.expression[i] <= 1
                         ? view->thresholds.expression[i]
                         : (double) NAN,
        .suggested = suggested && says.value[0] == i,
      };

      if (given->answer == MIEN_ANSWER_CANNOT_TELL
          || (given->answer == MIEN_ANSWER_VALUE && given->value[0] == i))
        look.given = given->answer;
      else if (given->answer == MIEN_ANSWER_NONE
               && (stored->answer == MIEN_ANSWER_CANNOT_TELL
                   || (stored->answer == MIEN_ANSWER_VALUE && stored->value[0] == i)))
        look.stored = stored->answer;
      look.given_yes = look.given == MIEN_ANSWER_VALUE;
      look.stored_yes = look.stored == MIEN_ANSWER_VALUE;
      look.doubtful = look.suggested && is_doubtful (view, MIEN_ITEM_EXPRESSION);
      mien_answer_button_show (MIEN_ANSWER_BUTTON (self->expression[i]), &look);
    }
  mien_review_set_class (self->expression_cannot_tell, "aimed",
                         answers->aim == MIEN_ITEM_EXPRESSION);
  mien_review_set_class (self->expression_cannot_tell, "active",
                         given->answer == MIEN_ANSWER_CANNOT_TELL
                             || (given->answer == MIEN_ANSWER_NONE
                                 && stored->answer == MIEN_ANSWER_CANNOT_TELL));
}

static void
show_units (MienReviewPanel *self,
            const MienFrameView *view,
            const MienReviewAnswers *answers)
{
  for (guint unit = 0; unit < MIEN_UNIT_COUNT; unit++)
    {
      MienItem item = (MienItem) (MIEN_ITEM_FIRST_UNIT + unit);
      const MienLabel *given = &answers->given.item[item];
      const MienLabel *stored = &view->labels.item[item];
      MienLabel says;
      gboolean suggested = mien_review_suggestion (view, item, &says)
                           && !is_answered (view, answers, item);
      MienAnswerLook look = {
        .given = given->answer,
        .given_yes = given->value[0] != 0.0,
        .stored = stored->answer,
        .stored_yes = stored->value[0] != 0.0,
        .source = stored->source,
        .suggested = suggested && says.value[0] != 0.0,
        .probability =
            suggested ? (double) view->prediction.action_units[unit] : (double) NAN,
        .threshold = (double) NAN,
        .doubtful = is_doubtful (view, item),
        .aimed = answers->aim == item,
      };

      mien_answer_button_show (MIEN_ANSWER_BUTTON (self->unit[unit]), &look);
    }
}

/* The point of the frame before this one: a person's, else the model's. */
static gboolean
previous_point (const MienFrameView *view, double *point)
{
  const MienNeighbour *before = NULL;
  const MienLabel *label;

  for (guint i = 0; i < view->neighbours->len; i++)
    {
      const MienNeighbour *neighbour = g_ptr_array_index (view->neighbours, i);

      if (neighbour->frame == view->frame->id)
        break;
      before = neighbour;
    }
  if (before == NULL)
    return FALSE;
  label = &before->labels.item[MIEN_ITEM_VALENCE_AROUSAL];
  if (label->answer != MIEN_ANSWER_VALUE)
    label = &before->proposal.labels.item[MIEN_ITEM_VALENCE_AROUSAL];
  if (label->answer != MIEN_ANSWER_VALUE
      || (label->source == MIEN_SOURCE_NONE && !before->has_proposal))
    return FALSE;
  point[0] = label->value[0];
  point[1] = label->value[1];
  return TRUE;
}

static void
show_number (GtkWidget *label, gboolean has, double value, gboolean own)
{
  g_autofree char *text =
      has ? g_strdup_printf ("%s%.2f", value < 0 ? "−" : "+", fabs (value))
          : g_strdup ("–");

  mien_review_set_text (label, text);
  mien_review_set_class (label, "suggested", has && !own);
}

static void
show_point (MienReviewPanel *self,
            const MienFrameView *view,
            const MienReviewAnswers *answers)
{
  const MienLabel *given = &answers->given.item[MIEN_ITEM_VALENCE_AROUSAL];
  const MienLabel *stored = &view->labels.item[MIEN_ITEM_VALENCE_AROUSAL];
  MienLabel says = { 0 }, effective = { 0 };
  MienCircumplexLook look = {
    .has_given = given->answer == MIEN_ANSWER_VALUE,
    .has_stored = stored->answer == MIEN_ANSWER_VALUE,
    .has_model = mien_review_suggestion (view, MIEN_ITEM_VALENCE_AROUSAL, &says)
                 && !is_answered (view, answers, MIEN_ITEM_VALENCE_AROUSAL),
    .spread = (double) view->prediction.spread,
    .doubtful = is_doubtful (view, MIEN_ITEM_VALENCE_AROUSAL),
  };
  gboolean has;

  for (guint k = 0; k < 2; k++)
    {
      look.given[k] = given->value[k];
      look.stored[k] = stored->value[k];
      look.model[k] = says.value[k];
    }
  has = mien_review_answers_effective (answers, view, MIEN_ITEM_VALENCE_AROUSAL,
                                       &effective);
  look.cannot_tell = has && effective.answer == MIEN_ANSWER_CANNOT_TELL;
  look.has_previous = previous_point (view, look.previous);
  mien_circumplex_show (MIEN_CIRCUMPLEX (self->circumplex), &look);
  mien_review_set_class (self->circumplex, "aimed",
                         answers->aim == MIEN_ITEM_VALENCE_AROUSAL);
  mien_review_set_class (self->circumplex, "doubtful",
                         look.doubtful && !look.has_given && !look.cannot_tell);
  mien_review_set_class (self->point_cannot_tell, "aimed",
                         answers->aim == MIEN_ITEM_VALENCE_AROUSAL);
  mien_review_set_class (self->point_cannot_tell, "active", look.cannot_tell);

  has = has && effective.answer == MIEN_ANSWER_VALUE;
  show_number (self->valence, has, effective.value[0],
               effective.source != MIEN_SOURCE_NONE);
  show_number (self->arousal, has, effective.value[1],
               effective.source != MIEN_SOURCE_NONE);
}

/* What Enter would store on a segment, and whose labels there are already. */
static char *
describe_segment (MienReviewPanel *self, const MienReviewAnswers *answers)
{
  g_autofree char *described = NULL, *warning = NULL;

  if (self->labelled > 0)
    warning =
        g_strdup_printf (ngettext ("A person has labelled %'u of them.",
                                   "People have labelled %'u of them.", self->labelled),
                         self->labelled);
  if (mien_review_answers_is_empty (answers))
    return g_strdup_printf (ngettext ("A segment of %'u frame: give it an answer. %s",
                                      "A segment of %'u frames: give it an answer. %s",
                                      self->segment),
                            self->segment, warning != NULL ? warning : "");
  described = mien_review_describe (&answers->given);
  return g_strdup_printf (ngettext ("Stores on %'u frame: %s. %s",
                                    "Stores on %'u frames: %s. %s", self->segment),
                          self->segment, described, warning != NULL ? warning : "");
}

/* The button says too when it is about more than the face that is looked at. */
static void
show_confirm (MienReviewPanel *self)
{
  g_autofree char *text =
      self->segment > 0 ? g_strdup_printf (
          ngettext ("Store on %'u frame", "Store on %'u frames", self->segment),
          self->segment)
                        : g_strdup (_ ("Confirm and next"));

  mien_review_set_text (self->verdict_name[0], text);
}

/* Everything that Enter would do, before it is done. */
static void
show_verdict (MienReviewPanel *self,
              const MienFrameView *view,
              const MienReviewAnswers *answers)
{
  MienItem item = MIEN_ITEM_EXPRESSION;
  g_autofree char *hint =
      mien_consistency_hint (mien_consistency_get_default (), answers, view, &item);
  g_autofree char *line = NULL, *described = NULL, *hinted = NULL;
  MienLabels labels;

  if (hint != NULL && item != answers->aim && self->jump_key != NULL)
    hinted = g_strdup_printf ("%s (%s)", hint, self->jump_key);
  mien_review_set_text (self->hint, hinted != NULL ? hinted : hint != NULL ? hint : "");
  /* Where there is room it is kept, so that nothing moves when a hint comes. */
  gtk_widget_set_opacity (self->hint, hint != NULL ? 1.0 : 0.0);
  gtk_widget_set_visible (self->hint, hint != NULL || !self->compact);

  if (self->segment > 0)
    line = g_strchomp (describe_segment (self, answers));
  else if (mien_review_answers_collect (answers, view, &labels) > 0)
    {
      described = mien_review_describe (&labels);
      line = g_strdup_printf (_ ("Stores: %s"), described);
    }
  else
    line = g_strdup (view->asked != 0 ? _ ("Nothing to confirm yet")
                                      : _ ("Nothing is asked here"));
  mien_review_set_class (self->enter, "segment", self->segment > 0);
  show_confirm (self);
  if (g_str_equal (gtk_label_get_text (GTK_LABEL (self->enter)), line))
    return;
  gtk_label_set_text (GTK_LABEL (self->enter), line);
  mien_review_set_tip (self->enter, line);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->verdict[0]),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, line, -1);
}

static void
show_model (MienReviewPanel *self, const MienFrameView *view)
{
  g_autofree char *version = NULL;
  const char *text = _ ("no model yet");

  if (view->model != 0)
    {
      version = g_strdup_printf ("%" G_GINT64_FORMAT, view->model);
      if (mien_review_is_blind (view))
        text = _ ("asked without a suggestion");
      else if (!view->has_prediction)
        text = _ ("not read by the model yet");
      else
        text = NULL;
    }
  if (text == NULL)
    {
      g_autofree char *name = g_strdup_printf (_ ("model v%s"), version);

      mien_review_set_text (self->model, name);
    }
  else
    mien_review_set_text (self->model, text);
}

void
mien_review_panel_show (MienReviewPanel *self,
                        const MienFrameView *view,
                        const MienReviewAnswers *answers)
{
  gtk_widget_set_sensitive (self->answers, view != NULL);
  if (view == NULL)
    return;
  show_model (self, view);
  show_expressions (self, view, answers);
  show_point (self, view, answers);
  show_units (self, view, answers);
  show_verdict (self, view, answers);
}

void
mien_review_panel_set_segment (MienReviewPanel *self, guint n_frames, guint labelled)
{
  self->segment = n_frames;
  self->labelled = labelled;
}

void
mien_review_panel_reveal (MienReviewPanel *self, MienItem item)
{
  GtkAdjustment *adjustment =
      gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scroller));
  GtkWidget *target = item == MIEN_ITEM_EXPRESSION        ? self->expression[0]
                      : item == MIEN_ITEM_VALENCE_AROUSAL ? self->circumplex
                                                          : self->unit[item - 2];
  graphene_rect_t bounds;

  if (gtk_widget_compute_bounds (target, self->answers, &bounds))
    gtk_adjustment_clamp_page (adjustment, (double) bounds.origin.y - 40.0,
                               (double) bounds.origin.y + (double) bounds.size.height
                                   + 12.0);
}

void
mien_review_panel_set_compact (MienReviewPanel *self, gboolean compact)
{
  self->compact = compact;
  gtk_widget_set_visible (self->hint,
                          !compact || gtk_widget_get_opacity (self->hint) > 0.0);
  mien_review_set_class (GTK_WIDGET (self), "compact", compact);
  mien_circumplex_set_compact (MIEN_CIRCUMPLEX (self->circumplex), compact);
  gtk_widget_set_visible (self->legend, !compact);
}

gboolean
mien_review_panel_is_on_point (MienReviewPanel *self)
{
  return gtk_widget_has_focus (self->circumplex);
}

/* ---- building ---- */

static void
on_point (MienCircumplex *circumplex,
          double valence,
          double arousal,
          MienReviewPanel *self)
{
  g_signal_emit (self, signals[POINT], 0, valence, arousal);
}

static void
add_answers (MienReviewPanel *self)
{
  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    {
      self->expression[i] = mien_answer_button_new_expression (i);
      gtk_grid_attach (GTK_GRID (self->expressions), self->expression[i],
                       (int) (i % EXPRESSION_COLUMNS), (int) (i / EXPRESSION_COLUMNS), 1,
                       1);
    }
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    {
      self->unit[i] = mien_answer_button_new_unit (i);
      gtk_grid_attach (GTK_GRID (self->units), self->unit[i], (int) (i % UNIT_COLUMNS),
                       (int) (i / UNIT_COLUMNS), 1, 1);
    }
}

/* A button of the verdict with its key. */
static void
add_verdict (MienReviewPanel *self, guint i)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *name = gtk_label_new (_ (verdicts[i].label));

  self->verdict[i] = button;
  self->verdict_name[i] = name;
  self->verdict_key[i] = mien_review_keycap_new (NULL);
  gtk_widget_set_hexpand (name, TRUE);
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), self->verdict_key[i]);
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_set_focus_on_click (button, FALSE);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), verdicts[i].action);
  gtk_box_append (GTK_BOX (self->buttons), button);
}

/* ---- keys ---- */

static void
show_verdict_key (MienReviewPanel *self, guint i)
{
  g_autofree char *key = mien_key_layout_label (verdicts[i].action);
  g_autofree char *tooltip =
      mien_key_layout_tooltip (_ (verdicts[i].tooltip), verdicts[i].action);
  g_autofree char *spoken =
      key != NULL ? g_strdup_printf (_ ("%s, key %s"), _ (verdicts[i].label), key)
                  : g_strdup (_ (verdicts[i].label));

  mien_review_keycap_set (self->verdict_key[i], key);
  gtk_widget_set_tooltip_text (self->verdict[i], tooltip);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->verdict[i]), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken,
      GTK_ACCESSIBLE_PROPERTY_KEY_SHORTCUTS, key != NULL ? key : "", -1);
}

static void
show_answer_keys (GtkWidget *const *buttons, guint n, const char *action)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = g_strdup_printf ("%s(%u)", action, i);
      g_autofree char *key = mien_key_layout_label (id);

      mien_answer_button_set_key (MIEN_ANSWER_BUTTON (buttons[i]), key);
    }
}

/* Up, down, left, right on one keycap. */
static char *
label_of_moves (const char *action)
{
  static const guint order[] = { 2, 3, 0, 1 };
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    {
      g_autofree char *id = g_strdup_printf ("%s(%u)", action, order[i]);
      g_autofree char *key = mien_key_layout_label (id);

      g_string_append (text, key != NULL ? key : "");
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* "Shift", if it is that which makes the steps small; else all keys. */
static char *
label_of_fine_moves (void)
{
  /* Translators: the Shift key. */
  const char *shift = _ ("Shift");
  g_autofree char *with = g_strconcat (shift, "+", NULL);

  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *id = g_strdup_printf ("review.move(%u)", i);
      g_autofree char *fine_id = g_strdup_printf ("review.move-finely(%u)", i);
      g_autofree char *key = mien_key_layout_label (id);
      g_autofree char *fine = mien_key_layout_label (fine_id);

      if (key == NULL || fine == NULL || !g_str_has_prefix (fine, with)
          || !g_str_equal (fine + strlen (with), key))
        return label_of_moves ("review.move-finely");
    }
  return g_strdup (shift);
}

static void
add_point_key (MienReviewPanel *self, int row, const char *key, const char *does)
{
  GtkWidget *keycap = mien_review_keycap_new (key);
  GtkWidget *label = gtk_label_new (does);

  gtk_widget_set_halign (keycap, GTK_ALIGN_START);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_add_css_class (label, "note");
  gtk_grid_attach (GTK_GRID (self->point_keys), keycap, 0, row, 1, 1);
  gtk_grid_attach (GTK_GRID (self->point_keys), label, 1, row, 1, 1);
}

static void
show_point_keys (MienReviewPanel *self)
{
  g_autofree char *move = label_of_moves ("review.move");
  g_autofree char *finely = label_of_fine_moves ();
  g_autofree char *take = mien_key_layout_label ("review.take-point");
  const struct
  {
    const char *key, *setting;
  } steps[] = { { move, "point-step" }, { finely, "point-fine-step" } };
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (self->point_keys)) != NULL)
    gtk_grid_remove (GTK_GRID (self->point_keys), child);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autofree char *step = g_strdup_printf (
          "%.2f", g_settings_get_double (self->settings, steps[i].setting));

      if (steps[i].key[0] != '\0')
        add_point_key (self, (int) i, steps[i].key, step);
    }
  if (take != NULL)
    add_point_key (self, 2, take, _ ("take it"));
}

static void
show_keys (MienReviewPanel *self)
{
  g_autofree char *tell = mien_key_layout_label ("review.cannot-tell");
  g_autofree char *tell_text =
      /* Translators: a key, and what it does. */
      tell != NULL ? g_strdup_printf (_ ("%s: cannot tell"), tell) : NULL;
  g_autofree char *expression = mien_key_layout_tooltip (_ ("Cannot tell the expression"),
                                                         "review.cannot-tell-of(1)");
  g_autofree char *point = mien_key_layout_tooltip (_ ("Cannot tell valence and arousal"),
                                                    "review.cannot-tell-of(0)");

  g_free (self->jump_key);
  self->jump_key = mien_key_layout_label ("review.jump");
  show_answer_keys (self->expression, MIEN_EXPRESSION_COUNT, "review.expression");
  show_answer_keys (self->unit, MIEN_UNIT_COUNT, "review.unit");
  for (guint i = 0; i < G_N_ELEMENTS (verdicts); i++)
    show_verdict_key (self, i);
  show_point_keys (self);
  gtk_label_set_text (GTK_LABEL (self->cannot_tell_key), tell_text);
  gtk_widget_set_tooltip_text (self->expression_cannot_tell, expression);
  gtk_widget_set_tooltip_text (self->point_cannot_tell, point);
}

static void
mien_review_panel_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (mien_review_panel_parent_class)->dispose (object);
}

static void
mien_review_panel_finalize (GObject *object)
{
  MienReviewPanel *self = MIEN_REVIEW_PANEL (object);

  g_free (self->jump_key);
  g_object_unref (self->settings);
  G_OBJECT_CLASS (mien_review_panel_parent_class)->finalize (object);
}

static void
mien_review_panel_class_init (MienReviewPanelClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_review_panel_dispose;
  G_OBJECT_CLASS (klass)->finalize = mien_review_panel_finalize;
  signals[POINT] =
      g_signal_new ("point", MIEN_TYPE_REVIEW_PANEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    NULL, G_TYPE_NONE, 2, G_TYPE_DOUBLE, G_TYPE_DOUBLE);

  g_type_ensure (MIEN_TYPE_CIRCUMPLEX);
  gtk_widget_class_set_css_name (widget_class, "review-panel");
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/mien/Mien/mien-review-panel.ui");
  gtk_widget_class_bind_template_child (widget_class, MienReviewPanel, scroller);
  gtk_widget_class_bind_template_child (widget_class, MienReviewPanel, answers);
  gtk_widget_class_bind_template_child (widget_class, MienReviewPanel, expressions);
  gtk_widget_class_bind_template_child (widget_class, MienReviewPanel, units);
  gtk_widget_class_bind_template_child (widget_class, MienReviewPanel, circumplex);
  gtk_widget_class_bind_template_child (widget_class, MienReviewPanel, model);
  gtk_widget_class_bind_template_child (widget_class, MienReviewPanel,
                                        expression_cannot_tell);
  gtk_widget_class_bind_template_child (widget_class, MienReviewPanel, point_cannot_tell);
  gtk_widget_class_bind_template_child (widget_class, MienReviewPanel, valence);
  gtk_widget_class_bind_template_child (widget_class, MienReviewPanel, arousal);
  gtk_widget_class_bind_template_child (widget_class, MienReviewPanel, legend);
  gtk_widget_class_bind_template_child (widget_class, MienReviewPanel, point_keys);
  gtk_widget_class_bind_template_child (widget_class, MienReviewPanel, cannot_tell_key);
  gtk_widget_class_bind_template_child (widget_class, MienReviewPanel, hint);
  gtk_widget_class_bind_template_child (widget_class, MienReviewPanel, enter);
  gtk_widget_class_bind_template_child (widget_class, MienReviewPanel, buttons);
  gtk_widget_class_bind_template_callback (widget_class, on_point);
}

static void
mien_review_panel_init (MienReviewPanel *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->settings = mien_settings_new ();
  add_answers (self);
  for (guint i = 0; i < G_N_ELEMENTS (verdicts); i++)
    add_verdict (self, i);
  gtk_widget_add_css_class (self->verdict[0], "suggested-action");
  gtk_widget_set_hexpand (self->verdict[0], TRUE);
  gtk_label_set_text (GTK_LABEL (self->legend),
                      /* Translators: what the dots in the circumplex are. */
                      _ ("● yours\n◯ the model and its spread\n○ previous frame"));
  show_keys (self);
  g_signal_connect_object (mien_key_layout_get_default (), "changed",
                           G_CALLBACK (show_keys), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->settings, "changed::point-step",
                           G_CALLBACK (show_point_keys), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->settings, "changed::point-fine-step",
                           G_CALLBACK (show_point_keys), self, G_CONNECT_SWAPPED);
}
