/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The Review view: its parts, its actions and keys, and what of the session they show.
 * Every key and every button is an action "review.…", so there is one way to do a thing.
 *
 * Invariants: widgets hold nothing that the session does not; an action that acts on the
 * face goes through mien_review_session_act, which drops it unless that face was drawn.
 * Keys that decide do not repeat while they are held.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-review-view-private.h"

#include "mien-consistency-hint.h"
#include "mien-face-canvas.h"
#include "mien-key-layout.h"
#include "mien-review-columns.h"
#include "mien-review-panel.h"
#include "mien-review-side.h"
#include "mien-review-style.h"
#include "mien-settings.h"
#include "mien-strip.h"

#include <adwaita.h>
#include <glib/gi18n.h>

enum
{
  TOAST,
  NEED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MienReviewView, mien_review_view, GTK_TYPE_WIDGET)

void
mien_review_view_toast (MienReviewView *self, const char *text)
{
  g_signal_emit (self, signals[TOAST], 0, text);
}

/* ---- showing ---- */

static void
show_empty (MienReviewView *self,
            const char *icon,
            const char *title,
            const char *description,
            const char *label,
            const char *need)
{
  AdwStatusPage *page = ADW_STATUS_PAGE (self->empty);

  adw_status_page_set_icon_name (page, icon);
  adw_status_page_set_title (page, title);
  adw_status_page_set_description (page, description);
  gtk_widget_set_visible (self->empty_button, label != NULL);
  if (label != NULL)
    gtk_button_set_label (GTK_BUTTON (self->empty_button), label);
  self->empty_need = need;
  gtk_stack_set_visible_child (GTK_STACK (self->stack), self->empty);
}

/* Nothing to ask: says why, and what to do about it. */
static void
show_nothing (MienReviewView *self)
{
  const MienStatus *status = &self->summary.status;
  guint seen = mien_review_session_n_seen (self->session);

  if (!self->has_summary)
    return;
  if (status->frames == 0)
    show_empty (self, "folder-pictures-symbolic", _ ("No Faces Yet"),
                _ ("Import a list of Aff-Wild2 or a folder of pictures to begin."),
                _ ("Import…"), "import");
  else if (seen > 0 && status->queue > 0)
    show_empty (self, "object-select-symbolic", _ ("All Asked Once"),
                _ ("What you skipped or left open can be asked again."), _ ("Ask Again"),
                "again");
  else if (status->current_model == 0)
    show_empty (self, "object-select-symbolic", _ ("All Done"),
                _ ("Every face has its labels. Train a model on them, and let it judge."),
                _ ("Train a Model"), "train");
  else
    show_empty (self, "object-select-symbolic", _ ("All Done"),
                _ ("Every face has a label, or a suggestion above its threshold. Train "
                   "again with what you decided, and see what is left."),
                _ ("Train Again"), "train");
}

void
mien_review_view_show_place (MienReviewView *self)
{
  const MienFrameView *view = mien_review_session_view (self->session);
  const MienFrame *frame;
  g_autofree char *reason = NULL, *place = NULL;

  if (view == NULL)
    return;
  frame = view->frame;
  reason = mien_review_describe_reason (view);
  if (frame->number >= 0)
    place =
        g_strdup_printf ("%s / %05" G_GINT64_FORMAT, frame->video_name, frame->number);
  if (reason == NULL && frame->not_a_face)
    reason = g_strdup (_ ("not a face"));
  else if (reason == NULL)
    reason = g_strdup (_ ("answered"));
  mien_face_canvas_set_place (MIEN_FACE_CANVAS (self->canvas),
                              place != NULL ? place : frame->key);
  mien_face_canvas_set_reason (MIEN_FACE_CANVAS (self->canvas), reason);
}

static void
show_note (MienReviewView *self, const MienNote *note)
{
  g_autofree char *text = NULL;

  if (note != NULL)
    /* Translators: who wrote a note, and the note. */
    text = g_strdup_printf (_ ("%s: %s"), note->annotator, note->text);
  mien_face_canvas_set_note (MIEN_FACE_CANVAS (self->canvas), text);
}

