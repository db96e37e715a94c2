/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The popover for a note. The input method sees every key first: in the middle of a
 * conversion, Enter is its own and saves nothing.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-review-note.h"

#include "mien-review-style.h"

#include <glib/gi18n.h>

enum
{
  MOST = 10000, /* characters, as the store takes them */
  WIDTH = 320,
  HEIGHT = 84,
};

struct _MienReviewNote
{
  GtkPopover parent_instance;

  GtkWidget *title, *text, *save;
};

enum
{
  SAVE,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MienReviewNote, mien_review_note, GTK_TYPE_POPOVER)

static char *
get_text (MienReviewNote *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->text));
  g_autofree char *raw = NULL;
  GString *text = g_string_new (NULL);
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  raw = gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
  for (const char *s = raw; *s != '\0'; s = g_utf8_next_char (s))
    {
      gunichar c = g_utf8_get_char (s);

      g_string_append_unichar (text,
                               g_unichar_iscntrl (c) && c != '\n' && c != '\t' ? ' ' : c);
    }
  return g_strstrip (g_string_free (text, FALSE));
}

static void
on_changed (MienReviewNote *self)
{
  g_autofree char *text = get_text (self);

  gtk_widget_set_sensitive (self->save,
                            *text != '\0' && g_utf8_strlen (text, -1) <= MOST);
}

static void
save (MienReviewNote *self)
{
  g_autofree char *text = get_text (self);

  if (!gtk_widget_get_sensitive (self->save))
    {
      gtk_widget_error_bell (self->text);
      return;
    }
  gtk_popover_popdown (GTK_POPOVER (self));
  g_signal_emit (self, signals[SAVE], 0, text);
}

static gboolean
on_key_pressed (GtkEventControllerKey *controller,
                guint keyval,
                guint keycode,
                GdkModifierType state,
                MienReviewNote *self)
{
  GdkEvent *event =
      gtk_event_controller_get_current_event (GTK_EVENT_CONTROLLER (controller));

  if (keyval != GDK_KEY_Return && keyval != GDK_KEY_KP_Enter
      && keyval != GDK_KEY_ISO_Enter)
    return GDK_EVENT_PROPAGATE;
  if (event != NULL
      && gtk_text_view_im_context_filter_keypress (GTK_TEXT_VIEW (self->text), event))
    return GDK_EVENT_STOP;
  if (state & GDK_SHIFT_MASK)
    return GDK_EVENT_PROPAGATE;
  save (self);
  return GDK_EVENT_STOP;
}

static void
mien_review_note_class_init (MienReviewNoteClass *klass)
{
  signals[SAVE] = g_signal_new ("save", MIEN_TYPE_REVIEW_NOTE, G_SIGNAL_RUN_LAST, 0, NULL,
                                NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static GtkWidget *
build_text (MienReviewNote *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->text = gtk_text_view_new ();
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (self->text), GTK_WRAP_WORD_CHAR);
  /* Tab goes on to the button. */
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (self->text), FALSE);
  gtk_widget_add_css_class (self->text, "note-text");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->text),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Note"), -1);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (on_key_pressed), self);
  gtk_widget_add_controller (self->text, keys);
  g_signal_connect_swapped (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->text)),
                            "changed", G_CALLBACK (on_changed), self);

  gtk_widget_set_size_request (scroller, WIDTH, HEIGHT);
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_has_frame (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->text);
  return scroller;
}

static void
mien_review_note_init (MienReviewNote *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *keys = gtk_label_new (_ ("Enter saves · Shift+Enter begins a line"));

  gtk_widget_add_css_class (GTK_WIDGET (self), "note-popover");
  self->title = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->title, "heading");
  gtk_label_set_xalign (GTK_LABEL (self->title), 0.0f);
  gtk_label_set_ellipsize (GTK_LABEL (self->title), PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_add_css_class (keys, "note");
  gtk_label_set_xalign (GTK_LABEL (keys), 0.0f);
  gtk_label_set_wrap (GTK_LABEL (keys), TRUE);
  gtk_widget_set_hexpand (keys, TRUE);
  self->save = gtk_button_new_with_mnemonic (_ ("_Save"));
  gtk_widget_add_css_class (self->save, "suggested-action");
  gtk_widget_set_valign (self->save, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (self->save, "clicked", G_CALLBACK (save), self);

  gtk_box_append (GTK_BOX (box), self->title);
  gtk_box_append (GTK_BOX (box), build_text (self));
  gtk_box_append (GTK_BOX (row), keys);
  gtk_box_append (GTK_BOX (row), self->save);
  gtk_box_append (GTK_BOX (box), row);
  gtk_popover_set_child (GTK_POPOVER (self), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Note on a face"), -1);
}

GtkWidget *
mien_review_note_new (void)
{
  return g_object_new (MIEN_TYPE_REVIEW_NOTE, NULL);
}

void
mien_review_note_open (MienReviewNote *self, const char *title, const char *text)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->text));

  mien_review_set_text (self->title, title);
  gtk_text_buffer_set_text (buffer, text != NULL ? text : "", -1);
  on_changed (self);
  gtk_popover_popup (GTK_POPOVER (self));
  gtk_widget_grab_focus (self->text);
}
