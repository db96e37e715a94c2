/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What Browse shows as a filter that can be saved, and a saved one as what it shows. The
 * bar is set as a whole and asked once.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-browse-view-private.h"

#include <glib/gi18n.h>

static void
append (GString *text, const char *part)
{
  if (part != NULL && *part != '\0')
    g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "", part);
}

/* "Happiness · Human · demo03 · By confidence", not longer than a name may be. */
static char *
suggest_name (MienBrowseView *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *choices = mien_browse_filter_describe (self->form);
  GtkStringObject *sort = gtk_drop_down_get_selected_item (self->sorts);

  append (text, choices);
  append (text, self->filter.text);
  if (self->sort != MIEN_SORT_FRAME)
    append (text, gtk_string_object_get_string (sort));
  if (g_utf8_strlen (text->str, -1) > MIEN_SAVED_FILTER_NAME)
    g_string_truncate (text, 0);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static MienSavedFilter *
what_is_shown (MienBrowseView *self)
{
  MienSavedFilter *now = mien_saved_filter_new ();
  MienBrowseChoices choices;

  mien_browse_filter_get (self->form, &choices);
  mien_browse_choices_save (&choices, self->videos, self->annotators, now);
  now->name = suggest_name (self);
  now->filter.text = g_strdup (self->filter.text);
  now->sort = self->sort;
  now->descending = self->descending;
  return now;
}

void
mien_browse_view_update_saved (MienBrowseView *self)
{
  gboolean ready = self->videos != NULL && !gtk_toggle_button_get_active (self->as_sheet);

  gtk_widget_set_sensitive (GTK_WIDGET (self->saved), ready);
  if (ready)
    mien_browse_saved_set_now (self->saved, what_is_shown (self));
}

static void
on_chosen (MienBrowseView *self, const MienSavedFilter *saved)
{
  MienBrowseChoices choices;
  g_autofree char *problem = NULL;

  if (!mien_browse_choices_restore (saved, self->videos, self->annotators, &choices,
                                    &problem))
    {
      g_signal_emit_by_name (self, "toast", problem);
      return;
    }
  self->setting = TRUE;
  gtk_editable_set_text (self->search,
                         saved->filter.text != NULL ? saved->filter.text : "");
  mien_browse_filter_set (self->form, &choices);
  mien_browse_view_set_sort (self, saved->sort, saved->descending);
  self->setting = FALSE;
  mien_browse_view_ask (self);
}

static void
forward_toast (MienBrowseView *self, const char *text)
{
  g_signal_emit_by_name (self, "toast", text);
}

static void
forward_removed (MienBrowseView *self, const char *text)
{
  g_signal_emit_by_name (self, "removed", text);
}

GtkWidget *
mien_browse_view_build_saved (MienBrowseView *self)
{
  self->saved = MIEN_BROWSE_SAVED (mien_browse_saved_new ());
  gtk_widget_set_sensitive (GTK_WIDGET (self->saved), FALSE);
  g_signal_connect_swapped (self->saved, "chosen", G_CALLBACK (on_chosen), self);
  g_signal_connect_swapped (self->saved, "toast", G_CALLBACK (forward_toast), self);
  g_signal_connect_swapped (self->saved, "removed", G_CALLBACK (forward_removed), self);
  return GTK_WIDGET (self->saved);
}