static void
show_frame (MienReviewView *self, const MienFrameView *view)
{
  g_autofree char *name = g_strdup_printf (_ ("Face, %s"), view->frame->key);
  const char *missing = view->frame->missing_reason;

  mien_review_view_show_place (self);
  show_note (self, view->note);
  mien_face_canvas_set_face (MIEN_FACE_CANVAS (self->canvas), view->texture,
                             missing != NULL ? missing : _ ("There is no picture."),
                             name);
  mien_strip_show (MIEN_STRIP (self->strip), view);
  mien_review_side_show_reason (MIEN_REVIEW_SIDE (self->side),
                                mien_review_shown_reason (view));
  mien_review_side_show_need (MIEN_REVIEW_SIDE (self->side),
                              view->model == 0 ? "train"
                              : !view->has_prediction && !mien_review_is_blind (view)
                                  ? "propose"
                                  : NULL);
}

static void
show_failed (MienReviewView *self)
{
  mien_face_canvas_set_place (MIEN_FACE_CANVAS (self->canvas), NULL);
  mien_face_canvas_set_reason (MIEN_FACE_CANVAS (self->canvas), NULL);
  show_note (self, NULL);
  mien_face_canvas_set_face (MIEN_FACE_CANVAS (self->canvas), NULL,
                             mien_review_session_message (self->session),
                             _ ("A frame that cannot be read"));
  mien_strip_show (MIEN_STRIP (self->strip), NULL);
}

void
mien_review_view_sync (MienReviewView *self)
{
  const MienFrameView *view = mien_review_session_view (self->session);
  MienReviewState state = mien_review_session_state (self->session);
  guint generation = mien_review_session_generation (self->session);

  mien_review_side_show_recent (MIEN_REVIEW_SIDE (self->side),
                                mien_review_session_recent (self->session));
  if (self->project == NULL)
    {
      show_empty (self, "document-open-symbolic", _ ("No Project"),
                  _ ("Open a project, or make a new one, to review its faces."), NULL,
                  NULL);
      return;
    }
  if (state == MIEN_REVIEW_DONE)
    {
      show_nothing (self);
      return;
    }
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "review");
  if (generation != self->shown && state != MIEN_REVIEW_LOADING)
    {
      self->shown = generation;
      mien_review_view_stop_play (self);
      mien_review_view_follow_segment (self);
      if (view != NULL)
        {
          show_frame (self, view);
          mien_review_place_set (self->place, view->frame->id);
        }
      else if (state == MIEN_REVIEW_FAILED)
        show_failed (self);
    }
  mien_face_canvas_set_waiting (MIEN_FACE_CANVAS (self->canvas),
                                state == MIEN_REVIEW_LOADING);
  mien_review_view_show_panel (self);
}

static void
on_presented (MienReviewView *self)
{
  mien_review_session_presented (self->session, g_get_monotonic_time ());
}

/* ---- answering ---- */

/* The key that stops a clip does no more than that. */
static MienReviewAnswers *
act (MienReviewView *self)
{
  if (mien_review_view_stop_play (self))
    return NULL;
  return mien_review_session_act (self->session, g_get_monotonic_time ());
}

static void
answered (MienReviewView *self)
{
  mien_review_view_show_panel (self);
}

static void
on_expression (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MienReviewView *self = MIEN_REVIEW_VIEW (widget);
  MienReviewAnswers *answers = act (self);
  int expression = g_variant_get_int32 (parameter);

  if (answers == NULL || expression < 0 || expression >= MIEN_EXPRESSION_COUNT)
    return;
  mien_review_answers_expression (answers, (guint) expression);
  answered (self);
}

static void
on_unit (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MienReviewView *self = MIEN_REVIEW_VIEW (widget);
  MienReviewAnswers *answers = act (self);
  int unit = g_variant_get_int32 (parameter);

  if (answers == NULL || unit < 0 || unit >= MIEN_UNIT_COUNT)
    return;
  if (g_str_equal (name, "review.unit-absent"))
    mien_review_answers_unit_absent (answers, (guint) unit);
  else
    mien_review_answers_unit (answers, (guint) unit);
  answered (self);
}

static void
on_cannot_tell (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MienReviewView *self = MIEN_REVIEW_VIEW (widget);
  MienReviewAnswers *answers = act (self);
  int item = parameter != NULL ? g_variant_get_int32 (parameter) : 0;

  if (answers == NULL || item < 0 || item >= MIEN_ITEM_COUNT)
    return;
  if (parameter != NULL)
    answers->aim = (MienItem) item;
  mien_review_answers_cannot_tell (answers);
  answered (self);
}

