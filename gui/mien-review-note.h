/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/*
 * A note being written: a popover with a few lines. Enter saves, Shift+Enter begins a line, Escape
 * leaves.
 *
 * Signal: "save" (const char *text): not blank, of at most 10,000 characters, no controls but line feeds
 * and tabs.
 */

#define MIEN_TYPE_REVIEW_NOTE (mien_review_note_get_type ())
G_DECLARE_FINAL_TYPE (MienReviewNote, mien_review_note, MIEN, REVIEW_NOTE, GtkPopover)

GtkWidget *mien_review_note_new  (void);
/* title: of what; text: to begin with, may be NULL. */
void       mien_review_note_open (MienReviewNote *self,
                                  const char     *title,
                                  const char     *text);

G_END_DECLS
