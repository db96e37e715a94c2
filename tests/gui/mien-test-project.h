/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-demo.h"
#include "mien-project.h"

/* A small project in a folder of its own, with drawn faces; frames 0: empty. */
typedef struct
{
  char *folder, *path;
} MienTestPlace;

void         mien_test_place_init   (MienTestPlace *place,
                                     guint          frames);
void         mien_test_place_clear  (MienTestPlace *place);
MienProject *mien_test_place_open   (MienTestPlace *place);

/* Runs the main loop until the condition holds; fails after 20 seconds. */
#define mien_test_wait(condition)                                                                  \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gint64 mien_until = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;                             \
    guint mien_wake = g_timeout_add (20, mien_test_wake, NULL);                                    \
                                                                                                   \
    while (!(condition))                                                                           \
      {                                                                                            \
        g_assert_cmpint (g_get_monotonic_time (), <, mien_until);                                  \
        g_main_context_iteration (NULL, TRUE);                                                     \
      }                                                                                            \
    g_source_remove (mien_wake);                                                                   \
  }                                                                                                \
  G_STMT_END

gboolean     mien_test_wake         (gpointer       data);
/* An async call's callback: keeps the result in *(GAsyncResult **) data. */
void         mien_test_keep_result  (GObject       *source,
                                     GAsyncResult  *result,
                                     gpointer       data);