static void
on_take_point (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MienReviewView *self = MIEN_REVIEW_VIEW (widget);
  MienReviewAnswers *answers = act (self);

  if (answers == NULL)
    return;
  if (!mien_review_answers_take_point (answers, mien_review_session_view (self->session)))
    mien_review_view_toast (self, _ ("There is no suggestion to take"));
  answered (self);
}

/* What does not go with the rest, once nothing else is doubtful. */
static gboolean
jump_to_hint (MienReviewAnswers *answers, const MienFrameView *view)
{
  MienItem item = answers->aim;
  g_autofree char *hint =
      mien_consistency_hint (mien_consistency_get_default (), answers, view, &item);

  if (hint == NULL || item == answers->aim)
    return FALSE;
  answers->aim = item;
  return TRUE;
}

static void
on_jump (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MienReviewView *self = MIEN_REVIEW_VIEW (widget);
  MienReviewAnswers *answers = act (self);
  const MienFrameView *view = mien_review_session_view (self->session);

  if (answers == NULL)
    return;
  if (!mien_review_answers_jump (answers, view) && !jump_to_hint (answers, view))
    mien_review_view_toast (self, _ ("Nothing else is doubtful here"));
  answered (self);
  mien_review_panel_reveal (MIEN_REVIEW_PANEL (self->panel), answers->aim);
}

static void
on_point (MienReviewView *self, double valence, double arousal)
{
  MienReviewAnswers *answers = act (self);

  if (answers == NULL)
    return;
  mien_review_answers_point (answers, valence, arousal);
  answered (self);
}

/* Left, right, up, down. */
static void
on_move (GtkWidget *widget, const char *name, GVariant *parameter)
{
  static const double ways[][2] = { { -1, 0 }, { 1, 0 }, { 0, 1 }, { 0, -1 } };
  MienReviewView *self = MIEN_REVIEW_VIEW (widget);
  MienReviewAnswers *answers = act (self);
  int way = g_variant_get_int32 (parameter);
  double step = g_settings_get_double (self->settings, g_str_equal (name, "review.move")
                                                           ? "point-step"
                                                           : "point-fine-step");

  if (answers == NULL || way < 0 || way >= (int) G_N_ELEMENTS (ways))
    return;
  mien_review_answers_move (answers, mien_review_session_view (self->session),
                            ways[way][0] * step, ways[way][1] * step);
  answered (self);
}

/* ---- deciding and moving ---- */

static void
on_decide (GtkWidget *widget, const char *name, GVariant *parameter)
{
  static const struct
  {
    const char *action;
    MienDecisionKind kind;
  } decisions[] = {
    { "review.confirm", MIEN_DECISION_ANSWER },
    { "review.skip", MIEN_DECISION_SKIP },
    { "review.not-a-face", MIEN_DECISION_NOT_A_FACE },
    { "review.flag", MIEN_DECISION_FLAG },
  };

  for (guint i = 0; i < G_N_ELEMENTS (decisions); i++)
    if (g_str_equal (name, decisions[i].action))
      mien_review_view_decide (MIEN_REVIEW_VIEW (widget), decisions[i].kind);
}

static void
on_back (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MienReviewView *self = MIEN_REVIEW_VIEW (widget);

  if (mien_review_view_stop_play (self))
    return;
  if (!mien_review_session_back (self->session))
    {
      mien_review_view_toast (self, _ ("There is nothing before this face"));
      return;
    }
  mien_review_view_pump (self);
  mien_review_view_sync (self);
}

static void
on_mark (GtkWidget *widget, const char *name, GVariant *parameter)
{
  mien_review_view_mark (MIEN_REVIEW_VIEW (widget),
                         g_str_equal (name, "review.mark-out"));
}

static gboolean
on_escape (GtkWidget *widget, GVariant *args, gpointer data)
{
  return mien_review_view_stop_play (MIEN_REVIEW_VIEW (widget))
         || mien_review_view_drop_segment (MIEN_REVIEW_VIEW (widget));
}

static void
on_play (GtkWidget *widget, const char *name, GVariant *parameter)
{
  mien_review_view_play (MIEN_REVIEW_VIEW (widget));
}

static void
on_note (GtkWidget *widget, const char *name, GVariant *parameter)
{
  mien_review_view_write_note (MIEN_REVIEW_VIEW (widget));
}

static void
on_zoom (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MienFaceCanvas *canvas = MIEN_FACE_CANVAS (MIEN_REVIEW_VIEW (widget)->canvas);

  mien_face_canvas_zoom (canvas, g_str_equal (name, "review.zoom-in")    ? 1
                                 : g_str_equal (name, "review.zoom-out") ? -1
                                                                         : 0);
}

static void
on_need (MienReviewView *self, const char *need)
{
  g_signal_emit (self, signals[NEED], 0, need);
}

static void
on_empty_button (MienReviewView *self)
{
  if (g_strcmp0 (self->empty_need, "again") == 0)
    {
      mien_review_session_again (self->session);
      mien_review_view_pump (self);
      mien_review_view_sync (self);
      gtk_widget_grab_focus (self->canvas);
    }
  else if (self->empty_need != NULL)
    on_need (self, self->empty_need);
}

static void
on_frame_activated (MienReviewView *self, gint64 frame)
{
  mien_review_view_show_frame (self, frame);
  gtk_widget_grab_focus (self->canvas);
}

/* ---- keys ---- */

static gboolean
is_typing (MienReviewView *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  return focus != NULL
         && (GTK_IS_EDITABLE (focus) || GTK_IS_TEXT_VIEW (focus)
             || gtk_widget_get_ancestor (focus, GTK_TYPE_POPOVER) != NULL);
}

static void
activate (MienReviewView *self, const MienKeyAction *action)
{
  g_autofree char *name = NULL;
  g_autoptr (GVariant) target = NULL;

  if (g_action_parse_detailed_name (action->id, &name, &target, NULL))
    gtk_widget_activate_action_variant (GTK_WIDGET (self), name, target);
}

/* The arrows move the point from the face and from the circumplex; elsewhere they keep
 * their meaning. */
static gboolean
is_on_face (MienReviewView *self)
{
  return gtk_widget_has_focus (self->canvas)
         || mien_review_panel_is_on_point (MIEN_REVIEW_PANEL (self->panel));
}

static gboolean
on_key_pressed (GtkEventControllerKey *controller,
                guint keyval,
                guint keycode,
                GdkModifierType state,
                MienReviewView *self)
{
  GtkEventController *base = GTK_EVENT_CONTROLLER (controller);
  MienKeyPress press = { .keyval = keyval, .keycode = keycode, .state = state };
  const MienKeyAction *action;
  gboolean held = keycode == self->held;

  mien_key_layout_look (mien_key_layout_get_default (),
                        gtk_event_controller_get_current_event (base));
  if (is_typing (self)
      || gtk_stack_get_visible_child (GTK_STACK (self->stack)) == self->empty)
    return GDK_EVENT_PROPAGATE;
  action = mien_keys_find (mien_keys_get_default (), &press, TRUE);
  if (action == NULL || ((action->flags & MIEN_KEYS_ON_FACE) && !is_on_face (self)))
    return GDK_EVENT_PROPAGATE;
  self->held = keycode;
  if (!held || (action->flags & MIEN_KEYS_REPEATS))
    activate (self, action);
  return GDK_EVENT_STOP;
}

static void
on_key_released (GtkEventControllerKey *controller,
                 guint keyval,
                 guint keycode,
                 GdkModifierType state,
                 MienReviewView *self)
{
  if (self->held == keycode)
    self->held = 0;
}

static void
on_leave (MienReviewView *self)
{
  self->held = 0;
}

/* ---- building ---- */

/* Keys may be changed, or taken away. */
static void
name_strip_keys (MienReviewView *self)
{
  g_autofree char *in = mien_key_layout_label ("review.mark-in");
  g_autofree char *out = mien_key_layout_label ("review.mark-out");
  g_autofree char *play = mien_key_layout_label ("review.play");
  gboolean shown =
      g_strcmp0 (gtk_label_get_text (GTK_LABEL (self->strip_note)), self->strip_help)
      == 0;

  g_free (self->strip_help);
  /* Translators: of the strip of neighbours; three keys. */
  self->strip_help = g_strdup_printf (
      _ ("solid: labelled · pale: the model · %s and %s mark a segment · %s plays"),
      in != NULL ? in : "–", out != NULL ? out : "–", play != NULL ? play : "–");
  if (shown)
    gtk_label_set_text (GTK_LABEL (self->strip_note), self->strip_help);
}

static GtkWidget *
build_face (MienReviewView *self)
{
  GtkWidget *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *title = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *name = gtk_label_new (_ ("Neighbours by frame number"));

  self->strip_note = gtk_label_new (NULL);
  self->strip_help = g_strdup ("");
  name_strip_keys (self);
  g_signal_connect_object (mien_key_layout_get_default (), "changed",
                           G_CALLBACK (name_strip_keys), self, G_CONNECT_SWAPPED);
  self->canvas = mien_face_canvas_new ();
  gtk_widget_set_vexpand (self->canvas, TRUE);
  self->strip = mien_strip_new ();

  gtk_widget_add_css_class (column, "face");
  gtk_widget_add_css_class (title, "strip-title");
  gtk_widget_add_css_class (name, "section-title");
  gtk_widget_add_css_class (self->strip_note, "note");
  gtk_label_set_ellipsize (GTK_LABEL (self->strip_note), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (name), 0.0f);
  gtk_widget_set_hexpand (name, TRUE);
  gtk_box_append (GTK_BOX (title), name);
  gtk_box_append (GTK_BOX (title), self->strip_note);
  gtk_box_append (GTK_BOX (column), self->canvas);
  gtk_box_append (GTK_BOX (column), title);
  gtk_box_append (GTK_BOX (column), self->strip);
  return column;
}

static void
build (MienReviewView *self)
{
  GtkWidget *columns, *face = build_face (self);

  self->side = g_object_new (MIEN_TYPE_REVIEW_SIDE, NULL);
  self->panel = g_object_new (MIEN_TYPE_REVIEW_PANEL, NULL);
  columns = mien_review_columns_new (self->side, face, self->panel);

  self->empty = adw_status_page_new ();
  self->empty_button = gtk_button_new ();
  gtk_widget_set_halign (self->empty_button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (self->empty_button, "pill-button");
  gtk_widget_add_css_class (self->empty_button, "suggested-action");
  adw_status_page_set_child (ADW_STATUS_PAGE (self->empty), self->empty_button);

  self->stack = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->stack), columns, "review");
  gtk_stack_add_named (GTK_STACK (self->stack), self->empty, "empty");
  gtk_widget_set_parent (self->stack, GTK_WIDGET (self));

  g_signal_connect_swapped (columns, "compact-changed",
                            G_CALLBACK (mien_review_panel_set_compact), self->panel);
  g_signal_connect_swapped (self->canvas, "presented", G_CALLBACK (on_presented), self);
  g_signal_connect_swapped (self->canvas, "unmap",
                            G_CALLBACK (mien_review_view_stop_play), self);
  g_signal_connect_swapped (self->strip, "frame-activated",
                            G_CALLBACK (on_frame_activated), self);
  g_signal_connect_swapped (self->side, "frame-activated",
                            G_CALLBACK (on_frame_activated), self);
  g_signal_connect_swapped (self->side, "need", G_CALLBACK (on_need), self);
  g_signal_connect_swapped (self->panel, "point", G_CALLBACK (on_point), self);
  g_signal_connect_swapped (self->empty_button, "clicked", G_CALLBACK (on_empty_button),
                            self);
}

static gboolean
mien_review_view_grab_focus (GtkWidget *widget)
{
  MienReviewView *self = MIEN_REVIEW_VIEW (widget);

  if (gtk_stack_get_visible_child (GTK_STACK (self->stack)) == self->empty)
    return gtk_widget_grab_focus (self->empty_button);
  return gtk_widget_grab_focus (self->canvas);
}

/* GTK's own would end a walk backwards by grabbing the focus, which goes to the face, and
 * so round and round. */
static gboolean
mien_review_view_focus (GtkWidget *widget, GtkDirectionType direction)
{
  return gtk_widget_child_focus (MIEN_REVIEW_VIEW (widget)->stack, direction);
}

static void
mien_review_view_dispose (GObject *object)
{
  MienReviewView *self = MIEN_REVIEW_VIEW (object);

  if (self->session != NULL)
    mien_review_view_restart (self, NULL);
  g_clear_pointer (&self->note, gtk_widget_unparent);
  g_clear_pointer (&self->stack, gtk_widget_unparent);
  G_OBJECT_CLASS (mien_review_view_parent_class)->dispose (object);
}

static void
mien_review_view_finalize (GObject *object)
{
  MienReviewView *self = MIEN_REVIEW_VIEW (object);

  g_clear_object (&self->cancellable);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->session, mien_review_session_free);
  mien_review_segment_clear (&self->segment);
  g_free (self->strip_help);
  G_OBJECT_CLASS (mien_review_view_parent_class)->finalize (object);
}

static void
install_actions (GtkWidgetClass *widget_class)
{
  static const struct
  {
    const char *name, *parameter;
    GtkWidgetActionActivateFunc func;
  } actions[] = {
    { "review.expression", "i", on_expression },
    { "review.unit", "i", on_unit },
    { "review.unit-absent", "i", on_unit },
    { "review.cannot-tell", NULL, on_cannot_tell },
    { "review.cannot-tell-of", "i", on_cannot_tell },
    { "review.take-point", NULL, on_take_point },
    { "review.move", "i", on_move },
    { "review.move-finely", "i", on_move },
    { "review.jump", NULL, on_jump },
    { "review.confirm", NULL, on_decide },
    { "review.skip", NULL, on_decide },
    { "review.not-a-face", NULL, on_decide },
    { "review.flag", NULL, on_decide },
    { "review.back", NULL, on_back },
    { "review.note", NULL, on_note },
    { "review.play", NULL, on_play },
    { "review.mark-in", NULL, on_mark },
    { "review.mark-out", NULL, on_mark },
    { "review.zoom-in", NULL, on_zoom },
    { "review.zoom-out", NULL, on_zoom },
    { "review.zoom-fit", NULL, on_zoom },
  };

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i].name, actions[i].parameter,
                                     actions[i].func);
}

static void
mien_review_view_class_init (MienReviewViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_review_view_dispose;
  G_OBJECT_CLASS (klass)->finalize = mien_review_view_finalize;
  widget_class->focus = mien_review_view_focus;
  widget_class->grab_focus = mien_review_view_grab_focus;

  signals[TOAST] = g_signal_new ("toast", MIEN_TYPE_REVIEW_VIEW, G_SIGNAL_RUN_LAST, 0,
                                 NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[NEED] = g_signal_new ("need", MIEN_TYPE_REVIEW_VIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                                NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  install_actions (widget_class);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Escape, 0, on_escape, NULL);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "review-view");
}

static void
mien_review_view_init (MienReviewView *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();

  self->settings = mien_settings_new ();
  g_signal_connect_object (self->settings, "changed::blind-first",
                           G_CALLBACK (mien_review_view_reread), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->settings, "changed::blind-share",
                           G_CALLBACK (mien_review_view_reread), self, G_CONNECT_SWAPPED);
  mien_review_style_load (gtk_widget_get_display (GTK_WIDGET (self)));
  gtk_widget_add_css_class (GTK_WIDGET (self), "review");
  build (self);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (on_key_pressed), self);
  g_signal_connect (keys, "key-released", G_CALLBACK (on_key_released), self);
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (on_leave), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  gtk_widget_add_controller (GTK_WIDGET (self), focus);
  mien_review_view_restart (self, NULL);
  mien_review_view_sync (self);
  g_signal_connect_object (mien_key_layout_get_default (), "changed",
                           G_CALLBACK (mien_review_view_sync), self, G_CONNECT_SWAPPED);
}

GtkWidget *
mien_review_view_new (void)
{
  return g_object_new (MIEN_TYPE_REVIEW_VIEW, NULL);
}

void
mien_review_view_set_project (MienReviewView *self, MienProject *project)
{
  if (project == self->project)
    return;
  mien_review_view_restart (self, project);
  if (project != NULL)
    mien_review_session_show (self->session, self->reopened);
  mien_review_view_refresh (self);
  mien_review_view_pump (self);
  mien_review_view_sync (self);
  if (project != NULL)
    gtk_widget_grab_focus (self->canvas);
}

gint64
mien_review_view_get_frame (MienReviewView *self)
{
  return mien_review_session_frame (self->session);
}

void
mien_review_view_show_frame (MienReviewView *self, gint64 frame)
{
  if (self->project == NULL)
    return;
  mien_review_view_stop_play (self);
  mien_review_session_show (self->session, frame);
  mien_review_view_pump (self);
  mien_review_view_sync (self);
}
